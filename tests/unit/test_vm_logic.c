/*
 * The proof of conditions: 100,000 random expressions, each judged twice, by
 * the VM and by a small reference evaluator that walks a tree of its own.
 *
 * The tree is made first and then written as text in one of its many
 * spellings; both must come to the same value, or both to an error. Nothing
 * of the VM's parser, comparison or pattern code is used by the reference.
 */
#include <ctype.h>
#include <stdlib.h>

#include "lua/vm.h"
#include "tests/unit/tap.h"

enum { COUNT = 100000, NODES = 200, SPLIT_EVERY = 4 };

static struct vm *vm;
static uint64_t dice_state = 0x2545F4914F6CDD1Du;

static unsigned dice(unsigned n)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (unsigned)((dice_state >> 16) % n);
}

/* ------------------------------------------------------------------ values */
enum ref_kind { R_NIL, R_BOOL, R_NUMBER, R_STRING, R_ERROR };

struct ref {
	enum ref_kind kind;
	double number;         /* BOOL: 0 or 1 */
	const char *text;
};

static const struct ref failed = {R_ERROR, 0, NULL};

static struct ref truth(int yes)
{
	return (struct ref){R_BOOL, yes != 0, NULL};
}

/* What the names stand for: the host's, in the order of `facts`. */
static const struct {
	const char *root, *field;
	struct ref value;
} facts[] = {
	{"build", "", {R_BOOL, 1, NULL}}, {"build-all", "", {R_BOOL, 0, NULL}},
	{"build", "output", {R_STRING, 0, "abc 12"}},
	{"build-all", "output", {R_STRING, 0, "12"}},
	{"build-all", "exit_code", {R_NUMBER, 3, NULL}},
	{"vars", "n", {R_STRING, 0, "42"}}, {"vars", "e", {R_STRING, 0, ""}},
	{"vars", "nothing", {R_NIL, 0, NULL}},
	{"vars", "half", {R_STRING, 0, "0.5"}},
	{"codebase", "files", {R_NUMBER, 1200, NULL}},
	{"codebase", "mean", {R_NUMBER, 2.5, NULL}},
	{"git", "branch", {R_STRING, 0, "main"}},
	{"x-y-z", "a", {R_STRING, 0, "-7"}}};
enum { FACTS = sizeof(facts) / sizeof(*facts) };

/* ---------------------------------------------------------------- the tree */
enum node_kind { N_VALUE, N_FACT, N_NOT, N_AND, N_OR, N_COMPARE, N_HAS, N_IN,
	N_IN_LIST, N_MATCHES, N_EXISTS };

struct node {
	enum node_kind kind;
	int op;                    /* COMPARE; FACT, EXISTS: which; MATCHES */
	int left, right;
	struct ref value;
	struct ref list[3];        /* IN_LIST */
	int count;
};

static struct node nodes[NODES];
static int used;

static const char *const ops[] = {"==", "!=", "~=", "<", "<=", ">", ">="};

static struct ref random_value(void)
{
	static const char *const texts[] = {"", "a", "abc", "b", "12", "-7",
		"0.5", "1e1", "main", "x y", "1200"};
	static const double numbers[] = {0, 1, 2, 12, 0.5, -7, 42, 10, 1200,
		2.5};

	switch (dice(8)) {
	case 0:
		return (struct ref){R_NIL, 0, NULL};
	case 1:
		return truth((int)dice(2));
	case 2: case 3: case 4:
		return (struct ref){R_NUMBER, numbers[dice(10)], NULL};
	default:
		return (struct ref){R_STRING, 0, texts[dice(11)]};
	}
}

static int grow(int depth);

static int leaf(void)
{
	struct node *n = &nodes[used];

	n->kind = dice(2) ? N_VALUE : dice(8) ? N_FACT : N_EXISTS;
	n->op = (int)dice(FACTS);
	n->value = random_value();
	return used++;
}

static int grow(int depth)
{
	static const enum node_kind kinds[] = {N_NOT, N_AND, N_AND, N_AND,
		N_OR, N_OR, N_OR, N_COMPARE, N_COMPARE, N_COMPARE, N_COMPARE,
		N_HAS, N_IN, N_IN_LIST, N_MATCHES};
	int me, i;

	if (depth == 0 || used > NODES - 12 || dice(6) == 0)
		return leaf();
	me = used++;
	memset(&nodes[me], 0, sizeof(nodes[me]));
	nodes[me].kind = kinds[dice(sizeof(kinds) / sizeof(*kinds))];
	nodes[me].op = (int)dice(7);
	/* what is compared is seldom a tree: that would be errors mostly */
	if (nodes[me].kind >= N_COMPARE && dice(10))
		depth = 1;
	nodes[me].count = 1 + (int)dice(3);
	for (i = 0; i < nodes[me].count; i++)
		do
			nodes[me].list[i] = random_value();
		while (nodes[me].list[i].kind == R_NIL);
	i = grow(depth - 1);
	nodes[me].left = i;
	if (nodes[me].kind != N_NOT && nodes[me].kind != N_IN_LIST &&
		nodes[me].kind != N_MATCHES) {
		i = grow(depth - 1);
		nodes[me].right = i;
	}
	return me;
}

