/*
 * Conditions to Lua: a precedence parser that writes Lua source.
 *
 * Names become calls of the helpers of vm_expr_lib.c, so no name of the
 * user is ever a Lua name; comparisons become helpers unless both sides are
 * numbers by their form; operands of and/or/not pass through N(), which
 * makes "" false. Each token starts a line of its own, so that the line of
 * any error is the place in the user's text.
 */
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "lua/vm_lex.h"

enum { EXPR_MAX = 1 << 16 };
enum kind { ANY, NUMBER, BOOL, FACT /* a name alone: one call of G */ };

/* What has been written for an operand: out[start..] to the end. */
struct piece {
	size_t start;
	size_t tail;       /* of and/or chains: where the last operand begins */
	uint8_t kind;      /* enum kind, of the whole */
	uint8_t tail_kind;
	char chain;        /* 'a', 'o' or 0 */
};

struct parser {
	struct lexer lex;
	struct token t;    /* the next one */
	struct expr *e;
	struct err *err;
	size_t thresholds; /* so far */
	int depth;
	int failed;
};

static void expression(struct parser *p, int above, struct piece *out);

static void fail(struct parser *p, size_t at, const char *what)
{
	if (p->failed)
		return;
	p->failed = 1;
	p->e->at = at;
	err_set(p->err, ERR_SYNTAX, "%s", what);
	p->t.kind = TOK_END;
}

/* As fail, of the next token; a '~' there is what is wrong. */
static void unexpected(struct parser *p, const char *what)
{
	if (p->failed || p->t.kind != TOK_THRESHOLD) {
		fail(p, p->t.at, what);
		return;
	}
	fail(p, p->t.at, threshold_place);
	err_help(p->err, "%s", threshold_form);
}

static void advance(struct parser *p)
{
	if (p->failed)
		return;
	lex_next(&p->lex, &p->t);
	if (p->t.kind == TOK_BAD) {
		p->failed = 1;
		p->e->at = p->lex.err_at;
		p->t.kind = TOK_END;
	}
}

/* Begins a line for the user's text at `at`, and writes. */
static void line(struct parser *p, size_t at, const char *text)
{
	struct expr *e = p->e;

	buf_char(&e->lua, '\n');
	e->offsets = mem_more(e->offsets, e->count, &e->cap,
		sizeof(*e->offsets));
	e->offsets[e->count++] = at;
	buf_str(&e->lua, text);
}

static void put(struct parser *p, const char *text)
{
	buf_str(&p->e->lua, text);
}

static void insert(struct parser *p, size_t at, const char *text)
{
	struct buf *b = &p->e->lua;
	size_t n = strlen(text);

	buf_reserve(b, n);
	memmove(b->data + at + n, b->data + at, b->len - at);
	memcpy(b->data + at, text, n);
	b->len += n;
	b->data[b->len] = 0;
}

/* Where the next token's text will begin: after its newline. */
static size_t here(const struct parser *p)
{
	return p->e->lua.len + 1;
}

static int is_op(const struct parser *p, const char *op)
{
	return p->t.kind == TOK_OP && str_eq(p->t.text, op);
}

static int is_word(const struct parser *p, const char *word)
{
	return p->t.kind == TOK_WORD && str_eq(p->t.text, word);
}

static void expect(struct parser *p, const char *op, const char *what)
{
	if (!is_op(p, op)) {
		unexpected(p, what);
		return;
	}
	line(p, p->t.at, op);
	advance(p);
}

/* ---------------------------------------------------------------- operands */
static void put_quoted(struct parser *p, struct str s)
{
	size_t i;

	put(p, "\"");
	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\' || c < 32)
			buf_printf(&p->e->lua, "\\%03d", c);
		else
			buf_char(&p->e->lua, (char)c);
	}
	put(p, "\"");
}

/* `json.a.b`: the host gives `json`, Lua takes the rest. Splits *field
 * after its first component "json"; returns what is left. */
static struct str split_json(struct str *field)
{
	struct str rest = {field->p + field->n, 0};
	size_t i, from = 0;

