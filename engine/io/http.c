/*
 * HTTP through libcurl's multi interface on the loop. Invariants: no function
 * of libcurl's multi interface is called while libcurl calls us (`inside`);
 * what is asked for then waits for the `kick` timer. A request is in the list
 * from http_start() until its on_done has returned. Redirects are followed
 * here and not by libcurl, which knows no "same host only".
 */
#include "engine/io/http.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "engine/io/http_curl.h"

enum {
	CONNECT_MS = 10000,
	HEADERS_MAX = 256 << 10
};

struct http {
	uv_loop_t *loop;
	const struct curl_api *api;
	CURLM *multi;
	uv_timer_t timer;       /* libcurl's */
	uv_timer_t kick;        /* ours: adds and cancels that waited */
	struct http_request *first;
	struct watch *watches;
	int inside, dying, handles;
};

struct http_request {
	struct http *h;
	struct http_request *next, *prev;
	struct http_calls calls;
	CURL *easy;
	struct curl_slist *headers;
	struct buf got;         /* header lines of the last response */
	char error[CURL_ERROR_SIZE];
	char *url;
	uint64_t until_us;      /* end of the whole, 0: none */
	uint32_t redirects, redirects_left;
	uint8_t added, cancelled, done, stopped, has_location, no_body,
		is_post, failed;
};

/* A socket of libcurl's; one per allocation, since its number may be used
 * again before the close callback. */
struct watch {
	uv_poll_t poll;
	struct http *h;
	curl_socket_t fd;
	struct watch *next, *prev;
};

/* ---- sockets and time ---- */

static void drain(struct http *h);

static void act(struct http *h, curl_socket_t fd, int events)
{
	int running;

	h->inside++;
	h->api->multi_socket_action(h->multi, fd, events, &running);
	h->inside--;
	drain(h);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
	struct watch *w = poll->data;
	int mask = status < 0 ? CURL_CSELECT_ERR : 0;

	if (events & UV_READABLE)
		mask |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		mask |= CURL_CSELECT_OUT;
	act(w->h, w->fd, mask);
}

static void on_watch_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void watch_close(struct watch *w)
{
	if (w->prev)
		w->prev->next = w->next;
	else
		w->h->watches = w->next;
	if (w->next)
		w->next->prev = w->prev;
	uv_poll_stop(&w->poll);
	uv_close((uv_handle_t *)&w->poll, on_watch_closed);
}

static struct watch *watch_new(struct http *h, curl_socket_t fd)
{
	struct watch *w = mem_zero(sizeof(*w));

	w->h = h;
	w->fd = fd;
	if (uv_poll_init_socket(h->loop, &w->poll, fd)) {
		free(w);
		return NULL;
	}
	w->poll.data = w;
	w->next = h->watches;
	if (w->next)
		w->next->prev = w;
	h->watches = w;
	return w;
}

static int socket_wanted(CURL *easy, curl_socket_t fd, int what, void *ud,
	void *socket_ud)
{
	struct http *h = ud;
	struct watch *w = socket_ud;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w)
			watch_close(w);
		h->api->multi_assign(h->multi, fd, NULL);
		return 0;
	}
	if (!w)
		w = watch_new(h, fd);
	if (!w)
		return -1;
	h->api->multi_assign(h->multi, fd, w);
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	return uv_poll_start(&w->poll, events, on_socket) ? -1 : 0;
}

static void on_timer(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int timer_wanted(CURLM *multi, long ms, void *ud)
{
	struct http *h = ud;

	(void)multi;
	if (h->dying)
		return 0;
	if (ms < 0)
		uv_timer_stop(&h->timer);
	else
		uv_timer_start(&h->timer, on_timer, (uint64_t)ms, 0);
	return 0;
}

/* ---- what comes back ---- */

static int is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 ||
		status == 307 || status == 308;
}

