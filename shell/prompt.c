/*
 * Making the prompt. It is made anew for every line, and while one is typed
 * whenever the runs change that it counts.
 */
#include "shell/prompt.h"

#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "shell/errand_int.h"
#include "shell/term.h"

enum { WAITING_MAX = 99 };

static const char *open_name(char open)
{
	switch (open) {
	case '\\':
		return "line";
	case '"':
		return "\"";
	case '\'':
		return "'";
	case ':':
		return "block";
	case '{':
		return "{";
	case '[':
		return "[";
	case '(':
		return "(";
	default:
		return "more";
	}
}

static unsigned count_running(const struct session *s)
{
	unsigned n = 0;

	for (const struct errand *t = s->errands; t; t = t->next) {
		const struct run *r = engine_run(s->engine, t->slot);

		if (!r || t->ended || run_ended(r))
			continue;
		n += r->state != RUN_WAITING && r->state != RUN_PAUSED;
	}
	return n;
}

static int count_one(void *ud, const struct run_row *r)
{
	unsigned *n = ud;

	(void)r;
	++*n;
	return 0;
}

unsigned prompt_count_waiting(struct session *s)
{
	struct run_filter f = {.state = RUN_WAITING, .open_only = 1, .all = 1,
		.limit = WAITING_MAX};
	struct err unknown = {0};
	unsigned n = 0;

	if (!engine_store(s->engine) || store_list(engine_store(s->engine),
			&f, count_one, &n, &unknown) < 0)
		return 0; /* who asks for /runs is told why */
	return n;
}

/* A name may hold any bytes: the terminal gets none that it obeys. */
static void put_name(const char *name, struct buf *out)
{
	for (; *name; name++) {
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			buf_printf(out, "^%c", *name ^ 0x40);
		else
			buf_char(out, *name);
	}
}

static void put_dir(const struct session *s, int last, struct buf *out)
{
	const char *home = getenv("HOME"), *slash;
	size_t n = home ? strlen(home) : 0;

	slash = strrchr(s->dir, '/');
	if (n > 1 && strncmp(s->dir, home, n) == 0 &&
			(s->dir[n] == '/' || !s->dir[n])) {
		buf_char(out, '~');
		put_name(last && slash && s->dir[n] ? slash : s->dir + n, out);
	} else {
		put_name(last && slash && slash[1] ? slash + 1 : s->dir, out);
	}
}

static void put_clock(struct buf *out)
{
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm))
		buf_printf(out, "%02d:%02d", tm.tm_hour, tm.tm_min);
}

static void put_user(struct buf *out)
{
	const char *name = getenv("USER");
	const struct passwd *p = name && name[0] ? NULL : getpwuid(getuid());

	buf_str(out, p ? p->pw_name : name ? name : "");
}

/* %s and what it stands for; nothing when there is none of it. */
static void escape(const struct session *s, char c, struct buf *out)
{
	unsigned n;
	char host[256] = "";

	switch (c) {
	case '?':
		if (s->status)
			buf_printf(out, "%d", s->status);
		break;
	case 's':
		if (s->status)
			buf_printf(out, "[%d] ", s->status);
		break;
	case 'j':
		n = count_running(s);
		if (n)
			buf_printf(out, "%u running ", n);
		break;
	case 'w':
		if (s->waiting)
			buf_printf(out, "%u waiting ", s->waiting);
		break;
	case 'd':
		put_dir(s, 0, out);
		break;
	case 'D':
		put_dir(s, 1, out);
		break;
	case 't':
		put_clock(out);
		break;
	case 'u':
		put_user(out);
		break;
	case 'h':
		gethostname(host, sizeof(host) - 1);
		buf_add(out, host, strcspn(host, "."));
		break;
	case 'e':
		buf_char(out, '\033');
		break;
	case 'n':
		buf_char(out, '\n');
		break;
	case '[':
		buf_char(out, '\001');
		break;
	case ']':
		buf_char(out, '\002');
		break;
	case '%':
		buf_char(out, '%');
		break;
	default:
		buf_char(out, '%');
		buf_char(out, c);
		break;
	}
}

/* Marks by which terminals find prompts and outputs: OSC 133. */
static void mark(struct buf *out, char which)
{
	if (!term_is_dumb())
		buf_printf(out, "\001\033]133;%c\007\002", which);
}

void prompt_mark_output(struct session *s, char which)
{
	struct buf b;

	if (!s->err.tty || term_is_dumb())
		return;
	buf_init(&b);
	buf_printf(&b, "\033]133;%c", which);
	if (which == 'D')
		buf_printf(&b, ";%d", s->status);
	buf_char(&b, '\007');
	if (write(s->err.fd, b.data, b.len) < 0)
		b.len = 0; /* who reads the terminal hears that it is gone */
	buf_release(&b);
}

void prompt_make(const struct session *s, char open, struct buf *out)
{
	const char *form = setting_get(&s->settings, SET_PROMPT);

	if (open) {
		buf_printf(out, "%5s> ", open_name(open));
		return;
	}
	mark(out, 'A');
	for (; *form; form++) {
		if (*form == '%' && form[1])
			escape(s, *++form, out);
		else
			buf_char(out, *form);
	}
	mark(out, 'B');
}
