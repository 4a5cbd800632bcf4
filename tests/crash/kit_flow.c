/*
 * Trials of canonical workflows: see flow.h. A trial believes only three
 * witnesses: the JSON lines that wf had written when it died, the run
 * document that it shows afterwards, and the ledger outside.
 */
#include "tests/crash/flow.h"

#include <cjson/cJSON.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/mem.h"

enum { LIVES_MAX = 16, LIFE_MS = 20000 };

static const char *wf(void)
{
	const char *path = getenv("WF");

	return path ? path : "build/wf";
}

/* ----------------------------------------------------------------- flows */
static void split(struct words *w, const char *text)
{
	char *at, *save = NULL;

	free(w->text);
	w->text = mem_strdup(text);
	w->n = 0;
	for (at = strtok_r(w->text, " ", &save); at && w->n < 64;
		at = strtok_r(NULL, " ", &save))
		w->v[w->n++] = at;
}

static void make_input(struct flow *f, struct world *w, size_t n)
{
	char *text = mem_alloc(n + 1);

	for (size_t i = 0; i < n; i++)
		text[i] = i % 64 == 63 ? '\n' : (char)('a' + i % 26);
	text[n] = '\0';
	f->input = mem_printf("%s/input.%s", w->dir, f->name);
	file_write(f->input, text);
	free(text);
}

static void directive(struct flow *f, struct world *w, const char *key,
	const char *value)
{
	if (strcmp(key, "order") == 0)
		split(&f->order, value);
	else if (strcmp(key, "once") == 0)
		split(&f->once, value);
	else if (strcmp(key, "cached") == 0)
		split(&f->cached, value);
	else if (strcmp(key, "loose") == 0)
		split(&f->loose, value);
	else if (strcmp(key, "again") == 0)
		split(&f->again, value);
	else if (strcmp(key, "unsure") == 0)
		split(&f->unsure, value);
	else if (strcmp(key, "late") == 0)
		split(&f->late, value);
	else if (strcmp(key, "steps") == 0)
		split(&f->steps, value);
	else if (strcmp(key, "verdict") == 0)
		f->verdict = mem_strdup(value);
	else if (strcmp(key, "answer") == 0)
		f->answer = mem_strdup(value);
	else if (strcmp(key, "input") == 0)
		make_input(f, w, strtoul(value, NULL, 10));
	else if (strcmp(key, "exit") == 0)
		f->exit = (int)strtol(value, NULL, 10);
	else
		bail("%s: unknown word '%s'", f->path, key);
}

void flow_load(struct flow *f, struct world *w, const char *path)
{
	const char *base = strrchr(path, '/');
	struct lines l;

	memset(f, 0, sizeof(*f));
	f->path = path;
	snprintf(f->name, sizeof(f->name), "%s", base ? base + 1 : path);
	lines_read(&l, path);
	if (l.n == 0)
		bail("cannot read %s", path);
	for (size_t i = 0; i < l.n && l.v[i][0] == '#'; i++) {
		char *colon = strstr(l.v[i], ": ");

		if (!colon || strchr(l.v[i] + 2, ' ') < colon)
			continue; /* prose */
		*colon = '\0';
		directive(f, w, l.v[i] + 2, colon + 2);
	}
	lines_free(&l);
}

static int has_word(const struct words *w, const char *text)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->v[i], text) == 0)
			return 1;
	return 0;
}

/* -------------------------------------------------------- the run document */
static void put(struct buf *b, const cJSON *o, const char *key)
{
	cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
	char *text = v ? cJSON_PrintUnformatted(v) : NULL;

	buf_printf(b, " %s=%s", key, text ? text : "-");
	cJSON_free(text);
}

static const char *text_of(const cJSON *o, const char *key)
{
	const char *text = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(o, key));

	return text ? text : "";
}

