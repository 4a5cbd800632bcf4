/*
 * HTTP against a small server of this program's own, on the loopback. The
 * server goes on only when the client has seen what it sent, so that nothing
 * here depends on time.
 */
#include "engine/io/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "tests/unit/tap.h"

/* ---- the server ---- */

static int port, gate[2], seen_close[2];
static char unix_path[] = "/tmp/wf-test-http.XXXXXX/s";

static void say(int fd, const char *text)
{
	size_t n = strlen(text);

	while (n) {
		ssize_t done = send(fd, text, n, MSG_NOSIGNAL);

		if (done <= 0)
			return;
		text += done;
		n -= (size_t)done;
	}
}

static void answer(int fd, const char *status, const char *headers,
	const char *body)
{
	char head[1024];

	snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Length: %zu\r\n"
		"Connection: close\r\n%s\r\n", status, strlen(body), headers);
	say(fd, head);
	say(fd, body);
}

/* Waits for the client's word; then goes on. */
static void wait_gate(void)
{
	char c;

	if (read(gate[0], &c, 1) != 1)
		exit(3);
}

static void stream(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
		"Connection: close\r\n\r\n3\r\none\r\n");
	wait_gate();
	say(fd, "3\r\ntwo\r\n");
	wait_gate();
	say(fd, "5\r\nthree\r\n0\r\n\r\n");
}

/* Says nothing until the client goes away. */
static void hang(int fd)
{
	char c;

	while (recv(fd, &c, 1, 0) > 0)
		continue;
	if (write(seen_close[1], "x", 1) != 1)
		exit(3);
}

static void endless(int fd)
{
	char big[4096];

	memset(big, 'x', sizeof(big));
	say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	while (send(fd, big, sizeof(big), MSG_NOSIGNAL) > 0)
		continue;
	if (write(seen_close[1], "x", 1) != 1)
		exit(3);
}

static void redirect_other(int fd)
{
	char head[128];

	snprintf(head, sizeof(head), "Location: http://localhost:%d/hello\r\n",
		port);
	answer(fd, "302 Found", head, "never shown");
}

static void route(int fd, const char *path, const char *request)
{
	if (!strcmp(path, "/hello"))
		answer(fd, "200 OK", "X-A: 1\r\nX-B: two\r\n", "hello");
	else if (!strcmp(path, "/echo"))
		answer(fd, "200 OK", "", request);
	else if (!strcmp(path, "/busy"))
		answer(fd, "503 Busy", "Retry-After: 7\r\n", "later");
	else if (!strcmp(path, "/stream"))
		stream(fd);
	else if (!strcmp(path, "/hang"))
		hang(fd);
	else if (!strcmp(path, "/endless"))
		endless(fd);
	else if (!strcmp(path, "/redir"))
		answer(fd, "302 Found", "Location: /echo\r\n", "not shown");
	else if (!strcmp(path, "/keep"))
		answer(fd, "307 Keep", "Location: /echo\r\n", "not shown");
	else if (!strcmp(path, "/loop"))
		answer(fd, "302 Found", "Location: /loop\r\n", "");
	else if (!strcmp(path, "/other"))
		redirect_other(fd);
	else
		answer(fd, "404 Not Found", "", "no such path");
}

static size_t content_length(const char *request)
{
	const char *at = strcasestr(request, "Content-Length:");

	return at ? (size_t)strtoul(at + 15, NULL, 10) : 0;
}

static void *serve_one(void *arg)
{
	int fd = *(int *)arg;
	struct buf b;
	char chunk[4096], path[64] = "";
	const char *body = NULL;
	ssize_t n;

	free(arg);
	buf_init(&b);
	do {
		n = recv(fd, chunk, sizeof(chunk), 0);
		if (n <= 0)
			break;
		buf_add(&b, chunk, (size_t)n);
		body = strstr(b.data, "\r\n\r\n");
	} while (!body || strlen(body + 4) < content_length(b.data));
	if (body && sscanf(b.data, "%*s %63s", path) == 1)
		route(fd, path, b.data);
	buf_release(&b);
	shutdown(fd, SHUT_WR);
	close(fd);
	return NULL;
}

