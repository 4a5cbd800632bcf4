/*
 * Reading lines from the editor, joining them to submissions, running them.
 * The text of an open submission is in `draft` until it is whole: no key and
 * no error loses it, at least Up has it.
 */
#include "shell/interactive.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/bare.h"
#include "shell/edit.h"
#include "shell/editor.h"
#include "shell/errand.h"
#include "shell/found.h"
#include "shell/history.h"
#include "shell/leaving.h"
#include "shell/line_run.h"
#include "shell/monitor.h"
#include "shell/plain_text.h"
#include "shell/prompt.h"
#include "shell/rc.h"
#include "shell/relay.h"
#include "shell/screen.h"
#include "shell/status.h"
#include "shell/tell.h"
#include "shell/version.h"

struct interactive {
	struct session *s;
	struct term term;
	struct bottom bottom;
	uv_signal_t *signals[3];
	struct buf draft;      /* lines of a submission that is open */
	char *prompt;          /* that is shown; owned, or NULL */
	char *next;            /* stands in the next line; owned, or NULL */
	char open;             /* what is open in it; see struct line */
	char *history;         /* the file's path */
	uint8_t no_history;    /* said already that it cannot be written */
	uint8_t stop, suspended, resized, continued, edits;
	struct leaving_state leaving;
	uint8_t asking;        /* a question stands at the bottom */
};

/* ----------------------------------------------------------------- bottom */
static void hide(void *ud)
{
	struct interactive *p = ud;

	if (p->asking) /* it stays, and is asked again below */
		fputs("\n", p->term.out), fflush(p->term.out);
	else
		edit_hide();
	p->bottom.shown = 0;
}

static void show(struct interactive *p)
{
	if (p->bottom.shown || p->asking)
		return;
	if (p->bottom.last && p->bottom.last != '\n')
		out_text(&p->s->err, "\n");
	p->bottom.shown = 1;
	edit_show();
}

/* Runs that it counts may have ended. */
static void renew_prompt(struct interactive *p)
{
	struct buf b;

	buf_init(&b);
	prompt_make(p->s, p->open, &b);
	if (p->prompt && strcmp(p->prompt, buf_cstr(&b)) != 0) {
		hide(p);
		edit_set_prompt(buf_cstr(&b));
		mem_free(p->prompt);
		p->prompt = mem_strdup(buf_cstr(&b));
	}
	buf_release(&b);
}

static void begin(struct interactive *p, const char *text)
{
	struct buf b;

	if (p->bottom.last && p->bottom.last != '\n')
		out_text(&p->s->err, "\n"); /* a prompt begins a line */
	buf_init(&b);
	prompt_make(p->s, p->open, &b);
	p->bottom.last = 0;
	p->bottom.shown = 1;
	edit_begin(buf_cstr(&b), text);
	mem_free(p->prompt);
	p->prompt = buf_take(&b);
}

/* ---------------------------------------------------------------- signals */
static void on_signal(uv_signal_t *h, int sig)
{
	struct interactive *p = h->data;

	if (sig == SIGTSTP)
		p->stop = 1;
	else if (sig == SIGCONT && p->suspended)
		p->suspended = 0; /* suspend() goes on */
	else if (sig == SIGCONT)
		p->continued = 1;
	else
		p->resized = 1;
}

static void on_closed(uv_handle_t *h)
{
	free(h);
}

static void catch_signals(struct interactive *p)
{
	static const int which[] = {SIGTSTP, SIGCONT, SIGWINCH};

	for (int i = 0; i < 3; i++) {
		p->signals[i] = mem_zero(sizeof(*p->signals[i]));
		uv_signal_init(engine_loop(p->s->engine), p->signals[i]);
		p->signals[i]->data = p;
		uv_signal_start(p->signals[i], on_signal, which[i]);
		uv_unref((uv_handle_t *)p->signals[i]);
	}
}

/* Stopped from outside while a program or a step has the terminal. */
static void stop_lent(struct interactive *p)
{
	struct err err = {0};

	relay_pause(p->s->relay);
	if (engine_flush(p->s->engine, &err) < 0)
		session_say(p->s, "%s", err.text);
	p->suspended = 1;
	monitor_stop();
	relay_go_on(p->s->relay);
}

/* Ctrl-Z: stopped with the terminal as it was found, and with nothing that
 * the writer still has to commit. */
static void suspend(struct interactive *p)
{
	struct err err = {0};
	int shown = p->bottom.shown;

	p->stop = 0;
	if (p->bottom.lent) {
		stop_lent(p);
		return;
	}
	if (shown)
		p->bottom.hide(p->bottom.ud);
	edit_lend();
	if (engine_flush(p->s->engine, &err) < 0)
		session_say(p->s, "%s", err.text);
	p->suspended = 1;
	monitor_stop();
	edit_reclaim();
	p->resized = 1;
	if (shown)
		show(p);
}

