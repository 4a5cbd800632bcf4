/*
 * libyaml's events into a tree. libyaml checks neither depth nor duplicate
 * keys nor the number of documents, and is quadratic in nesting: everything
 * is bounded here, before the next event is asked for. Marks of libyaml
 * count characters; a cursor that walks with the events makes bytes of them.
 * This file knows no key of any workflow.
 */
#include "engine/front/yaml_tree.h"

#include <string.h>
#include <yaml.h>

#include "engine/base/text.h"

enum {
	FEW_KEYS = 24,
	BYTES_PER_NODE = 8     /* a text of a limit's size holds no more nodes
	                          than one for so many bytes: time is bounded */
};

struct level {
	uint32_t node;
	uint8_t on_key;    /* MAP: the next node is a key */
};

struct reader {
	struct ytree *t;
	struct str text;
	size_t base;       /* of text in the src: behind a BOM */
	size_t most;       /* nodes */
	size_t mark, byte; /* the cursor: the same place in both counts */
	struct level stack[LIMIT_YAML_DEPTH];
	size_t depth;
	unsigned documents;
};

/* The byte, within the text, of character `mark`. */
static size_t walk(struct reader *r, size_t mark)
{
	const char *p = r->text.p;

	while (r->mark < mark && r->byte < r->text.n) {
		r->byte++;
		while (r->byte < r->text.n && (p[r->byte] & 0xc0) == 0x80)
			r->byte++;
		r->mark++;
	}
	while (r->mark > mark && r->byte > 0) {
		r->byte--;
		while (r->byte > 0 && (p[r->byte] & 0xc0) == 0x80)
			r->byte--;
		r->mark--;
	}
	return r->byte;
}

static int fail(struct reader *r, const char *code, const yaml_mark_t *mark,
	const char *help, const char *what)
{
	size_t at = walk(r, mark->index);

	return src_error(r->t->c, src_at(r->t->src, r->base + at, at <
		r->text.n), code, help, "%s", what);
}

/* libyaml's words, with the way out for the usual mistakes. */
static const char *cure(const char *problem)
{
	if (strstr(problem, "mapping values are not allowed"))
		return "quote a value that holds ': ', and check the "
			"indentation";
	if (strstr(problem, "cannot start any token"))
		return "indent with blanks, not tabs; quote a value that "
			"starts with @ or `";
	if (strstr(problem, "could not find expected ':'"))
		return "a key is followed by ':' and a blank";
	if (strstr(problem, "did not find expected key"))
		return "keys of one map start in the same column";
	if (strstr(problem, "unexpected end of stream"))
		return "a quote is not closed";
	if (strstr(problem, "expected ',' or"))
		return "a bracket is not closed";
	return NULL;
}

static int fail_syntax(struct reader *r, const yaml_parser_t *y)
{
	const char *what = y->problem ? y->problem : "bad YAML";
	size_t at;

	if (y->error == YAML_MEMORY_ERROR)
		return src_error(r->t->c, src_at(r->t->src, r->base, 0), "E406",
			NULL, "out of memory");
	if (y->error == YAML_READER_ERROR) {
		at = y->problem_offset < r->text.n ? y->problem_offset :
			r->text.n;
		return src_error(r->t->c, src_at(r->t->src, r->base + at, at <
			r->text.n), "E401", NULL, "%s", what);
	}
	at = walk(r, y->problem_mark.index);
	return src_error(r->t->c, src_at(r->t->src, r->base + at, at <
		r->text.n), "E401", cure(what), "%s%s%s", what, y->context ?
		", " : "", y->context ? y->context : "");
}

static struct ynode *add(struct reader *r, enum ynode_kind kind,
	const yaml_event_t *e)
{
	struct ytree *t = r->t;
	struct ynode *n;
	size_t at = walk(r, e->start_mark.index);

	t->nodes = mem_more(t->nodes, t->count, &t->cap, sizeof(*n));
	n = &t->nodes[t->count++];
	memset(n, 0, sizeof(*n));
	n->kind = (uint8_t)kind;
	n->at = (uint32_t)(r->base + at);
	n->next = (uint32_t)t->count;
	n->len = 1;
	return n;
}

/* Borrows the value from the source where it stands there unchanged. */
static void set_text(struct reader *r, struct ynode *n, const yaml_event_t *e)
{
	const char *value = (const char *)e->data.scalar.value;
	size_t len = e->data.scalar.length;
	size_t from = n->at - r->base, end = walk(r, e->end_mark.index);
	size_t skip = n->style == YNODE_QUOTED;
	const char *nl;

	if (n->style != YNODE_BLOCK && len == end - from - 2 * skip &&
	    memcmp(r->text.p + from + skip, value, len) == 0) {
		n->raw = 1;
		n->text.p = r->text.p + from + skip;
	} else {
		n->text.p = arena_strndup(&r->t->c->arena, value, len);
	}
	n->text.n = len;
	nl = memchr(r->text.p + from, '\n', end - from);
	n->len = (uint32_t)(nl ? (size_t)(nl - r->text.p) - from : end - from);
}