static void *serve(void *arg)
{
	int listener = *(int *)arg;
	pthread_t t;

	for (;;) {
		int *fd = mem_alloc(sizeof(*fd));

		*fd = accept(listener, NULL, NULL);
		if (*fd < 0) {
			free(fd);
			return NULL;
		}
		if (pthread_create(&t, NULL, serve_one, fd))
			exit(3);
		pthread_detach(t);
	}
}

static int listen_tcp(int *out_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert(!bind(fd, (struct sockaddr *)&a, n) && !listen(fd, 64));
	assert(!getsockname(fd, (struct sockaddr *)&a, &n));
	*out_port = ntohs(a.sin_port);
	return fd;
}

static int listen_unix(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char *slash = strrchr(unix_path, '/');

	*slash = '\0';
	assert(mkdtemp(unix_path));
	*slash = '/';
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", unix_path);
	assert(!bind(fd, (struct sockaddr *)&a, sizeof(a)) &&
		!listen(fd, 8));
	return fd;
}

/* ---- the client ---- */

struct result {
	int done, pieces, stop, gated;
	long status;
	int curl;
	int64_t retry;
	struct buf body, headers, error;
	struct http_request *r;
	int cancel;
};

static uv_loop_t loop;
static struct http *h;

static int on_body(void *ud, long status, struct str bytes)
{
	struct result *r = ud;

	(void)status;
	r->pieces++;
	if (r->body.len < 100000)
		buf_add(&r->body, bytes.p, bytes.n);
	if (r->gated && write(gate[1], "x", 1) != 1)
		return -1;
	if (r->cancel)
		http_cancel(r->r);
	return r->stop ? -1 : 0;
}

static void on_done(void *ud, const struct http_response *p)
{
	struct result *r = ud;

	r->done++;
	r->status = p->status;
	r->curl = p->curl;
	r->retry = p->retry_after_s;
	buf_add(&r->headers, p->headers.p, p->headers.n);
	if (p->error)
		buf_str(&r->error, p->error);
}

static void release(struct result *r)
{
	buf_release(&r->body);
	buf_release(&r->headers);
	buf_release(&r->error);
	memset(r, 0, sizeof(*r));
}

static void begin(struct result *r, struct http_options *o, const char *path)
{
	struct http_calls c = { r, on_body, on_done };
	struct err err = { 0 };
	char url[128];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
	if (!o->url.p)
		o->url = str_of(url);
	if (!o->method.p)
		o->method = str_of("GET");
	if (!o->timeout_ms)
		o->timeout_ms = 30000;
	if (http_start(h, o, &c, &r->r, &err)) {
		note("%s", err.text);
		r->done = -1;
	}
	ok(r->done <= 0, "nothing is told before http_start returns");
	memset(&o->url, 0, sizeof(o->url));
}

static void run(struct result *r)
{
	while (!r->done)
		uv_run(&loop, UV_RUN_ONCE);
}

static void get(struct result *r, const char *path)
{
	struct http_options o = { .max_redirects = 0 };

	begin(r, &o, path);
	run(r);
}

static void test_answers(void)
{
	struct result r = { 0 };

	get(&r, "/hello");
	ok(r.status == 200 && r.curl == 0, "a status comes back");
	is_str(buf_cstr(&r.body), "hello", "with the body");
	ok(strstr(buf_cstr(&r.headers), "X-A: 1\nX-B: two\n") != NULL,
		"and the headers as lines");
	is_int(r.retry, -1, "no Retry-After is told apart");
	release(&r);
	get(&r, "/busy");
	ok(r.status == 503 && r.curl == 0, "an error status is an answer");
	is_int(r.retry, 7, "Retry-After is read");
	is_str(buf_cstr(&r.body), "later", "with its body");
	release(&r);
	r.gated = 1;
	get(&r, "/stream");
	ok(r.pieces == 3, "a body streams in as it is sent");
	is_str(buf_cstr(&r.body), "onetwothree", "in order");
	/* The last piece wrote to the gate too. */
	wait_gate();
	release(&r);
}

