/*
 * A YAML text as a tree in flat memory: what is left of YAML after the rules
 * of the house (one document; no aliases, anchors, tags, merge keys; bounded
 * depth and size; keys are scalars and unique). Nodes stand in document
 * order, each followed by its children, so that a tree is one array.
 */
#ifndef WF_FRONT_YAML_TREE_H
#define WF_FRONT_YAML_TREE_H

#include "engine/base/mem.h"
#include "engine/front/diag.h"

#define YNODE_NONE UINT32_MAX

enum ynode_kind { YNODE_SCALAR, YNODE_MAP, YNODE_SEQ };
enum ynode_style { YNODE_PLAIN, YNODE_QUOTED, YNODE_BLOCK };

struct ynode {
	uint8_t kind;      /* enum ynode_kind */
	uint8_t style;     /* enum ynode_style, scalars */
	uint8_t raw;       /* 1: `text` is a slice of the source */
	uint32_t at, len;  /* bytes of diags->source; len for carets only */
	uint32_t next;     /* index behind this node and all beneath it */
	uint32_t count;    /* SEQ: items; MAP: pairs */
	struct str text;   /* SCALAR: its value */
};

struct ytree {
	struct ynode *nodes; /* owned; nodes[0] is the top */
	size_t count, cap;
	struct str source;   /* diags->source: outlives the tree */
	struct arena arena;  /* values that are no slice of the source */
};

/*
 * Reads `text`, a slice of diags->source, at most `limit` bytes long.
 * Returns 0, or -1 with at least one error in diags. An empty text gives a
 * tree with one empty plain scalar. Release in both cases.
 */
int ytree_read(struct ytree *t, struct str text, size_t limit,
	struct diags *diags);
void ytree_release(struct ytree *t);

/* Source offset of the first byte of a scalar's value. */
size_t ynode_text_at(const struct ytree *t, const struct ynode *n);
/* Plain `~`, `null`, `Null`, `NULL` or nothing. */
int ynode_is_null(const struct ynode *n);

#endif
