/*
 * /http [METHOD] URL: one request on the loop; the body is the output.
 *
 * Only http and https, only redirects to the same host, and no control
 * characters in URL or headers, so that a value cannot add a header. A
 * status of 400 or more fails the step with the body kept as output.
 */
#include <ctype.h>

#include "engine/base/mem.h"
#include "engine/exec/exec_http.h"

enum { REDIRECTS = 10 };

/* The word that is the URL: the last; METHOD may stand before it. */
static struct str url_of(const struct exec_job *job)
{
	return exec_word(job, exec_words(job) - 1);
}

static struct str method_of(const struct exec_job *job)
{
	if (exec_words(job) == 2)
		return exec_word(job, 0);
	return str_of(exec_flag(job, "data") ? "POST" : "GET");
}

static int has_control(struct str s, int blank_too)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < (blank_too ? 33 : 32) ||
			s.p[i] == 127)
			return s.p[i] != '\t' || blank_too;
	return 0;
}

static int starts(struct str s, const char *with)
{
	size_t n = strlen(with);

	return s.n > n && strncasecmp(s.p, with, n) == 0;
}

static int check_header(struct str h, struct err *err)
{
	const char *colon = memchr(h.p, ':', h.n);

	if (has_control(h, 0))
		return err_set(err, ERR_REFUSED,
			"a header holds a control character");
	if (!colon || colon == h.p)
		return err_set(err, ERR_USAGE,
			"header '%.*s' is not NAME: VALUE", (int)h.n, h.p);
	return 0;
}

static int check_words(const struct exec_job *job, struct err *err)
{
	size_t n = exec_words(job), i;
	struct str m, url;

	if (n == 0 || n > 2)
		return err_set(err, ERR_USAGE, "/http needs [METHOD] URL");
	m = method_of(job);
	for (i = 0; i < m.n; i++)
		if (!isupper((unsigned char)m.p[i]))
			break;
	if (i < m.n || m.n == 0 || m.n > 16)
		return err_set(err, ERR_USAGE, "'%.*s' is not a method: "
			"GET, POST, PUT, …", (int)m.n, m.p);
	url = url_of(job);
	if (!starts(url, "http://") && !starts(url, "https://"))
		return err_set(err, ERR_USAGE, "'%.*s' does not begin with "
			"http:// or https://", (int)url.n, url.p);
	if (has_control(url, 1))
		return err_set(err, ERR_REFUSED,
			"the URL holds a blank or a control character");
	return 0;
}

static int check(const struct exec_job *job, struct err *err)
{
	size_t i;

	if (check_words(job, err) == -1)
		return -1;
	for (i = 0; i < job->arg_count; i++) {
		const struct exec_arg *a = &job->args[i];

		if (a->role == ARG_FIELD && strcmp(a->name, "header") == 0 &&
			check_header(a->value, err) == -1)
			return -1;
	}
	return exec_check_path(job, exec_field(job, "output"), err);
}

/* ----------------------------------------------------------------- request */
static int on_body(void *ud, long status, struct str bytes)
{
	struct fetch *f = ud;

	(void)status;
	exec_tap(f->job, 1, bytes);
	return spool_add(&f->body, bytes.p, bytes.n, &f->error);
}

static void on_done(void *ud, const struct http_response *r)
{
	struct fetch *f = ud;

	f->request = NULL;
	fetch_end(f, r);
}

static const char *const *headers_of(const struct exec_job *job)
{
	const char **h = mem_zero((job->arg_count + 1) * sizeof(*h));
	size_t i, n = 0;

	for (i = 0; i < job->arg_count; i++)
		if (job->args[i].role == ARG_FIELD &&
			strcmp(job->args[i].name, "header") == 0)
			h[n++] = job->args[i].value.p;
	return h;
}

static int body_of(struct fetch *f, struct http_options *o, struct err *err)
{
	struct exec_job *job = f->job;
	struct str d = exec_field(job, "data");

	if (!d.p)
		return 0;
	if (!str_eq(d, "@-")) {
		o->body = d;
		return 0;
	}
	if (job->in_path && mapping_open(&f->sent, job->in_path, err) == -1)
		return -1;
	o->body = job->in_path ? f->sent.bytes : job->in;
	if (!o->body.p)
		o->body.p = "";
	return 0;
}

static void start(struct exec_job *job)
{
	struct fetch *f = mem_zero(sizeof(*f));
	struct http_calls calls = {f, on_body, on_done};
	struct http_options o = {.max_redirects = REDIRECTS};
	struct err err = {0};
	struct http *h;

	f->job = job;
	job->state = f;
	spool_init(&f->body, job->host->spool_dir);
	f->headers = headers_of(job);
	o.method = method_of(job);
	o.url = url_of(job);
	o.headers = f->headers;
	h = job->host->http(job->host, &err);
	if (!h || body_of(f, &o, &err) == -1 ||
		http_start(h, &o, &calls, &f->request, &err) == -1) {
		fetch_free(f);
		exec_fail(job, CLASS_CONFIGURATION, -1, "%s", err.text);
	}
}

static void end(struct exec_job *job, int hard)
{
	struct fetch *f = job->state;

	(void)hard;
	if (!f || f->killed)
		return;
	f->killed = 1;
	if (f->request)
		http_cancel(f->request);
}

static const struct vocab_field fields[] = {
	{"header", 'H', FIELD_WORD, PLACE_FLAG, 0, "'NAME: VALUE'; repeats"},
	{"data", 'd', FIELD_WORD, PLACE_FLAG, 0, "body; @- is the input"},
	{"output", 'o', FIELD_PATH, PLACE_FLAG, 0, "file for the body"},
	{"request", 0, FIELD_WORD, PLACE_REST, 1, "[METHOD] URL"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "http",
	.summary = "make a request; its body is the output",
	.examples = (const char *const[]){"/http http://localhost:8080/",
		"/http -H 'Accept: text/plain' http://localhost:8080/",
		"/http POST http://localhost:8080/ -d @-", NULL},
	.style = STYLE_WORDS,
	.lane = LANE_NET,
	.effect = EFFECT_IDEMPOTENT,
	.fields = fields,
};

const struct executor exec_http = {&kind, check, start, end};
