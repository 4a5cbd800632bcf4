/*
 * References: `${build.output}`, `${item}`, `${args.P}` and their like, as
 * values (language.md sections 3.3 and 3.4). A value is data: it is never
 * parsed again here, except by `.json` and `.lines`, which say so.
 */
#include "engine/drive/flow.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/core/event.h"
#include "engine/drive/blobfile.h"

/* Where the text of a value begins in scratch; set as a view afterwards,
 * since the buffer may move while it grows. */
static int give_text(struct value *out, struct buf *scratch, size_t from,
	enum value_kind kind)
{
	memset(out, 0, sizeof(*out));
	out->kind = (uint8_t)kind;
	out->s.p = buf_cstr(scratch) + from;
	out->s.n = scratch->len - from;
	return 1;
}

static int give_string(struct value *out, struct buf *scratch, const char *s)
{
	size_t from = scratch->len;

	buf_str(scratch, s);
	return give_text(out, scratch, from, VALUE_STRING);
}

static int give_int(struct value *out, int64_t i)
{
	memset(out, 0, sizeof(*out));
	out->kind = VALUE_INT;
	out->i = i;
	return 1;
}

static int give_bool(struct value *out, int truth)
{
	give_int(out, truth);
	out->kind = VALUE_BOOL;
	return 1;
}

void value_text(const struct value *v, struct buf *out)
{
	if (v->s.n) {
		buf_add(out, v->s.p, v->s.n);
		return;
	}
	switch ((enum value_kind)v->kind) {
	case VALUE_NIL:
		break;
	case VALUE_BOOL:
		buf_str(out, v->i ? "true" : "false");
		break;
	case VALUE_INT:
		buf_printf(out, "%lld", (long long)v->i);
		break;
	case VALUE_NUMBER:
		buf_printf(out, "%.14g", v->d);
		break;
	case VALUE_STRING:
	case VALUE_JSON:
		break;
	}
}

/* A number keeps its text: most have no exact double. */
static int give_number(struct value *out, struct buf *scratch, struct str t)
{
	size_t from = scratch->len;

	buf_add(scratch, t.p, t.n);
	give_text(out, scratch, from, VALUE_INT);
	if (number_parse(t, INT64_MIN, INT64_MAX, &out->i) == 0)
		return 1;
	out->kind = VALUE_NUMBER;
	out->i = 0;
	out->d = strtod(out->s.p, NULL);
	return 1;
}

/* What stands in a JSON source, as it stands there. */
static int give_span(struct value *out, struct buf *scratch, struct str j,
	struct err *err)
{
	size_t from = scratch->len;

	switch (j.p[0]) {
	case '"':
		if (jspan_text(j, scratch) == 0)
			return give_text(out, scratch, from, VALUE_STRING);
		err_set(err, ERR_LIMIT, "a JSON string holds a NUL "
			"(\\u0000)");
		return err_help(err, "read the JSON from standard input or "
			"from ${….file}");
	case 't':
	case 'f':
		return give_bool(out, j.p[0] == 't');
	case 'n':
		memset(out, 0, sizeof(*out));
		return 1;
	case '{':
	case '[':
		buf_add(scratch, j.p, j.n);
		return give_text(out, scratch, from, VALUE_JSON);
	default:
		return give_number(out, scratch, j);
	}
}

/* Of what the shell made itself: arguments, variables, lists of texts. */
static int give_json(struct value *out, struct buf *scratch, const cJSON *j)
{
	char *text;
	size_t from = scratch->len;

	if (cJSON_IsString(j))
		return give_string(out, scratch, j->valuestring);
	if (cJSON_IsBool(j))
		return give_bool(out, cJSON_IsTrue(j));
	if (cJSON_IsNull(j)) {
		memset(out, 0, sizeof(*out));
		return 1;
	}
	text = cJSON_PrintUnformatted(j);
	buf_str(scratch, text ? text : "null");
	cJSON_free(text);
	return give_text(out, scratch, from, VALUE_JSON);
}

