/*
 * Files, walks and globs in a directory of their own.
 */
#include "engine/io/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "tests/unit/tap.h"

static char root[] = "/tmp/wf-test-file.XXXXXX";

static void put(const char *path, const char *text)
{
	char full[512], *slash;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (slash = strchr(full + strlen(root) + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0777);
		*slash = '/';
	}
	f = fopen(full, "w");
	assert(f);
	fputs(text, f);
	fclose(f);
}

static void expect(const char *path, const char *want, const char *sentence)
{
	struct buf b;
	struct err err = { 0 };

	buf_init(&b);
	if (file_read(root, path, 1 << 20, &b, &err))
		note("%s", err.text);
	is_str(buf_cstr(&b), want, sentence);
	buf_release(&b);
}

static unsigned mode_of(const char *path)
{
	char full[512];
	struct stat st;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	return lstat(full, &st) ? 0 : (unsigned)st.st_mode;
}

static int is_temporary(void *ud, const char *path, int is_dir)
{
	(void)is_dir;
	*(int *)ud += strstr(path, ".wf-") != NULL;
	return 0;
}

static int temporaries(void)
{
	struct walk_options o = { .dir = root, .hidden = 1, .ignored = 1 };
	struct err err;
	int n = 0;

	return file_walk(&o, is_temporary, &n, &err) ? -1 : n;
}

static void test_read(void)
{
	struct err err = { 0 };
	struct buf b;

	buf_init(&b);
	put("a.txt", "hello");
	buf_str(&b, "> ");
	ok(!file_read(root, "a.txt", 5, &b, &err), "a file is read whole");
	is_str(buf_cstr(&b), "> hello", "behind what the buffer had");
	ok(file_read(root, "a.txt", 4, &b, &err) && err.code == ERR_LIMIT,
		"one over the cap is refused");
	is_str(buf_cstr(&b), "> hello", "and adds nothing");
	ok(file_read(root, "none", 9, &b, &err) && err.code == ERR_NOTFOUND,
		"a missing one is told apart");
	ok(strstr(err.text, "none") != NULL, "by name");
	ok(file_read(root, ".", 9, &b, &err) && err.code == ERR_IO,
		"a directory is no file");
	buf_release(&b);
}

static void test_write(void)
{
	struct err err = { 0 };
	char link[512];

	umask(022);
	ok(!file_write(root, "new", str_of("one\n"), 0, &err),
		"a new file is written");
	expect("new", "one\n", "with its content");
	is_int(mode_of("new") & 0777, 0644, "and the umask's mode");
	file_write(root, "secret", str_of("x"), 0600, &err);
	is_int(mode_of("secret") & 0777, 0600, "or the mode asked for");
	snprintf(link, sizeof(link), "%s/new", root);
	chmod(link, 0750);
	ok(!file_write(root, "new", str_of("two\n"), 0, &err),
		"a file is replaced");
	is_int(mode_of("new") & 0777, 0750, "and keeps its mode");
	snprintf(link, sizeof(link), "%s/link", root);
	ok(!symlink("new", link) &&
		!file_write(root, "link", str_of("three\n"), 0, &err),
		"writing through a link");
	ok(S_ISLNK(mode_of("link")), "keeps the link");
	expect("new", "three\n", "and changes its file");
	snprintf(link, sizeof(link), "%s/dangling", root);
	ok(!symlink("later", link) &&
		!file_write(root, "dangling", str_of("made"), 0, &err),
		"a dangling link makes its file");
	expect("later", "made", "where it points");
	ok(file_write(root, "no/where", str_of("x"), 0, &err) &&
		err.code == ERR_IO, "a missing directory is an error");
	ok(file_write(root, ".", str_of("x"), 0, &err), "so is a directory");
	ok(!file_write(NULL, "/dev/null", str_of("x"), 0, &err),
		"a device is written to, not replaced");
	is_int(temporaries(), 0, "no temporary file stays");
}

static int at_once(void *ud)
{
	(*(int *)ud)++;
	return 1;
}

static void test_special(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct err err = { 0 };
	struct digest d;
	struct buf b;
	uint64_t len;
	char path[512], *much = mem_zero(1 << 20);
	int sock = socket(AF_UNIX, SOCK_STREAM, 0), reader, asked = 0;
	struct file_target t = { .dir = root, .path = "pipe",
		.stop = at_once, .ud = &asked };

	buf_init(&b);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/socket", root);
	ok(bind(sock, (struct sockaddr *)&a, sizeof(a)) == 0 &&
		file_write(root, "socket", str_of("x"), 0, &err) &&
		strstr(err.text, "a socket"), "a socket is not written to");
	ok(file_read(root, "socket", 9, &b, &err), "nor read");
	snprintf(path, sizeof(path), "%s/pipe", root);
	ok(mkfifo(path, 0600) == 0 && file_read(root, "pipe", 9, &b, &err) &&
		strstr(err.text, "not a regular file"),
		"a pipe that nobody writes to is refused");
	ok(file_digest(root, "pipe", &d, &len, &err), "nor digested");
	ok(file_write(root, "pipe", str_of("x"), 0, &err) &&
		strstr(err.text, "nobody reads"),
		"one that nobody reads is not written to");
	ok(file_append(root, "pipe", str_of("x"), 0, &err), "nor appended to");
	reader = open(path, O_RDONLY | O_NONBLOCK);
	ok(!file_write(root, "pipe", str_of("hi"), 0, &err) &&
		read(reader, path, 9) == 2, "one that somebody reads is");
	ok(file_put(&t, (struct str){ much, 1 << 20 }, &err) && asked == 1,
		"a full one is waited for until told to stop");
	close(reader);
	close(sock);
	free(much);
	buf_release(&b);
}

