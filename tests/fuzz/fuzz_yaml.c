/*
 * Any bytes are a workflow file or are refused with an error that has a
 * place in the text; a plan that was made can be explained, drawn in every
 * form, and its steps have keys. The first byte chooses how it is given.
 */
#include <stdint.h>
#include <string.h>

#include "engine/base/digest.h"
#include "tests/front/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int cond)
{
	if (!cond)
		abort();
}

static int64_t predict(void *ud, const char *key)
{
	(void)ud;
	return key[0] == '0' ? -1 : key[0] * 10 + key[1];
}

static void use(const struct front_env *env, const struct plan *p)
{
	char key[DIGEST_HEX + 1];
	struct explain e;
	struct buf b;
	int form;

	buf_init(&b);
	for (form = GRAPH_TREE; form <= GRAPH_MERMAID; form++)
		front_graph(p, (enum graph_form)form, NULL, NULL, &b);
	plan_dump(p, &b);
	demand(!memchr(b.data, '\0', b.len));
	front_explain(env, p, &e);
	demand(e.count <= p->node_count);
	explain_release(&e);
	front_leaf_key(p, 0, key);
	demand(strlen(key) == DIGEST_HEX);
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line line = { .kind = LINE_BLOCK };
	struct front_flags flags;
	struct front_env env;
	struct plan *p = NULL;
	struct diags d;
	struct buf out;

	if (size < 1)
		return 0;
	lang_env(&env);
	env.predict = data[0] & 1 ? predict : NULL;
	env.slots = data[0] >> 4;
	line.body.p = (const char *)data + 1;
	line.body.n = size - 1;
	line.len = size - 1;
	line.name = line.rest = (struct str){ line.body.p, 0 };
	if (data[0] & 2)
		line.name = str_of("chain");
	diags_init(&d, data[0] & 4 ? "x.yaml" : "x", 1, line.body);
	if (front_compile(&env, &line, &p, &flags, NULL, &d) == 0) {
		demand(p && !d.errors);
		use(&env, p);
	} else {
		demand(!p && d.errors > 0);
	}
	buf_init(&out);
	diags_print(&d, &out);
	front_normal_text(line.body, &out);
	demand(front_is_block_file(line.body, NULL) >= 0);
	buf_release(&out);
	plan_drop(p);
	diags_release(&d);
	return 0;
}
