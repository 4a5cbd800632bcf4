/*
 * Executors on a real loop with a real guard: the contract over all of them
 * (exactly one end, kill any number of times), then what each one promises.
 *
 * /http has its own test, test_exec_http.c. Nothing sleeps and hopes: every
 * wait is for an end that alarm() bounds.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/io/file.h"
#include "tests/unit/exec_host.h"
#include "tests/unit/tap.h"
#include "tests/unit/trial.h"

/* ------------------------------------------------------------ the contract */
struct sample {
	const char *kind;
	struct exec_arg args[4];
	const char *in;
};

#define FIELD(name, text) {ARG_FIELD, 0, name, {text, sizeof(text) - 1}}
#define WORD(text) {ARG_WORD, 0, NULL, {text, sizeof(text) - 1}}
#define VALUE(text) {ARG_WORD, 1, NULL, {text, sizeof(text) - 1}}
#define NOTE(name, text) {ARG_NOTE, 0, name, {text, sizeof(text) - 1}}
#define ENV(name, text) {ARG_ENV, 1, name, {text, sizeof(text) - 1}}

static const struct sample samples[] = {
	{"bash", {FIELD("text", "true")}, ""},
	{"bash", {FIELD("text", "no-such-program-here")}, ""},
	{"bash", {FIELD("text", "sleep 60; echo $x")}, "in"},
	{"exec", {WORD("cat")}, "some input"},
	{"exec", {WORD("no-such-program-here")}, ""},
	{"exec", {WORD("sleep"), WORD("60")}, ""},
	{"echo", {WORD("a"), WORD("b")}, ""},
	{"sleep", {FIELD("duration", "1h")}, ""},
	{"ask", {FIELD("text", "Really?")}, ""},
	{"read", {FIELD("path", "tree/a.txt")}, ""},
	{"read", {FIELD("path", "not-there")}, ""},
	{"write", {FIELD("path", "written")}, "bytes"},
	{"write", {FIELD("path", "no/such/dir")}, "bytes"},
	{"glob", {WORD("**")}, ""},
	{"grep", {FIELD("pattern", "a"), WORD("tree")}, ""},
	{"grep", {FIELD("pattern", "(")}, ""},
	{"http", {WORD("http://127.0.0.1:1/")}, ""},
	{"query", {FIELD("text", "Hello?")}, ""},
	{"task", {FIELD("text", "Do")}, ""},
	{"agent", {FIELD("text", "me")}, ""},
	{"protocol", {WORD("p")}, ""},
	{"docs", {FIELD("text", "Report")}, ""},
	{"mcp", {WORD("tool")}, ""},
	{"lua", {FIELD("text", "return 1")}, ""},
	{"lua", {FIELD("text", "while true do end")}, ""}};

/* Samples that only a kill ends. */
static int is_endless(const struct sample *s)
{
	return strstr(s->args[0].value.p, "60") || (s->args[1].value.p &&
		strstr(s->args[1].value.p, "60")) ||
		strstr(s->args[0].value.p, "while");
}

static size_t count_args(const struct exec_arg *a, size_t max)
{
	size_t n = 0;

	while (n < max && a[n].value.p)
		n++;
	return n;
}

static void one_sample(const struct sample *s, int kills, int hard)
{
	struct trial t;
	int i;

	trial_init(&t, s->kind);
	t.job.args = s->args;
	t.job.arg_count = count_args(s->args, 4);
	t.job.in = str_of(s->in);
	trial_start(&t);
	for (i = 0; i < kills && !t.ends; i++)
		if (t.job.executor->kill)
			t.job.executor->kill(&t.job, hard && i > 0);
	trial_wait(&t);
	trial_settle();
	ok(t.ends == 1, "/%s %s ends exactly once%s", s->kind,
		s->args[0].value.p, kills ? ", killed three times" : "");
	if (kills && is_endless(s))
		ok(t.outcome == OUTCOME_CANCELLED, "and is cancelled");
	trial_release(&t);
}

