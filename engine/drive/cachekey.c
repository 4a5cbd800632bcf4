/*
 * Content keys of cached steps. The key is computed before the step starts
 * and kept until its result, so that a file which the step itself changes
 * does not spoil it.
 */
#include "engine/drive/cachekey.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/drive/blobfile.h"
#include "engine/drive/engine_int.h"
#include "engine/io/clock.h"
#include "engine/io/file.h"

void cache_parts_free(struct cache_parts *p)
{
	if (!p)
		return;
	free(p->leaf);
	cJSON_free(p->json);
	free(p);
}

static void add_part(cJSON *parts, const char *name, const struct digest *d)
{
	char hex[DIGEST_HEX + 1];

	digest_hex(d, hex);
	cJSON_AddStringToObject(parts, name, hex);
}

static void add_bytes(cJSON *parts, const char *name, const void *p, size_t n)
{
	struct digest d;

	digest_of(p, n, &d);
	add_part(parts, name, &d);
}

static int add_input(const struct flow *f, struct place at, cJSON *parts,
	struct err *err)
{
	struct pieces in;
	struct digest key;
	struct buf bytes;
	int rc = 0;

	pieces_init(&in);
	buf_init(&bytes);
	flow_input(f, at, &in);
	if (in.count == 1 || pieces_len(&in) > LIMIT_STDIN_INLINE) {
		blobfile_key(&in, &key);
		add_part(parts, "input", &key);
	} else {
		rc = pieces_read(f, &in, SIZE_MAX, &bytes, err);
		if (rc == 0)
			add_bytes(parts, "input", buf_cstr(&bytes), bytes.len);
	}
	buf_release(&bytes);
	pieces_release(&in);
	return rc;
}

/* One declared path, a file or all files below a folder. */
struct declared {
	cJSON *parts;
	const char *dir, *path;
	struct err *err;
};

static int add_file(void *ud, const char *path, int is_dir)
{
	struct declared *d = ud;
	char name[8400], full[8300];
	struct digest sum;
	uint64_t len;

	(void)is_dir;
	snprintf(full, sizeof(full), "%s/%s", d->path, path);
	if (file_digest(d->dir, path[0] ? full : d->path, &sum, &len,
			d->err) < 0)
		return 1;
	snprintf(name, sizeof(name), "file %s", path[0] ? full : d->path);
	add_part(d->parts, name, &sum);
	return 0;
}

static int add_reads(const struct flow *f, const char *list, cJSON *parts,
	struct err *err)
{
	char path[4096], full[8200];
	struct declared d = {parts, f->dir, path, err};
	struct err seen = {0};

	while (*list) {
		size_t n = strcspn(list, ",");
		struct walk_options w = {.dir = full};

		if (n >= sizeof(path))
			return err_set(err, ERR_LIMIT, "path too long");
		memcpy(path, list, n);
		path[n] = '\0';
		d.err = &seen;
		if (add_file(&d, "", 0) != 0) {
			seen.code = ERR_NONE;
			snprintf(full, sizeof(full), "%s%s%s",
				path[0] == '/' ? "" : f->dir,
				path[0] == '/' ? "" : "/", path);
			if (file_walk(&w, add_file, &d, err) < 0)
				return -1;
			if (seen.code) {
				*err = seen;
				return -1;
			}
		}
		list += n + (list[n] == ',');
	}
	return 0;
}

static int add_args(const struct flow *f, struct place at, cJSON *parts,
	struct err *err)
{
	const struct plan *p = f->run->plan;
	const struct plan_node *n = &p->nodes[at.node];
	char name[160];
	struct buf text;
	int rc = 1;

	buf_init(&text);
	for (uint32_t i = n->arg; rc > 0 && i < n->arg + n->arg_count; i++) {
		const struct plan_arg *a = &p->args[i];
		const char *label = a->name == PLAN_NONE ? "word"
			: plan_text(p, a->name);

		buf_clear(&text);
		rc = flow_arg(f, at, a, &text, err);
		if (rc <= 0)
			break;
		if (a->role == ARG_NOTE && strcmp(label, "reads") == 0) {
			if (add_reads(f, buf_cstr(&text), parts, err) < 0)
				rc = -1;
			continue;
		}
		snprintf(name, sizeof(name), "%s %u", label, i - n->arg);
		add_bytes(parts, name, buf_cstr(&text), text.len);
	}
	buf_release(&text);
	return rc > 0 ? 0 : -1;
}