static void reclaim(struct interactive *p)
{
	if (p->bottom.lent) {
		relay_go_on(p->s->relay);
		return;
	}
	edit_lend();
	edit_reclaim();
	if (p->bottom.shown)
		edit_anew();
	p->resized = 1;
}

static void attend(struct interactive *p)
{
	if (p->stop)
		suspend(p);
	if (p->continued) { /* whoever stopped us has used the terminal */
		p->continued = 0;
		reclaim(p);
	}
	if (p->resized && !p->bottom.lent) {
		p->resized = 0;
		edit_resize();
	}
}

enum wanted interactive_wanted(struct session *s)
{
	struct interactive *p = s->at_prompt;

	if (!p)
		return WANTED_NOTHING;
	attend(p);
	return edit_key_came('\002') ? WANTED_BACKGROUND : WANTED_NOTHING;
}

int interactive_lend(struct session *s)
{
	struct interactive *p = s->at_prompt;

	edit_lend();
	p->bottom.lent = 1;
	return p->term.fd;
}

void interactive_reclaim(struct session *s)
{
	struct interactive *p = s->at_prompt;
	struct buf held = p->bottom.held;

	edit_reclaim();
	p->resized = 1;
	p->bottom.lent = 0;
	p->bottom.last = 0; /* where the program left the cursor: unknown */
	buf_init(&p->bottom.held);
	out_own(&s->err, (struct str){held.data, held.len});
	buf_release(&held);
}

void interactive_type(struct session *s, const char *text)
{
	if (!s->at_prompt)
		return;
	mem_free(s->at_prompt->next);
	s->at_prompt->next = mem_strdup(text);
}

enum { CTRL_L = 'L' - '@' };

int interactive_ask(struct session *s, const char *question,
	const char *keys)
{
	struct interactive *p = s->at_prompt;
	int key = -1;

	if (!p)
		return 0;
	edit_ask_begin();
	while (((key = edit_next_key()) < 0 || key == CTRL_L) && !s->signal &&
			!s->interrupts && !edit_is_gone()) {
		if (key == CTRL_L)
			out_text(&s->err, "\r\033[K"), p->bottom.shown = 0;
		if (!p->asking || !p->bottom.shown) {
			out_text(&s->err, question);
			p->asking = p->bottom.shown = 1;
		}
		attend(p);
		engine_turn(s->engine);
	}
	p->asking = p->bottom.shown = 0;
	if (key == '\r' || key == '\n')
		key = keys[0];
	if (key <= 0 || key > 0xff || !strchr(keys, key)) {
		if (key != 'n' && key != 'N')
			edit_keep_key(key);
		key = 0;
	}
	out_bytes(&s->err, (struct str){key ? (char[]){(char)key} : "no",
		key ? 1 : 2});
	out_text(&s->err, "\n");
	s->interrupts = 0;
	return key;
}

/* ---------------------------------------------------------------- history */
static int64_t remember(struct interactive *p, struct str text)
{
	char *own = mem_strndup(text.p, text.n);
	struct err err = {0};
	int64_t ms = hist_add(p->history, own, &err);

	mem_free(own);
	if (err.text[0] && (ms == 0 || !p->no_history)) {
		p->no_history |= ms < 0;
		session_say(p->s, "%s", err.text);
	}
	return ms < 0 ? 0 : ms;
}

/* ------------------------------------------------------------ submissions */
static int run_line(struct interactive *p, struct diags *d,
	const struct line *said)
{
	struct line own = *said, *line = &own;
	struct session *s = p->s;
	struct submission sub;
	int status, bare = bare_is_for_shell(p->s, line);

	if (bare < 0)
		return STATUS_USAGE;
	if (bare) {
		line->kind = LINE_BANG;
		line->rest = str_trim(line->rest);
	}
	if (submission_read(s, line, d, &sub) < 0)
		status = tell_diags(s, d, sub.output);
	else
		status = submission_run(s, &sub);
	submission_release(&sub);
	return status;
}

/* From the first byte of its line, so that a leading blank is seen. */
static struct str slice(struct str text, size_t from, size_t to)
{
	while (from < to && text.p[from] == '\n')
		from++;
	return (struct str){text.p + from, to - from};
}