static void test_contract(void)
{
	size_t i, k;

	for (i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		if (!is_endless(&samples[i]))
			one_sample(&samples[i], 0, 0);
		one_sample(&samples[i], 3, 0);
		one_sample(&samples[i], 3, 1);
	}
	for (k = 0; exec_list[k]; k++) {
		const struct vocab_kind *v = exec_list[k]->kind;
		int seen = 0, n = 0;

		for (i = 0; i < sizeof(samples) / sizeof(*samples); i++)
			seen |= strcmp(samples[i].kind, v->name) == 0;
		while (v->examples[n])
			n++;
		ok(seen && n == 3 && v->summary && v->effect !=
			EFFECT_DEFAULT, "/%s is tried here and has a summary,"
			" an effect and three examples", v->name);
	}
}

/* ------------------------------------------------------------------ checks */
static void test_checks(void)
{
	static const struct {
		struct sample s;
		const char *error; /* NULL: it passes */
	} cases[] = {
		{{"exec", {WORD("ls"), VALUE("-l")}, NULL}, "argument 1 is "
			"a value that begins with '-': it would pass for an "
			"option"},
		{{"exec", {WORD("ls"), WORD("--"), VALUE("-l")}, NULL}, NULL},
		{{"exec", {WORD("ls"), VALUE("--"), VALUE("-l")}, NULL},
			"argument 1 is a value that begins with '-': it "
			"would pass for an option"},
		{{"exec", {WORD("ls"), WORD("-l")}, NULL}, NULL},
		{{"exec", {VALUE("ls")}, NULL}, "the name of the program "
			"comes from a value"},
		{{"exec", {WORD("")}, NULL}, "/exec needs a program"},
		{{"exec", {WORD("ls"), VALUE("a\0b")}, NULL}, "a value holds "
			"a NUL byte"},
		{{"bash", {FIELD("text", "true"), ENV("WF_V1", "a\0b")},
			NULL}, "a value holds a NUL byte"},
		{{"bash", {FIELD("text", "a\0b")}, NULL}, "shell text holds "
			"a NUL byte"},
		{{"bash", {FIELD("text", "x"), NOTE("shell", "zsh")}, NULL},
			"@shell=zsh: sh and bash are known"},
		{{"sleep", {FIELD("duration", "soon")}, NULL}, "'soon' is "
			"not a duration"},
		{{"ask", {FIELD("text", "?"), FIELD("choices", "a, b"),
			FIELD("default", "b")}, NULL}, NULL},
		{{"ask", {FIELD("text", "?"), FIELD("choices", "a,b"),
			FIELD("default", "c")}, NULL}, "--default 'c' is "
			"none of the choices a,b"},
		{{"write", {FIELD("path", "x"), FIELD("mode", "648")}, NULL},
			"'648' is not an octal mode"},
		{{"read", {FIELD("path", "a\0b")}, NULL}, "a path holds a "
			"NUL byte"},
		{{"grep", {FIELD("pattern", "a\nb")}, NULL}, "a pattern is "
			"one line without NUL"},
		{{"http", {WORD("ftp://x/")}, NULL}, "'ftp://x/' does not "
			"begin with http:// or https://"},
		{{"http", {WORD("get"), WORD("http://x/")}, NULL}, "'get' is "
			"not a method: GET, POST, PUT, …"},
		{{"http", {WORD("http://x/ y")}, NULL}, "the URL holds a "
			"blank or a control character"},
		{{"http", {WORD("http://x/"), FIELD("header", "A: b\r\nC: d")},
			NULL}, "a header holds a control character"},
		{{"http", {WORD("http://x/"), FIELD("header", "no")}, NULL},
			"header 'no' is not NAME: VALUE"},
		{{"http", {WORD("http://x/"), FIELD("header", "A: b")}, NULL},
			NULL}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct sample *s = &cases[i].s;
		struct err err = {0};
		struct trial t;
		int rc;

		trial_init(&t, s->kind);
		t.job.args = s->args;
		t.job.arg_count = count_args(s->args, 4);
		rc = t.job.executor->check(&t.job, &err);
		is_str(rc ? err.text : NULL, cases[i].error, cases[i].error ?
			cases[i].error : "and what may pass passes");
		trial_release(&t);
	}
}