/* What must not depend on deaths; times and attempts may. */
static char *canonical(const cJSON *doc, const struct flow *f)
{
	const cJSON *steps = cJSON_GetObjectItemCaseSensitive(doc, "steps"), *s;
	struct buf b;

	buf_init(&b);
	buf_str(&b, "run");
	put(&b, doc, "status");
	put(&b, doc, "exit");
	put(&b, doc, "output");
	put(&b, doc, "truncated");
	cJSON_ArrayForEach(s, steps) {
		if (strstr(text_of(s, "path"), ".verify"))
			continue; /* only where there was doubt */
		buf_str(&b, "\nstep");
		put(&b, s, "path");
		put(&b, s, "status");
		put(&b, s, "output");
		put(&b, s, "truncated");
		if (has_word(&f->unsure, text_of(s, "path")))
			continue;
		put(&b, s, "exit_code");
		put(&b, s, "class");
	}
	return buf_take(&b);
}

static cJSON *show(struct world *w)
{
	const char *argv[] = { wf(), "-o", "json", "-c", "/show @last", NULL };
	cJSON *doc;
	char *text;

	world_run(w, argv);
	text = file_read(w->out, NULL);
	doc = cJSON_Parse(text);
	free(text);
	if (doc && !cJSON_GetObjectItemCaseSensitive(doc, "run")) {
		cJSON_Delete(doc);
		doc = NULL;
	}
	return doc;
}

char *show_run(struct world *w, const struct flow *f, char *state)
{
	cJSON *doc = show(w);
	char *text;

	snprintf(state, 32, "%s", doc ? text_of(doc, "status") : "");
	if (!doc)
		return NULL;
	text = canonical(doc, f);
	cJSON_Delete(doc);
	return text;
}

static int is_over(const char *state)
{
	return strcmp(state, "succeeded") == 0 ||
		strcmp(state, "failed") == 0 ||
		strcmp(state, "cancelled") == 0;
}

/* ------------------------------------------------------------- reference */
static void refer_once(struct flow *f, struct world *w, const char *template,
	const char *killer)
{
	const char *argv[] = { wf(), "-o", "jsonl", f->path, NULL };
	int64_t began;
	int status;

	world_reset(w, template);
	memset(w->control, 0, sizeof(*w->control));
	w->input = f->input;
	began = now_us();
	status = wait_ms(world_start(w, argv, killer), LIFE_MS);
	f->took_us = now_us() - began;
	w->input = NULL;
	if (w->control->count > f->writes)
		f->writes = w->control->count;
	status = status == -1 ? -1 : WIFSIGNALED(status) ?
		128 + WTERMSIG(status) : WEXITSTATUS(status);
	if (status != (f->answer ? 75 : f->exit)) {
		note_file("out", w->out);
		note_file("err", w->err);
		bail("%s: the reference run ended with %d, not %d", f->name,
			status, f->answer ? 75 : f->exit);
	}
	if (!world_gone(w, 1000))
		bail("%s: the reference run left processes", f->name);
}

static void say_answer(struct world *w, const struct flow *f)
{
	char *line = mem_printf("/answer @last %s", f->answer);
	const char *argv[] = { wf(), "-o", "jsonl", "-c", line, NULL };

	world_run(w, argv);
	free(line);
}

void flow_refer(struct flow *f, struct world *w, const char *template,
	const char *killer)
{
	char state[32] = "";

	for (int i = 0; i < 2; i++)
		refer_once(f, w, template, killer);
	if (f->answer)
		say_answer(w, f);
	f->reference = show_run(w, f, state);
	if (!is_over(state)) {
		note_file("out", w->out);
		note_file("err", w->err);
		bail("%s: the reference run is '%s'", f->name, state);
	}
	lines_read(&f->ledger, w->ledger);
	for (size_t i = 0; i < f->steps.n; i++)
		if (lines_count(&f->ledger, f->steps.v[i]) != 1)
			bail("%s: the reference run has no one line '%s'",
				f->name, f->steps.v[i]);
}

