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
#include <strings.h>
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
enum { FILE_MAX = 2 * HISTORY_MAX, BYTES_MAX = 64 << 20 };

static uint8_t told_secret, told_long; /* once each */

/* ---------------------------------------------------------------- secrets */
static int is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_' || c == '-';
}

static int is_value(char c)
{
	return is_word(c) || strchr("./+=~%^&*!@#:?", c) != NULL;
}

/* The value behind a name: literal, not a reference, a path or a type. */
static int holds_value(struct str s)
{
	size_t i = 0, n = 0;

	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	if (i < s.n && (s.p[i] == '=' || s.p[i] == ':'))
		for (i++; i < s.n && s.p[i] == ' ';)
			i++;
	if (i < s.n && (s.p[i] == '"' || s.p[i] == '\''))
		i++;
	if (i == s.n || s.p[i] == '$' || s.p[i] == '/' || s.p[i] == '{')
		return 0;
	while (i + n < s.n && s.p[i + n] && is_value(s.p[i + n]))
		n++;
	return n >= 4;
}

static int ends_like_secret(struct str name)
{
	static const char *const words[] = {"key", "token", "secret",
		"password", "passwd", "passphrase", "credential", "apikey",
		"authorization"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		if (name.n >= n && strncasecmp(name.p + name.n - n, words[i],
				n) == 0 && (name.n == n || n > 3 ||
				!is_word(name.p[name.n - n - 1]) ||
				name.p[name.n - n - 1] == '_' ||
				name.p[name.n - n - 1] == '-'))
			return 1;
	}
	return 0;
}

/* NAME=value, NAME: value, --name value. */
static int names_secret(struct str s, size_t at, size_t n)
{
	struct str name = {s.p + at, n}, rest = {s.p + at + n, s.n - at - n};
	int flag = n > 2 && name.p[0] == '-' && name.p[1] == '-';

	if (!rest.n || !ends_like_secret(name))
		return 0;
	if (rest.p[0] == '=' || rest.p[0] == ':' || (flag && rest.p[0] == ' '))
		return holds_value(rest);
	return 0;
}

static int known_form(struct str s)
{
	static const struct {
		const char *begin;
		size_t more;
	} forms[] = {{"sk-", 16}, {"ghp_", 20}, {"gho_", 20},
		{"github_pat_", 20}, {"glpat-", 16}, {"xoxb-", 16},
		{"xoxp-", 16}, {"AKIA", 16}, {"AIza", 30}, {"Bearer ", 8}};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t n = strlen(forms[i].begin), k = 0;

		if (s.n < n || memcmp(s.p, forms[i].begin, n) != 0)
			continue;
		while (n + k < s.n && is_value(s.p[n + k]))
			k++;
		if (k >= forms[i].more)
			return 1;
	}
	return s.n >= 11 && memcmp(s.p, "-----BEGIN ", 11) == 0;
}

int hist_is_secret(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t n = 0;

		if (known_form((struct str){s.p + i, s.n - i}))
			return 1;
		while (i + n < s.n && is_word(s.p[i + n]))
			n++;
		if (n && names_secret(s, i, n))
			return 1;
		i += n ? n : 1;
	}
	return 0;
}

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

static int read_all(const char *path, struct list *l, struct err *err)
{
	memset(l, 0, sizeof(*l));
	buf_init(&l->file);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (file_read(NULL, path, BYTES_MAX, &l->file, err) < 0) {
		list_release(l);
		return -1;
	}
	buf_reserve(&l->file, 2); /* the last line's end */
	parse(l);
	return 0;
}

/* ---------------------------------------------------------------- writing */
/* The file, locked, and still the one of that name. */
static int open_locked(const char *path, struct err *err)
{
	struct stat a, b;
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || flock(fd, LOCK_EX) < 0)
			break;
		if (fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
				a.st_ino == b.st_ino && a.st_dev == b.st_dev)
			return fd;
		close(fd);
	}
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

static int append(const char *path, struct buf *b, struct err *err)
{
	int fd = open_locked(path, err), rc = 0;
	char last = '\n';
	off_t end;

	if (fd < 0)
		return -1;
	end = lseek(fd, 0, SEEK_END);
	if (end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n' &&
			write(fd, "\n", 1) != 1)
		rc = -1;
	if (rc == 0 && write(fd, b->data, b->len) != (ssize_t)b->len)
		rc = -1;
	if (rc < 0)
		err_errno(err, ERR_IO, "cannot write the history %s", path);
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

int hist_load(const char *path, struct err *err)
{
	struct list l;
	size_t first;
	int rc = read_all(path, &l, err), fd;

	if (rc < 0)
		return -1;
	first = l.count > HISTORY_MAX ? l.count - HISTORY_MAX : 0;
	for (size_t i = first; i < l.count; i++)
		list_add(l.v[i].text.p);
	if (l.count > FILE_MAX && (fd = open_locked(path, err)) >= 0) {
		list_release(&l); /* as it is now, locked */
		rc = read_all(path, &l, err);
		if (rc == 0 && l.count > HISTORY_MAX)
			rc = rewrite(path, &l, l.count - HISTORY_MAX, err);
		close(fd);
	}
	list_release(&l);
	using_history();
	return rc < 0 ? -1 : history_length;
}

int64_t hist_add(const char *path, const char *text, struct err *err)
{
	struct history_entry e = {.ms = clock_now_ms(),
		.text = str_of(text)};
	struct buf b;
	char *own;
	int rc;

	while (e.text.n && (e.text.p[e.text.n - 1] == '\n'))
		e.text.n--;
	if (!str_trim(e.text).n || text[0] == ' ' || text[0] == '\t')
		return 0;
	own = mem_strndup(e.text.p, e.text.n);
	list_add(own);
	mem_free(own);
	using_history();
	if (is_unkept(e.text, err))
		return 0;
	buf_init(&b);
	put_entry(&b, &e);
	rc = append(path, &b, err);
	buf_release(&b);
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
	int fd = open_locked(path, err), count = 0, rc;
	size_t kept = 0;
	struct list l;

	if (fd < 0)
		return -1;
	rc = read_all(path, &l, err);
	for (size_t i = 0; rc == 0 && i < l.count; i++) {
		if (gone(ud, &l.v[i])) {
			forget(l.v[i].text.p);
			count++;
			continue;
		}
		l.v[kept++] = l.v[i];
	}
	if (rc == 0) {
		l.count = kept;
		rc = count ? rewrite(path, &l, 0, err) : 0;
	}
	close(fd);
	list_release(&l);
	return rc < 0 ? -1 : count;
}
