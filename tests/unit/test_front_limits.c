/*
 * Errors of the front end that no text of a user's size brings about: a
 * source over its limit, and a plan that cannot be built, which would be a
 * bug of the front end and is told as one.
 */
#include "engine/base/mem.h"
#include "engine/front/front_int.h"
#include "engine/front/line.h"
#include "tests/front/vocab.h"
#include "tests/unit/tap.h"

static int only(const struct diags *d, const char *code, size_t at)
{
	return d->count == 1 && strcmp(d->items[0].code, code) == 0 &&
		d->items[0].at == at;
}

static void size_of_source(void)
{
	size_t n = (size_t)LIMIT_SOURCE + 1;
	char *text = mem_zero(n + 1);
	struct lines l = { .complete = 1 };
	struct diags d;
	struct line line;

	memset(text, ' ', n);
	memcpy(text, "\n\n/echo x\n", 10);
	l.source = (struct str){ text, n - 1 };
	diags_init(&d, "big.wf", 1, l.source);
	ok(line_next(&l, &line, &d) == LINE_COMMAND && d.count == 0,
		"a source of exactly the limit is read");
	diags_release(&d);
	l.source.n = n;
	l.at = 0;
	diags_init(&d, "big.wf", 1, l.source);
	ok(line_next(&l, &line, &d) == LINE_BAD && only(&d, "E112", 2),
		"E112 stands where the first line of a larger one begins");
	ok(line_next(&l, &line, &d) == LINE_END && d.count == 1,
		"and nothing of it is read");
	diags_release(&d);
	mem_free(text);
}

static void no_plan(void)
{
	struct front_flags flags = { .strategy = -1 };
	struct str text = { "/chain x", 8 };
	struct line line = { .kind = LINE_COMMAND, .name = { "chain", 5 } };
	struct front_ctx c;
	struct plan *p = NULL;
	struct diags d;

	diags_init(&d, "-c", 1, text);
	front_ctx_init(&c, &test_env, &d, &flags);
	ok(front_finish(&c, &line, &p) < 0 && !p && only(&d, "E503", 0) &&
		strstr(d.items[0].text, "no step"),
		"E503 says why a plan cannot be built");
	front_ctx_release(&c);
	diags_release(&d);
}

int main(void)
{
	size_of_source();
	no_plan();
	return done();
}
