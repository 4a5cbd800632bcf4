/*
 * The guard's run queue and its threads. Invariant: `by_id` holds exactly
 * the tasks that have not been reported; a task is in `queue` or in
 * `running`, never in both; `threads` counts pool threads, `busy` those of
 * them that run a job. Threads start when a job finds none free.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "engine/base/limits.h"
#include "engine/io/clock.h"
#include "engine/io/guard_side.h"
#include "engine/io/guard_wire.h"

#if defined(__SANITIZE_ADDRESS__)
enum { STACK_BYTES = 1 << 20 };
#else
enum { STACK_BYTES = 128 << 10 };
#endif

enum {
	FDS_OWN = 32,   /* the guard's, with reports not yet sent */
	FDS_SLOT = 8    /* pipes, process, spools, waking, children of a job */
};

static void list_add(struct task_list *l, struct child *t)
{
	t->next = NULL;
	t->prev = l->tail;
	if (l->tail)
		l->tail->next = t;
	else
		l->head = t;
	l->tail = t;
	l->n++;
}

static void list_remove(struct task_list *l, struct child *t)
{
	if (t->prev)
		t->prev->next = t->next;
	else
		l->head = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		l->tail = t->prev;
	l->n--;
}

static void task_free(struct child *t)
{
	free(t->mem);
	free(t);
}

void queue_init(struct machine *m)
{
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->more, NULL);
	idmap_init(&m->by_id);
}

/* A report about a job that never began. */
static void report_unborn(struct machine *m, struct child *t,
	enum guard_end end, int code)
{
	struct guard_report r = { .id = t->job.id, .end = (uint8_t)end,
		.code = code, .out.fd = -1, .err.fd = -1 };

	r.what = str_of(end == GUARD_FAILED ? "thread" : NULL);
	r.queued_ms = (uint32_t)((clock_mono_us() - t->queued_us) / 1000);
	post_report(&m->out, &r, 0);
	task_free(t);
}

static struct slot *slot_new(struct machine *m)
{
	struct slot *s = mem_zero(sizeof(*s));

	s->m = m;
	arena_init(&s->arena);
	s->chunk = mem_alloc(SLOT_CHUNK);
	s->run = guard_run_new();
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->tid = gettid();
	s->children_fd = open("/proc/thread-self/children",
		O_RDONLY | O_CLOEXEC);
	return s;
}

static void slot_free(struct slot *s)
{
	guard_run_free(s->run);
	if (s->wake >= 0)
		close(s->wake);
	if (s->children_fd >= 0)
		close(s->children_fd);
	arena_release(&s->arena);
	free(s->chunk);
	free(s);
}

/* Under lock, which is given up meanwhile: this slot reads the socket. */
static void read_on(struct machine *m)
{
	struct pollfd p = { .fd = m->out.sock, .events = POLLIN };

	m->polling = 1;
	pthread_mutex_unlock(&m->lock);
	if (poll(&p, 1, -1) > 0)
		read_messages(m);
	pthread_mutex_lock(&m->lock);
	m->polling = 0;
	if (m->by_id.count > 1 || m->in.len)
		lease_set(m, 1); /* no chain: the main thread's */
	else
		lease_set(m, LEASE_US);
}

/* Under lock: the next job, or NULL when this thread is one too many. */
static struct child *next_task(struct machine *m)
{
	struct child *t;

	while (m->threads <= m->slots) {
		t = m->ending ? NULL : m->queue.head;
		if (t) {
			list_remove(&m->queue, t);
			list_add(&m->running, t);
			t->running = 1;
			return t;
		}
		if (m->slot_reads && !m->polling && !m->ending)
			read_on(m);
		else
			pthread_cond_wait(&m->more, &m->lock);
	}
	return NULL;
}

static void *pool_main(void *arg)
{
	struct machine *m = arg;
	struct slot *s = slot_new(m);
	struct child *t;

	pthread_mutex_lock(&m->lock);
	while ((t = next_task(m))) {
		m->busy++;
		pthread_mutex_unlock(&m->lock);
		guard_run_task(s, t);
		pthread_mutex_lock(&m->lock);
		m->busy--;
	}
	m->threads--;
	pthread_mutex_unlock(&m->lock);
	slot_free(s);
	return NULL;
}