/* One submission of the text; 0 when there is none, or it is open. */
static int one(struct interactive *p, struct lines *l, int *open)
{
	size_t from = l->at;
	struct line line;
	struct diags d;
	enum line_kind kind;
	int64_t ms;

	diags_init(&d, NULL, 1, l->source);
	kind = line_next(l, &line, &d);
	*open = kind == LINE_MORE;
	if (kind == LINE_MORE)
		p->open = line.open;
	if (kind == LINE_MORE || kind == LINE_END) {
		diags_release(&d);
		return 0;
	}
	ms = remember(p, slice(l->source, from, l->at));
	p->s->run_of_line[0] = '\0';
	prompt_mark_output(p->s, 'C');
	p->s->status = kind == LINE_BAD ? tell_diags(p->s, &d, NULL)
		: run_line(p, &d, &line);
	prompt_mark_output(p->s, 'D');
	if (ms && p->s->run_of_line[0]) {
		struct err err = {0};

		hist_set_run(p->history, ms, p->s->run_of_line, &err);
	}
	diags_release(&d);
	return 1;
}

/* What stands behind a line that was interrupted, or that is to end wf, is
 * looked at again before it is run. */
static void keep_rest(struct interactive *p, struct str rest)
{
	char *own;

	rest = str_trim(rest);
	if (!rest.n || (!p->s->quit && !p->s->interrupted))
		return;
	own = mem_strndup(rest.p, rest.n);
	interactive_type(p->s, own);
	mem_free(own);
}

/* Runs what is whole in the draft; the rest stays. `end`: nothing more will
 * come to what is open. */
static void run_draft(struct interactive *p, int end)
{
	struct buf text = p->draft;
	struct lines l = {.interactive = 1, .complete = (uint8_t)end};
	int open = 0;
	size_t bad;

	buf_init(&p->draft);
	l.source = (struct str){text.data, text.len};
	bad = text_check(l.source);
	if (bad < l.source.n) {
		struct diags d;

		diags_init(&d, NULL, 1, l.source);
		text_refuse(&d, bad);
		p->s->status = tell_diags(p->s, &d, NULL);
		diags_release(&d);
		hist_recall(buf_cstr(&text));
		l.at = l.source.n;
	}
	p->open = 0;
	p->s->interrupted = 0;
	while (!p->s->quit && !p->s->signal && !p->s->interrupted &&
			one(p, &l, &open))
		p->leaving.told &= p->s->quit;
	if (!open)
		keep_rest(p, slice(l.source, l.at, l.source.n));
	if (open) {
		struct str rest = slice(l.source, l.at, l.source.n);

		buf_add(&p->draft, rest.p, rest.n);
	}
	buf_release(&text);
}

static void add_line(struct interactive *p, char *line)
{
	int empty = !str_trim(str_of(line)).n;
	/* pasted, or brought back: the block stands there whole */
	int whole = !p->draft.len && strchr(line, '\n');

	buf_str(&p->draft, line);
	buf_char(&p->draft, '\n');
	free(line);
	run_draft(p, empty && p->open == ':');
	if (whole && p->open == ':')
		run_draft(p, 1);
}

/* Ctrl-C: what was typed is not lost, Up has it. */
static void abandon(struct interactive *p)
{
	char *text = edit_drop();

	out_text(&p->s->err, "^C\n");
	buf_str(&p->draft, text);
	mem_free(text);
	if (str_trim((struct str){p->draft.data, p->draft.len}).n)
		remember(p, (struct str){p->draft.data, p->draft.len});
	buf_clear(&p->draft);
	p->open = 0;
	p->s->interrupts = 0;
}

/* ------------------------------------------------------------------- keys */
static int on_indents(void *ud)
{
	const struct interactive *p = ud;

	return p->draft.len > 0;
}

static int on_dropping(void *ud)
{
	const struct interactive *p = ud;

	return p->s->interrupts != 0;
}

/* The lines before it are part of what is completed. */
static void on_complete(void *ud, struct str text, struct matches *out)
{
	struct interactive *p = ud;
	struct buf b;

	buf_init(&b);
	buf_add(&b, p->draft.data ? p->draft.data : "", p->draft.len);
	buf_add(&b, text.p, text.n);
	complete(p->s, (struct str){buf_cstr(&b), b.len}, out);
	if (out->from < p->draft.len)
		matches_release(out); /* of a line that is entered */
	else
		out->from -= p->draft.len;
	buf_release(&b);
}

static void on_edit(void *ud)
{
	struct interactive *p = ud;

	p->edits = 1;
}

