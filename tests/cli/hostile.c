/*
 * Hostile values for every place in which a step's result can stand.
 *
 *	hostile make DIR      values DIR/val.N and scripts DIR/sh.wf, bash.wf
 *	hostile check DIR     what came out, and that no canary was made; TAP
 *	hostile put FILE -- VALUE      a program that keeps its argument
 *
 * Each script has one line for each value: a step that yields it, and then
 * all positions at once. Position P of value N leaves DIR/SHELL.N.P.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/mem.h"
#include "tests/unit/tap.h"

enum { VALUES = 220, LONG = 90000 };

/* @ becomes the canary's name, which tells whose it is. */
static const char *const payloads[] = {
	"$(touch @)", "`touch @`", "; touch @;", "| touch @", "& touch @ &",
	"&& touch @", "|| touch @", "\ntouch @\n", "'; touch @; '",
	"\"; touch @; \"", "'$(touch @)'", "\"$(touch @)\"", "\\$(touch @)",
	"\\`touch @\\`", "> @", ">> @", ">@", "2>@", "<> @", "<(touch @)",
	">(touch @)", "$( touch @ )", "${x:=$(touch @)}", "${x:-`touch @`}",
	"a[$(touch @)]", "a[`touch @`]=1", "x=$(touch @)", "$((a[$(touch @)]))",
	"$[a[$(touch @)]]", "{touch,@}", "eval touch @", "!touch @", "!!", "!$",
	"\"`touch @`\"", "'`touch @`'", ")\ntouch @\n(", "); touch @; (",
	"`\ntouch @\n`", "\"\ntouch @\n\"", "'\ntouch @\n'", "\\\ntouch @",
	"E\ntouch @\nE\n", "\nE\ntouch @\n", "EOF\ntouch @\n", "E\n$(touch @)",
	"}; touch @; {", "} && touch @ #", "-> x: /bash touch @",
	"→ x: /bash touch @", "\n/bash touch @\n", "!touch @\n",
	"/bash touch @",
	"@timeout=1 touch @", ", x: /bash touch @", "] -> y: /bash touch @",
	"} -> z: /bash touch @", "${v.output}", "${v.stdout}$(touch @)",
	"${WF_V1}", "$WF_V1", "${WF_V1:-$(touch @)}", "$0", "$@", "$*", "$#",
	"$$", "$?", "$!", "$_", "$IFS", "${IFS}touch${IFS}@", "$PATH", "$HOME",
	"~", "~root", "~+", "*", "?", "[a-z]*", "../*", ".*", "{a,b}", "{1..9}",
	"-n", "-e", "-", "--", "-v", "--help", "-rf", "--x=$(touch @)", "-c",
	"-c touch @", "-exec touch @ ;", "#", "# touch @", " # touch @", "",
	" ", "  a  b  ", "\t", "\ta\t", "\n", "\n\n\n", "a\n", "a\n\n", "\na",
	"a\r\n", "\r", "a\rb", "%s%s%s%n", "%d", "%", "\\", "\\\\", "\\n",
	"\\0", "\\x00", "\\c", "a\\", "\\\n", "\"", "'", "`", "$", "$(", "${",
	"$((", "(", ")", "{", "}", "[", "]", "<", ">", "|", "&", ";", "\"\"",
	"''", "'\"'\"'", "\"'\"", "\x1b[31mred", "\x1b]0;title\a", "\a\b",
	"\x7f", "\x01\x02\x03", "\xff\xfe", "\xc3", "\xe2\x82", "\xf0\x9f\x98",
	"\xe2\x80\xae" "abc", "\xe2\x80\x8b", "\xef\xbb\xbf" "bom",
	"\xc2\xa0", "\xed\xa0\x80", "h\xc3\xa9llo", "日本語 → 語",
	"null", "true", "0", "-1", "1e999", "0x7fffffff", "NaN", "[1,2]",
	"{\"a\":1}", "\"${a}\"", "a=b", "PATH=/tmp", "LD_PRELOAD=@",
	"BASH_ENV=@", "() { :;}; touch @", "() { (a)=>\\' touch @",
	"alias ls='touch @'", "exit 1", "return", "exec touch @", "set -e",
	". ./@", "trap 'touch @' EXIT", "kill $$", "a b", "a;b", "a|b", "a&b",
	"a\\b", "a'b", "a\"b", "a`b", "a$b", "a*b", "a?b", "a[b", "a~b", "a#b",
	"a!b", "a=b;touch @", "a\nb\nc", "x\ty\tz",
};
enum { PAYLOADS = sizeof(payloads) / sizeof(payloads[0]) };

/* V: the value; F: the file; E: the expected bytes around it. */
struct position {
	const char *name, *step, *before, *after;
	unsigned char exec;       /* not a shell step */
};

