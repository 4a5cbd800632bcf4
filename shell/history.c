/*
 * The history's file. Appending and rewriting hold a lock on it; who appends
 * looks again whether the file is still the one of that name.
 */
#include "shell/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <readline/history.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/io/clock.h"
#include "engine/io/file.h"

/* FILE_MAX: over that only the newest HISTORY_MAX entries are kept. */
/* BYTES_MAX: of a larger file only the end is read, and kept. WAIT_MS: how
 * long at most for its lock, which turns the loop's time into waiting. */
enum { FILE_MAX = 2 * HISTORY_MAX, BYTES_MAX = 64 << 20, WAIT_MS = 200,
	STEP_MS = 10 };

static uint8_t told_secret, told_long; /* once each */
static uint8_t was_locked; /* the last time: then nobody waits again */
static int64_t newest_ms; /* of the entry that was added last here; or 0 */

/* ---------------------------------------------------------------- reading */
/* "#1732300000123" or "#1732300000123=ULID". */
static int is_head(struct str line, struct history_entry *e)
{
	size_t i = 1;

	if (line.n < 2 || line.p[0] != '#')
		return 0;
	e->ms = 0;
	for (; i < line.n && line.p[i] >= '0' && line.p[i] <= '9'; i++)
		if (i < 18)
			e->ms = e->ms * 10 + (line.p[i] - '0');
	e->run[0] = '\0';
	if (i == line.n)
		return i > 1;
	if (line.p[i] != '=' || line.n - i - 1 >= sizeof(e->run))
		return 0;
	memcpy(e->run, line.p + i + 1, line.n - i - 1);
	e->run[line.n - i - 1] = '\0';
	return i > 1;
}

/* Texts stand in the file's own bytes, each ended by NUL. */
struct list {
	struct history_entry *v;
	size_t count, cap;
	struct buf file;
	uint8_t cut;           /* what came before is not read */
};

static void list_release(struct list *l)
{
	buf_release(&l->file);
	free(l->v);
}

/* A run belongs to the newest entry of its ms. */
static void set_run(struct list *l, const struct history_entry *link)
{
	for (size_t i = l->count; i-- > 0 && l->count - i < 1000;)
		if (l->v[i].ms == link->ms) {
			memcpy(l->v[i].run, link->run, sizeof(link->run));
			return;
		}
}

