/*
 * A fixed pool of worker threads with completion on the loop. Invariant:
 * `open` counts what was submitted and not yet done(); the async handle keeps
 * the loop alive exactly while it is not zero. Workers touch only the two
 * lists; everything else belongs to the loop's thread. A worker that does not
 * come back (a file system that hangs) is left behind, with all it may touch.
 */
#include "engine/io/work.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"

struct work_list {
	struct work *head, **tail;
};

struct work_pool {
	uv_async_t async;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct work_list queued, finished;
	pthread_t *threads;
	unsigned count, started, alive; /* alive: under lock */
	int over;
	size_t open;
};

static void list_add(struct work_list *l, struct work *w)
{
	w->next = NULL;
	*l->tail = w;
	l->tail = &w->next;
}

static struct work *list_take_all(struct work_list *l)
{
	struct work *w = l->head;

	l->head = NULL;
	l->tail = &l->head;
	return w;
}

static struct work *list_take(struct work_list *l)
{
	struct work *w = l->head;

	if (!w)
		return NULL;
	l->head = w->next;
	if (!l->head)
		l->tail = &l->head;
	return w;
}

static void *worker(void *arg)
{
	struct work_pool *p = arg;
	struct work *w;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		w = list_take(&p->queued);
		if (!w && p->over)
			break;
		if (!w) {
			pthread_cond_wait(&p->more, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		w->run(w);
		pthread_mutex_lock(&p->lock);
		list_add(&p->finished, w);
		if (!p->over)
			uv_async_send(&p->async);
	}
	p->alive--;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void finish(struct work_pool *p)
{
	struct work *w, *next;

	pthread_mutex_lock(&p->lock);
	w = list_take_all(&p->finished);
	pthread_mutex_unlock(&p->lock);
	for (; w; w = next) {
		next = w->next;
		p->open--;
		if (p->open == 0)
			uv_unref((uv_handle_t *)&p->async);
		w->done(w);
	}
}

static void on_async(uv_async_t *async)
{
	finish(async->data);
}

struct work_pool *work_pool_new(uv_loop_t *loop, unsigned threads)
{
	struct work_pool *p = mem_zero(sizeof(*p));
	pthread_condattr_t attr;
	int rc;

	p->count = threads ? threads : 1;
	p->threads = mem_zero(p->count * sizeof(*p->threads));
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->more, &attr);
	pthread_condattr_destroy(&attr);
	list_take_all(&p->queued);
	list_take_all(&p->finished);
	rc = uv_async_init(loop, &p->async, on_async);
	assert(rc == 0);
	p->async.data = p;
	uv_unref((uv_handle_t *)&p->async);
	return p;
}

/* Signals are the loop's: workers block them all. */
static void start_threads(struct work_pool *p)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_mutex_lock(&p->lock);
	while (p->started < p->count) {
		rc = pthread_create(&p->threads[p->started], NULL, worker, p);
		if (rc)
			break;
		p->started++;
		p->alive++;
	}
	pthread_mutex_unlock(&p->lock);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	assert(p->started > 0);
}

void work_submit(struct work_pool *p, struct work *w)
{
	assert(!p->over);
	if (!p->started)
		start_threads(p);
	if (p->open++ == 0)
		uv_ref((uv_handle_t *)&p->async);
	pthread_mutex_lock(&p->lock);
	list_add(&p->queued, w);
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->lock);
}

static void on_close(uv_handle_t *handle)
{
	struct work_pool *p = handle->data;

	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p);
}

/* Under lock: until all threads have ended, or for the grace. */
static int wait_for_threads(struct work_pool *p)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LIMIT_KILL_GRACE_MS / 1000;
	while (p->alive)
		if (pthread_cond_timedwait(&p->more, &p->lock, &until) ==
				ETIMEDOUT)
			break;
	return p->alive ? -1 : 0;
}

int work_pool_free(struct work_pool *p)
{
	unsigned i;
	int rc;

	if (!p)
		return 0;
	pthread_mutex_lock(&p->lock);
	p->over = 1;
	pthread_cond_broadcast(&p->more);
	rc = wait_for_threads(p);
	if (rc)
		list_take_all(&p->queued); /* nobody begins it any more */
	pthread_mutex_unlock(&p->lock);
	if (rc) {
		uv_close((uv_handle_t *)&p->async, NULL);
		return -1;
	}
	for (i = 0; i < p->started; i++)
		pthread_join(p->threads[i], NULL);
	finish(p);
	uv_close((uv_handle_t *)&p->async, on_close);
	return 0;
}
