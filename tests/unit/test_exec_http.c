/*
 * /http against a small server on the same loop, loopback only.
 */
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/io/file.h"
#include "tests/unit/exec_host.h"
#include "tests/unit/tap.h"
#include "tests/unit/trial.h"

/* -------------------------------------------------------------- the server */
struct client {
	uv_tcp_t tcp;          /* first */
	uv_write_t write;
	struct buf in, out;
};

static uv_tcp_t server;
static int port;

static void on_closed(uv_handle_t *h)
{
	struct client *c = (struct client *)h;

	buf_release(&c->in);
	buf_release(&c->out);
	free(c);
}

static void close_client(struct client *c)
{
	if (!uv_is_closing((uv_handle_t *)&c->tcp))
		uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_written(uv_write_t *w, int status)
{
	(void)status;
	close_client(w->data);
}

static void reply(struct client *c, const char *status, const char *headers,
	const char *body, size_t n)
{
	uv_buf_t b;

	buf_printf(&c->out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n"
		"Connection: close\r\n%s\r\n", status, n, headers);
	buf_add(&c->out, body, n);
	b = uv_buf_init(c->out.data, (unsigned)c->out.len);
	c->write.data = c;
	uv_write(&c->write, (uv_stream_t *)&c->tcp, &b, 1, on_written);
}

/* The same block often enough to be more than is kept of an output. */
static void reply_huge(struct client *c)
{
	enum { BLOCK = 1 << 20, COUNT = (LIMIT_CAPTURE >> 20) + 1 };
	static char block[BLOCK];
	static uv_buf_t b[COUNT + 1];

	buf_printf(&c->out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
		COUNT * BLOCK);
	b[0] = uv_buf_init(c->out.data, (unsigned)c->out.len);
	for (size_t i = 1; i <= COUNT; i++)
		b[i] = uv_buf_init(block, BLOCK);
	c->write.data = c;
	uv_write(&c->write, (uv_stream_t *)&c->tcp, b, COUNT + 1, on_written);
}

/* Ends before all that was announced has come. */
static void reply_short(struct client *c)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 100"
		"\r\n\r\nten bytes.";
	uv_buf_t b;

	buf_str(&c->out, head);
	b = uv_buf_init(c->out.data, (unsigned)c->out.len);
	c->write.data = c;
	uv_write(&c->write, (uv_stream_t *)&c->tcp, &b, 1, on_written);
}

/* What was asked, back as the body: method, one header, the body. */
static void echo(struct client *c, const char *body)
{
	const char *mine = strstr(c->in.data, "X-Mine: ");
	struct buf b;

	buf_init(&b);
	buf_printf(&b, "%.*s|%.*s|%s", (int)strcspn(c->in.data, " "),
		c->in.data, mine ? (int)strcspn(mine, "\r") : 0,
		mine ? mine : "", body);
	reply(c, "200 OK", "X-Seen: One\r\nx-seen: two\r\n", b.data, b.len);
	buf_release(&b);
}

static void answer(struct client *c, const char *body)
{
	const char *path = strchr(c->in.data, ' ') + 1;
	char to[100];
	char *big;

	if (strncmp(path, "/echo", 5) == 0) {
		echo(c, body);
	} else if (strncmp(path, "/big", 4) == 0) {
		big = mem_zero(200000);
		reply(c, "200 OK", "", big, 200000);
		free(big);
	} else if (strncmp(path, "/huge", 5) == 0) {
		reply_huge(c);
	} else if (strncmp(path, "/short", 6) == 0) {
		reply_short(c);
	} else if (strncmp(path, "/status/", 8) == 0) {
		snprintf(to, sizeof(to), "%.3s Told", path + 8);
		reply(c, to, "Retry-After: 7\r\n", "why", 3);
	} else if (strncmp(path, "/same", 5) == 0) {
		reply(c, "302 Found", "Location: /echo\r\n", "", 0);
	} else if (strncmp(path, "/other", 6) == 0) {
		snprintf(to, sizeof(to), "Location: http://localhost:%d/echo"
			"\r\n", port);
		reply(c, "302 Found", to, "", 0);
	} /* else: /hang, no answer */
}