	for (i = 0; i < field->n; i++) {
		if (field->p[i] != '.')
			continue;
		if (i - from == 4 && memcmp(field->p + from, "json", 4) == 0) {
			rest = (struct str){field->p + i + 1,
				field->n - i - 1};
			field->n = i;
			return rest;
		}
		from = i + 1;
	}
	return rest;
}

/* G("root","field"[,"fallback"]) or, for exists(), X(…); and ,"rest" as
 * further arguments. */
static void put_name(struct parser *p, const struct token *t,
	const char *helper)
{
	struct str field = t->field, rest = split_json(&field);

	line(p, t->at, helper);
	put(p, "(");
	put_quoted(p, t->root);
	put(p, ",");
	put_quoted(p, field);
	put(p, ",");
	put_quoted(p, rest);
	if (t->fallback.p) {
		put(p, ",");
		put_quoted(p, t->fallback);
	}
	put(p, ")");
}

static void arguments(struct parser *p, const char *close, const char *what)
{
	struct piece ignored;

	while (!p->failed && !is_op(p, close)) {
		expression(p, 0, &ignored);
		if (is_op(p, ","))
			expect(p, ",", what);
		else
			break;
	}
	expect(p, close, what);
}

/* exists(a.b) asks without failing; exists(anything else) is "not nil". */
static void call_exists(struct parser *p, const struct token *fn)
{
	struct piece ignored;
	struct parser before;
	struct token name;

	advance(p); /* the '(' */
	before = *p;
	name = p->t;
	if (name.kind == TOK_NAME || name.kind == TOK_REF) {
		advance(p);
		if (is_op(p, ")")) {
			put_name(p, &name, "X");
			advance(p);
			return;
		}
		if (!p->failed)
			*p = before;
	}
	line(p, fn->at, "E(");
	expression(p, 0, &ignored);
	expect(p, ")", "')' is missing after exists(…");
}

/* A function of a library. */
static int is_users(const struct parser *p, const struct token *fn)
{
	const struct vm_host *host = p->lex.host;

	if (!host || memchr(fn->text.p, '.', fn->text.n))
		return 0;
	return host->is_function ? host->is_function(host->ud, fn->text)
		: host->library_count > 0;
}

static int call(struct parser *p, const struct token *fn)
{
	if (str_eq(fn->text, "exists")) {
		call_exists(p, fn);
		return BOOL;
	}
	if (!vm_is_function(fn->text) && is_users(p, fn)) {
		line(p, fn->at, "U(");
		put_quoted(p, fn->text);
		put(p, ")");
		expect(p, "(", "'(' is missing");
		arguments(p, ")", "')' is missing after the arguments");
		return ANY;
	}
	if (!vm_is_function(fn->text)) {
		fail(p, fn->at, "");
		err_set(p->err, ERR_SYNTAX, "unknown function '%.*s'",
			(int)fn->text.n, fn->text.p);
		err_help(p->err, "known are len, exists, tostring, "
			"tonumber, math.…, string.… and those of "
			"/source FILE.lua");
		return ANY;
	}
	line(p, fn->at, "");
	buf_add(&p->e->lua, fn->text.p, fn->text.n);
	expect(p, "(", "'(' is missing");
	arguments(p, ")", "')' is missing after the arguments");
	return str_eq(fn->text, "len") ? NUMBER : ANY;
}

static void table(struct parser *p)
{
	struct piece ignored;
	struct parser before;

	expect(p, "{", "");
	while (!p->failed && !is_op(p, "}")) {
		before = *p;
		if (p->t.kind == TOK_NAME && p->t.field.n == 0) {
			advance(p);
			if (is_op(p, "=")) {
				line(p, before.t.at, "[");
				put_quoted(p, before.t.root);
				put(p, "]=");
				advance(p);
			} else if (!p->failed) {
				*p = before;
			}
		} else if (is_op(p, "[")) {
			expect(p, "[", "");
			expression(p, 0, &ignored);
			expect(p, "]", "']' is missing");
			expect(p, "=", "'=' is missing");
		}
		expression(p, 0, &ignored);
		if (is_op(p, ","))
			expect(p, ",", "");
		else
			break;
	}
	expect(p, "}", "'}' is missing");
}

