/*
 * /fact NAME STEP: a value for conditions, made by a step. Without
 * arguments: those of this session.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/facts.h"
#include "shell/defining.h"

static void one(void *ud, const struct front_def *d)
{
	defining_one(ud, d, "fact");
}

/* What has values of another origin. */
static int is_taken(struct str root)
{
	static const char *const roots[] = {"args", "env", "run", "session",
		"steps", "vars"};

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (str_eq(root, roots[i]))
			return 1;
	return 0;
}

struct root_of {
	struct str root;
	int found;
};

static void is_root(void *ud, const char *root, const char *field,
	const char *summary)
{
	struct root_of *r = ud;

	(void)field;
	(void)summary;
	r->found |= str_eq(r->root, root);
}

static int is_measured(struct str root)
{
	struct root_of r = {root, 0};

	engine_facts_each(is_root, &r);
	return r.found;
}

/* NAME, or ROOT.NAME; -1 with E116 or E212. */
static int check_name(struct diags *diags, struct str name)
{
	const char *dot = memchr(name.p, '.', name.n);
	struct str root = {name.p, dot ? (size_t)(dot - name.p) : name.n};
	struct str rest = {name.p + root.n + (dot != NULL),
		name.n - root.n - (dot != NULL)};
	struct caret at = caret((size_t)(name.p - diags->source.p), name.n);

	/* in a condition a '-' would be a minus */
	if (!is_name(root) || (dot && !is_name(rest)) || memchr(name.p, '-',
			name.n))
		return diag_add(diags, "E116", at, "such as quality.warnings",
			"'%.*s' is no name of a fact", (int)name.n, name.p);
	if (is_taken(root) || (!dot && is_measured(root)))
		return diag_add(diags, "E212", at, "choose another name",
			"%.*s. has values of its own", (int)root.n, root.p);
	if (front_is_reserved(root))
		return diag_add(diags, "E212", at, "choose another name",
			"'%.*s' is a reserved word", (int)root.n, root.p);
	return 0;
}

static const char *nearest(struct session *s, struct str word)
{
	const struct vocab *v = engine_vocab(s->engine);
	const char **names = mem_alloc((v->count + 1) * sizeof(*names));
	const char *near;

	for (size_t i = 0; i < v->count; i++)
		names[i] = v->kinds[i]->name;
	near = text_nearest(word, names, v->count);
	free(names);
	return near;
}

/* The kind of step must be known now: a fact is read much later. `from` is
 * where the text stands in the source. */
static int check_step(struct session *s, struct diags *diags, struct str text,
	size_t from)
{
	struct str word = {text.p + 1, 0};
	const char *near;
	const char *help = "/fact quality.warnings \"/bash make 2>&1 | "
		"grep -c warning\"";
	struct caret at = caret(from, text.n ? text.n : 1);
	struct buf b;
	int rc;

	if (!text.n || !memchr(text.p, '/', text.n))
		return diag_add(diags, "E117", at, help, "a fact is made by "
			"steps: /bash, /lua, ...");
	if (text.p[0] != '/') /* a label, a group: compiled with who asks */
		return 0;
	while (word.n + 1 < text.n && word.p[word.n] != ' ' &&
			word.p[word.n] != '\t')
		word.n++;
	if (front_knows(&s->env, word))
		return 0;
	buf_init(&b);
	near = nearest(s, word);
	if (near)
		buf_printf(&b, "did you mean '/%s'?", near);
	at.len = word.n + 1;
	rc = diag_add(diags, "E103", at, near ? buf_cstr(&b) : help,
		"no step '/%.*s'", (int)word.n, word.p);
	buf_release(&b);
	return rc;
}

static int check_there(struct session *s, struct diags *diags,
	struct str name)
{
	struct front_def def;

	if (defs_find_fact(&s->defs, name, &def))
		return 0;
	return diag_add(diags, "E301", caret((size_t)(name.p -
		diags->source.p), name.n), "/fact lists yours",
		"no fact of yours is called '%.*s'", (int)name.n, name.p);
}

static int define(struct session *s, const struct cmd_args *a)
{
	struct str name = cmd_arg(a, "name"), text = cmd_arg(a, "text");
	int gone = cmd_flag(a, "remove"), rc = 0;
	struct workflow_arg w = {0};
	size_t at;

	if (!name.p)
		return 0;
	if (!text.p)
		text = (struct str){name.p + name.n, 0};
	text = str_trim(text);
	at = (size_t)(text.p - a->diags->source.p);
	if (text.n && strchr("\"'{", text.p[0])) {
		rc = workflow_arg_split(&w, text, at, a->diags);
		text = w.text;
		at = w.text_at;
	}
	if (rc == 0)
		rc = check_name(a->diags, name);
	if (rc == 0 && gone)
		rc = check_there(s, a->diags, name);
	else if (rc == 0)
		rc = check_step(s, a->diags, text, at);
	if (rc == 0)
		defs_text(&s->defs, DEF_FACT, name, gone ? str_of("") : text);
	workflow_arg_release(&w);
	return rc;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	static const struct defining how = {"facts", DEF_FACT, one, define};

	return defining_run(s, a, o, &how);
}

static const struct vocab_field args[] = {
	{"name", 0, FIELD_WORD, PLACE_POS, 0, "NAME or ROOT.NAME"},
	{"text", 0, FIELD_TEXT, PLACE_REST, 0, "the step that makes it"},
	{"remove", 'r', FIELD_FLAG, PLACE_FLAG, 0, "forget it"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_fact = {
	.name = "fact",
	.summary = "define a value for the conditions of /flow",
	.group = "workflows",
	.args = args,
	.examples = (const char *const[]){
		"/fact quality.todos \"/bash {grep -r TODO src | wc -l}\"",
		"/fact --remove quality.todos", "/fact", NULL},
	.run = run,
	.stateless = 1,
	.read = define,
};
