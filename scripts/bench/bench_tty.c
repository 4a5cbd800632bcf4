/*
 * A shell on a terminal, as a person meets it: how long until its prompt
 * stands, what it takes in memory, how long a key takes to be echoed. A peer
 * is measured in the same run, in turn.
 *
 *	bench_tty start ROUNDS PROMPT COMMAND… [/ PROMPT COMMAND…]
 *	bench_tty keys COUNT FILE PROMPT COMMAND… / PROMPT COMMAND…
 *	bench_tty tab ROUNDS TEXT MARK PROMPT COMMAND…
 *	bench_tty print EVERY_MS
 *
 * start: from the fork to the last byte of PROMPT, and the memory of all
 * processes of the session there. keys: the lines of FILE are typed to the
 * first shell, a second later capital letters to both, one each 20 ms; what
 * runs there must not print capitals. tab: Tab behind TEXT until MARK. print:
 * the load, a program that prints lines; 0: as fast as it can.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/text.h"
#include "engine/io/clock.h"

enum { ROUNDS_MAX = 100000, PERIOD_US = 20000, PATIENCE_US = 60000000,
	LETTERS = 26, SAID_MAX = 1 << 16, SETTLE_US = 300000 };

/* Where the scan of a terminal's bytes stands. */
enum form { FORM_TEXT, FORM_ESC, FORM_CSI, FORM_STRING };

struct shell {
	char *prompt, **argv;
	pid_t pid;
	int fd;
	enum form form;
	char said[SAID_MAX];   /* its last bytes */
	size_t len;
	char awaited;          /* a letter; 0: none */
	uint64_t echoed_us;
	double *took, *pss, *rss;
	size_t count;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench_tty: %s: %s\n", what, why);
	exit(1);
}

/* ------------------------------------------------------------- a terminal */
static void start(struct shell *s)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};

	s->len = 0;
	s->form = FORM_TEXT;
	s->awaited = 0;
	s->pid = forkpty(&s->fd, NULL, NULL, &size);
	if (s->pid < 0)
		die("forkpty", strerror(errno));
	if (s->pid == 0) {
		execvp(s->argv[0], s->argv);
		_exit(127);
	}
}

static void stop(struct shell *s)
{
	close(s->fd); /* the terminal is gone: it ends by itself */
	kill(s->pid, SIGHUP);
	waitpid(s->pid, NULL, 0);
}

/* Letters outside of escape sequences. */
static void scan(struct shell *s, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];

		if (c == '\033') {
			s->form = FORM_ESC;
		} else if (s->form == FORM_ESC) {
			s->form = c == '[' ? FORM_CSI : c == ']' || c == 'P'
				? FORM_STRING : FORM_TEXT;
		} else if (s->form == FORM_CSI) {
			s->form = c >= 0x40 ? FORM_TEXT : FORM_CSI;
		} else if (s->form == FORM_STRING) {
			s->form = c == '\007' ? FORM_TEXT : FORM_STRING;
		} else if (s->awaited && c == s->awaited) {
			s->echoed_us = clock_mono_us();
			s->awaited = 0;
		}
	}
}

static void take(struct shell *s)
{
	char b[8192];
	ssize_t n = read(s->fd, b, sizeof(b));

	if (n <= 0)
		die(s->argv[0], "it has ended");
	scan(s, b, (size_t)n);
	if (s->len + (size_t)n >= SAID_MAX)
		s->len = 0;
	memcpy(s->said + s->len, b, (size_t)n);
	s->len += (size_t)n;
}

/* Reads what comes from all until `until`, or `wanted` has its letter. */
static void listen_to(struct shell **all, size_t n, struct shell *wanted,
	uint64_t until)
{
	struct pollfd p[2];

	while (!wanted || wanted->awaited) {
		uint64_t now = clock_mono_us();
		struct timespec t = {0};

		if (now >= until)
			return;
		t.tv_sec = (time_t)((until - now) / 1000000);
		t.tv_nsec = (long)((until - now) % 1000000) * 1000;
		for (size_t i = 0; i < n; i++)
			p[i] = (struct pollfd){.fd = all[i]->fd,
				.events = POLLIN};
		ppoll(p, n, &t, NULL);
		for (size_t i = 0; i < n; i++)
			if (p[i].revents)
				take(all[i]);
	}
}

