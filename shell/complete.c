/*
 * What may stand at a place is found from what stands before it, without
 * reading the text as a whole: it is not finished, and may never be right.
 */
#include "shell/complete.h"

#include <string.h>

#include "engine/base/text.h"
#include "shell/complete_int.h"

enum { WORDS = 64 };

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static int is_flag(struct str w)
{
	return w.n > 0 && w.p[0] == '-';
}

static struct str behind(struct str s, size_t n)
{
	return (struct str){s.p + n, s.n - n};
}

static void set_word(struct at *a, struct str word)
{
	a->word = word;
	a->out->from = (size_t)(word.p - a->text.p);
}

/* ------------------------------------------------------------------- words */
/* A line up to the cursor, in words; the last is the one to be completed and
 * may be empty. */
struct split {
	struct str word[WORDS];
	char quote[WORDS];     /* " ' or { it began with; its text is inside */
	uint8_t open;          /* the last one's is not closed */
	size_t n;
};

/* Behind what closes the word that began at i; n when nothing does. */
static size_t word_end(struct str s, size_t i, int *open)
{
	char q = s.p[i];
	size_t depth = 0;

	*open = 0;
	if (q != '"' && q != '\'' && q != '{') {
		while (i < s.n && !is_blank(s.p[i]))
			i++;
		return i;
	}
	for (i++; i < s.n; i++) {
		if (q != '\'' && s.p[i] == '\\')
			i++;
		else if (q == '{' && s.p[i] == '{')
			depth++;
		else if (s.p[i] == (q == '{' ? '}' : q) && depth-- == 0)
			return i + 1;
	}
	*open = 1;
	return s.n;
}

static void split(struct str s, struct split *out)
{
	size_t i = 0;

	memset(out, 0, sizeof(*out));
	for (;;) {
		size_t from, inside;
		int open = 0;
		char q;

		while (i < s.n && is_blank(s.p[i]))
			i++;
		if (i == s.n)
			break;
		from = i;
		i = word_end(s, i, &open);
		q = strchr("\"'{", s.p[from]) ? s.p[from] : 0;
		inside = q != 0;
		out->n -= out->n == WORDS; /* the place is at the end */
		out->word[out->n] = (struct str){s.p + from + inside,
			i - from - inside - (q && !open)};
		out->open = (uint8_t)open;
		out->quote[out->n++] = q;
	}
	if (out->n && (out->open || !is_blank(s.p[s.n - 1])))
		return;
	out->n -= out->n == WORDS;
	out->quote[out->n] = 0;
	out->word[out->n++] = behind(s, s.n);
	out->open = 0;
}

static struct str last(const struct split *w)
{
	return w->word[w->n - 1];
}

static void of_line(struct at *a, struct str line);

/* -------------------------------------------------------- in workflow text */
static const char *const begins[] = {"->", "\xe2\x86\x92", "[", "(", ",",
	" then", " else", " do", " or", " in", "\nthen", "\nelse", "\ndo"};

/* Behind the last that begins an item: an arrow, an opening, a comma. */
static size_t item_begin(struct str t)
{
	size_t at = 0;

	for (size_t i = 0; i < t.n; i++)
		for (size_t k = 0; k < sizeof(begins) / sizeof(begins[0]);
				k++) {
			size_t n = strlen(begins[k]);

			if (t.n - i < n || memcmp(t.p + i, begins[k], n) != 0)
				continue;
			if (begins[k][1] >= 'a' && (i + n == t.n ||
					!is_blank(t.p[i + n])))
				continue;
			at = i + n;
		}
	return at;
}

/* Without the blanks and the label that stand first. */
static struct str item_text(struct str t)
{
	size_t i = 0;

	while (i < t.n && is_blank(t.p[i]))
		i++;
	t = behind(t, i);
	for (i = 0; i + 1 < t.n && !is_blank(t.p[i]) && t.p[i] != '/'; i++)
		if (t.p[i] == ':' && is_blank(t.p[i + 1]))
			return item_text(behind(t, i + 1));
	return t;
}

