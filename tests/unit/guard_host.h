/*
 * The guard as its tests use it: started from this very program in a directory
 * of its own, and given jobs by number. A job given again under a number
 * forgets what was seen of the last.
 */
#ifndef WF_TESTS_GUARD_HOST_H
#define WF_TESTS_GUARD_HOST_H

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/io/guard.h"
#include "tests/unit/guard_seen.h"

static char scratch[] = "/tmp/wf-test-guard.XXXXXX";

static void start(uint32_t slots, int owner_fd)
{
	struct guard_options o = { .slots = slots, .spool_dir = w.dir_fd,
		.owner_fd = owner_fd };
	struct guard_calls c = { .on_report = on_report, .on_tap = on_tap,
		.on_death = on_death };
	struct err err;

	if (guard_start(&w.g, &w.loop, &o, &c, &err)) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
}

static void turn(void)
{
	uv_run(&w.loop, UV_RUN_ONCE);
}

static void run_all(void)
{
	while (w.open > 0 && !w.deaths)
		turn();
}

static void finish(void)
{
	guard_end(w.g);
	w.g = NULL;
	uv_run(&w.loop, UV_RUN_DEFAULT);
}

static void submit(struct guard_job *job)
{
	struct err err;

	reset(job->id);
	if (!job->inline_max)
		job->inline_max = 8192;
	if (guard_job(w.g, job, &err)) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	w.open++;
}

/* A job of `sh -c text`; the caller may change it before submit(). */
static struct guard_job shell_job(uint64_t id, const char *text)
{
	static const char *argv[IDS][4];
	struct guard_job job = { .id = id, .argv = argv[id] };

	argv[id][0] = "sh";
	argv[id][1] = "-c";
	argv[id][2] = text;
	argv[id][3] = NULL;
	return job;
}

__attribute__((unused))
static struct seen *sh(uint64_t id, const char *text)
{
	struct guard_job job = shell_job(id, text);

	submit(&job);
	run_all();
	return &w.seen[id];
}

__attribute__((unused))
static struct seen *run_argv(uint64_t id, const char *const *argv)
{
	struct guard_job job = { .id = id, .argv = argv };

	submit(&job);
	run_all();
	return &w.seen[id];
}

/* A loop, a directory and a guard of four slots. */
static void host_open(void)
{
	assert(mkdtemp(scratch));
	w.dir = scratch;
	w.dir_fd = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert(w.dir_fd >= 0);
	uv_loop_init(&w.loop);
	start(4, -1);
}

/* Ends the guard; what uv_loop_close() says: 0 when nothing is left. */
static int host_close(void)
{
	uint64_t i;

	finish();
	for (i = 0; i < IDS; i++)
		reset(i);
	return uv_loop_close(&w.loop);
}

/* Removes the files named and the directory: -1 when something else is in it,
   for spools leave no names behind. */
static int host_remove(const char *const *names)
{
	char path[128];

	close(w.dir_fd);
	for (; *names; names++) {
		snprintf(path, sizeof(path), "%s/%s", scratch, *names);
		unlink(path);
	}
	return rmdir(scratch);
}

#endif
