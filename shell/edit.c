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
#include "shell/edit_paste.h"
#include "shell/screen.h"

/* KEY_MS: how long the rest of a key's sequence may be behind its ESC. */
enum { AHEAD_MAX = 1 << 20, ROUND = 4096, KEY_MS = 50 };

static struct {
	struct term *term;
	struct edit_hooks hooks;
	uv_poll_t *poll;
	uv_timer_t *rest;      /* runs while an ESC may begin a key */
	enum edit_state state;
	char *line;            /* accepted, not taken yet; malloc'd */
	struct buf in;         /* read, not handed to readline */
	struct matches matches;/* of the last Tab */
	rl_command_func_t *tab;/* what the key does outside of blocks */
	const char *prompt;    /* while it is installed */
	uint8_t open, hidden, lent;
	uint8_t ended;         /* nothing is typed any more */
	uint8_t alone;         /* nothing seems to follow the next byte */
} ed;

/* ------------------------------------------------------------------ input */
static int next_byte(FILE *in)
{
	unsigned char c;
	struct pollfd p = {.fd = ed.term->fd, .events = POLLIN};

	(void)in;
	/* a function of readline's that wants an answer at once */
	while (!ed.in.len) {
		char byte;
		ssize_t n = read(ed.term->fd, &byte, 1);

		if (n == 1)
			buf_char(&ed.in, byte);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return EOF;
		else
			poll(&p, 1, -1);
	}
	c = (unsigned char)ed.in.data[0];
	memmove(ed.in.data, ed.in.data + 1, --ed.in.len);
	return c;
}

static int has_byte(void)
{
	return ed.in.len > 0 && !ed.alone;
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

	if (!history_length) /* Up frees it, and goes on with it */
		rl_free_undo_list();
	if (searching && ed.in.len > 1 && ed.in.data[0] == '\033') {
		buf_char(&ed.in, 0);
		memmove(ed.in.data + 1, ed.in.data, ed.in.len - 1);
		ed.alone = 1;
	}
	rl_callback_read_char();
	ed.alone = 0;
	if (ed.open)
		own_undo(from, searching && !is_searching());
}

/* U+0080 to U+009F begin sequences of the terminal's, as ESC does, but are
 * shown by readline as they are: nobody types them. */
static int is_c1(const char *p, size_t n)
{
	return n > 1 && (unsigned char)p[0] == 0xc2 &&
		((unsigned char)p[1] & 0xe0) == 0x80;
}

static void drop_c1(struct buf *b, size_t from)
{
	size_t n = from;

	for (size_t i = from; i < b->len; i++) {
		if (is_c1(b->data + i, b->len - i))
			i++;
		else
			b->data[n++] = b->data[i];
	}
	b->len = n;
}

/* What stands in a line may also come from the history. */
static void redisplay(void)
{
	for (int i = 0; i + 1 < rl_end; i++)
		if (is_c1(rl_line_buffer + i, 2))
			rl_line_buffer[i] = rl_line_buffer[i + 1] = '?';
	rl_redisplay();
}

static void pump(void)
{
	while (ed.open && ed.in.len && !is_dropping()) {
		if (!paste_is_on())
			read_key();
		if (paste_is_on())
			paste_take(&ed.in);
		if (paste_is_on())
			break; /* until more comes */
	}
	fflush(ed.term->out);
}

static void on_rest(uv_timer_t *t)
{
	(void)t;
	pump();
}

/* An ESC at the very end, or a sequence that goes on; what may be C1. */
static int is_cut(const struct buf *b)
{
	size_t i = b->len;

	if (i > 0 && b->data[i - 1] == '\xc2')
		return 1;
	while (i > 0 && b->len - i < 8 && b->data[i - 1] != '\033')
		i--;
	if (i == 0 || b->data[i - 1] != '\033')
		return 0;
	if (i == b->len)
		return 1;
	if (b->data[i] == 'O')
		return i + 1 == b->len;
	if (b->data[i] != '[')
		return 0;
	while (++i < b->len)
		if (b->data[i] >= 0x40)
			return 0;
	return 1;
}

static void on_readable(uv_poll_t *p, int status, int events)
{
	char bytes[ROUND];
	ssize_t n = status < 0 ? 0 : read(ed.term->fd, bytes, sizeof(bytes));
	size_t was;

	(void)p, (void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		ed.ended = 1;
		uv_poll_stop(ed.poll);
		return;
	}
	was = ed.in.len ? ed.in.len - 1 : 0;
	if (ed.in.len < AHEAD_MAX)
		buf_add(&ed.in, bytes, (size_t)n);
	drop_c1(&ed.in, was);
	if (!ed.open)
		return;
	if (!paste_is_on() && is_cut(&ed.in))
		uv_timer_start(ed.rest, on_rest, KEY_MS, 0);
	else
		pump();
}