static void test_large_values(void)
{
	struct exec_arg args[2] = {FIELD("text", "true"), ENV("WF_V1", "")};
	char *big = mem_alloc(LIMIT_ENV_VALUE + 2);
	struct err err = {0};
	struct trial t;

	memset(big, 'x', LIMIT_ENV_VALUE + 1);
	trial_init(&t, "bash");
	t.job.args = args;
	t.job.arg_count = 2;
	args[1].value = (struct str){big, LIMIT_ENV_VALUE};
	is_int(t.job.executor->check(&t.job, &err), 0, "a value of exactly "
		"the limit travels by environment");
	args[1].value.n++;
	is_int(t.job.executor->check(&t.job, &err), -1, "one byte more is "
		"refused before the step starts");
	trial_release(&t);
	free(big);
}

/* --------------------------------------------------------------- processes */
static const struct {
	struct exec_arg args[4];
	const char *in;
	uint8_t outcome;
	int exit_code;
	uint8_t error_class;
	const char *out, *error, *what;
} processes[] = {
	{{FIELD("text", "echo hi")}, "", OUTCOME_OK, 0, CLASS_NONE,
		"hi\n", "", "output comes back"},
	{{FIELD("text", "cat")}, "in\n", OUTCOME_OK, 0, CLASS_NONE,
		"in\n", "", "input is standard input"},
	{{FIELD("text", "exit 3")}, "", OUTCOME_FAILED, 3, CLASS_NONE,
		"", "exit 3", "the exit status is told"},
	{{FIELD("text", "false")}, "", OUTCOME_FAILED, 1, CLASS_NONE,
		"", "exit 1", "also without a shell"},
	{{FIELD("text", "no-such-program-here")}, "", OUTCOME_FAILED,
		127, CLASS_CONFIGURATION, "", "exit 127",
		"a missing program is configuration"},
	{{FIELD("text", "exit 75")}, "", OUTCOME_FAILED, 75,
		CLASS_TRANSIENT, "", "exit 75",
		"a temporary failure is transient"},
	{{FIELD("text", "echo 'x: Connection refused' >&2; exit 1")},
		"", OUTCOME_FAILED, 1, CLASS_TRANSIENT, "", "exit 1",
		"so is a refused connection"},
	{{FIELD("text", "echo 'x: No space left on device' >&2; "
		"exit 1")}, "", OUTCOME_FAILED, 1, CLASS_RESOURCE, "",
		"exit 1", "a full disk is a resource"},
	{{FIELD("text", "kill -9 $$")}, "", OUTCOME_FAILED, 137,
		CLASS_RESOURCE, "", "killed by signal 9 (SIGKILL)",
		"a signal has its name"},
	{{FIELD("text", "kill -TERM $$; :")}, "", OUTCOME_FAILED, 143,
		CLASS_NONE, "", "killed by signal 15 (SIGTERM)",
		"a signal that nobody asked for is a failure"},
	{{FIELD("text", "printf %s \"${WF_V1}\""), ENV("WF_V1",
		"$(touch /tmp/x) `a` \"'\\ \n*")}, "", OUTCOME_OK, 0,
		CLASS_NONE, "$(touch /tmp/x) `a` \"'\\ \n*", "",
		"a value arrives byte for byte"},
	{{FIELD("text", "pwd"), NOTE("dir", "tree")}, "", OUTCOME_OK,
		0, CLASS_NONE, "*/tree\n", "",
		"@dir is seen from the run's directory"},
	{{FIELD("text", "[[ a == a ]] && echo yes"),
		NOTE("shell", "bash")}, "", OUTCOME_OK, 0, CLASS_NONE,
		"yes\n", "", "@shell=bash is bash"},
	{{FIELD("text", "echo $FROM_HOST"), ENV("FROM_HOST",
		"step")}, "", OUTCOME_OK, 0, CLASS_NONE, "step\n", "",
		"a variable of the step goes over the host's"}};