/* .a.b behind an index. */
static void field(struct parser *p)
{
	expect(p, ".", "");
	if (p->t.kind != TOK_NAME || memchr(p->t.text.p, '-', p->t.text.n)) {
		fail(p, p->t.at, "'.' needs the name of a field");
		return;
	}
	line(p, p->t.at, "");
	buf_add(&p->e->lua, p->t.text.p, p->t.text.n);
	advance(p);
}

/* [index] and :method(…) after an operand. */
static int suffixes(struct parser *p, int kind)
{
	struct piece ignored;

	while (!p->failed) {
		if (is_op(p, "[")) {
			expect(p, "[", "");
			expression(p, 0, &ignored);
			expect(p, "]", "']' is missing");
			if (is_op(p, "."))
				field(p);
		} else if (is_op(p, ":")) {
			expect(p, ":", "");
			if (p->t.kind != TOK_NAME || p->t.field.n ||
				memchr(p->t.root.p, '-', p->t.root.n)) {
				fail(p, p->t.at, "':' needs a method");
				break;
			}
			line(p, p->t.at, "");
			buf_add(&p->e->lua, p->t.root.p, p->t.root.n);
			advance(p);
			expect(p, "(", "a method needs (…)");
			arguments(p, ")", "')' is missing");
		} else {
			return kind;
		}
		kind = ANY;
	}
	return kind;
}

static int literal(struct parser *p)
{
	int kind = p->t.kind == TOK_NUMBER ? NUMBER : ANY;

	if (is_word(p, "true") || is_word(p, "false"))
		kind = BOOL;
	line(p, p->t.at, "");
	buf_add(&p->e->lua, p->t.text.p, p->t.text.n);
	advance(p);
	return kind;
}

static int operand(struct parser *p)
{
	struct piece inner;
	struct token t = p->t;

	if (is_word(p, "contains") || is_word(p, "matches")) {
		t.kind = TOK_NAME;
		t.root = t.text;
	}
	switch (t.kind) {
	case TOK_NAME:
		advance(p);
		if (is_op(p, "("))
			return suffixes(p, call(p, &t));
		put_name(p, &t, "G");
		return suffixes(p, FACT);
	case TOK_REF:
		advance(p);
		put_name(p, &t, "G");
		return suffixes(p, t.fallback.p ? ANY : FACT);
	case TOK_NUMBER:
	case TOK_STRING:
		return literal(p);
	case TOK_WORD:
		if (!is_word(p, "in"))
			return literal(p);
		break;
	case TOK_OP:
		if (is_op(p, "(")) {
			expect(p, "(", "");
			expression(p, 0, &inner);
			expect(p, ")", "')' is missing");
			return suffixes(p, inner.kind == FACT ? ANY :
				inner.kind);
		}
		if (is_op(p, "{")) {
			table(p);
			return ANY;
		}
		break;
	default:
		break;
	}
	unexpected(p, t.kind == TOK_END ? "the condition ends too early" :
		"a value is missing here");
	return ANY;
}

/* --------------------------------------------------------------- operators */
enum { P_OR = 1, P_AND, P_COMPARE, P_BOR, P_BAND, P_SHIFT, P_CONCAT,
	P_ADD = 10, P_MUL, P_UNARY, P_POWER };