int edit_key_came(char key)
{
	size_t n = 0;
	int came = 0;

	if (ed.open)
		return 0;
	for (size_t i = 0; i < ed.in.len; i++) {
		if (ed.in.data[i] == key)
			came = 1;
		else if (ed.in.data[i] != '\004') /* it is no end of wf */
			ed.in.data[n++] = ed.in.data[i];
	}
	ed.in.len = n;
	return came;
}

int edit_is_gone(void)
{
	return ed.ended;
}

int edit_next_key(void)
{
	int key;

	if (ed.open || !ed.in.len)
		return -1;
	key = (unsigned char)ed.in.data[0];
	memmove(ed.in.data, ed.in.data + 1, --ed.in.len);
	return key;
}

/* ------------------------------------------------------------------ lines */
static void on_line(char *line)
{
	rl_callback_handler_remove();
	ed.open = 0;
	ed.state = line ? EDIT_LINE : EDIT_END;
	ed.line = line;
}

static void pasted(struct str text)
{
	if (!ed.open)
		return;
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

/* On a blank prefix inside a block: two blanks; else what Tab is bound to. */
static int on_tab(int count, int key)
{
	int i = 0;

	while (i < rl_point && rl_line_buffer[i] == ' ')
		i++;
	if (i < rl_point || !ed.hooks.indents ||
			!ed.hooks.indents(ed.hooks.ud))
		return ed.tab(count, key);
	rl_insert_text("  ");
	return 0;
}

static int on_edit(int count, int key)
{
	(void)count, (void)key;
	if (ed.hooks.edit)
		ed.hooks.edit(ed.hooks.ud);
	return 0;
}

/* ------------------------------------------------------------- completion */
static char *copy(const char *text, size_t n)
{
	char *own = malloc(n + 1); /* readline frees it */

	if (!own)
		abort();
	memcpy(own, text, n);
	own[n] = '\0';
	return own;
}

/* What all of them begin with. */
static size_t common(const struct matches *m)
{
	size_t n = strlen(m->v[0].text);

	for (size_t i = 1; i < m->count; i++) {
		size_t k = 0;

		while (k < n && m->v[i].text[k] == m->v[0].text[k])
			k++;
		n = k;
	}
	return n;
}

/* Readline's word is all of the line: its beginning, as it is, and n bytes of
 * what stands for the rest. */
static char *whole(const char *text, size_t n)
{
	struct buf b;
	char *own;

	buf_init(&b);
	buf_add(&b, rl_line_buffer, ed.matches.from);
	buf_add(&b, text, n);
	own = copy(buf_cstr(&b), b.len);
	buf_release(&b);
	return own;
}

/* Another word, or a closing, comes next without a blank. */
static int goes_on(const struct matches *m)
{
	const char *text = m->v[0].text;
	size_t n = strlen(text);

	return m->no_blank || (n && strchr("=./", text[n - 1]));
}

static char **on_complete(const char *text, int start, int stop)
{
	char **all;

	(void)text, (void)start;
	matches_release(&ed.matches);
	rl_attempted_completion_over = 1;
	if (!ed.hooks.complete)
		return NULL;
	ed.hooks.complete(ed.hooks.ud, (struct str){rl_line_buffer,
		(size_t)stop}, &ed.matches);
	if (!ed.matches.count)
		return NULL;
	if (goes_on(&ed.matches))
		rl_completion_suppress_append = 1;
	all = malloc((ed.matches.count + 2) * sizeof(*all));
	if (!all)
		abort();
	all[0] = whole(ed.matches.v[0].text, common(&ed.matches));
	for (size_t i = 0; i < ed.matches.count; i++)
		all[i + 1] = whole(ed.matches.v[i].text,
			strlen(ed.matches.v[i].text));
	all[ed.matches.count + 1] = NULL;
	if (ed.matches.count == 1)
		all[1] = (free(all[1]), NULL);
	return all;
}

static const char *shown(const struct match *m)
{
	return m->shown ? m->shown : m->text;
}

static int columns_of(const char *text)
{
	size_t at = 0, n = strlen(text);
	int columns = 0;

	while (at < n) {
		int32_t cp;

		at += (size_t)utf8_decode(text + at, n - at, &cp);
		columns += utf8_width(cp);
	}
	return columns;
}

static void list_row(struct buf *b, const struct match *m, int longest,
	int columns)
{
	int used = columns_of(shown(m));

	screen_line(b, str_of(shown(m)), columns);
	if (m->about && longest + 2 < columns) {
		buf_printf(b, "%*s", longest + 2 - used, "");
		screen_line(b, str_of(m->about), columns - longest - 2);
	}
	buf_char(b, '\n');
}

/* As many in a row as fit; returns how many there were rows for. */
static int list_columns(struct buf *b, int longest, int columns, int fit)
{
	int wide = longest + 2, per = columns / wide > 0 ? columns / wide : 1;
	int all = (int)ed.matches.count;
	int count = all < fit * per ? all : fit * per;
	int rows = (count + per - 1) / per;

	for (int y = 0; y < rows; y++) {
		for (int i = y; i < count; i += rows) {
			const char *text = shown(&ed.matches.v[i]);

			screen_line(b, str_of(text), columns);
			if (i + rows < count)
				buf_printf(b, "%*s", wide -
					columns_of(text), "");
		}
		buf_char(b, '\n');
	}
	return count;
}

static int has_abouts(const struct matches *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->v[i].about)
			return 1;
	return 0;
}

