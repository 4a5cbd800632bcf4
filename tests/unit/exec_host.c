/*
 * The host of executors: one in a process. The guard and HTTP begin when they
 * are asked for; what the guard tells goes to the trial it is about, or, when
 * nobody knows it any more, is dropped.
 */
#include "tests/unit/exec_host.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/trial.h"

static struct {
	struct exec_host host;
	uv_loop_t loop;
	uv_timer_t beat;       /* see exec_host_turn */
	struct guard *guard;
	struct http *http;
	char dir[4096];
	const char *path;      /* PATH as executors see it */
} H;

struct exec_host *exec_host_get(void)
{
	return &H.host;
}

static void host_report(void *ud, const struct guard_report *r)
{
	struct trial *t = trial_of(r->id);

	(void)ud;
	if (t)
		exec_report(&t->job, r);
	else if (r->out.fd > 0)
		close(r->out.fd);
}

static void host_tap(void *ud, uint64_t id, int stream, struct str bytes)
{
	struct trial *t = trial_of(id);

	(void)ud;
	if (t)
		exec_tap(&t->job, stream, bytes);
}

static void host_death(void *ud)
{
	(void)ud;
	printf("Bail out! the guard died\n");
	exit(1);
}

static struct guard *host_get_guard(struct exec_host *h, struct err *err)
{
	struct guard_options o = {.slots = 2, .owner_fd = -1};
	struct guard_calls calls = {NULL, host_report, host_tap, host_death};

	o.spool_dir = h->spool_dir;
	if (!H.guard)
		guard_start(&H.guard, h->loop, &o, &calls, err);
	return H.guard;
}

static struct http *host_get_http(struct exec_host *h, struct err *err)
{
	if (!H.http)
		http_new(&H.http, h->loop, err);
	return H.http;
}

static const char *host_getenv(struct exec_host *h, const char *name)
{
	(void)h;
	return strcmp(name, "PATH") == 0 ? H.path : getenv(name);
}

struct guard *exec_host_guard(void)
{
	return H.guard;
}

const char *exec_host_dir(void)
{
	return H.dir;
}

void exec_host_path(int real)
{
	H.path = real ? getenv("PATH") : "";
}

int exec_host_has(const char *program)
{
	char path[4096];
	const char *p = getenv("PATH");

	while (p && *p) {
		size_t n = strcspn(p, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)n, p, program);
		if (access(path, X_OK) == 0)
			return 1;
		p += n + (p[n] == ':');
	}
	return 0;
}

static void host_file(const char *name, const char *bytes, size_t n)
{
	char path[4200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", H.dir, name);
	f = fopen(path, "w");
	fwrite(bytes, 1, n, f);
	fclose(f);
}

static void host_mkdir(const char *name)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", H.dir, name);
	mkdir(path, 0700);
}

static void host_beat(uv_timer_t *timer)
{
	(void)timer;
}

void exec_host_open(void)
{
	const char *tmp = getenv("TMPDIR");
	static const char binary[] = "alpha\0alpha\n";

	snprintf(H.dir, sizeof(H.dir), "%s/exec-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(H.dir)) {
		printf("Bail out! cannot make %s\n", H.dir);
		exit(1);
	}
	host_mkdir("tree");
	host_mkdir("tree/sub");
	host_mkdir("tree/sub/deeper");
	host_file("tree/a.txt", "alpha\n", 6);
	host_file("tree/b.txt", "beta\nalpha again\n", 17);
	host_file("tree/.hidden.txt", "alpha\n", 6);
	host_file("tree/ignored.log", "alpha\n", 6);
	host_file("tree/.gitignore", "*.log\n", 6);
	host_file("tree/data", binary, sizeof(binary) - 1);
	host_file("tree/sub/c.txt", "gamma\na.c\nabc", 13);
	host_file("tree/sub/deeper/d.txt", "delta\n", 6);
	uv_loop_init(&H.loop);
	uv_timer_init(&H.loop, &H.beat);
	uv_timer_start(&H.beat, host_beat, 20, 20);
	H.host.loop = &H.loop;
	H.host.workers = work_pool_new(&H.loop, 2);
	H.host.spool_dir = open(H.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	H.host.guard = host_get_guard;
	H.host.http = host_get_http;
	H.host.getenv = host_getenv;
	H.path = "";
}

static int host_remove(const char *path, const struct stat *st, int flag,
	struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void exec_host_close(void)
{
	guard_end(H.guard);
	if (H.http)
		http_free(H.http);
	work_pool_free(H.host.workers);
	uv_close((uv_handle_t *)&H.beat, NULL);
	uv_run(&H.loop, UV_RUN_DEFAULT);
	uv_loop_close(&H.loop);
	close(H.host.spool_dir);
	nftw(H.dir, host_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* A job may end in a timer at the start of a turn, which then would block in
 * the poll with nothing more to come: hence the beat. */
void exec_host_turn(void)
{
	uv_run(&H.loop, UV_RUN_ONCE);
}
