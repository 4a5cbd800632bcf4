/*
 * A YAML text as a tree in flat memory: what is left of YAML after the rules
 * of the house (one document; no aliases, anchors, tags, merge keys; bounded
 * depth and size; keys are scalars and unique). Nodes stand in document
 * order, each followed by its children, so that a tree is one array.
 */
#ifndef WF_FRONT_YAML_TREE_H
#define WF_FRONT_YAML_TREE_H

#include "engine/front/front_int.h"

#define YNODE_NONE UINT32_MAX

enum ynode_kind { YNODE_SCALAR, YNODE_MAP, YNODE_SEQ };
enum ynode_style { YNODE_PLAIN, YNODE_QUOTED, YNODE_BLOCK };

struct ynode {
	uint8_t kind;      /* enum ynode_kind */
	uint8_t style;     /* enum ynode_style, scalars */
	uint8_t raw;       /* 1: `text` is a slice of the YAML */
	uint32_t at, len;  /* bytes of the text; len for carets only */
	uint32_t next;     /* index behind this node and all beneath it */
	uint32_t count;    /* SEQ: items; MAP: pairs */
	struct str text;   /* SCALAR: its value */
};

struct ytree {
	struct ynode *nodes; /* owned; nodes[0] is the top */
	size_t count, cap;
	struct front_ctx *c; /* borrowed: its diags and its arena */
	const struct src *src; /* the YAML; as long as the compilation */
};

/*
 * Reads `src`, at most `limit` bytes. Returns 0, or -1 after an error. An
 * empty text gives a tree with one empty plain scalar. Release in both cases;
 * values stay alive in the context's arena.
 */
int ytree_read(struct ytree *t, struct front_ctx *c, const struct src *src,
	size_t limit);
void ytree_release(struct ytree *t);

/* A scalar's value as a text of its own, in the context's arena. */
const struct src *ynode_src(const struct ytree *t, const struct ynode *n);
/* Plain `~`, `null`, `Null`, `NULL` or nothing. */
int ynode_is_null(const struct ynode *n);

#endif
