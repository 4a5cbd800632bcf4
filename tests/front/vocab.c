/*
 * The vocabulary of the front end's tests, as tables, and the definitions that
 * their lines name. Golden files depend on every word of it.
 */
#include "tests/front/vocab.h"

#include <string.h>

#include "engine/core/vocab.h"

static const struct vocab_field f_text[] = {
	{ "text", 0, FIELD_TEXT, PLACE_REST, 1, "" }, { .name = NULL }
};
static const struct vocab_field f_rest[] = {
	{ "word", 0, FIELD_WORD, PLACE_REST, 0, "" }, { .name = NULL }
};
static const struct vocab_field f_exec[] = {
	{ "argv", 0, FIELD_WORD, PLACE_REST, 1, "" }, { .name = NULL }
};
static const struct vocab_field f_read[] = {
	{ "path", 0, FIELD_PATH, PLACE_POS, 1, "" }, { .name = NULL }
};
static const struct vocab_field f_write[] = {
	{ "path", 0, FIELD_PATH, PLACE_POS, 1, "" },
	{ "append", 0, FIELD_FLAG, PLACE_FLAG, 0, "" },
	{ "mode", 0, FIELD_MODE, PLACE_FLAG, 0, "" }, { .name = NULL }
};
static const struct vocab_field f_grep[] = {
	{ "ignore-case", 'i', FIELD_FLAG, PLACE_FLAG, 0, "" },
	{ "word", 'w', FIELD_FLAG, PLACE_FLAG, 0, "" },
	{ "fixed", 'F', FIELD_FLAG, PLACE_FLAG, 0, "" },
	{ "files", 'l', FIELD_FLAG, PLACE_FLAG, 0, "" },
	{ "count", 'c', FIELD_FLAG, PLACE_FLAG, 0, "" },
	{ "pattern", 0, FIELD_WORD, PLACE_POS, 1, "" },
	{ "path", 0, FIELD_PATH, PLACE_REST, 0, "" }, { .name = NULL }
};
static const struct vocab_field f_http[] = {
	{ "header", 'H', FIELD_WORD, PLACE_FLAG, 0, "" },
	{ "data", 'd', FIELD_WORD, PLACE_FLAG, 0, "" },
	{ "output", 'o', FIELD_PATH, PLACE_FLAG, 0, "" },
	{ "request", 0, FIELD_WORD, PLACE_REST, 1, "" }, { .name = NULL }
};
static const struct vocab_field f_sleep[] = {
	{ "duration", 0, FIELD_DURATION, PLACE_POS, 1, "" },
	{ .name = NULL }
};
static const struct vocab_field f_ask[] = {
	{ "choices", 0, FIELD_LIST, PLACE_FLAG, 0, "" },
	{ "default", 0, FIELD_WORD, PLACE_FLAG, 0, "" },
	{ "text", 0, FIELD_TEXT, PLACE_REST, 1, "" }, { .name = NULL }
};

#define KIND(n, st, la, ef, fi, mi) static const struct vocab_kind k_##n = { \
	.name = #n, .summary = "", .style = st, .lane = la, .effect = ef, \
	.fields = fi, .missing = mi }
KIND(bash, STYLE_SHELL, LANE_PROCESS, EFFECT_IDEMPOTENT, f_text, NULL);
KIND(exec, STYLE_WORDS, LANE_PROCESS, EFFECT_IDEMPOTENT, f_exec, NULL);
KIND(lua, STYLE_LUA, LANE_WORKER, EFFECT_PURE, f_text, NULL);
KIND(echo, STYLE_WORDS, LANE_INLINE, EFFECT_PURE, f_rest, NULL);
KIND(read, STYLE_WORDS, LANE_WORKER, EFFECT_PURE, f_read, NULL);
KIND(write, STYLE_WORDS, LANE_WORKER, EFFECT_IDEMPOTENT, f_write, NULL);
KIND(glob, STYLE_WORDS, LANE_WORKER, EFFECT_PURE, f_rest, NULL);
KIND(grep, STYLE_WORDS, LANE_WORKER, EFFECT_PURE, f_grep, NULL);
KIND(http, STYLE_WORDS, LANE_NET, EFFECT_IDEMPOTENT, f_http, NULL);
KIND(sleep, STYLE_WORDS, LANE_WAIT, EFFECT_PURE, f_sleep, NULL);
KIND(ask, STYLE_PROMPT, LANE_WAIT, EFFECT_PURE, f_ask, NULL);
KIND(query, STYLE_PROMPT, LANE_NET, EFFECT_IDEMPOTENT, f_text, "models");
KIND(task, STYLE_PROMPT, LANE_NET, EFFECT_IDEMPOTENT, f_text, "models");
KIND(docs, STYLE_TEXT, LANE_WORKER, EFFECT_PURE, f_text, "reports");
KIND(protocol, STYLE_TEXT, LANE_INLINE, EFFECT_PURE, f_text, "protocols");
KIND(agent, STYLE_PROMPT, LANE_NET, EFFECT_IDEMPOTENT, f_text, "agents");
#undef KIND

