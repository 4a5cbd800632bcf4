/*
 * Between the threads: batches and calls go to the writer in one queue, news
 * come back in another. Order is kept in both. The mutex is never held
 * across a system call but futexes'. wake() is called once until the loop
 * has drained store_done().
 */
#include "engine/store/inner.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/mem.h"

enum { SLAB = 256 };

int queue_start(struct store *s, struct err *err)
{
	pthread_condattr_t attr;
	sigset_t all, old;
	int rc;

	s->queue_end = &s->queue;
	s->done_end = &s->done;
	linger_init(&s->linger);
	pthread_mutex_init(&s->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->work, &attr);
	pthread_cond_init(&s->news, &attr);
	pthread_condattr_destroy(&attr);
	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&s->thread, NULL, writer_main, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	s->threaded = rc == 0;
	if (rc == 0)
		return 0;
	errno = rc;
	return err_errno(err, ERR_STATE, "start the writer thread");
}

void queue_stop(struct store *s)
{
	struct batch *b;

	if (!s->threaded)
		return;
	pthread_mutex_lock(&s->mutex);
	s->closing = 1;
	linger_post(&s->linger);
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->mutex);
	pthread_join(s->thread, NULL);
	while ((b = s->done)) {
		s->done = (struct batch *)b->item.next;
		if (b != &s->stall_news)
			batch_free(b);
	}
	pthread_cond_destroy(&s->work);
	pthread_cond_destroy(&s->news);
	pthread_mutex_destroy(&s->mutex);
}

/* --------------------------------------------------------- loop thread */
struct store_run *store_run_new(struct store *s)
{
	struct store_run *r = s->free_runs;
	size_t i;

	if (!r) {
		s->slabs = mem_more(s->slabs, s->slab_count, &s->slab_cap,
			sizeof(*s->slabs));
		r = mem_alloc(SLAB * sizeof(*r));
		s->slabs[s->slab_count++] = r;
		for (i = 0; i < SLAB; i++)
			r[i].next = i + 1 < SLAB ? &r[i + 1] : NULL;
	}
	s->free_runs = r->next;
	memset(r, 0, sizeof(*r));
	return r;
}

/* Under the mutex. */
static void enqueue(struct store *s, struct item *item)
{
	item->next = NULL;
	*s->queue_end = item;
	s->queue_end = &item->next;
	s->quiet = 0;
	linger_post(&s->linger);
	if (s->sleeping)
		pthread_cond_signal(&s->work);
}

void store_submit(struct store *s, struct batch *b, void *tag)
{
	assert(s->threaded);
	b->tag = tag;
	pthread_mutex_lock(&s->mutex);
	s->pending++;
	enqueue(s, &b->item);
	pthread_mutex_unlock(&s->mutex);
}

int store_done(struct store *s, void **tag, enum store_status *status,
	int64_t *seq, struct err *err)
{
	struct store_run *r;
	struct batch *b;

	if (!s->threaded)
		return 0;
	pthread_mutex_lock(&s->mutex);
	b = s->done;
	if (!b) {
		s->told = 0;
		pthread_mutex_unlock(&s->mutex);
		return 0;
	}
	s->done = (struct batch *)b->item.next;
	if (!s->done)
		s->done_end = &s->done;
	if (b->status != STORE_COMMITTED && err)
		*err = s->trouble;
	if (b == &s->stall_news)
		s->stall_told = 0;
	pthread_mutex_unlock(&s->mutex);
	*tag = b->tag;
	*status = b->status;
	*seq = b->seq;
	if (b == &s->stall_news)
		return 1;
	while ((r = b->closed)) {
		b->closed = r->next;
		r->next = s->free_runs;
		s->free_runs = r;
	}
	free(b);
	return 1;
}

static int trouble(struct store *s, struct err *err)
{
	if (!s->failed && !s->stalled)
		return 0;
	if (err)
		*err = s->trouble;
	return -1;
}

int store_flush(struct store *s, struct err *err)
{
	int rc;

	if (!s->threaded)
		return 0;
	pthread_mutex_lock(&s->mutex);
	/* The process may be stopped after this: nothing that takes the lock
	 * begins any more. */
	s->quiet = 1;
	while (s->upkeep || (s->pending && !s->failed && !s->stalled))
		pthread_cond_wait(&s->news, &s->mutex);
	rc = trouble(s, err);
	pthread_mutex_unlock(&s->mutex);
	return rc;
}

int writer_call(struct store *s, int (*fn)(struct store *s, void *arg,
	struct err *err), void *arg, struct err *err)
{
	struct call call = { .item.is_call = 1, .fn = fn, .arg = arg,
		.err = err };

	if (!s->threaded)
		return err_set(err, ERR_STATE,
			"'%s' is open for reading only", s->dir);
	pthread_mutex_lock(&s->mutex);
	if (trouble(s, err) != 0) {
		pthread_mutex_unlock(&s->mutex);
		return -1;
	}
	enqueue(s, &call.item);
	while (!call.done)
		pthread_cond_wait(&s->news, &s->mutex);
	pthread_mutex_unlock(&s->mutex);
	return call.result;
}

/* ------------------------------------------------------- writer thread */
static void deadline(struct timespec *t, int64_t ms)
{
	clock_gettime(CLOCK_MONOTONIC, t);
	t->tv_sec += ms / 1000;
	t->tv_nsec += ms % 1000 * 1000000;
	if (t->tv_nsec >= 1000000000) {
		t->tv_sec++;
		t->tv_nsec -= 1000000000;
	}
}