static void test_process(void)
{
	size_t i;

	for (i = 0; i < sizeof(processes) / sizeof(*processes); i++) {
		struct trial t;
		const char *want = processes[i].out;
		int same;

		trial_init(&t, "bash");
		t.job.args = processes[i].args;
		t.job.arg_count = count_args(processes[i].args, 4);
		t.job.in = str_of(processes[i].in);
		trial_run(&t);
		same = want[0] == '*' ? strstr(buf_cstr(&t.out), want + 1) !=
			NULL : strcmp(buf_cstr(&t.out), want) == 0;
		if (!ok(t.outcome == processes[i].outcome && same &&
			t.exit_code == processes[i].exit_code &&
			t.error_class == processes[i].error_class &&
			strcmp(t.error, processes[i].error) == 0, "process: %s",
			processes[i].what))
			note("outcome %d exit %d class %d out '%s' error "
				"'%s'", t.outcome, t.exit_code,
				t.error_class, buf_cstr(&t.out), t.error);
		trial_release(&t);
	}
}

static void test_process_more(void)
{
	struct exec_arg big[] = {FIELD("text", "head -c 300000 /dev/zero")};
	struct exec_arg argv[] = {WORD("printf"), WORD("%s|"), VALUE("a b"),
		VALUE("*")};
	struct exec_arg trap[] = {FIELD("text",
		"trap 'exit 0' TERM; echo; while :; do sleep 0.1; done")};
	struct trial t;

	trial_init(&t, "bash");
	t.job.args = big;
	t.job.arg_count = 1;
	trial_run(&t);
	ok(t.spooled && t.out_len == 300000, "a large output comes as a "
		"spool");
	trial_release(&t);
	trial_init(&t, "exec");
	t.job.args = argv;
	t.job.arg_count = 4;
	trial_run(&t);
	is_str(buf_cstr(&t.out), "a b|*|", "/exec gives each value as one "
		"argument");
	trial_release(&t);
	trial_init(&t, "bash");
	t.job.args = trap;
	t.job.arg_count = 1;
	t.job.tap = 1;
	trial_start(&t);
	while (!t.tapped)
		exec_host_turn();
	t.job.executor->kill(&t.job, 0);
	trial_wait(&t);
	ok(t.outcome == OUTCOME_OK && t.exit_code == 0, "an exit 0 after a "
		"kill is a success: facts are not cancelled");
	trial_release(&t);
}

static void test_cut(void)
{
	struct exec_outcome o = {.outcome = OUTCOME_OK};
	struct trial t;

	trial_init(&t, "bash");
	o.out.bytes = str_of("the beginning");
	o.out.truncated = 1;
	exec_done(&t.job, &o);
	ok(t.outcome == OUTCOME_FAILED && t.error_class == CLASS_RESOURCE &&
		strstr(t.error, "output over 256 MiB (cut)"),
		"a step whose output was cut fails and says so");
	ok(strstr(t.error, "write it to a file") && t.out.len == 13,
		"names the way out and keeps what there is");
	trial_release(&t);
	memset(&o, 0, sizeof(o));
	trial_init(&t, "bash");
	o.err.truncated = 1;
	exec_done(&t.job, &o);
	ok(t.outcome == OUTCOME_OK, "errors that were cut fail nothing");
	trial_release(&t);
}

