/*
 * Parts of the shell by themselves: a frame of the live view while many steps
 * run, each with a new line of output, and the history of a file.
 *
 *	bench_shell live STEPS FRAMES | history FILE ROUNDS
 *
 * The state directory is that of the environment. A frame is a turn of the
 * loop in which nothing else is due.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include <readline/history.h>

#include "engine/base/text.h"
#include "engine/io/clock.h"
#include "engine/io/guard.h"
#include "shell/errand_int.h"
#include "shell/history.h"
#include "shell/observe_plain.h"
#include "shell/script.h"

enum { ROUNDS_MAX = 1000 };

static double took[ROUNDS_MAX];
static FILE *said; /* standard output is the terminal of the view */

__attribute__((noreturn))
static void die(const char *what, const char *why)
{
	fprintf(said, "bench_shell: %s: %s\n", what, why);
	exit(1);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void say(const char *what, size_t n)
{
	qsort(took, n, sizeof(*took), by_value);
	fprintf(said, "%s: median %.3f ms, p99 %.3f ms, max %.3f ms\n", what,
		took[n / 2], took[n * 99 / 100], took[n - 1]);
}

/* ---------------------------------------------------------------- history */
static void bench_history(const char *path, size_t rounds)
{
	struct err err = {0};

	for (size_t i = 0; i < rounds; i++) {
		uint64_t t = clock_mono_us();

		if (hist_load(path, &err) < 0)
			die(path, err.text);
		took[i] = (double)(clock_mono_us() - t) / 1e3;
		if (i == 0)
			fprintf(said, "history of %d entries: first %.3f "
				"ms, ",
				history_length, took[0]);
		clear_history();
	}
	say("again", rounds);
}

/* ------------------------------------------------------------------- live */
static void *drain(void *arg)
{
	char b[4096];

	while (read(*(int *)arg, b, sizeof(b)) > 0)
		continue;
	return NULL;
}

/* Standard output and error become a terminal that is read. */
static void make_terminal(void)
{
	static struct winsize size = {.ws_row = 50, .ws_col = 120};
	static int master;
	pthread_t thread;
	int slave;

	if (openpty(&master, &slave, NULL, NULL, &size) < 0)
		die("openpty", strerror(errno));
	dup2(slave, 1);
	dup2(slave, 2);
	close(slave);
	setenv("TERM", "xterm-256color", 1);
	setenv("WF_PROGRESS", "auto", 1);
	pthread_create(&thread, NULL, drain, &master);
}

static void begin_steps(struct session *s, unsigned steps)
{
	struct script *sc;
	struct buf b;

	buf_init(&b);
	buf_str(&b, "/chain {[");
	for (unsigned i = 0; i < steps; i++)
		buf_printf(&b, "%sstep%u: /bash exec sleep 1000",
			i ? ", " : "", i);
	buf_str(&b, "]} &\n");
	sc = script_new("bench", (struct str){b.data, b.len});
	if (script_read(s, sc) != 0 || script_run(s, sc) != 0)
		die("script", "it cannot be run");
	script_free(sc);
	buf_release(&b);
}

/* Every step has written a line since the last frame. */
static void write_lines(struct session *s, const struct run *r, size_t frame)
{
	char line[80];

	for (uint32_t i = 0; i < r->plan->node_count; i++) {
		int n = snprintf(line, sizeof(line), "line %zu of %u: \033[32m"
			"compiling\033[0m a file with some name.c", frame, i);

		progress_output(s->progress, s->errands->slot,
			(struct place){0, i}, (struct str){line, (size_t)n});
	}
}

static void bench_live(unsigned steps, size_t frames)
{
	static const struct options o = {.quiet = 0};
	struct session s;
	struct err err = {0};
	const struct run *r;
	uint32_t slot;

	make_terminal();
	if (session_open(&s, &o, &err) < 0)
		die("session", err.text);
	begin_steps(&s, steps);
	slot = s.errands->slot;
	while (engine_run(s.engine, slot)->running < steps)
		engine_turn(s.engine);
	r = engine_run(s.engine, slot);
	progress_front(s.progress, s.errands);
	for (uint64_t t = clock_mono_us(); clock_mono_us() - t < 1000000;)
		engine_turn(s.engine);
	for (size_t i = 0; i < frames; i++) {
		uint64_t t;

		write_lines(&s, r, i);
		usleep(110000); /* the view's timer is due */
		t = clock_mono_us();
		uv_run(engine_loop(s.engine), UV_RUN_NOWAIT);
		took[i] = (double)(clock_mono_us() - t) / 1e3;
	}
	fprintf(said, "%u steps run; ", r->running);
	say("a frame", frames);
	progress_leave(s.progress, slot);
	errands_cancel(&s);
	session_close(&s);
}

static size_t count_of(const char *word)
{
	int64_t n;

	if (number_parse(str_of(word), 1, ROUNDS_MAX, &n) < 0)
		die("not a count", word);
	return (size_t)n;
}

int main(int argc, char **argv)
{
	int fd;

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	fd = fcntl(1, F_DUPFD_CLOEXEC, 10);
	said = fd < 0 ? NULL : fdopen(fd, "w");
	if (!said)
		return 1;
	if (argc != 4)
		die("usage", "live STEPS FRAMES | history FILE ROUNDS");
	if (strcmp(argv[1], "history") == 0)
		bench_history(argv[2], count_of(argv[3]));
	else
		bench_live((unsigned)count_of(argv[2]), count_of(argv[3]));
	return fclose(said) == 0 ? 0 : 1;
}