/* Follows "a.b.0" into a document; arrays count from 0 as in JSON tools. */
static const cJSON *json_walk(const cJSON *j, struct str path)
{
	char name[256];
	int64_t at;

	while (j && path.n > 0) {
		const char *dot = memchr(path.p, '.', path.n);
		size_t n = dot ? (size_t)(dot - path.p) : path.n;

		if (n >= sizeof(name))
			return NULL;
		memcpy(name, path.p, n);
		name[n] = '\0';
		if (cJSON_IsArray(j) && number_parse((struct str){path.p, n},
				0, INT32_MAX, &at) == 0)
			j = cJSON_GetArrayItem(j, (int)at);
		else
			j = cJSON_GetObjectItemCaseSensitive(j, name);
		path.p += n + (dot != NULL);
		path.n -= n + (dot != NULL);
	}
	return j;
}

static int content(const struct flow *f, struct place at,
	struct buf *out, struct err *err)
{
	struct pieces p;
	int rc;

	pieces_init(&p);
	flow_output(f, at, &p);
	if (pieces_len(&p) > LIMIT_CAPTURE)
		rc = err_set(err, ERR_LIMIT, "result is over %d MiB",
			LIMIT_CAPTURE >> 20);
	else
		rc = pieces_read(f, &p, SIZE_MAX, out, err);
	pieces_release(&p);
	return rc;
}

static int field_json(const struct flow *f, struct place at,
	struct str path, struct value *out, struct buf *scratch,
	struct err *err)
{
	struct str all, j;
	struct buf text;
	int rc;

	buf_init(&text);
	if (content(f, at, &text, err) < 0)
		rc = -1;
	else if (jspan_value((struct str){buf_cstr(&text), text.len},
			&all) < 0)
		rc = err_set(err, ERR_PLAN, "output of '%s' is not JSON",
			plan_text(f->run->plan,
				f->run->plan->nodes[at.node].name));
	else
		rc = jspan_find(all, path, &j)
			? give_span(out, scratch, j, err) : 0;
	buf_release(&text);
	return rc;
}

/* A list is JSON, whose strings end at a NUL here. */
static int no_nul(const struct buf *text, struct err *err)
{
	if (!text->len || !memchr(text->data, 0, text->len))
		return 0;
	err_set(err, ERR_LIMIT, "a line holds a NUL byte");
	return err_help(err, "read it from standard input or from ${….file}");
}

static int field_lines(const struct flow *f, struct place at,
	struct value *out, struct buf *scratch, struct err *err)
{
	struct buf text;
	cJSON *array = cJSON_CreateArray();
	size_t i = 0;
	int rc = -1;

	buf_init(&text);
	if (content(f, at, &text, err) == 0 && no_nul(&text, err) == 0) {
		while (i < text.len) {
			char *nl = memchr(text.data + i, '\n', text.len - i);
			size_t n = nl ? (size_t)(nl - text.data) - i
				: text.len - i;
			char *line = mem_strndup(text.data + i, n);

			cJSON_AddItemToArray(array, cJSON_CreateString(line));
			free(line);
			i += n + 1;
		}
		rc = give_json(out, scratch, array);
	}
	cJSON_Delete(array);
	buf_release(&text);
	return rc;
}

static int field_output(const struct flow *f, struct place at,
	int trim, struct value *out, struct buf *scratch, struct err *err)
{
	size_t from = scratch->len;

	if (content(f, at, scratch, err) < 0)
		return -1;
	while (trim && scratch->len > from &&
		scratch->data[scratch->len - 1] == '\n')
		scratch->len--;
	if (scratch->data)
		scratch->data[scratch->len] = '\0';
	return give_text(out, scratch, from, VALUE_STRING);
}

static int field_stderr(const struct flow *f, const struct step *s,
	struct value *out, struct buf *scratch, struct err *err)
{
	struct piece one = {{NULL, 0}, NULL};
	struct pieces p = {&one, 1, 1, NULL, 0, 0};
	size_t from = scratch->len;

