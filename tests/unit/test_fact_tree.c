/*
 * codebase.* on made trees: what counts as a file, a line, a language; and
 * the cache of tree.h, of which every test must give the same answers cold
 * and warm.
 */
#include "engine/fact/tree.h"

#include <assert.h>
#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/jspan.h"
#include "engine/base/mem.h"
#include "engine/fact/fact.h"
#include "tests/unit/tap.h"

static char world[] = "/tmp/wf-test-tree.XXXXXX";
static char top[64], cache[64];

/* ------------------------------------------------------------------ trees */
static char *in_tree(const char *path)
{
	return mem_printf("%s/%s", top, path);
}

static void make_parents(char *full)
{
	for (char *s = full + strlen(top) + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		mkdir(full, 0777);
		*s = '/';
	}
}

static void put_bytes(const char *path, const char *bytes, size_t n)
{
	char *full = in_tree(path);
	FILE *f;

	make_parents(full);
	f = fopen(full, "w");
	assert(f);
	fwrite(bytes, 1, n, f);
	fclose(f);
	mem_free(full);
}

static void put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static void link_to(const char *target, const char *path)
{
	char *full = in_tree(path);
	int rc;

	make_parents(full);
	rc = symlink(target, full);
	assert(rc == 0);
	mem_free(full);
}

static void change_mode(const char *path, mode_t mode)
{
	char *full = in_tree(path);

	chmod(full, mode);
	mem_free(full);
}

static int remove_one(const char *path, const struct stat *st, int type,
	struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	chmod(path, 0700);
	return remove(path);
}

