/*
 * The end of a prompt, and what becomes of what goes on.
 */
#include "shell/leaving.h"

#include <stdio.h>

#include "shell/bang.h"
#include "shell/detach.h"
#include "shell/edit.h"
#include "shell/errand.h"
#include "shell/interactive.h"

/* The prompt ends, the runs go on in this process. */
static int go_alone(struct session *s, struct leaving_state *l)
{
	struct err err = {0};

	edit_lend(); /* before whoever waits for us goes on */
	if (detach(s, &err) < 0) {
		edit_reclaim();
		session_say(s, "%s", err.text);
		return -1;
	}
	l->alone = 1;
	return 0;
}

static enum leaving ask(struct session *s, unsigned n)
{
	char question[160];

	snprintf(question, sizeof(question), n > 1 ? "%u runs go on: "
		"[w]ait for them, [d]etach, [c]ancel them, [S]tay? "
		: "%u run goes on: "
		"[w]ait for it, [d]etach, [c]ancel it, [S]tay? ", n);
	switch (interactive_ask(s, question, "swdc")) {
	case 'w':
		return LEAVING_WAIT;
	case 'd':
		return LEAVING_DETACH;
	case 'c':
		return LEAVING_CANCEL;
	default:
		return LEAVING_NOT;
	}
}

/* Ctrl-C comes back to the prompt: 0. */
static int wait_for_all(struct session *s)
{
	int status = errands_wait(s, NULL);

	if (!s->interrupts) {
		s->status = s->status ? s->status : status;
		return 1;
	}
	s->interrupts = 0;
	out_text(&s->err, "^C\n");
	return 0;
}

/* The first time wf does not leave programs that are stopped. */
static int stays_for_programs(struct session *s, struct leaving_state *l)
{
	const char *text = bang_stopped(s);

	if (!text || l->told)
		return 0;
	l->told = 1;
	s->quit = 0;
	session_say(s, "stopped: %s    /fg goes on with it, /quit again "
		"leaves", text);
	return 1;
}

void leaving_decide(struct session *s, struct leaving_state *l)
{
	unsigned n = errands_open(s);
	enum leaving how = s->leaving;

	s->leaving = LEAVING_ASK;
	if (s->signal || stays_for_programs(s, l) || !n)
		return;
	if (how == LEAVING_ASK)
		how = ask(s, n);
	if (how == LEAVING_CANCEL)
		errands_cancel(s);
	else if (how == LEAVING_DETACH)
		s->quit = go_alone(s, l) == 0;
	else if (how == LEAVING_WAIT)
		s->quit = (uint8_t)wait_for_all(s);
	else
		s->quit = 0;
}
