/*
 * Golden files of the front end: text in, plan or diagnostics out. A file
 * tests/front/NAME.wf holds cases that begin with a line `#==== title`;
 * NAME.out holds what comes of each. A file in tests/front/spec is one case.
 * UPDATE=1 writes the .out files instead of comparing.
 */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "engine/base/mem.h"
#include "tests/front/golden.h"
#include "tests/front/vocab.h"
#include "tests/unit/tap.h"

static const char mark[] = "#==== ";

static void show_redirect(const struct words *w, struct buf *out)
{
	if (w->out_file.n)
		buf_printf(out, "output %s %.*s\n", w->append ? ">>" : ">",
			(int)w->out_file.n, w->out_file.p);
	if (w->pipe.n)
		buf_printf(out, "pipe | %.*s\n", (int)w->pipe.n, w->pipe.p);
}

/* Encodes and decodes: a second dump must be the same. */
static void check_coding(const struct plan *p, struct buf *out)
{
	struct buf bytes, a, b;
	struct plan *again = NULL;
	struct err err;

	buf_init(&bytes);
	buf_init(&a);
	buf_init(&b);
	plan_encode(p, &bytes);
	plan_dump(p, &a);
	if (plan_decode(bytes.data, bytes.len, &again, &err))
		buf_printf(out, "NOT DECODED: %s\n", err.text);
	else {
		plan_dump(again, &b);
		if (strcmp(buf_cstr(&a), buf_cstr(&b)))
			buf_str(out, "DECODED DIFFERENTLY\n");
	}
	plan_drop(again);
	buf_add(out, buf_cstr(&a), a.len);
	buf_release(&bytes);
	buf_release(&a);
	buf_release(&b);
}

static void compile_line(struct line *l, struct diags *d, struct buf *out)
{
	struct front_flags flags;
	struct words redirect;
	struct plan *p = NULL;

	if (!front_knows(&test_env, l->name)) {
		buf_printf(out, "command /%.*s: '%.*s'%s\n", (int)l->name.n,
			l->name.p, (int)l->rest.n, l->rest.p,
			l->background ? " &" : "");
		return;
	}
	if (front_compile(&test_env, l, &p, &flags, &redirect, d) == 0) {
		check_coding(p, out);
		if (flags.resume_from.n)
			buf_printf(out, "resume from %.*s\n",
				(int)flags.resume_from.n, flags.resume_from.p);
	}
	show_redirect(&redirect, out);
	words_release(&redirect);
	plan_drop(p);
}

static void compile_source(struct str source, int prompt, struct buf *out)
{
	struct lines lines = { .source = source, .complete = 1 };
	struct diags d;
	struct line l;

	lines.interactive = (uint8_t)prompt;
	diags_init(&d, "test.wf", 1, source);
	while (line_next(&lines, &l, &d) != LINE_END) {
		if (l.kind == LINE_COMMAND || l.kind == LINE_BLOCK)
			compile_line(&l, &d, out);
		else if (l.kind == LINE_BANG)
			buf_printf(out, "shell: '%.*s'\n", (int)l.rest.n,
				l.rest.p);
		else if (l.kind == LINE_PLAIN)
			buf_printf(out, "prompt: '%.*s'\n", (int)l.rest.n,
				l.rest.p);
	}
	diags_print(&d, out);
	diags_release(&d);
}

static void write_file(const char *path, const struct buf *b)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(buf_cstr(b), 1, b->len, f) != b->len || fclose(f))
		ok(0, "%s can be written", path);
}

static const char *next_case(const char *p)
{
	while (p && strncmp(p, mark, strlen(mark)) != 0) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return p;
}

/* Runs each case of a text; the result has the same titles. */
static void run_cases(const char *text, struct buf *out)
{
	const char *p = next_case(text), *body, *end;
	struct str source;

	while (p) {
		body = strchr(p, '\n');
		body = body ? body + 1 : p + strlen(p);
		end = next_case(body);
		buf_add(out, p, (size_t)(body - p));
		source.p = body;
		source.n = end ? (size_t)(end - body) : strlen(body);
		compile_source(source, strncmp(p + strlen(mark), "prompt", 6)
			== 0, out);
		p = end;
	}
}

/* Compares case by case, so that each has its own test point. */
static void compare(const char *file, const char *got, const char *want)
{
	const char *g = next_case(got), *w, *g2, *w2, *eol;

	w = next_case(want);
	while (g) {
		size_t gn, wn = 0;

		g2 = next_case(g + 1);
		gn = g2 ? (size_t)(g2 - g) : strlen(g);
		w2 = w ? next_case(w + 1) : NULL;
		if (w)
			wn = w2 ? (size_t)(w2 - w) : strlen(w);
		eol = strchr(g, '\n');
		if (!ok(gn == wn && memcmp(g, w, gn) == 0, "%s: %.*s", file,
				(int)(eol ? eol - g - 6 : 0), g + 6))
			note("got:\n%.*s\nwant:\n%.*s", (int)gn, g, (int)wn,
				w ? w : "");
		g = g2;
		w = w2;
	}
	ok(w == NULL, "%s: nothing is left over", file);
}

static void run_file(const char *dir, const char *name, int whole)
{
	char path[512], golden[512];
	struct buf in, want, got;
	struct str source;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(golden, sizeof(golden), "%s/%.*s.out", dir,
		(int)(strlen(name) - 3), name);
	buf_init(&in);
	buf_init(&want);
	if (golden_read(path, &in)) {
		ok(0, "%s can be read", path);
		return;
	}
	buf_init(&got);
	if (whole) {
		buf_printf(&got, "%s%s\n", mark, name);
		source.p = buf_cstr(&in);
		source.n = in.len;
		compile_source(source, 0, &got);
	} else {
		run_cases(buf_cstr(&in), &got);
	}
	golden_read(golden, &want);
	if (getenv("UPDATE"))
		write_file(golden, &got);
	else
		compare(name, buf_cstr(&got), buf_cstr(&want));
	buf_release(&in);
	buf_release(&want);
	buf_release(&got);
}

static int is_wf(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 3 && strcmp(d->d_name + n - 3, ".wf") == 0;
}

static void run_dir(const char *dir, int whole)
{
	struct dirent **list = NULL;
	int i, n = scandir(dir, &list, is_wf, alphasort);

	ok(n > 0, "%s holds cases", dir);
	for (i = 0; i < n; i++) {
		run_file(dir, list[i]->d_name, whole);
		free(list[i]);
	}
	free(list);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		struct buf out;

		buf_init(&out);
		compile_source(str_of(argv[1]), argc > 2, &out);
		fputs(buf_cstr(&out), stdout);
		buf_release(&out);
		return 0;
	}
	run_dir("tests/front", 0);
	run_dir("tests/front/spec", 1);
	return done();
}
