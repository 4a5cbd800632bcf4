/*
 * Names of files. A directory is read up to a bound, so that one of a million
 * names costs no more than a moment; what cannot be said in a line, such as a
 * name with a newline, is left out.
 */
#include "shell/complete_int.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"

enum { READ_MAX = 20000 };

struct names {
	char **v;
	size_t count, cap;
};

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int can_be_said(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return 0;
	return 1;
}

static int is_dir(const char *dir, const struct dirent *e)
{
	struct stat st;
	char *path;
	int yes;

	if (e->d_type != DT_LNK && e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	path = mem_printf("%s/%s", dir, e->d_name);
	yes = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	mem_free(path);
	return yes;
}

/* Those that begin so, directories with a slash; hidden ones when the
 * beginning says so. */
static void read_names(const char *dir, struct str begin, int only_dirs,
	struct names *out)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d)) && n++ < READ_MAX) {
		int folder;

		if (strncmp(e->d_name, begin.p, begin.n) != 0 ||
				(e->d_name[0] == '.' && !begin.n) ||
				strcmp(e->d_name, ".") == 0 ||
				strcmp(e->d_name, "..") == 0 ||
				!can_be_said(e->d_name))
			continue;
		folder = is_dir(dir, e);
		if (only_dirs && !folder)
			continue;
		out->v = mem_more(out->v, out->count, &out->cap,
			sizeof(*out->v));
		out->v[out->count++] = mem_printf("%s%s", e->d_name,
			folder ? "/" : "");
	}
	if (d)
		closedir(d);
	if (out->count)
		qsort(out->v, out->count, sizeof(*out->v), by_name);
}

static int is_plain(const char *s)
{
	return strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_@%+:./=-") == strlen(s);
}

/* In this quote the text is itself. */
static int fits(const char *s, char quote)
{
	if (strchr(s, quote))
		return 0;
	return quote == '\'' || !strpbrk(s, "$\\`");
}

/* The quote in which all of them can be said, 0: none is needed, or the one
 * that most can. */
static char choose_quote(const struct at *a, const char *base,
	const struct names *l)
{
	int needed = !is_plain(base), good = 1;

	if (a->quote)
		return a->quote;
	for (size_t i = 0; i < l->count; i++) {
		needed |= !is_plain(l->v[i]);
		good &= fits(l->v[i], '\'');
	}
	if (!needed)
		return 0;
	return a->outer == '\'' || (!good && a->outer != '"') ? '"' : '\'';
}

/* One name as it is typed: base/name in quotes. A single file is closed. */
static void add_one(struct at *a, const char *base, const char *name,
	char quote, int single)
{
	struct matches *m = a->out;
	size_t n = strlen(name);
	struct match *one;
	struct buf b;

	if (quote && (!fits(base, quote) || !fits(name, quote)))
		return;
	if (m->count == COMPLETE_MAX) {
		m->left_out++;
		return;
	}
	buf_init(&b);
	if (quote && !a->quote)
		buf_char(&b, quote);
	buf_printf(&b, "%s%s", base, name);
	if (quote && single && name[n - 1] != '/')
		buf_char(&b, quote);
	m->v = mem_more(m->v, m->count, &m->cap, sizeof(*m->v));
	one = &m->v[m->count++];
	one->text = buf_take(&b);
	one->shown = mem_strdup(name);
	one->about = NULL;
	m->no_blank = single && name[n - 1] == '/';
}

/* What is typed up to the last slash, as a directory to be read; ~/ is
 * nothing to wf, so it becomes what it means. */
static char *base_of(struct str word)
{
	const char *home = getenv("HOME");
	size_t n = word.n;
	char *base;

	while (n > 0 && word.p[n - 1] != '/')
		n--;
	if (n > 1 && word.p[0] == '~' && word.p[1] == '/' && home)
		base = mem_printf("%s%.*s", home, (int)(n - 1), word.p + 1);
	else
		base = mem_strndup(word.p, n);
	return base;
}

void comp_files(struct at *a, int only_dirs)
{
	char *base = base_of(a->word);
	struct str begin = a->word;
	struct names l = {NULL, 0, 0};
	char quote;

	for (size_t i = a->word.n; i > 0; i--)
		if (a->word.p[i - 1] == '/') {
			begin = (struct str){a->word.p + i, a->word.n - i};
			break;
		}
	if (!begin.p)
		begin.p = "";
	read_names(base[0] ? base : ".", begin, only_dirs, &l);
	quote = choose_quote(a, base, &l);
	for (size_t i = 0; i < l.count; i++) {
		add_one(a, base, l.v[i], quote, l.count == 1);
		mem_free(l.v[i]);
	}
	free(l.v);
	mem_free(base);
}

void comp_programs(struct at *a)
{
	const char *path = getenv("PATH");
	struct names l = {NULL, 0, 0};

	while (a->word.n && path && *path) {
		size_t n = strcspn(path, ":");
		char *dir = mem_strndup(path, n);

		if (dir[0] == '/')
			read_names(dir, a->word, 0, &l);
		mem_free(dir);
		path += n + (path[n] == ':');
	}
	for (size_t i = 0; i < l.count; i++) {
		if (l.v[i][strlen(l.v[i]) - 1] != '/')
			comp_add(a, l.v[i], NULL);
		mem_free(l.v[i]);
	}
	free(l.v);
}