/* enum compare of vm_int.h is the place of a comparison here. */
static const struct binary {
	const char *op;
	uint8_t left, right; /* binding; right < left: right associative */
	const char *helper;  /* of comparisons */
} binaries[] = {
	[COMPARE_EQ] = {"==", P_COMPARE, P_COMPARE, "EQ"},
	[COMPARE_NE] = {"~=", P_COMPARE, P_COMPARE, "NE"},
	[COMPARE_LT] = {"<", P_COMPARE, P_COMPARE, "LT"},
	[COMPARE_LE] = {"<=", P_COMPARE, P_COMPARE, "LE"},
	[COMPARE_GT] = {">", P_COMPARE, P_COMPARE, "GT"},
	[COMPARE_GE] = {">=", P_COMPARE, P_COMPARE, "GE"},
	{"or", P_OR, P_OR, NULL}, {"and", P_AND, P_AND, NULL},
	{"contains", P_COMPARE, P_COMPARE, "HAS"},
	{"in", P_COMPARE, P_COMPARE, "IN"},
	{"matches", P_COMPARE, P_COMPARE, "MATCH"},
	{"|", P_BOR, P_BOR, NULL}, {"&", P_BAND, P_BAND, NULL},
	{"<<", P_SHIFT, P_SHIFT, NULL}, {">>", P_SHIFT, P_SHIFT, NULL},
	{"..", P_CONCAT + 1, P_CONCAT, NULL}, {"+", P_ADD, P_ADD, NULL},
	{"-", P_ADD, P_ADD, NULL}, {"*", P_MUL, P_MUL, NULL},
	{"/", P_MUL, P_MUL, NULL}, {"//", P_MUL, P_MUL, NULL},
	{"%", P_MUL, P_MUL, NULL}, {"^", P_POWER + 1, P_POWER, NULL}};

static const struct binary *find_binary(const struct parser *p)
{
	size_t i;

	if (p->t.kind != TOK_OP && p->t.kind != TOK_WORD)
		return NULL;
	for (i = 0; i < sizeof(binaries) / sizeof(*binaries); i++)
		if (str_eq(p->t.text, binaries[i].op))
			return &binaries[i];
	return NULL;
}

/* Makes "" and null false in what was written from `from` on. */
static void as_truth(struct parser *p, size_t from, int kind)
{
	if (p->failed || kind == NUMBER || kind == BOOL)
		return;
	if (kind == FACT) {
		p->e->lua.data[from] = 'B'; /* G and N in one call */
		return;
	}
	insert(p, from, "N(");
	put(p, ")");
}

static void unary(struct parser *p, struct piece *out)
{
	struct piece inner;

	out->start = here(p);
	out->kind = NUMBER;
	if (is_op(p, "not")) {
		line(p, p->t.at, "not ");
		advance(p);
		expression(p, P_UNARY, &inner);
		as_truth(p, inner.start, inner.kind);
		out->kind = BOOL;
	} else if (is_op(p, "-") || is_op(p, "#")) {
		/* the blank keeps two minus signs apart */
		line(p, p->t.at, is_op(p, "-") ? " -" : "#");
		advance(p);
		expression(p, P_UNARY, &inner);
	} else {
		out->kind = (uint8_t)operand(p);
	}
	out->tail = out->start;
	out->tail_kind = out->kind;
	out->chain = 0;
}

/* left op ~N: HELPER(C(left),T(index,N,lo,hi)). Nothing that binds closer
 * than `and` may follow. */
static void join_threshold(struct parser *p, const struct binary *b,
	struct piece *left)
{
	const struct binary *next;
	char text[160];

	if (strcmp(b->op, "in") == 0 || strlen(b->op) > 2) {
		unexpected(p, "");
		return;
	}
	if (p->thresholds == VM_OPERANDS) {
		fail(p, p->t.at, "more than 32 thresholds");
		return;
	}
	snprintf(text, sizeof(text), "%s(C(", b->helper);
	insert(p, left->start, text);
	put(p, "),");
	snprintf(text, sizeof(text), "T(%zu,%.*s,%.17g,%.17g))",
		p->thresholds++, (int)p->t.text.n, p->t.text.p, p->t.lo,
		p->t.hi);
	line(p, p->t.at, text);
	advance(p);
	next = find_binary(p);
	if (next && next->left > P_AND) {
		fail(p, p->t.at, "a threshold stands alone right of its "
			"comparison");
		err_help(p->err, "%s", threshold_form);
	}
}

/* G(name) op literal: Q(name,literal,op) does both in one call. */
static void join_fact(struct parser *p, const struct binary *b, size_t start,
	size_t end)
{
	struct buf *lua = &p->e->lua;

	lua->data[start] = 'Q';
	memmove(lua->data + end - 1, lua->data + end, lua->len - end);
	lua->len--; /* the ')' of G */
	buf_printf(lua, ",%d)", (int)(b - binaries));
}