static void pass(struct shell *s, uint64_t us)
{
	listen_to(&s, 1, NULL, clock_mono_us() + us);
}

/* Until it has said `mark`; when that was. */
static uint64_t hear(struct shell *s, const char *mark)
{
	uint64_t until = clock_mono_us() + PATIENCE_US;
	struct pollfd p = {.fd = s->fd, .events = POLLIN};

	while (!memmem(s->said, s->len, mark, strlen(mark))) {
		if (clock_mono_us() > until)
			die(mark, "is never said");
		if (poll(&p, 1, 1000) > 0)
			take(s);
	}
	return clock_mono_us();
}

static void type(struct shell *s, const char *text, size_t n)
{
	if (write(s->fd, text, n) != (ssize_t)n)
		die("write", strerror(errno));
}

/* ---------------------------------------------------------------- figures */
static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double part(double *v, size_t n, double at)
{
	size_t i = (size_t)(at * (double)n);

	qsort(v, n, sizeof(*v), by_value);
	return n ? v[i < n ? i : n - 1] : 0;
}

/* KiB of a field of all processes of the session. */
static double memory(pid_t session, const char *field)
{
	char command[200], line[64];
	double sum = 0;
	FILE *f;
	int pipes[2];
	pid_t pid;

	snprintf(command, sizeof(command), "for p in $(ps -o pid= -s %d); do"
		" sed -n 's/^%s: *//p' /proc/$p/smaps_rollup; done 2>/dev/null",
		(int)session, field);
	if (pipe(pipes) < 0)
		die("pipe", strerror(errno));
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], 1);
		close(pipes[0]);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	f = fdopen(pipes[0], "r");
	while (f && fgets(line, sizeof(line), f))
		sum += strtod(line, NULL);
	if (f)
		fclose(f);
	waitpid(pid, NULL, 0);
	return sum;
}

static const char *name_of(const struct shell *s)
{
	const char *slash = strrchr(s->argv[0], '/');

	return slash ? slash + 1 : s->argv[0];
}

static long count_of(const char *word)
{
	int64_t n;

	if (number_parse(str_of(word), 0, ROUNDS_MAX, &n) < 0)
		die("not a count", word);
	return (long)n;
}

/* PROMPT COMMAND…, up to "/" or the end. */
static char **shell_of(struct shell *s, char **words, size_t rounds)
{
	if (!words[0] || !words[1])
		die("usage", "PROMPT COMMAND");
	s->prompt = words[0];
	s->argv = ++words;
	s->took = calloc(rounds + 1, sizeof(double));
	s->pss = calloc(rounds + 1, sizeof(double));
	s->rss = calloc(rounds + 1, sizeof(double));
	if (!s->took || !s->pss || !s->rss)
		die("memory", "none");
	while (*words && strcmp(*words, "/") != 0)
		words++;
	if (!*words)
		return words;
	*words = NULL;
	return words + 1;
}

/* ------------------------------------------------------------------- start */
static void start_once(struct shell *s)
{
	uint64_t t = clock_mono_us();

	start(s);
	s->took[s->count] = (double)(hear(s, s->prompt) - t) / 1e3;
	pass(s, SETTLE_US);
	s->pss[s->count] = memory(s->pid, "Pss") / 1024;
	s->rss[s->count++] = memory(s->pid, "Rss") / 1024;
	stop(s);
}

static void bench_start(size_t rounds, char **words)
{
	static struct shell ours, peer;
	double a, b;

	words = shell_of(&ours, words, rounds);
	if (*words)
		shell_of(&peer, words, rounds);
	for (size_t i = 0; i < rounds; i++) {
		start_once(&ours);
		if (peer.argv)
			start_once(&peer);
	}
	a = part(ours.took, rounds, 0.5);
	printf("prompt %.1f ms (p90 %.1f), rss %.1f MB, pss %.1f MB", a,
		part(ours.took, rounds, 0.9), part(ours.rss, rounds, 0.5),
		part(ours.pss, rounds, 0.5));
	if (peer.argv) {
		b = part(peer.took, rounds, 0.5);
		printf("; %s %.1f ms, rss %.1f MB, pss %.1f MB; ratio %.2f",
			name_of(&peer), b, part(peer.rss, rounds, 0.5),
			part(peer.pss, rounds, 0.5), a / b);
	}
	printf("\n");
}

