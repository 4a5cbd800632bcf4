/*
 * Evaluations: conditions, items, choices and cache look-ups. What comes out
 * becomes a fact by going back as an input; a replay never asks again.
 */
#include "engine/drive/evals.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/core/run_fact.h"
#include "engine/drive/adaptive.h"
#include "engine/drive/cachekey.h"
#include "engine/drive/fact_step.h"
#include "engine/drive/facts.h"

struct asking {
	struct flow flow;
	struct place at;
	struct buf scratch;    /* holds the value given last */
	const struct fact_source *wanted; /* must be measured first; or NULL */
	struct buf read;       /* facts and their values, for an error */
	struct fact_need need; /* must be made first */
	struct adaptive_cost cost;
};

enum { SHOWN_MAX = 60, READ_MAX = 180, NAMES_MAX = 256 };

/* One line of it. */
static void put_shown(struct buf *b, struct str s)
{
	struct str head = utf8_head(s, SHOWN_MAX);

	for (size_t i = 0; i < head.n; i++)
		buf_char(b, (unsigned char)head.p[i] < 32 ? ' ' : head.p[i]);
	buf_str(b, head.n < s.n ? "..." : "");
}

void eval_note(struct buf *read, struct flow_name name,
	const struct value *v)
{
	struct buf b;

	buf_init(&b);
	buf_printf(&b, "%.*s%s%.*s is ", (int)name.root.n, name.root.p,
		name.field.n ? "." : "", (int)name.field.n, name.field.p);
	if (read->len > READ_MAX || (read->len && strstr(buf_cstr(read),
			buf_cstr(&b)))) {
		buf_release(&b);
		return;
	}
	if (v->kind == VALUE_INT)
		buf_printf(&b, "%lld", (long long)v->i);
	else if (v->kind == VALUE_NUMBER)
		buf_printf(&b, "%.14g", v->d);
	else if (v->kind == VALUE_BOOL)
		buf_str(&b, v->i ? "true" : "false");
	else if (v->kind == VALUE_NIL)
		buf_str(&b, "nil");
	else
		put_shown(&b, v->s);
	buf_printf(read, "%s%s", read->len ? ", " : "", buf_cstr(&b));
	buf_release(&b);
}

/* What making it took, once for each fact. */
static void note_cost(struct asking *a, struct flow_name name)
{
	struct fact_read f;

	for (size_t i = 0; i < 64 && run_fact_at(a->flow.run, i, &f); i++) {
		int whole = f.name.n > name.root.n &&
			f.name.p[name.root.n] == '.' && f.name.n ==
			name.root.n + 1 + name.field.n;

		if (f.name.n < name.root.n || memcmp(f.name.p, name.root.p,
				name.root.n) != 0 || (f.name.n != name.root.n
				&& !(whole && memcmp(f.name.p + name.root.n +
				1, name.field.p, name.field.n) == 0)) ||
				a->cost.counted >> i & 1)
			continue;
		a->cost.counted |= (uint64_t)1 << i;
		a->cost.us += f.cost_us;
	}
}

/* Made by a step, or measured. */
static int get_fact(struct asking *a, struct flow_name name,
	struct value *out, struct err *err)
{
	struct fact_step_ask made = {&a->flow, a->at, name, {PLAN_NONE, 0}};
	struct fact_name fact = {name, NULL};
	int rc = fact_step_get(&made, out, &a->scratch, err);

	if (made.need.branch != PLAN_NONE)
		a->need = made.need;
	if (rc == 0)
		rc = facts_get(a->flow.run, &fact, out, &a->scratch, err);
	if (rc > 0) {
		eval_note(&a->read, name, out);
		note_cost(a, name);
	}
	if (!fact.wanted)
		return rc;
	a->wanted = fact.wanted;
	return err_set(err, ERR_BUSY, "%.*s is being measured",
		(int)name.root.n, name.root.p);
}

/* steps.NAME… */
static int unknown_step(const struct asking *a, struct flow_name name,
	struct err *err)
{
	const struct plan *p = a->flow.run->plan;
	struct str step = flow_first_word(&name.field);
	const char *list[NAMES_MAX];
	size_t n = 0;

	for (uint32_t i = 0; i < p->node_count && n < NAMES_MAX; i++)
		if (!(p->nodes[i].flags & NODE_QUIET))
			list[n++] = plan_text(p, p->nodes[i].name);
	err_set(err, ERR_PLAN, "unknown step '%.*s'", (int)step.n, step.p);
	return facts_suggest(err, step, list, n);
}

