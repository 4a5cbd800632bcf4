/*
 * The sorted walk. Order is that of the whole paths as bytes, so a directory
 * stands twice in its parent's list: as itself ("a") and, after names like
 * "a.c", as the way into it ("a/"). Only regular files and directories are
 * reported. Directories that vanish or may not be read are passed over,
 * except the root.
 */
#include "engine/io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/io/ignore.h"

enum { WALK_DEPTH = 256 };

struct entry {
	char *name;       /* a trailing slash: go in */
	uint8_t is_dir;
};

struct entries {
	struct entry *v;
	size_t n, cap;
};

struct walk {
	const struct walk_options *o;
	int (*fn)(void *ud, const char *path, int is_dir);
	void *ud;
	struct err *err;
	struct ignore ignore;
	struct buf path;  /* from the repository's root, or the walk's */
	size_t root;      /* bytes of path that lead to the walk's root */
	int depth;
};

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void add(struct entries *e, char *name, int is_dir)
{
	e->v = mem_more(e->v, e->n, &e->cap, sizeof(*e->v));
	e->v[e->n].name = name;
	e->v[e->n++].is_dir = (uint8_t)is_dir;
}

/* 1 directory, 0 regular file, -1 anything else. */
static int kind(int fd, const struct dirent *d)
{
	struct stat st;

	if (d->d_type == DT_DIR)
		return 1;
	if (d->d_type == DT_REG)
		return 0;
	if (d->d_type != DT_UNKNOWN ||
		fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW))
		return -1;
	return S_ISDIR(st.st_mode) ? 1 : S_ISREG(st.st_mode) ? 0 : -1;
}

static int is_skipped(const struct walk *w, const char *name)
{
	if (name[0] != '.')
		return 0;
	return !w->o->hidden || !strcmp(name, ".") || !strcmp(name, "..") ||
		!strcmp(name, ".git");
}

static int is_ignored(struct walk *w, const char *name, int is_dir)
{
	size_t len = w->path.len;
	int out;

	if (w->o->ignored)
		return 0;
	buf_str(&w->path, name);
	out = ignore_asks(&w->ignore,
		(struct str){ w->path.data, w->path.len }, is_dir);
	w->path.len = len;
	return out;
}

static void read_dir(struct walk *w, DIR *dir, struct entries *e)
{
	struct dirent *d;
	int is_dir;

	while ((d = readdir(dir))) {
		if (is_skipped(w, d->d_name))
			continue;
		is_dir = kind(dirfd(dir), d);
		if (is_dir < 0 || is_ignored(w, d->d_name, is_dir))
			continue;
		if (!is_dir || w->o->dirs)
			add(e, mem_strdup(d->d_name), is_dir);
		if (is_dir)
			add(e, mem_printf("%s/", d->d_name), 1);
	}
	if (e->n)
		qsort(e->v, e->n, sizeof(*e->v), by_name);
}

static int walk_dir(struct walk *w, int fd);

static int go_in(struct walk *w, int fd, const char *name)
{
	int sub = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
		O_NOFOLLOW);
	int rc;

	/* The name's slash would follow a link that was swapped in. */
	if (sub < 0)
		return 0;
	if (w->depth >= WALK_DEPTH) {
		close(sub);
		return err_set(w->err, ERR_LIMIT,
			"'%s': directories nest deeper than %d",
			w->path.data + w->root, (int)WALK_DEPTH);
	}
	w->depth++;
	rc = walk_dir(w, sub);
	w->depth--;
	return rc;
}

/* 1 ends the walk, -1 is an error. */
static int visit(struct walk *w, int fd, struct entry *e)
{
	size_t len = w->path.len, n = strlen(e->name);
	int rc;

	if (w->o->stop && w->o->stop(w->ud))
		return 1;
	buf_add(&w->path, e->name, n);
	if (n && e->name[n - 1] == '/') {
		e->name[n - 1] = '\0';
		rc = go_in(w, fd, e->name);
	} else {
		rc = w->fn(w->ud, w->path.data + w->root, e->is_dir) != 0;
	}
	w->path.len = len;
	w->path.data[len] = '\0';
	return rc;
}

/* Takes fd. */
static int walk_dir(struct walk *w, int fd)
{
	struct entries e = { NULL, 0, 0 };
	DIR *dir = fdopendir(fd);
	size_t i;
	int rc = 0;

	if (!dir) {
		close(fd);
		return 0;
	}
	if (!w->o->ignored)
		ignore_push(&w->ignore, fd, ".gitignore", w->path.len);
	read_dir(w, dir, &e);
	for (i = 0; i < e.n && rc == 0; i++)
		rc = visit(w, fd, &e.v[i]);
	for (i = 0; i < e.n; i++)
		free(e.v[i].name);
	free(e.v);
	closedir(dir);
	if (!w->o->ignored)
		ignore_pop(&w->ignore);
	return rc;
}

static int has_git(const char *dir)
{
	char *path = mem_printf("%s/.git", dir);
	int rc = access(path, F_OK);

	free(path);
	return rc == 0;
}

/* Length of the repository root's path above dir, or 0 for none. */
static size_t find_repository(const char *dir)
{
	char *at = mem_strdup(dir), *slash;
	size_t out = 0;

	for (;;) {
		if (has_git(at)) {
			out = strlen(at);
			break;
		}
		slash = strrchr(at, '/');
		if (!slash || slash == at)
			break;
		*slash = '\0';
	}
	free(at);
	return out;
}

static void push_from(struct walk *w, const char *dir, const char *name,
	size_t base)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	ignore_push(&w->ignore, fd, name, base);
	close(fd);
}

/* Rules of the directories above the root that belong to its repository. */
static void push_parents(struct walk *w, const char *root)
{
	size_t top = find_repository(root), at;
	char *dir;

	if (!top)
		return;
	dir = mem_strndup(root, top);
	push_from(w, dir, ".git/info/exclude", 0);
	free(dir);
	for (at = top; root[at]; at += 1 + strcspn(root + at + 1, "/")) {
		dir = mem_strndup(root, at);
		push_from(w, dir, ".gitignore", at - top);
		free(dir);
	}
	if (root[top]) {
		buf_str(&w->path, root + top + 1);
		buf_char(&w->path, '/');
	}
}

int file_walk(const struct walk_options *o,
	int (*fn)(void *ud, const char *path, int is_dir), void *ud,
	struct err *err)
{
	struct walk w = { .o = o, .fn = fn, .ud = ud, .err = err };
	int fd = open(o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;
	char *root;

	if (fd < 0)
		return err_errno(err, ERR_IO, "cannot read directory '%s'",
			o->dir);
	ignore_init(&w.ignore);
	buf_init(&w.path);
	buf_reserve(&w.path, 0);
	root = realpath(o->dir, NULL);
	if (root && !o->ignored)
		push_parents(&w, root);
	free(root);
	w.root = w.path.len;
	rc = walk_dir(&w, fd);
	buf_release(&w.path);
	ignore_release(&w.ignore);
	return rc < 0 ? -1 : 0;
}