/* Under the mutex, which is given up meanwhile. */
static void look_awhile(struct store *s)
{
	unsigned posted = atomic_load(&s->linger.posted);

	pthread_mutex_unlock(&s->mutex);
	linger(&s->linger, posted);
	pthread_mutex_lock(&s->mutex);
}

/* Under the mutex: sleeps until there is work; 1 when it took too long. */
static int await(struct store *s, int64_t wait_ms)
{
	uint64_t from = linger_now_us();
	struct timespec until;
	int rc = 0;

	if (s->queue || s->closing)
		return 0;
	if (wait_ms >= 0)
		deadline(&until, wait_ms);
	look_awhile(s);
	s->sleeping = 1;
	while (!s->queue && !s->closing && rc == 0)
		rc = wait_ms < 0 ? pthread_cond_wait(&s->work, &s->mutex) :
			pthread_cond_timedwait(&s->work, &s->mutex, &until);
	s->sleeping = 0;
	s->linger.last_us = linger_now_us() - from;
	return !s->queue && !s->closing;
}

struct item *queue_take(struct store *s, int64_t wait_ms, int *late)
{
	struct item *first, *last;
	size_t bytes = 0;

	pthread_mutex_lock(&s->mutex);
	*late = await(s, wait_ms);
	first = last = s->queue;
	while (last && !last->is_call) {
		bytes += batch_bytes((struct batch *)last);
		if (!last->next || last->next->is_call || bytes > GROUP_BYTES)
			break;
		last = last->next;
	}
	if (last) {
		s->queue = last->next;
		last->next = NULL;
		if (!s->queue)
			s->queue_end = &s->queue;
	}
	pthread_mutex_unlock(&s->mutex);
	return first;
}

int queue_upkeep_begin(struct store *s, int busy)
{
	int go;

	pthread_mutex_lock(&s->mutex);
	go = !s->quiet && !s->failed && !s->closing && (busy || !s->queue);
	s->upkeep = (uint8_t)go;
	pthread_mutex_unlock(&s->mutex);
	return go;
}

void queue_upkeep_end(struct store *s)
{
	pthread_mutex_lock(&s->mutex);
	s->upkeep = 0;
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->mutex);
}

/* Under the mutex: hands news to the loop; 1 when it must be woken. */
static int tell(struct store *s, struct batch *list)
{
	int wake = !s->told;

	*s->done_end = list;
	while (list->item.next)
		list = (struct batch *)list->item.next;
	s->done_end = (struct batch **)&list->item.next;
	s->told = 1;
	pthread_cond_broadcast(&s->news);
	return wake;
}

void queue_publish(struct store *s, struct batch *list, int status)
{
	struct batch *b;
	size_t count = 0;
	int wake;

	for (b = list; b; b = (struct batch *)b->item.next) {
		b->status = status;
		if (status != STORE_COMMITTED || !b->events)
			b->seq = 0;
		count++;
	}
	pthread_mutex_lock(&s->mutex);
	s->pending -= count;
	wake = tell(s, list);
	pthread_mutex_unlock(&s->mutex);
	if (wake && s->wake)
		s->wake(s->ud);
}

void queue_call_done(struct store *s, struct call *call, int result)
{
	pthread_mutex_lock(&s->mutex);
	call->result = result;
	call->done = 1;
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->mutex);
}

/* Under the mutex: a caller must not wait for space. */
static void refuse_calls(struct store *s)
{
	struct item **at = &s->queue, *item;

	while ((item = *at)) {
		struct call *call = (struct call *)item;

		if (!item->is_call) {
			at = &item->next;
			continue;
		}
		*at = item->next;
		if (call->err)
			*call->err = s->trouble;
		call->result = -1;
		call->done = 1;
	}
	s->queue_end = at;
	pthread_cond_broadcast(&s->news);
}

void queue_stalled(struct store *s, const struct err *err)
{
	int wake = 0;

	pthread_mutex_lock(&s->mutex);
	s->trouble = *err;
	if (!s->stalled && !s->stall_told) {
		s->stall_told = 1;
		memset(&s->stall_news, 0, sizeof(s->stall_news));
		s->stall_news.status = STORE_STALLED;
		wake = tell(s, &s->stall_news);
	}
	s->stalled = 1;
	refuse_calls(s);
	pthread_mutex_unlock(&s->mutex);
	if (wake && s->wake)
		s->wake(s->ud);
}

int queue_stall_wait(struct store *s)
{
	struct timespec until;
	int rc = 0, go;

	deadline(&until, RETRY_MS);
	pthread_mutex_lock(&s->mutex);
	while (!s->closing && rc == 0)
		rc = pthread_cond_timedwait(&s->work, &s->mutex, &until);
	go = !s->closing;
	pthread_mutex_unlock(&s->mutex);
	return go;
}

void queue_resumed(struct store *s)
{
	pthread_mutex_lock(&s->mutex);
	s->stalled = 0;
	pthread_mutex_unlock(&s->mutex);
}

void queue_failed(struct store *s, const struct err *err)
{
	pthread_mutex_lock(&s->mutex);
	s->trouble = *err;
	s->failed = 1;
	s->stalled = 0;
	refuse_calls(s);
	pthread_mutex_unlock(&s->mutex);
}
