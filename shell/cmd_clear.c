/*
 * /clear: an empty screen. What is no terminal has none.
 */
#include "shell/cmd.h"
#include "shell/session.h"
#include "shell/term.h"

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	(void)a, (void)o;
	if (s->out.tty && !term_is_dumb()) {
		out_text(&s->out, "\033[H\033[2J\033[3J");
		s->out.last = '\n';
		if (s->out.bottom)
			s->out.bottom->last = 0;
	}
	return 0;
}

static const struct vocab_field args[] = {
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_clear = {
	.name = "clear",
	.summary = "an empty screen",
	.group = "session",
	.args = args,
	.examples = (const char *const[]){"/clear", "/clear --help",
		"/clear -o json", NULL},
	.run = run,
	.stateless = 1,
};
