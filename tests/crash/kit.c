/*
 * Worlds for crash trials: made, filled, watched. Nothing here knows what a
 * workflow is.
 */
#include "tests/crash/kit.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"

void bail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("Bail out! ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	fflush(stdout);
	_exit(1);
}

int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void nap_us(int64_t us)
{
	struct timespec t = { us / 1000000, (us % 1000000) * 1000 };

	nanosleep(&t, NULL);
}

uint64_t dice(uint64_t *seed, uint64_t n)
{
	uint64_t x = *seed += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (x ^ x >> 31) % n;
}

const char *option(int argc, char **argv, const char *name,
	const char *otherwise)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return otherwise;
}

/* ----------------------------------------------------------------- files */
char *file_read(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t at = 0;
	char *text;
	ssize_t got = 1;

	if (fd < 0 || fstat(fd, &st) < 0)
		st.st_size = 0;
	text = mem_alloc((size_t)st.st_size + 1);
	while (fd >= 0 && got > 0 && at < (size_t)st.st_size) {
		got = read(fd, text + at, (size_t)st.st_size - at);
		at += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	text[at] = '\0';
	if (n)
		*n = at;
	return text;
}

void file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t n = strlen(text);

	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		bail("write %s: %s", path, strerror(errno));
	close(fd);
}

static char *beneath(const char *dir, const char *name)
{
	return mem_printf("%s/%s", dir, name);
}

static int is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void empty_dir(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		char *sub = beneath(path, e->d_name);

		if (!is_dots(e->d_name)) {
			if (e->d_type == DT_DIR)
				dir_remove(sub);
			else
				unlink(sub);
		}
		free(sub);
	}
	if (d)
		closedir(d);
}

void dir_remove(const char *path)
{
	empty_dir(path);
	rmdir(path);
}

static void copy_file(const char *from, const char *to)
{
	size_t n;
	char *text = file_read(from, &n);
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		bail("copy %s: %s", to, strerror(errno));
	close(fd);
	free(text);
}

void dir_copy(const char *from, const char *to)
{
	DIR *d = opendir(from);
	const struct dirent *e;

	mkdir(to, 0700);
	while (d && (e = readdir(d))) {
		char *a = beneath(from, e->d_name);
		char *b = beneath(to, e->d_name);

		if (e->d_type == DT_DIR && !is_dots(e->d_name))
			dir_copy(a, b);
		else if (e->d_type == DT_REG)
			copy_file(a, b);
		free(a);
		free(b);
	}
	if (d)
		closedir(d);
}

void lines_read(struct lines *l, const char *path)
{
	char *at, *end;

	l->text = file_read(path, NULL);
	l->n = 0;
	for (at = l->text; *at && l->n < LINES_MAX; at = end + 1) {
		end = strchr(at, '\n');
		if (!end) /* cut off while it was written */
			break;
		*end = '\0';
		l->v[l->n++] = at;
	}
}

void lines_free(struct lines *l)
{
	free(l->text);
	l->text = NULL;
	l->n = 0;
}

size_t lines_count(const struct lines *l, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += strcmp(l->v[i], text) == 0;
	return n;
}

long lines_first(const struct lines *l, const char *text)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], text) == 0)
			return (long)i;
	return -1;
}

long lines_last(const struct lines *l, const char *text)
{
	for (size_t i = l->n; i-- > 0;)
		if (strcmp(l->v[i], text) == 0)
			return (long)i;
	return -1;
}

void note_file(const char *title, const char *path)
{
	struct lines l;

	lines_read(&l, path);
	for (size_t i = l.n > 12 ? l.n - 12 : 0; i < l.n; i++)
		printf("#     %s: %.200s\n", title, l.v[i]);
	lines_free(&l);
	fflush(stdout);
}

static int notes_fd = -1, stdout_fd = -1;

void notes_keep(const char *base)
{
	char *path = mem_printf("%s/notes", base);

	fflush(stdout);
	notes_fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		0600);
	stdout_fd = fcntl(1, F_DUPFD_CLOEXEC, 10);
	if (notes_fd < 0 || stdout_fd < 0 || dup2(notes_fd, 1) < 0)
		bail("keep notes in %s: %s", path, strerror(errno));
	free(path);
}

void notes_end(void)
{
	fflush(stdout);
	dup2(stdout_fd, 1);
	close(stdout_fd);
}

void notes_tell(int failed)
{
	char text[4096];
	ssize_t n;

	lseek(notes_fd, 0, SEEK_SET);
	while (failed && (n = read(notes_fd, text, sizeof(text))) > 0)
		fwrite(text, 1, (size_t)n, stdout);
	fflush(stdout);
	close(notes_fd);
}

/* ---------------------------------------------------------------- worlds */
static void map_control(struct world *w)
{
	int fd = open(w->control_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *p = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(*w->control)) == 0)
		p = mmap(NULL, sizeof(*w->control), PROT_READ | PROT_WRITE,
			MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		bail("map %s: %s", w->control_path, strerror(errno));
	close(fd);
	w->control = p;
}

static void place(char *out, const char *dir, const char *name)
{
	snprintf(out, WORLD_PATH + 16, "%s/%s", dir, name);
}