static void test_sending(void)
{
	static const char *const headers[] = { "X-Key: secret",
		"Content-Type: application/json", NULL };
	static const char *const bad[] = { "X: a\r\nEvil: b", NULL };
	struct http_options o = { .method = str_of("POST"),
		.body = str_of("{\"a\":1}"), .headers = headers };
	struct http_calls c = { NULL, on_body, on_done };
	struct result r = { 0 };
	struct err err = { 0 };
	char *big = mem_zero(2000001);

	begin(&r, &o, "/echo");
	run(&r);
	ok(!strncmp(buf_cstr(&r.body), "POST /echo HTTP/1.1\r\n", 21),
		"the method is sent");
	ok(strstr(buf_cstr(&r.body), "X-Key: secret\r\n") != NULL &&
		strstr(buf_cstr(&r.body), "application/json\r\n") != NULL,
		"the headers are sent");
	ok(strstr(buf_cstr(&r.body), "\r\n\r\n{\"a\":1}") != NULL,
		"the body is sent");
	release(&r);
	o.method = str_of("DELETE");
	o.body.p = NULL;
	begin(&r, &o, "/echo");
	run(&r);
	ok(!strncmp(buf_cstr(&r.body), "DELETE /echo", 12),
		"other methods are sent");
	release(&r);
	memset(big, 'b', 2000000);
	o.method = str_of("PUT");
	o.body = (struct str){ big, 2000000 };
	begin(&r, &o, "/echo");
	run(&r);
	ok(r.status == 200 && strstr(buf_cstr(&r.body), "Expect") == NULL,
		"a large body waits for nothing");
	free(big);
	release(&r);
	o = (struct http_options){ .method = str_of("GET"),
		.url = str_of("http://127.0.0.1/"), .headers = bad };
	ok(http_start(h, &o, &c, NULL, &err) && err.code == ERR_USAGE,
		"a header with a line end is refused");
	o = (struct http_options){ .method = str_of("HEAD") };
	begin(&r, &o, "/hello");
	run(&r);
	ok(r.status == 200 && r.pieces == 0, "HEAD has no body");
	release(&r);
}

static void test_redirects(void)
{
	struct http_options o = { .max_redirects = 5 };
	struct result r = { 0 };

	get(&r, "/redir");
	ok(r.status == 302 && r.curl == 0,
		"redirects are not followed unasked");
	is_str(buf_cstr(&r.body), "not shown", "and then have a body");
	release(&r);
	begin(&r, &o, "/redir");
	run(&r);
	ok(r.status == 200 && !strncmp(buf_cstr(&r.body), "GET /echo", 9),
		"when asked for they are");
	release(&r);
	o.method = str_of("POST");
	o.body = str_of("data");
	begin(&r, &o, "/redir");
	run(&r);
	ok(!strncmp(buf_cstr(&r.body), "GET /echo", 9) &&
		!strstr(buf_cstr(&r.body), "data"), "302 makes a POST a GET");
	release(&r);
	begin(&r, &o, "/keep");
	run(&r);
	ok(!strncmp(buf_cstr(&r.body), "POST /echo", 10) &&
		strstr(buf_cstr(&r.body), "\r\n\r\ndata"), "307 does not");
	release(&r);
	begin(&r, &o, "/loop");
	run(&r);
	ok(r.curl != 0 && strstr(buf_cstr(&r.error), "more than 5 redirects"),
		"a loop ends at the limit");
	release(&r);
	begin(&r, &o, "/other");
	run(&r);
	ok(r.curl != 0 && strstr(buf_cstr(&r.error), "another host refused"),
		"a redirect to another host is refused");
	is_str(buf_cstr(&r.body), "", "and nothing of it is shown");
	release(&r);
}

static void wait_close(const char *sentence)
{
	char c;

	ok(read(seen_close[0], &c, 1) == 1, "%s", sentence);
}