/* ---------------------------------------------------------------- trials */
void trial_fail(struct trial *t, const char *fmt, ...)
{
	va_list ap;

	t->failures++;
	printf("# %s: ", t->title);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
}

void trial_begin(struct trial *t, struct world *w, const struct flow *f,
	uint64_t seed, const char *title)
{
	memset(t, 0, sizeof(*t));
	t->w = w;
	t->flow = f;
	t->seed = seed;
	snprintf(t->title, sizeof(t->title), "%s %s", f->name, title);
}

pid_t trial_live(struct trial *t, const char *killer)
{
	const char *first[] = { wf(), "-o", "jsonl", t->flow->path, NULL };
	const char *later[] = { wf(), "-o", "jsonl", "-c", NULL, NULL };
	char *line = NULL;
	pid_t pid;

	if (t->resumed)
		line = mem_printf("/resume @last%s%s",
			t->resumed > 1 ? " --in-doubt " : "",
			t->resumed > 1 ? t->flow->verdict : "");
	later[4] = line;
	t->verdicts += t->resumed > 1;
	t->lives++;
	t->w->input = t->resumed ? NULL : t->flow->input;
	pid = world_start(t->w, t->resumed ? later : first, killer);
	t->w->input = NULL;
	free(line);
	return pid;
}

static int is_success(const char *status)
{
	return strcmp(status, "succeeded") == 0 || strcmp(status, "ok") == 0;
}

static void acknowledge(struct trial *t, const char *path, size_t count)
{
	for (size_t i = 0; i < t->acks; i++)
		if (strcmp(t->acked[i], path) == 0)
			return;
	if (t->acks == 64)
		bail("%s: too many steps", t->flow->name);
	t->acked[t->acks] = mem_strdup(path);
	t->count[t->acks++] = count;
}

void trial_look(struct trial *t)
{
	struct lines said, ledger;

	lines_read(&said, t->w->out);
	lines_read(&ledger, t->w->ledger);
	for (size_t i = 0; i < said.n; i++) {
		cJSON *e = cJSON_Parse(said.v[i]);
		const char *event = text_of(e, "event");
		const char *path = text_of(e, "path");

		if (strcmp(event, "run.finished") == 0 &&
			is_over(text_of(e, "status")))
			t->finished = 1;
		if (strcmp(event, "step.finished") == 0 &&
			is_success(text_of(e, "status")) &&
			!has_word(&t->flow->loose, path))
			acknowledge(t, path, lines_count(&ledger, path));
		cJSON_Delete(e);
	}
	lines_free(&said);
	lines_free(&ledger);
}

static const char *status_of(const cJSON *doc, const char *path)
{
	const cJSON *steps = cJSON_GetObjectItemCaseSensitive(doc, "steps"), *s;

	cJSON_ArrayForEach(s, steps)
		if (strcmp(text_of(s, "path"), path) == 0)
			return text_of(s, "status");
	return "missing";
}

/* What was acknowledged is there; returns the run's state. */
static void look_back(struct trial *t, char *state)
{
	cJSON *doc = show(t->w);

	snprintf(state, 32, "%s", doc ? text_of(doc, "status") : "");
	for (size_t i = 0; i < t->acks; i++)
		if (strcmp(status_of(doc, t->acked[i]), "succeeded") != 0)
			trial_fail(t, "step %s was acknowledged and is %s",
				t->acked[i], status_of(doc, t->acked[i]));
	if (t->finished && !is_over(state))
		trial_fail(t, "the run's end was acknowledged and it is '%s'",
			state);
	if (t->guard_cut && !is_over(state) && strcmp(state, "waiting") != 0)
		trial_fail(t, "the guard died and the run did not go on: "
			"'%s'", state);
	t->guard_cut = 0;
	if (!doc && file_read(t->w->ledger, NULL)[0])
		trial_fail(t, "there is no run, but the ledger has lines");
	cJSON_Delete(doc);
}