/* 1; -1: a run or session never has such a field. */
static int has_field(struct flow_name name, struct err *err)
{
	static const char *const of_run[] = {"id", "dir", "command",
		"started_ms"}, *const of_session[] = {"id"};
	int is_run = str_eq(name.root, "run");
	const char *const *list = is_run ? of_run : of_session;
	size_t count = is_run ? 4 : 1;

	if (!is_run && !str_eq(name.root, "session"))
		return 1;
	for (size_t i = 0; i < count; i++)
		if (str_eq(name.field, list[i]))
			return 1;
	err_set(err, ERR_PLAN, "unknown name '%.*s.%.*s'", (int)name.root.n,
		name.root.p, (int)name.field.n, name.field.p);
	if (!is_run)
		return err_help(err, "did you mean session.id?");
	err_help(err, "run. has id, dir, command, started_ms");
	return facts_suggest(err, name.field, list, count);
}

static int unknown_fact(struct flow_name name, struct err *err)
{
	err_set(err, ERR_PLAN, "unknown fact '%.*s%s%.*s'", (int)name.root.n,
		name.root.p, name.field.n ? "." : "", (int)name.field.n,
		name.field.p);
	return err_help(err, "/facts lists them, /fact defines one");
}

static int get(void *ud, struct str root, struct str field,
	struct value *out, struct err *err)
{
	struct asking *a = ud;
	struct flow_name name = {root, field};
	int rc;

	buf_clear(&a->scratch);
	if (str_eq(root, "facts")) {
		name.root = flow_first_word(&name.field);
		rc = get_fact(a, name, out, err);
		return rc ? rc : unknown_fact(name, err);
	}
	rc = flow_get(&a->flow, a->at, name, out, &a->scratch, err);
	if (rc > 0 && out->kind == VALUE_NIL)
		return has_field(name, err);
	if (rc == 0 && str_eq(root, "steps"))
		return unknown_step(a, name, err);
	return rc ? rc : get_fact(a, name, out, err);
}

static size_t names(void *ud, const char **list, size_t max)
{
	static const char *const roots[] = {"prev", "item", "index", "args",
		"vars", "env", "run", "session", "steps"};
	const struct asking *a = ud;
	const struct plan *p = a->flow.run->plan;
	size_t n = 0;

	for (uint32_t i = 0; i < p->node_count && n < max; i++)
		if (!(p->nodes[i].flags & NODE_QUIET))
			list[n++] = plan_text(p, p->nodes[i].name);
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]) && n < max; i++)
		list[n++] = roots[i];
	return n + facts_names(list + n, max - n);
}

static void answer(struct engine *e, const struct action *a, int64_t value,
	struct str bytes, const struct result *res)
{
	struct input in = {.kind = INPUT_EVAL_DONE, .run = a->run,
		.frame = a->frame, .step = a->step, .attempt = a->attempt,
		.purpose = a->purpose, .value = value, .bytes = bytes,
		.result = res};

	engine_input(e, &in, NULL);
}

void eval_fail(struct engine *e, const struct action *a, const char *what,
	const struct err *err)
{
	struct result res = {.outcome = OUTCOME_FAILED,
		.error_class = CLASS_CONFIGURATION, .exit_code = -1};
	char text[1024];

	snprintf(text, sizeof(text), err->help[0] ? "%s: %s (%s)" : "%s: %s",
		what, err->text, err->help);
	res.error = str_of(text);
	answer(e, a, 0, (struct str){NULL, 0}, &res);
}

static const char *expr_of(const struct plan *p, const struct action *a)
{
	const struct plan_node *n = &p->nodes[a->step];

	if (a->branch != PLAN_NONE)
		return plan_text(p, p->branches[a->branch].expr);
	if (a->purpose == EVAL_ITEMS)
		return plan_text(p, p->branches[n->branch].expr);
	return plan_text(p, n->cond);
}

/* A string's lines as a JSON array. Owned. */
static char *lines_of(struct str s)
{
	char *text;
	cJSON *array = cJSON_CreateArray();

	while (s.n > 0) {
		const char *nl = memchr(s.p, '\n', s.n);
		size_t n = nl ? (size_t)(nl - s.p) : s.n;
		char *line = mem_strndup(s.p, n);

		cJSON_AddItemToArray(array, cJSON_CreateString(line));
		free(line);
		s.p += n + (nl != NULL);
		s.n -= n + (nl != NULL);
	}
	text = cJSON_PrintUnformatted(array);
	cJSON_Delete(array);
	return text;
}