static void test_endings(void)
{
	struct http_options o = { .timeout_ms = 100 };
	struct result r = { 0 };
	int free_port, fd = listen_tcp(&free_port);
	char url[64];

	begin(&r, &o, "/hang");
	run(&r);
	ok(r.status == 0 && r.curl == 28, "a timeout is told");
	ok(r.error.len > 0, "with words");
	wait_close("and closes the connection");
	release(&r);
	o.timeout_ms = 0;
	begin(&r, &o, "/hang");
	uv_run(&loop, UV_RUN_NOWAIT);
	http_cancel(r.r);
	is_int(r.done, 0, "a cancel is not told from inside the call");
	run(&r);
	ok(r.done == 1 && r.curl != 0, "but soon");
	is_str(buf_cstr(&r.error), "cancelled", "and as what it is");
	release(&r);
	begin(&r, &o, "/hello");
	http_cancel(r.r);
	http_cancel(r.r);
	run(&r);
	is_str(buf_cstr(&r.error), "cancelled", "before it was sent, too");
	release(&r);
	r.cancel = 1;
	begin(&r, &o, "/endless");
	run(&r);
	is_str(buf_cstr(&r.error), "cancelled", "and from within the body");
	wait_close("which ends the transfer");
	release(&r);
	r.stop = 1;
	begin(&r, &o, "/endless");
	run(&r);
	ok(r.curl != 0 && r.pieces == 1, "who reads the body can stop it");
	wait_close("at once");
	release(&r);
	close(fd);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", free_port);
	o.url = str_of(url);
	begin(&r, &o, "");
	run(&r);
	ok(r.status == 0 && r.curl == 7, "a refused connection is told");
	note("%s", buf_cstr(&r.error));
	release(&r);
	o.url = str_of("file:///etc/passwd");
	begin(&r, &o, "");
	run(&r);
	ok(r.curl != 0 && r.body.len == 0, "only http and https are spoken");
	release(&r);
}

static void test_many(void)
{
	static struct result r[30];
	struct http_options o = { .max_redirects = 0 };
	int i, good = 0;

	for (i = 0; i < 30; i++)
		begin(&r[i], &o, "/hello");
	for (i = 0; i < 30; i++) {
		run(&r[i]);
		good += r[i].status == 200 &&
			!strcmp(buf_cstr(&r[i].body), "hello");
		release(&r[i]);
	}
	is_int(good, 30, "30 requests at once are all answered");
	o.unix_socket = unix_path;
	begin(&r[0], &o, "/hello");
	run(&r[0]);
	is_str(buf_cstr(&r[0].body), "hello", "a UNIX socket serves as well");
	release(&r[0]);
}

static void test_free(void)
{
	struct http_options o = { .max_redirects = 0 };
	struct result r = { 0 };

	begin(&r, &o, "/hang");
	while (uv_run(&loop, UV_RUN_NOWAIT) && !r.r)
		continue;
	http_free(h);
	h = NULL;
	uv_run(&loop, UV_RUN_DEFAULT);
	is_int(r.done, 0, "http_free ends open requests silently");
	release(&r);
}

int main(void)
{
	struct err err = { 0 };
	int tcp, local;
	pthread_t t;

	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	assert(!pipe(gate) && !pipe(seen_close));
	tcp = listen_tcp(&port);
	local = listen_unix();
	assert(!pthread_create(&t, NULL, serve, &tcp));
	assert(!pthread_create(&t, NULL, serve, &local));
	uv_loop_init(&loop);
	if (http_new(&h, &loop, &err)) {
		printf("1..0 # SKIP %s\n", err.text);
		return 0;
	}
	test_answers();
	test_sending();
	test_redirects();
	test_endings();
	test_many();
	test_free();
	is_int(uv_loop_close(&loop), 0, "the loop has nothing left");
	unlink(unix_path);
	*strrchr(unix_path, '/') = '\0';
	rmdir(unix_path);
	return done();
}