static long status_of(struct http_request *r)
{
	long status = 0;

	r->h->api->easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t on_body(char *p, size_t size, size_t n, void *ud)
{
	struct http_request *r = ud;
	long status = status_of(r);
	struct str bytes = { p, size * n };

	if (r->cancelled)
		return 0;
	/* The body of a redirect that is followed is nobody's. */
	if (r->redirects && r->has_location && is_redirect(status))
		return bytes.n;
	if (!bytes.n || !r->calls.on_body)
		return bytes.n;
	if (!r->calls.on_body(r->calls.ud, status, bytes))
		return bytes.n;
	r->stopped = 1;
	return 0;
}

static int has_name(struct str line, const char *name)
{
	size_t n = strlen(name);

	return line.n > n && line.p[n] == ':' &&
		strncasecmp(line.p, name, n) == 0;
}

static size_t on_header(char *p, size_t size, size_t n, void *ud)
{
	struct http_request *r = ud;
	struct str line = { p, size * n };

	if (line.n >= 5 && memcmp(p, "HTTP/", 5) == 0) {
		buf_clear(&r->got);
		r->has_location = 0;
		return line.n;
	}
	if (r->got.len + line.n > HEADERS_MAX)
		return 0;
	if (has_name(line, "location"))
		r->has_location = 1;
	while (line.n && (line.p[line.n - 1] == '\n' ||
		line.p[line.n - 1] == '\r'))
		line.n--;
	if (line.n) {
		buf_add(&r->got, line.p, line.n);
		buf_char(&r->got, '\n');
	}
	return size * n;
}

static int has_header(const struct http_request *r, const char *name)
{
	const char *at = buf_cstr(&r->got), *end;

	for (; *at; at = *end ? end + 1 : end) {
		end = strchr(at, '\n');
		if (!end)
			end = at + strlen(at);
		if (has_name((struct str){ at, (size_t)(end - at) }, name))
			return 1;
	}
	return 0;
}

/* ---- redirects ---- */

struct target {
	char *scheme, *host, *port;
};

static void target_release(const struct curl_api *api, struct target *t)
{
	api->free(t->scheme);
	api->free(t->host);
	api->free(t->port);
}

static int target_read(const struct curl_api *api, const char *url,
	struct target *t)
{
	CURLU *u = api->url();
	int bad;

	memset(t, 0, sizeof(*t));
	if (!u)
		return -1;
	bad = api->url_set(u, CURLUPART_URL, url, 0) ||
		api->url_get(u, CURLUPART_SCHEME, &t->scheme, 0) ||
		api->url_get(u, CURLUPART_HOST, &t->host, 0) ||
		api->url_get(u, CURLUPART_PORT, &t->port,
			CURLU_DEFAULT_PORT);
	api->url_cleanup(u);
	return bad ? -1 : 0;
}

/* The same server, or its encrypted side; never the other way round. */
static int same_host(const struct curl_api *api, const char *a,
	const char *b)
{
	struct target x, y;
	int same = 0;

	if (!target_read(api, a, &x)) {
		if (!target_read(api, b, &y))
			same = !strcasecmp(x.host, y.host) &&
				((!strcmp(x.scheme, y.scheme) &&
				!strcmp(x.port, y.port)) ||
				(!strcmp(x.scheme, "http") &&
				!strcmp(x.port, "80") &&
				!strcmp(y.scheme, "https") &&
				!strcmp(y.port, "443")));
		target_release(api, &y);
	}
	target_release(api, &x);
	return same;
}

static int set_time(struct http_request *r)
{
	uint64_t now = clock_mono_us();
	long ms;

	if (!r->until_us)
		return 0;
	if (now >= r->until_us)
		return -1;
	ms = (long)((r->until_us - now) / 1000) + 1;
	r->h->api->easy_setopt(r->easy, CURLOPT_TIMEOUT_MS, ms);
	return 0;
}

static void become_get(struct http_request *r)
{
	const struct curl_api *api = r->h->api;

	if (r->no_body)
		return;
	api->easy_setopt(r->easy, CURLOPT_POSTFIELDS, NULL);
	api->easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
	api->easy_setopt(r->easy, CURLOPT_CUSTOMREQUEST, NULL);
	api->easy_setopt(r->easy, CURLOPT_HTTPGET, 1L);
}

/* What to do about a redirect: 1 it goes on, 0 it is the answer, else the
 * code of the error in r->error. */
static int redirect(struct http_request *r, long status, CURLcode *code)
{
	const struct curl_api *api = r->h->api;
	char *to = NULL;

	if (!r->redirects || !r->has_location || !is_redirect(status))
		return 0;
	api->easy_getinfo(r->easy, CURLINFO_REDIRECT_URL, &to);
	if (!to)
		return 0;
	if (!r->redirects_left) {
		*code = CURLE_TOO_MANY_REDIRECTS;
		snprintf(r->error, sizeof(r->error),
			"more than %u redirects", (unsigned)r->redirects);
		return 0;
	}
	if (!same_host(api, r->url, to)) {
		*code = CURLE_REMOTE_ACCESS_DENIED;
		snprintf(r->error, sizeof(r->error),
			"redirect to another host refused: %.180s", to);
		return 0;
	}
	r->redirects_left--;
	free(r->url);
	r->url = mem_strdup(to);
	api->easy_setopt(r->easy, CURLOPT_URL, r->url);
	if (status == 303 || (status < 303 && r->is_post))
		become_get(r);
	if (set_time(r)) {
		*code = CURLE_OPERATION_TIMEDOUT;
		return 0;
	}
	return !api->multi_add_handle(r->h->multi, r->easy);
}

/* ---- the end of a request ---- */

static void request_free(struct http_request *r)
{
	const struct curl_api *api = r->h->api;

	if (r->prev)
		r->prev->next = r->next;
	else
		r->h->first = r->next;
	if (r->next)
		r->next->prev = r->prev;
	api->easy_cleanup(r->easy);
	api->slist_free_all(r->headers);
	buf_release(&r->got);
	free(r->url);
	free(r);
}

static void request_end(struct http_request *r, CURLcode code)
{
	struct http_response out = { .status = status_of(r),
		.curl = (int)code, .retry_after_s = -1 };
	curl_off_t after = 0;

	if (code && !r->error[0])
		snprintf(r->error, sizeof(r->error), "%s",
			r->h->api->easy_strerror(code));
	if (code)
		out.error = r->error;
	out.headers = (struct str){ buf_cstr(&r->got), r->got.len };
	r->h->api->easy_getinfo(r->easy, CURLINFO_RETRY_AFTER, &after);
	if (has_header(r, "retry-after"))
		out.retry_after_s = (int64_t)after;
	r->done = 1;
	r->calls.on_done(r->calls.ud, &out);
	request_free(r);
}

static void take_out(struct http_request *r)
{
	if (r->added)
		r->h->api->multi_remove_handle(r->h->multi, r->easy);
	r->added = 0;
}

static void finished(struct http_request *r, CURLcode code)
{
	take_out(r);
	if (r->cancelled) {
		snprintf(r->error, sizeof(r->error), "cancelled");
		code = CURLE_ABORTED_BY_CALLBACK;
	} else if (r->stopped) {
		snprintf(r->error, sizeof(r->error),
			"stopped by who read the body");
	} else if (!code && redirect(r, status_of(r), &code)) {
		r->added = 1;
		return;
	}
	request_end(r, code);
}

static void drain(struct http *h)
{
	struct http_request *r;
	CURLMsg *msg;
	CURLcode code;
	char *ud;
	int left;

	while (!h->inside && !h->dying &&
		(msg = h->api->multi_info_read(h->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		code = msg->data.result;
		h->api->easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &ud);
		memcpy(&r, &ud, sizeof(r));
		finished(r, code);
	}
}

static void begin(struct http_request *r)
{
	CURLMcode rc = r->h->api->multi_add_handle(r->h->multi, r->easy);

	r->added = !rc;
	r->failed = rc != 0;
}

/* Adds and cancels asked for while libcurl was calling, or by http_cancel. */
static void on_kick(uv_timer_t *timer)
{
	struct http *h = timer->data;
	struct http_request *r, *next;

	for (r = h->first; r && !h->dying; r = next) {
		next = r->next;
		if (r->cancelled || r->failed) {
			finished(r, r->failed ? CURLE_FAILED_INIT : CURLE_OK);
			/* on_done may have changed the list. */
			next = h->dying ? NULL : h->first;
		} else if (!r->added) {
			begin(r);
			next = r->failed ? r : next;
		}
	}
	if (!h->dying)
		drain(h);
}

static void kick(struct http *h)
{
	uv_timer_start(&h->kick, on_kick, 0, 0);
}

/* ---- the start of a request ---- */

static int set_headers(struct http_request *r, const struct http_options *o)
{
	const struct curl_api *api = r->h->api;
	const char *const *line;
	struct curl_slist *more;

	/* No waiting for 100-continue before a large body. */
	r->headers = api->slist_append(NULL, "Expect:");
	for (line = o->headers; line && *line; line++) {
		if (strpbrk(*line, "\r\n"))
			return -1;
		more = api->slist_append(r->headers, *line);
		if (more)
			r->headers = more;
	}
	api->easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers);
	return 0;
}

static void set_method(struct http_request *r, const struct http_options *o)
{
	const struct curl_api *api = r->h->api;
	int post = str_eq(o->method, "POST");
	char *method = mem_strndup(o->method.p, o->method.n);

	r->is_post = (uint8_t)post;
	if (o->body.p || post) {
		api->easy_setopt(r->easy, CURLOPT_POST, 1L);
		api->easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)o->body.n);
		api->easy_setopt(r->easy, CURLOPT_COPYPOSTFIELDS,
			o->body.p ? o->body.p : "");
	}
	if (str_eq(o->method, "HEAD")) {
		r->no_body = 1;
		api->easy_setopt(r->easy, CURLOPT_NOBODY, 1L);
	} else if (!post && (o->body.p || !str_eq(o->method, "GET"))) {
		api->easy_setopt(r->easy, CURLOPT_CUSTOMREQUEST, method);
	}
	free(method);
}

