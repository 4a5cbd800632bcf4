/*
 * Readline on the loop. Bytes are read here and handed over one key at a
 * time: what comes behind the end of a line, or while none is open, waits
 * for the next. The mode that readline sets on the terminal is kept between
 * lines; its own restoring is done only when the terminal is lent.
 */
#include "shell/edit.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/edit_ahead.h"
#include "shell/edit_paste.h"
#include "shell/edit_tab.h"

/* AHEAD_MAX: more is left with the terminal, which holds it back. TURN: how
 * many bytes readline gets before the loop turns. KEY_MS: how long the rest of
 * a key's sequence may be behind its ESC. NEXT_MS: timers of 0 would be run
 * again in the same turn. */
enum { AHEAD_MAX = 4 << 20, TURN = 1 << 16, ROUND = 4096, KEY_MS = 50,
	NEXT_MS = 1 };

static struct {
	struct term *term;
	struct edit_hooks hooks;
	uv_poll_t *poll;
	uv_timer_t *rest;      /* runs while an ESC may begin a key, or when
	                          there is more than for one turn */
	enum edit_state state;
	char *line;            /* accepted, not taken yet; malloc'd */
	struct ahead in;       /* read, not handed to readline */
	struct buf late;       /* pasted while no line was open */
	size_t turn;           /* may still be handed over in this one */
	size_t cut;            /* of the last bytes wait for more */
	const char *prompt;    /* while it is installed */
	uint8_t open, hidden, lent;
	uint8_t ended;         /* nothing is typed any more */
	uint8_t full;          /* nothing is read until there is room */
	uint8_t undrawn;       /* the line is not what is seen of it */
	uint8_t is_late;       /* what is cut has waited long enough */
	uint8_t alone;         /* nothing seems to follow the next byte */
} ed;