	if (s->kept) {
		one.bytes.p = s->kept->r.err.head;
		one.bytes.n = s->kept->r.err.inline_len;
		if (s->kept->r.err.len != s->kept->r.err.inline_len)
			one.blob = &s->kept->r.err;
	}
	if (pieces_read(f, &p, SIZE_MAX, scratch, err) < 0)
		return -1;
	return give_text(out, scratch, from, VALUE_STRING);
}

static int field_file(const struct flow *f, struct place at,
	struct value *out, struct buf *scratch, struct err *err)
{
	char path[4096];
	struct pieces p;
	int rc;

	pieces_init(&p);
	flow_output(f, at, &p);
	rc = blobfile_path(f, &p, path, sizeof(path), err);
	pieces_release(&p);
	return rc < 0 ? -1 : give_string(out, scratch, path);
}

static int field_meta(const struct kept *k, struct str field,
	struct value *out, struct buf *scratch, struct err *err)
{
	struct str all, j;

	if (!k || k->r.meta.n == 0 || jspan_value(k->r.meta, &all) < 0 ||
			!jspan_find(all, field, &j))
		return 0;
	return give_span(out, scratch, j, err);
}

/* One field of one step's result. */
static int step_field(const struct flow *f, struct place at,
	struct str field, struct value *out, struct buf *scratch,
	struct err *err)
{
	const struct step *s = run_step(f->run, at.frame, at.node);
	const struct kept *k = s->kept;

	if (str_eq(field, "status"))
		return give_string(out, scratch, step_state_name(s->state));
	if (str_eq(field, "ok"))
		return give_bool(out, s->state == STEP_SUCCEEDED);
	if (str_eq(field, "attempts"))
		return give_int(out, s->attempts);
	if (s->state == STEP_SKIPPED || !step_settled(s))
		return 0;
	if (str_eq(field, "exit_code"))
		return k && k->r.exit_code >= 0
			? give_int(out, k->r.exit_code) : 0;
	if (str_eq(field, "output") || str_eq(field, "results"))
		return field_output(f, at, 1, out, scratch, err);
	if (str_eq(field, "stdout"))
		return field_output(f, at, 0, out, scratch, err);
	if (str_eq(field, "stderr"))
		return field_stderr(f, s, out, scratch, err);
	if (str_eq(field, "lines"))
		return field_lines(f, at, out, scratch, err);
	if (str_eq(field, "file"))
		return field_file(f, at, out, scratch, err);
	if (str_eq(field, "json"))
		return field_json(f, at, (struct str){NULL, 0}, out,
			scratch, err);
	if (field.n > 5 && memcmp(field.p, "json.", 5) == 0)
		return field_json(f, at,
			(struct str){field.p + 5, field.n - 5}, out, scratch,
			err);
	if (str_eq(field, "duration_ms"))
		return give_int(out, k ? (int64_t)(k->r.dur_us / 1000) : 0);
	if (str_eq(field, "tokens"))
		return give_int(out, k ? (int64_t)(k->r.tokens_in +
			k->r.tokens_out) : 0);
	if (str_eq(field, "cost")) {
		give_int(out, 0);
		out->kind = VALUE_NUMBER;
		out->d = k ? (double)k->r.cost_micro / 1e6 : 0;
		return 1;
	}
	if (str_eq(field, "error")) {
		size_t from = scratch->len;

		if (k)
			buf_add(scratch, k->r.error.p, k->r.error.n);
		return give_text(out, scratch, from, VALUE_STRING);
	}
	return field_meta(k, field, out, scratch, err);
}

/* The array of a field over all iterations below (frame, chain…). */
struct gather {
	const struct flow *f;
	const uint32_t *chain;     /* node whose body leads on, outer first */
	size_t depth;
	const struct flow_want *want;
	cJSON *array;
};

