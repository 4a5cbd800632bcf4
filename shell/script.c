/*
 * Scripts that are there as a whole. Reading keeps the plans of the first
 * lines; those of a very long script are made again when their turn comes.
 */
#include "shell/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/io/file.h"
#include "shell/line_run.h"
#include "shell/params.h"
#include "shell/plain_text.h"
#include "shell/status.h"
#include "shell/tell.h"

enum { KEEP_PLANS = 256 };

struct script {
	char *name;
	struct buf text;
	struct diags diags;
	struct submission *kept;
	size_t kept_count, line_count;
	uint8_t is_block;
	char *args;            /* of a file with parameters; or NULL */
};

struct script *script_new(const char *name, struct str text)
{
	struct script *sc = mem_zero(sizeof(*sc));

	sc->name = mem_strdup(name);
	buf_add(&sc->text, text.p ? text.p : "", text.n);
	diags_init(&sc->diags, sc->name, 1,
		(struct str){sc->text.data, sc->text.len});
	sc->is_block = (uint8_t)front_is_block_file(sc->diags.source, name);
	return sc;
}

struct script *script_of_file(const char *path, struct err *err)
{
	struct script *sc = NULL;
	size_t bad;
	struct buf b;

	buf_init(&b);
	if (file_read_any(NULL, path, LIMIT_SOURCE, &b, err) == 0) {
		bad = text_check((struct str){b.data, b.len});
		sc = script_new(path, (struct str){b.data, b.len});
		if (bad < b.len)
			text_refuse(&sc->diags, bad);
	}
	buf_release(&b);
	return sc;
}

void script_free(struct script *sc)
{
	if (!sc)
		return;
	for (size_t i = 0; i < sc->kept_count; i++)
		submission_release(&sc->kept[i]);
	free(sc->kept);
	free(sc->args);
	diags_release(&sc->diags);
	buf_release(&sc->text);
	free(sc->name);
	free(sc);
}

static enum line_kind next(struct script *sc, struct lines *l,
	struct line *line)
{
	if (!sc->is_block)
		return line_next(l, line, &sc->diags);
	if (l->at)
		return LINE_END;
	memset(line, 0, sizeof(*line));
	line->kind = LINE_BLOCK;
	line->len = l->at = l->source.n ? l->source.n : 1;
	line->rest = (struct str){l->source.p, 0};
	line->name = line->rest;
	line->body = l->source;
	return LINE_BLOCK;
}

/* *said: the form of what is told of errors, that of the first bad line. */
static void read_line(struct session *s, struct script *sc,
	const struct line *line, const char **said)
{
	struct submission sub;
	size_t before = sc->diags.errors;

	submission_read(s, line, &sc->diags, &sub);
	if (!before && sc->diags.errors)
		*said = sub.output;
	if (sc->line_count++ >= KEEP_PLANS) {
		submission_release(&sub);
		return;
	}
	if (!sc->kept)
		sc->kept = mem_zero(KEEP_PLANS * sizeof(*sc->kept));
	sc->kept[sc->kept_count++] = sub;
}

int script_read(struct session *s, struct script *sc)
{
	struct lines l = {.source = sc->diags.source, .complete = 1};
	const char *said = NULL;
	enum line_kind kind;
	struct line line;

	if (sc->diags.errors) /* no text at all */
		return tell_diags(s, &sc->diags, NULL);
	while ((kind = next(sc, &l, &line)) != LINE_END)
		if (kind != LINE_BAD)
			read_line(s, sc, &line, &said);
	if (sc->is_block && !sc->diags.errors && !s->options->check &&
			!sc->args)
		sc->args = params_json(s->options, &sc->diags);
	return tell_diags(s, &sc->diags, said);
}

/* The next line's submission: kept, or read again. */
static int one_line(struct session *s, struct script *sc, size_t i,
	const struct line *line)
{
	struct submission again;
	int status;

	if (i < sc->kept_count) {
		status = submission_run(s, &sc->kept[i]);
		submission_release(&sc->kept[i]);
		return status;
	}
	if (submission_read(s, line, &sc->diags, &again) < 0)
		status = tell_diags(s, &sc->diags, again.output);
	else
		status = submission_run(s, &again);
	submission_release(&again);
	return status;
}

static int goes_on(const struct session *s, int status)
{
	if (s->quit || s->signal)
		return 0;
	return status == 0 || strcmp(setting_get(&s->settings,
		SET_KEEP_GOING), "on") == 0;
}

int script_run(struct session *s, struct script *sc)
{
	struct lines l = {.source = sc->diags.source, .complete = 1};
	int status = 0, first = 0;
	char *args = s->args;
	struct line line;
	size_t i = 0;

	if (sc->args)
		s->args = sc->args;
	while (goes_on(s, status) && next(sc, &l, &line) != LINE_END) {
		status = one_line(s, sc, i++, &line);
		if (s->quit)
			break;
		s->status = status;
		first = first ? first : status;
	}
	s->args = args;
	if (s->quit)
		return status;
	return s->signal ? 128 + s->signal : first;
}