static void test_append(void)
{
	struct err err = { 0 };

	file_append(root, "log", str_of("a\n"), 0600, &err);
	file_append(root, "log", str_of("b\n"), 0600, &err);
	expect("log", "a\nb\n", "appending adds at the end");
	is_int(mode_of("log") & 0777, 0600, "and makes the file with its mode");
}

static void test_digest(void)
{
	struct err err = { 0 };
	struct digest d;
	char hex[DIGEST_HEX + 1];
	uint64_t len = 0;

	put("abc", "abc");
	ok(!file_digest(root, "abc", &d, &len, &err) && len == 3,
		"a digest comes with the length");
	digest_hex(&d, hex);
	is_str(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
		"f20015ad", "and is SHA-256");
	ok(file_digest(root, "none", &d, &len, &err) == -1,
		"a missing file has none");
}

/* ---- walks ---- */

static int collect(void *ud, const char *path, int is_dir)
{
	struct buf *b = ud;

	buf_printf(b, "%s%s ", path, is_dir ? "/" : "");
	return 0;
}

static void walk(const char *sub, int hidden, int ignored, int dirs,
	struct buf *out)
{
	char dir[512];
	struct walk_options o = { .dir = dir, .hidden = (uint8_t)hidden,
		.ignored = (uint8_t)ignored, .dirs = (uint8_t)dirs };
	struct err err = { 0 };

	buf_clear(out);
	snprintf(dir, sizeof(dir), "%s/%s", root, sub);
	if (file_walk(&o, collect, out, &err))
		buf_printf(out, "error: %s", err.text);
}

static void make_tree(void)
{
	char link[512];

	put("t/.git/config", "");
	put("t/.git/info/exclude", "excluded\n");
	put("t/.gitignore", "# comment\n*.o\n!keep.o\n/top\nbuild/\n"
		"doc/*.html\n**/deep/x\n\\#odd\ntrail  \nsub/**/z\r\n");
	put("t/.hidden", "");
	put("t/a.c", "");
	put("t/a/b.c", "");
	put("t/a-b", "");
	put("t/a.o", "");
	put("t/keep.o", "");
	put("t/top", "");
	put("t/a/top", "");
	put("t/build/out.c", "");
	put("t/a/build", "a file of that name");
	put("t/doc/i.html", "");
	put("t/doc/more/j.html", "");
	put("t/p/q/deep/x", "");
	put("t/p/q/deep/y", "");
	put("t/#odd", "");
	put("t/trail", "");
	put("t/excluded", "");
	put("t/sub/.gitignore", "!*.o\nlocal\n/only\n");
	put("t/sub/s.o", "");
	put("t/sub/local", "");
	put("t/sub/only", "");
	put("t/sub/in/only", "");
	put("t/sub/in/local", "");
	put("t/sub/in/r/z", "");
	snprintf(link, sizeof(link), "%s/t/link", root);
	if (symlink("a", link))
		note("no link");
}

static int stop_third(void *ud, const char *path, int is_dir)
{
	(void)path;
	(void)is_dir;
	return ++*(int *)ud == 3;
}

static int always(void *ud)
{
	(void)ud;
	return 1;
}

