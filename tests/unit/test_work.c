/*
 * Worker threads: everything submitted runs off the loop and is told on it.
 */
#include "engine/io/work.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "tests/unit/tap.h"

enum { MANY = 500 };

struct item {
	struct work work;
	int ran, told, on_loop;
};

static struct item items[MANY];
static pthread_t loop_thread;
static struct work_pool *pool;
static atomic_int runs;
static int again;

static void run(struct work *w)
{
	struct item *i = (struct item *)w;

	i->ran++;
	i->on_loop = pthread_equal(pthread_self(), loop_thread);
	atomic_fetch_add(&runs, 1);
}

static void told(struct work *w)
{
	struct item *i = (struct item *)w;

	i->told += pthread_equal(pthread_self(), loop_thread) ? 1 : 1000;
	if (again > 0) {
		again--;
		work_submit(pool, w);
	}
}

static void submit_all(void)
{
	int i;

	for (i = 0; i < MANY; i++) {
		items[i].work.run = run;
		items[i].work.done = told;
		work_submit(pool, &items[i].work);
	}
}

static int count_good(int times)
{
	int i, good = 0;

	for (i = 0; i < MANY; i++)
		good += items[i].ran == times && items[i].told == times &&
			!items[i].on_loop;
	return good;
}

/* ---- a worker that hangs until the pipe ends ---- */
static int hang[2];

static void run_hanging(struct work *w)
{
	char c;

	(void)w;
	atomic_fetch_add(&runs, 1);
	while (read(hang[0], &c, 1) < 0)
		continue;
	atomic_fetch_add(&runs, 1);
}

static void test_hanging(void)
{
	static struct item stuck;
	uv_loop_t loop;

	uv_loop_init(&loop);
	ok(pipe(hang) == 0, "a pipe to wait at");
	atomic_store(&runs, 0);
	stuck.work.run = run_hanging;
	stuck.work.done = told;
	pool = work_pool_new(&loop, 1);
	work_submit(pool, &stuck.work);
	while (atomic_load(&runs) == 0)
		continue;
	is_int(work_pool_free(pool), -1, "a worker that hangs is left behind");
	uv_run(&loop, UV_RUN_DEFAULT);
	is_int(uv_loop_close(&loop), 0, "and the loop has nothing left");
	close(hang[1]);
	while (atomic_load(&runs) == 1)
		continue;
	is_int(stuck.told, 0, "what it comes to is told to nobody");
}

int main(void)
{
	uv_loop_t loop;

	loop_thread = pthread_self();
	uv_loop_init(&loop);
	pool = work_pool_new(&loop, 3);
	is_int(uv_run(&loop, UV_RUN_DEFAULT), 0,
		"an idle pool does not keep the loop alive");
	submit_all();
	uv_run(&loop, UV_RUN_DEFAULT);
	is_int(count_good(1), MANY,
		"each work runs on a thread and is told on the loop once");
	again = 100;
	items[0].work.run = run;
	work_submit(pool, &items[0].work);
	uv_run(&loop, UV_RUN_DEFAULT);
	is_int(items[0].told, 102, "done() may submit again");
	items[0].ran = items[0].told = 1;
	submit_all();
	is_int(work_pool_free(pool), 0, "a pool that has work can be freed");
	is_int(count_good(2), MANY, "freeing the pool finishes everything");
	uv_run(&loop, UV_RUN_DEFAULT);
	is_int(uv_loop_close(&loop), 0, "the loop has nothing left");
	is_int(atomic_load(&runs), 2 * MANY + 101, "nothing ran twice");
	test_hanging();
	return done();
}
