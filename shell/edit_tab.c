/*
 * Readline's completion: its word is all of the line, what it may be is said
 * by a hook, and the list is our own.
 */
#include "shell/edit_tab.h"

#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "engine/base/text.h"
#include "shell/screen.h"

static struct {
	struct term *term;
	struct edit_hooks hooks;
	struct matches matches;/* of the last Tab */
	rl_command_func_t *key;/* what it does outside of blocks */
} tab;

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
	buf_add(&b, rl_line_buffer, tab.matches.from);
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
	matches_release(&tab.matches);
	rl_attempted_completion_over = 1;
	if (!tab.hooks.complete)
		return NULL;
	tab.hooks.complete(tab.hooks.ud, (struct str){rl_line_buffer,
		(size_t)stop}, &tab.matches);
	if (!tab.matches.count)
		return NULL;
	if (goes_on(&tab.matches))
		rl_completion_suppress_append = 1;
	all = malloc((tab.matches.count + 2) * sizeof(*all));
	if (!all)
		abort();
	all[0] = whole(tab.matches.v[0].text, common(&tab.matches));
	for (size_t i = 0; i < tab.matches.count; i++)
		all[i + 1] = whole(tab.matches.v[i].text,
			strlen(tab.matches.v[i].text));
	all[tab.matches.count + 1] = NULL;
	if (tab.matches.count == 1)
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
	int all = (int)tab.matches.count;
	int count = all < fit * per ? all : fit * per;
	int rows = (count + per - 1) / per;

	for (int y = 0; y < rows; y++) {
		for (int i = y; i < count; i += rows) {
			const char *text = shown(&tab.matches.v[i]);

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
	const struct matches *m = &tab.matches;
	struct buf b;

	(void)matches, (void)count, (void)with;
	term_size(tab.term, &rows, &columns);
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
	fwrite(b.data, 1, b.len, tab.term->out);
	buf_release(&b);
	rl_on_new_line();
}

/* On a blank prefix inside a block: two blanks; else what Tab is bound to. */
static int on_tab(int count, int key)
{
	int i = 0;

	while (i < rl_point && rl_line_buffer[i] == ' ')
		i++;
	if (i < rl_point || !tab.hooks.indents ||
			!tab.hooks.indents(tab.hooks.ud))
		return tab.key(count, key);
	rl_insert_text("  ");
	return 0;
}

/* Nobody's macro is taken away. */
static void take_key(void)
{
	int type = 0;

	tab.key = rl_function_of_keyseq("\t", NULL, &type);
	if (tab.key && type == ISFUNC)
		rl_bind_keyseq("\t", on_tab);
}

void tab_prepare(struct term *t, const struct edit_hooks *hooks)
{
	memset(&tab, 0, sizeof(tab));
	tab.term = t;
	tab.hooks = *hooks;
	rl_attempted_completion_function = on_complete;
	rl_completer_word_break_characters = "\001"; /* none */
	rl_completion_display_matches_hook = on_list;
	rl_sort_completion_matches = 0;
	rl_completion_query_items = -1;
	rl_variable_bind("show-all-if-ambiguous", "on"); /* inputrc wins */
}

void tab_bind(void)
{
	rl_variable_bind("page-completions", "off");
	take_key();
}

void tab_close(void)
{
	matches_release(&tab.matches);
}