static void remove_all(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Empty, and nothing remembered. */
static void new_tree(void)
{
	remove_all(top);
	remove_all(cache);
	mkdir(top, 0755);
	mkdir(cache, 0777);
	chmod(cache, 0777);
}

/* ------------------------------------------------------------------- asks */
/* Of codebase.* with or without the cache. */
static int ask(const char *dir, int cached, struct buf *out, struct err *err)
{
	struct fact_ask a = {dir, cached ? cache : NULL, NULL};

	buf_clear(out);
	return fact_source_of(str_of("codebase"))->measure(&a, out, err);
}

static struct str field(const struct buf *b, const char *name)
{
	struct str object, value = {"", 0};

	if (jspan_value((struct str){b->data, b->len}, &object) == 0)
		jspan_find(object, str_of(name), &value);
	return value;
}

static long long number(const char *name)
{
	struct err err = {0};
	struct buf b;
	long long n = -1;

	buf_init(&b);
	if (ask(top, 0, &b, &err) < 0)
		note("%s", err.text);
	else if (field(&b, name).n)
		n = strtoll(field(&b, name).p, NULL, 10);
	buf_release(&b);
	return n;
}

static void is_text(const char *name, const char *want, const char *sentence)
{
	struct err err = {0};
	struct buf b;
	char *got;

	buf_init(&b);
	ask(top, 0, &b, &err);
	got = mem_strndup(field(&b, name).p, field(&b, name).n);
	is_str(got, want, sentence);
	mem_free(got);
	buf_release(&b);
}

static void is_same_thrice(const char *sentence)
{
	struct err err = {0};
	struct buf none, cold, warm;
	int rc;

	buf_init(&none);
	buf_init(&cold);
	buf_init(&warm);
	rc = ask(top, 0, &none, &err) | ask(top, 1, &cold, &err) |
		ask(top, 1, &warm, &err);
	ok(rc == 0 && str_same((struct str){none.data, none.len},
		(struct str){cold.data, cold.len}) &&
		str_same((struct str){none.data, none.len},
		(struct str){warm.data, warm.len}), "%s", sentence);
	buf_release(&none);
	buf_release(&cold);
	buf_release(&warm);
}

/* ----------------------------------------------------------------- counts */
static void test_counts(void)
{
	new_tree();
	is_int(number("files"), 0, "an empty directory has no files");
	is_text("languages", "[]", "and no languages");
	put("a.c", "int a(void)\n{\n\treturn 1;\n}\n");
	put("b/c.py", "def f():\n    # TODO: more\n    pass\n");
	put("b/test_c.py", "def test_f():\n    assert 1  # FIXME XXX\n\n");
	put("empty.lua", "");
	put("end.go", "package a");
	put("README", "text\n");
	put("notes.txt", "TODO\n");
	is_int(number("files"), 5, "programs count, other texts do not");
	is_int(number("lines"), 4 + 3 + 3 + 0 + 1,
		"a last line without a newline is one, an empty file has none");
	is_text("languages", "[\"Python\",\"C\",\"Go\",\"Lua\"]",
		"languages stand in order of lines, also one without any");
	is_int(number("todo_count"), 3, "notes to do count in comments");
	is_int(number("test_count"), 1, "functions that are tests count");
	is_int(number("functions"), 3, "functions count");
	is_same_thrice("the same is said cold and warm");
}

static void test_odd_files(void)
{
	char *wide = mem_alloc(3 << 20);
	const char *nothing = "int a;\n";

	new_tree();
	put_bytes("binary.ts", "G@\0\1\n\n\n\n", 8);
	is_int(number("files"), 0, "a binary is no program, whatever its name");
	memset(wide, 'x', 3 << 20);
	put_bytes("wide.c", wide, 3 << 20);
	is_int(number("lines"), 1, "a line of 3 MB is one line");
	put("bad.c", "int \xff\xfe;\n/* \x80 TODO */\n\xc3\n");
	is_int(number("lines"), 4, "bytes that are no UTF-8 are counted");
	is_int(number("todo_count"), 1, "and read");
	put("crlf.c", "int a;\r\nint b;\r\n");
	is_int(number("lines"), 6, "CR LF ends a line once");
	put("bom.py", "\xef\xbb\xbf" "def f():\n    pass\n");
	is_int(number("functions"), 1, "a byte order mark hides nothing");
	put("a\nb.c", nothing);
	put("a b.c", nothing);
	put("\xff.c", nothing);
	is_int(number("files"), 7, "names of any bytes are names");
	put(".c", nothing);
	put(".hidden.c", nothing);
	put(".dir/a.c", nothing);
	is_int(number("files"), 7, "hidden files and directories are not "
		"looked at");
	is_same_thrice("the same is said cold and warm of odd files");
	mem_free(wide);
}

/* ---------------------------------------------------------------- ignored */
static void test_ignored(void)
{
	static const struct {
		const char *path;
		int there;
		const char *why;
	} files[] = {
		{"plain.c", 1, "what no rule names is there"},
		{"a.gen.c", 0, "a pattern is of any name"},
		{"deep/down/b.gen.c", 0, "at any depth"},
		{"keep.gen.c", 1, "a later ! brings back"},
		{"deep/keep.gen.c", 1, "at any depth too"},
		{"build/a.c", 0, "a directory is ignored with all in it"},
		{"sub/build/a.c", 0, "at any depth"},
		{"build.c", 1, "a name that only begins so is another"},
		{"only/file/out", 1, "out is no program"},
		{"out.c/x.c", 0, "a pattern with / behind is of directories"},
		{"sub/out.c", 1, "so a file of that name is there"},
		{"rooted/a.c", 0, "/ in front: beside the rules' file only"},
		{"sub/rooted/a.c", 1, "deeper it is there"},
		{"doc/api/a.c", 0, "a / within does the same"},
		{"sub/doc/api/a.c", 1, "deeper that is there"},
		{"x/any/y/z.c", 0, "** stands for directories"},
		{"x/z.c", 0, "and for none"},
		{"nested/local.c", 0, "rules of a directory hold beneath it"},
		{"nested/d/local.c", 0, "and further down"},
		{"local.c", 1, "but not above"},
		{"nested/b.gen.c", 1, "the deeper file decides"},
		{"#note.c", 0, "\\# is no comment"},
		{"shut/no.c", 0, "nothing comes back in a directory that is "
			"ignored"},
		{"tail ", 1, "no program"},
		{"[a].c", 1, "a class is of one byte"},
		{"q1.c", 0, "and matches it"},
		{"qa.c", 1, "and no other"},
	};
	size_t n = sizeof(files) / sizeof(files[0]), there = 0, wrong = 0;

	new_tree();
	put(".gitignore", "# rules\n*.gen.c\n!keep.gen.c\nbuild/\nout.c/\n"
		"/rooted\ndoc/api\nx/**/z.c\n\\#note.c\nshut/\n!shut/no.c\n"
		"q[0-9].c\n\n");
	put("nested/.gitignore", "local.c\n!b.gen.c\n");
	for (size_t i = 0; i < n; i++) {
		const char *name = files[i].path;
		size_t len = strlen(name);
		int is_c = strcmp(name + len - 2, ".c") == 0;
		long long before = number("files");

		put(name, "int a;\n");
		there += files[i].there && is_c;
		if (number("files") - before != (files[i].there && is_c)) {
			note("%s: %s", name, files[i].why);
			wrong++;
		}
	}
	is_int((long long)wrong, 0, ".gitignore is read as git reads it");
	is_int(number("files"), (long long)there, "so the sum is right");
	is_same_thrice("the same is said cold and warm of what is left");
	put(".gitignore", "*.c\n");
	is_int(number("files"), 1, "a rule that changes counts at once");
	is_same_thrice("whatever was remembered");
}

static void test_links(void)
{
	char *fifo;

	new_tree();
	put("a/real.c", "int a;\n");
	link_to("real.c", "a/link.c");
	link_to("..", "a/up");
	link_to(".", "a/here");
	link_to("loop.c", "loop.c");
	link_to("nowhere", "dangling.c");
	link_to("a", "other");
	is_int(number("files"), 1, "links are not followed, loops do not end "
		"in one");
	fifo = in_tree("pipe.c");
	assert(mkfifo(fifo, 0600) == 0);
	mem_free(fifo);
	is_int(number("files"), 1, "a pipe is passed over without waiting");
	is_same_thrice("the same is said cold and warm beside links");
}

/* --------------------------------------------------------------- not ours */
/* As another user: root may read everything. */
static void as_nobody(void (*fn)(void), const char *sentence)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(9);
		fn();
		_exit(8);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s", sentence);
}

