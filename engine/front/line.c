/*
 * Lines: from bytes to submissions. Which text a command takes decides only
 * where its quotes may stay open: the four workflow commands, /def and /fact
 * are known here by name, nothing else is.
 */
#include "engine/front/line.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/front/arg.h"
#include "engine/front/scan.h"

/* What a submission looks like while its end is searched. */
struct reach {
	size_t end;      /* end of the rest, comment and & not cut */
	size_t next;     /* where the next submission begins */
	size_t bad;      /* offset of what is open */
	char open;       /* 0: complete */
	size_t closed;   /* end of a closed text, or SCAN_NONE */
};

/* End of the line at `at` after continuations by a final backslash. */
static int line_end(struct str s, size_t at, struct reach *r)
{
	size_t end, back;

	for (;;) {
		end = scan_line(s, at);
		r->next = end < s.n ? end + 1 : end;
		r->end = end > at && s.p[end - 1] == '\r' ? end - 1 : end;
		for (back = r->end; back > at && s.p[back - 1] == '\\';)
			back--;
		if ((r->end - back) % 2 == 0)
			return 0;
		if (end + 1 >= s.n) {
			r->bad = r->end - 1;
			return r->open = '\\';
		}
		at = end + 1;
	}
}

/* The text that begins at `at` with a quote or brace. */
static int closed_text(struct str s, size_t at, struct reach *r)
{
	size_t end = s.p[at] == '{' ? scan_brace(s, at) :
		scan_quote(s, at, 0);

	if (end == SCAN_NONE) {
		r->end = r->next = s.n;
		r->bad = at;
		return r->open = s.p[at];
	}
	r->closed = end + 1;
	return line_end(s, end + 1, r);
}

/* Bare workflow text: open [ and ( go on to the next line. */
static int bare_text(struct str s, size_t at, struct reach *r)
{
	size_t i = at, q, depth = 0, first = at;

	if (line_end(s, at, r))
		return 1;
	for (; i < r->end || depth > 0; i++) {
		if (i >= s.n) {
			r->end = r->next = s.n;
			r->bad = first;
			return r->open = s.p[first];
		}
		if ((s.p[i] == '"' || s.p[i] == '\'') &&
				(i == at || !scan_word_char(s.p[i - 1]))) {
			q = scan_quote(s, i, 0);
			if (q != SCAN_NONE && (q < r->end || depth > 0))
				i = q;
		} else if (s.p[i] == '\\' && i + 1 < s.n) {
			i++;
		} else if (s.p[i] == '[' || s.p[i] == '(') {
			if (depth++ == 0)
				first = i;
		} else if (s.p[i] == ']' || s.p[i] == ')') {
			depth -= depth > 0;
			if (depth == 0 && i >= r->end && line_end(s, i, r))
				return 1;
		}
	}
	return 0;
}

size_t line_flag_end(struct str s, size_t at)
{
	return arg_flag_end(s, at);
}

/* Where the text of `name` may begin: behind flags, behind the words that
 * /def and /fact take before it. */
static size_t text_start(struct str s, size_t at, struct str name)
{
	int define = str_eq(name, "def") || str_eq(name, "fact");
	struct str w;

	for (;;) {
		while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
			at++;
		w = scan_word(s, at);
		if (w.n == 0)
			return at;
		if (arg_is_flag(w) || (str_eq(w, "-o") &&
				arg_is_workflow(name)))
			at = arg_flag_end(s, at);
		else if (define && (scan_name(w, 0) > 0 ||
				(w.p[0] == '/' && scan_name(w, 1) == w.n - 1 &&
				!str_eq(name, "def"))))
			at = arg_word_end(s, at);
		else
			return at;
	}
}

static int command_reach(struct str s, size_t at, struct str name,
	struct reach *r)
{
	size_t stop = scan_line(s, at), text = text_start(s, at, name);

	if (text < stop && strchr("\"'{", s.p[text]) && s.p[text])
		return closed_text(s, text, r);
	if (arg_is_workflow(name))
		return bare_text(s, at, r);
	return line_end(s, at, r);
}