/* One element: its text, or its JSON. */
static int gather_one(struct gather *g, uint32_t frame, struct err *err)
{
	struct buf scratch, text;
	cJSON *item = NULL;
	struct value v;
	int rc;

	buf_init(&scratch);
	buf_init(&text);
	rc = step_field(g->f, (struct place){frame, g->want->node},
		g->want->field, &v, &scratch, err);
	if (rc > 0)
		value_text(&v, &text);
	if (rc > 0 && v.kind == VALUE_STRING)
		rc = no_nul(&text, err) < 0 ? -1 : 1;
	if (rc > 0)
		item = v.kind == VALUE_STRING
			? cJSON_CreateString(buf_cstr(&text))
			: cJSON_CreateRaw(text.len ? buf_cstr(&text)
				: "null");
	cJSON_AddItemToArray(g->array, item ? item : cJSON_CreateNull());
	buf_release(&text);
	buf_release(&scratch);
	return rc < 0 ? -1 : 0;
}

static int gather(struct gather *g, uint32_t frame, size_t level,
	struct err *err)
{
	uint32_t *ids = NULL;
	size_t n;
	int rc = 0;

	if (level == g->depth)
		return gather_one(g, frame, err);
	n = flow_frames(g->f->run, (struct place){frame, g->chain[level]},
		ROLE_BODY, &ids);
	for (size_t i = 0; i < n && rc == 0; i++) {
		uint32_t body = g->f->run->frames[ids[i]].body;
		uint32_t next = level + 1 < g->depth ? g->chain[level + 1]
			: g->want->node;

		if (g->f->run->plan->nodes[next].body == body)
			rc = gather(g, ids[i], level + 1, err);
	}
	free(ids);
	return rc;
}

static int is_loop(const struct plan *p, uint32_t node)
{
	int k = p->nodes[node].kind;

	return k == NODE_FOR || k == NODE_WHILE || k == NODE_MAP;
}

/* No loop is between: the one frame that each node on the way opened. */
static int only_field(const struct gather *g, uint32_t frame,
	struct value *out, struct buf *scratch, struct err *err)
{
	const struct run *r = g->f->run;

	for (size_t level = 0; level < g->depth; level++) {
		uint32_t next = level + 1 < g->depth ? g->chain[level + 1]
			: g->want->node, *ids = NULL;
		size_t n = flow_frames(r, (struct place){frame,
			g->chain[level]}, ROLE_BODY, &ids);

		frame = n > 0 ? ids[0] : PLAN_NONE;
		free(ids);
		if (frame == PLAN_NONE || r->frames[frame].body !=
				r->plan->nodes[next].body)
			return 0;
	}
	return step_field(g->f, (struct place){frame, g->want->node},
		g->want->field, out, scratch, err);
}

/* A node of a body below: one value, or an array when a loop is between. */
static int inner_field(struct gather *g, uint32_t frame, struct value *out,
	struct buf *scratch, struct err *err)
{
	const struct plan *p = g->f->run->plan;
	int rc, loops = 0;

	for (size_t i = 0; i < g->depth; i++)
		loops += is_loop(p, g->chain[i]);
	if (!loops)
		return only_field(g, frame, out, scratch, err);
	g->array = cJSON_CreateArray();
	rc = gather(g, frame, 0, err);
	if (rc == 0)
		rc = give_json(out, scratch, g->array);
	cJSON_Delete(g->array);
	return rc;
}

/*
 * Finds the step that is wanted, seen from a step in `frame`: in an enclosing
 * frame, else in a body below one of them.
 */
static int step_ref(const struct flow *f, uint32_t frame,
	const struct flow_want *want, struct value *out, struct buf *scratch,
	struct err *err)
{
	const struct plan *p = f->run->plan;
	uint32_t chain[LIMIT_FRAME_DEPTH + 1], at = want->node;
	size_t depth = 0;

	for (;;) {
		uint32_t body = p->nodes[at].body, fr = frame;

		for (;;) {
			struct gather g = {f, chain + LIMIT_FRAME_DEPTH + 1 -
				depth, depth, want, NULL};

			if (f->run->frames[fr].body == body && depth == 0)
				return step_field(f,
					(struct place){fr, want->node},
					want->field, out, scratch, err);
			if (f->run->frames[fr].body == body)
				return inner_field(&g, fr, out, scratch, err);
			if (fr == 0)
				break;
			fr = f->run->frames[fr].parent;
		}
		at = p->bodies[body].owner;
		if (at == PLAN_NONE || depth > LIMIT_FRAME_DEPTH)
			return 0;
		chain[LIMIT_FRAME_DEPTH - depth++] = at;
	}
}