static const struct position positions[] = {
	{ "bare", "printf %s ${v.stdout} >F", "", "", 0 },
	{ "quoted", "printf %s \"<${v.stdout}>\" >F", "<", ">", 0 },
	{ "joined", "printf %s a${v.stdout}'z' >F", "a", "z", 0 },
	{ "substituted", "printf %s \"$(printf %s ${v.stdout}; echo x)\" >F",
		"", "x", 0 },
	{ "backticked", "y=`printf %s ${v.stdout}; echo x`; "
		"printf %s \"$y\" >F", "", "x", 0 },
	{ "here", "cat >F <<E\n<${v.stdout}>\nE\n", "<", ">\n", 0 },
	{ "assigned", "y=${v.stdout}; printf %s \"$y\" >F", "", "", 0 },
	{ "option", "printf %s --x=${v.stdout} >F", "--x=", "", 0 },
	{ "dashes", "printf -- %s ${v.stdout} >F", "", "", 0 },
	{ "called", "f() { printf %s \"$1\" >F; }; f ${v.stdout}", "", "",
		0 },
	{ "default", "printf %s \"${nothing-<${v.stdout}>}\" >F", "<", ">",
		0 },
	{ "exec", "PUT put F -- ${v.stdout}", "", "", 1 },
	{ "glued", "PUT put F -- --x=${v.stdout}", "--x=", "", 1 },
	{ "spread", "PUT put F -- <${v.stdout}>", "<", ">", 1 },
};
enum { POSITIONS = sizeof(positions) / sizeof(positions[0]) };

static const char *const shells[] = { "sh", "bash" };

/* ---------------------------------------------------------------- values */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Bytes of all kinds but NUL, with a liking for what shells read. */
static void random_value(unsigned n, struct buf *out)
{
	static const char spice[] = "$`\"'\\;|&<>(){}[]*?~#!\n \t=%-";
	uint64_t x = n * 0x9e3779b97f4a7c15u;
	size_t len = mix(x) % 200 + 1;

	for (size_t i = 0; i < len; i++) {
		x += 0x9e3779b97f4a7c15u;
		if (mix(x) % 3)
			buf_char(out, spice[mix(x) / 3 % (sizeof(spice) - 1)]);
		else
			buf_char(out, (char)(1 + mix(x) / 3 % 255));
	}
	buf_printf(out, "$(touch canary.%u)", n);
}

static void value(unsigned n, struct buf *out)
{
	const char *p;

	buf_clear(out);
	if (n == VALUES - 1) {
		while (out->len < LONG)
			buf_str(out, "$(touch canary.long) `touch x` \"'\\\n");
		return;
	}
	if (n >= PAYLOADS) {
		random_value(n, out);
		return;
	}
	for (p = payloads[n]; *p; p++) {
		if (*p == '@')
			buf_printf(out, "canary.%u", n);
		else
			buf_char(out, *p);
	}
}

static char *file_name(const char *dir, const char *shell, unsigned n,
	const char *what)
{
	return mem_printf("%s/%s.%u.%s", dir, shell, n, what);
}

