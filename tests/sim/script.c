/*
 * Scripted worlds: reads the script, runs the simulator under it, writes the
 * trace. One run per script; times count from 0.
 */
#include "tests/sim/script.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "tests/sim/script_int.h"

void script_wrong(struct script *s, const char *what, const char *which)
{
	if (!s->out->fault.len)
		buf_printf(&s->out->fault, "%s '%s'", what, which);
}

static void on_fault(void *ud, const char *text)
{
	script_wrong(ud, "fault", text);
}

/* Value of `key=` among the words, or NULL; "" for a bare word. */
static const char *word_of(const char *line, const char *key, char *out,
	size_t size)
{
	size_t n = strlen(key), k = 0;
	const char *at = line;

	while (at) {
		if (!strncmp(at, key, n) &&
		    (at[n] == '=' || at[n] == ' ' || !at[n])) {
			at += n + (at[n] == '=');
			while (*at && *at != ' ' && k + 1 < size)
				out[k++] = *at++;
			out[k] = '\0';
			return out;
		}
		at = strchr(at, ' ');
		at += at != NULL;
	}
	return NULL;
}

static int64_t number_of(const char *line, const char *key, int64_t none)
{
	char word[64];

	return word_of(line, key, word, sizeof(word)) ?
		strtoll(word, NULL, 10) : none;
}

/* The line of the list for this path: the first that is not used up. */
static const char *line_for(struct script *s, char **lines, uint8_t *used,
	uint32_t count, const char *path)
{
	const char *found = NULL;
	size_t n = strlen(path);
	uint32_t i;

	(void)s;
	for (i = 0; i < count; i++) {
		if (strncmp(lines[i], path, n) || (lines[i][n] != ' ' &&
				lines[i][n]))
			continue;
		found = lines[i] + n;
		if (!used[i]) {
			used[i] = 1;
			break;
		}
	}
	return found ? found : "";
}

static struct buf path_of(const struct script *s, uint32_t frame,
	uint32_t step)
{
	struct buf b;

	buf_init(&b);
	if (step == PLAN_NONE)
		buf_str(&b, "-");
	else
		run_path(sim_run(s->sim, 0), frame, step, &b);
	return b;
}

/* ----------------------------------------------------------------- hooks */
static void job_outcome(const char *line, struct sim_fate *f)
{
	static const char *const words[] = { "ok", "fail", "timeout",
		"cancelled", "refused", "lost" };
	char word[64];
	int i;

	for (i = OUTCOME_FAILED; i < OUTCOME_KINDS; i++) {
		if (!word_of(line, words[i], word, sizeof(word)))
			continue;
		f->result.outcome = (uint8_t)i;
		f->result.exit_code = *word ? (int32_t)strtol(word, NULL, 10)
			: 1;
	}
}

static void on_job(void *ud, const struct sim_job *job, struct sim_fate *f)
{
	static char signal[64], due[64];
	struct script *s = ud;
	struct buf path = path_of(s, job->frame, job->step);
	const char *line = line_for(s, s->jobs, s->used, s->job_count,
		path.data);

	buf_printf(&s->out->got, "%lld begin %s %u\n",
		(long long)sim_now(s->sim), path.data, job->attempt);
	f->dur_ms = number_of(line, "dur", 10);
	f->stubborn = number_of(line, "stubborn", -1) >= 0;
	f->wait_ms = number_of(line, "wait", -1);
	f->signal = str_of(word_of(line, "signal", signal, sizeof(signal)));
	f->waits = f->wait_ms >= 0 || f->signal.n;
	if (word_of(line, "due", due, sizeof(due)))
		f->when_due = str_of(due);
	job_outcome(line, f);
	buf_release(&path);
}

static void on_eval(void *ud, uint32_t key, const struct action *a,
	struct sim_answer *x)
{
	struct script *s = ud;
	struct buf path = path_of(s, a->frame, a->step);
	const char *line = line_for(s, s->evals, s->answered, s->eval_count,
		path.data);
	char word[64];

