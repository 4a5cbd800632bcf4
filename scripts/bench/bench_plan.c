/*
 * Large plans: 100,000 steps and 200,000 edges from text and from YAML, the
 * bytes they take, and the resume of a run that was cut off half way.
 *
 *	bench_plan N
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/engine.h"
#include "engine/front/front.h"
#include "engine/io/clock.h"
#include "engine/io/guard.h"
#include "engine/observe.h"
#include "engine/store/store.h"

static char dir[] = "/tmp/wf-bench-XXXXXX";

static void die(const char *what, const char *text)
{
	fprintf(stderr, "bench_plan: %s: %s\n", what, text);
	exit(1);
}

static double now_ms(void)
{
	return (double)clock_mono_us() / 1e3;
}

static struct engine *open_engine(void)
{
	struct engine_options o = {.state_dir = dir};
	struct engine *e;
	struct err err = {0};

	if (engine_open(&e, &o, &err) < 0)
		die("engine_open", err.text);
	return e;
}

/* Step i needs i-1 and i-2. */
static void make_text(struct buf *b, uint32_t n)
{
	buf_str(b, "/chain {\n[");
	for (uint32_t i = 0; i < n; i++) {
		buf_printf(b, "%ss%u: /echo %u", i ? ",\n" : "", i, i);
		if (i >= 2)
			buf_printf(b, " @needs=s%u,s%u", i - 1, i - 2);
		else if (i == 1)
			buf_str(b, " @needs=s0");
	}
	buf_str(b, "]\n}\n");
}

static void make_yaml(struct buf *b, uint32_t n)
{
	buf_str(b, "/chain:\n  steps:\n");
	for (uint32_t i = 0; i < n; i++) {
		buf_printf(b, "    - name: s%u\n      command: \"/echo\"\n"
			"      params: \"%u\"\n", i, i);
		if (i >= 2)
			buf_printf(b, "      depends_on: [s%u, s%u]\n", i - 1,
				i - 2);
		else if (i == 1)
			buf_str(b, "      depends_on: [s0]\n");
	}
}

static struct plan *compile(struct engine *e, struct str text,
	const char *file, double *ms)
{
	struct front_env env = {.vocab = engine_vocab(e)};
	struct lines lines = {.source = text, .complete = 1};
	struct front_flags flags;
	struct words redirect = {0};
	struct diags diags;
	struct plan *plan = NULL;
	struct line line = {0};
	struct buf out;
	double t = now_ms();
	int rc;

	buf_init(&out);
	diags_init(&diags, file, 1, text);
	if (front_is_block_file(text, file)) {
		line.kind = LINE_BLOCK;
		line.len = text.n;
		line.body = text;
		rc = 0;
	} else {
		rc = line_next(&lines, &line, &diags) == LINE_BAD ? -1 : 0;
	}
	if (rc == 0)
		rc = front_compile(&env, &line, &plan, &flags, &redirect,
			&diags);
	*ms = now_ms() - t;
	if (rc < 0) {
		diags_print(&diags, &out);
		die(file, buf_cstr(&out));
	}
	diags_release(&diags);
	return plan;
}

static size_t plan_bytes(const struct plan *p)
{
	return p->node_count * sizeof(*p->nodes) +
		p->body_count * sizeof(*p->bodies) +
		p->branch_count * sizeof(*p->branches) +
		p->edge_count * sizeof(*p->edges) +
		p->policy_count * sizeof(*p->policies) +
		p->demand_count * sizeof(*p->demands) +
		p->arg_count * sizeof(*p->args) +
		p->part_count * sizeof(*p->parts) +
		p->ref_count * sizeof(*p->refs) + p->text_size;
}

static void run_half(const char *text, uint32_t n, char *ulid)
{
	struct engine *e = open_engine();
	struct setup_options so = {.command = str_of("chain"), .dir = "/tmp",
		.text = str_of(text)};
	struct setup *s;
	struct err err = {0};
	uint32_t slot;
	double ms;

	so.plan = compile(e, so.text, "bench.wf", &ms);
	if (setup_new(e, &so, &s, &err) < 0 ||
		engine_submit(e, s, NULL, &slot, &err) < 0)
		die("submit", err.text);
	while (engine_run(e, slot)->counts[STEP_SUCCEEDED] < n / 2)
		engine_turn(e);
	if (engine_flush(e, &err) < 0)
		die("flush", err.text);
	memcpy(ulid, engine_ulid(e, slot), ULID_LEN + 1);
}

static uint64_t finished;

static void on_event(void *ud, uint32_t slot, int64_t seq,
	const struct event *e)
{
	(void)ud, (void)slot, (void)seq;
	finished += e->kind == EVENT_STEP_FINISHED;
}

static void resume(const char *ulid)
{
	struct observer o = {.on_event = on_event};
	struct resume_options ro = {0};
	struct run_row row = {0};
	struct engine *e;
	struct err err = {0};
	uint32_t slot;
	double t = now_ms(), t2;

	e = open_engine();
	engine_observe(e, &o);
	if (store_find_run(engine_store(e), str_of(ulid), &row, &err) < 0 ||
		engine_resume(e, &row, &ro, &slot, &err) < 0)
		die("resume", err.text);
	t2 = now_ms() - t;
	while (finished == 0)
		engine_turn(e);
	printf("resume of a half done run: replayed in %.0f ms, first step "
		"durable after %.0f ms\n", t2, now_ms() - t);
}

static uint32_t count_of(const char *word)
{
	int64_t n;

	if (number_parse(str_of(word), 1, 100000000, &n) < 0)
		die("not a count", word);
	return (uint32_t)n;
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? count_of(argv[1]) : 100000;
	char ulid[ULID_LEN + 1] = "";
	struct buf text, yaml;
	struct engine *e;
	struct plan *p;
	double ms;
	int fds[2], status;

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	if (!mkdtemp(dir) || pipe(fds) < 0)
		die("mkdtemp", dir);
	buf_init(&text);
	buf_init(&yaml);
	make_text(&text, n);
	make_yaml(&yaml, n);
	e = open_engine();
	for (int i = 0; i < 3; i++) {
		p = compile(e, (struct str){text.data, text.len}, "bench.wf",
			&ms);
		printf("%u steps, %u edges from text: %.0f ms, %.0f bytes a "
			"step with its text\n", p->node_count, p->edge_count /
			2, ms, (double)plan_bytes(p) / n);
		plan_drop(p);
		p = compile(e, (struct str){yaml.data, yaml.len},
			"bench.yaml", &ms);
		printf("%u steps, %u edges from YAML: %.0f ms, %.0f bytes a "
			"step with its text\n", p->node_count, p->edge_count /
			2, ms, (double)plan_bytes(p) / n);
		plan_drop(p);
	}
	engine_close(e);
	fflush(stdout);
	if (fork() == 0) {
		run_half(buf_cstr(&text), n, ulid);
		if (write(fds[1], ulid, sizeof(ulid)) < 0)
			_exit(1);
		_exit(0);
	}
	wait(&status);
	if (status != 0 || read(fds[0], ulid, sizeof(ulid)) < 0)
		die("half a run", "failed");
	resume(ulid);
	return 0;
}
