/*
 * A keyboard and a terminal for tests: runs a program on a pty and does to it
 * what its words say, one after the other. Ends with 0 when all went as said;
 * else names the word, and prints the last of what the program has written.
 *
 *	keyboard WORD… -- COMMAND…
 *
 *	type:TEXT       with \r \n \e \\ and \xHH; \s is a blank
 *	send:FILE       its bytes
 *	fill:N          N letters
 *	mash:SEED:N     N random keys, none of which leaves
 *	see:TEXT        waits until TEXT is written, behind what was seen
 *	unseen:TEXT     TEXT was not written before what see: found last
 *	gap:MS          types nothing for so long
 *	signal:N        to the program
 *	size:ROWS:COLS  of the window
 *	end:STATUS      it ends so, and the modes of the terminal are as before
 *
 * Whatever the program writes is read all the time, and must be what a
 * terminal may be sent: no control characters but those of a line editor.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "engine/base/buf.h"
#include "engine/base/text.h"
#include "engine/io/clock.h"

enum { PATIENCE_US = 20000000, PIECE = 512, SHOWN = 1500 };

static struct {
	pid_t pid;
	int fd, slave;         /* the slave stays open: its modes outlive all */
	struct termios before;
	struct buf out;
	size_t seen, before_seen; /* how far see: has come, and the one before */
} t;

__attribute__((noreturn))
static void fail(const char *word, const char *why)
{
	size_t from = t.out.len > SHOWN ? t.out.len - SHOWN : 0;

	printf("%s: %s\nthe last of %zu bytes:\n", word, why, t.out.len);
	for (size_t i = from; i < t.out.len; i++) {
		unsigned char c = (unsigned char)t.out.data[i];

		if (c == '\n' || (c >= ' ' && c != 0x7f))
			putchar(c);
		else if (c != '\r')
			printf("<%02x>", c);
	}
	printf("\n");
	kill(t.pid, SIGKILL);
	exit(1);
}

static int take(int wait_ms)
{
	struct pollfd p = {.fd = t.fd, .events = POLLIN};
	char b[8192];
	ssize_t n;

	if (poll(&p, 1, wait_ms) <= 0)
		return 0;
	n = read(t.fd, b, sizeof(b));
	if (n <= 0)
		return -1;
	buf_add(&t.out, b, (size_t)n);
	return 1;
}

/* Reads meanwhile: neither side waits for the other for ever. */
static void give(const char *word, const char *p, size_t n)
{
	uint64_t until = clock_mono_us() + PATIENCE_US;

	while (n > 0) {
		ssize_t done = write(t.fd, p, n < PIECE ? n : PIECE);

		if (done > 0) {
			p += done;
			n -= (size_t)done;
			until = clock_mono_us() + PATIENCE_US;
		} else if (done < 0 && errno != EAGAIN) {
			fail(word, "the terminal is gone");
		} else if (clock_mono_us() > until) {
			fail(word, "nobody reads what is typed");
		}
		while (take(done > 0 ? 0 : 10) > 0)
			continue;
	}
}

static void type(const char *word, const char *s)
{
	struct buf b;

	buf_init(&b);
	for (; *s; s++) {
		static const char from[] = "rnes\\", to[] = "\r\n\033 \\";
		const char *at;

		if (*s != '\\' || !s[1]) {
			buf_char(&b, *s);
			continue;
		}
		s++;
		at = strchr(from, *s);
		if (*s == 'x' && s[1] && s[2]) {
			char hex[3] = {s[1], s[2], 0};

			buf_char(&b, (char)strtol(hex, NULL, 16));
			s += 2;
		} else {
			buf_char(&b, at ? to[at - from] : *s);
		}
	}
	give(word, b.data ? b.data : "", b.len);
	buf_release(&b);
}

static void send_file(const char *word, const char *path)
{
	FILE *f = fopen(path, "rb");
	char b[8192];
	size_t n;

	if (!f)
		fail(word, strerror(errno));
	while ((n = fread(b, 1, sizeof(b), f)) > 0)
		give(word, b, n);
	fclose(f);
}

