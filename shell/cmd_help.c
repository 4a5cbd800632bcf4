/*
 * /help: all commands on one screen; /help X about one of them, a step or a
 * topic.
 */
#include <string.h>

#include "engine/base/text.h"
#include "shell/annotations.h"
#include "shell/cmd.h"
#include "shell/help_def.h"
#include "shell/screen.h"
#include "shell/session.h"
#include "shell/status.h"
#include "shell/topics.h"

enum { WIDTH = 76 };

/* Words behind a title, as many a line as fit. */
struct list {
	struct buf *b;
	size_t col, width;
};

static void title(struct list *l, const char *text)
{
	buf_printf(l->b, "%-13s", text);
	l->col = 13;
}

static void word(struct list *l, const char *name, const char *slash)
{
	size_t n = strlen(name) + strlen(slash) + 1;

	if (l->col + n > l->width) {
		buf_char(l->b, '\n');
		title(l, "");
	}
	buf_printf(l->b, "%s%s ", slash, name);
	l->col += n;
}

static void group(struct list *l, const char *name)
{
	title(l, name);
	for (size_t i = 0; cmd_list[i]; i++)
		if (strcmp(cmd_list[i]->group, name) == 0)
			word(l, cmd_list[i]->name, "/");
	buf_char(l->b, '\n');
}

static void overview(struct session *s, struct buf *b, int columns)
{
	const struct vocab *v = s->env.vocab;
	struct list l = {.b = b, .width = columns && columns < WIDTH
		? (size_t)columns : WIDTH};

	buf_str(b, "wf: a line of text is a durable workflow\n\n"
		"  /chain \"build: /bash make -> test: /bash make check\"\n"
		"  /flow \"t: /bash make check -> if t.ok then /echo yes "
		"else /echo no end\"\n"
		"  /runs    /logs @last    /why @last    /resume @last\n"
		"\n");
	title(&l, "workflow");
	for (const struct workflow_help *h = workflow_helps; h->name; h++)
		word(&l, h->name, "/");
	buf_char(b, '\n');
	title(&l, "steps");
	for (size_t i = 0; i < v->count; i++)
		if (!v->kinds[i]->missing)
			word(&l, v->kinds[i]->name, "/");
	buf_char(b, '\n');
	title(&l, "names only");
	for (size_t i = 0; i < v->count; i++)
		if (v->kinds[i]->missing)
			word(&l, v->kinds[i]->name, "/");
	buf_char(b, '\n');
	group(&l, "runs");
	group(&l, "workflows");
	group(&l, "session");
	title(&l, "topics");
	for (size_t i = 0; topics[i].name; i++)
		word(&l, topics[i].name, "");
	buf_str(b, "\n\n/help NAME tells more of each, so does /NAME --help. "
		"Tab completes.\n"
		"Ctrl-C cancels a run, Ctrl-B sends it to the background; "
		"/help keys has more.\n!text runs your shell; /quit leaves.\n");
}

/* Two topics are made of tables. */
static int topic(struct buf *b, struct str name)
{
	size_t i = 0;

	if (name.n && name.p[0] == '@')
		return annotation_about(name, b);
	while (topics[i].name && !str_eq(name, topics[i].name))
		i++;
	if (!topics[i].name)
		return annotation_about(name, b);
	if (str_eq(name, "annotations"))
		annotations_list(b);
	else
		buf_str(b, topics[i].text ? topics[i].text : status_table);
	return 1;
}

static int about(struct session *s, struct str name, struct cmd_out *o)
{
	const struct cmd *cmd;
	const char *near;
	size_t n = 0;
	int id;

	if (name.n && name.p[0] == '/')
		name = (struct str){name.p + 1, name.n - 1};
	cmd = cmd_find(name);
	id = vocab_find(s->env.vocab, name.p, name.n);
	if (cmd)
		usage_cmd(cmd, &o->text);
	else if (id >= 0)
		usage_kind(s->env.vocab->kinds[id], &o->text);
	else if (front_knows(&(struct front_env){.vocab = s->env.vocab},
			name))
		usage_workflow(name, &o->text);
	else if (!help_def(s, name, &o->text) && !topic(&o->text, name)) {
		while (s->names[n])
			n++;
		near = text_nearest(name, s->names, n);
		err_set(&o->err, ERR_NOTFOUND, "no help about '%.*s'",
			(int)name.n, name.p);
		return near ? err_help(&o->err, "did you mean '%s'?", near)
			: err_help(&o->err, "/help lists all there is");
	}
	return 0;
}

/* What a field takes; NULL: a flag without a value. */
static const char *value_of(const struct vocab_field *f)
{
	static const char *const own[] = {"run", "step", "workflow",
		"setting", "topic", "site"};
	static const char *const usual[] = {
		[FIELD_WORD] = "word", [FIELD_TEXT] = "text",
		[FIELD_NUMBER] = "number", [FIELD_DURATION] = "duration",
		[FIELD_PATH] = "path", [FIELD_FLAG] = NULL,
		[FIELD_LIST] = "list", [FIELD_MODE] = "mode"};

	return f->type >= CMD_RUN ? own[f->type - CMD_RUN] : usual[f->type];
}