static void expect_one(void)
{
	_exit(number("files") != 1);
}

static void expect_none(void)
{
	struct err err = {0};
	struct buf b;
	int rc;

	buf_init(&b);
	rc = ask(top, 0, &b, &err);
	_exit(!(rc < 0 && strstr(err.text, top) &&
		strstr(err.text, strerror(EACCES))));
}

static void test_unreadable(void)
{
	struct err err = {0};
	struct buf b;

	new_tree();
	chmod(world, 0755);
	put("ours.c", "int a;\n");
	put("shut.c", "int a;\n");
	put("dir/in.c", "int a;\n");
	change_mode("shut.c", 0);
	change_mode("dir", 0);
	as_nobody(expect_one, "what cannot be read is left out");
	change_mode("dir", 0755);
	chmod(top, 0);
	as_nobody(expect_none, "a directory that cannot be read is an error "
		"with its name");
	chmod(top, 0755);
	buf_init(&b);
	ok(ask("/nowhere/at/all", 1, &b, &err) < 0 &&
		strstr(err.text, "/nowhere/at/all"),
		"so is one that is not there");
	buf_release(&b);
}

/* ------------------------------------------------------------ cache: proof */
/* A measure that tells what it was given, and does things meanwhile. */
static struct {
	atomic_int count;
	char last[64];
	const char *vanishes;
} spy;

static int spy_wants(struct str path)
{
	if (spy.vanishes && str_eq(path, spy.vanishes)) {
		char *full = in_tree(spy.vanishes);

		unlink(full);
		mem_free(full);
	}
	return 1;
}

static void spy_measure(struct str path, struct str text, void *out)
{
	uint64_t n = text.n;

	for (size_t i = 0; i < text.n; i++)
		n = n * 31 + (unsigned char)text.p[i];
	memcpy(out, &n, sizeof(n));
	if (atomic_fetch_add(&spy.count, 1) == 0)
		snprintf(spy.last, sizeof(spy.last), "%.*s", (int)path.n,
			path.p);
}

