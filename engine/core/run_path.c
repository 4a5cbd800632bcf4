/*
 * Names: paths of steps through frames ("loop[2].bash", "if.fact[n].bash"),
 * idempotency keys, and the words for states. Reads only.
 */
#include <assert.h>
#include <string.h>

#include "engine/base/digest.h"
#include "engine/core/run.h"

static int counts_up(const struct run *r, const struct frame *f)
{
	const struct plan_node *n = &r->plan->nodes[f->owner];

	if (r->plan->branches[f->branch].role != ROLE_BODY)
		return 0;
	return n->kind == NODE_FOR || n->kind == NODE_WHILE ||
		n->kind == NODE_MAP;
}

static const char *role_word(const struct run *r, const struct frame *f)
{
	switch ((enum branch_role)r->plan->branches[f->branch].role) {
	case ROLE_BODY:
		return "";
	case ROLE_FALLBACK:
		return ".fallback";
	case ROLE_UNDO:
		return ".undo";
	case ROLE_VERIFY:
		return ".verify";
	case ROLE_FACT:
		return ".fact["; /* its name and "]" follow */
	case ROLE_KINDS:
		break;
	}
	return "";
}

void run_path(const struct run *r, uint32_t frame, uint32_t node,
	struct buf *out)
{
	uint32_t chain[256];
	size_t depth = 0;

	assert(frame < r->frame_count);
	for (; frame != 0; frame = r->frames[frame].parent) {
		assert(depth < sizeof(chain) / sizeof(chain[0]));
		chain[depth++] = frame;
	}
	while (depth--) {
		const struct frame *f = &r->frames[chain[depth]];

		buf_str(out, plan_text(r->plan, r->plan->nodes[f->owner].name));
		if (counts_up(r, f))
			buf_printf(out, "[%lu]", (unsigned long)f->index + 1);
		buf_str(out, role_word(r, f));
		if (r->plan->branches[f->branch].role == ROLE_FACT)
			buf_printf(out, "%s]", plan_text(r->plan,
				r->plan->branches[f->branch].var));
		buf_char(out, '.');
	}
	buf_str(out, plan_text(r->plan, r->plan->nodes[node].name));
}

/* How a step is meant by a text: by its path, which is one step's alone, or
 * by its name, which steps in other frames may have too. */
enum meant { MEANT_NOT, MEANT_BY_NAME, MEANT_BY_PATH };

static enum meant meant(const struct run *r, uint32_t frame, uint32_t node,
	struct str path, struct buf *scratch)
{
	const char *name = plan_text(r->plan, r->plan->nodes[node].name);
	size_t n = strlen(name);

	if (path.n < n || memcmp(path.p + path.n - n, name, n) != 0)
		return MEANT_NOT;
	buf_clear(scratch);
	run_path(r, frame, node, scratch);
	if (str_eq(path, buf_cstr(scratch)))
		return MEANT_BY_PATH;
	return path.n == n ? MEANT_BY_NAME : MEANT_NOT;
}

size_t run_places(const struct run *r, struct str path, struct place *last)
{
	struct buf scratch;
	size_t found = 0;

	buf_init(&scratch);
	for (uint32_t id = 0; id < r->frame_count; id++) {
		const struct frame *f = &r->frames[id];
		const struct plan_body *b = &r->plan->bodies[f->body];

		for (uint32_t i = 0; !f->dropped && i < b->count; i++) {
			enum meant how = meant(r, id, b->first + i, path,
				&scratch);

			if (how == MEANT_NOT)
				continue;
			*last = (struct place){id, b->first + i};
			found++;
			if (how != MEANT_BY_PATH)
				continue;
			buf_release(&scratch);
			return 1;
		}
	}
	buf_release(&scratch);
	return found;
}

int run_find(const struct run *r, struct str path, uint32_t *frame,
	uint32_t *node)
{
	struct place at;

	if (!run_places(r, path, &at))
		return -1;
	*frame = at.frame;
	*node = at.node;
	return 0;
}

const char *run_state_name(enum run_state s)
{
	static const char *const names[] = { "running", "waiting", "paused",
		"succeeded", "failed", "cancelled", "interrupted" };

	assert(s < RUN_STATES);
	return names[s];
}

const char *step_state_name(enum step_state s)
{
	static const char *const names[] = { "waiting", "ready", "running",
		"retrying", "succeeded", "failed", "skipped", "cancelled",
		"in_doubt" };

	assert(s < STEP_STATES);
	return names[s];
}

const char *outcome_name(enum outcome o)
{
	static const char *const names[] = { "ok", "failed", "timeout",
		"cancelled", "refused", "lost" };

	assert(o < OUTCOME_KINDS);
	return names[o];
}

const char *error_class_name(enum error_class c)
{
	static const char *const names[] = { NULL, "transient",
		"configuration", "resource", "agent" };

	assert(c < CLASS_KINDS);
	return names[c];
}

void run_key(struct str project, struct str ulid, struct str path,
	char out[33])
{
	struct digest_state *s = digest_new();
	char hex[DIGEST_HEX + 1];
	struct digest d;

	digest_field(s, project.p, project.n);
	digest_field(s, ulid.p, ulid.n);
	digest_field(s, path.p, path.n);
	digest_end(s, &d);
	digest_hex(&d, hex);
	memcpy(out, hex, 32);
	out[32] = '\0';
}
