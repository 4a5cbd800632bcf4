/*
 * The door of the YAML half: a block beneath `/chain:`, or a whole document
 * with the command as its top key. Finds the block and hands it to the
 * reader of its command; knows nothing of what is inside.
 */
#include <string.h>

#include "engine/front/yaml_build.h"

struct block_kind {
	const char *name;
	int (*read)(const struct ytree *t, struct spot s, uint32_t node);
};

static const struct block_kind blocks[] = {
	{ "chain", yaml_chain },
	{ "flow", yaml_flow },
	{ "swarm", yaml_swarm },
	{ "pipeline", yaml_pipeline },
};

static const struct block_kind *find_block(struct str name)
{
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (str_eq(name, blocks[i].name))
			return &blocks[i];
	return NULL;
}

/* The command a top key names: "chain" or "/chain". */
static const struct block_kind *key_block(struct str key)
{
	if (key.n && key.p[0] == '/') {
		key.p++;
		key.n--;
	}
	return find_block(key);
}

/* The key of the only command of a document, or YNODE_NONE. */
static uint32_t command_key(const struct ytree *t, int *rc)
{
	const struct ynode *top = yread_at(t, 0);
	uint32_t i, k = 1, found = YNODE_NONE;

	for (i = 0; top->kind == YNODE_MAP && i < top->count; i++) {
		if (!key_block(yread_text(t, k)))
			;
		else if (found == YNODE_NONE)
			found = k;
		else
			*rc = yread_error(t, k, "E409",
				"put it into a file of its own",
				"a file holds one workflow");
		k = yread_at(t, k + 1)->next;
	}
	return found;
}

/* The other keys of a document: those of ykeys_document alone. */
static int other_keys(struct ytree *t, struct spot s)
{
	struct ynode *n = t->nodes;
	uint32_t v[YREAD_KEYS], i, k = 1;

	for (i = 0; i < n[0].count; i++) {
		if (key_block(n[k].text) && n[k].text.p[0] == '/') {
			n[k].text.p++;
			n[k].text.n--;
		}
		k = n[k + 1].next;
	}
	if (yread_map(t, 0, &ykeys_document, v))
		return -1;
	return yaml_params(t, s, v[DOC_PARAMS]);
}

static int document(struct ytree *t, struct spot s, struct str command,
	uint32_t key)
{
	const struct block_kind *b = key_block(yread_text(t, key));

	/* A stored workflow is what its file says, however it is called. */
	if (command.n && yaml_is_top(s) && !str_eq(command, b->name))
		return yread_error(t, key, "E409", NULL,
			"this is a %s, not a %.*s", b->name, (int)command.n,
			command.p);
	if (other_keys(t, s))
		return -1;
	if (yaml_is_top(s))
		t->c->command = str_of(b->name);
	return b->read(t, s, key + 1);
}

static int is_yaml_name(const char *file)
{
	size_t n = file ? strlen(file) : 0;

	return (n > 5 && strcmp(file + n - 5, ".yaml") == 0) ||
		(n > 4 && strcmp(file + n - 4, ".yml") == 0);
}

int yaml_compile(struct front_ctx *c, struct spot s, struct str command,
	const struct src *text)
{
	int file = !command.n || is_yaml_name(c->diags->file);
	const struct block_kind *b = find_block(command);
	size_t before = c->diags->errors;
	struct ytree t;
	uint32_t key;
	int rc;

	rc = ytree_read(&t, c, text, file ? LIMIT_YAML_FILE : LIMIT_YAML);
	if (!rc) {
		key = command_key(&t, &rc);
		if (key != YNODE_NONE)
			rc |= document(&t, s, command, key);
		else if (b)
			rc |= b->read(&t, s, 0);
		else if (yread_at(&t, 0)->kind == YNODE_MAP &&
				yread_at(&t, 0)->count)
			rc = other_keys(&t, s);
		else
			rc = yread_error(&t, 0, "E408", NULL,
				"a workflow file starts with chain:, flow:, "
				"swarm: or pipeline:");
	}
	ytree_release(&t);
	return rc || c->diags->errors > before ? -1 : 0;
}