	(void)key;
	x->dur_ms = number_of(line, "dur", 0);
	x->value = number_of(line, "value", 1);
	memset(&s->bad, 0, sizeof(s->bad));
	if (word_of(line, "fail", word, sizeof(word)))
		s->bad.outcome = OUTCOME_FAILED;
	if (a->purpose == EVAL_CACHE || s->bad.outcome)
		x->result = &s->bad;
	buf_release(&path);
}

static int64_t on_commit(void *ud)
{
	const struct script *s = ud;

	return s->commit_ms;
}

static void add_details(struct buf *b, const struct event *e)
{
	static const char *const reasons[] = { "", "need", "condition",
		"stopped", "branch" };
	static const char *const verdicts[] = { "retry", "skip", "done" };

	if (e->attempt)
		buf_printf(b, " #%u", e->attempt);
	if (e->kind == EVENT_STEP_FINISHED || e->kind == EVENT_STEP_RETRYING)
		buf_printf(b, " %s%s", outcome_name(e->result.outcome),
			e->result.cached ? " cached" : "");
	if (e->kind == EVENT_STEP_FINISHED && e->result.out.len)
		buf_printf(b, " '%.*s'", (int)e->result.out.inline_len,
			e->result.out.head);
	if (e->kind == EVENT_STEP_SKIPPED)
		buf_printf(b, " %s", reasons[e->status]);
	if (e->kind == EVENT_STEP_RESOLVED)
		buf_printf(b, " %s", verdicts[e->status]);
	if (e->kind == EVENT_STEP_DECIDED)
		buf_printf(b, " %lld", (long long)e->value);
	if (e->kind == EVENT_RUN_FINISHED)
		buf_printf(b, " %s %d", run_state_name(e->status), e->exit);
}

static void on_event(void *ud, uint32_t key, const struct event *e,
	int durable)
{
	struct script *s = ud;
	struct buf *b = &s->out->got, path;

	(void)key;
	if (durable || e->kind == EVENT_FRAME_CLOSED)
		return;
	if (e->kind == EVENT_FRAME_OPENED)
		path = path_of(s, e->parent, e->step);
	else
		path = path_of(s, e->frame, e->step);
	buf_printf(b, "%lld %s", (long long)e->t_ms,
		event_name((enum event_kind)e->kind));
	if (e->step != PLAN_NONE)
		buf_printf(b, " %s", path.data);
	if (e->kind == EVENT_FRAME_OPENED)
		buf_printf(b, " %u.%u", e->branch, e->index);
	add_details(b, e);
	buf_char(b, '\n');
	buf_release(&path);
}

static void on_action(void *ud, uint32_t key, const struct action *a)
{
	struct script *s = ud;
	struct buf path = path_of(s, a->frame, a->step);

	(void)key;
	if (a->kind == ACTION_KILL || a->kind == ACTION_WITHDRAW)
		buf_printf(&s->out->got, "%lld %s %s%s\n",
			(long long)sim_now(s->sim),
			a->kind == ACTION_KILL ? "kill" : "withdraw",
			path.data, a->hard ? " hard" : "");
	if (a->kind == ACTION_RUN_OVER)
		buf_printf(&s->out->got, "%lld over\n",
			(long long)sim_now(s->sim));
	buf_release(&path);
}

/* ------------------------------------------------------------- happenings */
static int verdict_of(const char *word)
{
	if (word && !strcmp(word, "retry"))
		return VERDICT_RETRY;
	return word && !strcmp(word, "skip") ? VERDICT_SKIP : VERDICT_DONE;
}

static int kind_of(const char *verb)
{
	static const struct {
		const char *name;
		enum input_kind kind;
	} verbs[] = { { "resume", INPUT_RESUME }, { "cancel", INPUT_CANCEL },
		{ "kill", INPUT_CANCEL }, { "pause", INPUT_PAUSE },
		{ "continue", INPUT_CONTINUE }, { "begin", INPUT_BEGIN },
		{ "signal", INPUT_SIGNAL }, { "resolve", INPUT_RESOLVE },
		{ "adopt", INPUT_ADOPT }, { "rewind", INPUT_REWIND },
		{ "halt", INPUT_JOURNAL_FAILED },
		{ "go", INPUT_CONTINUE } };
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verb, verbs[i].name))
			return verbs[i].kind;
	return -1;
}