static void test_lost(void)
{
	struct exec_arg args[] = {FIELD("text", "sleep 60; :")};
	struct trial t;

	trial_init(&t, "bash");
	t.job.args = args;
	t.job.arg_count = 1;
	trial_start(&t);
	exec_lost(&t.job);
	ok(t.ends == 1 && t.outcome == OUTCOME_LOST, "when the guard dies "
		"its jobs are lost");
	guard_kill(exec_host_guard(), t.job.id, 1);
	trial_forget(&t);
}

/* ------------------------------------------------------------------- waits */
static void test_waits(void)
{
	struct exec_arg nap[] = {FIELD("duration", "1.5s")};
	struct exec_arg ask[] = {FIELD("text", "Go?"), FIELD("default", "no")};
	struct trial t;

	trial_init(&t, "sleep");
	t.job.args = nap;
	t.job.arg_count = 1;
	trial_run(&t);
	ok(t.waited && t.delay_ms == 1500 && !t.signal[0] && !t.has_when_due,
		"/sleep becomes a timer of the core");
	trial_release(&t);
	trial_init(&t, "ask");
	t.job.args = ask;
	t.job.arg_count = 1;
	trial_run(&t);
	ok(t.waited && t.delay_ms < 0 && strcmp(t.signal, "answer") == 0,
		"/ask waits for an answer without limit");
	trial_release(&t);
	trial_init(&t, "ask");
	t.job.args = ask;
	t.job.arg_count = 2;
	t.job.timeout_ms = 60000;
	trial_run(&t);
	ok(t.waited && t.delay_ms == 60000 && t.has_when_due &&
		strcmp(t.when_due, "no") == 0, "with a timeout its default is "
		"the answer when due");
	trial_release(&t);
}

/* ------------------------------------------------------------------- files */
struct expected {
	const char *in;
	int exit_code;
	const char *out, *what;
};

static void is_run(const char *kind, const struct exec_arg *args, size_t n,
	const struct expected *e)
{
	struct trial t;

	trial_init(&t, kind);
	t.job.args = args;
	t.job.arg_count = n;
	t.job.in = str_of(e->in);
	trial_run(&t);
	if (!ok(t.outcome == OUTCOME_OK && t.exit_code == e->exit_code &&
		strcmp(buf_cstr(&t.out), e->out) == 0, "%s", e->what))
		note("outcome %d exit %d error '%s' out '%s' want '%s'",
			t.outcome, t.exit_code, t.error, buf_cstr(&t.out),
			e->out);
	trial_release(&t);
}

static void is_failure(const char *kind, const struct exec_arg *args,
	size_t n, const char *error, const char *what)
{
	struct trial t;

	trial_init(&t, kind);
	t.job.args = args;
	t.job.arg_count = n;
	trial_run(&t);
	if (!ok(t.outcome == OUTCOME_FAILED && strstr(t.error, error) &&
		t.error_class == CLASS_CONFIGURATION, "%s", what))
		note("outcome %d class %d error '%s'", t.outcome,
			t.error_class, t.error);
	trial_release(&t);
}
#define RUN(kind, args, in, code, out, what) \
	is_run(kind, args, sizeof(args) / sizeof(*args), \
		&(struct expected){in, code, out, what})
#define FAILURE(kind, args, error, what) \
	is_failure(kind, args, sizeof(args) / sizeof(*args), error, what)

