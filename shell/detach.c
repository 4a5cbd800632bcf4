/*
 * The order matters: what there is to say is said and the terminal given
 * back while we still have one.
 */
#include "shell/detach.h"

#include "engine/view.h"
#include "shell/errand_int.h"
#include "shell/monitor.h"
#include "shell/title.h"

static int goes_on(const struct errand *t)
{
	return t->background && !t->ended && !t->over;
}

static void say(struct session *s, struct buf *title)
{
	for (const struct errand *t = s->errands; t; t = t->next) {
		char id[ULID_LEN + 1];

		if (!goes_on(t))
			continue;
		engine_short(s->engine, t->ulid, id);
		buf_printf(title, " %s", id);
		session_say(s, "run %s goes on without this shell    "
			"/attach %s", id, id);
	}
}

int detach(struct session *s, struct err *err)
{
	struct buf title;
	int rc;

	if (monitor_check(err) < 0)
		return -1;
	buf_init(&title);
	buf_str(&title, "wf --own");
	say(s, &title);
	term_give_back();
	rc = monitor_leave(err);
	if (rc == 0) {
		title_set(buf_cstr(&title));
		s->out.tty = s->err.tty = 0;
		s->interactive = 0; /* nobody is there to be asked */
	}
	buf_release(&title);
	return rc;
}