static void fill(const char *word, size_t n)
{
	static char letters[4096];

	memset(letters, 'a', sizeof(letters));
	for (size_t k; n > 0; n -= k) {
		k = n < sizeof(letters) ? n : sizeof(letters);
		give(word, letters, k);
	}
}

/* ---------------------------------------------------------------- mashing */
static uint64_t state;

static unsigned next(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % below;
}

/*
 * Not among them: Ctrl-D, which leaves, Ctrl-Z, which stops, the keys of the
 * terminal itself (Ctrl-S, Ctrl-Q, Ctrl-V before one of these), Ctrl-\, and
 * Ctrl-X with Ctrl-E. And Enter and Ctrl-O, so that nothing is run.
 */
static size_t random_key(char *p)
{
	static const char *const keys[] = {"\033[A", "\033[B", "\033[C",
		"\033[D", "\033[H", "\033[F", "\033[3~", "\033[5~", "\033OA",
		"\033b", "\033f", "\033d", "\033u", "\033t", "\033.", "\033_",
		"\033\177", "\033[200~x\ty\033[201~", "\033[200~", "\033[201~",
		"\033", "\033[", "\033[1;5C", "\033O", "\xc3\xa4", "\xe2\x86",
		"\xf0\x9f\x98\x80", "\xff", "\xc2\x9b", "{", "\"", "/chain ",
		"${", "-> ", "\t", "\t\t", "\033?", "\033*", "\0335", "\033-"};
	static const char controls[] = "\001\002\003\005\006\007\010\011\013"
		"\014\016\020\022\024\025\027\031\036\037\177";
	const char *key;

	switch (next(4)) {
	case 0:
		key = keys[next(sizeof(keys) / sizeof(keys[0]))];
		memcpy(p, key, strlen(key));
		return strlen(key);
	case 1:
		*p = controls[next(sizeof(controls) - 1)];
		return 1;
	default:
		*p = (char)(' ' + next(95));
		return 1;
	}
}

static void mash(const char *word, const char *how)
{
	char *end;
	uint64_t seed = strtoull(how, &end, 10);
	unsigned long n = strtoul(*end ? end + 1 : end, NULL, 10);

	state = seed * 0x9e3779b97f4a7c15u + 1;
	while (n-- > 0) {
		char key[32];

		give(word, key, random_key(key));
		if (next(50) == 0)
			take(1); /* slower than a paste now and then */
	}
}

/* ---------------------------------------------------------------- looking */
static int is_over(void)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)t.pid, &info, WEXITED | WNOHANG | WNOWAIT)
		== 0 && info.si_pid == t.pid;
}

static void see(const char *word, const char *text)
{
	uint64_t until = clock_mono_us() + PATIENCE_US;
	const char *at;

	for (;;) {
		at = t.out.len > t.seen ? memmem(t.out.data + t.seen,
			t.out.len - t.seen, text, strlen(text)) : NULL;
		if (at)
			break;
		if (clock_mono_us() > until)
			fail(word, "is not seen");
		if (take(100) <= 0 && is_over())
			fail(word, "it has ended");
	}
	t.before_seen = t.seen;
	t.seen = (size_t)(at - t.out.data) + strlen(text);
}

/* Up to where see: has come, from where the one before had. */
static void unseen(const char *word, const char *text)
{
	if (t.seen > t.before_seen && memmem(t.out.data + t.before_seen,
			t.seen - t.before_seen, text, strlen(text)))
		fail(word, "has been written");
}

static void gap(int ms)
{
	uint64_t until = clock_mono_us() + (uint64_t)ms * 1000;

	while (clock_mono_us() < until)
		take(10);
}

static int same_modes(void)
{
	struct termios now;

	return tcgetattr(t.slave, &now) == 0 &&
		now.c_iflag == t.before.c_iflag &&
		now.c_oflag == t.before.c_oflag &&
		now.c_cflag == t.before.c_cflag &&
		now.c_lflag == t.before.c_lflag &&
		memcmp(now.c_cc, t.before.c_cc, sizeof(now.c_cc)) == 0;
}

