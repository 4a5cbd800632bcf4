/*
 * Starting programs in the foreground and waiting for them. Between fork and
 * exec only what is allowed after fork in a program with threads.
 */
#include "shell/bang.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include "engine/base/mem.h"
#include "shell/interactive.h"
#include "shell/status.h"

extern char **environ;

/* A program that has been stopped; newest first. */
struct program {
	struct program *next;
	pid_t pid;             /* leads its group */
	char *text;
	struct termios mode;   /* of the terminal when it was stopped */
	uint8_t has_mode, stays;
};

struct start {
	const struct bang *b;
	char **env;            /* of the program */
	int tty;               /* becomes the terminal's job; -1 */
	int no_input;          /* /dev/null as input */
	int report;            /* errno goes here when exec fails */
};

/* ------------------------------------------------------------------ start */
__attribute__((noreturn))
static void become(const struct start *st)
{
	static const int usual[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU,
		SIGPIPE, SIGXFSZ, SIGTERM, SIGCHLD, SIGALRM};
	union {
		const char *const *in;
		char *const *out;
	} argv = {.in = st->b->argv};
	int error, null;
	sigset_t none;
	ssize_t n;

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		signal(usual[i], SIG_DFL);
	if (st->tty >= 0) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		tcsetpgrp(st->tty, getpid());
		signal(SIGTTOU, SIG_DFL);
	}
	if (st->b->input > 0)
		dup2(st->b->input, 0);
	null = st->no_input ? open("/dev/null", O_RDONLY) : -1;
	if (null > 0)
		dup2(null, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	environ = st->env;
	if (!st->b->dir || chdir(st->b->dir) == 0)
		execvp(argv.out[0], argv.out);
	error = errno;
	n = write(st->report, &error, sizeof(error));
	_exit(n > 0 ? 127 : 126);
}

/* -1 and errno. */
static pid_t start(struct start *st)
{
	int ends[2], error = 0;
	sigset_t all, old;
	ssize_t n;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	st->report = ends[1];
	sigfillset(&all); /* no handler of ours may run in the child */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0)
		become(st);
	if (pid < 0)
		error = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(ends[1]);
	do
		n = pid < 0 ? 0 : read(ends[0], &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	close(ends[0]);
	if (n > 0)
		waitpid(pid, NULL, 0);
	errno = error;
	return error ? -1 : pid;
}

/* ------------------------------------------------------------------- wait */
static void on_child(uv_signal_t *h, int sig)
{
	(void)h, (void)sig; /* the loop has turned */
}

static void on_closed(uv_handle_t *h)
{
	free(h);
}

/* Runs go on meanwhile. */
static int wait_turning(struct session *s, pid_t pid, int stays)
{
	uv_signal_t *child = mem_zero(sizeof(*child));
	int status = 0;
	pid_t rc;

	uv_signal_init(engine_loop(s->engine), child);
	uv_signal_start(child, on_child, SIGCHLD);
	while ((rc = waitpid(pid, &status, WNOHANG | WUNTRACED)) == 0 ||
			(rc > 0 && stays && WIFSTOPPED(status))) {
		if (rc > 0)
			kill(-pid, SIGCONT);
		if (s->signal)
			kill(-pid, SIGHUP);
		engine_turn(s->engine);
	}
	uv_close((uv_handle_t *)child, on_closed);
	return rc < 0 ? 0 : status;
}

static int number_of(int status)
{
	return WIFSTOPPED(status) ? 128 + WSTOPSIG(status) :
		WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
		WEXITSTATUS(status);
}

/* Whoever asks from behind the foreground is stopped, unless this is
 * blocked. */
static void give_terminal(int tty, pid_t group)
{
	sigset_t ttou, old;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &ttou, &old);
	tcsetpgrp(tty, group);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* What a program sets that ends well stays, as in every shell, but lines must
 * be seen and read; what others left is undone. */
static void set_usable(int tty, const struct termios *before, int ended_well)
{
	struct termios now;

	if (tcgetattr(tty, &now) < 0)
		return;
	if (!ended_well)
		now = *before;
	now.c_lflag |= before->c_lflag & (ECHO | ICANON | ISIG | IEXTEN);
	now.c_iflag |= before->c_iflag & ICRNL;
	now.c_oflag |= before->c_oflag & (OPOST | ONLCR);
	tcsetattr(tty, TCSADRAIN, &now);
}

/* In the foreground of the terminal until it ends or is stopped. */
static int attend(struct session *s, struct program *p, int tty,
	const struct termios *before)
{
	int status = wait_turning(s, p->pid, p->stays);

	p->has_mode = tcgetattr(tty, &p->mode) == 0;
	give_terminal(tty, getpgrp());
	set_usable(tty, before, WIFEXITED(status));
	interactive_reclaim(s);
	if (WIFSTOPPED(status)) {
		p->next = s->stopped;
		s->stopped = p;
		out_text(&s->err, "\n"); /* behind the echo of the key */
		session_say(s, "stopped: %s    /fg goes on with it", p->text);
		return number_of(status);
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) {
		s->interrupted = 1;
		out_text(&s->err, "\n");
	}
	mem_free(p->text);
	free(p);
	return number_of(status);
}

