/*
 * What all shapes share, and the way through a text. A stack of blocks says
 * in which function a decision stands: the innermost. Text that is not a
 * program gives some numbers, never an error.
 */
#include "engine/fact/code_scan.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/fact/code_scan_int.h"

/* ------------------------------------------------------------------ blocks */
struct block *scan_top(struct scan *s)
{
	return s->depth ? &s->blocks[s->depth - 1] : NULL;
}

struct block *scan_function(struct scan *s)
{
	for (size_t i = s->depth; i > 0; i--) {
		if (s->blocks[i - 1].kind == BLOCK_FUNCTION)
			return &s->blocks[i - 1];
		if (s->blocks[i - 1].kind == BLOCK_CLASS)
			return NULL;
	}
	return NULL;
}

struct block *scan_push(struct scan *s, enum block_kind kind)
{
	struct block *b;

	if (s->depth == DEPTH) {
		s->lost++;
		return NULL;
	}
	b = &s->blocks[s->depth++];
	memset(b, 0, sizeof(*b));
	b->kind = (uint8_t)kind;
	b->count = kind == BLOCK_FUNCTION;
	b->indent = s->line_indent;
	return b;
}

static void count_function(struct scan *s, uint32_t n)
{
	s->out->functions++;
	s->out->complexity += n;
	if (n > s->out->complexity_max)
		s->out->complexity_max = n;
}

void scan_pop(struct scan *s)
{
	const struct block *b;
	struct block *f;

	if (s->lost) {
		s->lost--;
		return;
	}
	if (!s->depth)
		return;
	b = &s->blocks[--s->depth];
	if (b->kind == BLOCK_FUNCTION)
		count_function(s, b->count);
	/* of n ways one needs no decision */
	if (b->kind == BLOCK_MATCH && b->count > 1 && (f = scan_function(s)))
		f->count += b->count - 1;
}

int scan_is_decision(const struct scan *s)
{
	if (s->t.kind != CODE_WORD && s->t.kind != CODE_SIGN)
		return 0;
	if (!s->t.text.n)
		return 0;
	for (const char *const *d = s->l.lang->decisions; *d; d++)
		if ((*d)[0] == s->t.text.p[0] && is(s, *d))
			return 1;
	return 0;
}

void scan_decide(struct scan *s)
{
	struct block *f = scan_function(s);

	if (f)
		f->count++;
}

/* ------------------------------------------------------------------ tokens */
int scan_is_one_of(struct str w, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(w, *words))
			return 1;
	return 0;
}

int scan_is_test_name(struct str w)
{
	static const char *const macros[] = {"TEST", "TEST_F", "TEST_P",
		"TEST_CASE", "START_TEST", NULL};

	return scan_is_one_of(w, macros) ||
		(w.n > 4 && memcmp(w.p, "Test", 4) == 0);
}

char scan_next_char(const struct scan *s)
{
	size_t i = s->l.at;

	while (i < s->l.text.n && strchr(" \t\r\n", s->l.text.p[i]) &&
			s->l.text.p[i])
		i++;
	return i < s->l.text.n ? s->l.text.p[i] : '\0';
}

void scan_note(struct scan *s)
{
	if (!s->st.any)
		s->st.first = s->t.text;
	s->st.any = 1;
	s->st.before = s->st.last;
	s->st.last = s->t.text;
}

/* Each branch of an #if begins at the same depth: both may open the same
 * function. */
static void directive(struct scan *s)
{
	if (is(s, "if") || is(s, "ifdef") || is(s, "ifndef")) {
		if (!is(s, "ifndef"))
			scan_decide(s);
		if (s->branches < BRANCHES)
			s->branch[s->branches] = s->depth;
		s->branches++;
	} else if (is(s, "elif") || is(s, "else")) {
		if (is(s, "elif"))
			scan_decide(s);
		if (s->branches && s->branches <= BRANCHES &&
				s->depth > s->branch[s->branches - 1])
			s->depth = s->branch[s->branches - 1];
	} else if (is(s, "endif") && s->branches) {
		s->branches--;
	}
}

/* --------------------------------------------------------------------- all */
static uint32_t count_word(struct str text, const char *word)
{
	size_t n = strlen(word);
	uint32_t count = 0;
	const char *p = text.p, *end = text.p + text.n;

	while ((p = memmem(p, (size_t)(end - p), word, n))) {
		p += n;
		count++;
	}
	return count;
}

uint32_t code_lines(struct str text)
{
	uint32_t n = 0;
	const char *p = text.p, *end = text.p + text.n;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p++;
	}
	return n + (text.n && text.p[text.n - 1] != '\n');
}

static void one(struct scan *s)
{
	switch ((enum lang_shape)s->l.lang->shape) {
	case SHAPE_NONE:
		if (scan_is_decision(s))
			scan_decide(s);
		break;
	case SHAPE_BRACES:
	case SHAPE_KEYWORD:
		scan_braces(s);
		break;
	case SHAPE_SCRIPT:
		scan_script(s);
		break;
	case SHAPE_INDENT:
		scan_indent(s);
		break;
	case SHAPE_END:
		scan_end(s);
		break;
	case SHAPE_SHELL:
		scan_shell(s);
		break;
	}
}

void code_scan(const struct lang *lang, struct str text,
	struct code_count *out)
{
	struct scan *s = mem_alloc(sizeof(*s));

	memset(s, 0, offsetof(struct scan, blocks));
	memset(out, 0, sizeof(*out));
	out->lines = code_lines(text);
	s->out = out;
	code_lex_init(&s->l, lang, text);
	s->st.begins = 1;
	if (lang->shape == SHAPE_NONE && text.n)
		scan_push(s, BLOCK_FUNCTION);
	while (s->was_value = s->l.value, code_lex(&s->l, &s->t)) {
		if (s->t.kind == CODE_COMMENT)
			out->todos += count_word(s->t.text, "TODO") +
				count_word(s->t.text, "FIXME") +
				count_word(s->t.text, "XXX");
		else if (s->t.kind == CODE_DIRECTIVE)
			directive(s);
		else
			one(s);
	}
	s->lost = 0;
	while (s->depth)
		scan_pop(s);
	mem_free(s);
}