static int is_condition(struct str item)
{
	static const char *const words[] = {"if", "elif", "elseif", "while",
		"until", "for"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		if (item.n > n && memcmp(item.p, words[i], n) == 0 &&
				is_blank(item.p[n]))
			return 1;
	}
	return 0;
}

static void of_annotation(struct at *a)
{
	const char *eq = memchr(a->word.p, '=', a->word.n);
	struct str name = behind(a->word, 1), value;
	size_t i;

	if (!eq) {
		comp_annotations(a);
		return;
	}
	name.n = (size_t)(eq - name.p);
	value = (struct str){eq + 1, (size_t)(a->word.p + a->word.n - eq) - 1};
	for (i = value.n; i > 0 && value.p[i - 1] != ','; i--)
		continue;
	set_word(a, behind(value, i));
	comp_annotation_values(a, name);
}

static int of_swarm(const struct at *a)
{
	struct str t = str_trim(a->text);

	return t.n > 6 && memcmp(t.p, "/swarm", 6) == 0;
}

/* `text`: from the beginning of the workflow text to the cursor. */
static void of_workflow(struct at *a, struct str text)
{
	size_t i = text.n;
	struct str item;

	a->quote = 0;
	while (i > 0 && !is_blank(text.p[i - 1]) &&
			!strchr("\"'{}[](),", text.p[i - 1]))
		i--;
	if (i < text.n && text.p[i] == '@') {
		set_word(a, behind(text, i));
		of_annotation(a);
		return;
	}
	/* the rest of a list, @needs=a,b */
	for (size_t k = text.n; k > 0 && !is_blank(text.p[k - 1]); k--)
		if (text.p[k - 1] == '@' && i && text.p[i - 1] == ',') {
			set_word(a, behind(text, k - 1));
			of_annotation(a);
			return;
		}
	if (i && strchr("\"'", text.p[i - 1]) && i > 1 &&
			text.p[i - 2] == '=') { /* @undo='/… */
		set_word(a, behind(text, i));
		comp_steps(a);
		return;
	}
	item = item_text(behind(text, item_begin(text)));
	set_word(a, behind(text, i));
	if (is_condition(item)) {
		comp_references(a);
	} else if (item.p >= text.p + i) {
		comp_steps(a);
		if (!a->word.n || a->word.p[0] != '/')
			comp_defs(a, "");
		if (of_swarm(a))
			comp_labels(a);
	} else if (item.p[0] == '/') {
		of_line(a, item);
	} else {
		comp_files(a, 0);
	}
}

/* --------------------------------------------------------------- commands */
static const struct vocab_field *find_flag(const struct vocab_field *f,
	struct str w)
{
	int is_long = w.n > 2 && w.p[1] == '-';
	struct str name = behind(w, w.n < 2 ? w.n : 1 + (size_t)is_long);
	const char *eq = memchr(name.p, '=', name.n);

	if (eq)
		name.n = (size_t)(eq - name.p);
	for (; f && f->name; f++)
		if (f->place == PLACE_FLAG && (is_long ? str_eq(name, f->name)
				: name.n == 1 && f->letter == name.p[0]))
			return f;
	return NULL;
}

/* What a flag takes that is not said by its type. */
static const char *flag_choices(struct str w)
{
	static const char *const known[][2] = {
		{"--output", "text json jsonl"}, {"-o", "text json jsonl"},
		{"--on-error", "stop continue_on_failure ignore rollback"},
		{"--in-doubt", "retry skip done"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i][0]);

		if (w.n >= n && memcmp(w.p, known[i][0], n) == 0 &&
				(w.n == n || w.p[n] == '='))
			return known[i][1];
	}
	return NULL;
}

static int takes_value(const struct vocab_field *fields, struct str w)
{
	const struct vocab_field *f = find_flag(fields, w);

	if (!is_flag(w) || memchr(w.p, '=', w.n))
		return 0;
	if (f)
		return f->type != FIELD_FLAG;
	if (flag_choices(w))
		return 1;
	for (size_t i = 0; !fields && workflow_flags[i].name; i++)
		if (w.n > 2 && str_eq(behind(w, 2), workflow_flags[i].name))
			return workflow_flags[i].value[0] != '\0';
	return 0;
}

