/*
 * The owner's socket: other shells ask this process to cancel, answer or
 * pause the runs it owns. One JSON line in, one JSON line out. Only the same
 * user may ask (0600 and peer credentials). The first run that lasts opens
 * it, so that a quick command pays nothing.
 */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/drive/engine_int.h"
#include "engine/drive/live.h"
#include "engine/io/clock.h"
#include "engine/tell.h"

enum { REQUEST_MAX = 1 << 20, ASK_TIMEOUT_S = 5,
	LEAVE_MS = 3000, /* more than a guard's grace */
	LOOK_MS = 5 };

struct owner_socket {
	uv_pipe_t pipe;
	char path[64];
};

struct client {
	uv_pipe_t pipe;
	uv_write_t write;
	struct engine *e;
	struct buf in;
	char *reply;
};

static const char *text_of(const cJSON *request, const char *name)
{
	const cJSON *j = cJSON_GetObjectItemCaseSensitive(request, name);

	return cJSON_IsString(j) ? j->valuestring : NULL;
}

static int do_resolve(struct engine *e, uint32_t slot, const char *path,
	const char *text, struct err *err)
{
	static const char *const names[] = {"retry", "skip", "done"};

	for (int v = VERDICT_RETRY; text && v <= VERDICT_DONE; v++)
		if (strcmp(text, names[v]) == 0)
			return engine_resolve(e, slot, path,
				(enum verdict)v, err);
	return err_set(err, ERR_USAGE, "say retry, skip or done");
}

/* text: where the asker stands. */
static int do_tail(struct engine *e, uint32_t slot, const char *text,
	cJSON *reply)
{
	struct buf lines;
	uint64_t next;

	buf_init(&lines);
	next = live_read(e, slot, text ? strtoull(text, NULL, 10) : 0, &lines);
	cJSON_AddStringToObject(reply, "lines", buf_cstr(&lines));
	cJSON_AddNumberToObject(reply, "next", (double)next);
	buf_release(&lines);
	return 0;
}

static int serve(struct engine *e, const cJSON *request, cJSON *reply,
	struct err *err)
{
	const char *verb = text_of(request, "verb");
	const char *ulid = text_of(request, "run");
	const char *path = text_of(request, "path");
	const char *text = text_of(request, "text");
	uint32_t slot = ulid ? engine_slot(e, ulid) : PLAN_NONE;

	if (!verb || slot == PLAN_NONE)
		return err_set(err, ERR_NOTFOUND, "the run is not open here");
	if (strcmp(verb, "cancel") == 0)
		return engine_cancel(e, slot, 0, err);
	if (strcmp(verb, "kill") == 0)
		return engine_cancel(e, slot, 1, err);
	if (strcmp(verb, "pause") == 0)
		return engine_pause(e, slot, 1, err);
	if (strcmp(verb, "continue") == 0)
		return engine_pause(e, slot, 0, err);
	if (strcmp(verb, "answer") == 0)
		return engine_answer(e, slot, path, str_of(text), err);
	if (strcmp(verb, "resolve") == 0)
		return do_resolve(e, slot, path, text, err);
	if (strcmp(verb, "tail") == 0)
		return do_tail(e, slot, text, reply);
	if (strcmp(verb, "status") == 0)
		return 0;
	return err_set(err, ERR_USAGE, "unknown request '%s'", verb);
}

static void client_closed(uv_handle_t *h)
{
	struct client *c = h->data;

	buf_release(&c->in);
	free(c->reply);
	free(c);
}

static void client_written(uv_write_t *w, int status)
{
	struct client *c = w->data;

	(void)status;
	uv_close((uv_handle_t *)&c->pipe, client_closed);
}

static void client_serve(struct client *c)
{
	cJSON *request = cJSON_ParseWithLength(c->in.data, c->in.len);
	cJSON *reply = cJSON_CreateObject();
	struct err err = {0};
	uv_buf_t out;

	if (!request)
		err_set(&err, ERR_USAGE, "the request is not JSON");
	else
		serve(c->e, request, reply, &err);
	cJSON_AddBoolToObject(reply, "ok", err.code == ERR_NONE);
	if (err.code) {
		cJSON_AddNumberToObject(reply, "code", err.code);
		cJSON_AddStringToObject(reply, "error", err.text);
		cJSON_AddStringToObject(reply, "help", err.help);
	}
	c->reply = cJSON_PrintUnformatted(reply);
	cJSON_Delete(reply);
	cJSON_Delete(request);
	out = uv_buf_init(c->reply, (unsigned)strlen(c->reply));
	c->write.data = c;
	uv_write(&c->write, (uv_stream_t *)&c->pipe, &out, 1, client_written);
}