int cache_parts_make(struct engine *e, uint32_t slot, uint32_t frame,
	uint32_t step, struct cache_parts **out, struct err *err)
{
	struct drive_run *r = drive_run_at(e, slot);
	const char *leaf = setup_leaf_key(r->setup, step);
	struct place at = {frame, step};
	cJSON *parts = cJSON_CreateObject();
	struct cache_parts *c;
	struct flow f;

	drive_flow(e, slot, &f);
	f.naming = 1;
	cJSON_AddStringToObject(parts, "text", leaf);
	add_bytes(parts, "directory", f.dir, strlen(f.dir));
	if (add_input(&f, at, parts, err) < 0 ||
		add_args(&f, at, parts, err) < 0) {
		cJSON_Delete(parts);
		return -1;
	}
	c = mem_zero(sizeof(*c));
	c->leaf = mem_strdup(leaf);
	c->json = cJSON_PrintUnformatted(parts);
	digest_of(c->json, strlen(c->json), &c->key);
	cJSON_Delete(parts);
	*out = c;
	return 0;
}

int cache_find(struct engine *e, const struct cache_parts *parts,
	struct result *out, void **held)
{
	struct event ev = {.kind = EVENT_STEP_FINISHED};
	struct cache_row row = {0};
	struct err err = {0};

	*held = NULL;
	if (store_cache_find(e->store, &parts->key, clock_now_ms(), &row,
			&err) <= 0)
		return 0;
	if (event_decode(&ev, row.result, row.result_len, &err) < 0) {
		cache_row_release(&row);
		return 0;
	}
	*out = ev.result;
	*held = row.result;
	row.result = NULL;
	cache_row_release(&row);
	return 1;
}

/* Parts wait for their results by job key. */
static struct idmap *waiting(struct engine *e)
{
	return &e->cache_parts;
}

static uint64_t parts_key(uint32_t slot, uint32_t frame, uint32_t step)
{
	return (uint64_t)slot << 42 ^ (uint64_t)frame << 21 ^ step;
}

void cache_await(struct engine *e, uint32_t slot, uint32_t frame,
	uint32_t step, struct cache_parts *parts)
{
	uint64_t key = parts_key(slot, frame, step);

	cache_parts_free(idmap_take(waiting(e), key));
	idmap_put(waiting(e), key, parts);
}

void cache_keep(struct engine *e, uint32_t slot, uint32_t frame,
	uint32_t step, const struct result *r)
{
	struct cache_parts *parts;
	struct tick_cache *c;
	struct event ev = {.kind = EVENT_STEP_FINISHED, .frame = frame,
		.step = step, .result = *r};
	const struct plan *p;

	if (waiting(e)->count == 0)
		return;
	parts = idmap_take(waiting(e), parts_key(slot, frame, step));
	if (!parts)
		return;
	p = drive_run_at(e, slot)->setup->plan;
	e->tick->caches = mem_more(e->tick->caches, e->tick->cache_count,
		&e->tick->cache_cap, sizeof(*e->tick->caches));
	c = &e->tick->caches[e->tick->cache_count++];
	memset(c, 0, sizeof(*c));
	c->slot = slot;
	c->parts = parts;
	c->expires_ms = p->policies[p->nodes[step].policy].cache_ms;
	if (c->expires_ms)
		c->expires_ms += clock_now_ms();
	ev.result.cached = 1;
	event_encode(&ev, &c->result);
}

void cache_missed(struct engine *e, const struct cache_parts *parts,
	struct buf *out)
{
	struct cache_row row = {0};
	struct err err = {0};

	if (store_cache_last(e->store, str_of(parts->leaf), &row, &err) <= 0) {
		buf_str(out, "nothing cached for this text yet");
		return;
	}
	if (row.expires_ms && row.expires_ms <= clock_now_ms() &&
		strcmp(row.parts, parts->json) == 0) {
		buf_str(out, "expired");
	} else {
		buf_str(out, "differs: ");
		cache_diff(row.parts, parts->json, out);
	}
	cache_row_release(&row);
}

void cache_diff(const char *was, const char *is, struct buf *out)
{
	cJSON *a = cJSON_Parse(was), *b = cJSON_Parse(is);
	const cJSON *j;
	size_t n = 0;

	cJSON_ArrayForEach(j, b) {
		const cJSON *o = cJSON_GetObjectItemCaseSensitive(a, j->string);

		if (cJSON_IsString(o) &&
			strcmp(o->valuestring, j->valuestring) == 0)
			continue;
		buf_printf(out, "%s%s", n++ ? ", " : "", j->string);
	}
	cJSON_ArrayForEach(j, a)
		if (!cJSON_GetObjectItemCaseSensitive(b, j->string))
			buf_printf(out, "%s%s", n++ ? ", " : "", j->string);
	cJSON_Delete(a);
	cJSON_Delete(b);
}
