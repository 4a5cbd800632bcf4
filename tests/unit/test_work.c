/*
 * Worker threads: everything submitted runs off the loop and is told on it.
 */
#include "engine/io/work.h"

#include <pthread.h>
#include <stdatomic.h>

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
	work_pool_free(pool);
	is_int(count_good(2), MANY, "freeing the pool finishes everything");
	uv_run(&loop, UV_RUN_DEFAULT);
	is_int(uv_loop_close(&loop), 0, "the loop has nothing left");
	is_int(atomic_load(&runs), 2 * MANY + 101, "nothing ran twice");
	return done();
}