/* ----------------------------------------------------------- the reference */
static int is_false(struct ref v)
{
	return v.kind == R_NIL || (v.kind == R_BOOL && v.number == 0) ||
		(v.kind == R_STRING && !v.text[0]);
}

/* Of a string that is wholly a decimal number. */
static int decimal(const char *s, double *value)
{
	const char *p = s;
	int digits = 0;

	p += *p == '-' || *p == '+';
	for (; isdigit((unsigned char)*p); p++)
		digits++;
	if (*p == '.')
		for (p++; isdigit((unsigned char)*p); p++)
			digits++;
	if (!digits)
		return 0;
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '-' || *p == '+';
		if (!isdigit((unsigned char)*p))
			return 0;
		while (isdigit((unsigned char)*p))
			p++;
	}
	*value = strtod(s, NULL);
	return *p == 0;
}

/* Makes two values of one kind out of a number and a decimal string. */
static int same_kind(struct ref *a, struct ref *b)
{
	struct ref *text = a->kind == R_STRING ? a : b;
	double d;

	if (a->kind == b->kind)
		return 1;
	if (a->kind + b->kind != R_NUMBER + R_STRING || (a->kind != R_NUMBER &&
		a->kind != R_STRING) || !decimal(text->text, &d))
		return 0;
	*text = (struct ref){R_NUMBER, d, NULL};
	return 1;
}

static struct ref compare(struct ref a, struct ref b, const char *op)
{
	double c;

	if (a.kind == R_ERROR || b.kind == R_ERROR)
		return failed;
	if (op[1] == '=' && strchr("=!~", op[0])) {
		int same;

		if (a.kind == R_NIL || b.kind == R_NIL)
			same = a.kind == b.kind;
		else if (!same_kind(&a, &b))
			return failed;
		else
			same = a.kind == R_STRING ? strcmp(a.text, b.text) ==
				0 : a.number == b.number;
		return truth(same == (op[0] == '='));
	}
	if (!same_kind(&a, &b) || (a.kind != R_NUMBER && a.kind != R_STRING))
		return failed;
	c = a.kind == R_STRING ? strcmp(a.text, b.text) : a.number - b.number;
	return truth(op[0] == '<' ? c < 0 || (op[1] && c == 0) :
		c > 0 || (op[1] && c == 0));
}

/* Lua writes whole floats with ".0"; the literals here are made so that
 * whole numbers are integers. */
static const char *text_of(struct ref v, char *room)
{
	if (v.kind == R_STRING)
		return v.text;
	snprintf(room, 40, "%.14g", v.number);
	return room;
}

static struct ref has(struct ref all, struct ref part)
{
	char room[40];

	if (all.kind == R_ERROR || part.kind == R_ERROR)
		return failed;
	if (all.kind == R_STRING && (part.kind == R_STRING || part.kind ==
		R_NUMBER))
		return truth(strstr(all.text, text_of(part, room)) != NULL);
	return all.kind == R_NIL ? truth(0) : failed;
}

static struct ref in_list(struct ref v, const struct node *n)
{
	int i;
	double d;

	if (v.kind == R_ERROR)
		return failed;
	for (i = 0; i < n->count; i++) {
		struct ref e = n->list[i];
		int a = v.kind == R_NUMBER || (v.kind == R_STRING &&
			decimal(v.text, &d));
		int b = e.kind == R_NUMBER || (e.kind == R_STRING &&
			decimal(e.text, &d));

		if ((e.kind == v.kind || (a && b)) &&
			compare(e, v, "==").number == 1)
			return truth(1);
	}
	return truth(0);
}

/* The patterns, and what each of them means. */
static const char *const patterns[] = {"^%d+$", "b", "^a", "%d$", "a.c",
	"[xm]", "^$"};

static int matches(const char *s, int which)
{
	size_t n = strlen(s);
	const char *p;

	switch (which) {
	case 0:
		return n && strspn(s, "0123456789") == n;
	case 1:
		return strchr(s, 'b') != NULL;
	case 2:
		return s[0] == 'a';
	case 3:
		return n && isdigit((unsigned char)s[n - 1]);
	case 4:
		for (p = strchr(s, 'a'); p; p = strchr(p + 1, 'a'))
			if (p[1] && p[2] == 'c')
				return 1;
		return 0;
	case 5:
		return strpbrk(s, "xm") != NULL;
	default:
		return n == 0;
	}
}

