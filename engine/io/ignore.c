/*
 * Rules of .gitignore files. A rule keeps its pattern as text; a pattern with
 * a slash is matched against the path from its file's directory, one without
 * against the last component.
 */
#include "engine/io/ignore.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/io/glob.h"

enum { IGNORE_MAX = 1 << 20 };

struct rule {
	struct str pattern;
	uint8_t negate, dir_only, anchored;
};

struct ignore_level {
	struct buf text;
	struct rule *rules;
	size_t n, cap, base;
};

void ignore_init(struct ignore *ig)
{
	memset(ig, 0, sizeof(*ig));
}

void ignore_release(struct ignore *ig)
{
	while (ig->n)
		ignore_pop(ig);
	free(ig->v);
	ignore_init(ig);
}

void ignore_pop(struct ignore *ig)
{
	struct ignore_level *l = &ig->v[--ig->n];

	buf_release(&l->text);
	free(l->rules);
}

/* Trailing blanks go, unless the last is escaped. */
static struct str trim(struct str s)
{
	if (s.n && s.p[s.n - 1] == '\r')
		s.n--;
	while (s.n && s.p[s.n - 1] == ' ') {
		if (s.n > 1 && s.p[s.n - 2] == '\\')
			break;
		s.n--;
	}
	return s;
}

static void skip(struct str *s)
{
	s->p++;
	s->n--;
}

static void add_rule(struct ignore_level *l, struct str s)
{
	struct rule r = { .negate = 0 };

	s = trim(s);
	if (!s.n || s.p[0] == '#')
		return;
	if (s.p[0] == '!') {
		r.negate = 1;
		skip(&s);
	}
	if (s.n && s.p[s.n - 1] == '/') {
		r.dir_only = 1;
		s.n--;
	}
	if (!s.n)
		return;
	r.anchored = memchr(s.p, '/', s.n) != NULL;
	if (s.p[0] == '/')
		skip(&s);
	r.pattern = s;
	l->rules = mem_more(l->rules, l->n, &l->cap, sizeof(*l->rules));
	l->rules[l->n++] = r;
}

static void read_rules(struct ignore_level *l, int fd)
{
	struct str rest;
	const char *end;
	ssize_t n;

	do {
		buf_reserve(&l->text, 4096);
		n = read(fd, l->text.data + l->text.len, 4096);
		if (n > 0)
			l->text.len += (size_t)n;
	} while (n > 0 && l->text.len < IGNORE_MAX);
	rest = (struct str){ l->text.data, l->text.len };
	if (rest.n >= 3 && memcmp(rest.p, "\xef\xbb\xbf", 3) == 0)
		rest = (struct str){ rest.p + 3, rest.n - 3 };
	while (rest.n) {
		end = memchr(rest.p, '\n', rest.n);
		if (!end)
			end = rest.p + rest.n;
		add_rule(l, (struct str){ rest.p, (size_t)(end - rest.p) });
		if (end < rest.p + rest.n)
			end++;
		rest.n -= (size_t)(end - rest.p);
		rest.p = end;
	}
}

void ignore_push(struct ignore *ig, int dir_fd, const char *name,
	size_t base)
{
	struct ignore_level *l;
	int fd;

	ig->v = mem_more(ig->v, ig->n, &ig->cap, sizeof(*ig->v));
	l = &ig->v[ig->n++];
	memset(l, 0, sizeof(*l));
	l->base = base;
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
		O_NONBLOCK);
	if (fd < 0)
		return;
	read_rules(l, fd);
	close(fd);
}

static int matches(const struct rule *r, struct str path, struct str last)
{
	return glob_path(r->pattern, r->anchored ? path : last);
}

int ignore_asks(const struct ignore *ig, struct str path, int is_dir)
{
	const char *slash = memrchr(path.p, '/', path.n);
	struct str last = path, below;
	size_t i, k;

	if (slash) {
		last.p = slash + 1;
		last.n = path.n - (size_t)(last.p - path.p);
	}
	for (i = ig->n; i-- > 0;) {
		const struct ignore_level *l = &ig->v[i];

		below.p = path.p + l->base;
		below.n = path.n - l->base;
		for (k = l->n; k-- > 0;) {
			if (l->rules[k].dir_only && !is_dir)
				continue;
			if (matches(&l->rules[k], below, last))
				return !l->rules[k].negate;
		}
	}
	return 0;
}
