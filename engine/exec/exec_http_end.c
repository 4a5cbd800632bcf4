/*
 * From a response to an outcome: class by status, status and headers as
 * meta, and the body to a file for -o (on a worker thread: it is synced).
 */
#include <cjson/cJSON.h>
#include <ctype.h>
#include <stddef.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/exec/exec_http.h"
#include "engine/io/file.h"

void fetch_free(struct fetch *f)
{
	union {
		const char *const *c;
		void *p;
	} headers = {f->headers};

	f->job->state = NULL;
	spool_release(&f->body);
	mapping_release(&f->sent);
	buf_release(&f->text);
	buf_release(&f->meta);
	free(headers.p);
	free(f);
}

/* "K: V\n" lines as an object with small keys; repeated ones are joined. */
static cJSON *headers_json(struct str lines)
{
	cJSON *o = cJSON_CreateObject(), *old;
	struct buf key, value;

	buf_init(&key);
	buf_init(&value);
	while (lines.n) {
		const char *nl = memchr(lines.p, '\n', lines.n), *c;
		size_t n = nl ? (size_t)(nl - lines.p) : lines.n, i, k;

		c = memchr(lines.p, ':', n);
		k = c ? (size_t)(c - lines.p) : 0;
		buf_clear(&key);
		for (i = 0; i < k; i++)
			buf_char(&key, (char)tolower(
				(unsigned char)lines.p[i]));
		buf_clear(&value);
		old = cJSON_GetObjectItemCaseSensitive(o, buf_cstr(&key));
		if (old)
			buf_printf(&value, "%s, ", old->valuestring);
		if (c) {
			struct str v = str_trim((struct str){c + 1,
				n - k - 1});

			buf_add(&value, v.p, v.n);
			cJSON_DeleteItemFromObjectCaseSensitive(o,
				buf_cstr(&key));
			cJSON_AddStringToObject(o, buf_cstr(&key),
				buf_cstr(&value));
		}
		n += nl != NULL;
		lines.p += n;
		lines.n -= n;
	}
	buf_release(&key);
	buf_release(&value);
	return o;
}

static void make_meta(struct fetch *f, const struct http_response *r)
{
	cJSON *o = cJSON_CreateObject();
	char *text;

	cJSON_AddNumberToObject(o, "http_status", (double)r->status);
	cJSON_AddItemToObject(o, "headers", headers_json(r->headers));
	if (r->retry_after_s >= 0)
		cJSON_AddNumberToObject(o, "retry_after_s",
			(double)r->retry_after_s);
	text = cJSON_PrintUnformatted(o);
	if (text)
		buf_str(&f->meta, text);
	cJSON_free(text);
	cJSON_Delete(o);
}

static enum error_class class_of_curl(int code)
{
	switch (code) {
	case 1:  /* protocol not known to libcurl */
	case 3:  /* malformed URL */
	case 51: case 58: case 59: case 60: /* certificates, ciphers */
	case 77: case 82: case 83: case 90: case 91:
		return CLASS_CONFIGURATION;
	default:
		return CLASS_TRANSIENT;
	}
}

static enum error_class class_of_status(long status)
{
	if (status == 408 || status == 425 || status == 429 || status >= 500)
		return CLASS_TRANSIENT;
	return CLASS_CONFIGURATION;
}

static void judge(struct fetch *f, const struct http_response *r)
{
	struct exec_outcome *o = &f->outcome;

	o->outcome = OUTCOME_FAILED;
	o->exit_code = -1;
	if (f->error.code) {
		o->error_class = (uint8_t)class_of_err(&f->error);
		buf_str(&f->text, f->error.text);
	} else if (r->curl) {
		/* with a redirect in hand the transfer was refused by us */
		o->error_class = (uint8_t)(r->status >= 300 &&
			r->status < 400 ? CLASS_CONFIGURATION :
			class_of_curl(r->curl));
		buf_str(&f->text, r->error ? r->error : "no response");
		if (f->killed)
			o->outcome = OUTCOME_CANCELLED;
	} else if (r->status >= 400) {
		o->error_class = (uint8_t)class_of_status(r->status);
		buf_printf(&f->text, "http status %ld", r->status);
	} else if (r->status >= 300 && r->status != 304) {
		o->error_class = CLASS_CONFIGURATION;
		buf_printf(&f->text, "http status %ld: redirects are "
			"followed on the same host only", r->status);
	} else {
		o->outcome = OUTCOME_OK;
		o->exit_code = 0;
	}
}

static void finish(struct fetch *f)
{
	struct exec_job *job = f->job;
	struct exec_outcome o = f->outcome;
	struct fetch kept;

	o.error = (struct str){buf_cstr(&f->text), f->text.len};
	o.meta = (struct str){buf_cstr(&f->meta), f->meta.len};
	spool_output(&f->body, &o.out);
	/* the strings of o live in these three until the job has ended */
	kept = *f;
	buf_init(&f->text);
	buf_init(&f->meta);
	spool_init(&f->body, -1);
	fetch_free(f);
	exec_done(job, &o);
	buf_release(&kept.text);
	buf_release(&kept.meta);
	spool_release(&kept.body);
}

static struct fetch *fetch_of(struct work *w)
{
	return (struct fetch *)(void *)((char *)w -
		offsetof(struct fetch, save));
}

static int killed(void *ud)
{
	struct fetch *f = ud;

	return atomic_load(&f->killed);
}

static void save_run(struct work *w)
{
	struct fetch *f = fetch_of(w);
	struct file_target to = {.path = exec_field(f->job, "output").p,
		.stop = killed, .ud = f};
	struct buf dir;

	buf_init(&dir);
	to.dir = exec_dir(f->job, &dir);
	spool_save(&f->body, &to, &f->error);
	buf_release(&dir);
}

static void save_done(struct work *w)
{
	struct fetch *f = fetch_of(w);

	if (f->error.code) {
		f->outcome.outcome = OUTCOME_FAILED;
		f->outcome.exit_code = -1;
		f->outcome.error_class = (uint8_t)class_of_err(&f->error);
		buf_str(&f->text, f->error.text);
	} else { /* it is in the file: not a second time as output */
		spool_release(&f->body);
	}
	finish(f);
}

/* Whole or not at all: what was cut is not put under the file's name. */
static void refuse_cut(struct fetch *f)
{
	f->outcome.outcome = OUTCOME_FAILED;
	f->outcome.error_class = CLASS_RESOURCE;
	f->outcome.exit_code = -1;
	buf_printf(&f->text, "body over %d MiB: %s is not written",
		LIMIT_CAPTURE >> 20, exec_field(f->job, "output").p);
	spool_release(&f->body);
}

void fetch_end(struct fetch *f, const struct http_response *r)
{
	int to_file = exec_field(f->job, "output").p != NULL;

	judge(f, r);
	make_meta(f, r);
	if (f->outcome.outcome == OUTCOME_OK && to_file && f->body.truncated)
		refuse_cut(f);
	if (f->outcome.outcome == OUTCOME_OK && to_file) {
		f->save.run = save_run;
		f->save.done = save_done;
		work_submit(f->job->host->workers, &f->save);
		return;
	}
	finish(f);
}