/* An entry whose text is `text`, which has room for a NUL behind it. */
static void end_entry(struct list *l, struct history_entry *e, char *text,
	size_t n)
{
	while (n && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	if (!n)
		return;
	l->v = mem_more(l->v, l->count, &l->cap, sizeof(*l->v));
	e->text = (struct str){text, n};
	l->v[l->count++] = *e;
}

/* What is said of an entry stands before and behind it, so a text without
 * its marks ends before the next one begins. */
static void parse(struct list *l)
{
	struct history_entry e = {0}, head;
	char *p = l->file.data, *text = p;
	size_t at = 0, n = 0, size = l->file.len;

	while (at < size) {
		const char *nl = memchr(p + at, '\n', size - at);
		struct str line = {p + at, nl ? (size_t)(nl - p) - at
			: size - at};

		at += line.n + 1;
		if (is_head(line, &head)) {
			end_entry(l, &e, text, n);
			text = p + (at < size ? at : size);
			n = 0;
			if (head.run[0])
				set_run(l, &head);
			else
				e = head;
			continue;
		}
		if (line.n && line.p[0] == '\\')
			line.p++, line.n--;
		memmove(text + n, line.p, line.n);
		n += line.n;
		text[n++] = '\n';
	}
	end_entry(l, &e, text, n);
}

/* The file's last BYTES_MAX, from the first entry on that begins in them. */
static int read_end(const char *path, struct list *l, off_t size,
	struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t at = size - BYTES_MAX;
	ssize_t n = fd < 0 ? -1 : 1;
	struct history_entry e;
	const char *p;

	buf_reserve(&l->file, BYTES_MAX);
	while (n > 0 && l->file.len < BYTES_MAX) {
		n = pread(fd, l->file.data + l->file.len,
			BYTES_MAX - l->file.len, at + (off_t)l->file.len);
		l->file.len += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		err_errno(err, ERR_IO, "cannot read the history %s", path);
	if (fd >= 0)
		close(fd);
	l->cut = 1;
	for (p = l->file.data; n >= 0 && p; p++) {
		size_t left = l->file.len - (size_t)(p - l->file.data);
		const char *nl = memchr(p, '\n', left);

		if (nl && is_head((struct str){p, (size_t)(nl - p)}, &e)) {
			l->file.len = left;
			memmove(l->file.data, p, left);
			break;
		}
		p = nl;
		if (!p)
			break;
	}
	return n < 0 ? -1 : 0;
}

static int read_all(const char *path, struct list *l, struct err *err)
{
	struct stat st = {0};
	int rc;

	memset(l, 0, sizeof(*l));
	buf_init(&l->file);
	if (stat(path, &st) < 0 && errno == ENOENT)
		return 0;
	if (S_ISREG(st.st_mode) && st.st_size > BYTES_MAX)
		rc = read_end(path, l, st.st_size, err);
	else /* it may have grown since */
		rc = file_read(NULL, path, 2 * (size_t)BYTES_MAX, &l->file,
			err);
	if (rc < 0) {
		list_release(l);
		return -1;
	}
	buf_reserve(&l->file, 2); /* the last line's end */
	parse(l);
	return 0;
}

/* ---------------------------------------------------------------- writing */
/* Others hold it for as long as they write, unless they are stopped. */
static int lock(int fd)
{
	const struct timespec step = {0, STEP_MS * 1000000};
	int rc, tries = was_locked ? 0 : WAIT_MS / STEP_MS;

	while ((rc = flock(fd, LOCK_EX | LOCK_NB)) < 0 &&
			(errno == EWOULDBLOCK || errno == EINTR) && tries-- > 0)
		nanosleep(&step, NULL);
	was_locked = rc < 0 && errno == EWOULDBLOCK;
	return rc;
}

/* The file, locked, still the one of that name, and the person's own. */
static int open_locked(const char *path, struct err *err)
{
	struct stat a, b;
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || lock(fd) < 0)
			break;
		if (fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
				a.st_ino == b.st_ino && a.st_dev == b.st_dev) {
			if (S_ISREG(a.st_mode) && (a.st_mode & 077))
				(void)fchmod(fd, 0600); /* not ours: as it is */
			return fd;
		}
		close(fd);
	}
	if (fd >= 0 && was_locked)
		err_set(err, ERR_BUSY, "the history %s is locked by another "
			"process: Up has what is entered now until wf ends",
			path);
	else
		err_errno(err, ERR_IO, "cannot write the history %s", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

static void put_entry(struct buf *b, const struct history_entry *e)
{
	size_t at = 0;

	buf_printf(b, "#%lld\n", (long long)e->ms);
	while (at < e->text.n) {
		const char *p = e->text.p + at;
		const char *nl = memchr(p, '\n', e->text.n - at);
		size_t n = nl ? (size_t)(nl - p) : e->text.n - at;

		if (n && (p[0] == '#' || p[0] == '\\'))
			buf_char(b, '\\');
		buf_add(b, p, n);
		buf_char(b, '\n');
		at += n + 1;
	}
	if (e->run[0])
		buf_printf(b, "#%lld=%s\n", (long long)e->ms, e->run);
}

/* All of it or nothing. */
static int append(const char *path, struct buf *b, struct err *err)
{
	int fd = open_locked(path, err), rc = 0;
	char last = '\n';
	ssize_t n = 0;
	off_t end;

	if (fd < 0)
		return -1;
	end = lseek(fd, 0, SEEK_END);
	if (end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n' &&
			write(fd, "\n", 1) != 1)
		rc = -1;
	if (rc == 0 && (n = write(fd, b->data, b->len)) != (ssize_t)b->len)
		rc = -1;
	if (rc < 0) {
		if (n > 0)
			errno = ENOSPC; /* it says so only the next time */
		err_errno(err, ERR_IO, "cannot write the history %s", path);
		if (end >= 0 && ftruncate(fd, end) < 0)
			err_errno(err, ERR_IO, "cannot mend the history %s",
				path);
	}
	close(fd);
	return rc;
}

/* All of the list from `first` on, in place of the file. */
static int rewrite(const char *path, const struct list *l, size_t first,
	struct err *err)
{
	struct buf b;
	int rc;

	buf_init(&b);
	for (size_t i = first; i < l->count; i++)
		put_entry(&b, &l->v[i]);
	rc = file_write(NULL, path, (struct str){b.data, b.len}, 0600, err);
	buf_release(&b);
	return rc;
}

/* ------------------------------------------------------------------ doors */
/* One Up passes over as many of the same as were entered in a row. */
static void list_add(const char *text)
{
	const HIST_ENTRY *last = history_length ? history_get(history_base +
		history_length - 1) : NULL;

	if (!last || strcmp(text, last->line) != 0)
		add_history(text);
}

/* 1: the file does not get it; err tells why, the first time. */
static int is_unkept(struct str text, struct err *err)
{
	int is_long = text.n > HISTORY_ENTRY_MAX;
	uint8_t *told = is_long ? &told_long : &told_secret;

	if (!is_long && !hist_is_secret(text))
		return 0;
	if (!*told)
		err_set(err, ERR_REFUSED, is_long
			? "a text of over 1 MiB is not kept in the history"
			: "what looks like a secret is not kept in the "
			"history: Up has it until wf ends");
	*told = 1;
	return 1;
}

/* From where on entries are kept when the file has become too long. */
static size_t first_kept(const struct list *l)
{
	size_t i = l->count, bytes = 0;

	while (i > 0 && l->count - i < HISTORY_MAX &&
			(!l->cut || bytes < BYTES_MAX / 2))
		bytes += l->v[--i].text.n + 64;
	return i;
}

static int trim(const char *path, struct err *err)
{
	int fd = open_locked(path, err), rc;
	struct list l;

	if (fd < 0)
		return -1;
	rc = read_all(path, &l, err); /* as it is now, locked */
	if (rc == 0 && (l.cut || l.count > HISTORY_MAX))
		rc = rewrite(path, &l, first_kept(&l), err);
	close(fd);
	list_release(&l);
	return rc;
}

int hist_load(const char *path, struct err *err)
{
	struct list l;
	int rc = read_all(path, &l, err), is_long;

	if (rc < 0)
		return -1;
	for (size_t i = first_kept(&l); i < l.count; i++)
		list_add(l.v[i].text.p);
	is_long = l.cut || l.count > FILE_MAX;
	list_release(&l);
	if (is_long)
		rc = trim(path, err);
	using_history();
	return rc < 0 ? -1 : history_length;
}

void hist_recall(const char *text)
{
	size_t n = strlen(text);
	char *own;

	while (n && text[n - 1] == '\n')
		n--;
	if (!n)
		return;
	own = mem_strndup(text, n);
	list_add(own);
	mem_free(own);
	using_history();
}

int64_t hist_add(const char *path, const char *text, struct err *err)
{
	struct history_entry e = {.ms = clock_now_ms(),
		.text = str_of(text)};
	struct buf b;
	int rc;

	while (e.text.n && (e.text.p[e.text.n - 1] == '\n'))
		e.text.n--;
	if (!str_trim(e.text).n || text[0] == ' ' || text[0] == '\t')
		return 0;
	hist_recall(text);
	if (is_unkept(e.text, err))
		return 0;
	buf_init(&b);
	put_entry(&b, &e);
	rc = append(path, &b, err);
	buf_release(&b);
	newest_ms = rc < 0 ? 0 : e.ms;
	return rc < 0 ? -1 : e.ms;
}

int hist_set_run(const char *path, int64_t ms, const char *ulid,
	struct err *err)
{
	struct buf b;
	int rc;

	buf_init(&b);
	buf_printf(&b, "#%lld=%s\n", (long long)ms, ulid);
	rc = append(path, &b, err);
	buf_release(&b);
	return rc;
}

int hist_each(const char *path, int (*fn)(void *ud,
	const struct history_entry *e), void *ud, struct err *err)
{
	struct list l;

	if (read_all(path, &l, err) < 0)
		return -1;
	for (size_t i = 0; i < l.count; i++)
		if (fn(ud, &l.v[i]) != 0)
			break;
	list_release(&l);
	return 0;
}

static void forget(const char *text)
{
	for (int i = history_length; i-- > 0;) {
		const HIST_ENTRY *h = history_get(history_base + i);

		if (h && strcmp(h->line, text) == 0)
			free_history_entry(remove_history(i));
	}
	using_history();
}

int hist_remove(const char *path, int (*gone)(void *ud,
	const struct history_entry *e), void *ud, struct err *err)
{
	int fd = open_locked(path, err), count = 0, drops = 0, rc;
	size_t kept = 0, own;
	struct list l;

	if (fd < 0)
		return -1;
	rc = read_all(path, &l, err);
	own = l.count; /* the line that asks for it */
	while (rc == 0 && newest_ms && own-- > 0)
		if (l.v[own].ms == newest_ms)
			break;
	for (size_t i = 0; rc == 0 && i < l.count; i++) {
		if (gone(ud, &l.v[i])) {
			forget(l.v[i].text.p);
			count += i != own;
			drops = 1;
			continue;
		}
		l.v[kept++] = l.v[i];
	}
	if (rc == 0) {
		l.count = kept;
		rc = drops || l.cut ? rewrite(path, &l, 0, err) : 0;
	}
	close(fd);
	list_release(&l);
	return rc < 0 ? -1 : count;
}