/* -------------------------------------------------------------------- keys */
static void key(struct shell **all, struct shell *s, char letter)
{
	uint64_t t = clock_mono_us();

	s->awaited = letter;
	type(s, &letter, 1);
	listen_to(all, 2, s, t + PATIENCE_US);
	if (s->awaited)
		die(s->argv[0], "a key is not echoed");
	s->took[s->count++] = (double)(s->echoed_us - t) / 1e3;
}

static void type_lines(struct shell *s, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f)
		die(path, strerror(errno));
	while ((n = getline(&line, &cap, f)) > 0) {
		s->len = 0;
		type(s, line, (size_t)n);
		pass(s, SETTLE_US);
		hear(s, s->prompt);
	}
	free(line);
	fclose(f);
}

static void say_keys(struct shell *s)
{
	size_t n = s->count;

	printf("%s p50 %.2f p99 %.2f max %.2f ms", name_of(s),
		part(s->took, n, 0.5), part(s->took, n, 0.99),
		part(s->took, n, 1));
}

static void bench_keys(size_t count, const char *lines, char **words)
{
	static struct shell ours, peer;
	struct shell *all[2] = {&ours, &peer};

	words = shell_of(&ours, words, count);
	shell_of(&peer, words, count);
	for (int i = 0; i < 2; i++) {
		start(all[i]);
		hear(all[i], all[i]->prompt);
	}
	type_lines(&ours, lines);
	listen_to(all, 2, NULL, clock_mono_us() + 1000000);
	for (size_t i = 0; i < count; i++) {
		uint64_t t = clock_mono_us();

		for (int k = 0; k < 2; k++)
			key(all, all[k], (char)('A' + i % LETTERS));
		for (int k = 0; k < 2 && i % LETTERS == LETTERS - 1; k++)
			type(all[k], "\025", 1); /* Ctrl-U */
		listen_to(all, 2, NULL, t + PERIOD_US);
	}
	printf("%zu keys: ", count);
	say_keys(&ours);
	printf("; ");
	say_keys(&peer);
	printf("; ratio of p99 %.2f\n", part(ours.took, count, 0.99) /
		part(peer.took, count, 0.99));
	stop(&ours);
	stop(&peer);
}

/* --------------------------------------------------------------------- tab */
static void bench_tab(size_t rounds, const char *text, const char *mark,
	char **words)
{
	static struct shell s;
	uint64_t t;

	shell_of(&s, words, rounds);
	start(&s);
	hear(&s, s.prompt);
	for (size_t i = 0; i < rounds; i++) {
		type(&s, text, strlen(text));
		pass(&s, SETTLE_US);
		s.len = 0;
		t = clock_mono_us();
		type(&s, "\t", 1);
		s.took[i] = (double)(hear(&s, mark) - t) / 1e3;
		pass(&s, SETTLE_US);
		type(&s, "\025", 1);
		pass(&s, SETTLE_US);
	}
	printf("first %.1f ms, ", s.took[0]);
	printf("median %.1f ms, max %.1f ms\n", part(s.took, rounds, 0.5),
		part(s.took, rounds, 1));
	stop(&s);
}

/* ------------------------------------------------------------------- print */
__attribute__((noreturn))
static void print(long ms)
{
	struct timespec t = {.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000};

	for (unsigned long i = 0;; i++) {
		char line[80];
		int n = snprintf(line, sizeof(line), "%lu 0123456789 0123456789"
			" 0123456789\n", i);

		if (write(1, line, (size_t)n) < 0)
			exit(1);
		if (ms)
			nanosleep(&t, NULL);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	signal(SIGPIPE, SIG_IGN);
	setenv("TERM", "xterm-256color", 1);
	if (strcmp(what, "start") == 0)
		bench_start((size_t)count_of(argv[2]), argv + 3);
	else if (strcmp(what, "keys") == 0 && argc > 4)
		bench_keys((size_t)count_of(argv[2]), argv[3], argv + 4);
	else if (strcmp(what, "tab") == 0 && argc > 5)
		bench_tab((size_t)count_of(argv[2]), argv[3], argv[4],
			argv + 5);
	else if (strcmp(what, "print") == 0)
		print(count_of(argv[2]));
	else
		die("usage", "see the top of its source");
	return 0;
}
