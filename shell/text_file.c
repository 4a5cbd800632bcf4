/*
 * Reads a file like a script and keeps the plans. What the file defines is
 * known to its later lines, and to nobody else.
 */
#include "shell/text_file.h"

#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/io/file.h"
#include "shell/plain_text.h"
#include "shell/tell.h"

int text_file_named(struct str word)
{
	static const char *const ends[] = {".yaml", ".yml", ".wf"};

	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(ends[i]);

		if (word.n > n && memcmp(word.p + word.n - n, ends[i], n) == 0)
			return 1;
	}
	return 0;
}

static void read_line(struct session *s, struct text_file *f,
	const struct line *line)
{
	struct submission sub;

	submission_read(s, line, &f->diags, &sub);
	if (!submission_plan(&sub)) {
		submission_release(&sub);
		return;
	}
	f->lines = mem_more(f->lines, f->count, &f->cap, sizeof(*f->lines));
	f->lines[f->count++] = sub;
}

static void read_all(struct session *s, struct text_file *f)
{
	struct lines l = {.source = f->diags.source, .complete = 1};
	struct def_entry *mark = defs_mark(&s->defs);
	enum line_kind kind;
	struct line line;

	if (front_is_block_file(f->diags.source, f->path)) {
		memset(&line, 0, sizeof(line));
		line.kind = LINE_BLOCK;
		line.len = f->text.len;
		line.body = f->diags.source;
		line.rest = line.name = (struct str){line.body.p, 0};
		read_line(s, f, &line);
		return;
	}
	while ((kind = line_next(&l, &line, &f->diags)) != LINE_END)
		if (kind != LINE_BAD)
			read_line(s, f, &line);
	defs_back(&s->defs, mark);
}

int text_file_open(struct session *s, struct str path, const char *said,
	struct text_file *f, struct err *err)
{
	size_t bad;

	memset(f, 0, sizeof(*f));
	buf_init(&f->text);
	f->path = mem_strndup(path.p, path.n);
	if (file_read(s->dir, f->path, LIMIT_SOURCE, &f->text, err) < 0)
		return -1;
	diags_init(&f->diags, f->path, 1,
		(struct str){f->text.data, f->text.len});
	bad = text_check(f->diags.source);
	if (bad < f->text.len)
		text_refuse(&f->diags, bad);
	else
		read_all(s, f);
	if (f->diags.errors)
		return tell_diags(s, &f->diags, said);
	if (!f->count)
		return err_set(err, ERR_USAGE, "%s holds no workflow",
			f->path);
	return 0;
}

void text_file_release(struct text_file *f)
{
	for (size_t i = 0; i < f->count; i++)
		submission_release(&f->lines[i]);
	mem_free(f->lines);
	diags_release(&f->diags);
	buf_release(&f->text);
	mem_free(f->path);
	memset(f, 0, sizeof(*f));
}