/* A script's: in our group, so that whoever signals that reaches both. */
static int run_plainly(struct session *s, struct start *st)
{
	struct sigaction ignore, old;
	pid_t pid;
	int status;

	(void)s;
	memset(&ignore, 0, sizeof(ignore));
	ignore.sa_handler = SIG_IGN;
	sigaction(SIGINT, &ignore, &old);
	pid = start(st);
	status = pid < 0 ? -1 : status_of_child(pid);
	sigaction(SIGINT, &old, NULL);
	return status;
}

/* Who sits at the prompt goes on typing. */
static int run_behind(struct session *s, struct start *st)
{
	pid_t pid = start(st);

	if (pid < 0)
		return -1;
	setpgid(pid, pid);
	return number_of(wait_turning(s, pid, 0));
}

static int run_as_job(struct session *s, struct start *st)
{
	struct termios before = {0};
	struct program *p;
	pid_t pid;

	st->tty = interactive_lend(s);
	tcgetattr(st->tty, &before);
	pid = start(st);
	if (pid < 0) {
		int error = errno;

		give_terminal(st->tty, getpgrp());
		interactive_reclaim(s);
		errno = error;
		return -1;
	}
	setpgid(pid, pid);
	give_terminal(st->tty, pid);
	p = mem_zero(sizeof(*p));
	p->pid = pid;
	p->text = mem_strndup(st->b->text.p, st->b->text.n);
	p->stays = st->b->stays;
	return attend(s, p, st->tty, &before);
}

static int is_among(const char *entry, const char *const *more)
{
	size_t n = strcspn(entry, "=");

	for (; more && *more; more++)
		if (strcspn(*more, "=") == n && memcmp(*more, entry, n) == 0)
			return 1;
	return 0;
}

/* Ours, and more instead of it; "K" takes one away. */
static char **make_env(const char *const *more)
{
	size_t n = 0, all = 0;
	char **out;

	while (environ[all])
		all++;
	for (const char *const *m = more; m && *m; m++)
		all++;
	out = mem_alloc((all + 1) * sizeof(*out));
	for (char **e = environ; *e; e++)
		if (!is_among(*e, more))
			out[n++] = *e;
	for (; more && *more; more++) {
		union {
			const char *in;
			char *out;
		} u = {.in = *more};

		if (strchr(*more, '='))
			out[n++] = u.out;
	}
	out[n] = NULL;
	return out;
}

int bang_argv(struct session *s, const struct bang *b, struct err *err)
{
	struct start st = {.b = b, .env = make_env(b->env), .tty = -1,
		.no_input = !b->input && s->input_none && !isatty(0)};
	int status = !s->at_prompt ? run_plainly(s, &st) : b->behind ?
		run_behind(s, &st) : run_as_job(s, &st);

	free(st.env);
	if (status < 0)
		return err_errno(err, ERR_IO, "cannot start %s", b->argv[0]);
	return status;
}

/* --------------------------------------------------------------- programs */
int bang_run(struct session *s, struct str text, struct err *err)
{
	const char *shell = getenv("SHELL");
	char *command = mem_strndup(text.p, text.n);
	const char *argv[] = {shell && shell[0] ? shell : "/bin/sh", "-c",
		command, NULL};
	int status = bang_argv(s, &(struct bang){.argv = argv, .text = text},
		err);

	mem_free(command);
	return status;
}

int bang_editor(struct session *s, const char *command, const char *path,
	struct err *err)
{
	char *text = mem_printf("%s \"$1\"", command);
	const char *argv[] = {"sh", "-c", text, "wf", path, NULL};
	int status = bang_argv(s, &(struct bang){.argv = argv,
		.text = str_of(command), .stays = 1}, err);

	mem_free(text);
	return status;
}

int bang_close_sink(struct session *s, struct sink *sink, int behind,
	struct err *err)
{
	const char *argv[] = {"sh", "-c", NULL, NULL};
	int input, status;
	char *command = sink_filter(sink, &input);

	if (!command)
		return sink_close(sink, err);
	argv[2] = command;
	status = bang_argv(s, &(struct bang){.argv = argv, .behind =
		behind != 0, .input = input, .stays = 1, .text = str_of(command)},
		err);
	close(input);
	mem_free(command);
	return status < 0 ? 1 : status;
}

const char *bang_stopped(const struct session *s)
{
	return s->stopped ? s->stopped->text : NULL;
}

int bang_continue(struct session *s)
{
	struct termios before = {0};
	struct program *p = s->stopped;
	int tty = interactive_lend(s);

	tcgetattr(tty, &before);
	s->stopped = p->next;
	if (p->has_mode)
		tcsetattr(tty, TCSADRAIN, &p->mode);
	give_terminal(tty, p->pid);
	kill(-p->pid, SIGCONT);
	return attend(s, p, tty, &before);
}

void bang_release(struct session *s)
{
	while (s->stopped) {
		struct program *p = s->stopped;

		s->stopped = p->next;
		kill(-p->pid, SIGHUP);
		kill(-p->pid, SIGCONT);
		mem_free(p->text);
		free(p);
	}
}
