/*
 * Definitions of the session and stored workflows. A stored file is read
 * when its name is first used, and again when it has changed.
 */
#include "shell/defs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/io/file.h"

enum { PARAMS = 64 };

struct def_entry {
	struct front_def def;
	struct str params[PARAMS], defaults[PARAMS];
	uint8_t sort, hidden;  /* enum def_sort */
	char *path;            /* of a stored one */
	struct timespec changed;
	struct arena arena;
	struct def_entry *next;
};

static struct def_entry *entry_new(struct str name)
{
	struct def_entry *e = mem_zero(sizeof(*e));

	arena_init(&e->arena);
	e->def.name.p = arena_strndup(&e->arena, name.p, name.n);
	e->def.name.n = name.n;
	e->def.params = e->params;
	e->def.defaults = e->defaults;
	return e;
}

static void entry_free(struct def_entry *e)
{
	arena_release(&e->arena);
	free(e->path);
	free(e);
}

static void list_free(struct def_entry *e, struct def_entry *until)
{
	while (e && e != until) {
		struct def_entry *next = e->next;

		entry_free(e);
		e = next;
	}
}

void defs_init(struct defs *d, const char *dir)
{
	memset(d, 0, sizeof(*d));
	d->dir = mem_strdup(dir);
}

void defs_release(struct defs *d)
{
	list_free(d->newest, NULL);
	list_free(d->stored, NULL);
	free(d->dir);
	memset(d, 0, sizeof(*d));
}

void defs_dir(struct defs *d, const char *dir)
{
	free(d->dir);
	d->dir = mem_strdup(dir);
}

/* ------------------------------------------------------------- parameters */
static struct str keep(struct def_entry *e, struct str s)
{
	return (struct str){arena_strndup(&e->arena, s.p ? s.p : "", s.n),
		s.n};
}

static int is_keyword(struct str s)
{
	static const char *const words[] = {"if", "for", "while", "choose"};

	for (size_t i = 0; i < 4; i++)
		if (str_eq(s, words[i]))
			return 1;
	return 0;
}

/* One parameter at s: bytes used, 0 when the text begins here. */
static size_t parameter(struct def_entry *e, struct str s)
{
	size_t n = 0, from, end;
	struct str value;

	while (n < s.n && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
			"QRSTUVWXYZ0123456789_-", s.p[n]) && s.p[n])
		n++;
	if (!is_name((struct str){s.p, n}) || e->def.param_count >= PARAMS ||
			is_keyword((struct str){s.p, n}))
		return 0;
	end = n;
	value = str_of(NULL);
	if (n < s.n && s.p[n] == '=') {
		char q = n + 1 < s.n ? s.p[n + 1] : 0;

		from = n + 1;
		if (q == '"' || q == '\'') {
			const char *close = memchr(s.p + from + 1, q,
				s.n - from - 1);

			if (!close)
				return 0;
			value = (struct str){s.p + from + 1,
				(size_t)(close - s.p) - from - 1};
			end = (size_t)(close - s.p) + 1;
		} else {
			for (end = from; end < s.n && s.p[end] != ' ' &&
					s.p[end] != '\t';)
				end++;
			value = (struct str){s.p + from, end - from};
		}
	}
	if (end < s.n && s.p[end] != ' ' && s.p[end] != '\t')
		return 0;
	e->params[e->def.param_count] = keep(e, (struct str){s.p, n});
	if (end > n)
		e->defaults[e->def.param_count] = keep(e, value);
	e->def.param_count++;
	return end;
}

/* A text of several bare words whose first could be a parameter's name:
 * parameters only count when a command, quote or bracket follows them. */
static struct str text_of(struct def_entry *e, struct str rest)
{
	struct str s = str_trim(rest);
	size_t n;

	while (s.n && (n = parameter(e, s)) > 0) {
		s.p += n;
		s.n -= n;
		s = str_trim(s);
	}
	return s;
}

int defs_add(struct defs *d, struct str name, struct str rest,
	struct diags *diags)
{
	struct def_entry *e = entry_new(name);
	struct str text = text_of(e, rest);
	struct workflow_arg w = {0};
	size_t at = (size_t)(rest.p - diags->source.p);
	int rc = 0;

	if (!text.n) {
		entry_free(e);
		return diag_add(diags, "E117", caret(at, rest.n ? rest.n : 1),
			"/def greet NAME '/echo hello ${args.NAME}'",
			"the definition of %.*s has no text", (int)name.n,
			name.p);
	}
	if (strchr("\"'{", text.p[0])) {
		rc = workflow_arg_split(&w, text,
			(size_t)(text.p - diags->source.p), diags);
		if (rc == 0)
			text = w.text;
	}
	if (rc == 0) {
		e->def.text = keep(e, text);
		e->next = d->newest;
		d->newest = e;
	} else {
		entry_free(e);
	}
	workflow_arg_release(&w);
	return rc;
}