static struct tree_measure measure = {"spy", 1, sizeof(uint64_t), spy_wants,
	spy_measure};

/* Sum of the results; *read: how many files were. -1: failed. */
static long long run(const char *cache_dir, size_t *read)
{
	struct tree_options o = {.dir = top, .cache_dir = cache_dir};
	struct err err = {0};
	uint64_t sum = 0;
	struct tree t;

	atomic_store(&spy.count, 0);
	spy.last[0] = '\0';
	if (tree_run(&o, &measure, &t, &err) < 0) {
		note("%s", err.text);
		return -1;
	}
	for (size_t i = 0; i < t.count; i++) {
		uint64_t one;

		memcpy(&one, t.files[i].result, sizeof(one));
		sum = sum * 7 + one;
	}
	if (read)
		*read = t.read;
	tree_release(&t);
	return (long long)(sum >> 1);
}

static int64_t now_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Until nothing is read again, which is when the files are old enough to be
 * remembered; at most 20 s. 1 when that came. */
static int settle(void)
{
	int64_t end = now_ns(CLOCK_MONOTONIC) + INT64_C(20000000000);
	size_t read;

	do
		if (run(cache, &read) >= 0 && read == 0)
			return 1;
	while (now_ns(CLOCK_MONOTONIC) < end);
	return 0;
}

static void make_many(int n)
{
	new_tree();
	for (int i = 0; i < n; i++) {
		char *name = mem_printf("d%d/f%d", i % 7, i);

		put(name, name);
		mem_free(name);
	}
}

static void test_incremental(void)
{
	size_t read = 0;
	long long cold;

	make_many(50);
	cold = run(cache, &read);
	is_int((long long)read, 50, "at first every file is read");
	ok(settle(), "once they are old enough, none is");
	is_int(atomic_load(&spy.count), 0, "so nothing is measured");
	ok(run(cache, NULL) == cold && run(NULL, NULL) == cold,
		"and the answer is the same");
	put("d3/f17", "changed");
	cold = run(NULL, NULL);
	ok(run(cache, &read) == cold && read == 1, "of a change one file is "
		"read");
	is_str(spy.last, "d3/f17", "the one that changed");
	ok(settle(), "then it is remembered too");
	put("d3/f17", "CHANGED");
	cold = run(NULL, NULL);
	ok(run(cache, &read) == cold && read == 1, "a change that keeps the "
		"size is seen");
	ok(settle(), "and remembered");
	put("a-first", "1");
	put("d3/zz", "2");
	put("z-last", "3");
	cold = run(NULL, NULL);
	ok(run(cache, &read) == cold && read == 3, "new files are read, in "
		"front, between and behind");
}

static void test_moved(void)
{
	char *from, *to;
	size_t read = 0;
	long long cold;

	make_many(30);
	ok(settle(), "thirty files are remembered");
	from = in_tree("d1/f1");
	unlink(from);
	mem_free(from);
	cold = run(NULL, NULL);
	ok(run(cache, &read) == cold && read == 0, "one that is gone is "
		"gone, nothing is read for it");
	from = in_tree("d2/f2");
	to = in_tree("d2/f9");
	assert(rename(from, to) == 0);
	mem_free(from);
	mem_free(to);
	cold = run(NULL, NULL);
	ok(run(cache, &read) == cold && read == 1, "one that moved is read "
		"under its new name");
	spy.vanishes = "d4/f4";
	cold = run(cache, NULL);
	spy.vanishes = NULL;
	ok(cold >= 0 && cold == run(NULL, NULL), "one that vanishes between "
		"the walk and the reading is left out");
}

/* Written twice within one tick of the file system's clock. */
static void test_too_fresh(void)
{
	int wrong = 0;

	new_tree();
	for (int i = 0; i < 300; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%06d", i);
		put("f", text);
		wrong += run(cache, NULL) != run(NULL, NULL);
	}
	is_int(wrong, 0, "a file that changes faster than clocks do is never "
		"remembered");
}

