/*
 * An escape artist: a step that tries to outlive whoever ends it. Every word
 * of its command line is one trick, done by a process of its own:
 *
 *	session    setsid
 *	double     fork twice, the middle one gone, in a session of its own
 *	deaf       ignores every signal that can be ignored
 *	closed     no descriptors but the one that betrays it
 *	breeder    forks a successor every few milliseconds and exits
 *	tree       children and grandchildren, in groups of their own
 *	bare       an empty environment, by exec
 *	stopped    stops itself
 *	sibling    no child of the step, but of the step's parent
 *	threads    lives on in a second thread, the first has exited
 *	wait       nothing; the step itself waits for its end
 *
 * Each holds the descriptor of $CAGE with a shared lock: whoever can lock
 * that file alone knows that none is alive. Without `wait` the step exits
 * when its tricks are up. Whoever does get away ends by itself after a while:
 * a test that fails must not fill the machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static const char *self;
static time_t began;
enum { LIFE_S = 20 };

__attribute__((noreturn))
static void live(void)
{
	while (time(NULL) < began + LIFE_S)
		sleep(1);
	_exit(0);
}

static void deaf(void)
{
	struct sigaction none = { .sa_handler = SIG_IGN };

	for (int i = 1; i < NSIG; i++)
		sigaction(i, &none, NULL);
}

static void closed(void)
{
	struct stat st, cage;

	if (stat(getenv("CAGE"), &cage) < 0)
		_exit(1);
	for (int fd = 0; fd < 256; fd++)
		if (fstat(fd, &st) == 0 && st.st_ino != cage.st_ino)
			close(fd);
}

static void doubled(void)
{
	setsid();
	if (fork() > 0)
		_exit(0);
	setsid();
}

/* Never the same pid for long. */
__attribute__((noreturn))
static void breed(void)
{
	struct timespec nap = { 0, 3000000 };

	while (time(NULL) < began + LIFE_S) {
		pid_t pid = fork();

		if (pid > 0)
			_exit(0);
		if (pid == 0)
			setsid();
		nanosleep(&nap, NULL);
	}
	_exit(0);
}

static void tree(int depth)
{
	for (int i = 0; i < 2; i++) {
		if (fork() != 0)
			continue;
		setpgid(0, 0);
		if (depth > 0)
			tree(depth - 1);
		live();
	}
}

static void bare(void)
{
	static char name[] = "bare", trick[] = "asleep";
	char *argv[] = { name, trick, NULL };
	char *env[] = { NULL };

	execve(self, argv, env);
	_exit(127);
}

static void *other_thread(void *none)
{
	(void)none;
	live();
}

static void threads(void)
{
	pthread_t t;

	pthread_create(&t, NULL, other_thread, NULL);
	pthread_exit(NULL);
}

__attribute__((noreturn))
static void do_trick(const char *trick)
{
	if (strcmp(trick, "session") == 0)
		setsid();
	else if (strcmp(trick, "double") == 0)
		doubled();
	else if (strcmp(trick, "deaf") == 0)
		deaf();
	else if (strcmp(trick, "closed") == 0)
		closed();
	else if (strcmp(trick, "breeder") == 0)
		breed();
	else if (strcmp(trick, "tree") == 0)
		tree(2);
	else if (strcmp(trick, "sibling") == 0)
		setsid();
	else if (strcmp(trick, "bare") == 0)
		bare();
	else if (strcmp(trick, "stopped") == 0)
		raise(SIGSTOP);
	else if (strcmp(trick, "threads") == 0)
		threads();
	else
		_exit(2);
	live();
}

static void play(char *tricks)
{
	char *save = NULL, *trick;

	for (trick = strtok_r(tricks, "+", &save); trick;
		trick = strtok_r(NULL, "+", &save)) {
		/* Joined by +: one process that does them all in turn. */
		if (save && *save && strcmp(trick, "deaf") == 0)
			deaf();
		else if (save && *save && strcmp(trick, "session") == 0)
			setsid();
		else if (save && *save && strcmp(trick, "closed") == 0)
			closed();
		else if (save && *save && strcmp(trick, "double") == 0)
			doubled();
		else
			do_trick(trick);
	}
}

static long start(const char *trick)
{
	return strcmp(trick, "sibling") == 0 ? syscall(SYS_clone,
		CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) : fork();
}

int main(int argc, char **argv)
{
	const char *cage = getenv("CAGE"), *ready = getenv("READY");
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	int fd;

	began = time(NULL);
	if (argc > 1 && strcmp(argv[1], "asleep") == 0)
		live();
	path[n > 0 ? n : 0] = '\0';
	self = path;
	fd = cage ? open(cage, O_RDWR) : -1;
	if (fd < 0 || flock(fd, LOCK_SH) < 0)
		return 2;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "wait") == 0)
			continue;
		if (start(argv[i]) == 0)
			play(argv[i]);
	}
	fd = ready ? open(ready, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
	if (fd >= 0 && write(fd, "up\n", 3) != 3)
		return 2;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "wait") == 0)
			live();
	return 0;
}
