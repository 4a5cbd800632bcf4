/*
 * /glob PATTERN…: the paths that match, one a line, sorted bytewise, each
 * once. Nothing found is success with empty output.
 *
 * Walks only beneath the part of a pattern before its first wildcard, and
 * only as deep as the pattern can match. Names that begin with a dot match
 * only a pattern that writes the dot; links to directories are not entered.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/exec/exec_task.h"
#include "engine/io/file.h"

enum { DEPTH = 64 };

struct search {
	struct chore *task;
	const char *dir;       /* of the step */
	const char *pattern;
	int depth;             /* how deep below the base; DEPTH: any */
	uint8_t hidden;        /* the pattern writes a leading dot */
	char **found;
	size_t count, cap;
};

static void add(struct search *s, const char *path)
{
	s->found = mem_more(s->found, s->count, &s->cap, sizeof(*s->found));
	s->found[s->count++] = mem_strdup(path);
}

static int is_dir(int fd, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISDIR(st.st_mode);
}

static int skipped(const struct search *s, const char *name)
{
	if (name[0] != '.')
		return 0;
	return !s->hidden || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0;
}

/* Opens `path` (relative to the step's directory; "" is it). */
static DIR *open_dir(const struct search *s, const char *path)
{
	struct buf b;
	DIR *d;

	buf_init(&b);
	if (path[0] != '/')
		buf_printf(&b, "%s/", s->dir);
	buf_str(&b, path);
	d = opendir(b.data);
	buf_release(&b);
	return d;
}

/* `path` is a directory with its final slash, or "". */
static void walk(struct search *s, struct buf *path, int level)
{
	size_t len = path->len;
	struct dirent *e;
	DIR *d;

	if (level > s->depth || level > DEPTH || s->count >= LIMIT_ITEMS ||
		!(d = open_dir(s, buf_cstr(path))))
		return;
	while (!atomic_load(&s->task->stop) && (e = readdir(d))) {
		if (skipped(s, e->d_name))
			continue;
		buf_str(path, e->d_name);
		if (glob_match(s->pattern, path->data))
			add(s, path->data);
		if (is_dir(dirfd(d), e)) {
			buf_char(path, '/');
			walk(s, path, level + 1);
		}
		path->len = len;
		path->data[len] = 0;
	}
	closedir(d);
}

static void literal(struct search *s)
{
	struct stat st;
	struct buf b;

	buf_init(&b);
	if (s->pattern[0] != '/')
		buf_printf(&b, "%s/", s->dir);
	buf_str(&b, s->pattern);
	if (lstat(b.data, &st) == 0)
		add(s, s->pattern);
	buf_release(&b);
}

static void one_pattern(struct search *s)
{
	size_t meta = strcspn(s->pattern, "*?[{\\"), base = meta, i;
	struct buf path;

	if (!s->pattern[meta]) {
		literal(s);
		return;
	}
	while (base > 0 && s->pattern[base - 1] != '/')
		base--;
	s->depth = 1;
	for (i = base; s->pattern[i]; i++)
		s->depth += s->pattern[i] == '/';
	if (strstr(s->pattern, "**"))
		s->depth = DEPTH;
	s->hidden = s->pattern[base] == '.' ||
		strstr(s->pattern + base, "/.") ||
		strstr(s->pattern + base, "{.") ||
		strstr(s->pattern + base, ",.");
	buf_init(&path);
	buf_add(&path, s->pattern, base);
	walk(s, &path, 1);
	buf_release(&path);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int report(struct search *s)
{
	size_t i;

	if (s->count)
		qsort(s->found, s->count, sizeof(*s->found), by_bytes);
	for (i = 0; i < s->count; i++) {
		if (i && strcmp(s->found[i], s->found[i - 1]) == 0)
			continue;
		if (spool_add(&s->task->out, s->found[i],
			strlen(s->found[i]), &s->task->error) == -1 ||
			spool_add(&s->task->out, "\n", 1,
			&s->task->error) == -1)
			return -1;
	}
	if (atomic_load(&s->task->stop))
		return err_set(&s->task->error, ERR_TIMEOUT, "ended");
	if (s->count >= LIMIT_ITEMS)
		return err_set(&s->task->error, ERR_LIMIT,
			"more than %d paths match", LIMIT_ITEMS);
	return 0;
}

static void run(struct chore *t)
{
	struct search s = {.task = t};
	struct buf dir;
	size_t i;

	buf_init(&dir);
	s.dir = exec_dir(t->job, &dir);
	for (i = 0; i < exec_words(t->job); i++) {
		s.pattern = exec_word(t->job, i).p;
		one_pattern(&s);
	}
	if (report(&s) == -1)
		exec_task_fail(t, class_of_err(&t->error), &t->error);
	for (i = 0; i < s.count; i++)
		free(s.found[i]);
	free(s.found);
	buf_release(&dir);
}

static int check(const struct exec_job *job, struct err *err)
{
	size_t i;

	if (exec_words(job) == 0)
		return err_set(err, ERR_USAGE, "/glob needs a pattern");
	for (i = 0; i < exec_words(job); i++)
		if (exec_check_path(job, exec_word(job, i), err) == -1)
			return -1;
	return 0;
}

static void start(struct exec_job *job)
{
	exec_task_submit(exec_task_new(job, run));
}

static const struct vocab_field fields[] = {
	{"patterns", 0, FIELD_WORD, PLACE_REST, 1, "as src/**/*.c"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "glob",
	.summary = "list the paths that match, sorted",
	.examples = (const char *const[]){"/glob *.md", "/glob src/**/*.[ch]",
		"/glob '*.{c,h}' Makefile", NULL},
	.style = STYLE_WORDS,
	.lane = LANE_WORKER,
	.effect = EFFECT_IDEMPOTENT,
	.fields = fields,
};

const struct executor exec_glob = {&kind, check, start, exec_task_kill};
