/*
 * /diff: two runs side by side: status, duration and output of each step.
 * Status 1 when they differ in status or output.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/doc.h"
#include "shell/lost.h"
#include "shell/run_ref.h"
#include "shell/status.h"

enum { COMPARED = 1 << 20 };

struct side {
	const char *status, *path;
	char took[16];
	int64_t us;
	struct buf output;
	uint64_t total;
	const struct datum *stored; /* of a step that ran */
	uint8_t there, lost;
};

/* A leaf of one run, and its place in the other's list, or NONE. */
struct entry {
	char *path;            /* owned */
	const char *name;
	struct place at;
	size_t partner;
};
struct entries {
	struct entry *v;
	size_t count, cap;
};
static const size_t NONE = SIZE_MAX;

static void list_leaves(const struct run *r, struct entries *out)
{
	struct buf path;

	buf_init(&path);
	for (uint32_t i = 0; i < r->plan->node_count; i++) {
		const struct plan_node *n = &r->plan->nodes[i];

		if (!node_is_leaf(n) || (n->flags & NODE_QUIET))
			continue;
		for (uint32_t f = 0; f < r->frame_count; f++) {
			if (r->frames[f].body != n->body ||
					!r->frames[f].steps)
				continue;
			buf_clear(&path);
			run_path(r, f, i, &path);
			out->v = mem_more(out->v, out->count, &out->cap,
				sizeof(*out->v));
			out->v[out->count++] = (struct entry){
				mem_strdup(buf_cstr(&path)),
				plan_text(r->plan, n->name), {f, i}, NONE};
		}
	}
	buf_release(&path);
}

static void entries_release(struct entries *e)
{
	for (size_t i = 0; i < e->count; i++)
		mem_free(e->v[i].path);
	free(e->v);
}

static int path_order(const void *a, const void *b)
{
	return strcmp((*(struct entry *const *)a)->path,
		(*(struct entry *const *)b)->path);
}

static int name_order(const void *a, const void *b)
{
	return strcmp((*(struct entry *const *)a)->name,
		(*(struct entry *const *)b)->name);
}

/* Those without a partner, sorted; owned; their number in *n. */
static struct entry **single(const struct entries *e, size_t *n,
	int (*order)(const void *a, const void *b))
{
	struct entry **out = mem_alloc((e->count + 1) * sizeof(struct entry *));

	*n = 0;
	for (size_t i = 0; i < e->count; i++)
		if (e->v[i].partner == NONE)
			out[(*n)++] = &e->v[i];
	qsort(out, *n, sizeof(struct entry *), order);
	return out;
}

/* How many of v[at…] are equal. */
static size_t alike(struct entry **v, size_t at, size_t n,
	int (*order)(const void *a, const void *b))
{
	size_t k = at + 1;

	while (k < n && order(&v[at], &v[k]) == 0)
		k++;
	return k - at;
}

/* Pairs what is equal and there but once in each. */
static void pair(struct entries *a, struct entries *b,
	int (*order)(const void *a, const void *b))
{
	size_t na, nb, i = 0, k = 0;
	struct entry **va = single(a, &na, order), **vb = single(b, &nb,
		order);

	while (i < na && k < nb) {
		int c = order(&va[i], &vb[k]);
		size_t ia = c <= 0 ? alike(va, i, na, order) : 0;
		size_t kb = c >= 0 ? alike(vb, k, nb, order) : 0;

		if (ia == 1 && kb == 1) {
			va[i]->partner = (size_t)(vb[k] - b->v);
			vb[k]->partner = (size_t)(va[i] - a->v);
		}
		i += ia;
		k += kb;
	}
	free(va);
	free(vb);
}

static void fill(struct session *s, const struct view *v,
	const struct entry *entry, struct side *out, struct lost *lost)
{
	struct err err = {0};
	struct output_of of = {.run = v->run, .stream = 1};
	const struct step *st;

	memset(out, 0, sizeof(*out));
	out->status = "-";
	if (!entry)
		return;
	of.at = entry->at;
	st = run_step(v->run, of.at.frame, of.at.node);
	out->there = 1;
	out->status = doc_step_state(st, v->row->state == RUN_INTERRUPTED);
	if (st->kept) {
		out->us = (int64_t)st->kept->r.dur_us;
		duration_print(out->us, out->took);
		out->stored = &st->kept->r.out;
	}
	if (engine_output(s->engine, &of, COMPARED, &out->output,
			&out->total, &err) < 0) {
		out->lost = 1;
		lost_add(lost, entry->path, &err);
	}
}

