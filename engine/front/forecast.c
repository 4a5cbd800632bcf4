/*
 * Predictions. A leaf takes what its key took before, a composite what its
 * steps take together; what has no history is unknown, and so is all that
 * holds it. Loops are unknown: how often they go round is data.
 */
#include "engine/front/forecast.h"

#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"

enum { UNKNOWN = -1 };

/* A heap of 64-bit numbers, smallest first. */
struct heap {
	uint64_t *v;
	size_t count;
};

static void heap_add(struct heap *h, uint64_t x)
{
	size_t i = h->count++, up;

	for (; i > 0; i = up) {
		up = (i - 1) / 2;
		if (h->v[up] <= x)
			break;
		h->v[i] = h->v[up];
	}
	h->v[i] = x;
}

static uint64_t heap_take(struct heap *h)
{
	uint64_t first = h->v[0], x = h->v[--h->count];
	size_t i = 0, down;

	for (; (down = 2 * i + 1) < h->count; i = down) {
		if (down + 1 < h->count && h->v[down + 1] < h->v[down])
			down++;
		if (h->v[down] >= x)
			break;
		h->v[i] = h->v[down];
	}
	if (h->count)
		h->v[i] = x;
	return first;
}

struct span {
	const struct jobs *j;
	uint32_t *waits;         /* unfinished needs of each */
	uint32_t *from, *next;   /* edges by need: a linked list */
	struct heap ready;       /* jobs that take a slot */
	struct heap free_ready;  /* and those that take none */
	struct heap running;     /* see ending() */
	uint32_t free_slots;
};

/* An end and its job in one number: 2^21 jobs, and ends of 2^43 ms. */
enum { JOB_BITS = 21 };

static uint64_t ending(uint64_t end, uint32_t job)
{
	static const uint64_t last = ((uint64_t)1 << (64 - JOB_BITS)) - 1;

	return (end > last ? last : end) << JOB_BITS | job;
}

static int no_slot(const struct jobs *j, uint32_t job)
{
	return j->no_slot && j->no_slot[job];
}

/* Starts what is ready, in written order, while slots last. */
static void start(struct span *s, uint64_t now)
{
	uint32_t job;

	while (s->free_ready.count || (s->ready.count && s->free_slots)) {
		if (s->free_ready.count) {
			job = (uint32_t)heap_take(&s->free_ready);
		} else {
			job = (uint32_t)heap_take(&s->ready);
			s->free_slots--;
		}
		heap_add(&s->running, ending(now + (uint64_t)s->j->ms[job],
			job));
	}
}

static void make_ready(struct span *s, uint32_t job)
{
	heap_add(no_slot(s->j, job) ? &s->free_ready : &s->ready, job);
}

static void finish(struct span *s, uint32_t job)
{
	uint32_t e;

	if (!no_slot(s->j, job))
		s->free_slots++;
	for (e = s->from[job]; e; e = s->next[e])
		if (--s->waits[s->j->edges[e - 1][1]] == 0)
			make_ready(s, s->j->edges[e - 1][1]);
}

int64_t jobs_span(const struct jobs *j)
{
	struct span s = { .j = j, .free_slots = j->slots };
	uint64_t now = 0, first;
	size_t i;

	s.waits = mem_zero(j->count * sizeof(*s.waits));
	s.from = mem_zero(j->count * sizeof(*s.from));
	s.next = mem_zero((j->edge_count + 1) * sizeof(*s.next));
	s.ready.v = mem_alloc((j->count + 1) * sizeof(*s.ready.v));
	s.free_ready.v = mem_alloc((j->count + 1) * sizeof(*s.ready.v));
	s.running.v = mem_alloc((j->count + 1) * sizeof(*s.running.v));
	for (i = 0; i < j->edge_count; i++) {
		s.waits[j->edges[i][1]]++;
		s.next[i + 1] = s.from[j->edges[i][0]];
		s.from[j->edges[i][0]] = (uint32_t)i + 1;
	}
	for (i = 0; i < j->count; i++)
		if (!s.waits[i])
			make_ready(&s, (uint32_t)i);
	start(&s, now);
	while (s.running.count) {
		first = heap_take(&s.running);
		now = first >> JOB_BITS;
		finish(&s, (uint32_t)(first & ((1u << JOB_BITS) - 1)));
		start(&s, now);
	}
	mem_free(s.waits);
	mem_free(s.from);
	mem_free(s.next);
	mem_free(s.ready.v);
	mem_free(s.free_ready.v);
	mem_free(s.running.v);
	return (int64_t)now;
}

