/*
 * /env: the environment of the steps that follow. Values of names that look
 * like secrets are never printed.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/cmd.h"
#include "shell/session.h"

extern char **environ;

static int is_secret(const char *name, size_t n)
{
	static const char *const words[] = {"KEY", "TOKEN", "SECRET", "PASS",
		"CREDENTIAL"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(name, n, words[i], strlen(words[i])))
			return 1;
	return 0;
}

static void one(struct cmd_out *o, const char *name, size_t n,
	const char *value)
{
	char *key = mem_strndup(name, n);

	if (is_secret(name, n))
		value = "********";
	if (o->as_json)
		json_kstr(&o->json, key, str_of(value));
	else
		buf_printf(&o->text, "%s=%s\n", key, value);
	mem_free(key);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(struct cmd_out *o)
{
	size_t n = 0;
	char **sorted;

	while (environ[n])
		n++;
	sorted = mem_dup(environ, (n + 1) * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_name);
	for (size_t i = 0; i < n; i++) {
		const char *eq = strchr(sorted[i], '=');

		if (eq)
			one(o, sorted[i], (size_t)(eq - sorted[i]), eq + 1);
	}
	mem_free(sorted);
}

/* Ours too: the guard and `!` inherit from this process. */
static int change(struct session *s, const char *name, const char *value,
	struct cmd_out *o)
{
	if (!name[0] || strchr(name, '='))
		return err_set(&o->err, ERR_USAGE,
			"'%s' is no name of a variable", name);
	if (strncmp(name, "WF_", 3) == 0)
		return err_set(&o->err, ERR_REFUSED, "%s is wf's own", name);
	engine_env(s->engine, name, value);
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
	return 0;
}

static int show(struct cmd_out *o, const char *name)
{
	const char *value = getenv(name);

	if (!value)
		return err_set(&o->err, ERR_NOTFOUND, "'%s' is not set", name);
	if (o->as_json) {
		one(o, name, strlen(name), value);
		return 0;
	}
	buf_printf(&o->text, "%s\n", is_secret(name, strlen(name))
		? "********" : value);
	return 0;
}

static int assign(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct str word = cmd_arg(a, "assignment");
	const char *eq = memchr(word.p, '=', word.n);
	char *name = mem_strndup(word.p, eq ? (size_t)(eq - word.p) : word.n);
	char *value = eq ? mem_strndup(eq + 1,
		word.n - (size_t)(eq - word.p) - 1) : NULL;
	int rc;

	if (cmd_flag(a, "unset"))
		rc = change(s, name, NULL, o);
	else if (value)
		rc = change(s, name, value, o);
	else
		rc = show(o, name);
	mem_free(name);
	mem_free(value);
	return rc;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	int rc = 0;

	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_key(&o->json, "env");
		json_open(&o->json, '{');
	}
	if (cmd_arg(a, "assignment").p)
		rc = assign(s, a, o);
	else
		list(o);
	if (o->as_json) {
		json_close(&o->json, '}');
		json_close(&o->json, '}');
	}
	if (rc < 0)
		buf_clear(&o->doc);
	return rc;
}

static const struct vocab_field args[] = {
	{"assignment", 0, FIELD_WORD, PLACE_POS, 0,
		"NAME=VALUE sets, NAME shows"},
	{"unset", 'u', FIELD_FLAG, PLACE_FLAG, 0, "remove NAME"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_env = {
	.name = "env",
	.summary = "show or change the environment of steps",
	.group = "session",
	.args = args,
	.examples = (const char *const[]){"/env", "/env LANG=C",
		"/env HOME", NULL},
	.run = run,
	.stateless = 1,
};
