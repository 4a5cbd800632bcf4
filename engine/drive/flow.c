/*
 * Inputs and outputs as lists of pieces: nothing is copied until someone
 * needs the bytes. Rules of language.md section 3.1 and 3.5. Reads a run,
 * changes nothing.
 */
#include "engine/drive/flow.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/store/store.h"

void pieces_init(struct pieces *p)
{
	memset(p, 0, sizeof(*p));
}

void pieces_release(struct pieces *p)
{
	for (size_t i = 0; i < p->owned_count; i++)
		buf_release(&p->owned[i]);
	free(p->owned);
	free(p->v);
	pieces_init(p);
}

uint64_t pieces_len(const struct pieces *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->count; i++)
		n += p->v[i].blob ? p->v[i].blob->len : p->v[i].bytes.n;
	return n;
}

static void add_piece(struct pieces *p, struct str bytes,
	const struct datum *blob)
{
	p->v = mem_more(p->v, p->count, &p->cap, sizeof(*p->v));
	p->v[p->count].bytes = bytes;
	p->v[p->count++].blob = blob;
}

void pieces_datum(struct pieces *p, const struct datum *d)
{
	struct str head = {d->head, d->inline_len};

	if (d->len == 0)
		return;
	add_piece(p, head, d->inline_len == d->len ? NULL : d);
}

/* Takes the buffer's memory; its bytes do not move any more. */
static void add_made(struct pieces *p, struct buf *b)
{
	p->owned = mem_more(p->owned, p->owned_count, &p->owned_cap,
		sizeof(*p->owned));
	p->owned[p->owned_count++] = *b;
	add_piece(p, (struct str){b->data, b->len}, NULL);
	buf_init(b);
}

static int blob_open(const struct flow *f, const struct datum *d,
	struct err *err)
{
	char path[4096];
	int fd;

	if (store_blob_path(f->store, d->digest, path, sizeof(path), err) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, ERR_STATE, "cannot read blob %s", path);
	return fd;
}

typedef int sink_fn(void *ud, const char *p, size_t n, struct err *err);