static void fields(struct json *j, const struct vocab_field *f)
{
	for (; f && f->name; f++) {
		char letter[2] = {f->letter, '\0'};

		json_open(j, '{');
		json_ktext(j, "name", f->name);
		json_ktext(j, "letter", f->letter ? letter : NULL);
		json_kbool(j, "flag", f->place == PLACE_FLAG);
		json_ktext(j, "value", value_of(f));
		json_kbool(j, "required", f->required);
		json_ktext(j, "help", f->help);
		json_close(j, '}');
	}
}

static void workflow_fields(struct json *j)
{
	for (const struct workflow_flag *f = workflow_flags; f->name; f++) {
		json_open(j, '{');
		json_ktext(j, "name", f->name);
		json_ktext(j, "letter", NULL);
		json_kbool(j, "flag", 1);
		json_ktext(j, "value", f->value[0] ? f->value : NULL);
		json_kbool(j, "required", 0);
		json_ktext(j, "help", f->help);
		json_close(j, '}');
	}
}

/* `f` NULL: of a workflow. */
static void describe(struct json *j, const char *name, const char *summary,
	const struct vocab_field *f, const char *const *examples)
{
	json_open(j, '{');
	json_ktext(j, "name", name);
	json_ktext(j, "summary", summary);
	json_key(j, "args");
	json_open(j, '[');
	if (f)
		fields(j, f);
	else
		workflow_fields(j);
	json_close(j, ']');
	json_key(j, "examples");
	json_open(j, '[');
	for (; examples && *examples; examples++)
		json_text(j, *examples);
	json_close(j, ']');
	json_close(j, '}');
}

static void annotations(struct str name, struct json *j)
{
	const struct annotation *a;
	const char *key, *meaning;

	json_key(j, "annotations");
	json_open(j, '[');
	for (size_t i = 0; (a = annotation_at(i, &key, &meaning)); i++) {
		if (name.p && !str_eq(name, key))
			continue;
		json_open(j, '{');
		json_ktext(j, "name", key);
		json_ktext(j, "summary", meaning);
		json_ktext(j, "word", a->word);
		json_ktext(j, "example", a->line);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void topic_texts(struct str name, struct json *j)
{
	struct buf b;

	json_key(j, "topics");
	json_open(j, '[');
	for (size_t i = 0; topics[i].name; i++) {
		if (name.p && !str_eq(name, topics[i].name))
			continue;
		buf_init(&b);
		topic(&b, str_of(topics[i].name));
		json_open(j, '{');
		json_ktext(j, "name", topics[i].name);
		json_ktext(j, "summary", topics[i].summary);
		json_ktext(j, "text", buf_cstr(&b));
		json_close(j, '}');
		buf_release(&b);
	}
	json_close(j, ']');
}

static void document(struct session *s, struct str name, struct json *j)
{
	static const struct vocab_field none[] = {{.name = NULL}};
	const struct vocab *v = s->env.vocab;

	json_list_open(j, "commands");
	for (size_t i = 0; cmd_list[i]; i++)
		if (!name.p || str_eq(name, cmd_list[i]->name))
			describe(j, cmd_list[i]->name, cmd_list[i]->summary,
				cmd_list[i]->args, cmd_list[i]->examples);
	json_close(j, ']');
	json_key(j, "steps");
	json_open(j, '[');
	for (size_t i = 0; i < v->count; i++)
		if (!name.p || str_eq(name, v->kinds[i]->name))
			describe(j, v->kinds[i]->name, v->kinds[i]->summary,
				v->kinds[i]->fields ? v->kinds[i]->fields
				: none, v->kinds[i]->examples);
	json_close(j, ']');
	json_key(j, "workflows");
	json_open(j, '[');
	for (const struct workflow_help *h = workflow_helps; h->name; h++)
		if (!name.p || str_eq(name, h->name))
			describe(j, h->name, h->summary, NULL, h->examples);
	json_close(j, ']');
	annotations(name, j);
	topic_texts(name, j);
	json_key(j, "definitions");
	json_open(j, '[');
	if (name.p)
		help_def_json(s, name, j);
	json_close(j, ']');
	json_close(j, '}');
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	int columns = screen_columns(o->sink->out);
	struct str name = cmd_arg(a, "name");
	struct buf whole;

	if (o->as_json) {
		document(s, name, &o->json);
		return 0;
	}
	if (name.p && about(s, name, o) < 0)
		return -1;
	if (!name.p)
		overview(s, &o->text, columns);
	if (!columns || columns >= WIDTH)
		return 0;
	whole = o->text;
	buf_init(&o->text);
	screen_wrap(&o->text, (struct str){whole.data, whole.len}, columns);
	buf_release(&whole);
	return 0;
}

static const struct vocab_field args[] = {
	{"name", 0, CMD_TOPIC, PLACE_POS, 0,
		"a command, step, topic or name of your own"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_help = {
	.name = "help",
	.summary = "all commands, or one of them",
	.group = "session",
	.args = args,
	.examples = (const char *const[]){"/help", "/help bash",
		"/help language", NULL},
	.run = run,
	.stateless = 1,
};