static const struct vocab_kind *const test_kinds[] = {
	&k_bash, &k_exec, &k_lua, &k_echo, &k_read, &k_write, &k_glob,
	&k_grep, &k_http, &k_sleep, &k_ask, &k_query, &k_task, &k_docs,
	&k_protocol, &k_agent
};
static const struct vocab test_vocab = {
	test_kinds, sizeof(test_kinds) / sizeof(test_kinds[0])
};
static const char *const test_commands[] = {
	"chain", "flow", "swarm", "pipeline", "runs", "show", "resume",
	"help", "quit", NULL
};

struct test_def {
	const char *name, *text, *params[4], *defaults[4];
	uint8_t yaml;
};
static const struct test_def test_defs[] = {
	{ "deploy", "build: /bash make -> push: /bash ./push ${args.target} "
		"${args.mode}", { "target", "mode" }, { NULL, "fast" }, 0 },
	{ "step1", "/echo one", { NULL }, { NULL }, 0 },
	{ "step2", "/echo two", { NULL }, { NULL }, 0 },
	{ "step3", "/echo three", { NULL }, { NULL }, 0 },
	{ "action1", "/echo first", { NULL }, { NULL }, 0 },
	{ "action2", "/echo second", { NULL }, { NULL }, 0 },
	{ "again", "/again", { NULL }, { NULL }, 0 },
	{ "broken", "/bash make -> ", { NULL }, { NULL }, 0 },
	{ "badparam", "/echo ${args.tagret}", { "target" }, { "x" }, 0 },
	{ "security_hardening", "/echo harden", { NULL }, { NULL }, 0 },
	{ "lined", "/chain --parallel --limit=2 {a: /echo 1 -> b: /bash cat} "
		"--timeout 30s # as saved", { NULL }, { NULL }, 0 },
	{ "bared", "/chain a: /echo ${args.x} -> b: /bash cat", { "x" },
		{ "1" }, 0 },
	{ "blocked", "/chain: --parallel\n  steps:\n    - name: a\n"
		"      command: /echo 1\n    - command: /bash cat\n", { NULL },
		{ NULL }, 0 },
	{ "runly", "/flow --fail-fast --answer a=b --on-error ignore "
		"--parallel {/echo 1} > out | cat", { NULL }, { NULL }, 0 },
	{ "resumed", "/chain --resume-from=a {a: /echo 1}", { NULL }, { NULL },
		0 },
	{ "backed", "/chain {a: /echo 1} &", { NULL }, { NULL }, 0 },
	{ "strict", "/chain --on-error rollback --fail-fast --limit 3 "
		"{a: /echo 1}", { NULL }, { NULL }, 0 },
	{ "named", "/flow --parallel strict", { NULL }, { NULL }, 0 },
	{ "halfline", "/chain {a: /echo 1} @retry=2 -> b: /bash cat", { NULL },
		{ NULL }, 0 },
	{ "misflagged", "/chain --paralel {a: /echo 1}", { NULL }, { NULL },
		0 },
	{ "optioned", "chain:\n  steps:\n    - name: a\n      command: /echo "
		"1\n    - command: /bash cat\n  options:\n    "
		"error_strategy: rollback\n    limit: 4\n    "
		"parallel_where_possible: true\n", { NULL }, { NULL }, 1 },
	{ "bounded", "chain:\n  steps:\n    - name: a\n      command: /echo "
		"1\n    - command: /bash cat\n  options:\n    limit: 4\n    "
		"timeout: 1m\n    fail_fast: false\n    "
		"parallel_where_possible: true\n", { NULL }, { NULL }, 1 },
	{ "security_hardening", "/bash ./harden", { NULL }, { NULL }, 0 },
	{ "complex_analysis_team", "lead: plan the work", { NULL }, { NULL },
		0 },
};
enum { TEST_DEFS = sizeof(test_defs) / sizeof(test_defs[0]) };

static int test_find_def(void *ud, struct str name, struct front_def *out)
{
	static struct str params[TEST_DEFS][4], defaults[TEST_DEFS][4];
	size_t i, k;

	(void)ud;
	for (i = 0; i < TEST_DEFS; i++) {
		if (!str_eq(name, test_defs[i].name))
			continue;
		memset(out, 0, sizeof(*out));
		out->name = str_of(test_defs[i].name);
		out->text = str_of(test_defs[i].text);
		out->yaml = test_defs[i].yaml;
		for (k = 0; k < 4 && test_defs[i].params[k]; k++) {
			params[i][k] = str_of(test_defs[i].params[k]);
			defaults[i][k] = str_of(test_defs[i].defaults[k]);
			if (!test_defs[i].defaults[k])
				defaults[i][k].p = NULL;
		}
		out->param_count = k;
		out->params = params[i];
		out->defaults = defaults[i];
		return 1;
	}
	return 0;
}

static size_t test_def_names(void *ud, const char **names, size_t max)
{
	size_t i;

	(void)ud;
	for (i = 0; i < TEST_DEFS && i < max; i++)
		names[i] = test_defs[i].name;
	return i;
}

const struct front_env test_env = {
	.vocab = &test_vocab, .find_def = test_find_def,
	.def_names = test_def_names, .commands = test_commands
};