static struct ref judge(int at)
{
	const struct node *n = &nodes[at];
	char room[40];
	struct ref v;

	switch (n->kind) {
	case N_VALUE:
		return n->value;
	case N_FACT:
		return facts[n->op].value;
	case N_EXISTS:
		return truth(facts[n->op].value.kind != R_NIL);
	case N_NOT:
		v = judge(n->left);
		return v.kind == R_ERROR ? v : truth(is_false(v));
	case N_AND:
	case N_OR:
		v = judge(n->left);
		if (v.kind == R_ERROR || is_false(v) == (n->kind == N_AND))
			return v.kind != R_ERROR && is_false(v) ? truth(0) : v;
		return judge(n->right);
	case N_COMPARE:
		v = judge(n->left); /* both sides, always */
		return compare(v, judge(n->right), ops[n->op]);
	case N_HAS:
		return has(judge(n->left), judge(n->right));
	case N_IN:
		return has(judge(n->right), judge(n->left));
	case N_IN_LIST:
		return in_list(judge(n->left), n);
	case N_MATCHES:
		v = judge(n->left);
		if (v.kind == R_STRING || v.kind == R_NUMBER)
			return truth(matches(text_of(v, room), n->op));
		return v.kind == R_NIL ? truth(0) : failed;
	}
	return failed;
}

/* ------------------------------------------------------------ the spelling */
static void write_value(struct buf *b, struct ref v)
{
	if (v.kind == R_NIL)
		buf_str(b, "nil");
	else if (v.kind == R_BOOL)
		buf_str(b, v.number == 1 ? "true" : "false");
	else if (v.kind == R_NUMBER)
		buf_printf(b, "%.14g", v.number);
	else
		buf_printf(b, dice(2) ? "'%s'" : "\"%s\"", v.text);
}

static void write_fact(struct buf *b, int which, int quote)
{
	const char *root = facts[which].root, *field = facts[which].field;

	buf_printf(b, "%s%s%s%s%s", quote ? "${" : "", root, *field ? "." :
		"", field, quote ? "}" : "");
}

static int binding(const struct node *n)
{
	switch (n->kind) {
	case N_OR:
		return 1;
	case N_AND:
		return 2;
	case N_COMPARE: case N_HAS: case N_IN: case N_IN_LIST: case N_MATCHES:
		return 3;
	case N_NOT:
		return 4;
	default:
		return n->kind == N_VALUE && n->value.kind == R_NUMBER &&
			n->value.number < 0 ? 4 : 5;
	}
}

static void blank(struct buf *b)
{
	static const char *const blanks[] = {" ", "  ", "\t", "\n"};

	buf_str(b, blanks[dice(8) ? 0 : dice(4)]);
}

static void spell(struct buf *b, int at, int least);

static void spell_binary(struct buf *b, const struct node *n,
	const char *word, int level)
{
	spell(b, n->left, level);
	blank(b);
	buf_str(b, word);
	blank(b);
	if (n->kind == N_IN_LIST) {
		for (int i = 0; i < n->count; i++) {
			buf_str(b, i ? ", " : "{");
			write_value(b, n->list[i]);
		}
		buf_char(b, '}');
	} else if (n->kind == N_MATCHES) {
		buf_printf(b, "'%s'", patterns[n->op]);
	} else {
		spell(b, n->right, level + 1);
	}
}

static void spell_open(struct buf *b, const struct node *n)
{
	static const char *const words[][3] = {{"and", "AND", "&&"},
		{"or", "OR", "||"}};

	switch (n->kind) {
	case N_VALUE:
		write_value(b, n->value);
		break;
	case N_FACT:
		write_fact(b, n->op, dice(3) == 0);
		break;
	case N_EXISTS:
		buf_str(b, "exists(");
		write_fact(b, n->op, dice(3) == 0);
		buf_char(b, ')');
		break;
	case N_NOT:
		buf_str(b, dice(3) ? dice(2) ? "not " : "NOT " : "!");
		spell(b, n->left, 4);
		break;
	case N_AND:
	case N_OR:
		spell_binary(b, n, words[n->kind == N_OR][dice(3)],
			binding(n));
		break;
	default:
		spell_binary(b, n, n->kind == N_COMPARE ? ops[n->op] :
			n->kind == N_HAS ? "contains" : n->kind == N_MATCHES ?
			"matches" : "in", 3);
	}
}

