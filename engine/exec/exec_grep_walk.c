/*
 * /grep's own search: POSIX extended expressions, line by line, over a walk
 * that honours .gitignore. Runs on a worker thread.
 *
 * A file with a NUL byte is binary and skipped; one that cannot be read is
 * named on standard error and skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/exec/exec_grep.h"
#include "engine/io/file.h"

struct grep {
	struct chore *task;
	const char *dir;       /* of the step */
	regex_t re;
	struct str plain;      /* .p: compare bytes instead */
	uint8_t files, count;
	size_t matches;
	struct buf line;       /* scratch, NUL-terminated */
	struct buf content;    /* of one file */
	struct buf path;       /* as shown */
	size_t root;           /* length of its part before the walk's path */
};

/* The expression for -F and -w. */
static void expression(struct str pattern, int fixed, int word,
	struct buf *out)
{
	size_t i;

	buf_str(out, word ? "\\<(" : "(");
	for (i = 0; i < pattern.n; i++) {
		if (fixed && strchr("\\^$.[]|()?*+{}", pattern.p[i]))
			buf_char(out, '\\');
		buf_char(out, pattern.p[i]);
	}
	buf_str(out, word ? ")\\>" : ")");
}

static int compile(struct grep *g, struct exec_job *job)
{
	struct str pattern = exec_field(job, "pattern");
	int icase = exec_flag(job, "ignore-case"), rc;
	int fixed = exec_flag(job, "fixed"), word = exec_flag(job, "word");
	char text[200];
	struct buf b;

	if (fixed && !icase && !word) {
		g->plain = pattern;
		return 0;
	}
	buf_init(&b);
	expression(pattern, fixed, word, &b);
	rc = regcomp(&g->re, b.data, REG_EXTENDED | REG_NOSUB |
		(icase ? REG_ICASE : 0));
	buf_release(&b);
	if (rc == 0)
		return 0;
	regerror(rc, &g->re, text, sizeof(text));
	return err_set(&g->task->error, ERR_USAGE, "pattern '%.*s': %s",
		(int)pattern.n, pattern.p, text);
}

static int line_matches(struct grep *g, const char *p, size_t n)
{
	if (g->plain.p)
		return g->plain.n == 0 ||
			memmem(p, n, g->plain.p, g->plain.n) != NULL;
	buf_clear(&g->line);
	buf_add(&g->line, p, n);
	return regexec(&g->re, buf_cstr(&g->line), 0, NULL, 0) == 0;
}

static int say(struct grep *g, size_t number, struct str text)
{
	struct chore *t = g->task;
	char num[32];
	int n = number ? snprintf(num, sizeof(num), ":%zu", number) : 0;

	if (spool_add(&t->out, g->path.data, g->path.len, &t->error) ||
		spool_add(&t->out, num, (size_t)n, &t->error))
		return -1;
	if (text.p && (spool_add(&t->out, ":", 1, &t->error) ||
		spool_add(&t->out, text.p, text.n, &t->error)))
		return -1;
	return spool_add(&t->out, "\n", 1, &t->error);
}

static int search(struct grep *g, struct str s)
{
	const char *p = s.p, *end = s.p + s.n;
	size_t number = 0, count = 0;

	while (p < end && !atomic_load(&g->task->stop)) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p);

		number++;
		if (line_matches(g, p, n)) {
			count++;
			if (g->files)
				break;
			if (!g->count && say(g, number,
				(struct str){p, n}) == -1)
				return -1;
		}
		p += n + 1;
	}
	g->matches += count;
	if (count && g->files)
		return say(g, 0, (struct str){NULL, 0});
	if (count && g->count)
		return say(g, count, (struct str){NULL, 0});
	return 0;
}

/* g->path is the file, relative to the step's directory. */
static int one_file(struct grep *g)
{
	struct err err = {0};
	struct buf *f = &g->content;

	buf_clear(f);
	if (file_read(g->dir, g->path.data, LIMIT_CAPTURE, f, &err) == -1) {
		if (spool_add(&g->task->printed, err.text,
			strlen(err.text), &g->task->error) == -1)
			return -1;
		return spool_add(&g->task->printed, "\n", 1,
			&g->task->error);
	}
	if (f->len == 0 || memchr(f->data, 0, f->len))
		return 0;
	return search(g, (struct str){f->data, f->len});
}

static int on_file(void *ud, const char *path, int is_dir)
{
	struct grep *g = ud;

	(void)is_dir;
	g->path.len = g->root;
	buf_str(&g->path, path);
	if (one_file(g) == -1) {
		exec_task_fail(g->task, CLASS_RESOURCE, &g->task->error);
		return 1;
	}
	return 0;
}

static int stopped(void *ud)
{
	struct grep *g = ud;

	return atomic_load(&g->task->stop);
}

/* One PATH: a file, or all beneath a directory. */
static void one_root(struct grep *g, struct str word)
{
	struct walk_options o = {.stop = stopped};
	struct chore *t = g->task;
	struct stat st;
	struct buf full;

	buf_init(&full);
	if (!word.n || word.p[0] != '/')
		buf_printf(&full, "%s/", g->dir);
	buf_add(&full, word.p, word.n);
	buf_clear(&g->path);
	if (!str_eq(word, ".") || exec_words(t->job) > 1)
		buf_add(&g->path, word.p, word.n);
	if (stat(full.data, &st) == 0 && !S_ISDIR(st.st_mode)) {
		if (one_file(g) == -1)
			exec_task_fail(t, CLASS_RESOURCE, &t->error);
	} else {
		if (g->path.len && g->path.data[g->path.len - 1] != '/')
			buf_char(&g->path, '/');
		g->root = g->path.len;
		o.dir = full.data;
		if (file_walk(&o, on_file, g, &t->error) == -1 && !t->failed)
			exec_task_fail(t, class_of_err(&t->error), &t->error);
	}
	buf_release(&full);
}

void grep_walk(struct chore *t)
{
	struct grep g = {.task = t};
	size_t i, n = exec_words(t->job);
	struct buf dir;

	buf_init(&dir);
	g.dir = exec_dir(t->job, &dir);
	g.files = (uint8_t)exec_flag(t->job, "files");
	g.count = (uint8_t)exec_flag(t->job, "count");
	if (compile(&g, t->job) == -1) {
		exec_task_fail(t, CLASS_CONFIGURATION, &t->error);
		t->exit_code = 2;
	} else {
		if (n == 0)
			one_root(&g, str_of("."));
		for (i = 0; i < n && !t->failed; i++)
			one_root(&g, exec_word(t->job, i));
		if (!g.plain.p)
			regfree(&g.re);
	}
	if (!t->failed && atomic_load(&t->stop)) {
		err_set(&t->error, ERR_TIMEOUT, "ended");
		exec_task_fail(t, CLASS_NONE, &t->error);
	}
	if (!t->failed)
		t->exit_code = g.matches ? 0 : 1;
	buf_release(&dir);
	buf_release(&g.line);
	buf_release(&g.content);
	buf_release(&g.path);
}