static enum comp_runs runs_for(const struct cmd *c)
{
	static const char *const open[] = {"cancel", "pause", "continue",
		"wait", "fg", "attach", "watch"};
	static const char *const asking[] = {"answer", "approve", "deny"};

	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		if (strcmp(c->name, open[i]) == 0)
			return RUNS_OPEN;
	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		if (strcmp(c->name, asking[i]) == 0)
			return RUNS_WAITING;
	return RUNS_ALL;
}

static void of_step(struct at *a, const struct cmd *c)
{
	const char *dot = memchr(a->word.p, '.', a->word.n);
	char before[64];

	if (!dot || dot - a->word.p > 30) {
		comp_runs(a, runs_for(c));
		return;
	}
	memcpy(before, a->word.p, (size_t)(dot - a->word.p) + 1);
	before[dot - a->word.p + 1] = '\0';
	comp_run_steps(a, (struct str){a->word.p, (size_t)(dot -
		a->word.p)}, before);
}

/* Words of a command that are not of a type of their own. */
static void of_word(struct at *a, const struct cmd *c, const char *name,
	const struct str *words, size_t n)
{
	struct str first = n ? words[0] : str_of("");

	if (strcmp(c->name, "set") == 0) {
		comp_setting_values(a, first);
	} else if (strcmp(c->name, "env") == 0) {
		comp_environment(a, "");
	} else if (strcmp(c->name, "alias") == 0) {
		comp_aliases(a, "");
	} else if (strcmp(c->name, "def") == 0) {
		comp_defs(a, "");
	} else if (strcmp(c->name, "fact") == 0) {
		comp_facts(a);
	} else if (strcmp(c->name, "facts") == 0) {
		comp_all_facts(a);
	} else if (strcmp(name, "step") == 0) {
		comp_run_steps(a, first, "");
	} else if (strcmp(c->name, "runs") == 0 && (str_eq(first, "pin") ||
			str_eq(first, "unpin") || str_eq(first, "purge"))) {
		comp_runs(a, RUNS_ALL);
	} else if (strcmp(c->name, "runs") == 0) {
		comp_choices(a, "status:failed status:succeeded status:running "
			"status:waiting status:paused status:cancelled "
			"status:interrupted purge pin unpin");
	}
}

/* A text behind a command: a line in it, a workflow, or a run. */
static void of_text(struct at *a, const struct cmd *c, const struct split *w,
	size_t i, const struct vocab_field *f)
{
	struct str text = {w->word[i].p, (size_t)(a->text.p + a->text.n -
		w->word[i].p)};
	int is_last = i + 1 == w->n;

	a->quote = 0;
	if (w->quote[i])
		a->outer = w->quote[i];
	if (is_last && !w->quote[i] && strcmp(c->name, "watch") == 0)
		comp_runs(a, RUNS_OPEN);
	if (strcmp(c->name, "answer") == 0 && i)
		comp_answers(a, w->word[i - 1]);
	if (text.n && text.p[0] == '/') {
		of_line(a, text);
		return;
	}
	if (f->type == CMD_WORKFLOW && is_last && !w->quote[i]) {
		comp_runs(a, RUNS_ALL);
		comp_files(a, 0);
		if (!a->word.n)
			comp_steps(a);
	} else if (f->type == CMD_WORKFLOW || strcmp(c->name, "def") == 0) {
		of_workflow(a, text);
	}
}

static void by_type(struct at *a, const struct cmd *c,
	const struct vocab_field *f, const struct str *words, size_t n)
{
	switch (f->type) {
	case CMD_RUN:
		comp_runs(a, runs_for(c));
		break;
	case CMD_STEP:
		of_step(a, c);
		break;
	case FIELD_PATH:
		comp_files(a, strcmp(c->name, "cd") == 0);
		break;
	case CMD_SETTING:
		comp_settings(a);
		break;
	case CMD_TOPIC:
		comp_topics(a);
		break;
	case CMD_SITE:
		comp_sites(a);
		break;
	default:
		of_word(a, c, f->name, words, n);
		break;
	}
}

