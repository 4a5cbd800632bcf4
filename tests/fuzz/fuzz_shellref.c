/*
 * The bytes given to a shell are a function of the workflow text alone: what
 * comes out is what went in, with every reference replaced by a variable
 * that is numbered in order, and nothing else changed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/front/text_int.h"
#include "tests/front/vocab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int cond)
{
	if (!cond)
		abort();
}

static int starts(struct str s, size_t at, const char *what)
{
	size_t n = strlen(what);

	return s.n - at >= n && memcmp(s.p + at, what, n) == 0;
}

/* Length of the variable for reference n at out[o], which does not stand in
 * the input at i; 0: none. */
static size_t variable(struct str out, size_t o, struct str in, size_t i,
	size_t n)
{
	char quoted[40], bare[40];

	snprintf(quoted, sizeof(quoted), "\"${WF_V%zu}\"", n);
	snprintf(bare, sizeof(bare), "${WF_V%zu}", n);
	if (!starts(in, i, "${"))
		return 0;
	if (starts(out, o, quoted))
		return strlen(quoted);
	return starts(out, o, bare) && !starts(in, i, bare) ?
		strlen(bare) : 0;
}

static void check_text(struct str in, struct str out, size_t vars)
{
	size_t i = 0, o = 0, n = 0, len;

	while (i < in.n) {
		len = variable(out, o, in, i, n + 1);
		if (len) {
			n++;
			o += len;
			len = scan_ref(in, i);
			demand(len != SCAN_NONE);
			i = len + 1;
		} else if (in.p[i] == '\r' && starts(in, i, "\r\n")) {
			i++;
		} else {
			demand(o < out.n && in.p[i] == out.p[o]);
			i++;
			o++;
		}
	}
	demand(o == out.n && n == vars);
}

static void check_plan(const struct plan *p, struct str in)
{
	const struct plan_node *n = &p->nodes[plan_find(p, str_of("b"))];
	struct str out = { "", 0 };
	size_t vars = 0;
	uint32_t i;

	for (i = n->arg; i < n->arg + n->arg_count; i++) {
		const struct plan_arg *a = &p->args[i];

		vars += a->role == ARG_ENV;
		if (a->role == ARG_FIELD)
			out = str_of(plan_text(p, p->parts[a->part].text));
	}
	check_text(in, out, vars);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct front_flags flags = { .strategy = -1 };
	struct line line = { .name = str_of("chain") };
	struct unit u = { .command = str_of("bash"), .as_is = 1 };
	struct plan *plan = NULL;
	struct front_ctx c;
	struct str source;
	struct diags d;
	struct frag f;
	char *copy;

	if (size == 0 || memchr(data, '\0', size))
		return 0;
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	source.p = copy;
	source.n = size;
	diags_init(&d, "fuzz", 1, source);
	front_ctx_init(&c, &test_env, &d, &flags);
	sequence_compile(&c, c.top, src_new(&c, str_of("a: /echo x"), 0, 0),
		0, 10, &f);
	frag_release(&f);
	u.src = src_new(&c, source, 0, 1);
	u.to = size;
	u.name = str_of("b");
	unit_compile(&c, c.top, &u);
	if (front_finish(&c, &line, &plan) == 0)
		check_plan(plan, source);
	else
		demand(d.errors > 0);
	plan_drop(plan);
	front_ctx_release(&c);
	diags_release(&d);
	free(copy);
	return 0;
}