/* Cuts a comment behind a closed text, blanks and the final &. */
static void finish_rest(struct str s, struct reach *r, struct line *out)
{
	size_t from = (size_t)(out->rest.p - s.p), end = r->end, i;

	if (r->closed != SCAN_NONE)
		for (i = r->closed; i < r->end && s.p[i] != '|'; i++)
			if (s.p[i] == '#' && scan_word_start(s, i)) {
				end = i;
				break;
			}
	while (end > from && scan_blank(s.p[end - 1]))
		end--;
	if (end > from && s.p[end - 1] == '&' &&
			(scan_blank(s.p[end - 2]) || end - 1 == from ||
			end - 1 == r->closed)) {
		out->background = 1;
		end--;
		while (end > from && scan_blank(s.p[end - 1]))
			end--;
	}
	out->rest.n = end - from;
}

static enum line_kind bad(struct lines *l, struct line *out, size_t next)
{
	out->len = next - out->at;
	l->at = next;
	return out->kind = LINE_BAD;
}

/* The text is open: more is awaited, or it is an error. */
static enum line_kind open_end(struct lines *l, struct line *out,
	struct reach *r, struct diags *diags)
{
	if (!l->complete) {
		out->open = r->open;
		out->len = l->source.n - out->at;
		return out->kind = LINE_MORE;
	}
	if (r->open == '\\')
		diag_add(diags, "E104", caret(r->bad, 1), NULL,
			"nothing follows the final backslash");
	else
		diag_add(diags, "E104", caret(r->bad, 1), "close it, or write "
			"a backslash before it if it is meant as text",
			"%c is not closed", r->open);
	return bad(l, out, l->source.n);
}

static int indented(struct str s, size_t at)
{
	return at < s.n && (s.p[at] == ' ' || s.p[at] == '\t');
}

static int empty_line(struct str s, size_t at, size_t end)
{
	while (at < end && scan_blank(s.p[at]))
		at++;
	return at == end;
}

/* The YAML beneath `/name:`; `at` is the first byte behind its line. */
static enum line_kind block(struct lines *l, struct line *out, size_t at)
{
	struct str s = l->source;
	size_t end = at, i = at, stop;

	for (; i < s.n; i = stop < s.n ? stop + 1 : stop) {
		stop = scan_line(s, i);
		if (empty_line(s, i, stop)) {
			if (l->typed && stop < s.n)
				break;
			continue;
		}
		if (indented(s, i))
			end = stop < s.n ? stop + 1 : stop;
		else if (s.p[i] != '#')
			break;
	}
	if (i >= s.n && !l->complete) {
		out->open = ':';
		out->len = s.n - out->at;
		return out->kind = LINE_MORE;
	}
	out->body = scan_cut(s, at < s.n ? at : s.n, end);
	out->len = end - out->at;
	/* the empty line that closed it is ours too */
	if (l->typed && i < s.n && empty_line(s, i, scan_line(s, i)))
		end = scan_line(s, i) + 1;
	l->at = end;
	return out->kind = LINE_BLOCK;
}

static enum line_kind bad_command(struct lines *l, struct line *out,
	struct diags *diags)
{
	struct str w = scan_word(l->source, out->at);
	char help[300];
	int n = (int)(w.n < 200 ? w.n : 200);

	if (w.n == 1)
		diag_add(diags, "E102", caret(out->at, 1), "write /help to see "
			"all commands", "a command's name is missing");
	else {
		snprintf(help, sizeof(help), "write !%.*s", n, w.p);
		diag_add(diags, "E102", caret(out->at, w.n), help,
			"a path is not a command: %.*s", n, w.p);
	}
	return bad(l, out, scan_line(l->source, out->at));
}

static enum line_kind command(struct lines *l, struct line *out,
	struct diags *diags)
{
	struct str s = l->source;
	size_t n = scan_command(s, out->at + 1), at = out->at + 1 + n;
	struct reach r = { .closed = SCAN_NONE };
	size_t rest = at;