static int set_options(struct http_request *r, const struct http_options *o)
{
	const struct curl_api *api = r->h->api;
	long connect_ms = o->connect_ms ? (long)o->connect_ms : CONNECT_MS;

	api->easy_setopt(r->easy, CURLOPT_PRIVATE, r);
	api->easy_setopt(r->easy, CURLOPT_URL, r->url);
	api->easy_setopt(r->easy, CURLOPT_ERRORBUFFER, r->error);
	api->easy_setopt(r->easy, CURLOPT_NOSIGNAL, 1L);
	api->easy_setopt(r->easy, CURLOPT_FOLLOWLOCATION, 0L);
	api->easy_setopt(r->easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	api->easy_setopt(r->easy, CURLOPT_TCP_KEEPALIVE, 1L);
	api->easy_setopt(r->easy, CURLOPT_PIPEWAIT, 1L);
	api->easy_setopt(r->easy, CURLOPT_USERAGENT, "wf");
	api->easy_setopt(r->easy, CURLOPT_WRITEFUNCTION, on_body);
	api->easy_setopt(r->easy, CURLOPT_WRITEDATA, r);
	api->easy_setopt(r->easy, CURLOPT_HEADERFUNCTION, on_header);
	api->easy_setopt(r->easy, CURLOPT_HEADERDATA, r);
	if (o->unix_socket)
		api->easy_setopt(r->easy, CURLOPT_UNIX_SOCKET_PATH,
			o->unix_socket);
	set_method(r, o);
	if (o->timeout_ms)
		r->until_us = clock_mono_us() +
			(uint64_t)o->timeout_ms * 1000;
	set_time(r);
	return api->easy_setopt(r->easy, CURLOPT_PROTOCOLS_STR,
		"http,https") ? -1 : 0;
}

static struct http_request *request_new(struct http *h,
	const struct http_options *o, const struct http_calls *calls)
{
	struct http_request *r = mem_zero(sizeof(*r));

	r->h = h;
	r->calls = *calls;
	r->easy = h->api->easy_init();
	assert(r->easy);
	r->url = mem_strndup(o->url.p, o->url.n);
	r->redirects = r->redirects_left = o->max_redirects;
	r->next = h->first;
	if (r->next)
		r->next->prev = r;
	h->first = r;
	return r;
}

int http_start(struct http *h, const struct http_options *o,
	const struct http_calls *calls, struct http_request **out,
	struct err *err)
{
	struct http_request *r;

	if (!o->url.n || memchr(o->url.p, 0, o->url.n) || !o->method.n ||
		memchr(o->method.p, 0, o->method.n))
		return err_set(err, ERR_USAGE, "not a URL and a method");
	r = request_new(h, o, calls);
	if (set_options(r, o)) {
		request_free(r);
		return err_set(err, ERR_STATE, "libcurl is too old: "
			"version 7.85 is needed");
	}
	if (set_headers(r, o)) {
		request_free(r);
		return err_set(err, ERR_USAGE,
			"a header must not hold a line end");
	}
	/* Never from here: the answer must not come before the return. */
	kick(h);
	if (out)
		*out = r;
	return 0;
}

void http_cancel(struct http_request *r)
{
	if (r->done)
		return;
	r->cancelled = 1;
	kick(r->h);
}

/* ---- life ---- */

int http_new(struct http **out, uv_loop_t *loop, struct err *err)
{
	const struct curl_api *api = curl_api_get(err);
	struct http *h;

	if (!api)
		return -1;
	h = mem_zero(sizeof(*h));
	h->loop = loop;
	h->api = api;
	h->multi = api->multi_init();
	assert(h->multi);
	h->handles = 2;
	uv_timer_init(loop, &h->timer);
	uv_timer_init(loop, &h->kick);
	h->timer.data = h->kick.data = h;
	api->multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted);
	api->multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	api->multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, timer_wanted);
	api->multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	*out = h;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct http *h = handle->data;

	if (--h->handles == 0)
		free(h);
}

void http_free(struct http *h)
{
	struct http_request *r, *next;

	if (!h)
		return;
	assert(!h->inside);
	h->dying = 1;
	for (r = h->first; r; r = next) {
		next = r->next;
		/* One that is being told its end frees itself. */
		if (r->done)
			continue;
		take_out(r);
		request_free(r);
	}
	h->api->multi_cleanup(h->multi);
	while (h->watches)
		watch_close(h->watches);
	uv_close((uv_handle_t *)&h->timer, on_closed);
	uv_close((uv_handle_t *)&h->kick, on_closed);
}