int defs_name(struct str name, struct diags *diags)
{
	size_t at = (size_t)(name.p - diags->source.p);

	return is_name(name) ? 0 : diag_add(diags, "E116",
		caret(at, name.n), NULL,
		"'%.*s' is no name: letters, digits, _ and -",
		(int)name.n, name.p);
}

void defs_text(struct defs *d, enum def_sort sort, struct str name,
	struct str text)
{
	struct def_entry *e = entry_new(name);

	e->sort = (uint8_t)sort;
	e->def.text = keep(e, text);
	e->next = d->newest;
	d->newest = e;
}

int defs_find_alias(const struct defs *d, struct str name, struct str *text)
{
	for (const struct def_entry *e = d->newest; e; e = e->next)
		if (e->sort == DEF_ALIAS && str_same(e->def.name, name)) {
			*text = e->def.text;
			return e->def.text.n > 0;
		}
	return 0;
}

int defs_find_fact(const struct defs *d, struct str name,
	struct front_def *out)
{
	for (const struct def_entry *e = d->newest; e; e = e->next)
		if (e->sort == DEF_FACT && str_same(e->def.name, name)) {
			*out = e->def;
			return e->def.text.n > 0;
		}
	return 0;
}

struct def_entry *defs_mark(const struct defs *d)
{
	return d->newest;
}

void defs_back(struct defs *d, struct def_entry *mark)
{
	list_free(d->newest, mark);
	d->newest = mark;
}

void defs_each(const struct defs *d, enum def_sort sort,
	void (*fn)(void *ud, const struct front_def *def), void *ud)
{
	for (const struct def_entry *e = d->newest; e; e = e->next) {
		const struct def_entry *o = d->newest;

		while (o != e && (o->sort != e->sort ||
				!str_same(o->def.name, e->def.name)))
			o = o->next;
		if (o == e && e->sort == sort && e->def.text.n)
			fn(ud, &e->def);
	}
}

/* ----------------------------------------------------------------- stored */
static void yaml_params(struct def_entry *e)
{
	struct front_params p;

	front_params_read(e->def.text, &p);
	for (size_t i = 0; i < p.count && i < PARAMS; i++) {
		e->params[i] = keep(e, p.names[i]);
		if (p.defaults[i].p)
			e->defaults[i] = keep(e, p.defaults[i]);
		e->def.param_count++;
	}
	front_params_release(&p);
}

/* What is one line is that line, without comments behind it. */
static struct str one_line(struct str text)
{
	struct lines l = {.source = text, .complete = 1};
	struct line line, more;
	struct diags none;
	int one;

	diags_init(&none, NULL, 1, text);
	one = line_next(&l, &line, &none) == LINE_COMMAND &&
		line_next(&l, &more, &none) == LINE_END;
	diags_release(&none);
	return one ? (struct str){text.p + line.at, line.len} : text;
}

/* Leading comments of a .wf file; `# params: P Q=5` declares parameters. */
static void strip_comments(struct def_entry *e)
{
	struct str s = str_trim(e->def.text);

	if (s.n > 2 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0)
		s = str_trim((struct str){s.p + 3, s.n - 3});
	while (s.n && s.p[0] == '#') {
		const char *nl = memchr(s.p, '\n', s.n);
		struct str line = {s.p, nl ? (size_t)(nl - s.p) : s.n};
		static const char mark[] = "# params:";

		if (line.n > sizeof(mark) &&
				memcmp(line.p, mark, sizeof(mark) - 1) == 0)
			text_of(e, (struct str){line.p + sizeof(mark) - 1,
				line.n - sizeof(mark) + 1});
		s.p += line.n;
		s.n -= line.n;
		s = str_trim(s);
	}
	e->def.text = one_line(s);
}

/* `chain:` as the first line; `/chain:` is a line of a script. */
static int is_document(struct str text)
{
	struct lines l = {.source = text, .complete = 1};
	struct diags none;
	struct line line;
	enum line_kind kind;

	diags_init(&none, NULL, 1, text);
	kind = line_next(&l, &line, &none);
	diags_release(&none);
	return kind != LINE_BLOCK && front_is_block_file(text, NULL);
}

static struct def_entry *read_stored(struct defs *d, struct str name,
	const char *path, int yaml)
{
	struct def_entry *e;
	struct err err = {0};
	struct buf b;
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return NULL;
	for (e = d->stored; e; e = e->next)
		if (strcmp(e->path, path) == 0 &&
				e->changed.tv_sec == st.st_mtim.tv_sec &&
				e->changed.tv_nsec == st.st_mtim.tv_nsec)
			return e;
	buf_init(&b);
	if (file_read(NULL, path, LIMIT_YAML, &b, &err) < 0) {
		buf_release(&b);
		return NULL;
	}
	e = entry_new(name);
	e->path = mem_strdup(path);
	e->changed = st.st_mtim;
	e->def.file = e->path;
	e->def.text = keep(e, (struct str){b.data, b.len});
	e->def.yaml = (uint8_t)(yaml || is_document(e->def.text));
	buf_release(&b);
	if (e->def.yaml)
		yaml_params(e);
	else
		strip_comments(e);
	e->next = d->stored;
	d->stored = e;
	return e;
}