static void test_files(void)
{
	struct exec_arg out[] = {FIELD("path", "out.txt")};
	struct exec_arg more[] = {FIELD("path", "out.txt"),
		FIELD("append", "1")};
	struct exec_arg mode[] = {FIELD("path", "run.sh"),
		FIELD("mode", "755")};
	struct exec_arg away[] = {FIELD("path", "not-there")};
	struct exec_arg dir[] = {FIELD("path", "tree")};
	struct exec_arg words[] = {WORD("a  b"), WORD("-n"), WORD("\\t")};
	struct stat st;
	struct trial t;
	char path[4200];

	RUN("write", out, "one\n", 0, "", "/write gives no output");
	RUN("read", out, "", 0, "one\n", "/read gives what /write wrote");
	RUN("write", more, "two\n", 0, "", "--append adds");
	RUN("read", out, "", 0, "one\ntwo\n", "at the end");
	RUN("write", out, "", 0, "", "an empty input makes an empty file");
	RUN("read", out, "", 0, "", "which is read");
	RUN("write", mode, "x", 0, "", "--mode is taken");
	snprintf(path, sizeof(path), "%s/run.sh", exec_host_dir());
	ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0755,
		"and is the file's");
	FAILURE("read", away, "not-there", "a missing file is named");
	FAILURE("read", dir, "not a regular file", "a directory is not read");
	RUN("echo", words, "", 0, "a  b -n \\t\n", "/echo reads no options "
		"and no escapes");
	trial_init(&t, "write");
	t.job.args = out;
	t.job.arg_count = 1;
	snprintf(path, sizeof(path), "%s/tree/b.txt", exec_host_dir());
	t.job.in_path = path;
	trial_run(&t);
	trial_release(&t);
	RUN("read", out, "", 0, "beta\nalpha again\n", "a large input comes "
		"from a file");
}

static void test_large_read(void)
{
	struct exec_arg args[] = {FIELD("path", "large")};
	char *bytes = mem_alloc(1 << 20);
	struct err err = {0};
	struct digest d;
	struct trial t;
	size_t i;

	for (i = 0; i < 1 << 20; i++)
		bytes[i] = (char)(i * 7 >> 3);
	file_write(exec_host_dir(), "large", (struct str){bytes, 1 << 20}, 0,
		&err);
	trial_init(&t, "read");
	t.job.args = args;
	t.job.arg_count = 1;
	trial_run(&t);
	digest_of(bytes, 1 << 20, &d);
	ok(t.spooled && t.out_len == 1 << 20 && digest_same(&t.digest, &d) &&
		memcmp(t.out.data, bytes, LIMIT_INLINE) == 0,
		"a large file is a spool with head, length and digest");
	trial_release(&t);
	free(bytes);
}

static void test_glob(void)
{
	struct exec_arg flat[] = {WORD("tree/*.txt")};
	struct exec_arg deep[] = {WORD("tree/**/*.txt")};
	struct exec_arg two[] = {WORD("tree/b*"), WORD("tree/*.txt")};
	struct exec_arg hidden[] = {WORD("tree/.*")};
	struct exec_arg none[] = {WORD("*.nothing")};
	struct exec_arg plain[] = {WORD("tree/a.txt"), WORD("tree/nope")};

	RUN("glob", flat, "", 0, "tree/a.txt\ntree/b.txt\n", "/glob lists "
		"sorted, without hidden files");
	RUN("glob", deep, "", 0, "tree/a.txt\ntree/b.txt\ntree/sub/c.txt\n"
		"tree/sub/deeper/d.txt\n", "** goes through directories");
	RUN("glob", two, "", 0, "tree/a.txt\ntree/b.txt\n",
		"each path comes once");
	RUN("glob", hidden, "", 0, "tree/.gitignore\ntree/.hidden.txt\n",
		"a written dot finds hidden files");
	RUN("glob", none, "", 0, "", "nothing found is success");
	RUN("glob", plain, "", 0, "tree/a.txt\n", "a plain path is there or "
		"not");
}