static void on_alloc(uv_handle_t *h, size_t n, uv_buf_t *b)
{
	struct client *c = (struct client *)h;

	buf_reserve(&c->in, n);
	*b = uv_buf_init(c->in.data + c->in.len, (unsigned)n);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct client *c = (struct client *)s;
	const char *body, *length;

	(void)b;
	if (n < 0) {
		close_client(c);
		return;
	}
	c->in.len += (size_t)n;
	c->in.data[c->in.len] = 0;
	body = strstr(c->in.data, "\r\n\r\n");
	length = strstr(c->in.data, "Content-Length: ");
	if (!body || (length && strlen(body + 4) <
		strtoul(length + 16, NULL, 10)))
		return;
	uv_read_stop(s);
	answer(c, body + 4);
	if (!c->out.len) /* hanging: only to see the other side go */
		uv_read_start(s, on_alloc, on_read);
}

static void on_connect(uv_stream_t *s, int status)
{
	struct client *c = mem_zero(sizeof(*c));

	(void)status;
	uv_tcp_init(s->loop, &c->tcp);
	uv_accept(s, (uv_stream_t *)&c->tcp);
	uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}

static void serve(void)
{
	struct sockaddr_in a;
	int n = sizeof(a);

	uv_ip4_addr("127.0.0.1", 0, &a);
	uv_tcp_init(exec_host_get()->loop, &server);
	uv_tcp_bind(&server, (const struct sockaddr *)&a, 0);
	uv_listen((uv_stream_t *)&server, 8, on_connect);
	uv_tcp_getsockname(&server, (struct sockaddr *)&a, &n);
	port = ntohs(a.sin_port);
}

/* ------------------------------------------------------------------- tests */
static struct trial t;
static char url[200];

static struct exec_arg word(const char *s)
{
	return (struct exec_arg){.role = ARG_WORD, .value = str_of(s)};
}

static struct exec_arg field(const char *name, const char *s)
{
	return (struct exec_arg){.role = ARG_FIELD, .name = name,
		.value = str_of(s)};
}

static struct exec_arg at(const char *path)
{
	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
	return word(url);
}

static void begin(const struct exec_arg *args, size_t n)
{
	trial_init(&t, "http");
	t.job.args = args;
	t.job.arg_count = n;
	t.job.in = str_of("the input");
	trial_start(&t);
}

static void test_answers(void)
{
	struct exec_arg a[4] = {at("/echo")};

	begin(a, 1);
	trial_wait(&t);
	is_str(buf_cstr(&t.out), "GET||", "a URL alone is a GET");
	ok(t.outcome == OUTCOME_OK && t.exit_code == 0, "and a success");
	ok(strstr(buf_cstr(&t.meta), "\"http_status\":200") &&
		strstr(buf_cstr(&t.meta), "\"x-seen\":\"One, two\""),
		"with status and headers, repeated ones joined");
	trial_release(&t);
	a[1] = field("header", "X-Mine: v");
	a[2] = field("data", "text");
	begin(a, 3);
	trial_wait(&t);
	is_str(buf_cstr(&t.out), "POST|X-Mine: v|text", "-d makes it a POST, "
		"-H adds a header");
	trial_release(&t);
	a[0] = word("PUT");
	a[1] = at("/echo");
	a[2] = field("data", "@-");
	begin(a, 3);
	trial_wait(&t);
	is_str(buf_cstr(&t.out), "PUT||the input", "-d @- sends the input");
	trial_release(&t);
	a[0] = at("/same");
	begin(a, 1);
	trial_wait(&t);
	is_str(buf_cstr(&t.out), "GET||", "a redirect to the same host is "
		"followed");
	trial_release(&t);
}