/* What is said about them stands behind each, a row each; else in columns. */
static void on_list(char **matches, int count, int with)
{
	int rows, columns, fit, n = 0, longest = 0;
	const struct matches *m = &ed.matches;
	struct buf b;

	(void)matches, (void)count, (void)with;
	term_size(ed.term, &rows, &columns);
	fit = rows < 8 ? (int)m->count : rows - 3;
	for (size_t i = 0; i < m->count; i++) {
		int wide = columns_of(shown(&m->v[i]));

		longest = wide > longest ? wide : longest;
	}
	buf_init(&b);
	buf_char(&b, '\n');
	if (!has_abouts(m))
		n = list_columns(&b, longest, columns - 1, fit);
	else
		for (; n < (int)m->count && n < fit; n++)
			list_row(&b, &m->v[n], longest, columns - 1);
	if ((size_t)n < m->count || m->left_out)
		buf_printf(&b, "and %zu more\n", m->count - (size_t)n +
			m->left_out);
	fwrite(b.data, 1, b.len, ed.term->out);
	buf_release(&b);
	rl_on_new_line();
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
	if (text && text[0]) {
		rl_insert_text(text);
		redisplay();
	}
	pump();
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

char *edit_drop(void)
{
	char *text = NULL;

	if (!ed.open)
		return mem_strdup("");
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
/* Nobody's macro is taken away. */
static void take_tab(void)
{
	int type = 0;

	ed.tab = rl_function_of_keyseq("\t", NULL, &type);
	if (ed.tab && type == ISFUNC)
		rl_bind_keyseq("\t", on_tab);
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
	buf_init(&ed.in);
	rl_readline_name = "wf";
	rl_instream = t->in;
	rl_outstream = t->out;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_getc_function = next_byte;
	rl_input_available_hook = has_byte;
	rl_deprep_term_function = keep_mode;
	rl_attempted_completion_function = on_complete;
	rl_completer_word_break_characters = "\001"; /* none */
	rl_completion_display_matches_hook = on_list;
	rl_sort_completion_matches = 0;
	rl_completion_query_items = -1;
	rl_variable_bind("show-all-if-ambiguous", "on"); /* inputrc wins */
	rl_add_defun("wf-paste", on_paste, -1); /* an inputrc may name them */
	rl_add_defun("wf-edit", on_edit, -1);
	as_locale(rl_initialize);
	rl_redisplay_function = redisplay; /* readline now knows the terminal */
	rl_variable_bind("page-completions", "off");
	rl_bind_keyseq("\\e[200~", on_paste);
	rl_bind_keyseq("\\C-x\\C-e", on_edit);
	take_tab();
	paste_open(loop, pasted);
	ed.poll = mem_zero(sizeof(*ed.poll));
	uv_poll_init(loop, ed.poll, t->fd);
	uv_poll_start(ed.poll, UV_READABLE, on_readable);
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
	buf_release(&ed.in);
	matches_release(&ed.matches);
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
	rl_prep_terminal(1);
	if (!ed.ended)
		uv_poll_start(ed.poll, UV_READABLE, on_readable);
}
