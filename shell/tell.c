/*
 * Errors as text or as one document. What is told here is not told again;
 * nothing else in the shell writes errors of lines.
 */
#include "shell/tell.h"

#include <errno.h>
#include <string.h>

#include "shell/doc.h"
#include "shell/line_run.h"
#include "shell/screen.h"
#include "shell/status.h"

/* The head of the document; of jsonl it is the run's last event as well. */
static void document_open(struct json *j, struct buf *b, int lines,
	int status)
{
	buf_init(b);
	json_init(j, b);
	json_open(j, '{');
	json_kint(j, "v", 1);
	if (lines) {
		json_kint(j, "seq", 1);
		json_kint(j, "t_ms", 0);
		json_ktext(j, "run", NULL);
		json_ktext(j, "event", "run.finished");
	}
	json_ktext(j, "status", "error");
	json_kint(j, "exit", status);
	json_key(j, "errors");
	json_open(j, '[');
}

static void document_close(struct json *j, struct buf *b, struct out *out)
{
	json_close(j, ']');
	json_close(j, '}');
	buf_char(b, '\n');
	out_own(out, (struct str){b->data, b->len});
	buf_release(b);
}

/* What the document is about cannot be told in it: at least tell why. */
static void close_document(struct session *s, struct json *j, struct buf *b)
{
	struct err err = {0};

	document_close(j, b, &s->out);
	if (!s->out.error || s->out.error == EPIPE)
		return;
	errno = s->out.error;
	err_errno(&err, ERR_IO, "cannot write the output");
	session_say(s, "%s", err.text);
}

static void say(struct out *out, const struct buf *text)
{
	struct buf b;

	buf_init(&b);
	screen_wrap(&b, (struct str){text->data, text->len},
		screen_columns(out));
	out_bytes(out, (struct str){b.data, b.len});
	out_end(out);
	buf_release(&b);
}

int tell_diags(struct session *s, const struct diags *d, const char *said)
{
	enum output_form form = session_form(s, said);
	int status = d->errors ? STATUS_USAGE : STATUS_OK;
	struct json j;
	struct buf b;

	if (form == OUTPUT_TEXT || !d->errors) {
		buf_init(&b);
		diags_print(d, &b);
		say(&s->err, &b);
		buf_release(&b);
		return status;
	}
	document_open(&j, &b, form == OUTPUT_JSONL, status);
	for (size_t i = 0; i < d->count; i++) {
		struct doc_place at = {.file = d->file};

		diag_place(d, d->items[i].at, &at.line, &at.col);
		doc_error(&j, d->items[i].code, d->items[i].text,
			d->items[i].help, &at);
	}
	close_document(s, &j, &b);
	return status;
}

/* Words of others in our own message: no control character gets out. */
static void add_clean(struct buf *b, const char *text)
{
	for (; *text; text++)
		buf_char(b, (unsigned char)*text < ' ' || *text == 127 ? '?'
			: *text);
}

static void as_text(struct out *out, const char *place,
	const struct err *err, const char *strip)
{
	struct buf b;

	buf_init(&b);
	add_clean(&b, place);
	buf_str(&b, ": error: ");
	add_clean(&b, err->text);
	buf_printf(&b, "\n%s", strip);
	if (err->help[0]) {
		buf_str(&b, "   help: ");
		add_clean(&b, err->help);
		buf_char(&b, '\n');
	}
	say(out, &b);
	buf_release(&b);
}

int tell_err(struct session *s, const struct submission *sub,
	const struct err *err, int status)
{
	enum output_form form = session_form(s, sub->output);
	struct doc_place at = {.file = sub->diags->file};
	struct json j;
	struct buf b, strip;

	diag_place(sub->diags, sub->mark.len ? sub->mark.at : sub->line.at,
		&at.line, &at.col);
	if (form == OUTPUT_TEXT) {
		buf_init(&b);
		buf_init(&strip);
		buf_printf(&b, "%s:%u:%u", at.file ? at.file : "wf", at.line,
			at.col);
		if (sub->mark.len)
			diag_strip(sub->diags, sub->mark, &strip);
		as_text(&s->err, buf_cstr(&b), err, buf_cstr(&strip));
		buf_release(&strip);
		buf_release(&b);
		return status;
	}
	document_open(&j, &b, form == OUTPUT_JSONL, status);
	doc_error(&j, err_code_name(err->code), err->text, err->help, &at);
	close_document(s, &j, &b);
	return status;
}

int tell_start(const struct options *o, const struct err *err, int status)
{
	int lines = o->output && strcmp(o->output, "jsonl") == 0;
	struct doc_place nowhere = {.file = NULL};
	struct out out;
	struct json j;
	struct buf b;

	out_init(&out, 2);
	if (!lines && !(o->output && strcmp(o->output, "json") == 0)) {
		as_text(&out, "wf", err, "");
		return status;
	}
	out_init(&out, 1);
	document_open(&j, &b, lines, status);
	doc_error(&j, err_code_name(err->code), err->text, err->help,
		&nowhere);
	document_close(&j, &b, &out);
	return status;
}
