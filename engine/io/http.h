/*
 * HTTP on the loop: libcurl's multi interface, loaded at the first request
 * (linking it would cost 5 ms at every start). Bodies stream to a callback.
 */
#ifndef WF_IO_HTTP_H
#define WF_IO_HTTP_H

#include <uv.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"

struct http;
struct http_request;

struct http_options {
	struct str method, url;
	const char *const *headers;   /* "K: V", NULL-terminated; may be NULL */
	struct str body;              /* sent when body.p != NULL */
	int64_t timeout_ms;           /* whole transfer; 0: none */
	int64_t connect_ms;           /* 0: 10 s */
	uint32_t max_redirects;       /* same host only; 0: none */
	const char *unix_socket;      /* or NULL */
};

struct http_response {
	long status;                  /* 0 when there was none */
	struct str headers;           /* "K: V\n" lines of the last response */
	int curl;                     /* CURLcode; 0 fine */
	const char *error;            /* for people, when curl != 0 */
	int64_t retry_after_s;        /* -1 none */
};

struct http_calls {
	void *ud;
	/* Bytes of the body; return 0, or -1 to abort. Never re-enters. */
	int (*on_body)(void *ud, long status, struct str bytes);
	/* Exactly once, from the loop; the request is freed after it. */
	void (*on_done)(void *ud, const struct http_response *r);
};

/* Loads libcurl. ERR_STATE with the package's name when it is not there. */
int http_new(struct http **out, uv_loop_t *loop, struct err *err);
void http_free(struct http *h);    /* aborts what is open, silently */
int http_start(struct http *h, const struct http_options *o,
	const struct http_calls *calls, struct http_request **out,
	struct err *err);
/* on_done comes with an error, not from inside this call. */
void http_cancel(struct http_request *r);

#endif
