/*
 * Binds the words behind `--` to what a file declares. Every word keeps its
 * place too: ${args.1} is the first.
 */
#include "shell/params.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/front/front.h"
#include "shell/json.h"

enum { MOST = 64 };

struct binding {
	struct front_params p;
	struct str value[MOST];
	struct diags *d;
	size_t mark;           /* of the word `params` */
};

/* text: what is said behind the name. */
static int complain(struct binding *b, const char *code, const char *help,
	struct str name, const char *text)
{
	return diag_add(b->d, code, caret(b->mark, 6), help, "'%.*s' %s",
		(int)(name.n < 60 ? name.n : 60), name.p, text);
}

static int unknown(struct binding *b, struct str name)
{
	const char *names[MOST], *near;
	char help[160];
	int rc;

	for (size_t i = 0; i < b->p.count; i++)
		names[i] = mem_strndup(b->p.names[i].p, b->p.names[i].n);
	near = text_nearest(name, names, b->p.count);
	snprintf(help, sizeof(help), near ? "did you mean '%s'?" :
		"its parameters stand under `params`", near);
	rc = complain(b, "E318", help, name, "is no parameter");
	for (size_t i = 0; i < b->p.count; i++)
		mem_free((void *)(uintptr_t)names[i]);
	return rc;
}

static int named(struct binding *b, struct str name, struct str value)
{
	size_t i = 0;

	while (i < b->p.count && !str_same(b->p.names[i], name))
		i++;
	if (i == b->p.count)
		return unknown(b, name);
	if (b->value[i].p)
		return complain(b, "E223", NULL, name, "is given twice");
	b->value[i] = value;
	return 0;
}

/* Words NAME=value first, then the others to what is left. */
static int bind(struct binding *b, const struct options *o)
{
	size_t at = 0;
	int rc = 0;

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < o->arg_count; i++) {
			struct str w = str_of(o->args[i]);
			const char *eq = strchr(w.p, '=');
			struct str name = {w.p, eq ? (size_t)(eq - w.p) : 0};

			if (is_name(name) != (round == 0))
				continue;
			if (round == 0) {
				rc |= named(b, name, str_of(eq + 1));
				continue;
			}
			while (at < b->p.count && b->value[at].p)
				at++;
			if (at == b->p.count)
				return complain(b, "E115", "its parameters "
					"stand under `params`", w,
					"is for no parameter");
			b->value[at] = w;
		}
	return rc;
}

static int defaults(struct binding *b)
{
	char help[100];
	int rc = 0;

	for (size_t i = 0; i < b->p.count; i++) {
		struct str name = b->p.names[i];

		if (!b->value[i].p)
			b->value[i] = b->p.defaults[i];
		if (b->value[i].p)
			continue;
		snprintf(help, sizeof(help), "wf FILE -- %.*s=VALUE",
			(int)name.n, name.p);
		rc = complain(b, "E114", help, name,
			"is a parameter that must be given");
	}
	return rc;
}

static char *written(const struct binding *b, const struct options *o)
{
	struct json j;
	struct buf out;
	char key[72];

	buf_init(&out);
	json_init(&j, &out);
	json_open(&j, '{');
	for (size_t i = 0; i < o->arg_count; i++) {
		snprintf(key, sizeof(key), "%zu", i + 1);
		json_ktext(&j, key, o->args[i]);
	}
	for (size_t i = 0; i < b->p.count; i++) {
		snprintf(key, sizeof(key), "%.*s", (int)b->p.names[i].n,
			b->p.names[i].p);
		json_kstr(&j, key, b->value[i]);
	}
	json_close(&j, '}');
	return buf_take(&out);
}

char *params_json(const struct options *o, struct diags *d)
{
	struct binding b = {.d = d};
	char *json = NULL;

	front_params_read(d->source, &b.p);
	b.mark = b.p.at;
	if (b.p.count > MOST)
		diag_add(d, "E115", caret(b.mark, 6), NULL,
			"more than %d parameters", MOST);
	else if (b.p.count && !bind(&b, o) && !defaults(&b))
		json = written(&b, o);
	front_params_release(&b.p);
	return json;
}