static void give_room(uv_handle_t *h, size_t hint, uv_buf_t *out)
{
	struct client *c = h->data;

	(void)hint;
	buf_reserve(&c->in, 4096);
	*out = uv_buf_init(c->in.data + c->in.len, 4096);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct client *c = s->data;

	(void)b;
	if (n > 0) {
		c->in.len += (size_t)n;
		c->in.data[c->in.len] = '\0';
		if (c->in.len > REQUEST_MAX)
			n = UV_EOF;
		else if (!memchr(c->in.data, '\n', c->in.len))
			return;
	}
	uv_read_stop(s);
	if (n < 0 || c->in.len > REQUEST_MAX)
		uv_close((uv_handle_t *)s, client_closed);
	else
		client_serve(c);
}

static int same_user(uv_pipe_t *p)
{
	struct ucred cred;
	socklen_t n = sizeof(cred);
	uv_os_fd_t fd;

	if (uv_fileno((uv_handle_t *)p, &fd) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) < 0)
		return 0;
	return cred.uid == geteuid();
}

static void on_connect(uv_stream_t *server, int status)
{
	struct engine *e = server->data;
	struct client *c;

	if (status < 0)
		return;
	c = mem_zero(sizeof(*c));
	c->e = e;
	uv_pipe_init(&e->loop, &c->pipe, 0);
	c->pipe.data = c;
	if (uv_accept(server, (uv_stream_t *)&c->pipe) < 0 ||
		!same_user(&c->pipe)) {
		uv_close((uv_handle_t *)&c->pipe, client_closed);
		return;
	}
	uv_read_start((uv_stream_t *)&c->pipe, give_room, on_read);
}

static void server_closed(uv_handle_t *h)
{
	free(h);
}

/* A socket's name has room for 107 bytes, a state directory for more: it is
 * named through the descriptor of its folder. */
static void short_path(struct store *s, const char *name, char out[64])
{
	snprintf(out, 64, "/proc/self/fd/%d/%.40s", store_owners_dir(s), name);
}

/* Without a socket the run goes on; others then cannot ask about it. Who may
 * connect is settled by owners/, which is 0700, and by same_user(). */
void owner_listen(struct engine *e)
{
	struct owner_socket *s;
	char name[ULID_LEN + 6];
	int rc;

	if (e->owner || !store_owner(e->store)[0])
		return;
	s = mem_zero(sizeof(*s));
	snprintf(name, sizeof(name), "%s.sock", store_owner(e->store));
	short_path(e->store, name, s->path);
	uv_pipe_init(&e->loop, &s->pipe, 0);
	s->pipe.data = e;
	e->owner = s;
	rc = uv_pipe_bind(&s->pipe, s->path);
	if (rc == 0)
		rc = chmod(s->path, 0600);
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&s->pipe, 16, on_connect);
	if (rc < 0)
		s->path[0] = '\0';
	uv_unref((uv_handle_t *)&s->pipe);
}

void owner_close(struct engine *e)
{
	struct owner_socket *s = e->owner;

	if (!s)
		return;
	e->owner = NULL;
	if (s->path[0])
		unlink(s->path);
	uv_close((uv_handle_t *)&s->pipe, server_closed);
}

/* ----------------------------------------------------------------- asking */
static int connect_to(const char path[64], struct err *err)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct timeval limit = {.tv_sec = ASK_TIMEOUT_S};
	int fd;

	memcpy(to.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(err, ERR_IO, "cannot make a socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		err_errno(err, ERR_BUSY, "the shell that owns the run does "
			"not answer");
		close(fd);
		return -1;
	}
	return fd;
}

static int exchange(int fd, const char *line, struct buf *reply,
	struct err *err)
{
	char chunk[4096];
	size_t left = strlen(line);
	ssize_t n;

	while (left > 0) {
		n = send(fd, line, left, MSG_NOSIGNAL);
		if (n < 0)
			return err_errno(err, ERR_BUSY,
				"cannot ask the run's owner");
		line += n;
		left -= (size_t)n;
	}
	while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		buf_add(reply, chunk, (size_t)n);
	if (n < 0)
		return err_errno(err, ERR_BUSY,
			"the run's owner did not answer");
	return 0;
}

