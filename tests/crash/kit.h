/*
 * What the crash programs share: a world (state directory, working
 * directory, ledger, files for output) that can be made anew for each trial,
 * and ways to start `wf` in it, to wait, and to see what is still alive.
 *
 * The world's processes are known by a variable in their environment that no
 * other trial has. The ledger is a file outside `wf` to which steps append
 * the path they know themselves by.
 */
#ifndef WF_TESTS_CRASH_KIT_H
#define WF_TESTS_CRASH_KIT_H

#include <stdint.h>
#include <sys/types.h>

#include "tests/crash/control.h"

enum { WORLD_PATH = 400, LINES_MAX = 512 };

struct world {
	char dir[WORLD_PATH];
	char state[WORLD_PATH + 16], work[WORLD_PATH + 16];
	char ledger[WORLD_PATH + 16], out[WORLD_PATH + 16];
	char err[WORLD_PATH + 16], control_path[WORLD_PATH + 16];
	const char *input;        /* file for standard input, or NULL */
	char mark[64];            /* of this trial: "MARK=pid.n" */
	struct control *control;
	unsigned trial;
};

/* Lines of a file, one string; NULL-safe to free by lines_free. */
struct lines {
	char *text;
	const char *v[LINES_MAX];
	size_t n;
};

/* The world lives in `base`/NAME, which is made. Exits on failure. */
void world_open(struct world *w, const char *base, const char *name);
/* Empties it; state becomes a copy of `template`, or is empty (NULL). */
void world_reset(struct world *w, const char *template);
/* Keeps a copy of the state as `path`. */
void world_keep(const struct world *w, const char *path);

/* Starts wf; argv[0] is $WF. `killer`: preload object or NULL. Standard
 * output and error are truncated files of the world. */
pid_t world_start(struct world *w, const char *const *argv,
	const char *killer);
/* Waits at most ms; returns the wait status, or -1 after it was killed. */
int wait_ms(pid_t pid, int ms);
/* kill -9 of a child that is not waited for yet; 0 when it had ended. */
int kill_child(pid_t pid);
/* start + wait; the exit status, 128 + signal, or -1 when it hung. */
int world_run(struct world *w, const char *const *argv);

/* Processes of this trial that are alive, other than zombies. */
size_t world_alive(const struct world *w);
/* 1 when none is alive within ms; else prints them as notes, kills them. */
int world_gone(const struct world *w, int ms);
/* The guard of a shell, or 0. */
pid_t guard_of(pid_t shell);

void lines_read(struct lines *l, const char *path);
void lines_free(struct lines *l);
size_t lines_count(const struct lines *l, const char *text);
/* Index of the first, of the last; -1. */
long lines_first(const struct lines *l, const char *text);
long lines_last(const struct lines *l, const char *text);
/* What workers have to say is kept, and told after the point it is about:
 * the runner shows the lines behind a failure. */
void notes_keep(const char *base);
void notes_end(void);
void notes_tell(int failed);
/* The file as notes, for a failure. */
void note_file(const char *title, const char *path);

char *file_read(const char *path, size_t *n);
void file_write(const char *path, const char *text);
void dir_remove(const char *path);
void dir_copy(const char *from, const char *to);

int64_t now_us(void);
void nap_us(int64_t us);
/* A small generator with a seed; 0 <= result < n. */
uint64_t dice(uint64_t *seed, uint64_t n);
/* argv[i] after NAME, or `otherwise`. */
const char *option(int argc, char **argv, const char *name,
	const char *otherwise);
__attribute__((noreturn, format(printf, 1, 2)))
void bail(const char *fmt, ...);

#endif