/* How many elements; -1: no list, -2: a text among them holds a NUL. */
static int64_t count_items(struct str list)
{
	struct jspan_walk w = {list, 0};
	struct str item;
	struct buf text;
	int64_t n = 0;

	if (list.n == 0 || list.p[0] != '[')
		return -1;
	buf_init(&text);
	while (n >= 0 && jspan_next(&w, NULL, &item)) {
		buf_clear(&text);
		n++;
		if (item.p[0] == '"' && jspan_text(item, &text) < 0)
			n = -2;
	}
	buf_release(&text);
	return n;
}

static void give_items(struct engine *e, const struct action *a,
	const struct value *v)
{
	struct str list = {NULL, 0};
	struct err err = {0};
	char *lines = NULL;
	int64_t n;

	if (v->kind == VALUE_STRING && v->s.n && memchr(v->s.p, 0, v->s.n)) {
		err_set(&err, ERR_LIMIT, "a line holds a NUL byte");
		eval_fail(e, a, "items", &err);
		return;
	}
	if (v->kind == VALUE_STRING)
		list = str_of(lines = lines_of(v->s));
	else if (v->kind == VALUE_JSON && jspan_value(v->s, &list) < 0)
		list.n = 0;
	if (str_eq(list, "{}")) /* an empty table has no kind */
		list = str_of("[]");
	n = count_items(list);
	if (n < 0 || n > LIMIT_ITEMS) {
		if (n == -2)
			err_set(&err, ERR_LIMIT, "an item holds a NUL");
		else
			err_set(&err, ERR_PLAN, n < 0 ? "`for` needs a list "
				"or a text" : "too many items");
		eval_fail(e, a, "items", &err);
	} else {
		answer(e, a, n, list, NULL);
	}
	cJSON_free(lines);
}

/* No part is a number: elements count from 1 in Lua, from 0 in references. */
static int is_dotted(struct str s)
{
	while (s.n > 0) {
		const char *dot = memchr(s.p, '.', s.n);
		size_t n = dot ? (size_t)(dot - s.p) : s.n;

		if (!is_name((struct str){s.p, n}) || memchr(s.p, '-', n))
			return 0;
		s.p += n + (dot != NULL);
		s.n -= n + (dot != NULL);
	}
	return 1;
}

/* A list that is only named keeps its own bytes: in Lua its numbers would
 * become others. Anything else is for Lua, with its errors too. */
static int list_named(struct asking *ask, const char *expr, struct value *v)
{
	struct flow_name name = {str_of(expr), {"", 0}};
	const char *dot = strchr(expr, '.');
	struct err err = {0};

	if (dot) {
		name.root.n = (size_t)(dot - expr);
		name.field = str_of(dot + 1);
	}
	if (!is_dotted(str_of(expr)))
		return 0;
	buf_clear(&ask->scratch);
	return flow_get(&ask->flow, ask->at, name, v, &ask->scratch, &err) > 0
		&& v->kind == VALUE_JSON && v->s.p[0] == '[';
}

int eval_truth(const struct value *v)
{
	return !(v->kind == VALUE_NIL || (v->kind == VALUE_BOOL && !v->i) ||
		(v->kind == VALUE_STRING && v->s.n == 0));
}

size_t eval_libraries(const struct plan *p, uint32_t node,
	struct vm_library *out, size_t max)
{
	const struct plan_node *n = &p->nodes[node];
	size_t count = 0;

	for (uint32_t i = n->arg; i < n->arg + n->arg_count && count < max;
			i++) {
		const struct plan_arg *a = &p->args[i];

		if (a->role == ARG_NOTE && a->part_count == 2 &&
				strcmp(plan_text(p, a->name), LIBRARY_NOTE)
				== 0)
			out[count++] = vm_library_of(plan_text(p,
				p->parts[a->part].text), plan_text(p,
				p->parts[a->part + 1].text));
	}
	return count;
}

static int is_due(void *ud)
{
	const struct asking *a = ud;

	return a->wanted || a->need.branch != PLAN_NONE;
}

static void anew(void *ud)
{
	struct asking *a = ud;

	a->wanted = NULL;
	a->need.branch = PLAN_NONE;
}

/* What the expression is worth, or what it needs first. */
static int ask_lua(struct engine *e, const struct action *a,
	struct asking *ask, struct value *v, char what[200], struct err *err)
{
	struct vm_library libraries[LIBRARIES_MAX];
	struct vm_host host = {.ud = ask, .get = get, .names = names,
		.libraries = libraries};
	const char *expr;
	struct str shown;
	size_t at = 0;
	int rc;

