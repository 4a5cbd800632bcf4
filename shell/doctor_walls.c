/*
 * The doctor's checks of what keeps steps in: the guard and the sandbox.
 * Each tries what it speaks of; nothing is said to be there because it could
 * be.
 */
#include "shell/doctor_walls.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include "engine/io/guard.h"
#include "lua/vm.h"

enum { PATIENCE_MS = 5000, CODE = 7, ABI = 1, EVAL_MS = 20, WHY = 480 };

struct trial {
	uv_loop_t loop;
	uv_timer_t timer;
	uint8_t over, ran;
	char why[WHY];
};

/* ------------------------------------------------------------------ guard */
static void on_report(void *ud, const struct guard_report *r)
{
	struct trial *t = ud;

	t->over = 1;
	t->ran = r->end == GUARD_EXITED && r->code == CODE;
	if (r->out.fd >= 0)
		close(r->out.fd);
	if (r->err.fd >= 0)
		close(r->err.fd);
	if (r->end == GUARD_NO_EXEC || r->end == GUARD_FAILED)
		snprintf(t->why, sizeof(t->why), "%.*s: %s", (int)r->what.n,
			r->what.p, strerror(r->code));
	else if (!t->ran)
		snprintf(t->why, sizeof(t->why), "its job ended otherwise "
			"(%d, %d)", r->end, r->code);
}

static void on_death(void *ud)
{
	struct trial *t = ud;

	t->over = 1;
	snprintf(t->why, sizeof(t->why), "it died");
}

static void on_time(uv_timer_t *h)
{
	struct trial *t = h->data;

	t->over = 1;
	snprintf(t->why, sizeof(t->why), "its job did not end in %d s",
		PATIENCE_MS / 1000);
}

static int try_job(struct trial *t, struct guard *g, struct err *err)
{
	static const char *const argv[] = {"sh", "-c", "exit 7", NULL};
	static const char *const env[] = {NULL};
	struct guard_job job = {.id = 1, .argv = argv, .env = env,
		.dir = "/"};

	if (guard_job(g, &job, err) < 0)
		return -1;
	guard_flush(g);
	uv_timer_start(&t->timer, on_time, PATIENCE_MS, 0);
	while (!t->over)
		uv_run(&t->loop, UV_RUN_ONCE);
	return t->ran ? 0 : err_set(err, ERR_IO, "%s", t->why);
}

static int try_guard(struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct trial t;
	struct guard_calls calls = {.ud = &t, .on_report = on_report,
		.on_death = on_death};
	struct guard_options o = {.slots = 1, .owner_fd = -1};
	struct guard *g = NULL;
	int rc;

	memset(&t, 0, sizeof(t));
	uv_loop_init(&t.loop);
	uv_timer_init(&t.loop, &t.timer);
	t.timer.data = &t;
	o.spool_dir = open(tmp && tmp[0] ? tmp : "/tmp", O_RDONLY |
		O_DIRECTORY | O_CLOEXEC);
	rc = guard_start(&g, &t.loop, &o, &calls, err);
	if (rc == 0)
		rc = try_job(&t, g, err);
	guard_end(g);
	if (o.spool_dir >= 0)
		close(o.spool_dir);
	uv_close((uv_handle_t *)&t.timer, NULL);
	uv_run(&t.loop, UV_RUN_DEFAULT);
	uv_loop_close(&t.loop);
	return rc;
}

void check_guard(check_fn *fn, void *ud)
{
	struct err err = {0};
	char text[WHY + 40];

	if (try_guard(&err) == 0) {
		fn(ud, CHECK_OK, "guard",
			"it ran a job; what steps start ends with wf");
		return;
	}
	snprintf(text, sizeof(text), "cannot run a job: %s", err.text);
	fn(ud, CHECK_FAIL, "guard", text);
}

/* ---------------------------------------------------------------- sandbox */
static int lua_is_shut(struct vm *vm, struct err *err)
{
	static const char text[] = "return tostring((os and os.execute) or io"
		" or require or load or dofile)";
	struct vm_call call = {.chunk = {text, sizeof(text) - 1},
		.name = "doctor"};
	struct buf out, printed;
	size_t line = 0;
	int rc;

	buf_init(&out);
	buf_init(&printed);
	rc = vm_run(vm, &call, &out, &printed, &line, err);
	if (rc == 0 && strcmp(buf_cstr(&out), "nil") != 0)
		rc = err_set(err, ERR_REFUSED, "Lua reaches %s",
			buf_cstr(&out));
	buf_release(&out);
	buf_release(&printed);
	return rc;
}

static int lua_is_ended(struct vm *vm)
{
	static const char text[] = "while true do end";
	struct vm_call call = {.chunk = {text, sizeof(text) - 1},
		.name = "doctor"};
	struct buf out, printed;
	struct err err = {0};
	size_t line = 0;

	buf_init(&out);
	buf_init(&printed);
	vm_limit(vm, EVAL_MS);
	vm_run(vm, &call, &out, &printed, &line, &err);
	buf_release(&out);
	buf_release(&printed);
	return err.code == ERR_TIMEOUT;
}

static int try_lua(struct err *err)
{
	struct vm_options o = {.seed = 1};
	struct vm *vm = NULL;
	int rc;

	if (vm_new(&vm, &o, err) < 0)
		return -1;
	rc = lua_is_shut(vm, err);
	if (rc == 0 && !lua_is_ended(vm))
		rc = err_set(err, ERR_LIMIT, "a loop without end is not "
			"ended");
	vm_free(vm);
	return rc;
}

static void of_kernel(char *out, size_t size)
{
	long abi = -1;

#ifdef SYS_landlock_create_ruleset
	abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ABI);
#endif
	if (abi > 0)
		snprintf(out, size, "this kernel's landlock %ld is not used",
			abi);
	else
		snprintf(out, size, "this kernel has no landlock");
}

void check_sandbox(check_fn *fn, void *ud)
{
	struct err err = {0};
	char text[WHY + 100], kernel[80];

	if (try_lua(&err) < 0) {
		snprintf(text, sizeof(text), "of Lua: %s",
			err.text);
		fn(ud, CHECK_FAIL, "sandbox", text);
		return;
	}
	of_kernel(kernel, sizeof(kernel));
	snprintf(text, sizeof(text), "of Lua only; steps may do what you may "
		"(%s)", kernel);
	fn(ud, CHECK_OK, "sandbox", text);
}
