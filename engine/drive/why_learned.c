/*
 * What an adaptive decision rests on, from the detail that is journalled with
 * it (adaptive.c), in the words of a person.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/text.h"
#include "engine/drive/why_int.h"

static struct str member(struct str object, const char *name)
{
	struct str v;

	if (jspan_find(object, str_of(name), &v) == 0)
		v = (struct str){"", 0};
	return v;
}

/* Without its quotes; the policy's texts need no escapes. */
static struct str text_of(struct str object, const char *name)
{
	struct str v = member(object, name);

	return v.n > 1 && v.p[0] == '"' ? (struct str){v.p + 1, v.n - 2}
		: (struct str){"", 0};
}

static double number_of(struct str object, const char *name)
{
	struct str v = member(object, name);

	return v.n ? strtod(v.p, NULL) : 0;
}

static void put_ms(struct buf *b, double ms)
{
	char took[16];

	duration_print((int64_t)(ms * 1000), took);
	buf_str(b, took);
}

static void arms(struct why *w, int64_t seq, struct str detail)
{
	struct jspan_walk list = {member(detail, "arms"), 0};
	struct str arm;
	int i = 0;

	while (jspan_next(&list, NULL, &arm)) {
		int n = (int)(number_of(arm, "n") + 0.5);
		struct buf b;

		buf_init(&b);
		buf_printf(&b, "%d (%s): ", i + 1, why_arm(w, i));
		i++;
		if (n) {
			buf_printf(&b, "taken %d time%s, %.0f %% to succeed", n,
				n == 1 ? "" : "s",
				100 * number_of(arm, "p"));
			if (number_of(arm, "ms") > 0) {
				buf_str(&b, ", ");
				put_ms(&b, number_of(arm, "ms"));
			}
		} else {
			buf_str(&b, "never taken");
		}
		buf_printf(&b, "; drawn %.2f", number_of(arm, "draw"));
		why_add(w, seq, "arm", buf_take(&b));
	}
}

static void operands(struct why *w, int64_t seq, struct str condition)
{
	struct jspan_walk list = {member(condition, "o"), 0};
	struct str o;
	struct buf b;
	int n = 0;

	buf_init(&b);
	while (jspan_next(&list, NULL, &o)) {
		buf_printf(&b, "%s%d is %s (", n++ ? ", then " : "",
			(int)number_of(o, "i") + 1,
			str_eq(member(o, "v"), "true") ? "true" : "false");
		put_ms(&b, number_of(o, "ms"));
		buf_char(&b, ')');
	}
	if (n)
		why_add(w, seq, "operands", buf_take(&b));
	buf_release(&b);
}

static void places(struct why *w, int64_t seq, struct str condition)
{
	struct jspan_walk list = {member(condition, "t"), 0};
	struct str t;

	while (jspan_next(&list, NULL, &t)) {
		if (member(t, "x").n)
			why_add(w, seq, "threshold", mem_printf("%.6g, "
				"compared with %.6g", number_of(t, "at"),
				number_of(t, "x")));
		else if (member(t, "at").n)
			why_add(w, seq, "threshold", mem_printf("%.6g",
				number_of(t, "at")));
	}
}

void why_learned(struct why *w, int64_t seq, struct str bytes)
{
	struct jspan_walk list;
	struct str detail, c, why;

	if (!bytes.n || bytes.p[0] != '{' || jspan_value(bytes, &detail) < 0)
		return;
	arms(w, seq, detail);
	list = (struct jspan_walk){member(detail, "c"), 0};
	while (jspan_next(&list, NULL, &c)) {
		operands(w, seq, c);
		places(w, seq, c);
		why = text_of(c, "why");
		if (why.n)
			why_add(w, seq, "because", mem_strndup(why.p, why.n));
	}
	why = text_of(detail, "why");
	if (why.n)
		why_add(w, seq, "because", mem_strndup(why.p, why.n));
}