/* ------------------------------------------------------------------ input */
/* 1 when something came; 0: not now; -1: nothing will. */
static int fill(size_t max)
{
	char bytes[ROUND];
	ssize_t n = read(ed.term->fd, bytes, max < ROUND ? max : ROUND);

	if (n > 0)
		ahead_add(&ed.in, bytes, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		return -1;
	return n > 0;
}

static int next_byte(FILE *in)
{
	struct pollfd p = {.fd = ed.term->fd, .events = POLLIN};
	unsigned char c;
	int rc;

	(void)in;
	/* a function of readline's that wants an answer at once */
	while (!ahead_rest(&ed.in).n) {
		rc = fill(1);
		if (rc < 0)
			return EOF;
		if (rc == 0)
			poll(&p, 1, -1);
	}
	c = (unsigned char)ahead_rest(&ed.in).p[0];
	ahead_skip(&ed.in, 1);
	ed.turn -= ed.turn > 0;
	return c;
}

/* Readline takes more at once when it is told that there is more. */
static int has_byte(void)
{
	return ed.turn > 0 && !ed.alone && ahead_rest(&ed.in).n > ed.cut;
}

static int is_dropping(void)
{
	return ed.hooks.dropping && ed.hooks.dropping(ed.hooks.ud);
}

/*
 * Readline 8.2 frees what can be undone of a line twice when an entry of the
 * history, or the line saved while one is looked at, has it too. So nothing
 * is undone that was done before a motion through the history: the line has
 * its list alone. (What is dropped is not freed: who has it is not known.)
 */
static void own_undo(int from, int searched)
{
	HIST_ENTRY **all = history_list();
	int at = where_history();

	if (at == from && !searched)
		return;
	if (all && from < history_length)
		all[from]->data = NULL;
	if (all && at < history_length)
		all[at]->data = NULL;
	rl_undo_list = NULL;
}

static int is_searching(void)
{
	return (rl_readline_state & (RL_STATE_ISEARCH | RL_STATE_NSEARCH)) != 0;
}

/*
 * A key of several bytes ends a search: readline 8.2 would call itself for
 * it, and return to where it has left when there is no such key. So an ESC by
 * itself ends the search first.
 */
static void read_key(void)
{
	int searching = is_searching(), from = where_history();
	struct str rest = ahead_rest(&ed.in);

	if (!history_length) /* Up frees it, and goes on with it */
		rl_free_undo_list();
	if (searching && rest.n > 1 && rest.p[0] == '\033') {
		ahead_unread(&ed.in, '\033');
		ed.alone = 1;
	}
	rl_callback_read_char();
	ed.alone = 0;
	if (ed.open)
		own_undo(from, searching && !is_searching());
}

/* U+0080 to U+009F begin sequences of the terminal's, as ESC does, but are
 * shown by readline as they are. */
static int is_c1(const char *p)
{
	return (unsigned char)p[0] == 0xc2 &&
		((unsigned char)p[1] & 0xe0) == 0x80;
}

/* What is searched for is shown as it is, and Ctrl-Y takes it from the line:
 * 1 when it is shown otherwise. */
static int tame_search(void)
{
	static int taming;
	char *clean;
	int tamed = 0;

	if (taming || !is_searching() || !rl_display_prompt)
		return 0;
	clean = mem_strdup(rl_display_prompt);
	for (char *c = clean; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			*c = '?';
			tamed = 1;
		} else if (is_c1(c)) {
			c[0] = c[1] = '?';
			tamed = 1;
		}
	taming = 1;
	if (tamed)
		rl_message("%s", clean); /* comes here again */
	taming = 0;
	mem_free(clean);
	return tamed;
}

/* What stands in a line may also come from the history. A long line of which
 * much is still to come is not drawn every time. */
static void redisplay(void)
{
	ed.undrawn = rl_end > TURN && ahead_rest(&ed.in).n > TURN;
	if (ed.undrawn)
		return;
	for (int i = 0; i + 1 < rl_end; i++)
		if (is_c1(rl_line_buffer + i))
			rl_line_buffer[i] = rl_line_buffer[i + 1] = '?';
	if (!tame_search())
		rl_redisplay();
}

static void on_readable(uv_poll_t *p, int status, int events);
static void on_rest(uv_timer_t *t);

static void go_on_reading(void)
{
	if (ed.ended || ed.lent || ed.full)
		return;
	uv_poll_start(ed.poll, UV_READABLE, on_readable);
}

static void make_room(void)
{
	size_t n = ahead_rest(&ed.in).n;

	if (!ed.full && n >= AHEAD_MAX) {
		ed.full = 1;
		uv_poll_stop(ed.poll);
	} else if (ed.full && n < AHEAD_MAX / 2) {
		ed.full = 0;
		go_on_reading();
	}
}

/* Hands over what is typed, but no more than one turn's; `late`: also what may
 * be the beginning of a key only. */
static void pump(int late)
{
	size_t n;

	ed.turn = TURN;
	while (ed.open && !is_dropping() && ed.turn > 0) {
		if (paste_is_on()) {
			ahead_skip(&ed.in, paste_take(ahead_rest(&ed.in)));
			if (paste_is_on())
				break; /* until more comes */
		}
		ed.cut = late ? 0 : ahead_cut(&ed.in);
		if (!ed.open || ahead_rest(&ed.in).n <= ed.cut)
			break;
		read_key();
	}
	if (ed.open && ed.undrawn && !ed.hidden)
		redisplay();
	fflush(ed.term->out);
	make_room();
	n = ahead_rest(&ed.in).n;
	if (n && ed.open && !paste_is_on() && !is_dropping())
		uv_timer_start(ed.rest, on_rest, n > ed.cut ? NEXT_MS : KEY_MS,
			0);
}

static void on_rest(uv_timer_t *t)
{
	(void)t;
	ed.is_late = 1;
	pump(ahead_rest(&ed.in).n <= ed.cut);
}

static void on_readable(uv_poll_t *p, int status, int events)
{
	int rc = status < 0 ? -1 : 1;

	(void)p, (void)events;
	for (size_t n = 0; n < TURN && rc > 0; n += ROUND)
		rc = fill(ROUND);
	if (rc < 0) {
		ed.ended = 1;
		uv_poll_stop(ed.poll);
	}
	make_room();
	if (ed.open)
		pump(0);
}

int edit_key_came(char key)
{
	return ed.open ? 0 : ahead_take_key(&ed.in, key);
}

/* What the terminal still has of it, too. */
static void drain(void)
{
	while (!ed.lent && ahead_rest(&ed.in).n < AHEAD_MAX && fill(ROUND) > 0)
		continue; /* an end is seen by on_readable */
}

int edit_has_ahead(void)
{
	if (!ed.open)
		drain();
	return ahead_rest(&ed.in).n > 0 || ed.late.len > 0 || paste_is_on();
}

void edit_ask_begin(void)
{
	drain();
	ahead_ask(&ed.in);
	ed.is_late = 0;
}

int edit_next_key(void)
{
	int key, begun;

	if (ed.open)
		return -1;
	key = ahead_answer(&ed.in, ed.is_late, &begun);
	if (key < 0 && begun && !uv_is_active((uv_handle_t *)ed.rest))
		uv_timer_start(ed.rest, on_rest, KEY_MS, 0);
	ed.is_late = 0;
	return key;
}

void edit_keep_key(int key)
{
	if (key > ' ' && key < 0x7f)
		ahead_put_back(&ed.in, (char)key);
}

int edit_is_gone(void)
{
	return ed.ended;
}

/* ------------------------------------------------------------------ lines */
static void on_line(char *line)
{
	rl_callback_handler_remove();
	ed.open = 0;
	ahead_rescan(&ed.in, paste_is_on());
	ed.state = line ? EDIT_LINE : EDIT_END;
	ed.line = line;
}

static void pasted(struct str text)
{
	if (!ed.open) { /* for the next one */
		buf_add(&ed.late, text.p, text.n);
		return;
	}
	rl_insert_text(text.p);
	if (ed.hidden)
		return;
	redisplay();
	fflush(ed.term->out);
}

static int on_paste(int count, int key)
{
	(void)count, (void)key;
	paste_begin();
	return 0;
}

/* The end of a paste that has been ended already. */
static int on_nothing(int count, int key)
{
	(void)count, (void)key;
	return 0;
}

static int on_edit(int count, int key)
{
	(void)count, (void)key;
	if (ed.hooks.edit)
		ed.hooks.edit(ed.hooks.ud);
	return 0;
}

/* What the environment says of the locale. */
static const char *said_locale(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *value = NULL;

	for (size_t i = 0; i < 3 && (!value || !value[0]); i++)
		value = getenv(names[i]);
	return value ? value : "";
}

/* Readline asks the environment again and again which locale there is: it is
 * told the one in force, in which UTF-8 can be typed. */
static int as_locale(int (*fn)(void))
{
	const char *now = setlocale(LC_CTYPE, NULL), *all = getenv("LC_ALL");
	char *own;
	int rc;

	if (!now || strcmp(now, said_locale()) == 0)
		return fn();
	own = all ? mem_strdup(all) : NULL;
	setenv("LC_ALL", now, 1);
	rc = fn();
	if (own)
		setenv("LC_ALL", own, 1);
	else
		unsetenv("LC_ALL");
	mem_free(own);
	return rc;
}

static int install(void)
{
	rl_callback_handler_install(ed.prompt, on_line);
	return 0;
}

void edit_begin(const char *prompt, const char *text)
{
	ed.state = EDIT_OPEN;
	ed.open = 1;
	ed.hidden = 0;
	ed.prompt = prompt;
	as_locale(install);
	ahead_rescan(&ed.in, 0);
	if (text && text[0])
		rl_insert_text(text);
	if (ed.late.len)
		rl_insert_text(buf_cstr(&ed.late));
	if (rl_end)
		redisplay();
	buf_clear(&ed.late);
	pump(0);
}

enum edit_state edit_state(void)
{
	if (ed.open && ed.ended)
		return EDIT_GONE;
	return ed.state;
}

char *edit_take(void)
{
	char *line = ed.line;

	ed.line = NULL;
	return line;
}

/* The line is again what it was before. */
static void leave_search(void)
{
	ed.cut = 0;
	for (int i = 0; i < 4 && ed.open && is_searching(); i++) {
		ahead_unread(&ed.in, '\007');
		ed.alone = 1;
		rl_callback_read_char();
		ed.alone = 0;
	}
}

int edit_end_paste(void)
{
	if (!ed.open || !paste_stop())
		return 0;
	uv_timer_start(ed.rest, on_rest, NEXT_MS, 0);
	return 1;
}

char *edit_drop(void)
{
	char *text = NULL;

	if (!ed.open)
		return mem_strdup("");
	paste_show();
	leave_search();
	text = mem_strdup(rl_line_buffer);
	if (!ed.hidden) { /* what comes next stands behind all of it */
		rl_point = rl_end;
		redisplay();
		fflush(ed.term->out);
	}
	for (int i = 0; i < 4; i++) /* it ends one of its states each time */
		rl_callback_sigcleanup();
	own_undo(where_history(), 1);
	rl_replace_line("", 1);
	using_history();
	rl_callback_handler_remove();
	ed.open = 0;
	ahead_rescan(&ed.in, paste_is_on());
	return text;
}

const char *edit_text(void)
{
	return ed.open ? rl_line_buffer : "";
}

/* ---------------------------------------------------------------- display */
void edit_hide(void)
{
	if (!ed.open || ed.hidden)
		return;
	rl_clear_visible_line();
	fflush(ed.term->out);
	ed.hidden = 1;
}

void edit_show(void)
{
	if (!ed.open || !ed.hidden)
		return;
	ed.hidden = 0;
	rl_on_new_line();
	redisplay();
	fflush(ed.term->out);
}

void edit_anew(void)
{
	if (!ed.open || ed.hidden)
		return;
	fputs("\r\033[K", ed.term->out);
	rl_on_new_line();
	rl_redisplay();
	fflush(ed.term->out);
}

void edit_set_prompt(const char *prompt)
{
	if (ed.open)
		rl_set_prompt(prompt);
}

void edit_resize(void)
{
	if (ed.open && !ed.hidden) {
		/* it wraps anew only what it draws itself */
		rl_redisplay_function = rl_redisplay;
		rl_resize_terminal();
		rl_redisplay_function = redisplay;
	} else { /* it would clear what others have drawn */
		rl_reset_screen_size();
	}
}

/* -------------------------------------------------------- open and close */
/* Ctrl-S is a key: nothing that wf writes may wait for a person. */
static void prepare_mode(int meta)
{
	struct termios now;

	rl_prep_terminal(meta);
	if (tcgetattr(ed.term->fd, &now) < 0 || !(now.c_iflag & IXON))
		return;
	now.c_iflag &= ~(tcflag_t)IXON;
	tcsetattr(ed.term->fd, TCSANOW, &now);
}

/* The mode stays until the terminal is lent. */
static void keep_mode(void)
{
}

void edit_open(struct uv_loop_s *loop, struct term *t,
	const struct edit_hooks *hooks)
{
	memset(&ed, 0, sizeof(ed));
	ed.term = t;
	if (hooks)
		ed.hooks = *hooks;
	ahead_init(&ed.in);
	buf_init(&ed.late);
	rl_readline_name = "wf";
	rl_instream = t->in;
	rl_outstream = t->out;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_getc_function = next_byte;
	rl_input_available_hook = has_byte;
	rl_prep_term_function = prepare_mode;
	rl_deprep_term_function = keep_mode;
	tab_prepare(t, &ed.hooks);
	rl_add_defun("wf-paste", on_paste, -1); /* an inputrc may name them */
	rl_add_defun("wf-edit", on_edit, -1);
	as_locale(rl_initialize);
	rl_redisplay_function = redisplay; /* readline now knows the terminal */
	rl_bind_keyseq("\\e[200~", on_paste);
	rl_bind_keyseq("\\e[201~", on_nothing);
	rl_bind_keyseq("\\C-x\\C-e", on_edit);
	tab_bind();
	paste_open(loop, pasted);
	ed.poll = mem_zero(sizeof(*ed.poll));
	uv_poll_init(loop, ed.poll, t->fd);
	go_on_reading();
	ed.rest = mem_zero(sizeof(*ed.rest));
	uv_timer_init(loop, ed.rest);
	uv_unref((uv_handle_t *)ed.rest);
}

static void on_closed(uv_handle_t *h)
{
	free(h);
}

void edit_close(void)
{
	if (ed.open)
		rl_callback_handler_remove();
	edit_lend();
	uv_close((uv_handle_t *)ed.poll, on_closed);
	uv_close((uv_handle_t *)ed.rest, on_closed);
	paste_close();
	ahead_release(&ed.in);
	buf_release(&ed.late);
	tab_close();
	free(ed.line);
	memset(&ed, 0, sizeof(ed));
}

void edit_lend(void)
{
	if (ed.lent)
		return;
	ed.lent = 1;
	uv_poll_stop(ed.poll);
	rl_deprep_terminal();
	fflush(ed.term->out);
}

void edit_reclaim(void)
{
	if (!ed.lent)
		return;
	ed.lent = 0;
	prepare_mode(1);
	go_on_reading();
}
