/*
 * What front-end tests compile with: a vocabulary with all kinds of the
 * language, a few definitions, and a golden file runner. Kinds here lack
 * nothing, whatever the build has executors for.
 */
#ifndef WF_TESTS_FRONT_FIXTURE_H
#define WF_TESTS_FRONT_FIXTURE_H

#include <dirent.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/front/front.h"
#include "tests/unit/tap.h"

static const struct vocab_field fixture_text[] = {
	{ "text", 0, FIELD_TEXT, PLACE_REST, 1, "" },
	{ NULL, 0, 0, 0, 0, NULL }
};
static const struct vocab_field fixture_words[] = {
	{ "words", 0, FIELD_WORD, PLACE_REST, 0, "" },
	{ NULL, 0, 0, 0, 0, NULL }
};
static const struct vocab_field fixture_path[] = {
	{ "append", 'a', FIELD_FLAG, PLACE_FLAG, 0, "" },
	{ "path", 0, FIELD_PATH, PLACE_POS, 1, "" },
	{ NULL, 0, 0, 0, 0, NULL }
};
static const struct vocab_field fixture_grep[] = {
	{ "ignore-case", 'i', FIELD_FLAG, PLACE_FLAG, 0, "" },
	{ "pattern", 0, FIELD_WORD, PLACE_POS, 1, "" },
	{ "paths", 0, FIELD_PATH, PLACE_REST, 0, "" },
	{ NULL, 0, 0, 0, 0, NULL }
};
static const struct vocab_field fixture_sleep[] = {
	{ "duration", 0, FIELD_DURATION, PLACE_POS, 1, "" },
	{ NULL, 0, 0, 0, 0, NULL }
};

static const struct vocab_kind fixture_kinds[] = {
	{ "bash", "", NULL, STYLE_SHELL, LANE_PROCESS, EFFECT_IDEMPOTENT,
		fixture_text, NULL },
	{ "exec", "", NULL, STYLE_WORDS, LANE_PROCESS, EFFECT_IDEMPOTENT,
		fixture_words, NULL },
	{ "echo", "", NULL, STYLE_WORDS, LANE_INLINE, EFFECT_PURE,
		fixture_words, NULL },
	{ "sleep", "", NULL, STYLE_WORDS, LANE_WAIT, EFFECT_PURE,
		fixture_sleep, NULL },
	{ "read", "", NULL, STYLE_WORDS, LANE_WORKER, EFFECT_IDEMPOTENT,
		fixture_path, NULL },
	{ "write", "", NULL, STYLE_WORDS, LANE_WORKER, EFFECT_IDEMPOTENT,
		fixture_path, NULL },
	{ "glob", "", NULL, STYLE_WORDS, LANE_WORKER, EFFECT_IDEMPOTENT,
		fixture_words, NULL },
	{ "grep", "", NULL, STYLE_WORDS, LANE_PROCESS, EFFECT_IDEMPOTENT,
		fixture_grep, NULL },
	{ "lua", "", NULL, STYLE_LUA, LANE_WORKER, EFFECT_IDEMPOTENT,
		fixture_text, NULL },
	{ "query", "", NULL, STYLE_PROMPT, LANE_NET, EFFECT_IDEMPOTENT,
		fixture_text, NULL },
	{ "task", "", NULL, STYLE_PROMPT, LANE_NET, EFFECT_ONCE,
		fixture_text, NULL },
	{ "agent", "", NULL, STYLE_PROMPT, LANE_NET, EFFECT_ONCE,
		fixture_text, NULL },
	{ "protocol", "", NULL, STYLE_WORDS, LANE_WAIT, EFFECT_IDEMPOTENT,
		fixture_words, NULL },
	{ "docs", "", NULL, STYLE_PROMPT, LANE_NET, EFFECT_IDEMPOTENT,
		fixture_text, NULL },
};
enum { FIXTURE_KINDS = sizeof(fixture_kinds) / sizeof(fixture_kinds[0]) };

static const struct vocab_kind *fixture_list[FIXTURE_KINDS];
static struct vocab fixture_vocab = { fixture_list, FIXTURE_KINDS };

struct fixture_def {
	const char *name, *text;
	uint8_t yaml;
};
static const struct fixture_def fixture_defs[] = {
	{ "deploy", "/bash ./deploy ${args.to}", 0 },
	{ "nightly", "chain:\n  steps:\n    - name: pull\n"
		"      command: /bash git pull\n    - command: /bash make\n", 1 },
	{ "complex_analysis_team", "/swarm:\n  topology: star\n  agents:\n"
		"    lead: {role: leads}\n    worker: {role: works}\n", 1 },
};
static const struct str fixture_params[] = { { "to", 2 } };
static const struct str fixture_defaults[] = { { "test", 4 } };

__attribute__((unused))
static int fixture_find(void *ud, struct str name, struct front_def *out)
{
	size_t i;

	(void)ud;
	for (i = 0; i < sizeof(fixture_defs) / sizeof(fixture_defs[0]); i++) {
		if (!str_eq(name, fixture_defs[i].name))
			continue;
		memset(out, 0, sizeof(*out));
		out->name = str_of(fixture_defs[i].name);
		out->text = str_of(fixture_defs[i].text);
		out->yaml = fixture_defs[i].yaml;
		if (i == 0) {
			out->param_count = 1;
			out->params = fixture_params;
			out->defaults = fixture_defaults;
		}
		return 1;
	}
	return 0;
}

static const char *const fixture_commands[] = { "chain", "flow", "swarm",
	"pipeline", "bash", "exec", "echo", "sleep", "read", "write", "glob",
	"grep", "lua", "query", "task", "agent", "protocol", "docs", "deploy",
	"nightly", "runs", "help", NULL };

__attribute__((unused))
static void fixture_env(struct front_env *env)
{
	size_t i;

	for (i = 0; i < FIXTURE_KINDS; i++)
		fixture_list[i] = &fixture_kinds[i];
	memset(env, 0, sizeof(*env));
	env->vocab = &fixture_vocab;
	env->find_def = fixture_find;
	env->commands = fixture_commands;
}

/* Compiles `source` as a YAML file; NULL and the errors in *errors (may be
 * NULL), or the plan. */
__attribute__((unused))
static struct plan *fixture_yaml(const struct front_env *env,
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

__attribute__((unused))
static int fixture_read(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	if (!f)
		return -1;
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(out, part, n);
	fclose(f);
	return 0;
}

/* One golden file; WF_GOLDEN=write makes it what it is now. */
__attribute__((unused))
static void fixture_golden(const char *path, const char *name,
	const struct buf *got)
{
	const char *mode = getenv("WF_GOLDEN");
	struct buf want;
	FILE *f;
	char *p;

	if (mode && strcmp(mode, "write") == 0) {
		f = fopen(path, "wb");
		if (f) {
			fwrite(buf_cstr(got), 1, got->len, f);
			fclose(f);
		}
	}
	buf_init(&want);
	fixture_read(path, &want);
	p = mem_strdup(name);
	for (size_t i = 0; p[i]; i++)
		if (p[i] == '_')
			p[i] = ' ';
	if (!ok(want.len && strcmp(buf_cstr(&want), buf_cstr(got)) == 0,
			"%s is as in %s", p, path))
		note("got: %s", buf_cstr(got));
	mem_free(p);
	buf_release(&want);
}

#endif
