/*
 * States of sites in words: by the policy, when one is linked, else as the
 * numbers they are. Reads, and decides nothing.
 */
#include "engine/learn.h"

#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/text.h"
#include "engine/drive/engine_int.h"

enum { TELL_DEPTH = 8, TELL_LINES = 200 };

void engine_set_policy(struct engine *e, const struct engine_policy *p)
{
	if (p)
		e->policy = *p;
	else
		memset(&e->policy, 0, sizeof(e->policy));
}

static int is_scalar(struct str v)
{
	return v.n && v.p[0] != '{' && v.p[0] != '[';
}

/* A string as its text, anything else as it stands. */
static void add_scalar(struct buf *out, struct str v)
{
	size_t from = out->len, i;

	if (v.p[0] != '"' || jspan_text(v, out) != 0) {
		out->len = from;
		buf_add(out, v.p, v.n);
	}
	for (i = from; i < out->len; i++)
		if ((unsigned char)out->data[i] < ' ')
			out->data[i] = ' ';
}

/* What an element of a list is called by the list's name. */
static void add_label(struct buf *out, struct str list, size_t index)
{
	static const char *const known[][2] = {{"c", "condition"},
		{"cond", "condition"}, {"conds", "condition"},
		{"conditions", "condition"}, {"o", "operand"},
		{"ops", "operand"}, {"operands", "operand"},
		{"t", "threshold"}, {"thresholds", "threshold"},
		{"arms", "arm"}};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_eq(list, known[i][0]))
			break;
	if (i < sizeof(known) / sizeof(known[0]))
		buf_str(out, known[i][1]);
	else
		buf_add(out, list.p, list.n);
	buf_printf(out, "%s%zu", out->len ? " " : "", index);
}

struct telling {
	struct buf *out;
	int lines;
};

static void indent(struct buf *out, int depth)
{
	while (depth-- > 0)
		buf_str(out, "  ");
}

static void tell_value(struct telling *t, struct str label, struct str v,
	int depth);

/* "name 1, other 2": the plain members of an object or list, on one line
 * behind its label. Returns how much deeper the others stand. */
static int tell_plain(struct telling *t, struct str label, struct str v,
	int depth)
{
	struct jspan_walk w = { v, 0 };
	struct str key, value;
	struct buf text;
	int count = 0;

	buf_init(&text);
	while (jspan_next(&w, &key, &value)) {
		if (!is_scalar(value))
			continue;
		buf_str(&text, count++ ? ", " : "");
		if (key.n) {
			add_scalar(&text, key);
			buf_char(&text, ' ');
		}
		add_scalar(&text, value);
	}
	if (count || label.n) {
		indent(t->out, depth);
		buf_add(t->out, label.p, label.n);
		if (label.n && count)
			buf_str(t->out, ": ");
		buf_add(t->out, text.data, text.len);
		buf_char(t->out, '\n');
		t->lines++;
	}
	buf_release(&text);
	return label.n != 0;
}

/* The elements of a list that are no plain values, each by its number. */
static void tell_list(struct telling *t, struct str name, struct str list,
	int depth)
{
	struct jspan_walk w = { list, 0 };
	struct str value;
	struct buf label;
	size_t i = 0;

	buf_init(&label);
	while (jspan_next(&w, NULL, &value)) {
		buf_clear(&label);
		add_label(&label, name, i++);
		if (!is_scalar(value))
			tell_value(t, (struct str){ label.data, label.len },
				value, depth);
	}
	buf_release(&label);
}

static int all_nested(struct str list)
{
	struct jspan_walk w = { list, 0 };
	struct str value;
	int any = 0;

	while (jspan_next(&w, NULL, &value)) {
		if (is_scalar(value))
			return 0;
		any = 1;
	}
	return any;
}

static void tell_value(struct telling *t, struct str label, struct str v,
	int depth)
{
	struct jspan_walk w = { v, 0 };
	struct str key, value;
	struct buf name;
	int inner;

	if (depth == TELL_DEPTH || t->lines >= TELL_LINES)
		return;
	if (v.p[0] == '[' && all_nested(v)) {
		tell_list(t, label, v, depth);
		return;
	}
	inner = depth + tell_plain(t, label, v, depth);
	if (v.p[0] == '[') {
		tell_list(t, label, v, inner);
		return;
	}
	buf_init(&name);
	while (jspan_next(&w, &key, &value)) {
		buf_clear(&name);
		add_scalar(&name, key);
		if (!is_scalar(value))
			tell_value(t, (struct str){ name.data, name.len },
				value, inner);
	}
	buf_release(&name);
}

static int damaged(struct err *err)
{
	err_set(err, ERR_CORRUPT, "what is known of the site cannot be read");
	return err_help(err, "/learned --reset SITE begins anew");
}

/* The numbers, nested as they are. */
static int learned_tell(struct str state, struct buf *out, struct err *err)
{
	struct telling t = { out, 0 };
	struct str v;

	if (jspan_value(state, &v) != 0 || is_scalar(v))
		return damaged(err);
	tell_value(&t, (struct str){ "", 0 }, v, 0);
	if (t.lines >= TELL_LINES)
		buf_str(out, "...\n");
	return 0;
}

/* {"lines":[...]} */
static int add_lines(struct str answer, struct buf *out, struct err *err)
{
	struct jspan_walk w = { { NULL, 0 }, 0 };
	struct str v, value;

	if (jspan_value(answer, &v) != 0 ||
	    !jspan_find(v, str_of("lines"), &w.left))
		return damaged(err);
	while (jspan_next(&w, NULL, &value)) {
		if (is_scalar(value))
			add_scalar(out, value);
		buf_char(out, '\n');
	}
	return 0;
}

int engine_tell_state(struct engine *e, struct str state, struct buf *out,
	struct err *err)
{
	struct buf in, answer;
	struct str v;
	int rc;

	if (!e->policy.call)
		return learned_tell(state, out, err);
	if (jspan_value(state, &v) != 0)
		return damaged(err);
	buf_init(&in);
	buf_init(&answer);
	buf_printf(&in, "{\"state\":%.*s}", (int)v.n, v.p);
	rc = e->policy.call(e->policy.ud, "tell",
		(struct str){ in.data, in.len }, &answer, err);
	if (rc == 0)
		rc = add_lines((struct str){ answer.data, answer.len }, out,
			err);
	buf_release(&in);
	buf_release(&answer);
	return rc;
}
