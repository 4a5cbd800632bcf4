/*
 * Help made from tables: the same layout for commands and for steps.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "shell/cmd.h"

enum { WIDTH = 79 };

static void upper(struct buf *b, const char *name)
{
	for (; *name; name++)
		buf_char(b, *name == '_' ? '-'
			: (char)toupper((unsigned char)*name));
}

static void synopsis(struct buf *b, const char *name,
	const struct vocab_field *fields)
{
	buf_printf(b, "/%s", name);
	for (const struct vocab_field *f = fields; f && f->name; f++) {
		if (f->place == PLACE_FLAG)
			continue;
		buf_str(b, f->required ? " " : " [");
		upper(b, f->name);
		buf_str(b, f->required ? "" : "]");
		if (f->place == PLACE_REST && f->type != FIELD_TEXT &&
				f->type != CMD_WORKFLOW)
			buf_str(b, "...");
	}
}

/* From column `from` on, further lines begin there too. */
static void wrapped(struct buf *b, const char *text, size_t from)
{
	size_t col = from;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (col > from && col + 1 + n > WIDTH) {
			buf_printf(b, "\n%*s", (int)from, "");
			col = from;
		} else if (col > from) {
			buf_char(b, ' ');
			col++;
		}
		buf_add(b, text, n);
		col += n;
		text += n + strspn(text + n, " ");
	}
	buf_char(b, '\n');
}

static void field_line(struct buf *b, const struct vocab_field *f)
{
	struct buf left;

	buf_init(&left);
	if (f->place != PLACE_FLAG) {
		upper(&left, f->name);
	} else {
		if (f->letter)
			buf_printf(&left, "-%c, ", f->letter);
		buf_printf(&left, "--%s", f->name);
		if (f->type != FIELD_FLAG)
			buf_str(&left, " VALUE");
	}
	buf_printf(b, "  %-22s ", buf_cstr(&left));
	wrapped(b, f->help, left.len > 22 ? left.len + 3 : 25);
	buf_release(&left);
}

static void help(struct buf *b, const char *name, const char *summary,
	const struct vocab_field *fields, const char *const *examples)
{
	synopsis(b, name, fields);
	buf_printf(b, "\n%s\n", summary);
	if (fields && fields->name)
		buf_char(b, '\n');
	for (const struct vocab_field *f = fields; f && f->name; f++)
		field_line(b, f);
	buf_str(b, "\nexamples:\n");
	for (size_t i = 0; examples && examples[i]; i++)
		buf_printf(b, "  %s\n", examples[i]);
}

void usage_cmd(const struct cmd *cmd, struct buf *out)
{
	help(out, cmd->name, cmd->summary, cmd->args, cmd->examples);
}

void usage_kind(const struct vocab_kind *kind, struct buf *out)
{
	help(out, kind->name, kind->summary, kind->fields, kind->examples);
	if (kind->missing) {
		buf_char(out, '\n');
		wrapped(out, kind->missing, 0);
	}
}

const struct workflow_help workflow_helps[] = {
	{"chain", "run steps one after another", NULL, {
		"/chain \"a: /echo one -> b: /echo two\"",
		"/chain --on-error continue_on_failure \"[/echo a, /echo b]\"",
		"/chain \"/echo done\" > result.txt", NULL}},
	{"flow", "run steps with branches and loops", NULL, {
		"/flow \"t: /bash true -> if t.ok then /echo yes else "
		"/echo no end\"",
		"/flow \"for x in {1, 2, 3} do /echo item ${x} end\"",
		"/flow --parallel \"a: /echo one -> b: /echo two\" -o json",
		NULL}},
	{"swarm", "several agents work on one task",
		"This wf runs the slash commands of a swarm; an agent in it "
		"fails.\n/explain and /graph show the whole.\n", {
		"/explain /swarm \"plan: split the work -> [security, speed]\"",
		"/graph /swarm \"[security, speed] -> join: sum it up\"",
		"/swarm \"[lint: /bash true, test: /bash true] -> "
		"/echo all well\"", NULL}},
	{"pipeline", "items stream through stages",
		"This wf reads and checks pipelines and does not run them.\n"
		"/explain and /graph show the whole.\n", {
		"/explain /pipeline \"/read app.log -> /bash grep -i error -> "
		"/write bad\"",
		"/graph /pipeline \"/read app.log -> [/bash sort -u, "
		"/bash wc -l]\"",
		"/explain -o json /pipeline \"/read app.log -> /bash sort\"",
		NULL}},
	{NULL, NULL, NULL, {NULL}},
};

const struct workflow_flag workflow_flags[] = {
	{"parallel", "", "steps without a need for each other at once"},
	{"on-error", "HOW", "stop, continue_on_failure, ignore, rollback"},
	{"fail-fast", "", "a failure cancels what runs"},
	{"limit", "N", "at most N steps at the same time"},
	{"timeout", "DUR", "of the whole run"},
	{"save-state", "", "keep the run; prints how to resume"},
	{"resume-from", "STEP", "take over results before STEP"},
	{"adaptive", "", "learn from decisions"},
	{"answer", "STEP=TEXT", "for a step that asks"},
	{NULL, NULL, NULL},
};

void usage_workflow(struct str name, struct buf *b)
{
	const struct workflow_help *h = workflow_helps;

	while (h[1].name && !str_eq(name, h->name))
		h++;
	buf_printf(b, "/%s [FLAGS] TEXT\n%s; see /help language\n\n",
		h->name, h->summary);
	buf_str(b, h->note ? h->note : "");
	buf_str(b, h->note ? "\n" : "");
	for (size_t i = 0; workflow_flags[i].name; i++) {
		const struct workflow_flag *f = &workflow_flags[i];
		int n = (int)strlen(f->name) + (int)strlen(f->value);

		buf_printf(b, "  --%s %s%*s %s\n", f->name, f->value,
			n < 19 ? 19 - n : 0, "", f->help);
	}
	buf_str(b, "  -o text|json|jsonl     form of the output\n\n"
		"examples:\n");
	for (size_t i = 0; h->examples[i]; i++)
		buf_printf(b, "  %s\n", h->examples[i]);
}