/* --name VALUE, --name=VALUE: 1 when the word is the value. */
static int of_flag_value(struct at *a, const struct vocab_field *fields,
	const struct split *w)
{
	struct str word = last(w), flag = w->n > 2 ? w->word[w->n - 2]
		: str_of("");
	const char *eq = is_flag(word) ? memchr(word.p, '=', word.n) : NULL;
	const struct vocab_field *f;

	if (eq) {
		flag = word;
		set_word(a, behind(word, (size_t)(eq - word.p) + 1));
	} else if (!takes_value(fields, flag)) {
		return 0;
	}
	f = find_flag(fields, flag);
	if (!f || f->type != FIELD_PATH)
		comp_choices(a, flag_choices(flag));
	else
		comp_files(a, 0);
	if (flag.n >= 13 && memcmp(flag.p, "--resume-from", 13) == 0)
		comp_labels(a);
	else if (f && strcmp(f->name, "from") == 0)
		comp_run_steps(a, w->n > 3 && !is_flag(w->word[1]) ? w->word[1]
			: str_of("@last"), "");
	return 1;
}

/* The next argument by place that the words leave. */
static void of_command(struct at *a, const struct cmd *c,
	const struct split *w)
{
	const struct vocab_field *f = c->args;
	struct str words[WORDS];
	size_t n = 0, place = 0;

	if (of_flag_value(a, c->args, w))
		return;
	for (size_t i = 1; i < w->n; i++) {
		const struct vocab_field *g = f;

		for (size_t k = 0; g->name && (g->place == PLACE_FLAG ||
				(g->place == PLACE_POS && k++ < place));)
			g++;
		if (is_flag(w->word[i]) && !w->quote[i]) {
			if (i + 1 == w->n)
				comp_fields(a, c->args);
			i += takes_value(c->args, w->word[i]);
			continue;
		}
		if (g->name && (g->type == FIELD_TEXT ||
				g->type == CMD_WORKFLOW)) {
			of_text(a, c, w, i, g);
			return;
		}
		if (i + 1 == w->n && g->name)
			by_type(a, c, g, words, n);
		words[n++] = w->word[i];
		place++;
	}
}

static void of_kind(struct at *a, const struct vocab_kind *k,
	const struct split *w)
{
	size_t words = 0;

	if (k->style == STYLE_LUA || of_flag_value(a, k->fields, w))
		return;
	for (size_t i = 1; i + 1 < w->n; i++)
		words += !is_flag(w->word[i]);
	if (is_flag(a->word) && (k->style == STYLE_WORDS || !words))
		comp_fields(a, k->fields);
	else if (k->style != STYLE_PROMPT && !k->missing)
		comp_files(a, 0);
}

/* Flags of a workflow, and its text. */
static void of_workflow_line(struct at *a, const struct split *w)
{
	for (size_t i = 1; i < w->n; i++) {
		if (is_flag(w->word[i]) && !w->quote[i]) {
			if (i + 1 < w->n)
				i += takes_value(NULL, w->word[i]);
			continue;
		}
		if (w->quote[i] && i + 1 < w->n)
			continue; /* closed: flags may follow */
		if (i + 1 == w->n && of_flag_value(a, NULL, w))
			return;
		if (w->quote[i])
			a->outer = w->quote[i];
		of_workflow(a, (struct str){w->word[i].p, (size_t)(a->text.p +
			a->text.n - w->word[i].p)});
		return;
	}
	if (!of_flag_value(a, NULL, w) && is_flag(a->word))
		comp_workflow_flags(a);
}