/* What is lost is still known by its digest. */
static int same_output(const struct side *a, const struct side *b)
{
	if (a->stored && b->stored && a->stored->digest &&
			b->stored->digest)
		return digest_same(a->stored->digest, b->stored->digest);
	if (a->lost || b->lost)
		return 0;
	return a->total == b->total && a->output.len == b->output.len &&
		memcmp(buf_cstr(&a->output), buf_cstr(&b->output),
			a->output.len) == 0;
}

static void json_side(struct json *j, const char *key, const struct side *x)
{
	json_key(j, key);
	if (!x->there) {
		json_null(j);
		return;
	}
	json_open(j, '{');
	json_ktext(j, "status", x->status);
	json_kint(j, "duration_ms", x->us / 1000);
	json_kint(j, "bytes", (int64_t)x->total);
	if (x->lost)
		json_kbool(j, "lost", 1);
	json_close(j, '}');
}

static void print(struct cmd_out *o, const struct side *a,
	const struct side *b)
{
	const char *path = a->there ? a->path : b->path;
	int same = same_output(a, b), moved = a->there && b->there &&
		strcmp(a->path, b->path) != 0;
	char *both;

	if (!o->as_json) {
		both = moved ? mem_printf("%s = %s", path, b->path)
			: mem_strdup(path);
		buf_printf(&o->text, "%-24s %-10s %-10s %8s %8s  %s\n", both,
			a->status, b->status, a->took, b->took, !a->there ||
			!b->there ? "only one has it" : same
			? "same output" : "other output");
		mem_free(both);
		return;
	}
	json_open(&o->json, '{');
	json_ktext(&o->json, "path", path);
	if (moved)
		json_ktext(&o->json, "path_b", b->path);
	json_side(&o->json, "a", a);
	json_side(&o->json, "b", b);
	json_kbool(&o->json, "same_output", same);
	json_close(&o->json, '}');
}

/* Compares one step, which one of the two may lack; 1 when it differs. */
static int compare(struct session *s, const struct view *v,
	const struct entry *x, const struct entry *y, struct cmd_out *o,
	struct lost *lost)
{
	struct side a, b;
	int rc;

	fill(s, &v[0], x, &a, lost);
	fill(s, &v[1], y, &b, lost);
	a.path = x ? x->path : NULL;
	b.path = y ? y->path : NULL;
	print(o, &a, &b);
	rc = strcmp(a.status, b.status) != 0 || !same_output(&a, &b);
	buf_release(&a.output);
	buf_release(&b.output);
	return rc;
}

/* Steps of the same path, then those whose name is there but once in each
 * of the runs, are one and the same. */
static int compare_all(struct session *s, const struct view *v,
	struct cmd_out *o, struct lost *lost)
{
	struct entries e[2];
	int differ = 0;

	memset(e, 0, sizeof(e));
	list_leaves(v[0].run, &e[0]);
	list_leaves(v[1].run, &e[1]);
	pair(&e[0], &e[1], path_order);
	pair(&e[0], &e[1], name_order);
	for (size_t i = 0; i < e[0].count; i++)
		differ |= compare(s, v, &e[0].v[i], e[0].v[i].partner == NONE
			? NULL : &e[1].v[e[0].v[i].partner], o, lost);
	for (size_t i = 0; i < e[1].count; i++)
		if (e[1].v[i].partner == NONE)
			differ |= compare(s, v, NULL, &e[1].v[i], o, lost);
	entries_release(&e[0]);
	entries_release(&e[1]);
	return differ;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct lost lost = {0};
	struct view v[2];
	int differ;

	if (run_view(s, a, "a", &v[0], o) < 0)
		return -1;
	if (run_view(s, a, "b", &v[1], o) < 0) {
		view_release(&v[0]);
		return cmd_blame(o, cmd_arg(a, "b"));
	}
	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_ktext(&o->json, "a", v[0].row->ulid);
		json_ktext(&o->json, "b", v[1].row->ulid);
		json_key(&o->json, "steps");
		json_open(&o->json, '[');
	}
	differ = compare_all(s, v, o, &lost);
	if (o->as_json) {
		json_close(&o->json, ']');
		json_close(&o->json, '}');
	}
	view_release(&v[0]);
	view_release(&v[1]);
	return lost_tell(s, &lost) ? STATUS_FAILED : differ;
}

static const struct vocab_field args[] = {
	{"a", 0, CMD_RUN, PLACE_POS, 1, "a run"},
	{"b", 0, CMD_RUN, PLACE_POS, 1, "the run it is compared with"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_diff = {
	.name = "diff",
	.summary = "compare two runs: status, duration, output of each step",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/diff @-2 @last",
		"/diff @last @last", "/diff @-2 @last -o json", NULL},
	.run = run,
};