static int object_field(const cJSON *object, struct str field,
	struct value *out, struct buf *scratch)
{
	const cJSON *j = object ? json_walk(object, field) : NULL;

	return j ? give_json(out, scratch, j) : 0;
}

static int run_field(const struct flow *f, struct str field,
	struct value *out, struct buf *scratch)
{
	if (str_eq(field, "id"))
		return give_string(out, scratch, f->ulid ? f->ulid : "");
	if (str_eq(field, "dir"))
		return give_string(out, scratch, f->dir ? f->dir : "");
	if (str_eq(field, "started_ms"))
		return give_int(out, f->run->started_ms);
	if (str_eq(field, "command"))
		return give_string(out, scratch,
			plan_text(f->run->plan, f->run->plan->command));
	return 0;
}

/* The innermost enclosing frame whose owner is `loop`, or any loop when it
 * is PLAN_NONE; PLAN_NONE when there is none. */
static uint32_t loop_frame(const struct flow *f, uint32_t frame,
	uint32_t loop)
{
	while (frame != 0) {
		uint32_t owner = f->run->frames[frame].owner;

		if (owner == loop ||
			(loop == PLAN_NONE && is_loop(f->run->plan, owner)))
			return frame;
		frame = f->run->frames[frame].parent;
	}
	return PLAN_NONE;
}

static int item_ref(const struct flow *f, uint32_t frame,
	const struct flow_want *want, struct value *out, struct buf *scratch,
	struct err *err)
{
	uint32_t at = loop_frame(f, frame, want->node);
	const struct frame *fr;
	struct str all, j;
	struct buf item;
	int rc = 0;

	if (at == PLAN_NONE)
		return 0;
	fr = &f->run->frames[at];
	if (want->root == REF_INDEX)
		return give_int(out, (int64_t)fr->index + 1);
	buf_init(&item);
	if (flow_item(f, (struct place){fr->parent, fr->owner}, fr->index,
			&item) == 0) {
		size_t from = scratch->len;

		if (want->field.n == 0) {
			buf_add(scratch, buf_cstr(&item), item.len);
			rc = give_text(out, scratch, from, VALUE_STRING);
		} else if (jspan_value((struct str){buf_cstr(&item),
				item.len}, &all) == 0 &&
				jspan_find(all, want->field, &j)) {
			rc = give_span(out, scratch, j, err);
		}
	}
	buf_release(&item);
	return rc;
}

/* args: of the /def call (an enclosing block) or of the run. */
static int args_ref(const struct flow *f, uint32_t frame,
	const struct flow_want *want, struct value *out, struct buf *scratch,
	struct err *err)
{
	const struct plan *p = f->run->plan;
	struct place call = {0, want->node};
	const struct plan_node *n;
	uint32_t inside;

	if (want->node == PLAN_NONE)
		return object_field(f->args, want->field, out, scratch);
	inside = loop_frame(f, frame, want->node);
	if (inside == PLAN_NONE)
		return 0;
	call.frame = f->run->frames[inside].parent;
	n = &p->nodes[want->node];
	for (uint32_t i = n->arg; i < n->arg + n->arg_count; i++) {
		struct buf text;
		int rc;

		if (p->args[i].role != ARG_FIELD ||
			!str_eq(want->field, plan_text(p, p->args[i].name)))
			continue;
		buf_init(&text);
		rc = flow_arg(f, call, &p->args[i], &text, err);
		if (rc > 0) {
			size_t from = scratch->len;

			buf_add(scratch, text.data, text.len);
			rc = give_text(out, scratch, from, VALUE_STRING);
		}
		buf_release(&text);
		return rc;
	}
	return 0;
}

static int prev_ref(const struct flow *f, struct place at,
	struct str field, struct value *out, struct buf *scratch,
	struct err *err)
{
	const struct plan_node *n = &f->run->plan->nodes[at.node];
	struct pieces p;
	size_t from = scratch->len;
	int rc;

