/*
 * What a guard told of each job: w.seen[id] keeps the last report and the taps
 * until reset(). One loop, one guard, one directory for the program.
 */
#ifndef WF_TESTS_GUARD_SEEN_H
#define WF_TESTS_GUARD_SEEN_H

#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "engine/io/guard.h"

enum { IDS = 512 };

/* What is kept of one report. */
struct seen {
	int count, end, code, out_fd, err_fd, leftovers, truncated;
	uint64_t out_len, err_len, dur_us, cpu_us;
	struct digest digest;
	struct buf out, err, what, index, tap;
	int taps;
};

struct world {
	uv_loop_t loop;
	struct guard *g;
	struct seen seen[IDS];
	int open, deaths;
	const char *dir;
	int dir_fd;
};

static struct world w;

static void keep(struct buf *b, struct str s)
{
	buf_clear(b);
	buf_add(b, s.p, s.n);
}

static void on_report(void *ud, const struct guard_report *r)
{
	struct seen *s = &w.seen[r->id];

	(void)ud;
	assert(r->id < IDS);
	s->count++;
	s->end = r->end;
	s->code = r->code;
	s->out_fd = r->out.fd;
	s->err_fd = r->err.fd;
	s->leftovers = r->leftovers;
	s->truncated = r->out.truncated;
	s->out_len = r->out.len;
	s->err_len = r->err.len;
	s->dur_us = r->dur_us;
	s->cpu_us = r->cpu_us;
	s->digest = r->out.digest;
	keep(&s->out, r->out.bytes);
	keep(&s->err, r->err.bytes);
	keep(&s->what, r->what);
	keep(&s->index, r->index);
	if (r->err.fd >= 0)
		close(r->err.fd);
	w.open--;
}

static void on_tap(void *ud, uint64_t id, int stream, struct str bytes)
{
	(void)ud;
	(void)stream;
	buf_add(&w.seen[id].tap, bytes.p, bytes.n);
	w.seen[id].taps++;
}

static void on_death(void *ud)
{
	(void)ud;
	w.deaths++;
}

static struct seen *reset(uint64_t id)
{
	struct seen *s = &w.seen[id];

	buf_release(&s->out);
	buf_release(&s->err);
	buf_release(&s->what);
	buf_release(&s->index);
	buf_release(&s->tap);
	memset(s, 0, sizeof(*s));
	return s;
}

#endif
