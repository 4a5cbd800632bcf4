/*
 * /quit: ends the session; a script's runs in the background are waited for
 * as at every end.
 */
#include "engine/base/text.h"
#include "shell/cmd.h"
#include "shell/session.h"

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *out)
{
	struct str said = cmd_arg(a, "status");
	int64_t status = s->status;

	if (said.p && number_parse(said, 0, 255, &status) < 0) {
		err_set(&out->err, ERR_USAGE, "a status is 0 to 255, not %.*s",
			(int)said.n, said.p);
		return -1;
	}
	if (cmd_flag(a, "wait"))
		s->leaving = LEAVING_WAIT;
	else if (cmd_flag(a, "detach"))
		s->leaving = LEAVING_DETACH;
	else if (cmd_flag(a, "cancel"))
		s->leaving = LEAVING_CANCEL;
	s->quit = 1;
	s->status = (int)status;
	return (int)status;
}

static const struct vocab_field args[] = {
	{"status", 0, FIELD_NUMBER, PLACE_POS, 0,
		"exit status; else that of the last line"},
	{"wait", 0, FIELD_FLAG, PLACE_FLAG, 0,
		"first wait for what goes on in the background"},
	{"detach", 0, FIELD_FLAG, PLACE_FLAG, 0,
		"it goes on without a terminal; /attach comes back to it"},
	{"cancel", 0, FIELD_FLAG, PLACE_FLAG, 0, "cancel it"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_quit = {
	.name = "quit",
	.summary = "leave wf",
	.group = "session",
	.args = args,
	.examples = (const char *const[]){"/quit", "/quit --cancel",
		"/quit 0", NULL},
	.run = run,
	.stateless = 1,
};
