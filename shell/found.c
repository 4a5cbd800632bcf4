/*
 * Both lists come from the index of open runs, however many have ended. That
 * an id is unique is only looked up where that is a short look: ids are in no
 * index, and among very many runs longer ones do.
 */
#include "shell/found.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/view.h"
#include "shell/run_ref.h"
#include "shell/screen.h"

/* MANY: runs ever made, for which ids are no longer looked at. */
enum { LINES = 3, LOOK_MOST = 100, MANY = 5000, LONG_ID = 9,
	TITLE_COLUMNS = 40 };

struct found {
	struct session *s;
	const char *is, *command;
	uint8_t many;
	unsigned count;
};

static void say(const struct found *f, const struct run_row *row)
{
	char id[ULID_LEN + 1];
	struct str text = str_of(row->text);
	struct buf title;

	if (f->many)
		snprintf(id, sizeof(id), "%.*s", LONG_ID, row->ulid);
	else
		engine_short(f->s->engine, row->ulid, id);
	buf_init(&title);
	buf_printf(&title, "/%s", row->command);
	if (!memchr(text.p, '\n', text.n)) {
		buf_char(&title, ' ');
		screen_line(&title, text, TITLE_COLUMNS);
	}
	session_say(f->s, "run %s %s: %s    %s %s", id, f->is,
		buf_cstr(&title), f->command, id);
	buf_release(&title);
}

static int one(void *ud, const struct run_row *row)
{
	struct found *f = ud;

	if (engine_slot(f->s->engine, row->ulid) != PLAN_NONE)
		return 0;
	if (++f->count <= LINES)
		say(f, row);
	return 0;
}

static int is_many(struct session *s)
{
	struct run_row last = {0};
	struct err none = {0};
	int64_t id;

	if (store_find_run(engine_store(s->engine), str_of("@last"), &last,
			&none) < 0)
		return 0;
	id = last.id;
	run_row_release(&last);
	return id > MANY;
}

static void list(struct found *f, enum run_state state)
{
	struct run_filter filter = {.state = state, .open_only = 1,
		.limit = LOOK_MOST};
	struct err unknown = {0};

	/* whoever asks for /runs is told why it cannot be read */
	if (store_list(engine_store(f->s->engine), &filter, one, f,
			&unknown) < 0 || f->count <= LINES)
		return;
	session_say(f->s, "and %u%s more    /runs status:%s", f->count - LINES,
		f->count < LOOK_MOST ? "" : " or", run_state_name(state));
}

void found_say(struct session *s)
{
	struct found cut = {.s = s, .is = "was interrupted",
		.command = "/resume"};
	struct found other = {.s = s, .is = "goes on elsewhere",
		.command = "/attach"};

	if (s->no_state.code || s->options->quiet)
		return;
	cut.many = other.many = (uint8_t)is_many(s);
	list(&cut, RUN_INTERRUPTED);
	list(&other, RUN_RUNNING);
}
