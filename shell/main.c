/*
 * wf: a shell in which a line of text is a durable workflow. Only the order
 * of things stands here; every part is elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/io/guard.h"
#include "shell/doctor.h"
#include "shell/errand.h"
#include "shell/interactive.h"
#include "shell/line_run.h"
#include "shell/monitor.h"
#include "shell/script.h"
#include "shell/status.h"
#include "shell/tell.h"
#include "shell/title.h"
#include "shell/version.h"

/* A closed descriptor would be taken by the database: fill the gaps with no
 * input, and with outputs that fail as a closed one does. */
static void fill_gaps(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
				open("/dev/null", O_RDONLY) < 0)
			abort();
}

static int print(const struct options *o, const char *text)
{
	struct err err = {0};

	if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
		return STATUS_OK;
	err_errno(&err, ERR_IO, "cannot write the output");
	return tell_start(o, &err, STATUS_FAILED);
}

static int usage(const struct options *o)
{
	struct buf b;
	int status;

	buf_init(&b);
	args_usage(&b);
	status = print(o, buf_cstr(&b));
	buf_release(&b);
	return status;
}

/* All scripts of the command line are read before the first one runs. */
static int run_scripts(struct session *s)
{
	const struct options *o = s->options;
	struct script **all = mem_zero((o->script_count + 1) * sizeof(*all));
	struct def_entry *mark = defs_mark(&s->defs);
	int status = 0;

	for (size_t i = 0; i < o->script_count; i++) {
		const char *text = o->scripts[i].text;
		struct err err = {0};
		int bad;

		all[i] = o->scripts[i].is_file ? script_of_file(text, &err)
			: script_new("-c", str_of(text));
		bad = all[i] ? script_read(s, all[i])
			: tell_start(o, &err, STATUS_USAGE);
		status = status ? status : bad;
	}
	defs_back(&s->defs, mark);
	for (size_t i = 0; i < o->script_count && !o->check && !s->quit; i++) {
		int keep = strcmp(setting_get(&s->settings, SET_KEEP_GOING),
			"on") == 0, one;

		if (status && (!keep || i == 0 || s->signal))
			break;
		one = script_run(s, all[i]);
		status = status ? status : one;
	}
	for (size_t i = 0; i < o->script_count; i++)
		script_free(all[i]);
	free(all);
	return status;
}

/* --rc: an error there is told, and the rest goes on. */
static void run_rc(struct session *s)
{
	struct err err = {0};
	struct script *sc;

	if (!s->options->rc)
		return;
	sc = script_of_file(s->options->rc, &err);
	if (!sc)
		session_say(s, "%s", err.text);
	else if (script_read(s, sc) == 0 && !s->options->check)
		script_run(s, sc);
	script_free(sc);
}

static int run_lines(struct session *s)
{
	int terminal = isatty(0) && isatty(2);

	run_rc(s);
	if (s->signal || s->quit)
		return s->signal ? 128 + s->signal : s->status;
	if (s->options->script_count) {
		int status = run_scripts(s);

		return s->signal ? 128 + s->signal : status;
	}
	s->input_none = 1;
	if (terminal && s->no_state.code)
		tell_start(s->options, &s->no_state, STATUS_FAILED);
	if (terminal) {
		struct err err = {0};
		int status = interactive_run(s, &err);

		if (status >= 0)
			return status;
		session_say(s, "%s: a plain prompt", err.text);
	}
	return script_stream(s, 0, "<stdin>", terminal ? "wf> " : NULL);
}

/* A script's end waits for its runs in the background. */
static int wait_at_end(struct session *s, int status)
{
	int later = 0;

	if (s->signal)
		return status;
	if (s->options->no_wait)
		errands_cancel(s);
	else
		later = errands_wait(s, NULL);
	if (s->signal)
		return 128 + s->signal;
	return status ? status : later;
}

static int run(const struct options *o)
{
	struct session s;
	struct err err = {0};
	int status = STATUS_FAILED;

	if (session_open(&s, o, &err) < 0)
		status = tell_start(o, &err, status_of_err(&err));
	else
		status = wait_at_end(&s, run_lines(&s));
	if (s.out.tty && s.out.last && s.out.last != '\n')
		out_text(&s.out, "\n"); /* what comes next begins a line */
	if (s.out.error && s.out.error != EPIPE && status == 0)
		status = STATUS_FAILED;
	session_close(&s);
	return status;
}

static int is_at_terminal(const struct options *o)
{
	return !o->script_count && !o->check && isatty(0) && isatty(2);
}

static int no_dir(const struct options *o)
{
	struct err err = {0};

	err_errno(&err, ERR_USAGE, "cannot go to %s", o->dir);
	return tell_start(o, &err, STATUS_USAGE);
}

int main(int argc, char **argv)
{
	struct options o;
	struct err err = {0};
	int status;

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	fill_gaps();
	if (isatty(0) && isatty(2)) /* it may leave: see detach.h */
		argv = title_init(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* the write says EFBIG */
	if (args_parse(&o, argc, argv, &err) < 0)
		status = tell_start(&o, &err, STATUS_USAGE);
	else if (o.version)
		status = print(&o, "wf " WF_VERSION "\n");
	else if (o.help)
		status = usage(&o);
	else if (o.dir && chdir(o.dir) < 0)
		status = no_dir(&o);
	else if (o.doctor)
		status = doctor_main(&o);
	else {
		if (is_at_terminal(&o))
			monitor_start();
		status = run(&o);
	}
	args_release(&o);
	return status;
}
