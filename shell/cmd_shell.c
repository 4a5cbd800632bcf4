/*
 * /shell: a shell of the person's where a step stood, to look around.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "shell/bang.h"
#include "shell/cmd.h"
#include "shell/run_ref.h"

static int start(struct session *s, const struct view *v, struct place at,
	struct cmd_out *o)
{
	const char *shell = getenv("SHELL");
	const char *argv[] = {shell && shell[0] ? shell : "/bin/sh", NULL};
	struct step_world w;
	struct arena a;
	struct buf path;
	int rc;

	arena_init(&a);
	buf_init(&path);
	rc = engine_step_world(s->engine, v->run, at, &a, &w, &o->err);
	if (rc == 0 && access(w.dir, X_OK) != 0)
		rc = err_errno(&o->err, ERR_NOTFOUND, "cannot stand in %s",
			w.dir);
	if (rc == 0) {
		run_path(v->run, at.frame, at.node, &path);
		session_say(s, "where %s of run %s stands: %s    exit comes "
			"back", buf_cstr(&path), v->ulid_short, w.dir);
		if (w.missing)
			session_say(s, "%zu of its variables have no value "
				"yet", w.missing);
		rc = bang_argv(s, &(struct bang){.argv = argv, .env = w.env,
			.dir = w.dir, .text = str_of("/shell")}, &o->err);
	}
	buf_release(&path);
	arena_release(&a);
	return rc;
}

/* Without a name: the first that failed, else the last of the run. */
static struct place usual_step(const struct run *r)
{
	const struct plan_body *b = &r->plan->bodies[0];
	struct place at = {0, b->first};

	for (uint32_t i = b->first; i < b->first + b->count; i++) {
		const struct step *st = run_step(r, 0, i);

		if (r->plan->nodes[i].flags & NODE_QUIET)
			continue;
		at.node = i;
		if (st && st->state == STEP_FAILED)
			break;
	}
	return at;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	char *path = run_step_of(a, "run");
	struct place at;
	struct view v;
	int rc = -1;

	if (!s->at_prompt && !isatty(0)) {
		err_set(&o->err, ERR_USAGE, "/shell needs a terminal");
		rc = err_help(&o->err, "/show RUN tells of a step");
	} else if (run_view(s, a, "run", &v, o) == 0) {
		if (!path)
			at = usual_step(v.run);
		if (!path || run_step_find(&v, path, &at.frame, &at.node,
				&o->err) == 0)
			rc = start(s, &v, at, o);
		else
			rc = cmd_blame_step(o, a, "run");
		view_release(&v);
	}
	mem_free(path);
	return rc;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_STEP, PLACE_POS, 0,
		"RUN.STEP; of a run the step that failed; else the last run"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_shell = {
	.name = "shell",
	.summary = "a shell with a step's directory and environment",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/shell", "/shell @last",
		"/shell --help", NULL},
	.run = run,
};
