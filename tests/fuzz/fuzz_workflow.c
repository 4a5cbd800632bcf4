/*
 * Any text compiles to a plan that comes back from its own bytes, or is
 * refused with a diagnostic that lies within the source.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/front/vocab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int cond)
{
	if (!cond)
		abort();
}

static void check_plan(const struct plan *p)
{
	struct buf bytes, one, two;
	struct plan *q = NULL;
	struct err err;

	buf_init(&bytes);
	buf_init(&one);
	buf_init(&two);
	plan_encode(p, &bytes);
	demand(plan_decode(bytes.data, bytes.len, &q, &err) == 0);
	plan_dump(p, &one);
	plan_dump(q, &two);
	demand(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
	plan_drop(q);
	buf_release(&bytes);
	buf_release(&one);
	buf_release(&two);
}

static void compile(struct line *l, struct diags *d)
{
	struct front_flags flags;
	struct words redirect;
	struct plan *p = NULL;
	size_t errors = d->errors;
	int rc = front_compile(&test_env, l, &p, &flags, &redirect, d);

	demand((rc == 0) == (d->errors == errors));
	demand((rc == 0) == (p != NULL));
	if (p)
		check_plan(p);
	words_release(&redirect);
	plan_drop(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	struct lines lines = { .complete = 1 };
	struct buf out;
	struct diags d;
	struct line l;
	size_t i;

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	lines.source.p = copy;
	lines.source.n = size;
	diags_init(&d, "fuzz", 1, lines.source);
	while (line_next(&lines, &l, &d) != LINE_END)
		if ((l.kind == LINE_COMMAND || l.kind == LINE_BLOCK) &&
				front_knows(&test_env, l.name))
			compile(&l, &d);
	for (i = 0; i < d.count; i++)
		demand(d.items[i].at + d.items[i].len <= size &&
			d.items[i].text[0]);
	buf_init(&out);
	diags_print(&d, &out);
	buf_release(&out);
	diags_release(&d);
	free(copy);
	return 0;
}