static void join_compare(struct parser *p, const struct binary *b,
	struct piece *left)
{
	int is_literal = p->t.kind == TOK_NUMBER || p->t.kind == TOK_STRING;
	size_t op_at = p->e->lua.len, tokens = p->e->count;
	struct piece right;
	char open[8];

	if (p->t.kind == TOK_THRESHOLD) {
		join_threshold(p, b, left);
		left->kind = BOOL;
		return;
	}
	put(p, ",");
	expression(p, b->right, &right);
	if (p->failed)
		return;
	if (left->kind == FACT && is_literal && p->e->count == tokens + 1 &&
		b <= &binaries[COMPARE_GE]) {
		join_fact(p, b, left->start, op_at);
	} else if (left->kind == NUMBER && right.kind == NUMBER && strlen(b->op) <= 2
		&& strcmp(b->op, "in") != 0) {
		/* replace the comma by the operator */
		p->e->lua.data[op_at] = ' ';
		insert(p, op_at + 1, b->op);
	} else {
		snprintf(open, sizeof(open), "%s(", b->helper);
		insert(p, left->start, open);
		put(p, ")");
	}
	left->kind = BOOL;
}

static void join_logic(struct parser *p, const struct binary *b,
	struct piece *left)
{
	int same = left->chain == b->op[0];
	size_t from = same ? left->tail : left->start;
	struct piece right;

	as_truth(p, from, same ? left->tail_kind : left->kind);
	line(p, p->t.at, b->op);
	advance(p);
	expression(p, b->right, &right);
	left->tail = right.start;
	left->tail_kind = right.kind;
	left->chain = b->op[0];
	if (left->kind != BOOL || right.kind != BOOL)
		left->kind = ANY;
}

/* Lua's a / 0 is inf, which would decide a branch without a word. */
static void as_divisor(struct parser *p, const struct binary *b, size_t from)
{
	if (p->failed || (b->op[0] != '/' && b->op[0] != '%'))
		return;
	insert(p, from, "D(");
	put(p, ")");
}

static void expression(struct parser *p, int above, struct piece *left)
{
	const struct binary *b;
	struct piece right;
	size_t at;

	memset(left, 0, sizeof(*left));
	if (++p->depth > LIMIT_NEST)
		fail(p, p->t.at, "nested too deep");
	else
		unary(p, left);
	while (!p->failed && (b = find_binary(p)) && b->left > above) {
		at = p->t.at;
		if (b->left <= P_AND) {
			join_logic(p, b, left);
			continue;
		}
		if (b->left == P_COMPARE) {
			advance(p);
			join_compare(p, b, left);
		} else {
			line(p, at, b->op);
			put(p, " ");
			advance(p);
			expression(p, b->right, &right);
			as_divisor(p, b, right.start);
			left->kind = b->left == P_CONCAT + 1 ? ANY : NUMBER;
		}
		left->chain = 0;
	}
	p->depth--;
}

int expr_translate(struct expr *e, struct str text,
	const struct vm_host *host, struct err *err)
{
	struct err unwanted;
	struct parser p = {.e = e, .err = err ? err : &unwanted};
	struct piece all;

	memset(e, 0, sizeof(*e));
	if (text.n > EXPR_MAX)
		return err_set(err, ERR_LIMIT,
			"a condition longer than %d bytes", EXPR_MAX);
	p.lex = (struct lexer){.src = text, .host = host, .err = p.err};
	line(&p, 0, "return");
	advance(&p);
	expression(&p, 0, &all);
	if (!p.failed && is_op(&p, "=")) {
		fail(&p, p.t.at, "'=' does not compare");
		err_help(p.err, "write == to compare");
	} else if (!p.failed && p.t.kind != TOK_END) {
		unexpected(&p, "an operator is missing here");
	}
	e->named = p.lex.named;
	return p.failed ? -1 : 0;
}

void expr_release(struct expr *e)
{
	buf_release(&e->lua);
	free(e->offsets);
	memset(e, 0, sizeof(*e));
}