struct direct {
	struct machine *m;
	struct child *t;
};

static void *direct_main(void *arg)
{
	struct direct *d = arg;
	struct slot *s = slot_new(d->m);

	guard_run_task(s, d->t);
	slot_free(s);
	free(d);
	return NULL;
}

static int start_thread(void *(*fn)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;
	size_t stack = STACK_BYTES;
	int rc;

	if (stack < (size_t)PTHREAD_STACK_MIN)
		stack = (size_t)PTHREAD_STACK_MIN;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, stack);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attr, fn, arg);
	pthread_attr_destroy(&attr);
	return rc;
}

/* Under lock. Wakes a thread for waiting jobs, or starts one. */
static int staff(struct machine *m)
{
	int rc = 0;

	if (m->threads - m->busy >= m->queue.n || m->threads >= m->slots) {
		pthread_cond_signal(&m->more);
		return 0;
	}
	m->threads++;
	rc = start_thread(pool_main, m);
	if (rc)
		m->threads--;
	return m->threads ? 0 : rc;
}

static void start_pooled(struct machine *m, struct child *t)
{
	pthread_mutex_lock(&m->lock);
	list_add(&m->queue, t);
	/* A slot that reads takes the first itself. */
	if (!(m->polling && m->queue.n == 1) && staff(m) && !m->unstaffed_us)
		m->unstaffed_us = clock_mono_us();
	pthread_mutex_unlock(&m->lock);
}

static void start_direct(struct machine *m, struct child *t)
{
	struct direct *d = mem_alloc(sizeof(*d));
	int rc;

	d->m = m;
	d->t = t;
	pthread_mutex_lock(&m->lock);
	list_add(&m->running, t);
	t->running = 1;
	rc = start_thread(direct_main, d);
	if (rc) {
		list_remove(&m->running, t);
		t->running = 0;
	}
	pthread_mutex_unlock(&m->lock);
	if (!rc)
		return;
	free(d);
	t->job.flags &= ~(uint32_t)GUARD_DIRECT;
	start_pooled(m, t);
}

/* No thread would start: tries again, and gives up after a while. Returns ms
 * until the next try, or -1. */
static int staff_again(struct machine *m)
{
	struct child *t = NULL;
	int rc = 0;

	pthread_mutex_lock(&m->lock);
	if (m->unstaffed_us && (m->threads || !m->queue.n))
		m->unstaffed_us = 0;
	if (m->unstaffed_us)
		rc = staff(m);
	if (rc && clock_mono_us() - m->unstaffed_us >
			(uint64_t)LIMIT_SPAWN_WAIT_MS * 1000) {
		t = m->queue.head;
		list_remove(&m->queue, t);
		idmap_take(&m->by_id, t->job.id);
	}
	pthread_mutex_unlock(&m->lock);
	if (t)
		report_unborn(m, t, GUARD_FAILED, rc);
	return rc ? 20 : -1;
}

void queue_add(struct machine *m, struct str body)
{
	struct child *t = mem_zero(sizeof(*t));

	if (wire_job_get(body, &t->job, &t->mem)) {
		free(t);
		return;
	}
	t->queued_us = clock_mono_us();
	snprintf(t->mark, sizeof(t->mark), "/%ld.%llu/", (long)m->self,
		(unsigned long long)++m->serial);
	pthread_mutex_lock(&m->lock);
	idmap_put(&m->by_id, t->job.id, t);
	pthread_mutex_unlock(&m->lock);
	if (t->job.flags & (GUARD_DIRECT | GUARD_SERVICE))
		start_direct(m, t);
	else
		start_pooled(m, t);
}

void kill_group(struct child *t, int sig)
{
	if (t->pid == 0 || t->gone)
		return;
	kill(-t->pid, sig);
	if (sig != SIGKILL)
		kill(-t->pid, SIGCONT);
}