static void keep(const char *path, const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n) {
		fprintf(stderr, "hostile: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	close(fd);
}

static void take(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = 1;

	buf_clear(out);
	while (fd >= 0 && n > 0) {
		buf_reserve(out, 65536);
		n = read(fd, out->data + out->len, 65536);
		out->len += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
}

/* --------------------------------------------------------------- scripts */
static void add_position(struct buf *b, const struct position *p,
	const char *shell, unsigned n, const char *self)
{
	const char *at;

	buf_printf(b, ",\n  %s: %s ", p->name, p->exec ? "/exec" : "/bash {");
	for (at = p->step; *at; at++) {
		if (*at == 'F')
			buf_printf(b, "%s.%u.%s", shell, n, p->name);
		else if (strncmp(at, "PUT", 3) == 0) {
			buf_str(b, self);
			at += 2;
		} else {
			buf_char(b, *at);
		}
	}
	if (!p->exec)
		buf_printf(b, "}%s", strcmp(shell, "bash") == 0 ?
			" @shell=bash" : "");
}

static void add_line(struct buf *b, const char *shell, unsigned n,
	const char *self)
{
	buf_str(b, "/flow { v: ");
	switch (n % 3) {
	case 0: buf_printf(b, "/read val.%u", n); break;
	case 1: buf_printf(b, "/bash cat val.%u", n); break;
	default: buf_printf(b, "/exec cat val.%u", n); break;
	}
	/* As the name of a file, in a directory of its own. */
	buf_printf(b, " -> [target: /bash {mkdir %s.%u.d; cd %s.%u.d && "
		"echo hi >${v.stdout}}%s @ignore", shell, n, shell, n,
		strcmp(shell, "bash") == 0 ? " @shell=bash" : "");
	for (size_t i = 0; i < POSITIONS; i++)
		add_position(b, &positions[i], shell, n, self);
	buf_str(b, "\n  ] }\n");
}

static void make(const char *dir, const char *self)
{
	struct buf b, script;
	char *path;

	buf_init(&b);
	buf_init(&script);
	for (unsigned n = 0; n < VALUES; n++) {
		value(n, &b);
		path = mem_printf("%s/val.%u", dir, n);
		keep(path, buf_cstr(&b), b.len);
		free(path);
	}
	for (size_t s = 0; s < 2; s++) {
		buf_clear(&script);
		for (unsigned n = 0; n < VALUES; n++)
			add_line(&script, shells[s], n, self);
		path = mem_printf("%s/%s.wf", dir, shells[s]);
		keep(path, buf_cstr(&script), script.len);
		free(path);
	}
	buf_release(&b);
	buf_release(&script);
}

/* ----------------------------------------------------------------- check */
static void check_position(const char *dir, const char *shell,
	const struct position *p)
{
	struct buf want, got, v;
	unsigned wrong = 0;

	buf_init(&want);
	buf_init(&got);
	buf_init(&v);
	for (unsigned n = 0; n < VALUES; n++) {
		char *path = file_name(dir, shell, n, p->name);

		value(n, &v);
		buf_clear(&want);
		buf_str(&want, p->before);
		buf_add(&want, v.data ? v.data : "", v.len);
		buf_str(&want, p->after);
		take(path, &got);
		if (got.len != want.len || (got.len && memcmp(got.data,
				want.data, got.len) != 0) ||
				access(path, F_OK) < 0) {
			if (wrong++ < 3)
				printf("# value %u: %zu bytes, want %zu\n", n,
					got.len, want.len);
		}
		free(path);
	}
	ok(wrong == 0, "%s: %u values arrive byte-equal where they stand %s",
		shell, VALUES, p->name);
	buf_release(&want);
	buf_release(&got);
	buf_release(&v);
}

/* Can it be the name of a file in a directory? */
static int is_file_name(const struct buf *v)
{
	const char *text = v->data ? v->data : "";

	return v->len > 0 && v->len < 256 && !memchr(text, '/', v->len) &&
		!(v->len == 1 && text[0] == '.') &&
		!(v->len == 2 && memcmp(text, "..", 2) == 0);
}

static void check_target(const char *dir, const char *shell)
{
	unsigned wrong = 0, tried = 0;
	struct buf v;

	buf_init(&v);
	for (unsigned n = 0; n < VALUES; n++) {
		char *path = file_name(dir, shell, n, "d");
		DIR *d = opendir(path);
		const struct dirent *e;
		int found = 0, others = d == NULL;

		value(n, &v);
		buf_cstr(&v);
		while (d && (e = readdir(d))) {
			if (strcmp(e->d_name, ".") == 0 ||
				strcmp(e->d_name, "..") == 0)
				continue;
			if (strcmp(e->d_name, v.data) == 0)
				found = 1;
			else
				others = 1;
		}
		if (d)
			closedir(d);
		tried += is_file_name(&v) != 0;
		if (others || found != is_file_name(&v)) {
			if (wrong++ < 3)
				printf("# value %u as the target\n", n);
		}
		free(path);
	}
	ok(wrong == 0 && tried > 100, "%s: %u values name the file that a "
		"redirection makes, and no other", shell, tried);
	buf_release(&v);
}

static int count_canaries(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d))) {
		char *sub = mem_printf("%s/%s", dir, e->d_name);

		if (strncmp(e->d_name, "canary", 6) == 0) {
			printf("# there is %s\n", sub);
			n++;
		}
		free(sub);
	}
	if (d)
		closedir(d);
	return n;
}

static int check(const char *dir)
{
	for (size_t s = 0; s < 2; s++) {
		for (size_t i = 0; i < POSITIONS; i++)
			check_position(dir, shells[s], &positions[i]);
		check_target(dir, shells[s]);
	}
	ok(count_canaries(dir) == 0, "no value had an effect");
	return done();
}

static int put(int argc, char **argv)
{
	if (argc != 5 || strcmp(argv[3], "--") != 0) {
		fprintf(stderr, "hostile put: %d arguments\n", argc);
		return 3;
	}
	keep(argv[2], argv[4], strlen(argv[4]));
	return 0;
}

int main(int argc, char **argv)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	if (argc > 2 && strcmp(argv[1], "put") == 0)
		return put(argc, argv);
	if (argc == 3 && strcmp(argv[1], "make") == 0) {
		make(argv[2], self);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "check") == 0)
		return check(argv[2]);
	fprintf(stderr, "usage: hostile make DIR | check DIR\n");
	return 2;
}
