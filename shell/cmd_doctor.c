/*
 * /doctor: the checks of `wf doctor`, from within a session.
 */
#include "shell/cmd.h"
#include "shell/doctor.h"
#include "shell/session.h"

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	(void)a;
	return doctor_check(setting_get(&s->settings, SET_STATE_DIR),
		&o->text, o->as_json ? &o->json : NULL);
}

static const struct vocab_field args[] = {
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_doctor = {
	.name = "doctor",
	.summary = "check what wf stands on",
	.group = "session",
	.args = args,
	.examples = (const char *const[]){"/doctor", "/doctor -o json",
		"/doctor > report.txt", NULL},
	.run = run,
	.stateless = 1,
};
