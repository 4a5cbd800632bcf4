/*
 * /lua TEXT: a chunk in the sandbox on a worker thread; `input` is the
 * step's input, WF_V1… the values its references stand for.
 *
 * Each worker thread keeps one vm for all its jobs. A job's vm is shared
 * with the loop only through task.ud, under `bond`, so that a kill reaches
 * the evaluation of this job and no other.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/core/plan.h"
#include "engine/exec/exec_task.h"
#include "lua/vm.h"

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t bond = PTHREAD_MUTEX_INITIALIZER;

static void free_vm(void *vm)
{
	vm_free(vm);
}

static void make_key(void)
{
	pthread_key_create(&key, free_vm);
}

static struct vm *thread_vm(struct err *err)
{
	struct vm *vm;

	pthread_once(&once, make_key);
	vm = pthread_getspecific(key);
	if (!vm && vm_new(&vm, NULL, err) == 0) {
		vm_limit(vm, 0); /* the step's timeout is a kill */
		pthread_setspecific(key, vm);
	}
	return vm;
}

/* The same in every attempt of a step. */
static uint64_t seed_of(const struct exec_job *job)
{
	static const char name[] = "WF_IDEMPOTENCY_KEY=";
	const char *const *e = job->env;

	for (; e && *e; e++)
		if (strncmp(*e, name, sizeof(name) - 1) == 0)
			return hash_bytes(*e, strlen(*e), 0);
	return 0;
}

/* Both return 0 when the job may not run (any more). */
static int attach(struct chore *t, struct vm *vm)
{
	int ready;

	pthread_mutex_lock(&bond);
	ready = !atomic_load(&t->stop);
	t->ud = ready ? vm : NULL;
	pthread_mutex_unlock(&bond);
	return ready;
}

static void detach(struct chore *t, struct vm *vm)
{
	pthread_mutex_lock(&bond);
	t->ud = NULL;
	vm_forget(vm);
	pthread_mutex_unlock(&bond);
}

static void end(struct exec_job *job, int hard)
{
	struct chore *t = job->state;

	exec_task_kill(job, hard);
	if (!t)
		return;
	pthread_mutex_lock(&bond);
	if (t->ud)
		vm_interrupt(t->ud);
	pthread_mutex_unlock(&bond);
}

static int call(struct chore *t, struct vm *vm, struct buf *out,
	struct buf *printed, struct err *err)
{
	struct exec_job *job = t->job;
	struct mapping in = {job->in, NULL};
	struct vm_arg *args = mem_alloc(job->arg_count * sizeof(*args));
	struct vm_call c = {.chunk = exec_field(job, "text"), .name = "lua"};
	struct vm_library libraries[LIBRARIES_MAX];
	size_t i, n = 0;
	int rc = 0;

	for (i = 0; i < job->arg_count; i++)
		if (job->args[i].role == ARG_ENV)
			args[n++] = (struct vm_arg){
				str_of(job->args[i].name),
				job->args[i].value};
	c.libraries = libraries;
	for (i = 0; i < job->arg_count; i++) {
		const char *text = job->args[i].value.p;

		if (job->args[i].role == ARG_NOTE && strcmp(job->args[i].name,
				LIBRARY_NOTE) == 0 &&
				c.library_count < LIBRARIES_MAX)
			libraries[c.library_count++] = vm_library_of(text,
				text + strcspn(text, "\n") + 1);
	}
	if (job->in_path)
		rc = mapping_open(&in, job->in_path, err);
	c.input = in.bytes;
	c.args = args;
	c.arg_count = n;
	if (rc == 0)
		rc = vm_run(vm, &c, out, printed, NULL, err);
	mapping_release(&in);
	free(args);
	return rc;
}

static enum error_class class_of(const struct err *err)
{
	switch (err->code) {
	case ERR_SYNTAX:
		return CLASS_CONFIGURATION;
	case ERR_LIMIT:
	case ERR_STATE:
		return CLASS_RESOURCE;
	default:
		return CLASS_NONE;
	}
}

static void run(struct chore *t)
{
	struct vm *vm = thread_vm(&t->error);
	struct buf out, printed;
	struct err kept = {0};
	int rc = -1;

	buf_init(&out);
	buf_init(&printed);
	if (vm && !attach(t, vm)) {
		err_set(&t->error, ERR_TIMEOUT, "interrupted");
	} else if (vm) {
		vm_seed(vm, seed_of(t->job));
		rc = call(t, vm, &out, &printed, &t->error);
		detach(t, vm);
	}
	if (rc == -1)
		exec_task_fail(t, class_of(&t->error), &t->error);
	if (spool_add(&t->out, out.data, out.len, &kept) == -1 ||
		spool_add(&t->printed, printed.data, printed.len,
		&kept) == -1)
		exec_task_fail(t, CLASS_RESOURCE, &kept);
	buf_release(&out);
	buf_release(&printed);
}

static int check(const struct exec_job *job, struct err *err)
{
	if (!exec_field(job, "text").p)
		return err_set(err, ERR_USAGE, "/lua needs a text");
	return 0;
}

static void start(struct exec_job *job)
{
	exec_task_submit(exec_task_new(job, run));
}

static const struct vocab_field fields[] = {
	{"text", 0, FIELD_TEXT, PLACE_REST, 1, "a Lua chunk"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "lua",
	.summary = "run Lua in a sandbox; what it returns is the output",
	.examples = (const char *const[]){"/lua return 6 * 7",
		"/lua return input:upper()",
		"/lua return {list = {1, 2}, n = #input}", NULL},
	.style = STYLE_LUA,
	.lane = LANE_WORKER,
	.effect = EFFECT_PURE,
	.fields = fields,
};

const struct executor exec_lua = {&kind, check, start, end};
