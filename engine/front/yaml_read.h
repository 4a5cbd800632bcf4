/*
 * Typed values of a YAML tree: a map against its table of keys, and scalars
 * by the core schema of YAML 1.2 (`no` is a string, `true` is not). All
 * functions say what is wrong in the user's source.
 */
#ifndef WF_FRONT_YAML_READ_H
#define WF_FRONT_YAML_READ_H

#include "engine/front/yaml_keys.h"
#include "engine/front/yaml_tree.h"

/* Most keys of any table. */
enum { YREAD_KEYS = 32 };

/*
 * Checks the map `node` against `keys`: unknown keys, missing ones, types.
 * value[i] becomes the node of key i, or YNODE_NONE. Returns -1 after errors,
 * with all values that are right filled in all the same.
 */
int yread_map(const struct ytree *y, uint32_t node, const struct ykeys *keys,
	uint32_t *value);

/* Values that yread_map has checked; YNODE_NONE gives `none`. */
int yread_bool(const struct ytree *y, uint32_t node, int none);
int64_t yread_number(const struct ytree *y, uint32_t node, int64_t none);
int64_t yread_ms(const struct ytree *y, uint32_t node, int64_t none);
/* Index of the word in the key's choices. */
int yread_choice(const struct ytree *y, uint32_t node, const struct ykey *key,
	int none);
/* The text of a scalar; empty for YNODE_NONE. */
struct str yread_text(const struct ytree *y, uint32_t node);

/* First item of a sequence (a scalar is its own only item) and the one
 * behind `item`; YNODE_NONE at the end, and for node YNODE_NONE. */
uint32_t yread_first(const struct ytree *y, uint32_t node);
uint32_t yread_after(const struct ytree *y, uint32_t node, uint32_t item);

const struct ynode *yread_at(const struct ytree *y, uint32_t node);
/* An error about a node; returns -1. */
int yread_error(const struct ytree *y, uint32_t node, const char *code,
	const char *help, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#endif