static int piece_send(const struct flow *f, const struct piece *p,
	uint64_t cap, sink_fn *sink, void *ud, struct err *err)
{
	char chunk[65536];
	int fd, rc = 0;
	ssize_t n;

	if (!p->blob) {
		size_t len = p->bytes.n < cap ? p->bytes.n : (size_t)cap;

		return sink(ud, p->bytes.p, len, err);
	}
	fd = blob_open(f, p->blob, err);
	if (fd < 0)
		return -1;
	while (rc == 0 && cap > 0) {
		size_t want = sizeof(chunk) < cap ? sizeof(chunk) : (size_t)cap;

		n = read(fd, chunk, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_errno(err, ERR_STATE, "cannot read a blob");
		if (n <= 0)
			break;
		rc = sink(ud, chunk, (size_t)n, err);
		cap -= (uint64_t)n;
	}
	close(fd);
	return rc;
}

static int to_buf(void *ud, const char *p, size_t n, struct err *err)
{
	(void)err;
	buf_add(ud, p, n);
	return 0;
}

static int to_fd(void *ud, const char *p, size_t n, struct err *err)
{
	int fd = *(int *)ud;

	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return err_errno(err, ERR_IO, "cannot write output");
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

int pieces_read(const struct flow *f, const struct pieces *p, size_t cap,
	struct buf *out, struct err *err)
{
	size_t start = out->len;

	for (size_t i = 0; i < p->count && out->len - start < cap; i++)
		if (piece_send(f, &p->v[i], cap - (out->len - start), to_buf,
			    out, err) < 0)
			return -1;
	return 0;
}

int pieces_write(const struct flow *f, const struct pieces *p, int fd,
	struct err *err)
{
	for (size_t i = 0; i < p->count; i++)
		if (piece_send(f, &p->v[i], UINT64_MAX, to_fd, &fd, err) < 0)
			return -1;
	return 0;
}

/* 1 when the last byte so far is a newline, or there is none. */
static int ends_line(const struct flow *f, const struct pieces *p, size_t from)
{
	const struct piece *last;
	char c = '\n';
	int fd;

	if (p->count == from)
		return 1;
	last = &p->v[p->count - 1];
	if (!last->blob)
		return last->bytes.n == 0 ||
			last->bytes.p[last->bytes.n - 1] == '\n';
	fd = blob_open(f, last->blob, NULL);
	if (fd < 0)
		return 1;
	if (pread(fd, &c, 1, (off_t)last->blob->len - 1) != 1)
		c = '\n';
	close(fd);
	return c == '\n';
}

/* Joins the output of one more step to what began at piece `from`. */
static void join(const struct flow *f, struct place at, size_t from,
	struct pieces *out)
{
	static const struct str newline = {"\n", 1};
	struct pieces part;

	pieces_init(&part);
	flow_output(f, at, &part);
	if (part.count > 0 && !ends_line(f, out, from))
		add_piece(out, newline, NULL);
	for (size_t i = 0; i < part.count; i++)
		add_piece(out, part.v[i].bytes, part.v[i].blob);
	for (size_t i = 0; i < part.owned_count; i++) {
		out->owned = mem_more(out->owned, out->owned_count,
			&out->owned_cap, sizeof(*out->owned));
		out->owned[out->owned_count++] = part.owned[i];
	}
	free(part.owned);
	free(part.v);
}

static void entry_input(const struct flow *f, uint32_t frame,
	struct pieces *out)
{
	const struct frame *fr = &f->run->frames[frame];
	struct place outer = {fr->parent, fr->owner};
	const struct plan_branch *b;
	const struct plan_node *owner;
	struct buf item;

	if (frame == 0) {
		if (f->input)
			pieces_datum(out, f->input);
		return;
	}
	b = &f->run->plan->branches[fr->branch];
	owner = &f->run->plan->nodes[fr->owner];
	if (b->role == ROLE_UNDO) {
		const struct step *s = run_step(f->run, fr->parent, fr->owner);

		if (s->kept)
			pieces_datum(out, &s->kept->r.out);
		return;
	}
	if (b->role == ROLE_BODY &&
		(owner->kind == NODE_FOR || owner->kind == NODE_MAP)) {
		buf_init(&item);
		if (flow_item(f, outer, fr->index, &item) == 0)
			add_made(out, &item);
		buf_release(&item);
		return;
	}
	if (b->role == ROLE_BODY && owner->kind == NODE_WHILE &&
		fr->index > 0) {
		uint32_t *ids = NULL;
		size_t n = flow_frames(f->run, outer, ROLE_BODY, &ids);

		for (size_t i = 0; i < n; i++)
			if (f->run->frames[ids[i]].index == fr->index - 1)
				flow_frame_output(f, ids[i], out);
		free(ids);
		return;
	}
	flow_input(f, outer, out);
}

void flow_input(const struct flow *f, struct place at, struct pieces *out)
{
	const struct plan *p = f->run->plan;
	const struct plan_node *n = &p->nodes[at.node];
	size_t from = out->count;

	if (n->flags & NODE_NO_INPUT)
		return;
	if (n->fed == 0) {
		entry_input(f, at.frame, out);
		return;
	}
	for (uint32_t i = 0; i < n->fed; i++) {
		at.node = p->edges[n->need + i];
		join(f, at, from, out);
	}
}

void flow_frame_output(const struct flow *f, uint32_t frame,
	struct pieces *out)
{
	const struct plan *p = f->run->plan;
	const struct plan_body *b = &p->bodies[f->run->frames[frame].body];
	size_t from = out->count;

	for (uint32_t i = b->first; i < b->first + b->count; i++)
		if (p->nodes[i].succ_count == 0)
			join(f, (struct place){frame, i}, from, out);
}

void flow_run_output(const struct flow *f, struct pieces *out)
{
	flow_frame_output(f, 0, out);
}

static int by_index(const void *a, const void *b, void *ud)
{
	const struct run *r = ud;
	const struct frame *x = &r->frames[*(const uint32_t *)a];
	const struct frame *y = &r->frames[*(const uint32_t *)b];

	return x->index < y->index ? -1 : x->index > y->index;
}

size_t flow_frames(const struct run *r, struct place at, uint32_t role,
	uint32_t **out)
{
	uint32_t *ids = *out, *copy;
	size_t n = 0, cap = 0, kept = 0;

	for (uint32_t i = 1; i < r->frame_count; i++) {
		const struct frame *fr = &r->frames[i];

		if (fr->parent != at.frame || fr->owner != at.node ||
				!fr->steps)
			continue;
		if (r->plan->branches[fr->branch].role != role)
			continue;
		ids = mem_more(ids, n, &cap, sizeof(*ids));
		ids[n++] = i;
	}
	/* a retried composite opened its frames again: the later one counts */
	if (n > 1)
		qsort_r(ids, n, sizeof(*ids), by_index, (void *)(uintptr_t)r);
	copy = ids;
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && r->frames[copy[kept - 1]].index ==
				r->frames[ids[i]].index) {
			if (ids[i] > copy[kept - 1])
				copy[kept - 1] = ids[i];
			continue;
		}
		copy[kept++] = ids[i];
	}
	*out = ids;
	return kept;
}

static void composite_output(const struct flow *f, struct place at,
	uint32_t role, struct pieces *out)
{
	uint32_t *ids = NULL;
	size_t n = flow_frames(f->run, at, role, &ids);

	for (size_t i = 0; i < n; i++) {
		static const struct str newline = {"\n", 1};
		size_t before = out->count;
		int glue = i > 0 && !ends_line(f, out, 0);

		if (glue)
			add_piece(out, newline, NULL);
		flow_frame_output(f, ids[i], out);
		if (glue && out->count == before + 1)
			out->count = before;
	}
	free(ids);
}

void flow_output(const struct flow *f, struct place at, struct pieces *out)
{
	const struct plan_node *n = &f->run->plan->nodes[at.node];
	const struct step *s = run_step(f->run, at.frame, at.node);

	if (!step_passed(s))
		return;
	if (s->state == STEP_SKIPPED || n->kind == NODE_JOIN) {
		flow_input(f, at, out);
		return;
	}
	if (s->flags & STEP_FELL_BACK) {
		composite_output(f, at, ROLE_FALLBACK, out);
		return;
	}
	if (node_is_leaf(n) || (s->kept && s->kept->r.cached) ||
		(s->flags & STEP_ADOPTED)) {
		if (s->kept)
			pieces_datum(out, &s->kept->r.out);
		return;
	}
	composite_output(f, at, ROLE_BODY, out);
}