void world_open(struct world *w, const char *base, const char *name)
{
	memset(w, 0, sizeof(*w));
	if (snprintf(w->dir, sizeof(w->dir), "%s/%s", base, name) >=
			(int)sizeof(w->dir))
		bail("the path of the world is too long");
	dir_remove(w->dir);
	if (mkdir(w->dir, 0700) < 0)
		bail("make %s: %s", w->dir, strerror(errno));
	place(w->state, w->dir, "state");
	place(w->work, w->dir, "work");
	place(w->ledger, w->dir, "ledger");
	place(w->out, w->dir, "out");
	place(w->err, w->dir, "err");
	place(w->control_path, w->dir, "control");
	map_control(w);
	/* What falls out of a dead wf falls to us, and is reaped. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void world_reset(struct world *w, const char *template)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	dir_remove(w->state);
	dir_remove(w->work);
	unlink(w->ledger);
	if (template)
		dir_copy(template, w->state);
	else
		mkdir(w->state, 0700);
	mkdir(w->work, 0700);
	file_write(w->ledger, "");
	snprintf(w->mark, sizeof(w->mark), "WF_CRASH_MARK=%ld.%u.",
		(long)getpid(), ++w->trial);
}

void world_keep(const struct world *w, const char *path)
{
	dir_remove(path);
	dir_copy(w->state, path);
}

static void use_file(int fd, const char *path, int flags)
{
	int got = open(path, flags, 0600);

	if (got < 0)
		_exit(127);
	dup2(got, fd);
	if (got != fd)
		close(got);
}

__attribute__((noreturn))
static void become(const struct world *w, const char *const *argv,
	const char *killer)
{
	union {
		const char *const *in;
		char *const *out;
	} u = { .in = argv };
	char *eq = strchr(w->mark, '=');

	use_file(0, w->input ? w->input : "/dev/null", O_RDONLY);
	use_file(1, w->out, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
	use_file(2, w->err, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
	setenv("WF_STATE_DIR", w->state, 1);
	setenv("LEDGER", w->ledger, 1);
	setenv("WORLD", w->dir, 1);
	setenv("WF_CRASH_MARK", eq + 1, 1);
	if (killer) {
		setenv("LD_PRELOAD", killer, 1);
		setenv(CONTROL_VARIABLE, w->control_path, 1);
	}
	if (chdir(w->work) == 0)
		execv(argv[0], u.out);
	_exit(127);
}

pid_t world_start(struct world *w, const char *const *argv,
	const char *killer)
{
	pid_t pid = fork();

	if (pid < 0)
		bail("fork: %s", strerror(errno));
	if (pid == 0)
		become(w, argv, killer);
	return pid;
}

int wait_ms(pid_t pid, int ms)
{
	int64_t until = now_us() + (int64_t)ms * 1000;
	int status = 0;

	for (int64_t pause_us = 200;; pause_us += pause_us < 3000 ? 200 : 0) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		if (now_us() > until)
			break;
		nap_us(pause_us);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

int kill_child(pid_t pid)
{
	siginfo_t info;

	info.si_pid = 0;
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
	return info.si_pid == 0 && kill(pid, SIGKILL) == 0;
}

int world_run(struct world *w, const char *const *argv)
{
	int status = wait_ms(world_start(w, argv, NULL), 30000);

	if (status == -1)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
		WEXITSTATUS(status);
}

/* ------------------------------------------------------------- processes */
/* /proc/PID/WHAT, which has no size of its own; the bytes read. */
static size_t proc_read(const char *pid, const char *what, char *out,
	size_t size)
{
	char path[600];
	ssize_t got = 1;
	size_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, what);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && got > 0 && n < size - 1) {
		got = read(fd, out + n, size - 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	out[n] = '\0';
	return n;
}

static int carries(const char *pid, const char *mark)
{
	static char env[1 << 18];
	size_t n = proc_read(pid, "environ", env, sizeof(env)), at;

	for (at = 0; at < n; at += strlen(env + at) + 1)
		if (strncmp(env + at, mark, strlen(mark)) == 0)
			return 1;
	return 0;
}

static size_t each_alive(const struct world *w, void (*fn)(const char *pid))
{
	DIR *d = opendir("/proc");
	const struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d))) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		if (!carries(e->d_name, w->mark))
			continue;
		n++;
		if (fn)
			fn(e->d_name);
	}
	if (d)
		closedir(d);
	return n;
}

size_t world_alive(const struct world *w)
{
	return each_alive(w, NULL);
}

static void tell_and_kill(const char *pid)
{
	char text[256];

	proc_read(pid, "stat", text, sizeof(text));
	printf("#     alive: %.100s\n", text);
	proc_read(pid, "cmdline", text, sizeof(text));
	printf("#     which is: %.100s\n", text);
	kill((pid_t)strtol(pid, NULL, 10), SIGKILL);
}

int world_gone(const struct world *w, int ms)
{
	int64_t until = now_us() + (int64_t)ms * 1000;

	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
		if (world_alive(w) == 0)
			return 1;
		if (now_us() > until)
			break;
		nap_us(3000);
	}
	each_alive(w, tell_and_kill);
	fflush(stdout);
	return 0;
}

static pid_t guard_among(char *children)
{
	char *at = children, *end, name[32], comm[32];

	for (;; at = end) {
		long pid = strtol(at, &end, 10);

		if (end == at)
			return 0;
		snprintf(name, sizeof(name), "%ld", pid);
		proc_read(name, "comm", comm, sizeof(comm));
		if (strcmp(comm, "wf-guard\n") == 0)
			return (pid_t)pid;
	}
}

/* Threads have children of their own: any of the shell's may have begun it. */
pid_t guard_of(pid_t shell)
{
	char path[64], file[320], text[4096], name[32];
	const struct dirent *e;
	pid_t found = 0;
	DIR *d;

	snprintf(name, sizeof(name), "%ld", (long)shell);
	snprintf(path, sizeof(path), "/proc/%ld/task", (long)shell);
	d = opendir(path);
	while (d && !found && (e = readdir(d))) {
		snprintf(file, sizeof(file), "task/%s/children", e->d_name);
		proc_read(name, file, text, sizeof(text));
		found = guard_among(text);
	}
	if (d)
		closedir(d);
	return found;
}