/* A line, or a step's own in a workflow: /name and what follows. */
static void of_line(struct at *a, struct str line)
{
	struct split w;
	struct str name;
	int kind;

	split(line, &w);
	name = behind(w.word[0], w.word[0].n > 0);
	if (w.n == 1) {
		set_word(a, w.word[0]);
		comp_steps(a);
		return;
	}
	kind = vocab_find(a->s->env.vocab, name.p, name.n);
	set_word(a, last(&w));
	a->quote = w.open && w.quote[w.n - 1] != '{' ? w.quote[w.n - 1] : 0;
	if (w.n > 2 && str_eq(w.word[w.n - 2], ">"))
		comp_files(a, 0);
	else if (cmd_find(name))
		of_command(a, cmd_find(name), &w);
	else if (kind >= 0)
		of_kind(a, a->s->env.vocab->kinds[kind], &w);
	else
		of_workflow_line(a, &w);
}

/* ----------------------------------------------------------------- blocks */
/* 1 when the first line is `/name:`, and the cursor is behind it. */
static int is_block(struct str text)
{
	const char *nl = memchr(text.p, '\n', text.n);
	struct str head = str_trim((struct str){text.p, nl ? (size_t)(nl -
		text.p) : 0});

	return head.n > 1 && head.p[head.n - 1] == ':' &&
		!memchr(head.p, ' ', head.n);
}

/* A line of it: `- key: value`. */
static void of_block(struct at *a)
{
	const char *nl = memrchr(a->text.p, '\n', a->text.n);
	struct str line = behind(a->text, (size_t)(nl - a->text.p) + 1), key;
	const char *colon;
	size_t i = 0, from;

	while (i < line.n && (is_blank(line.p[i]) || line.p[i] == '-'))
		i++;
	key = behind(line, i);
	colon = memchr(key.p, ':', key.n);
	if (!colon) {
		set_word(a, key);
		comp_keys(a);
		return;
	}
	for (from = line.n; from > 0 && !is_blank(line.p[from - 1]) &&
			!strchr("[,\"'", line.p[from - 1]);)
		from--;
	set_word(a, behind(line, from));
	key.n = (size_t)(colon - key.p);
	if (str_eq(key, "depends_on") || str_eq(key, "needs"))
		comp_labels(a);
	else if (a->word.n && a->word.p[0] == '/')
		comp_steps(a);
	else
		comp_key_values(a, key);
	if (!a->out->count && str_eq(key, "params"))
		comp_files(a, 0);
}

/* ------------------------------------------------------------------ places */
/* Behind a ${ that is not closed, or 0. */
static size_t reference_begin(struct str t)
{
	for (size_t i = t.n; i > 1; i--) {
		if (t.p[i - 1] == '}' || is_blank(t.p[i - 1]))
			return 0;
		if (t.p[i - 1] == '{' && t.p[i - 2] == '$')
			return i;
	}
	return 0;
}

/* `!text`: a program and its files. */
static void of_program(struct at *a, struct str line, const struct split *w)
{
	if (w->n > 1)
		a->quote = w->open ? w->quote[w->n - 1] : 0;
	else
		set_word(a, behind(line, 1));
	if (w->n > 1 || memchr(a->word.p, '/', a->word.n))
		comp_files(a, 0);
	else
		comp_programs(a);
}

void complete(struct session *s, struct str text, struct matches *out)
{
	struct at a = {.s = s, .text = text, .out = out};
	size_t from = 0, reference = reference_begin(text);
	struct str line;
	struct split w;

	memset(out, 0, sizeof(*out));
	while (from < text.n && is_blank(text.p[from]))
		from++;
	line = behind(text, from);
	split(line, &w);
	set_word(&a, last(&w));
	if (reference) {
		set_word(&a, behind(text, reference));
		comp_references(&a);
	} else if (line.n && line.p[0] == '!') {
		of_program(&a, line, &w);
	} else if (line.n && line.p[0] == '/' && is_block(line)) {
		of_block(&a);
	} else if (w.n == 1 && (!line.n || line.p[0] == '/')) {
		comp_commands(&a);
	} else if (w.n == 1) {
		comp_choices(&a, "exit quit help clear");
	} else if (line.p[0] == '/') {
		of_line(&a, line);
	} else { /* a program's, which is asked about */
		a.quote = w.open ? w.quote[w.n - 1] : 0;
		comp_files(&a, 0);
	}
}
