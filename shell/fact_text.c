/*
 * Values of facts for people and for documents, from the JSON they are
 * measured as.
 */
#include "shell/fact_text.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/jspan.h"

void fact_text(struct buf *out, struct str value)
{
	struct jspan_walk w = {value, 0};
	struct str item;
	size_t n = 0;

	if (value.n && value.p[0] == '[') {
		for (; jspan_next(&w, NULL, &item); n++) {
			buf_str(out, n ? ", " : "");
			fact_text(out, item);
		}
		buf_str(out, n ? "" : "-");
	} else if (!value.n || value.p[0] != '"' ||
			jspan_text(value, out) < 0) {
		buf_add(out, value.p, value.n);
	}
}

void fact_json(struct json *j, struct str value)
{
	struct jspan_walk w = {value, 0};
	struct str item;
	struct buf text;

	buf_init(&text);
	if (value.n && value.p[0] == '[') {
		json_open(j, '[');
		while (jspan_next(&w, NULL, &item))
			fact_json(j, item);
		json_close(j, ']');
	} else if (value.n && value.p[0] == '"' &&
			jspan_text(value, &text) == 0) {
		json_str(j, (struct str){text.data, text.len});
	} else {
		buf_add(&text, value.p, value.n);
		if (strpbrk(buf_cstr(&text), ".eE"))
			json_real(j, strtod(buf_cstr(&text), NULL));
		else
			json_int(j, strtoll(buf_cstr(&text), NULL, 10));
	}
	buf_release(&text);
}

void fact_age(struct buf *out, int64_t ms)
{
	long long s = (long long)(ms / 1000);

	if (s == 0)
		buf_str(out, "now");
	else if (s < 120)
		buf_printf(out, "%lld s ago", s);
	else if (s < 7200)
		buf_printf(out, "%lld min ago", s / 60);
	else
		buf_printf(out, "%lld h ago", s / 3600);
}