static void test_walk(void)
{
	char dir[512];
	struct walk_options o = { .dir = dir };
	struct err err = { 0 };
	struct buf b;
	int n = 0;

	buf_init(&b);
	make_tree();
	walk("t", 0, 0, 0, &b);
	is_str(buf_cstr(&b), "a-b a.c a/b.c a/build a/top doc/more/j.html "
		"keep.o p/q/deep/y sub/in/only sub/s.o ",
		"a walk honours nested .gitignore files and sorts by path");
	walk("t", 0, 0, 1, &b);
	is_str(buf_cstr(&b), "a/ a-b a.c a/b.c a/build a/top doc/ doc/more/ "
		"doc/more/j.html keep.o p/ p/q/ p/q/deep/ p/q/deep/y sub/ "
		"sub/in/ sub/in/only sub/in/r/ sub/s.o ",
		"directories are reported when asked for");
	walk("t/sub", 0, 0, 0, &b);
	is_str(buf_cstr(&b), "in/only s.o ",
		"rules above the root count within its repository");
	walk("t/a", 0, 1, 0, &b);
	is_str(buf_cstr(&b), "b.c build top ", "ignored files when asked for");
	walk("t", 1, 0, 0, &b);
	ok(!strncmp(buf_cstr(&b), ".gitignore .hidden a-b ", 23),
		"hidden files when asked for, but never .git");
	ok(strstr(buf_cstr(&b), "link") == NULL, "links are not followed");
	walk("none", 0, 0, 0, &b);
	ok(strstr(buf_cstr(&b), "error: cannot read directory") != NULL,
		"a root that is not there is an error");
	snprintf(dir, sizeof(dir), "%s/t", root);
	ok(!file_walk(&o, stop_third, &n, &err) && n == 3,
		"the callback can end the walk");
	o.stop = always;
	n = 0;
	ok(!file_walk(&o, stop_third, &n, &err) && n == 0,
		"and so can stop()");
	buf_release(&b);
}

static void test_glob(void)
{
	static const struct {
		const char *pattern, *path;
		int want;
	} cases[] = {
		{ "*.c", "a.c", 1 }, { "*.c", "a/b.c", 0 }, { "*", "", 1 },
		{ "a?c", "abc", 1 }, { "a?c", "a/c", 0 },
		{ "a?c", "a\xc3\xa4" "c", 1 }, { "", "", 1 }, { "", "a", 0 },
		{ "**/*.c", "a.c", 1 }, { "**/*.c", "x/y/a.c", 1 },
		{ "src/**", "src/a/b", 1 }, { "src/**", "src", 0 },
		{ "src/**/t.c", "src/t.c", 1 },
		{ "src/**/t.c", "src/a/b/t.c", 1 },
		{ "src/**/t.c", "srcx/t.c", 0 }, { "**", "a/b", 1 },
		{ "**/a/**/b/c", "x/a/y/b/z/b/c", 1 },
		{ "a**b", "axxb", 1 }, { "a**b", "ax/xb", 0 },
		{ "[a-c]x", "bx", 1 }, { "[!a-c]x", "bx", 0 },
		{ "[^a]x", "bx", 1 }, { "[]x]y", "]y", 1 },
		{ "[[:digit:]]x", "5x", 1 }, { "[[:digit:]]x", "ax", 0 },
		{ "[a", "[a", 1 }, { "\\*", "*", 1 }, { "\\*", "a", 0 },
		{ "*.{c,h}", "a.h", 1 }, { "*.{c,h}", "a.o", 0 },
		{ "{a,b{c,d}}e", "bde", 1 }, { "{a,}x", "x", 1 },
		{ "{a", "{a", 1 }, { "a,b", "a,b", 1 },
		{ "*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0 }
	};
	char pattern[2048], path[4096];
	uint64_t since;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(glob_match(cases[i].pattern, cases[i].path) ==
			cases[i].want, "'%s' %s '%s'", cases[i].pattern,
			cases[i].want ? "matches" : "does not match",
			cases[i].path);
	for (i = 0; i + 6 < sizeof(pattern); i += 6)
		memcpy(pattern + i, "**/*a/", 7);
	memset(path, 'a', sizeof(path));
	for (i = 1; i < sizeof(path); i += 2)
		path[i] = '/';
	path[sizeof(path) - 1] = '\0';
	since = clock_mono_us();
	glob_match(pattern, path);
	for (i = 0; i + 6 < sizeof(pattern); i += 6)
		memcpy(pattern + i, "{a,bb}", 7);
	glob_match(pattern, path);
	ok(clock_mono_us() - since < 5000000,
		"hostile patterns end in bounded time");
}

static void test_clock(void)
{
	char text[25];
	int64_t now = clock_now_ms();

	ok(now > 1600000000000 && clock_now_ms() >= now, "time goes forward");
	clock_rfc3339(1767323045678, text);
	is_str(text, "2026-01-02T03:04:05.678Z", "times print in UTC");
	clock_rfc3339(-1, text);
	is_str(text, "1969-12-31T23:59:59.999Z", "before 1970 too");
	ok(clock_random() != clock_random(), "randomness differs");
}

static void test_spool(void)
{
	int dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = spool_make(dir);
	struct stat st;

	ok(fd >= 0 && !fstat(fd, &st) && st.st_nlink == 0,
		"a spool has no name");
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "and is not inherited");
	close(fd);
	ok(spool_make(-1) == -1 && errno == EBADF,
		"without a directory there is none");
	close(dir);
}

static int remove_one(const char *path, const struct stat *st, int flag,
	struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

int main(void)
{
	if (!mkdtemp(root))
		return 1;
	test_read();
	test_write();
	test_special();
	test_append();
	test_digest();
	test_walk();
	test_glob();
	test_clock();
	test_spool();
	is_int(nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0,
		"nothing is left that cannot be removed");
	return done();
}