int forecast_slot(const struct plan *p, uint32_t node)
{
	const struct plan_node *n = &p->nodes[node];

	return node_is_leaf(n) && n->lane == LANE_PROCESS;
}

int64_t forecast_body(const struct forecast *f, uint32_t body)
{
	const struct plan *p = f->plan;
	const struct plan_body *b = &p->bodies[body];
	uint8_t *free_of_slots = mem_zero(b->count);
	uint32_t (*edges)[2] = NULL;
	struct jobs j = { .count = b->count, .slots = f->slots };
	size_t cap = 0;
	uint32_t i, k;
	int64_t ms = 0;

	for (i = 0; i < b->count && ms >= 0; i++) {
		const struct plan_node *n = &p->nodes[b->first + i];

		ms = f->ms[b->first + i];
		free_of_slots[i] = !forecast_slot(p, b->first + i);
		for (k = n->need; k < n->need + n->need_count; k++) {
			edges = mem_more(edges, j.edge_count, &cap,
				sizeof(*edges));
			edges[j.edge_count][0] = p->edges[k] - b->first;
			edges[j.edge_count++][1] = i;
		}
	}
	j.ms = f->ms + b->first;
	j.no_slot = free_of_slots;
	j.edges = (const uint32_t (*)[2])edges;
	if (ms >= 0)
		ms = jobs_span(&j);
	mem_free(edges);
	mem_free(free_of_slots);
	return ms;
}

/* The longest branch: which one is taken is not known. */
static int64_t branches(const struct forecast *f, const struct plan_node *n)
{
	const struct plan_branch *b;
	int64_t longest = 0, ms;
	uint32_t i;

	for (i = n->branch; i < n->branch + n->branch_count; i++) {
		b = &f->plan->branches[i];
		if (b->role != ROLE_BODY)
			continue;
		ms = forecast_body(f, b->body);
		if (ms < 0)
			return UNKNOWN;
		longest = ms > longest ? ms : longest;
	}
	return longest;
}

/* The facts that a step names, one behind the other. */
static int64_t made_first(const struct forecast *f,
	const struct plan_node *n)
{
	const struct plan_branch *b;
	int64_t sum = 0, ms;

	for (uint32_t i = n->branch; i < n->branch + n->branch_count; i++) {
		b = &f->plan->branches[i];
		ms = b->role == ROLE_FACT ? forecast_body(f, b->body) : 0;
		if (ms < 0)
			return UNKNOWN;
		sum += ms;
	}
	return sum;
}

static int64_t leaf(struct forecast *f, uint32_t node)
{
	static const int64_t longest = (int64_t)1 << 40;
	char key[DIGEST_HEX + 1];
	int64_t ms, facts;

	if (!f->env->predict)
		return UNKNOWN;
	keys_get(&f->keys, node, key);
	ms = f->env->predict(f->env->ud, key);
	if (ms < 0)
		return UNKNOWN;
	facts = made_first(f, &f->plan->nodes[node]);
	return facts < 0 ? UNKNOWN : ms + facts > longest ? longest
		: ms + facts;
}

static int64_t predict(struct forecast *f, uint32_t node)
{
	const struct plan_node *n = &f->plan->nodes[node];

	switch ((enum node_kind)n->kind) {
	case NODE_STEP:
		return leaf(f, node);
	case NODE_BLOCK:
	case NODE_IF:
	case NODE_CHOOSE:
		return branches(f, n);
	case NODE_JOIN:
		return 0;
	case NODE_CALL:
	case NODE_FOR:
	case NODE_WHILE:
	case NODE_MAP:
	case NODE_STAGE:
	case NODE_KINDS:
		break;
	}
	return UNKNOWN;
}

void forecast_init(struct forecast *f, const struct front_env *env,
	const struct plan *p)
{
	uint32_t body, i;

	memset(f, 0, sizeof(*f));
	f->env = env;
	f->plan = p;
	f->slots = env->slots ? env->slots : LIMIT_PARALLEL;
	keys_init(&f->keys, p);
	f->ms = mem_alloc(p->node_count * sizeof(*f->ms));
	/* Bodies are numbered from the outside in. */
	for (body = p->body_count; body-- > 0;)
		for (i = 0; i < p->bodies[body].count; i++)
			f->ms[p->bodies[body].first + i] = predict(f,
				p->bodies[body].first + i);
}

void forecast_release(struct forecast *f)
{
	keys_release(&f->keys);
	mem_free(f->ms);
}