static enum ynode_style style_of(yaml_scalar_style_t s)
{
	if (s == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
	    s == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
		return YNODE_QUOTED;
	if (s == YAML_LITERAL_SCALAR_STYLE || s == YAML_FOLDED_SCALAR_STYLE)
		return YNODE_BLOCK;
	return YNODE_PLAIN;
}

/* Counts the node, in its parent too; a collection as a key is refused. */
static int place(struct reader *r, const yaml_event_t *e)
{
	struct level *up = r->depth ? &r->stack[r->depth - 1] : NULL;
	struct ynode *parent;

	if (r->t->count >= r->most)
		return fail(r, "E406", &e->start_mark, NULL,
			"too many values for one text");
	if (!up)
		return 0;
	parent = &r->t->nodes[up->node];
	if (parent->kind == YNODE_SEQ) {
		parent->count++;
		return 0;
	}
	up->on_key = !up->on_key;
	if (up->on_key)
		return 0;
	parent->count++;
	if (e->type != YAML_SCALAR_EVENT)
		return fail(r, "E401", &e->start_mark,
			"quote a key that starts with [ or {",
			"a key must be one word");
	return 0;
}

static int on_scalar(struct reader *r, const yaml_event_t *e)
{
	struct ynode *n;
	size_t nul;

	if (e->data.scalar.anchor || e->data.scalar.tag)
		return fail(r, "E404", &e->start_mark,
			"quote a value that starts with & or !",
			"anchors and tags are not part of a workflow");
	if (place(r, e))
		return -1;
	n = add(r, YNODE_SCALAR, e);
	n->style = (uint8_t)style_of(e->data.scalar.style);
	set_text(r, n, e);
	nul = strnlen(n->text.p, n->text.n);
	if (nul < n->text.n)
		return fail(r, "E401", &e->start_mark, NULL,
			"a value holds a NUL byte");
	if (r->depth && r->stack[r->depth - 1].on_key == 0 &&
	    r->t->nodes[r->stack[r->depth - 1].node].kind == YNODE_MAP &&
	    n->style == YNODE_PLAIN && str_eq(n->text, "<<"))
		return fail(r, "E404", &e->start_mark, "write the keys out",
			"merge keys are not part of a workflow");
	return 0;
}

static int on_open(struct reader *r, const yaml_event_t *e)
{
	int map = e->type == YAML_MAPPING_START_EVENT;
	int marked = map ? e->data.mapping_start.anchor ||
		e->data.mapping_start.tag : e->data.sequence_start.anchor ||
		e->data.sequence_start.tag;
	struct level *l;

	if (marked)
		return fail(r, "E404", &e->start_mark,
			"quote a value that starts with & or !",
			"anchors and tags are not part of a workflow");
	if (place(r, e))
		return -1;
	if (r->depth == LIMIT_YAML_DEPTH)
		return fail(r, "E406", &e->start_mark, NULL,
			"nested too deeply: at most 64 levels");
	l = &r->stack[r->depth++];
	l->node = (uint32_t)r->t->count;
	l->on_key = (uint8_t)map;
	add(r, map ? YNODE_MAP : YNODE_SEQ, e);
	return 0;
}

static int twice(struct reader *r, const struct ynode *first,
	const struct ynode *again)
{
	struct front_ctx *c = r->t->c;
	uint32_t line, col;

	diag_place(c->diags, src_place(r->t->src, first->at), &line, &col);
	return src_error(c, src_at(r->t->src, again->at, again->len), "E403",
		NULL, "key '%.*s' is given twice, first in line %u",
		(int)(again->text.n < 64 ? again->text.n : 64), again->text.p,
		(unsigned)line);
}

/* Keys of map `m` against each other; the map is complete. */
static int unique_many(struct reader *r, uint32_t m)
{
	struct ynode *nodes = r->t->nodes;
	struct strmap seen;
	uint32_t i, k, first;
	int rc = 0;

	strmap_init(&seen);
	for (i = 0, k = m + 1; i < nodes[m].count && !rc; i++) {
		if (strmap_find(&seen, nodes[k].text, &first))
			rc = twice(r, &nodes[first], &nodes[k]);
		strmap_put(&seen, nodes[k].text, k);
		k = nodes[k + 1].next;
	}
	strmap_release(&seen);
	return rc;
}

static int unique(struct reader *r, uint32_t m)
{
	struct ynode *nodes = r->t->nodes;
	uint32_t key[FEW_KEYS], i, j, k;

	if (nodes[m].count > FEW_KEYS)
		return unique_many(r, m);
	for (i = 0, k = m + 1; i < nodes[m].count; i++) {
		for (j = 0; j < i; j++)
			if (str_same(nodes[key[j]].text, nodes[k].text))
				return twice(r, &nodes[key[j]], &nodes[k]);
		key[i] = k;
		k = nodes[k + 1].next;
	}
	return 0;
}

static int on_close(struct reader *r)
{
	uint32_t node = r->stack[--r->depth].node;

	r->t->nodes[node].next = (uint32_t)r->t->count;
	return r->t->nodes[node].kind == YNODE_MAP ? unique(r, node) : 0;
}

static int on_document(struct reader *r, const yaml_event_t *e)
{
	if (r->documents++)
		return fail(r, "E405", &e->start_mark,
			"put it into a file of its own",
			"a second document is not part of a workflow");
	if (e->data.document_start.tag_directives.start !=
	    e->data.document_start.tag_directives.end)
		return fail(r, "E404", &e->start_mark, NULL,
			"directives are not part of a workflow");
	return 0;
}

static int on_event(struct reader *r, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document(r, e);
	case YAML_ALIAS_EVENT:
		return fail(r, "E404", &e->start_mark,
			"quote a value that starts with *, or write it out",
			"aliases are not part of a workflow");
	case YAML_SCALAR_EVENT:
		return on_scalar(r, e);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return on_open(r, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(r);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return 0;
}

static int read_events(struct reader *r)
{
	yaml_parser_t y;
	yaml_event_t e;
	int rc = 0, more = 1;

	if (!yaml_parser_initialize(&y))
		return src_error(r->t->c, src_at(r->t->src, 0, 0), "E406", NULL,
			"out of memory");
	yaml_parser_set_encoding(&y, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y, (const unsigned char *)r->text.p,
		r->text.n);
	while (more && !rc) {
		if (!yaml_parser_parse(&y, &e)) {
			rc = fail_syntax(r, &y);
			break;
		}
		more = e.type != YAML_STREAM_END_EVENT;
		rc = on_event(r, &e);
		yaml_event_delete(&e);
	}
	yaml_parser_delete(&y);
	return rc;
}

int ytree_read(struct ytree *t, struct front_ctx *c, const struct src *src,
	size_t limit)
{
	struct reader r = { .t = t, .text = src->text,
		.most = limit / BYTES_PER_NODE };
	size_t bad;

	memset(t, 0, sizeof(*t));
	t->c = c;
	t->src = src;
	if (r.text.n >= 3 && memcmp(r.text.p, "\xef\xbb\xbf", 3) == 0) {
		r.text.p += 3;
		r.text.n -= 3;
		r.base = 3;
	}
	if (r.text.n > limit)
		return src_error(c, src_at(src, 0, 0), "E406",
			"a .yaml file may hold 64 MiB",
			"YAML of %zu bytes: at most %zu", r.text.n, limit);
	bad = utf8_check(r.text.p, r.text.n);
	if (bad < r.text.n)
		return src_error(c, src_at(src, r.base + bad, 1), "E401", NULL,
			"byte 0x%02x is not UTF-8", (unsigned)(unsigned
			char)r.text.p[bad]);
	if (read_events(&r))
		return -1;
	if (!t->count) {
		t->nodes = mem_more(t->nodes, 0, &t->cap, sizeof(*t->nodes));
		memset(t->nodes, 0, sizeof(*t->nodes));
		t->nodes[0].next = 1;
		t->nodes[0].text.p = "";
		t->count = 1;
	}
	return 0;
}

void ytree_release(struct ytree *t)
{
	mem_free(t->nodes);
	memset(t, 0, sizeof(*t));
}

const struct src *ynode_src(const struct ytree *t, const struct ynode *n)
{
	struct src *s = arena_alloc(&t->c->arena, sizeof(*s));

	s->text = n->text;
	s->up = t->src;
	s->at = n->raw ? (size_t)(n->text.p - t->src->text.p) : n->at;
	s->fixed = !n->raw;
	return s;
}

int ynode_is_null(const struct ynode *n)
{
	if (n->kind != YNODE_SCALAR || n->style != YNODE_PLAIN)
		return 0;
	return !n->text.n || str_eq(n->text, "~") || str_eq(n->text, "null") ||
		str_eq(n->text, "Null") || str_eq(n->text, "NULL");
}
