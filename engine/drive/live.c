/*
 * The output of running steps as it comes, for /logs -f: kept from the moment
 * somebody asks for it, in the process that owns the run. Never journalled;
 * what is dropped here is in the log when its step has ended.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/drive/live.h"
#include "engine/drive/engine_int.h"
#include "engine/io/clock.h"
#include "engine/tell.h"
#include "engine/view.h"

enum { KEPT_MOST = 1 << 20 };

struct live {
	struct buf lines;      /* JSON objects, one a line */
	uint64_t dropped;      /* bytes before them */
};

static void keep(struct live *l, const char *json)
{
	const char *end;
	size_t n;

	buf_printf(&l->lines, "%s\n", json);
	if (l->lines.len <= KEPT_MOST)
		return;
	end = memchr(l->lines.data + l->lines.len / 2, '\n',
		l->lines.len - l->lines.len / 2);
	n = (size_t)(end - l->lines.data) + 1;
	memmove(l->lines.data, l->lines.data + n, l->lines.len - n);
	l->lines.len -= n;
	l->dropped += n;
}

static void tell(struct job *j, struct live *l, int stream)
{
	struct buf *half = &j->half[stream - 1];
	cJSON *line = cJSON_CreateObject();
	char *text;

	for (size_t i = 0; i < half->len; i++)
		if (!half->data[i])
			half->data[i] = '?';
	cJSON_AddStringToObject(line, "path", j->x.path);
	cJSON_AddNumberToObject(line, "attempt", j->attempt);
	cJSON_AddNumberToObject(line, "stream", stream);
	cJSON_AddNumberToObject(line, "at", (double)j->half_at[stream - 1]);
	cJSON_AddNumberToObject(line, "t_ms",
		(double)j->half_ms[stream - 1]);
	cJSON_AddStringToObject(line, "text", buf_cstr(half));
	text = cJSON_PrintUnformatted(line);
	keep(l, text);
	cJSON_free(text);
	cJSON_Delete(line);
}

/* What there is of the line has been told, or was nothing. */
static void go_on(struct job *j, int stream, int ended)
{
	struct buf *half = &j->half[stream - 1];

	j->half_at[stream - 1] += half->len + (ended ? 1 : 0);
	j->half_cut[stream - 1] = !ended;
	buf_clear(half);
}

void live_tap(struct job *j, int stream, struct str bytes)
{
	struct drive_run *r = drive_run_at(j->e, j->slot);
	struct buf *half = &j->half[stream - 1];

	while (r && r->live && bytes.n > 0) {
		size_t room = LIMIT_LIVE_LINE - half->len;
		size_t look = bytes.n < room ? bytes.n : room;
		const char *nl = memchr(bytes.p, '\n', look);
		size_t n = nl ? (size_t)(nl - bytes.p) : look;

		if (!half->len)
			j->half_ms[stream - 1] = clock_now_ms();
		buf_add(half, bytes.p, n);
		if (half->len == LIMIT_LIVE_LINE || (nl &&
			(half->len || !j->half_cut[stream - 1])))
			tell(j, r->live, stream);
		if (nl || half->len == LIMIT_LIVE_LINE)
			go_on(j, stream, nl != NULL);
		bytes.p += n + (nl != NULL);
		bytes.n -= n + (nl != NULL);
	}
}

void live_job(struct job *j)
{
	const struct drive_run *r = drive_run_at(j->e, j->slot);

	if (r && r->live && j->e->guard && !j->over && j->x.report)
		guard_follow(j->e->guard, j->x.id);
}

void live_free(struct live *l)
{
	if (!l)
		return;
	buf_release(&l->lines);
	free(l);
}

static void begin_job(struct job *j, void *slot)
{
	if (j->slot == *(uint32_t *)slot)
		live_job(j);
}

static void begin(struct engine *e, uint32_t slot)
{
	drive_run_at(e, slot)->live = mem_zero(sizeof(struct live));
	jobs_each(e, begin_job, &slot);
}

uint64_t live_read(struct engine *e, uint32_t slot, uint64_t from,
	struct buf *out)
{
	struct drive_run *r = drive_run_at(e, slot);
	const struct live *l;
	size_t at;

	if (!r->live)
		begin(e, slot);
	l = r->live;
	at = from < l->dropped ? 0 : (size_t)(from - l->dropped);
	if (at < l->lines.len)
		buf_add(out, l->lines.data + at, l->lines.len - at);
	return l->dropped + l->lines.len;
}

/* ------------------------------------------------------------- the asker */
static void give(const char *json, size_t n,
	void (*fn)(void *ud, const struct live_line *l), void *ud)
{
	cJSON *doc = cJSON_ParseWithLength(json, n);
	const cJSON *path = cJSON_GetObjectItemCaseSensitive(doc, "path");
	const cJSON *text = cJSON_GetObjectItemCaseSensitive(doc, "text");
	const cJSON *attempt = cJSON_GetObjectItemCaseSensitive(doc,
		"attempt");
	const cJSON *stream = cJSON_GetObjectItemCaseSensitive(doc, "stream");
	const cJSON *ms = cJSON_GetObjectItemCaseSensitive(doc, "t_ms");
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(doc, "at");
	struct live_line l;

	if (cJSON_IsString(path) && cJSON_IsString(text) &&
		cJSON_IsNumber(attempt) && cJSON_IsNumber(stream) &&
		cJSON_IsNumber(ms) && cJSON_IsNumber(at)) {
		l.path = path->valuestring;
		l.attempt = (uint32_t)attempt->valuedouble;
		l.line.stream = stream->valuedouble >= 2 ? 2 : 1;
		l.line.t_ms = (int64_t)ms->valuedouble;
		l.line.text = str_of(text->valuestring);
		l.line.at = (uint64_t)at->valuedouble;
		fn(ud, &l);
	}
	cJSON_Delete(doc);
}

static void ask(struct engine *e, const struct run_row *row, uint64_t *from,
	struct buf *lines)
{
	struct run_verb verb = {.verb = "tail"};
	struct err err = {0};
	const cJSON *text, *next;
	char at[24];
	struct buf reply;
	cJSON *doc;

	snprintf(at, sizeof(at), "%llu", (unsigned long long)*from);
	verb.text = str_of(at);
	buf_init(&reply);
	if (engine_ask_owner(e, row, &verb, &reply, &err) == 0) {
		doc = cJSON_ParseWithLength(buf_cstr(&reply), reply.len);
		text = cJSON_GetObjectItemCaseSensitive(doc, "lines");
		next = cJSON_GetObjectItemCaseSensitive(doc, "next");
		if (cJSON_IsString(text) && cJSON_IsNumber(next)) {
			buf_str(lines, text->valuestring);
			*from = (uint64_t)next->valuedouble;
		}
		cJSON_Delete(doc);
	}
	buf_release(&reply);
}

void engine_tail(struct engine *e, const struct run_row *row, uint64_t *from,
	void (*fn)(void *ud, const struct live_line *l), void *ud)
{
	uint32_t slot = engine_slot(e, row->ulid);
	struct buf lines;

	buf_init(&lines);
	if (slot != PLAN_NONE)
		*from = live_read(e, slot, *from, &lines);
	else
		ask(e, row, from, &lines);
	for (size_t at = 0; at < lines.len;) {
		const char *p = lines.data + at;
		const char *nl = memchr(p, '\n', lines.len - at);
		size_t n = nl ? (size_t)(nl - p) : lines.len - at;

		give(p, n, fn, ud);
		at += n + 1;
	}
	buf_release(&lines);
}
