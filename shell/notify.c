/*
 * Neither moves the cursor: the prompt and what stands below are untouched.
 */
#include "shell/notify.h"

#include <string.h>
#include <unistd.h>

#include "engine/base/text.h"
#include "engine/io/clock.h"
#include "engine/store/store.h"
#include "engine/view.h"

static int is_long(const struct session *s, const struct run *r)
{
	int64_t ms, end = run_ended(r) ? r->finished_ms : clock_now_ms();

	return duration_parse(str_of(setting_get(&s->settings,
		SET_NOTIFY_AFTER)), &ms) == 0 && end - r->started_ms >= ms;
}

static void send(struct session *s, struct str text)
{
	struct buf *held = s->err.bottom && s->err.bottom->lent
		? &s->err.bottom->held : NULL;

	if (held)
		buf_add(held, text.p, text.n);
	else if (write(s->err.fd, text.p, text.n) < 0)
		return; /* a terminal that is gone has nobody to call */
}

void notify_over(struct session *s, const struct run *r, const char *ulid)
{
	const char *how = setting_get(&s->settings, SET_NOTIFY);
	char id[ULID_LEN + 1];
	struct buf b;

	if (!s->at_prompt || !s->err.tty || strcmp(how, "off") == 0 ||
			!is_long(s, r))
		return;
	engine_short(s->engine, ulid, id);
	buf_init(&b);
	if (strcmp(how, "osc9") == 0 && !term_is_dumb())
		buf_printf(&b, "\033]9;wf: run %s %s\007", id,
			r->state == RUN_WAITING ? "waits for an answer"
			: run_state_name(r->state));
	else
		buf_char(&b, '\007');
	send(s, (struct str){b.data, b.len});
	buf_release(&b);
}