static void judge_counts(struct trial *t, const struct lines *ledger)
{
	const struct flow *f = t->flow;

	for (size_t i = 0; i < t->acks; i++)
		if (lines_count(ledger, t->acked[i]) != t->count[i])
			trial_fail(t, "step %s ran again after it was "
				"acknowledged", t->acked[i]);
	for (size_t i = 0; i < f->ledger.n; i++)
		if (lines_count(ledger, f->ledger.v[i]) == 0 &&
			!has_word(&f->late, f->ledger.v[i]))
			trial_fail(t, "step %s did not run", f->ledger.v[i]);
	for (size_t i = 0; i < ledger->n; i++)
		if (lines_count(&f->ledger, ledger->v[i]) == 0)
			trial_fail(t, "step %s ran, which the reference did "
				"not", ledger->v[i]);
	for (size_t i = 0; i < f->once.n; i++)
		if (lines_count(ledger, f->once.v[i]) > 1 + t->verdicts)
			trial_fail(t, "step %s (once) ran %zu times with %u "
				"verdicts", f->once.v[i],
				lines_count(ledger, f->once.v[i]), t->verdicts);
}

static void judge_order(struct trial *t, const struct lines *ledger)
{
	for (size_t i = 0; i < t->flow->order.n; i++) {
		char pair[128], *less;

		snprintf(pair, sizeof(pair), "%s", t->flow->order.v[i]);
		less = strchr(pair, '<');
		if (!less)
			bail("%s: order needs a<b", t->flow->name);
		*less++ = '\0';
		if (lines_first(ledger, less) >= 0 &&
			lines_first(ledger, less) < lines_last(ledger, pair))
			trial_fail(t, "%s ran before %s was acknowledged",
				less, pair);
	}
}

static void note_text(const char *title, const char *text)
{
	for (size_t n = strcspn(text, "\n");; n = strcspn(text, "\n")) {
		printf("#     %s: %.*s\n", title, (int)n, text);
		if (!text[n])
			return;
		text += n + 1;
	}
}

static void differ(const char *want, const char *got)
{
	note_text("want", want);
	note_text("got", got ? got : "nothing");
}

static void judge(struct trial *t)
{
	struct lines ledger;
	char state[32];
	char *got = show_run(t->w, t->flow, state);

	if (!got || strcmp(got, t->flow->reference) != 0) {
		trial_fail(t, "the result differs from the reference");
		differ(t->flow->reference, got);
	}
	free(got);
	lines_read(&ledger, t->w->ledger);
	judge_counts(t, &ledger);
	judge_order(t, &ledger);
	if (t->failures)
		note_file("ledger", t->w->ledger);
	lines_free(&ledger);
}

/* One more life, maybe cut short. Returns wf's exit status, or -1. */
static int live_once(struct trial *t)
{
	int kill_it = t->again && t->lives < 8 &&
		dice(&t->seed, t->again) == 0, status;
	pid_t pid;

	memset(t->w->control, 0, sizeof(*t->w->control));
	if (kill_it) {
		t->w->control->at = 1 + (uint32_t)dice(&t->seed,
			t->flow->writes);
		t->w->control->when = (uint32_t)dice(&t->seed, 2);
	}
	t->cut = kill_it != 0;
	pid = trial_live(t, kill_it ? t->killer : NULL);
	if (t->strike)
		t->strike(t, pid);
	status = wait_ms(pid, LIFE_MS);
	if (status == -1)
		trial_fail(t, "life %u hung", t->lives);
	else if (WIFSIGNALED(status) && !t->cut)
		trial_fail(t, "life %u died by signal %d", t->lives,
			WTERMSIG(status));
	if (!world_gone(t->w, 1000))
		trial_fail(t, "life %u left processes alive", t->lives);
	trial_look(t);
	return status == -1 || WIFSIGNALED(status) ? -1 : WEXITSTATUS(status);
}