	drive_flow(e, a->run, &ask->flow);
	anew(ask);
	expr = expr_of(ask->flow.run->plan, a);
	host.library_count = eval_libraries(ask->flow.run->plan, a->step,
		libraries, LIBRARIES_MAX);
	if (a->purpose == EVAL_ITEMS && list_named(ask, expr, v))
		return 0;
	if (!e->has_lua)
		rc = err_set(err, ERR_STATE, "there is no Lua here");
	else if (adaptive_asks(e, a))
		rc = adaptive_condition(e, a, &(struct adaptive_eval){
			str_of(expr), &host, &ask->cost, &at, is_due, anew},
			v, err);
	else
		rc = e->lua.eval(e->lua.ud, str_of(expr), &host, v, &at, err);
	shown = utf8_head(str_of(expr), 120);
	snprintf(what, 200, "condition '%.*s' at column %zu", (int)shown.n,
		shown.p, at + 1);
	return rc;
}

static void eval_lua(struct engine *e, const struct action *a)
{
	struct asking ask = {.at = {a->frame, a->step}};
	struct value v = {0};
	struct err err = {0};
	char what[200];
	int rc, again, is_made;

	buf_init(&ask.scratch);
	buf_init(&ask.read);
	do {
		rc = ask_lua(e, a, &ask, &v, what, &err);
		again = 0;
		/* also when exists() or :- made do without it */
		is_made = ask.need.branch != PLAN_NONE;
		if (is_made) {
			memset(&err, 0, sizeof(err));
			again = fact_step_make(e, a, &ask.need, &err);
		}
	} while (again > 0);
	if (rc < 0 && !err.help[0] && ask.read.len)
		err_help(&err, "%s", buf_cstr(&ask.read));
	if (!is_made && ask.wanted)
		facts_measure(e, a, ask.wanted);
	else if (again < 0 || (rc < 0 && !is_made))
		eval_fail(e, a, what, &err);
	else if (!is_made && a->purpose == EVAL_ITEMS)
		give_items(e, a, &v);
	else if (!is_made)
		answer(e, a, eval_truth(&v), eval_truth(&v) && adaptive_asks(e, a)
			? adaptive_detail(e, a) : (struct str){NULL, 0}, NULL);
	buf_release(&ask.scratch);
	buf_release(&ask.read);
}

static void eval_cache(struct engine *e, const struct action *a)
{
	struct cache_parts *parts = NULL;
	struct err err = {0};
	struct result res;
	struct buf miss;
	void *held = NULL;

	/* what cannot be keyed runs: its own error says why */
	if (cache_parts_make(e, a->run, a->frame, a->step, &parts, &err) < 0) {
		answer(e, a, 0, str_of(err.text), NULL);
		return;
	}
	if (cache_find(e, parts, &res, &held)) {
		res.cached = 1;
		answer(e, a, 1, str_of(parts->json), &res);
		free(held);
		cache_parts_free(parts);
		return;
	}
	buf_init(&miss);
	cache_missed(e, parts, &miss);
	cache_await(e, a->run, a->frame, a->step, parts);
	answer(e, a, 0, (struct str){miss.data, miss.len}, NULL);
	buf_release(&miss);
}

static void eval_choice(struct engine *e, const struct action *a)
{
	struct str detail = str_of("not adaptive: the first");
	int64_t branch = 0;

	if (adaptive_asks(e, a))
		adaptive_choice(e, a, &branch, &detail);
	answer(e, a, branch, detail, NULL);
}

/* The `else` of an adaptive `if`: it holds, and all that led to it is told. */
static int is_else(struct engine *e, const struct action *a)
{
	const struct plan *p = sched_run(e->sched, a->run)->plan;

	return a->branch != PLAN_NONE &&
		p->branches[a->branch].expr == PLAN_NONE;
}

void eval_start(struct engine *e, const struct action *a)
{
	struct err err = {0};

	if (!drive_run_at(e, a->run) || e->closing)
		return;
	switch ((enum eval_purpose)a->purpose) {
	case EVAL_CONDITION:
	case EVAL_ITEMS:
		if (is_else(e, a))
			answer(e, a, 1, adaptive_asks(e, a) ? adaptive_detail(e,
				a) : (struct str){NULL, 0}, NULL);
		else
			eval_lua(e, a);
		return;
	case EVAL_CHOICE:
		eval_choice(e, a);
		return;
	case EVAL_CACHE:
		eval_cache(e, a);
		return;
	case EVAL_CALL:
		err_set(&err, ERR_PLAN, "nothing here can make calls");
		eval_fail(e, a, "call", &err);
		return;
	}
}