static void test_failures(void)
{
	static const struct {
		const char *path, *error;
		uint8_t error_class;
	} cases[] = {{"/status/404", "http status 404", CLASS_CONFIGURATION},
		{"/status/429", "http status 429", CLASS_TRANSIENT},
		{"/status/408", "http status 408", CLASS_TRANSIENT},
		{"/status/503", "http status 503", CLASS_TRANSIENT},
		{"/other", "redirect to another host refused",
			CLASS_CONFIGURATION}};
	struct exec_arg a[1];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		a[0] = at(cases[i].path);
		begin(a, 1);
		trial_wait(&t);
		ok(strncmp(t.error, cases[i].error, strlen(cases[i].error))
			== 0, "%s says '%s'", cases[i].path, cases[i].error);
		ok(t.outcome == OUTCOME_FAILED && t.error_class ==
			cases[i].error_class, "fails, with its class");
		trial_release(&t);
	}
	a[0] = at("/status/503");
	begin(a, 1);
	trial_wait(&t);
	is_str(buf_cstr(&t.out), "why", "the body of a failure is kept");
	ok(strstr(buf_cstr(&t.meta), "\"retry_after_s\":7") != NULL,
		"and when to come again");
	trial_release(&t);
	a[0] = word("http://127.0.0.1:1/");
	begin(a, 1);
	trial_wait(&t);
	ok(t.outcome == OUTCOME_FAILED && t.error_class == CLASS_TRANSIENT &&
		t.error[0], "nobody there is transient");
	trial_release(&t);
}

static void test_bodies(void)
{
	struct exec_arg a[2] = {at("/big")};
	struct err err = {0};
	struct buf b;

	begin(a, 1);
	trial_wait(&t);
	ok(t.spooled && t.out_len == 200000, "a large body is a spool");
	trial_release(&t);
	a[1] = field("output", "saved");
	begin(a, 2);
	trial_wait(&t);
	buf_init(&b);
	ok(t.outcome == OUTCOME_OK && t.out_len == 0 &&
		file_read(exec_host_dir(),
		"saved", 1 << 20, &b, &err) == 0 && b.len == 200000,
		"-o writes it to a file instead");
	buf_release(&b);
	trial_release(&t);
	a[1] = field("output", "no/such/dir");
	begin(a, 2);
	trial_wait(&t);
	ok(t.outcome == OUTCOME_FAILED && t.error[0], "a file that cannot be "
		"written fails the step");
	trial_release(&t);
}

/* Whole or not at all under its name, which keeps what it had. */
static void test_cut_bodies(void)
{
	static const struct {
		const char *path, *what;
		uint8_t error_class;
	} cases[] = {{"/huge", "a body over the limit", CLASS_RESOURCE},
		{"/short", "a body that ends early", CLASS_TRANSIENT}};
	struct exec_arg a[2];
	struct err err = {0};
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ok(file_write(exec_host_dir(), "old", str_of("as it was"), 0,
			&err) == 0,
			"a file is there");
		a[0] = at(cases[i].path);
		a[1] = field("output", "old");
		begin(a, 2);
		trial_wait(&t);
		ok(t.outcome == OUTCOME_FAILED && t.error[0] &&
			t.error_class == cases[i].error_class,
			"%s fails the step: %s", cases[i].what, t.error);
		trial_release(&t);
		buf_init(&b);
		ok(file_read(exec_host_dir(), "old", 1 << 20, &b, &err) == 0 &&
			strcmp(buf_cstr(&b), "as it was") == 0,
			"and the file of -o keeps what it had");
		buf_release(&b);
	}
	a[1] = field("output", "new");
	begin(a, 2);
	trial_wait(&t);
	trial_release(&t);
	buf_init(&b);
	ok(file_read(exec_host_dir(), "new", 1 << 20, &b, &err) < 0,
		"a file that was not there does not come into being");
	buf_release(&b);
}

static void test_kill(void)
{
	struct exec_arg a[1] = {at("/hang")};

	begin(a, 1);
	trial_settle();
	t.job.executor->kill(&t.job, 0);
	t.job.executor->kill(&t.job, 1);
	trial_wait(&t);
	trial_settle();
	ok(t.ends == 1 && t.outcome == OUTCOME_CANCELLED, "a request that "
		"hangs is cancelled, once");
	trial_release(&t);
}

int main(int argc, char **argv)
{
	struct err err = {0};

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	alarm(120);
	exec_host_open();
	serve();
	if (!exec_host_get()->http(exec_host_get(), &err)) {
		printf("1..0 # SKIP %s\n", err.text);
		return 0;
	}
	test_answers();
	test_failures();
	test_bodies();
	test_cut_bodies();
	test_kill();
	uv_close((uv_handle_t *)&server, NULL);
	exec_host_close();
	return done();
}
