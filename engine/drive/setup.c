/*
 * Setups: made from a submission or from a stored run. The record (arguments
 * and input of the run) is one JSON text, so that resume finds both.
 */
#include "engine/drive/setup.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/drive/engine_int.h"
#include "engine/front/front.h"
#include "engine/io/file.h"

enum { INPUT_IN_RECORD = 4096 };

static const struct executor *executor_of(const struct engine *e,
	const struct plan *p, const struct plan_node *n)
{
	const char *kind = plan_text(p, n->exec);

	for (size_t i = 0; n->kind == NODE_STEP && i < e->executor_count; i++)
		if (strcmp(e->executors[i]->kind->name, kind) == 0)
			return e->executors[i];
	return NULL;
}

static struct setup *setup_make(struct engine *e, struct plan *plan)
{
	struct setup *s = mem_zero(sizeof(*s));

	s->refs = 1;
	s->input_fd = -1;
	s->plan = plan_hold(plan);
	s->executors = mem_zero(plan->node_count * sizeof(*s->executors) + 1);
	for (uint32_t i = 0; i < plan->node_count; i++)
		s->executors[i] = executor_of(e, plan, &plan->nodes[i]);
	return s;
}

void setup_hold(struct setup *s)
{
	s->refs++;
}

void setup_drop(struct setup *s)
{
	if (!s || --s->refs > 0)
		return;
	for (uint32_t i = 0; s->leaf_keys && i < s->plan->node_count; i++)
		free(s->leaf_keys[i]);
	free(s->leaf_keys);
	free(s->executors);
	plan_drop(s->plan);
	buf_release(&s->encoded);
	cJSON_Delete(s->record_json);
	if (s->input_fd >= 0)
		close(s->input_fd);
	free(s->record);
	free(s->input_bytes);
	free(s->command);
	free(s->text);
	free(s->dir);
	free(s->session);
	free(s);
}

const char *setup_leaf_key(struct setup *s, uint32_t node)
{
	if (!s->leaf_keys)
		s->leaf_keys = mem_zero(s->plan->node_count *
			sizeof(*s->leaf_keys));
	if (!s->leaf_keys[node]) {
		s->leaf_keys[node] = mem_alloc(DIGEST_HEX + 1);
		front_leaf_key(s->plan, node, s->leaf_keys[node]);
	}
	return s->leaf_keys[node];
}

/* Copies what is left of fd into a spool and its digest. */
static int spool_input(struct engine *e, struct setup *s, int fd,
	struct err *err)
{
	struct digest_state *d = digest_new();
	char chunk[65536];
	ssize_t n = 0;
	int rc = 0;

	s->input_fd = spool_make(store_spool_dir(e->store));
	if (s->input_fd < 0)
		rc = err_errno(err, ERR_STATE, "cannot make a file in %s",
			store_dir(e->store));
	while (rc == 0 && (n = read(fd, chunk, sizeof(chunk))) > 0) {
		digest_add(d, chunk, (size_t)n);
		s->input.len += (uint64_t)n;
		if (write(s->input_fd, chunk, (size_t)n) != n)
			rc = err_errno(err, ERR_STATE, "cannot store input");
	}
	if (rc == 0 && n < 0)
		rc = err_errno(err, ERR_IO, "cannot read the input");
	digest_end(d, &s->input_digest);
	s->input.digest = &s->input_digest;
	return rc;
}

static int spool_bytes(struct engine *e, struct setup *s, struct str in,
	struct err *err)
{
	s->input_fd = spool_make(store_spool_dir(e->store));
	if (s->input_fd < 0 ||
		write(s->input_fd, in.p, in.n) != (ssize_t)in.n)
		return err_errno(err, ERR_STATE, "cannot store input in %s",
			store_dir(e->store));
	digest_of(in.p, in.n, &s->input_digest);
	s->input.digest = &s->input_digest;
	s->input.len = in.n;
	return 0;
}