/* The four folders, in the order in which they are searched; NULL for those
 * of a person who has no home. */
static char *folder(const struct defs *d, int i)
{
	const char *kind = i % 2 ? "protocols" : "workflows";
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (i < 2)
		return mem_printf("%s/.wf/%s", d->dir, kind);
	if (base && base[0] == '/')
		return mem_printf("%s/wf/%s", base, kind);
	return home && home[0] == '/'
		? mem_printf("%s/.config/wf/%s", home, kind) : NULL;
}

static struct def_entry *find_stored(struct defs *d, struct str name)
{
	static const char *const ends[] = {".wf", ".yaml", ".yml"};
	struct def_entry *e = NULL;

	for (int i = 0; i < 12 && !e; i++) {
		char *dir = folder(d, i / 3), *path;

		if (!dir)
			continue;
		path = mem_printf("%s/%.*s%s", dir, (int)name.n, name.p,
			ends[i % 3]);
		e = read_stored(d, name, path, i % 3 > 0);
		free(path);
		free(dir);
	}
	return e;
}

int defs_find(struct defs *d, struct str name, struct front_def *out)
{
	struct def_entry *e = d->newest;

	while (e && (e->sort != DEF_STEP || !str_same(e->def.name, name)))
		e = e->next;
	if (!e && is_name(name))
		e = find_stored(d, name);
	if (!e)
		return 0;
	*out = e->def;
	return 1;
}

/* `/chain …` with what was said behind its name, or nothing: it is more than
 * a line, or none. */
static int add_line(const struct line *said, struct str text, struct buf *out)
{
	struct lines l = {.source = text, .complete = 1};
	struct workflow_arg w = {0};
	struct line line, more;
	struct diags none;
	int found, block;

	diags_init(&none, NULL, 1, text);
	found = line_next(&l, &line, &none) != LINE_BAD &&
		(str_eq(line.name, "chain") || str_eq(line.name, "flow") ||
		str_eq(line.name, "swarm") || str_eq(line.name, "pipeline")) &&
		line_next(&l, &more, &none) == LINE_END;
	block = found && line.kind == LINE_BLOCK;
	if (found && !block)
		found = workflow_arg_split(&w, line.rest,
			(size_t)(line.rest.p - text.p), &none) == 0;
	workflow_arg_release(&w);
	diags_release(&none);
	if (!found)
		return 0;
	buf_printf(out, "/%.*s%s%s%.*s%s%.*s%s", (int)line.name.n, line.name.p,
		block ? ":" : "", said->rest.n ? " " : "", (int)said->rest.n,
		said->rest.p, line.rest.n ? " " : "", (int)line.rest.n,
		line.rest.p, said->background || line.background ? " &" : "");
	if (block)
		buf_printf(out, "\n%.*s", (int)line.body.n, line.body.p);
	return 1;
}

/* Several lines: the file is run like a script. */
static int add_source(const struct line *said, const char *file,
	struct buf *out)
{
	if (said->rest.n || said->background || strchr(file, '"'))
		return 0;
	buf_str(out, "/source \"");
	for (const char *p = file; *p; p++)
		buf_printf(out, "%s%c", *p == '\\' ? "\\" : "", *p);
	buf_char(out, '"');
	return 1;
}

/* A file of YAML: what was said stands behind it, where no step sees it. */
static void add_block(const struct line *said, struct str text,
	struct buf *out, struct line *line)
{
	buf_add(out, text.p, text.n);
	buf_char(out, '\n');
	buf_add(out, said->rest.p, said->rest.n);
	memset(line, 0, sizeof(*line));
	line->kind = LINE_BLOCK;
	line->background = said->background;
	line->body = (struct str){out->data, text.n};
	line->len = text.n;
	line->name = (struct str){out->data, 0};
	line->rest = (struct str){out->data + text.n + 1, said->rest.n};
}

int defs_line(struct defs *d, const struct line *said, struct buf *out,
	struct line *line)
{
	struct front_def def;

	memset(line, 0, sizeof(*line));
	if (!defs_find(d, said->name, &def) || def.param_count ||
			(said->rest.n && said->rest.p[0] != '-'))
		return 0;
	if (!def.yaml && def.file && front_is_script(def.text))
		return add_source(said, def.file, out);
	if (!def.yaml)
		return add_line(said, def.text, out);
	add_block(said, def.text, out, line);
	return 1;
}

size_t defs_names(struct defs *d, const char **names, size_t max)
{
	size_t n = 0;

	for (struct def_entry *e = d->newest; e && n < max; e = e->next)
		if (e->sort == DEF_STEP)
			names[n++] = e->def.name.p;
	for (struct def_entry *e = d->stored; e && n < max; e = e->next)
		names[n++] = e->def.name.p;
	return n;
}
