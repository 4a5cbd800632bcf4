/*
 * Waiting for the child that works. Nothing here may take memory or time:
 * the monitor is there as long as the prompt.
 */
#include "shell/monitor.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "shell/term.h"

enum { LEFT = SIGUSR2 }; /* the child's word that it goes on alone */

static pid_t monitor; /* in the child: the monitor; 0: none */
static struct termios found; /* the terminal's mode at the start */
static int has_terminal;

/* What a child that was killed could not do itself. */
static void give_terminal_back(void)
{
	static const char off[] = "\033[?2004l\033[?25h\r\n";
	struct termios now;
	ssize_t n = 0;

	if (!has_terminal || tcgetattr(STDIN_FILENO, &now) < 0 ||
			now.c_lflag == found.c_lflag)
		return;
	tcsetattr(STDIN_FILENO, TCSANOW, &found); /* SIGTTOU is blocked */
	if (!term_is_dumb())
		n = write(STDOUT_FILENO, off, sizeof(off) - 1);
	(void)n;
}

/* As the child ended. */
__attribute__((noreturn))
static void end_as(int status)
{
	struct rlimit none = {0, 0};
	sigset_t set;
	int sig;

	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	sig = WTERMSIG(status);
	give_terminal_back();
	setrlimit(RLIMIT_CORE, &none); /* the child's is enough */
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(128 + sig);
}

/* Where nobody could continue it the kernel does not stop a process for
 * SIGTSTP; for SIGSTOP it would, for ever. What continues us is passed on by
 * watch(): it is pending then. */
void monitor_stop(void)
{
	struct sigaction usual, old;
	sigset_t set, mask;

	memset(&usual, 0, sizeof(usual));
	usual.sa_handler = SIG_IGN; /* the key's own, still pending: once is */
	sigaction(SIGTSTP, &usual, &old); /* enough */
	usual.sa_handler = SIG_DFL;
	sigaction(SIGTSTP, &usual, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, &mask);
	raise(SIGTSTP);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGTSTP, &old, NULL);
}

static void look_after(pid_t child)
{
	int status;

	while (waitpid(child, &status, WNOHANG | WUNTRACED) == child) {
		if (!WIFSTOPPED(status))
			end_as(status);
		monitor_stop(); /* our shell sees it, and says when to go on */
	}
}

/* The terminal's own signals reach the child without us. */
static int is_for_child(const siginfo_t *info, pid_t child)
{
	if (info->si_signo == SIGHUP)
		return 1; /* told to a session's leader alone */
	return info->si_code <= 0 && info->si_pid != child &&
		info->si_signo != SIGCHLD;
}

__attribute__((noreturn))
static void watch(pid_t child, const sigset_t *all)
{
	siginfo_t info;

	for (;;) {
		if (sigwaitinfo(all, &info) < 0)
			continue;
		if (info.si_signo == LEFT && info.si_pid == child)
			_exit(0);
		if (info.si_signo == SIGCHLD)
			look_after(child);
		else if (is_for_child(&info, child))
			kill(child, info.si_signo);
	}
}

void monitor_start(void)
{
	sigset_t all, old;
	pid_t self = getpid(), child;

	has_terminal = tcgetattr(STDIN_FILENO, &found) == 0;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	child = fork();
	if (child > 0)
		watch(child, &all);
	if (child == 0) {
		/* without it the terminal has nobody's shell */
		prctl(PR_SET_PDEATHSIG, SIGHUP);
		if (getppid() != self)
			_exit(128 + SIGHUP);
		monitor = self;
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
}

int monitor_is_lost(void)
{
	return monitor && getppid() != monitor;
}

int monitor_check(struct err *err)
{
	return monitor ? 0 : err_set(err, ERR_STATE, "this wf cannot leave: "
		"no process could be made at its start");
}

int monitor_leave(struct err *err)
{
	int null, fd;

	if (monitor_check(err) < 0)
		return -1;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return err_errno(err, ERR_IO, "cannot open /dev/null");
	if (setsid() < 0) {
		close(null);
		return err_errno(err, ERR_IO, "cannot leave the terminal");
	}
	prctl(PR_SET_PDEATHSIG, 0);
	for (fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close(null);
	kill(monitor, LEFT);
	monitor = 0;
	return 0;
}