/* The whole draft, in one line from then on. */
static void edit_draft(struct interactive *p)
{
	char *text = edit_drop();
	struct err err = {0};
	struct buf all, out;

	p->edits = 0;
	p->bottom.shown = 0;
	out_text(&p->s->err, "\n");
	buf_init(&all);
	buf_init(&out);
	buf_add(&all, p->draft.data ? p->draft.data : "", p->draft.len);
	buf_str(&all, text);
	if (editor_run(p->s, (struct str){all.data, all.len}, &out, &err) < 0) {
		session_say(p->s, "%s", err.text);
		begin(p, text);
	} else {
		while (out.len && out.data[out.len - 1] == '\n')
			out.data[--out.len] = '\0';
		buf_clear(&p->draft);
		p->open = 0;
		begin(p, buf_cstr(&out));
	}
	buf_release(&all);
	buf_release(&out);
	mem_free(text);
}

/* ------------------------------------------------------------------- loop */
static enum edit_state type(struct interactive *p)
{
	struct session *s = p->s;

	s->interrupts = 0;
	s->waiting = prompt_count_waiting(s);
	begin(p, p->next);
	mem_free(p->next);
	p->next = NULL;
	while (edit_state() == EDIT_OPEN && !s->signal) {
		attend(p);
		if (s->interrupts && edit_end_paste())
			s->interrupts = 0;
		if (s->interrupts) {
			abandon(p);
			begin(p, NULL);
			continue; /* a line may have been typed ahead */
		}
		if (p->edits) {
			edit_draft(p);
			continue;
		}
		renew_prompt(p);
		show(p);
		engine_turn(s->engine);
		if (errands_reap(s))
			s->waiting = prompt_count_waiting(s);
	}
	if (s->signal)
		hide(p); /* whoever is next begins a line */
	p->bottom.shown = 0;
	return edit_state();
}

static void loop(struct interactive *p)
{
	struct session *s = p->s;

	while (!s->quit && !s->signal) {
		enum edit_state state = type(p);

		if (s->signal)
			break;
		if (state == EDIT_LINE) {
			add_line(p, edit_take());
		} else if (state == EDIT_END && p->draft.len) {
			out_text(&s->err, "\n");
			run_draft(p, 1);
		} else if (state == EDIT_END) {
			out_text(&s->err, "\n");
			s->quit = 1;
		} else {
			session_stop(s, SIGHUP);
		}
		if (s->quit)
			leaving_decide(s, &p->leaving);
	}
}

/* UTF-8 is typed also where the locale is C. */
static void set_locale(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* The first time somebody sits here. */
static void greet(struct interactive *p)
{
	static const char text[] = "wf " WF_VERSION "    /help tells how, Tab "
		"completes, /quit leaves\n"
		"for a start: /chain \"one: /echo hello -> two: /bash "
		"wc -c\"\n";
	struct buf b;

	buf_init(&b);
	screen_wrap(&b, str_of(text), screen_columns(&p->s->err));
	out_own(&p->s->err, (struct str){b.data, b.len});
	buf_release(&b);
}

static void open_history(struct interactive *p)
{
	const char *state = setting_get(&p->s->settings, SET_STATE_DIR);
	struct err err = {0};
	int n;

	p->history = mem_printf("%s/history", state);
	n = hist_load(p->history, &err);
	if (n < 0)
		session_say(p->s, "%s", err.text);
	else if (n == 0 && !p->s->options->quiet)
		greet(p);
}

int interactive_run(struct session *s, struct err *err)
{
	struct interactive p = {.s = s};

	if (term_open(&p.term, err) < 0)
		return -1;
	set_locale();
	buf_init(&p.draft);
	p.bottom.hide = hide;
	p.bottom.ud = &p;
	s->out.bottom = s->out.tty ? &p.bottom : NULL;
	s->err.bottom = s->err.tty ? &p.bottom : NULL;
	s->out.patient = 1;
	session_interactive(s);
	edit_open(engine_loop(s->engine), &p.term, &(struct edit_hooks){
		.ud = &p, .edit = on_edit, .complete = on_complete,
		.indents = on_indents, .dropping = on_dropping});
	open_history(&p);
	catch_signals(&p);
	s->at_prompt = &p;
	found_say(s);
	rc_start(s);
	loop(&p);
	relay_end(s->relay);
	s->at_prompt = NULL;
	s->out.bottom = s->err.bottom = NULL;
	for (int i = 0; i < 3; i++)
		uv_close((uv_handle_t *)p.signals[i], on_closed);
	edit_close();
	if (!p.leaving.alone)
		term_give_back();
	term_close(&p.term);
	buf_release(&p.draft);
	mem_free(p.history);
	mem_free(p.next);
	mem_free(p.prompt);
	buf_release(&p.bottom.held);
	return s->signal ? 128 + s->signal : s->status;
}