static void test_grep_engine(const char *engine)
{
	struct exec_arg simple[] = {FIELD("pattern", "alpha"), WORD("tree")};
	struct exec_arg icase[] = {FIELD("pattern", "ALPHA"),
		FIELD("ignore-case", "1"), WORD("tree")};
	struct exec_arg word[] = {FIELD("pattern", "alph"),
		FIELD("word", "1"), WORD("tree")};
	struct exec_arg fixed[] = {FIELD("pattern", "a.c"),
		FIELD("fixed", "1"), WORD("tree")};
	struct exec_arg files[] = {FIELD("pattern", "alpha"),
		FIELD("files", "1"), WORD("tree")};
	struct exec_arg count[] = {FIELD("pattern", "a"), FIELD("count", "1"),
		WORD("tree/a.txt"), WORD("tree/sub")};
	struct exec_arg here[] = {FIELD("pattern", "^(del|ze)ta$"),
		NOTE("dir", "tree")};
	struct exec_arg dot[] = {FIELD("pattern", "^(del|ze)ta$"), WORD("."),
		NOTE("dir", "tree")};
	struct exec_arg dots[] = {FIELD("pattern", "delta"), WORD("."),
		WORD("sub/deeper"), NOTE("dir", "tree")};
	struct exec_arg dash[] = {FIELD("pattern", "--files"), WORD("tree")};
	struct exec_arg bad[] = {FIELD("pattern", "(")};
	struct exec_arg away[] = {FIELD("pattern", "a"), WORD("nowhere")};
	char what[100];
#define SAY(text) (snprintf(what, sizeof(what), "/grep by %s: %s", engine, \
	text), what)

	RUN("grep", simple, "", 0, "tree/a.txt:1:alpha\ntree/b.txt:2:alpha "
		"again\n", SAY("path:line:text, without hidden, ignored and "
		"binary files"));
	RUN("grep", icase, "", 0, "tree/a.txt:1:alpha\ntree/b.txt:2:alpha "
		"again\n", SAY("-i"));
	RUN("grep", word, "", 1, "", SAY("-w, and no match is success with "
		"status 1"));
	RUN("grep", fixed, "", 0, "tree/sub/c.txt:2:a.c\n", SAY("-F"));
	RUN("grep", files, "", 0, "tree/a.txt\ntree/b.txt\n", SAY("-l"));
	RUN("grep", count, "", 0, "tree/a.txt:1\ntree/sub/c.txt:3\n"
		"tree/sub/deeper/d.txt:1\n", SAY("-c, and files as paths"));
	RUN("grep", here, "", 0, "sub/deeper/d.txt:1:delta\n",
		SAY("without a path the step's directory, not the input"));
	RUN("grep", dot, "", 0, "sub/deeper/d.txt:1:delta\n", SAY("a dot "
		"alone is that directory too"));
	RUN("grep", dots, "", 0, "./sub/deeper/d.txt:1:delta\n"
		"sub/deeper/d.txt:1:delta\n", SAY("a dot among others is "
		"a path"));
	RUN("grep", dash, "", 1, "", SAY("a pattern is never an option"));
	FAILURE("grep", bad, "", SAY("a bad pattern fails"));
	FAILURE("grep", away, "nowhere: no such file", SAY("a missing path "
		"is named"));
}

static void test_lua(void)
{
	struct exec_arg text[] = {FIELD("text", "print('seen') return input "
		".. args.WF_V1 .. WF_V1"), ENV("WF_V1", "v")};
	struct exec_arg bad[] = {FIELD("text", "return (")};
	struct exec_arg table[] = {FIELD("text", "return {1, {a = 'b'}}")};

	RUN("lua", text, "in ", 0, "in vv", "/lua has input and values");
	RUN("lua", table, "", 0, "[1,{\"a\":\"b\"}]", "a table is JSON");
	FAILURE("lua", bad, "lua:1: ", "a chunk that does not parse is "
		"configuration");
}

int main(int argc, char **argv)
{
	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	alarm(240);
	exec_host_open();
	test_checks();
	test_large_values();
	test_waits();
	test_files();
	test_large_read();
	test_glob();
	test_grep_engine("its own search");
	exec_host_path(1);
	if (exec_host_has("rg"))
		test_grep_engine("ripgrep");
	else
		note("no ripgrep here: only the own search was tried");
	test_lua();
	test_process();
	test_process_more();
	test_cut();
	test_lost();
	test_contract();
	exec_host_close();
	return done();
}
