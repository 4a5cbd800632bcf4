/*
 * Names of nodes. A scope is the workflow, the body of a block, or a body
 * that runs beside the flow (undo, fallback, verify); branches and loops
 * belong to the scope around them. Within a scope every name is unique: what
 * the user wrote stays, the rest is called after its executor or kind: bash,
 * bash_2, bash_3 in written order, leaving out what is taken.
 */
#include "engine/core/build_made.h"

#include <string.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"

static const char *const kind_names[NODE_KINDS] = {
	[NODE_STEP] = "step", [NODE_CALL] = "call", [NODE_BLOCK] = "block",
	[NODE_IF] = "if", [NODE_CHOOSE] = "choose", [NODE_FOR] = "for",
	[NODE_WHILE] = "while", [NODE_MAP] = "map", [NODE_JOIN] = "join",
	[NODE_STAGE] = "stage"
};

struct naming {
	struct builder *b;
	uint32_t *scopes;      /* of each body */
	struct idmap taken;    /* scope and name */
	struct idmap last;     /* scope and base name: number given last */
	struct buf word;
};

static uint64_t key_of(uint32_t scope, uint32_t text)
{
	return (uint64_t)scope << 32 | text;
}

static void find_scopes(struct naming *n)
{
	const struct builder *b = n->b;
	const struct plan_node *owner;
	size_t i;

	n->scopes = mem_alloc(b->body_count * sizeof(*n->scopes));
	n->scopes[0] = 0;
	for (i = 1; i < b->body_count; i++) {
		owner = &b->nodes[b->bodies[i].owner];
		n->scopes[i] = owner->kind == NODE_BLOCK ||
			b->bodies[i].role != ROLE_BODY ? (uint32_t)i :
			n->scopes[owner->body];
	}
}

static void add_number(struct buf *out, uint32_t v)
{
	char digits[10];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_add(out, digits + at, sizeof(digits) - at);
}

static uint32_t numbered(struct naming *n, uint32_t base, uint32_t number)
{
	struct str word;

	if (number < 2)
		return base;
	buf_clear(&n->word);
	buf_str(&n->word, n->b->text.data + base);
	buf_char(&n->word, '_');
	add_number(&n->word, number);
	word.p = n->word.data;
	word.n = n->word.len;
	return build_text(n->b, word);
}

/*
 * Takes the first free of base, base_2, base_3, … A name whose text was not
 * there before is free in every scope, and nobody asks for it again: a base
 * would have been there, and numbers of a base only grow. It need not be
 * remembered, which makes naming a long workflow cheap.
 */
static uint32_t take_free(struct naming *n, uint32_t scope, uint32_t base)
{
	uint64_t key = key_of(scope, base);
	uintptr_t count = (uintptr_t)idmap_find(&n->last, key);
	uint32_t name;
	size_t texts;

	do {
		texts = n->b->texts.count;
		name = numbered(n, base, (uint32_t)++count);
		if (n->b->texts.count != texts || n->b->text_full)
			break;
	} while (idmap_find(&n->taken, key_of(scope, name)));
	idmap_put(&n->last, key, (void *)count);
	if (n->b->texts.count == texts)
		idmap_put(&n->taken, key_of(scope, name), n->b);
	return name;
}

static int take_given(struct naming *n, uint32_t *at, struct err *err)
{
	struct builder *b = n->b;
	uint64_t key;
	size_t i;

	for (i = 0; i < b->node_count; i++) {
		if (b->nodes[i].name == PLAN_NONE)
			continue;
		key = key_of(n->scopes[b->nodes[i].body], b->nodes[i].name);
		if (idmap_find(&n->taken, key)) {
			*at = (uint32_t)i;
			err_set(err, ERR_PLAN, "two steps are called '%s'",
				b->text.data + b->nodes[i].name);
			return err_help(err, "a label names one step: give "
				"one of them another");
		}
		idmap_put(&n->taken, key, b);
	}
	return 0;
}

int build_names(struct builder *b, uint32_t *node, struct err *err)
{
	struct naming n = { .b = b };
	struct plan_node *it;
	uint32_t base;
	int rc;
	size_t i;

	find_scopes(&n);
	rc = take_given(&n, node, err);
	for (i = 0; rc == 0 && i < b->node_count; i++) {
		it = &b->nodes[i];
		if (it->name != PLAN_NONE)
			continue;
		base = it->exec;
		if (base == PLAN_NONE)
			base = build_text(b, str_of(kind_names[it->kind]));
		it->name = take_free(&n, n.scopes[it->body], base);
	}
	mem_free(n.scopes);
	idmap_release(&n.taken);
	idmap_release(&n.last);
	buf_release(&n.word);
	return rc;
}