/* It comes from another process, perhaps of another version. */
static int read_reply(const struct buf *reply, struct err *err)
{
	cJSON *j = cJSON_ParseWithLength(buf_cstr(reply), reply->len);
	const cJSON *code = cJSON_GetObjectItemCaseSensitive(j, "code");
	const char *text = text_of(j, "error"), *help = text_of(j, "help");
	enum err_code known = ERR_BUSY;
	int rc = 0;

	if (cJSON_IsNumber(code) && code->valueint > ERR_NONE &&
			code->valueint <= ERR_BUSY)
		known = (enum err_code)code->valueint;
	if (text) {
		rc = err_set(err, known, "%s", text);
		if (help)
			err_help(err, "%s", help);
	} else if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(j, "ok"))) {
		rc = err_set(err, ERR_BUSY, "the run's owner gave no answer");
	}
	cJSON_Delete(j);
	return rc;
}

int engine_ask_owner(struct engine *e, const struct run_row *row,
	const struct run_verb *v, struct buf *reply, struct err *err)
{
	char path[4096], brief[64], *copy;
	cJSON *request;
	struct buf line;
	int fd, rc;

	rc = store_owner_socket(e->store, row, path, sizeof(path), err);
	if (rc <= 0)
		return rc < 0 ? -1 : err_set(err, ERR_NOTFOUND,
			"no living shell owns run %.6s", row->ulid);
	short_path(e->store, strrchr(path, '/') + 1, brief);
	fd = connect_to(brief, err);
	if (fd < 0)
		return -1;
	request = cJSON_CreateObject();
	cJSON_AddStringToObject(request, "verb", v->verb);
	cJSON_AddStringToObject(request, "run", row->ulid);
	if (v->path)
		cJSON_AddStringToObject(request, "path", v->path);
	if (v->text.p) {
		copy = mem_strndup(v->text.p, v->text.n);
		cJSON_AddStringToObject(request, "text", copy);
		free(copy);
	}
	copy = cJSON_PrintUnformatted(request);
	cJSON_Delete(request);
	buf_init(&line);
	buf_printf(&line, "%s\n", copy);
	cJSON_free(copy);
	rc = exchange(fd, buf_cstr(&line), reply, err);
	if (rc == 0)
		rc = read_reply(reply, err);
	buf_release(&line);
	close(fd);
	return rc;
}

/* ----------------------------------------------------------- dead owners */
static void on_look(uv_timer_t *h)
{
	(void)h; /* it only ends a turn of the loop */
}

static void look_closed(uv_handle_t *h)
{
	free(h);
}

/* Its process may be where we do not see it: then somebody answers. */
static int answers(struct store *s, const struct run_row *row)
{
	char name[ULID_LEN + 6], path[64];
	struct err err = {0};
	int fd;

	snprintf(name, sizeof(name), "%s.sock", row->owner);
	short_path(s, name, path);
	fd = connect_to(path, &err);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The other runs of this process go on meanwhile. */
static int wait_for_leave(struct engine *e, const struct run_row *row,
	enum owner_state *state, struct err *err)
{
	uint64_t until = clock_mono_us() + LEAVE_MS * UINT64_C(1000);
	uv_timer_t *look = mem_zero(sizeof(*look));
	int rc = 0;

	uv_timer_init(&e->loop, look);
	uv_timer_start(look, on_look, 1, LOOK_MS);
	while (rc == 0 && *state == OWNER_LEAVES && !e->failed &&
			clock_mono_us() < until) {
		engine_turn(e);
		rc = store_owner_state(e->store, row, state, err);
	}
	uv_close((uv_handle_t *)look, look_closed);
	return rc;
}

int engine_elsewhere(struct engine *e, const struct run_row *row,
	struct err *err)
{
	enum owner_state state;

	if (engine_slot(e, row->ulid) != PLAN_NONE)
		return 0;
	if (store_owner_state(e->store, row, &state, err) < 0)
		return -1;
	if (state == OWNER_LEAVES && answers(e->store, row))
		state = OWNER_LIVES;
	if (state == OWNER_LEAVES && wait_for_leave(e, row, &state, err) < 0)
		return -1;
	if (state == OWNER_LEAVES) {
		err_set(err, ERR_BUSY, "the shell that had the run open has "
			"died, and its steps are still being ended");
		return err_help(err, "try again in a moment");
	}
	return state == OWNER_LIVES &&
		strcmp(row->owner, store_owner(e->store)) != 0;
}