/* In parentheses where the tree needs them, and sometimes elsewhere. */
static void spell(struct buf *b, int at, int least)
{
	int in = binding(&nodes[at]) < least || dice(12) == 0;

	buf_str(b, in ? "(" : "");
	spell_open(b, &nodes[at]);
	buf_str(b, in ? ")" : "");
}

/* ---------------------------------------------------------------- the host */
static int get(void *ud, struct str root, struct str field,
	struct value *out, struct err *err)
{
	size_t i;

	(void)ud;
	(void)err;
	for (i = 0; i < FACTS; i++) {
		struct ref v = facts[i].value;

		if (!str_eq(root, facts[i].root) ||
			!str_eq(field, facts[i].field))
			continue;
		memset(out, 0, sizeof(*out));
		out->kind = v.kind == R_NIL ? VALUE_NIL : v.kind == R_BOOL ?
			VALUE_BOOL : v.kind == R_STRING ? VALUE_STRING :
			v.number == (double)(int64_t)v.number ? VALUE_INT :
			VALUE_NUMBER;
		out->i = (int64_t)v.number;
		out->d = v.number;
		out->s = str_of(v.text);
		return 1;
	}
	return 0;
}

static size_t names(void *ud, const char **list, size_t max)
{
	(void)ud;
	(void)max;
	list[0] = "build";
	list[1] = "build-all";
	list[2] = "x-y-z";
	return 3;
}

static const struct vm_host host = {.get = get, .names = names};

static int agree(const struct value *v, struct ref want)
{
	switch (want.kind) {
	case R_NIL:
		return v->kind == VALUE_NIL;
	case R_BOOL:
		return v->kind == VALUE_BOOL && v->i == (want.number != 0);
	case R_NUMBER:
		return (v->kind == VALUE_INT || v->kind == VALUE_NUMBER) &&
			v->d == want.number;
	case R_STRING:
		return v->kind == VALUE_STRING && str_eq(v->s, want.text);
	default:
		return 0;
	}
}

static int is_true(const struct value *v)
{
	if (v->kind == VALUE_BOOL)
		return v->i != 0;
	return v->kind == VALUE_STRING ? v->s.n != 0 : v->kind != VALUE_NIL;
}

/* The operands one by one: 1, 0, or -1 for an error. */
static int by_operands(struct str text)
{
	struct vm_split s;
	size_t i;
	int last = 0;

	vm_split(text, &host, &s);
	for (i = 0; i < s.count; i++) {
		struct value v;

		if (vm_eval(vm, s.slices[i], &host, &v, NULL, NULL) == -1)
			return -1;
		last = is_true(&v);
		if (s.kind != VM_LEAF && last == (s.kind == VM_OR))
			return last;
	}
	return last;
}

struct tally {
	int wrong, split_wrong, errors, trues;
};

static void one(struct buf *b, int i, struct tally *t)
{
	struct err err = {0};
	struct value v;
	struct ref want;
	int root, rc;

	used = 0;
	root = grow(5);
	buf_clear(b);
	spell(b, root, 0);
	want = judge(root);
	rc = vm_eval(vm, (struct str){b->data, b->len}, &host, &v, NULL,
		&err);
	t->errors += want.kind == R_ERROR;
	t->trues += want.kind != R_ERROR && !is_false(want);
	if (rc == -1 ? want.kind != R_ERROR : !agree(&v, want)) {
		if (t->wrong++ < 5)
			note("%s: %s, the reference says kind %d %g %s",
				buf_cstr(b), rc ? err.text : "a value",
				want.kind, want.number, want.text ?
				want.text : "");
		return;
	}
	if (i % SPLIT_EVERY)
		return;
	rc = by_operands((struct str){b->data, b->len});
	if (rc != (want.kind == R_ERROR ? -1 : !is_false(want)) &&
		t->split_wrong++ < 5)
		note("%s: its operands say %d", buf_cstr(b), rc);
}

int main(void)
{
	struct vm_options o = {.limit_ms = 20000};
	struct tally t = {0, 0, 0, 0};
	struct err err = {0};
	struct buf b;
	int i;

	if (vm_new(&vm, &o, &err) == -1)
		exit(1);
	buf_init(&b);
	for (i = 0; i < COUNT; i++)
		one(&b, i, &t);
	ok(t.wrong == 0, "%d random conditions have the value, or the error, "
		"that the reference gives", COUNT);
	ok(t.split_wrong == 0, "evaluated operand by operand they are as true");
	ok(t.trues > COUNT / 5 && COUNT - t.trues - t.errors > COUNT / 5 &&
		t.errors > COUNT / 100, "many of them are true, false, errors");
	note("%d true, %d false, %d errors; %d wrong", t.trues,
		COUNT - t.trues - t.errors, t.errors, t.wrong);
	buf_release(&b);
	vm_free(vm);
	return done();
}