static void act(struct script *s, char *rest)
{
	static const struct result old = { .out = { .len = 3, .head = "old",
		.inline_len = 3 } };
	char *verb = strsep(&rest, " "), *what = strsep(&rest, " ");
	int kind = kind_of(verb);
	struct input in;
	struct err err;

	if (!strcmp(verb, "crash")) {
		buf_printf(&s->out->got, "%lld crash\n",
			(long long)sim_now(s->sim));
		sim_crash(s->sim);
		return;
	}
	memset(&in, 0, sizeof(in));
	in.kind = (uint8_t)kind;
	in.run = strcmp(verb, "go") && strcmp(verb, "halt") ? 0 : PLAN_NONE;
	in.step = PLAN_NONE;
	in.hard = !strcmp(verb, "kill");
	in.result = &old;
	if (kind == INPUT_SIGNAL) {
		in.name = str_of(what);
		in.bytes = str_of(rest);
	} else if (what && run_find(sim_run(s->sim, 0), str_of(what),
			&in.frame, &in.step)) {
		script_wrong(s, "no step", what);
	}
	in.verdict = (uint8_t)verdict_of(rest);
	if (kind < 0)
		script_wrong(s, "what is", verb);
	else if (sim_give(s->sim, &in, &err))
		buf_printf(&s->out->got, "%lld error: %s\n",
			(long long)sim_now(s->sim), err.text);
}

static void play(struct script *s)
{
	uint32_t done = 0;
	int steps = 0;

	while (!s->out->fault.len && steps++ < 10000) {
		char *rest = done < s->act_count ? s->acts[done] : NULL;
		int64_t at = rest ? strtoll(rest, &rest, 10) : INT64_MAX;

		if (rest && at <= sim_next_ms(s->sim)) {
			if (at > sim_now(s->sim))
				sim_jump(s->sim, at - sim_now(s->sim));
			done++;
			act(s, rest + 1);
		} else if (!sim_next(s->sim)) {
			break;
		}
	}
}

static void sort_line(struct script *s, char *line)
{
	char *rest = line + strspn(line, " \t"), *verb;

	if (*rest == '#') {
		buf_str(&s->out->name, s->out->name.len ? " " : "");
		buf_str(&s->out->name, rest + 1 + strspn(rest + 1, " "));
		return;
	}
	verb = strsep(&rest, " ");
	if (!*verb)
		return;
	if (!strcmp(verb, "job"))
		s->jobs[s->job_count++] = rest;
	else if (!strcmp(verb, "eval"))
		s->evals[s->eval_count++] = rest;
	else if (!strcmp(verb, "at"))
		s->acts[s->act_count++] = rest;
	else if (!script_plan_line(s, verb, rest))
		script_wrong(s, "what is", verb);
}

static void run_it(struct script *s)
{
	struct sim_hooks h;
	struct err err;
	uint32_t where;

	if (build_end(s->b, &s->options, &s->plan, &where, &err)) {
		script_wrong(s, "no plan:", err.text);
		return;
	}
	memset(&h, 0, sizeof(h));
	h.ud = s;
	h.job = on_job;
	h.eval = on_eval;
	h.commit_ms = on_commit;
	h.event = on_event;
	h.action = on_action;
	h.fault = on_fault;
	s->sim_options.check = 1;
	s->sim = sim_new(&s->sim_options, &h);
	sim_start(s->sim, s->plan, 1, s->held);
	play(s);
	sim_free(s->sim);
	plan_drop(s->plan);
}

void script_run(const char *text, struct script_result *out)
{
	struct script *s = mem_zero(sizeof(*s));
	char *copy = mem_strdup(text), *rest = copy, *line;

	memset(out, 0, sizeof(*out));
	s->out = out;
	s->b = build_new();
	while ((line = strsep(&rest, "\n")) && strcmp(line, "--") != 0)
		sort_line(s, line);
	out->head_len = rest ? (size_t)(rest - copy) : strlen(text);
	buf_str(&out->want, rest ? rest : "");
	if (!out->fault.len)
		run_it(s);
	build_free(s->b);
	free(copy);
	free(s);
}

void script_release(struct script_result *r)
{
	buf_release(&r->name);
	buf_release(&r->want);
	buf_release(&r->got);
	buf_release(&r->fault);
}
