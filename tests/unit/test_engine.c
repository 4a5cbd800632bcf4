/*
 * The engine with worker threads that come back too late: files that are
 * made for a run which is closed by then, and a worker that is still at it
 * when the engine closes. rename() and unlinkat() are this program's own, so
 * that what is a matter of luck elsewhere happens here each time.
 */
#include <dirent.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/engine.h"
#include "engine/exec/exec_task.h"
#include "engine/front/front.h"
#include "engine/store/store.h"
#include "engine/tell.h"
#include "tests/unit/tap.h"

enum { LARGE = 100000 };

static char dir[200];
static uv_timer_t beat;

/* ------------------------------------------------------- a file comes late */
static atomic_int late;        /* from now on, files get their names late */
static atomic_int naming, named;
static sem_t may_name, has_named;

int rename(const char *from, const char *to)
{
	int mine = atomic_load(&late) && strstr(to, "/owners/");
	long rc;

	if (mine) {
		atomic_store(&naming, 1);
		sem_wait(&may_name);
	}
	rc = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
	if (mine) {
		atomic_store(&named, rc == 0);
		sem_post(&has_named);
	}
	return (int)rc;
}

/* Who goes through the directory has seen the file under its first name, and
 * by now it has the last one. */
int unlinkat(int fd, const char *path, int flags)
{
	if (atomic_load(&naming) && atomic_exchange(&late, 0)) {
		sem_post(&may_name);
		sem_wait(&has_named);
	}
	return (int)syscall(SYS_unlinkat, fd, path, flags);
}

/* --------------------------------------------------------------- executors */
static const struct vocab_field words[] = {
	{"words", 0, FIELD_WORD, PLACE_REST, 0, ""},
	{NULL, 0, 0, 0, 0, NULL},
};
static const struct vocab_kind say_kind = {.name = "say", .summary = "",
	.style = STYLE_WORDS, .lane = LANE_INLINE, .effect = EFFECT_PURE,
	.fields = words};
static const struct vocab_kind hang_kind = {.name = "hang", .summary = "",
	.style = STYLE_WORDS, .lane = LANE_WORKER, .effect = EFFECT_PURE,
	.fields = words};

static void say(struct exec_job *job)
{
	exec_ok(job, str_of("said"));
}

static struct chore *kept;     /* what is left behind stays reachable */
static atomic_int hanging;
static sem_t go_on, gone_on;
static char seen_dir[300], seen_word[100], seen_input[100];
static int kept_output;

static void hang(struct chore *t)
{
	const struct exec_job *job = t->job;
	char *large = mem_zero(LARGE);
	struct err err = {0};

	kept = t;
	atomic_store(&hanging, 1);
	sem_wait(&go_on);
	snprintf(seen_dir, sizeof(seen_dir), "%s", job->dir);
	snprintf(seen_word, sizeof(seen_word), "%s", exec_word(job, 0).p);
	snprintf(seen_input, sizeof(seen_input), "%.*s", (int)job->in.n,
		job->in.p);
	kept_output = spool_add(&t->out, large, LARGE, &err) == 0;
	free(large);
	sem_post(&gone_on);
}

static void start_hang(struct exec_job *job)
{
	exec_task_submit(exec_task_new(job, hang));
}

static const struct executor say_executor = {&say_kind, NULL, say, NULL};
static const struct executor hang_executor = {&hang_kind, NULL, start_hang,
	exec_task_kill};
static const struct executor *const more[] = {&say_executor, &hang_executor,
	NULL};

/* ------------------------------------------------------------------ engine */
static void on_beat(uv_timer_t *h)
{
	(void)h;
}

static struct engine *open_engine(void)
{
	struct engine_options o = {.state_dir = dir, .more = more};
	struct engine *e = NULL;
	struct err err = {0};

	if (engine_open(&e, &o, &err) < 0)
		note("%s", err.text);
	uv_timer_init(engine_loop(e), &beat);
	uv_timer_start(&beat, on_beat, 2, 2);
	return e;
}

static uint32_t begin(struct engine *e, const char *text)
{
	struct front_env env = {.vocab = engine_vocab(e)};
	struct submit_options so = {.forget = 1};
	struct setup_options o = {.command = str_of("chain"),
		.text = str_of(text), .dir = dir};
	struct lines lines = {.source = str_of(text), .complete = 1};
	struct err err = {0};
	struct setup *setup;
	struct diags diags;
	struct line line;
	uint32_t slot = PLAN_NONE;

	diags_init(&diags, "test", 1, lines.source);
	if (line_next(&lines, &line, &diags) != LINE_COMMAND ||
	    front_compile(&env, &line, &o.plan, NULL, NULL, &diags) < 0)
		abort();
	diags_release(&diags);
	if (setup_new(e, &o, &setup, &err) < 0 ||
	    engine_submit(e, setup, &so, &slot, &err) < 0)
		abort();
	setup_drop(setup);
	plan_drop(o.plan);
	return slot;
}

/* ------------------------------------------------------------------- tests */
static int count_files(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;
	int n = 0;

	while (d && (entry = readdir(d)))
		n += entry->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

static void test_late_file(void)
{
	struct engine *e = open_engine();
	struct err err = {0};
	char path[300];
	uint32_t slot;

	atomic_store(&late, 1);
	slot = begin(e, "/chain { g: [x: /say, y: /say] -> "
		"u: /say ${g.file} }");
	while (!atomic_load(&naming))
		engine_turn(e);
	is_int(engine_cancel(e, slot, 0, &err), 0,
		"a run whose files are being made is cancelled");
	while (engine_run(e, slot))
		engine_turn(e);
	ok(atomic_load(&named), "its file gets its name while it is closed");
	is_int(store_scratch(engine_store(e), path, sizeof(path), &err), 0,
		"the scratch folder is there");
	for (int i = 0; i < 5000 && count_files(path) > 0; i++)
		engine_turn(e);
	is_int(count_files(path), 0, "and the file is removed all the same");
	engine_close(e);
}

static void test_folder(void)
{
	struct engine *e = open_engine();
	struct err err = {0};
	struct stat st;
	char path[300];

	is_int(store_scratch(engine_store(e), path, sizeof(path), &err), 0,
		"a scratch folder is made");
	rmdir(path);
	is_int(store_scratch(engine_store(e), path, sizeof(path), &err), 0,
		"is had again when somebody has removed it");
	ok(stat(path, &st) == 0 && S_ISDIR(st.st_mode), "and is there");
	engine_close(e);
}

static void test_stuck(void)
{
	struct engine *e = open_engine();

	begin(e, "/chain { a: /say -> b: /hang literal }");
	while (!atomic_load(&hanging))
		engine_turn(e);
	engine_close(e);
	sem_post(&go_on);
	sem_wait(&gone_on);
	is_str(seen_dir, dir,
		"a worker that outlives the engine still has its directory");
	is_str(seen_word, "literal", "the words of the plan");
	is_str(seen_input, "said", "its input");
	ok(kept_output, "and a place for its output");
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/wf-engine.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		abort();
	sem_init(&may_name, 0, 0);
	sem_init(&has_named, 0, 0);
	sem_init(&go_on, 0, 0);
	sem_init(&gone_on, 0, 0);
	test_late_file();
	test_folder();
	test_stuck();
	return done();
}