static void end(const char *word, int want)
{
	uint64_t until = clock_mono_us() + PATIENCE_US;
	char why[80];
	int status;

	while (waitpid(t.pid, &status, WNOHANG) == 0) {
		if (clock_mono_us() > until)
			fail(word, "it does not end");
		take(10);
	}
	while (take(50) > 0)
		continue;
	status = WIFEXITED(status) ? WEXITSTATUS(status)
		: 128 + WTERMSIG(status);
	snprintf(why, sizeof(why), "it ended with %d", status);
	if (status != want)
		fail(word, why);
	if (!same_modes())
		fail(word, "the terminal's modes are others");
}

/* What xterm calls C1, as UTF-8 or as bytes of none, and sequences that ask
 * the terminal for something or set it up. */
static void check_output(void)
{
	static const char *const bad[] = {"\xc2\x9b", "\xc2\x9d", "\xc2\x90",
		"\033]0;", "\033]2;", "\033]52;", "\033P", "\033_", "\033^",
		"\033c", "\033[6n", "\033[c", "\033[?1049h"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (t.out.len && memmem(t.out.data, t.out.len, bad[i],
				strlen(bad[i])))
			fail(bad[i] + (bad[i][0] == '\033'),
				"has been sent to the terminal");
}

/* ------------------------------------------------------------------ start */
static void start(char **argv)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};

	if (openpty(&t.fd, &t.slave, NULL, NULL, &size) < 0 ||
			tcgetattr(t.slave, &t.before) < 0)
		fail("openpty", strerror(errno));
	fcntl(t.fd, F_SETFD, FD_CLOEXEC);
	t.pid = fork();
	if (t.pid == 0) {
		close(t.fd);
		if (login_tty(t.slave) < 0)
			_exit(126);
		setenv("TERM", "xterm-256color", 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	fcntl(t.fd, F_SETFL, O_NONBLOCK);
	fcntl(t.slave, F_SETFD, FD_CLOEXEC);
}

static void resize(const char *how)
{
	char *end_of;
	struct winsize size = {0};

	size.ws_row = (unsigned short)strtoul(how, &end_of, 10);
	size.ws_col = (unsigned short)strtoul(*end_of ? end_of + 1 : end_of,
		NULL, 10);
	ioctl(t.fd, TIOCSWINSZ, &size);
}

static void act(const char *word)
{
	const char *colon = strchr(word, ':');
	size_t n = colon ? (size_t)(colon - word) : 0;
	struct str verb = {word, n};
	const char *what = colon ? colon + 1 : "";

	if (str_eq(verb, "type"))
		type(word, what);
	else if (str_eq(verb, "send"))
		send_file(word, what);
	else if (str_eq(verb, "fill"))
		fill(word, strtoul(what, NULL, 10));
	else if (str_eq(verb, "mash"))
		mash(word, what);
	else if (str_eq(verb, "see"))
		see(word, what);
	else if (str_eq(verb, "unseen"))
		unseen(word, what);
	else if (str_eq(verb, "gap"))
		gap((int)strtol(what, NULL, 10));
	else if (str_eq(verb, "signal"))
		kill(t.pid, (int)strtol(what, NULL, 10));
	else if (str_eq(verb, "size"))
		resize(what);
	else if (str_eq(verb, "end"))
		end(word, (int)strtol(what, NULL, 10));
	else
		fail(word, "no such word");
}

int main(int argc, char **argv)
{
	int i = 1;

	while (i < argc && strcmp(argv[i], "--") != 0)
		i++;
	if (i + 1 >= argc) {
		printf("usage: keyboard WORD... -- COMMAND...\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	buf_init(&t.out);
	start(argv + i + 1);
	for (int k = 1; k < i; k++)
		act(argv[k]);
	check_output();
	kill(t.pid, SIGKILL);
	buf_release(&t.out);
	return 0;
}
