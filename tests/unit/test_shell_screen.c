/*
 * What reaches a terminal, seen by one: a small state machine reads what gate
 * and screen let through of random outputs, and knows of nothing but text and
 * colours. Each seed is a text of its own; a seed that fails is printed.
 */
#include <string.h>

#include "engine/base/text.h"
#include "shell/gate.h"
#include "shell/screen.h"
#include "tests/unit/tap.h"

enum { SEEDS = 5000, TEXT_MAX = 400 };

enum form { GROUND, ESCAPE, CSI, BAD };

struct terminal {
	enum form form;
	int coloured;
	char params[64];
	size_t n;
};

static uint64_t state;

static unsigned next(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % below;
}

static void csi(struct terminal *t, int32_t cp)
{
	if ((cp >= '0' && cp <= '9') || cp == ';' || cp == ':') {
		if (t->n < sizeof(t->params) - 1)
			t->params[t->n++] = (char)cp;
		return;
	}
	t->params[t->n] = '\0';
	t->coloured = strspn(t->params, "0;") != t->n;
	t->form = cp == 'm' ? GROUND : BAD;
}

static void read_one(struct terminal *t, int32_t cp)
{
	if (t->form == CSI) {
		csi(t, cp);
	} else if (t->form == ESCAPE) {
		t->form = cp == '[' ? CSI : BAD;
		t->n = 0;
	} else if (cp == '\033') {
		t->form = ESCAPE;
	} else if (cp < 0 || (cp < ' ' && cp != '\n' && cp != '\t') ||
			(cp >= 0x7f && cp < 0xa0)) {
		t->form = BAD;
	}
}

static void read_all(struct terminal *t, const struct buf *b)
{
	for (size_t i = 0; i < b->len && t->form != BAD;) {
		int32_t cp;

		i += (size_t)utf8_decode(b->data + i, b->len - i, &cp);
		read_one(t, cp);
	}
}

static size_t fill(char *bytes)
{
	static const char *const likely[] = {"\033", "\033[", "\033[31m",
		"\033[0m", "\033[2J", "\033[6n", "\033]0;title\007", "\033]52;",
		"\033P", "\033\\", "\033[38;5;1", "\x9b", "\xc2\x9b", "\xc2",
		"\xe2\x80", "\xf0\x9f\x98\x80", "\r", "\r\n", "\n", "\t", "\b",
		"\177", "\033c", "\033[?1049h", "\016", "0123456789;:", "a b"};
	size_t n = 0, want = next(TEXT_MAX - 32);

	while (n < want) {
		const char *s = likely[next(sizeof(likely) /
			sizeof(likely[0]))];
		size_t k = strlen(s);

		if (next(3) == 0) {
			bytes[n++] = (char)next(256);
			continue;
		}
		memcpy(bytes + n, s, k);
		n += k;
	}
	return n;
}

/* In pieces of any size; each piece leaves the terminal at rest. */
static int through_gate(const char *bytes, size_t n)
{
	struct terminal t = {GROUND, 0, "", 0};
	struct gate g = {0};
	int rest = 1;

	for (size_t i = 0; i < n;) {
		size_t k = 1 + next(60);
		struct buf b;

		k = k < n - i ? k : n - i;
		buf_init(&b);
		gate_add(&g, (struct str){bytes + i, k}, &b);
		i += k;
		if (i == n)
			gate_end(&g, &b);
		read_all(&t, &b);
		rest &= t.form == GROUND;
		buf_release(&b);
	}
	return rest && !t.coloured;
}

enum fit { LINE, ROW };

static int through_fit(enum fit fit, const char *bytes, size_t n)
{
	struct terminal t = {GROUND, 0, "", 0};
	int columns = 1 + (int)next(100), one;
	struct buf b;

	buf_init(&b);
	if (fit == ROW)
		screen_row(&b, (struct str){bytes, n}, columns);
	else
		screen_line(&b, (struct str){bytes, n}, columns);
	read_all(&t, &b);
	one = t.form == GROUND && !t.coloured &&
		!memchr(buf_cstr(&b), '\n', b.len);
	buf_release(&b);
	return one;
}

int main(void)
{
	unsigned bad_gate = 0, bad_line = 0, bad_row = 0;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		char bytes[TEXT_MAX];
		size_t n;

		state = seed * 0x9e3779b97f4a7c15u;
		n = fill(bytes);
		bad_gate = through_gate(bytes, n) ? bad_gate : seed;
		bad_line = through_fit(LINE, bytes, n) ? bad_line : seed;
		bad_row = through_fit(ROW, bytes, n) ? bad_row : seed;
	}
	if (bad_gate || bad_line || bad_row)
		printf("# seeds %u, %u, %u\n", bad_gate, bad_line, bad_row);
	ok(!bad_gate, "outputs of 5,000 seeds: only text and colours, at rest "
		"after each piece, no colour left on");
	ok(!bad_line, "and in one line: only text");
	ok(!bad_row, "and in a row of the live view");
	return done();
}