void queue_withdraw(struct machine *m, uint64_t id)
{
	struct child *t;

	pthread_mutex_lock(&m->lock);
	t = idmap_find(&m->by_id, id);
	if (t && t->running)
		t = NULL;
	if (t) {
		list_remove(&m->queue, t);
		idmap_take(&m->by_id, id);
	}
	pthread_mutex_unlock(&m->lock);
	if (t)
		report_unborn(m, t, GUARD_WITHDRAWN, 0);
}

/* Without a way to wake it, its slot sees it when the next bytes come. */
void queue_follow(struct machine *m, uint64_t id)
{
	uint64_t one = 1;
	struct child *t;
	ssize_t n = 0;

	pthread_mutex_lock(&m->lock);
	t = idmap_find(&m->by_id, id);
	if (t) {
		atomic_store(&t->follow, 1);
		if (t->slot && t->slot->wake >= 0)
			n = write(t->slot->wake, &one, sizeof(one));
	}
	(void)n; /* a counter that is full wakes too */
	pthread_mutex_unlock(&m->lock);
}

void queue_kill(struct machine *m, uint64_t id, int hard)
{
	struct child *t;
	int queued;

	pthread_mutex_lock(&m->lock);
	t = idmap_find(&m->by_id, id);
	queued = t && !t->running;
	if (t && t->running && hard) {
		t->stop = STOP_HARD;
		kill_group(t, SIGKILL);
	} else if (t && t->running && t->stop == STOP_NONE) {
		t->stop = STOP_TERM;
		t->kill_at_us = clock_mono_us() + LIMIT_KILL_GRACE_MS * 1000;
		kill_group(t, SIGTERM);
	}
	pthread_mutex_unlock(&m->lock);
	if (queued)
		queue_withdraw(m, id);
}

/* Not more than have descriptors: the others wait their turn. */
static uint32_t slots_with_room(uint32_t slots)
{
	struct rlimit files;
	rlim_t most;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return slots;
	most = files.rlim_cur > FDS_OWN ?
		(files.rlim_cur - FDS_OWN) / FDS_SLOT : 0;
	return slots < most ? slots : (uint32_t)most;
}

void queue_slots(struct machine *m, uint32_t slots)
{
	size_t i;

	slots = slots_with_room(slots);
	pthread_mutex_lock(&m->lock);
	m->slots = slots ? slots : 1;
	for (i = 0; i < m->queue.n && m->threads < m->slots; i++)
		staff(m);
	pthread_cond_broadcast(&m->more);
	pthread_mutex_unlock(&m->lock);
}

int queue_due(struct machine *m)
{
	uint64_t now = clock_mono_us(), next = UINT64_MAX;
	int again = staff_again(m);
	struct child *t;

	pthread_mutex_lock(&m->lock);
	for (t = m->running.head; t; t = t->next) {
		if (t->kill_at_us && t->kill_at_us <= now) {
			kill_group(t, SIGKILL);
			t->stop = STOP_HARD;
			t->kill_at_us = 0;
		}
		if (t->kill_at_us && t->kill_at_us < next)
			next = t->kill_at_us;
	}
	pthread_mutex_unlock(&m->lock);
	if (next == UINT64_MAX || (again > 0 && next > now + 20000))
		return again;
	return (int)((next - now) / 1000) + 1;
}

/* Reports wait a moment only while more jobs wait than slots are free:
 * that paces wake-ups and cannot delay a chain. */
void task_report(struct machine *m, struct child *t, struct guard_report *r)
{
	int pooled = !(t->job.flags & (GUARD_DIRECT | GUARD_SERVICE));
	int hold;

	pthread_mutex_lock(&m->lock);
	idmap_take(&m->by_id, t->job.id);
	hold = pooled && m->busy <= m->slots &&
		m->queue.n > m->slots - m->busy + 1;
	pthread_mutex_unlock(&m->lock);
	post_report(&m->out, r, hold);
}

void task_over(struct machine *m, struct child *t)
{
	pthread_mutex_lock(&m->lock);
	list_remove(&m->running, t);
	pthread_mutex_unlock(&m->lock);
	task_free(t);
}