	if (n == 0)
		return bad_command(l, out, diags);
	out->name = scan_cut(s, out->at + 1, at);
	if (at < s.n && s.p[at] == ':' && scan_word_end(s, at + 1)) {
		line_end(s, at + 1, &r);
		rest = at + 1;
		scan_trim(scan_cut(s, 0, r.end), &rest, &r.end);
		out->rest = scan_cut(s, rest, r.end);
		finish_rest(s, &r, out);
		if (out->rest.n == 0 || out->rest.p[0] == '-')
			return block(l, out, r.next);
		diag_add(diags, "E105", caret(rest, out->rest.n),
			"write the text without the colon, or the block on the "
			"next lines",
			"only flags and & may follow '/%.*s:'",
			(int)out->name.n, out->name.p);
		return bad(l, out, r.next);
	}
	if (!scan_word_end(s, at))
		return bad_command(l, out, diags);
	while (rest < s.n && (s.p[rest] == ' ' || s.p[rest] == '\t'))
		rest++;
	if (command_reach(s, rest, out->name, &r))
		return open_end(l, out, &r, diags);
	if (r.end < rest)
		r.end = rest;
	out->rest = scan_cut(s, rest, r.end);
	finish_rest(s, &r, out);
	out->len = r.end - out->at;
	l->at = r.next;
	return out->kind = LINE_COMMAND;
}

static enum line_kind bang(struct lines *l, struct line *out,
	struct diags *diags)
{
	struct str s = l->source;
	struct reach r = { .closed = SCAN_NONE };
	size_t from = out->at + 1;
	char c = from < s.n ? s.p[from] : '\n';

	if (line_end(s, from, &r))
		return open_end(l, out, &r, diags);
	if (c == '!' || c == '$' || (c == '-' && from + 1 < s.n &&
			s.p[from + 1] >= '0' && s.p[from + 1] <= '9')) {
		diag_add(diags, "E107", caret(out->at, scan_word(s, out->at).n),
			"press Up for the line before, Ctrl-R to search",
			"history is not written with '!%c'", c);
		return bad(l, out, r.next);
	}
	scan_trim(scan_cut(s, 0, r.end), &from, &r.end);
	if (from >= r.end) {
		diag_add(diags, "E117", caret(out->at, 1), "write !make",
			"'!' without a command");
		return bad(l, out, r.next);
	}
	out->rest = scan_cut(s, from, r.end);
	out->len = r.end - out->at;
	l->at = r.next;
	return out->kind = LINE_BANG;
}

static enum line_kind plain(struct lines *l, struct line *out,
	struct diags *diags)
{
	struct str s = l->source;
	struct reach r = { .closed = SCAN_NONE };

	if (line_end(s, out->at, &r))
		return open_end(l, out, &r, diags);
	out->rest = scan_cut(s, out->at, r.end);
	out->len = r.end - out->at;
	if (!l->interactive) {
		int n = (int)(out->rest.n < 60 ? out->rest.n : 60);
		char help[200];

		snprintf(help, sizeof(help), "a step is /bash %.*s; for the "
			"shell alone write !%.*s", n, s.p + out->at, n,
			s.p + out->at);
		diag_add(diags, "E101", caret(out->at, out->rest.n), help,
			"plain text is a prompt only at the terminal");
		return bad(l, out, r.next);
	}
	l->at = r.next;
	return out->kind = LINE_PLAIN;
}

/* Blank lines and comments. */
static void skip_idle(struct lines *l)
{
	struct str s = l->source;

	if (l->at == 0 && s.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0)
		l->at = 3;
	for (;;) {
		while (l->at < s.n && scan_blank(s.p[l->at]))
			l->at++;
		if (l->at >= s.n || s.p[l->at] != '#')
			return;
		l->at = scan_line(s, l->at);
	}
}

enum line_kind line_next(struct lines *l, struct line *out,
	struct diags *diags)
{
	const char *nul;
	size_t end;

	memset(out, 0, sizeof(*out));
	skip_idle(l);
	out->at = l->at;
	if (l->at >= l->source.n)
		return out->kind = LINE_END;
	if (l->source.n > LIMIT_SOURCE) {
		diag_add(diags, "E112", caret(l->at, 1), NULL,
			"the text is over %d bytes", LIMIT_SOURCE);
		return bad(l, out, l->source.n);
	}
	if (l->source.p[l->at] == '/')
		command(l, out, diags);
	else if (l->source.p[l->at] == '!')
		bang(l, out, diags);
	else
		plain(l, out, diags);
	end = out->at + out->len;
	nul = memchr(l->source.p + out->at, '\0', end - out->at);
	if (nul && out->kind != LINE_BAD && out->kind != LINE_MORE) {
		diag_add(diags, "E113", caret((size_t)(nul - l->source.p), 1),
			NULL, "a NUL byte stands in the text");
		out->kind = LINE_BAD;
	}
	return out->kind;
}