/* ----------------------------------------------------------- cache: damage */
static char *cache_file(void)
{
	char *pattern = mem_printf("%s/spy.*", cache), *path = NULL;
	glob_t g;

	if (glob(pattern, 0, NULL, &g) == 0 && g.gl_pathc == 1)
		path = mem_strdup(g.gl_pathv[0]);
	globfree(&g);
	mem_free(pattern);
	assert(path);
	return path;
}

static size_t load(const char *path, char *bytes, size_t max)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert(f);
	n = fread(bytes, 1, max, f);
	fclose(f);
	return n;
}

static void store(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert(f);
	fwrite(bytes, 1, n, f);
	fclose(f);
}

static void test_damaged(void)
{
	char good[4096], bad[4096], *path;
	size_t n, wrong = 0, used = 0, read = 0;
	long long right;

	make_many(8);
	ok(settle(), "eight files are remembered");
	right = run(NULL, NULL);
	path = cache_file();
	n = load(path, good, sizeof(good));
	for (size_t i = 0; i < n; i++) {
		memcpy(bad, good, n);
		bad[i] ^= 0x10;
		store(path, bad, n);
		wrong += run(cache, &read) != right;
		used += read == 0;
	}
	is_int((long long)wrong, 0, "no wrong byte changes the answer");
	is_int((long long)used, 0, "a cache with one is not used at all");
	for (size_t i = wrong = used = 0; i < n; i++) {
		store(path, good, i);
		wrong += run(cache, &read) != right;
		used += read == 0;
	}
	ok(wrong + used == 0, "nor one that is cut off");
	store(path, good, n);
	ok(run(cache, &read) == right && read == 0, "the whole one is");
	measure.version++;
	ok(run(cache, &read) == right && read == 8,
		"another version of a measure forgets");
	measure.version--;
	unlink(path);
	mkdir(path, 0700);
	ok(run(cache, &read) == right && read == 8,
		"a cache that cannot be written is done without");
	ok(run("/nowhere/at/all", &read) == right && read == 8,
		"as is a directory that is not there");
	mem_free(path);
}

/* ------------------------------------------------------------ at one time */
enum { PROCESSES = 4, ROUNDS = 60 };

/* Measures often, and takes the cache away from the others; takes path. */
static void one_process(int p, char *path, long long right)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (i % PROCESSES == p)
			unlink(path);
		if (run(cache, NULL) != right)
			_exit(1);
	}
	mem_free(path);
	_exit(0);
}

static void test_processes(void)
{
	int failed = 0, status, started = 0;
	long long right;
	char *path;

	make_many(40);
	right = run(cache, NULL);
	path = cache_file();
	fflush(stdout);
	for (int p = 0; p < PROCESSES; p++) {
		pid_t pid = fork();

		if (pid == 0)
			one_process(p, path, right);
		started += pid > 0;
	}
	while (wait(&status) > 0)
		failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	ok(started == PROCESSES && failed == 0,
		"processes that measure at once do not harm each other");
	ok(settle() && run(cache, NULL) == right, "nor the cache");
	mem_free(path);
}

static void test_stopped(void)
{
	atomic_int stop = 1;
	struct tree_options o = {.dir = top, .cache_dir = cache,
		.stop = &stop};
	struct err err = {0};
	struct tree t;

	ok(tree_run(&o, &measure, &t, &err) < 0 && err.code == ERR_TIMEOUT,
		"whoever waits can stop it");
}

int main(void)
{
	char *made = mkdtemp(world);

	assert(made);
	snprintf(top, sizeof(top), "%s/tree", world);
	snprintf(cache, sizeof(cache), "%s/cache", world);
	test_counts();
	test_odd_files();
	test_ignored();
	test_links();
	test_unreadable();
	test_incremental();
	test_moved();
	test_too_fresh();
	test_damaged();
	test_processes();
	test_stopped();
	remove_all(world);
	return done();
}