	if (n->fed == 1) {
		at.node = f->run->plan->edges[n->need];
		return step_field(f, at, field.n ? field : str_of("output"),
			out, scratch, err);
	}
	if (field.n && !str_eq(field, "output") && !str_eq(field, "stdout") &&
		!str_eq(field, "results"))
		return 0;
	pieces_init(&p);
	flow_input(f, at, &p);
	rc = pieces_read(f, &p, SIZE_MAX, scratch, err);
	pieces_release(&p);
	if (rc < 0)
		return -1;
	while (!str_eq(field, "stdout") && scratch->len > from &&
		scratch->data[scratch->len - 1] == '\n')
		scratch->len--;
	return give_text(out, scratch, from, VALUE_STRING);
}

static int env_ref(const struct flow *f, struct str field, struct value *out,
	struct buf *scratch)
{
	char *name = mem_strndup(field.p, field.n);
	const char *v = f->getenv ? f->getenv(f->ud, name) : NULL;

	free(name);
	return v ? give_string(out, scratch, v) : 0;
}

int flow_value(const struct flow *f, struct place at,
	const struct flow_want *want, struct value *out, struct buf *scratch,
	struct err *err)
{
	switch (want->root) {
	case REF_STEP:
		return step_ref(f, at.frame, want, out, scratch, err);
	case REF_PREV:
		return prev_ref(f, at, want->field, out, scratch, err);
	case REF_ITEM:
	case REF_INDEX:
		return item_ref(f, at.frame, want, out, scratch, err);
	case REF_ARGS:
		return args_ref(f, at.frame, want, out, scratch, err);
	case REF_VARS:
		return object_field(f->vars, want->field, out, scratch);
	case REF_ENV:
		return env_ref(f, want->field, out, scratch);
	case REF_RUN:
		return run_field(f, want->field, out, scratch);
	case REF_SESSION:
		return str_eq(want->field, "id") && f->session
			? give_string(out, scratch, f->session) : 0;
	case REF_FACTS:
		return flow_fact(f, want->field, out, scratch);
	case REF_ROOTS:
		break;
	}
	return 0;
}

int flow_ref(const struct flow *f, struct place at,
	const struct plan_ref *ref, struct value *out, struct buf *scratch,
	struct err *err)
{
	struct flow_want want = {(enum ref_root)ref->root, ref->node,
		str_of(plan_text(f->run->plan, ref->field))};

	if (want.root == REF_STEP && want.field.n == 0)
		want.field = str_of("output");
	return flow_value(f, at, &want, out, scratch, err);
}

static void no_value(const struct plan *p, const struct plan_ref *ref,
	struct err *err)
{
	struct buf name;

	buf_init(&name);
	flow_ref_name(p, ref, &name);
	err_set(err, ERR_NOTFOUND, "%s has no value", buf_cstr(&name));
	err_help(err, "give a default: %.*s:-…}", (int)name.len - 1,
		buf_cstr(&name));
	buf_release(&name);
}

int flow_arg(const struct flow *f, struct place at,
	const struct plan_arg *arg, struct buf *out, struct err *err)
{
	const struct plan *p = f->run->plan;
	struct buf scratch;
	int rc = 1;

	buf_init(&scratch);
	for (uint32_t i = arg->part; i < arg->part + arg->part_count; i++) {
		const struct plan_part *part = &p->parts[i];
		const struct plan_ref *ref;
		struct value v;

		if (part->ref == PLAN_NONE) {
			buf_str(out, plan_text(p, part->text));
			continue;
		}
		ref = &p->refs[part->ref];
		buf_clear(&scratch);
		rc = flow_ref(f, at, ref, &v, &scratch, err);
		if (rc == 0 && ref->fallback != PLAN_NONE) {
			buf_str(out, plan_text(p, ref->fallback));
			rc = 1;
			continue;
		}
		if (rc == 0)
			no_value(p, ref, err);
		if (rc <= 0)
			break;
		value_text(&v, out);
	}
	buf_release(&scratch);
	return rc;
}
