/*
 * The language's kinds and the definitions, as tables. Golden files depend on
 * every word of them.
 */
#include "tests/front/lang.h"

#include <stddef.h>
#include <string.h>

static const struct vocab_field lang_text[] = {
	{ "text", 0, FIELD_TEXT, PLACE_REST, 1, "" },
	{ NULL, 0, 0, 0, 0, NULL }
};
static const struct vocab_field lang_words[] = {
	{ "words", 0, FIELD_WORD, PLACE_REST, 0, "" },
	{ NULL, 0, 0, 0, 0, NULL }
};
static const struct vocab_field lang_path[] = {
	{ "append", 'a', FIELD_FLAG, PLACE_FLAG, 0, "" },
	{ "path", 0, FIELD_PATH, PLACE_POS, 1, "" },
	{ NULL, 0, 0, 0, 0, NULL }
};
static const struct vocab_field lang_grep[] = {
	{ "ignore-case", 'i', FIELD_FLAG, PLACE_FLAG, 0, "" },
	{ "pattern", 0, FIELD_WORD, PLACE_POS, 1, "" },
	{ "paths", 0, FIELD_PATH, PLACE_REST, 0, "" },
	{ NULL, 0, 0, 0, 0, NULL }
};
static const struct vocab_field lang_sleep[] = {
	{ "duration", 0, FIELD_DURATION, PLACE_POS, 1, "" },
	{ NULL, 0, 0, 0, 0, NULL }
};

static const struct vocab_kind lang_kinds[] = {
	{ "bash", "", NULL, STYLE_SHELL, LANE_PROCESS, EFFECT_IDEMPOTENT,
		lang_text, NULL },
	{ "exec", "", NULL, STYLE_WORDS, LANE_PROCESS, EFFECT_IDEMPOTENT,
		lang_words, NULL },
	{ "echo", "", NULL, STYLE_WORDS, LANE_INLINE, EFFECT_PURE,
		lang_words, NULL },
	{ "sleep", "", NULL, STYLE_WORDS, LANE_WAIT, EFFECT_PURE,
		lang_sleep, NULL },
	{ "read", "", NULL, STYLE_WORDS, LANE_WORKER, EFFECT_IDEMPOTENT,
		lang_path, NULL },
	{ "write", "", NULL, STYLE_WORDS, LANE_WORKER, EFFECT_IDEMPOTENT,
		lang_path, NULL },
	{ "glob", "", NULL, STYLE_WORDS, LANE_WORKER, EFFECT_IDEMPOTENT,
		lang_words, NULL },
	{ "grep", "", NULL, STYLE_WORDS, LANE_PROCESS, EFFECT_IDEMPOTENT,
		lang_grep, NULL },
	{ "lua", "", NULL, STYLE_LUA, LANE_WORKER, EFFECT_IDEMPOTENT,
		lang_text, NULL },
	{ "query", "", NULL, STYLE_PROMPT, LANE_NET, EFFECT_IDEMPOTENT,
		lang_text, NULL },
	{ "task", "", NULL, STYLE_PROMPT, LANE_NET, EFFECT_ONCE,
		lang_text, NULL },
	{ "agent", "", NULL, STYLE_PROMPT, LANE_NET, EFFECT_ONCE,
		lang_text, NULL },
	{ "protocol", "", NULL, STYLE_WORDS, LANE_WAIT, EFFECT_IDEMPOTENT,
		lang_words, NULL },
	{ "docs", "", NULL, STYLE_PROMPT, LANE_NET, EFFECT_IDEMPOTENT,
		lang_text, NULL },
};
enum { LANG_KINDS = sizeof(lang_kinds) / sizeof(lang_kinds[0]) };

static const struct vocab_kind *lang_list[LANG_KINDS];
static struct vocab lang_vocab = { lang_list, LANG_KINDS };

struct lang_def {
	const char *name, *text;
	uint8_t yaml;
};
static const struct lang_def lang_defs[] = {
	{ "deploy", "/bash ./deploy ${args.to}", 0 },
	{ "nightly", "chain:\n  steps:\n    - name: pull\n"
		"      command: /bash git pull\n    - command: /bash make\n", 1 },
	{ "security_hardening", "/bash ./harden", 0 },
	{ "complex_analysis_team", "/swarm:\n  topology: star\n  agents:\n"
		"    lead: {role: leads}\n    worker: {role: works}\n", 1 },
};
static const struct str lang_params[] = { { "to", 2 } };
static const struct str lang_defaults[] = { { "test", 4 } };

static int lang_find(void *ud, struct str name, struct front_def *out)
{
	size_t i;

	(void)ud;
	for (i = 0; i < sizeof(lang_defs) / sizeof(lang_defs[0]); i++) {
		if (!str_eq(name, lang_defs[i].name))
			continue;
		memset(out, 0, sizeof(*out));
		out->name = str_of(lang_defs[i].name);
		out->text = str_of(lang_defs[i].text);
		out->yaml = lang_defs[i].yaml;
		if (i == 0) {
			out->param_count = 1;
			out->params = lang_params;
			out->defaults = lang_defaults;
		}
		return 1;
	}
	return 0;
}

static const char *const lang_commands[] = { "chain", "flow", "swarm",
	"pipeline", "bash", "exec", "echo", "sleep", "read", "write", "glob",
	"grep", "lua", "query", "task", "agent", "protocol", "docs", "deploy",
	"nightly", "runs", "help", NULL };

void lang_env(struct front_env *env)
{
	size_t i;

	for (i = 0; i < LANG_KINDS; i++)
		lang_list[i] = &lang_kinds[i];
	memset(env, 0, sizeof(*env));
	env->vocab = &lang_vocab;
	env->find_def = lang_find;
	env->commands = lang_commands;
}

struct plan *lang_yaml(const struct front_env *env,
	struct str source, const char *file, struct buf *errors)
{
	struct line line = { .kind = LINE_BLOCK };
	struct plan *p = NULL;
	struct diags d;

	line.body = source;
	line.rest = line.name = (struct str){ source.p, 0 };
	line.len = source.n;
	diags_init(&d, file, 1, source);
	if (front_compile(env, &line, &p, NULL, NULL, &d) && errors)
		diags_print(&d, errors);
	diags_release(&d);
	return p;
}