static int take_input(struct engine *e, struct setup *s,
	const struct setup_options *o, struct err *err)
{
	int fd, rc;

	if (o->input_path) {
		fd = open(o->input_path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return err_errno(err, ERR_IO, "cannot read %s",
				o->input_path);
		rc = spool_input(e, s, fd, err);
		close(fd);
		return rc;
	}
	if (o->input.n > INPUT_IN_RECORD ||
		utf8_check(o->input.p, o->input.n) != o->input.n ||
		memchr(o->input.p ? o->input.p : "", 0, o->input.n))
		return spool_bytes(e, s, o->input, err);
	s->input_bytes = mem_strndup(o->input.p ? o->input.p : "",
		o->input.n);
	s->input.head = s->input_bytes;
	s->input.len = o->input.n;
	s->input.inline_len = (uint32_t)o->input.n;
	return 0;
}

/* {"args":{…},"input":{"text":…}} or {"blob":hex,"len":"n"} */
static int make_record(struct setup *s, struct str args, struct err *err)
{
	cJSON *in = NULL;
	char hex[DIGEST_HEX + 1], len[24];

	s->record_json = cJSON_CreateObject();
	if (args.n > 0) {
		cJSON *a = cJSON_ParseWithLength(args.p, args.n);

		if (!cJSON_IsObject(a)) {
			cJSON_Delete(a);
			return err_set(err, ERR_USAGE,
				"arguments are not a JSON object");
		}
		cJSON_AddItemToObject(s->record_json, "args", a);
		s->args = a;
	}
	if (s->input.len > 0)
		in = cJSON_AddObjectToObject(s->record_json, "input");
	if (in && s->input_bytes)
		cJSON_AddStringToObject(in, "text", s->input_bytes);
	if (in && s->input.digest) {
		digest_hex(s->input.digest, hex);
		snprintf(len, sizeof(len), "%llu",
			(unsigned long long)s->input.len);
		cJSON_AddStringToObject(in, "blob", hex);
		cJSON_AddStringToObject(in, "len", len);
	}
	s->record = cJSON_PrintUnformatted(s->record_json);
	return 0;
}

int setup_new(struct engine *e, const struct setup_options *o,
	struct setup **out, struct err *err)
{
	struct setup *s = setup_make(e, o->plan);
	struct str key = o->normal_text.n ? o->normal_text : o->text;

	plan_encode(o->plan, &s->encoded);
	digest_of(s->encoded.data, s->encoded.len, &s->plan_digest);
	digest_of(key.p ? key.p : "", key.n, &s->text_key);
	s->command = mem_strndup(o->command.p ? o->command.p : "",
		o->command.n);
	s->text = mem_strndup(o->text.p ? o->text.p : "", o->text.n);
	s->dir = mem_strdup(o->dir);
	s->session = mem_strndup(o->session.p ? o->session.p : e->session,
		o->session.p ? o->session.n : strlen(e->session));
	if (take_input(e, s, o, err) < 0 || make_record(s, o->args, err) < 0) {
		setup_drop(s);
		return -1;
	}
	*out = s;
	return 0;
}

static int hex_digest(const char *hex, struct digest *d)
{
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		unsigned v;

		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			return -1;
		d->b[i] = (uint8_t)v;
	}
	return 0;
}

static void record_input(struct setup *s)
{
	const cJSON *in = cJSON_GetObjectItemCaseSensitive(s->record_json,
		"input");
	const cJSON *text = cJSON_GetObjectItemCaseSensitive(in, "text");
	const cJSON *blob = cJSON_GetObjectItemCaseSensitive(in, "blob");
	const cJSON *len = cJSON_GetObjectItemCaseSensitive(in, "len");

	if (cJSON_IsString(text)) {
		s->input_bytes = mem_strdup(text->valuestring);
		s->input.head = s->input_bytes;
		s->input.len = strlen(s->input_bytes);
		s->input.inline_len = (uint32_t)s->input.len;
	} else if (cJSON_IsString(blob) && cJSON_IsString(len) &&
		strlen(blob->valuestring) == DIGEST_HEX &&
		hex_digest(blob->valuestring, &s->input_digest) == 0) {
		s->input.digest = &s->input_digest;
		s->input.len = strtoull(len->valuestring, NULL, 10);
	}
}

int setup_of_row(struct engine *e, const struct run_row *row,
	struct plan *plan, struct setup **out, struct err *err)
{
	struct setup *s = setup_make(e, plan);

	plan_encode(plan, &s->encoded);
	s->plan_digest = row->plan_digest;
	s->text_key = row->text_key;
	s->command = mem_strdup(row->command ? row->command : "");
	s->text = mem_strdup(row->text ? row->text : "");
	s->dir = mem_strdup(row->dir ? row->dir : "/");
	s->session = mem_strdup(row->session ? row->session : "");
	s->record = mem_strdup(row->args && row->args[0] ? row->args : "{}");
	s->record_json = cJSON_Parse(s->record);
	if (!cJSON_IsObject(s->record_json)) {
		setup_drop(s);
		return err_set(err, ERR_CORRUPT,
			"the arguments of run %.6s cannot be read", row->ulid);
	}
	s->args = cJSON_GetObjectItemCaseSensitive(s->record_json, "args");
	record_input(s);
	*out = s;
	return 0;
}