static void go_on(struct trial *t, const char *state)
{
	int status;

	if (strcmp(state, "waiting") == 0 && t->flow->answer) {
		say_answer(t->w, t->flow);
		t->lives++;
		if (!world_gone(t->w, 1000))
			trial_fail(t, "the answer left processes alive");
		trial_look(t);
		return;
	}
	if (t->resumed < 2)
		t->resumed = state[0] != '\0';
	status = live_once(t);
	if (status == 75 && t->flow->verdict)
		t->resumed = 2;
	else
		t->resumed = 0;
}

int trial_end(struct trial *t)
{
	char state[32];

	for (;;) {
		look_back(t, state);
		if (is_over(state) || t->failures)
			break;
		if (t->lives >= LIVES_MAX) {
			trial_fail(t, "does not end: '%s'", state);
			break;
		}
		go_on(t, state);
	}
	if (t->failures) {
		note_file("out", t->w->out);
		note_file("err", t->w->err);
	}
	judge(t);
	for (size_t i = 0; i < t->acks; i++)
		free(t->acked[i]);
	return t->failures;
}

/* ---------------------------------------------------------------- rewind */
void show_paths(struct world *w, struct words *out)
{
	cJSON *doc = show(w);
	const cJSON *steps = cJSON_GetObjectItemCaseSensitive(doc, "steps"), *s;
	struct buf b;

	buf_init(&b);
	cJSON_ArrayForEach(s, steps)
		buf_printf(&b, "%s ", text_of(s, "path"));
	memset(out, 0, sizeof(*out));
	split(out, buf_cstr(&b));
	buf_release(&b);
	cJSON_Delete(doc);
}

/* The step itself, or within it. */
static int belongs(const char *path, const char *to)
{
	size_t n = strlen(to);

	return strncmp(path, to, n) == 0 &&
		(!path[n] || path[n] == '[' || path[n] == '.');
}

/* Does `path` run again when `from` does? By the order that the flow's
 * comments state. */
static int follows(const struct flow *f, const char *path, const char *from,
	unsigned depth)
{
	if (belongs(path, from))
		return 1;
	for (size_t i = 0; depth < 16 && i < f->order.n; i++) {
		char pair[128], *less;

		snprintf(pair, sizeof(pair), "%s", f->order.v[i]);
		less = strchr(pair, '<');
		*less++ = '\0';
		if ((belongs(path, less) || belongs(less, path)) &&
			follows(f, pair, from, depth + 1))
			return 1;
	}
	return 0;
}

int trial_rewind(struct trial *t, const char *from)
{
	char *line = mem_printf("/resume @last --from %s", from);
	const char *argv[] = { wf(), "-o", "jsonl", "-c", line, NULL };
	const struct flow *f = t->flow;
	struct lines ledger;
	char state[32], *got;
	int status = world_run(t->w, argv);

	free(line);
	if (status == 75 && f->answer)
		say_answer(t->w, f);
	else if (status != f->exit)
		trial_fail(t, "wf ended with %d, not %d", status, f->exit);
	lines_read(&ledger, t->w->ledger);
	for (size_t i = 0; i < f->ledger.n; i++) {
		const char *path = f->ledger.v[i];
		int again = follows(f, path, from, 0);
		size_t n = lines_count(&ledger, path);

		if (!again && n && !has_word(&f->again, path))
			trial_fail(t, "%s does not follow and ran", path);
		if (again && !n && !has_word(&f->cached, path))
			trial_fail(t, "%s did not run again", path);
	}
	got = show_run(t->w, t->flow, state);
	if (!got || strcmp(got, f->reference) != 0) {
		trial_fail(t, "the result differs from the reference");
		differ(f->reference, got);
	}
	if (t->failures) {
		note_file("ledger", t->w->ledger);
		note_file("out", t->w->out);
		note_file("err", t->w->err);
	}
	free(got);
	lines_free(&ledger);
	return t->failures;
}
