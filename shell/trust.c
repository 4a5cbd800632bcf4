/*
 * The list of what is trusted: a text file in the state directory, a line
 * "DIGEST UID PATH" each, written anew as a whole.
 */
#include "shell/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/io/file.h"

static int read_list(const char *dir, struct buf *b, struct err *err)
{
	char *path = mem_printf("%s/trust", dir);
	int rc = 0;

	if (access(path, F_OK) == 0)
		rc = file_read(NULL, path, LIMIT_SOURCE, b, err);
	mem_free(path);
	return rc;
}

/* The next line: its digest and owner, its path; 0 at the end. */
static int next(struct str list, size_t *at, struct str *head,
	struct str *path)
{
	while (*at < list.n) {
		const char *p = list.p + *at;
		const char *nl = memchr(p, '\n', list.n - *at);
		size_t n = nl ? (size_t)(nl - p) : list.n - *at;
		const char *one = memchr(p, ' ', n), *two = one
			? memchr(one + 1, ' ', n - (size_t)(one + 1 - p))
			: NULL;

		*at += n + 1;
		if (!two)
			continue;
		*head = (struct str){p, (size_t)(two - p)};
		*path = (struct str){two + 1, n - (size_t)(two + 1 - p)};
		return 1;
	}
	return 0;
}

/* The text as it is read from one descriptor, of a file that only its owner
 * could have written: us, or root. */
static int read_owned(const char *path, struct buf *text, struct stat *st,
	struct str *why, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc;
	char name[40];

	if (fd < 0)
		return err_errno(err, errno == ENOENT ? ERR_NOTFOUND : ERR_IO,
			"cannot read %s", path);
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode)) {
		close(fd);
		return err_set(err, ERR_IO, "%s is no file", path);
	}
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	rc = file_read(NULL, name, LIMIT_SOURCE, text, err);
	close(fd);
	if (st->st_uid != getuid() && st->st_uid != 0)
		*why = str_of("somebody else owns it");
	else if (st->st_mode & (S_IWGRP | S_IWOTH))
		*why = str_of("others can write it");
	return rc;
}

static void head_of(struct str text, uid_t owner, char out[96])
{
	char hex[DIGEST_HEX + 1];
	struct digest d;

	digest_of(text.p ? text.p : "", text.n, &d);
	digest_hex(&d, hex);
	snprintf(out, 96, "%s %lu", hex, (unsigned long)owner);
}

int trust_read(const char *dir, const char *path, struct buf *text,
	struct str *why, struct err *err)
{
	struct str head, of;
	int result = TRUST_NEW;
	struct buf list;
	struct stat st;
	char mine[96];
	size_t at = 0;

	*why = (struct str){NULL, 0};
	if (read_owned(path, text, &st, why, err) < 0)
		return -1;
	if (why->n)
		return st.st_mode & (S_IWGRP | S_IWOTH) ? TRUST_NEVER
			: TRUST_FOREIGN;
	head_of((struct str){text->data, text->len}, st.st_uid, mine);
	buf_init(&list);
	if (read_list(dir, &list, err) < 0)
		result = -1;
	while (result >= 0 && next((struct str){list.data, list.len}, &at,
			&head, &of))
		if (str_eq(of, path))
			result = str_eq(head, mine) ? TRUST_YES
				: TRUST_CHANGED;
	buf_release(&list);
	return result;
}

/* A descriptor by which no other process writes the list; -1. */
static int lock(const char *dir, struct err *err)
{
	const struct timespec step = {0, 10000000};
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), tries = 1000;

	if (fd < 0)
		return err_errno(err, ERR_IO, "cannot open %s", dir);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if ((errno == EWOULDBLOCK || errno == EINTR) && tries-- > 0) {
			nanosleep(&step, NULL);
			continue;
		}
		err_errno(err, ERR_IO, "cannot lock %s", dir);
		close(fd);
		return -1;
	}
	return fd;
}

/* The list without `path`, and with `line` when that is not NULL. */
static int rewrite(const char *dir, const char *path, const char *line,
	int *removed, struct err *err)
{
	char *file = mem_printf("%s/trust", dir);
	struct buf old, new;
	struct str head, of;
	int rc, locked = lock(dir, err);
	size_t at = 0;

	buf_init(&old);
	buf_init(&new);
	*removed = 0;
	rc = locked < 0 ? -1 : read_list(dir, &old, err);
	while (rc == 0 && next((struct str){old.data, old.len}, &at, &head,
			&of)) {
		if (str_eq(of, path))
			*removed = 1;
		else
			buf_printf(&new, "%.*s %.*s\n", (int)head.n, head.p,
				(int)of.n, of.p);
	}
	if (line)
		buf_printf(&new, "%s %s\n", line, path);
	if (rc == 0 && (line || *removed))
		rc = file_write(NULL, file, (struct str){new.data, new.len},
			0600, err);
	if (locked >= 0)
		close(locked);
	buf_release(&old);
	buf_release(&new);
	mem_free(file);
	return rc;
}

int trust_add(const char *dir, const char *path, struct str text,
	struct err *err)
{
	struct stat st;
	char head[96];
	int removed;

	if (strchr(path, '\n'))
		return err_set(err, ERR_USAGE, "a newline stands in the path");
	if (stat(path, &st) < 0)
		return err_errno(err, ERR_IO, "cannot read %s", path);
	head_of(text, st.st_uid, head);
	return rewrite(dir, path, head, &removed, err);
}

int trust_remove(const char *dir, const char *path, struct err *err)
{
	int removed, rc = rewrite(dir, path, NULL, &removed, err);

	return rc < 0 ? -1 : removed;
}

int trust_each(const char *dir, void (*fn)(void *ud, const char *path),
	void *ud, struct err *err)
{
	struct str head, of;
	struct buf list;
	size_t at = 0;
	int rc;

	buf_init(&list);
	rc = read_list(dir, &list, err);
	while (rc == 0 && next((struct str){list.data, list.len}, &at, &head,
			&of)) {
		char *path = mem_strndup(of.p, of.n);

		fn(ud, path);
		mem_free(path);
	}
	buf_release(&list);
	return rc;
}
