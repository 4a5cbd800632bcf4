/*
 * Looking for processes and ending whole families, with the kernel's lists
 * of children and, for kernels without them, from a look at all of /proc.
 */
#include "engine/io/guard_sweep.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/tap.h"

static int up; /* each of the family writes one byte here */

__attribute__((noreturn))
static void bail(const char *why)
{
	printf("Bail out! %s\n", why);
	exit(1);
}

static void say_up(void)
{
	if (write(up, "x", 1) != 1)
		_exit(1);
}

static void *has_child(void *none)
{
	if (fork() != 0)
		return none;
	say_up();
	for (;;)
		pause();
}

/* One that leads a session and three below it: a child in a session of its
 * own, its child, and a child of the leader's second thread. */
__attribute__((noreturn))
static void family(void)
{
	pthread_t t;

	setsid();
	if (fork() == 0) {
		setsid();
		signal(SIGTERM, SIG_IGN);
		fork();
	} else {
		pthread_create(&t, NULL, has_child, NULL);
	}
	say_up();
	for (;;)
		pause();
}

static pid_t start_family(void)
{
	int fd[2], i;
	char c;
	pid_t pid;

	if (pipe(fd))
		bail("no pipe");
	pid = fork();
	if (pid == 0) {
		up = fd[1];
		family();
	}
	close(fd[1]);
	for (i = 0; i < 4; i++)
		if (read(fd[0], &c, 1) != 1)
			bail("the family did not come up");
	close(fd[0]);
	return pid;
}

static int find(const struct procs *p, pid_t pid, struct proc *out)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->v[i].pid != pid)
			continue;
		*out = p->v[i];
		return 1;
	}
	return 0;
}

/* Waits for every child, ours or fallen to us; returns how many were
 * killed. */
static int reap(void)
{
	int status, n = 0;

	while (waitpid(-1, &status, 0) > 0)
		n += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	return n;
}

static void test_family(int lists)
{
	const char *how = lists ? "the lists of children" : "all of /proc";
	pid_t pid = start_family();
	struct procs ours = { NULL, 0, 0 }, below = { NULL, 0, 0 };
	struct look l;
	struct proc root;
	int found;

	look_open(&l, lists);
	look_children(&l, getpid(), &ours);
	found = find(&ours, pid, &root);
	ok(found && ours.n == 1 && root.ppid == getpid() &&
		root.session == pid, "%s show a child and its session", how);
	if (!found)
		bail("the child is not shown");
	look_children(&l, pid, &below);
	is_int((long long)below.n, 2, "and children of all its threads");
	is_int((long long)look_signal(&l, &root, 0), 4, "its family is four");
	is_int((long long)look_signal(&l, &root, SIGKILL), 4, "that are all killed");
	is_int(reap(), 4, "and die of it");
	look_close(&l);
	look_open(&l, lists);
	procs_release(&ours);
	look_children(&l, getpid(), &ours);
	is_int((long long)ours.n, 0, "then nobody is left");
	look_close(&l);
	procs_release(&ours);
	procs_release(&below);
}

static void test_dead(void)
{
	struct procs ours = { NULL, 0, 0 };
	struct look l;
	pid_t pid = fork();
	siginfo_t info;

	if (pid == 0)
		_exit(0);
	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT))
		bail("no child");
	look_open(&l, sweep_has_lists());
	look_children(&l, getpid(), &ours);
	ok(ours.n == 1 && ours.v[0].state == 'Z', "a dead child is seen");
	is_int((long long)look_signal(&l, &ours.v[0], SIGKILL), 0, "it does not live");
	ok(waitpid(pid, NULL, WNOHANG) == -1 && errno == ECHILD,
		"and was reaped");
	look_close(&l);
	procs_release(&ours);
}

int main(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (sweep_has_lists())
		test_family(1);
	test_family(0);
	test_dead();
	return done();
}
