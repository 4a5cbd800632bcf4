/*
 * /source FILE: runs the lines of a file in this session; of a file of Lua
 * takes the functions.
 */
#include <string.h>
#include <sys/stat.h>

#include "engine/base/mem.h"
#include "shell/cmd.h"
#include "shell/script.h"
#include "shell/session.h"

enum { DEPTH = 16 };

/* What comes through a pipe comes once. */
static int is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int is_lua(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && strcmp(path + n - 4, ".lua") == 0;
}

/* When a script is only read: what the file defines is known behind it. A
 * file that is not there may be made by an earlier line. */
static int check(struct session *s, const struct cmd_args *a)
{
	char *path = cmd_take(a, "file");
	struct err err = {0};
	int functions = is_lua(path);
	struct script *sc = s->depth < DEPTH && !functions && is_file(path) ?
		script_of_file(path, &err) : NULL;
	int rc = 0;

	if (functions && is_file(path) && session_functions(s, path, &err) < 0)
		rc = diag_add(a->diags, "E113",
			caret(a->line->at, a->line->len),
			err.help[0] ? err.help : NULL, "%s", err.text);
	s->depth++;
	if (sc && script_read(s, sc) != 0)
		rc = diag_add(a->diags, "E105",
			caret(a->line->at, a->line->len), NULL,
			"%s has errors", path);
	s->depth--;
	script_free(sc);
	mem_free(path);
	return rc;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	char *path = cmd_take(a, "file");
	struct script *sc = NULL;
	struct def_entry *mark = defs_mark(&s->defs);
	int status = -1;

	if (is_lua(path)) {
		status = session_functions(s, path, &o->err);
		mem_free(path);
		return status;
	}
	if (s->depth >= DEPTH)
		err_set(&o->err, ERR_LIMIT, "%s: scripts in scripts too deep",
			path);
	else
		sc = script_of_file(path, &o->err);
	mem_free(path);
	if (!sc)
		return -1;
	s->depth++;
	status = script_read(s, sc);
	defs_back(&s->defs, mark);
	if (status == 0)
		status = script_run(s, sc);
	s->depth--;
	script_free(sc);
	return status;
}

static const struct vocab_field args[] = {
	{"file", 0, FIELD_PATH, PLACE_POS, 1, "of lines, one YAML block, or Lua functions"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_source = {
	.name = "source",
	.summary = "run the lines of a file here",
	.group = "workflows",
	.args = args,
	.examples = (const char *const[]){"/source deploy.wf",
		"/source build.yaml", "/source risk.lua", NULL},
	.run = run,
	.stateless = 1,
	.read = check,
};
