/*
 * The invocation's options: one table, short ones may be joined (-kq), long
 * ones take `--name VALUE` or `--name=VALUE`.
 */
#include "shell/args.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/json.h"

struct option {
	const char *name;
	char letter;
	const char *value;     /* what it takes, "a|b" one of them; or NULL */
	const char *help;
	size_t at;             /* in struct options */
};

#define AT(field) offsetof(struct options, field)
static const struct option table[] = {
	{"command", 'c', "COMMAND", "run a line, or several", AT(scripts)},
	{"check", 'n', NULL, "check only: all errors, nothing runs",
		AT(check)},
	{"keep-going", 'k', NULL, "go on behind a line that failed",
		AT(keep_going)},
	{"directory", 'C', "DIR", "begin in DIR", AT(dir)},
	{"output", 'o', "text|json|jsonl", "form of the output", AT(output)},
	{"quiet", 'q', NULL, "say less", AT(quiet)},
	{"verbose", 'v', NULL, "say more", AT(verbose)},
	{"rc", 0, "FILE", "run FILE first", AT(rc)},
	{"no-wait", 0, NULL, "cancel runs in the background at the end",
		AT(no_wait)},
	{"trust", 0, NULL, "trust this directory's .wfrc, this once",
		AT(trust)},
	{"durability", 0, "full|normal", "what a commit survives",
		AT(durability)},
	{"version", 'V', NULL, "which wf this is", AT(version)},
	{"help", 'h', NULL, "this text", AT(help)},
};
#undef AT
enum { OPTIONS = sizeof(table) / sizeof(table[0]), COLUMN = 30 };

void args_usage(struct buf *out)
{
	buf_str(out, "usage: wf [OPTION]... [-c COMMAND]... [FILE]... "
		"[-- ARGS]\n"
		"       wf doctor [-o json]\n"
		"\n"
		"Without COMMAND and FILE, standard input is the script; a "
		"terminal\n"
		"gets a prompt.\n"
		"\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *t = &table[i];
		size_t from = out->len;

		buf_str(out, "  ");
		if (t->letter)
			buf_printf(out, "-%c, ", t->letter);
		buf_printf(out, "%s--%s%s%s", t->letter ? "" : "    ",
			t->name, t->value ? " " : "", t->value ? t->value
			: "");
		buf_printf(out, "%*s  %s\n", out->len - from < COLUMN
			? (int)(COLUMN - (out->len - from)) : 0, "", t->help);
	}
	buf_str(out, "\n"
		"ARGS are ${args.1}, ${args.2}; P=v is ${args.P} too.\n"
		"wf -c /help lists the commands, wf -c '/help exit' the "
		"statuses.\n");
}

static void add_script(struct options *o, const char *text, int is_file)
{
	o->scripts = mem_grow(o->scripts,
		(o->script_count + 1) * sizeof(*o->scripts));
	o->scripts[o->script_count].text = text;
	o->scripts[o->script_count++].is_file = (uint8_t)is_file;
}

static void store(struct options *o, const struct option *t,
	const char *value)
{
	char *field = (char *)o + t->at;

	if (!t->value)
		*(uint8_t *)field = 1;
	else if (t->letter == 'c')
		add_script(o, value, 0);
	else
		memcpy(field, &value, sizeof(value));
}

static int unknown(const char *word, size_t n, struct err *err)
{
	const char *names[OPTIONS], *near;

	for (size_t i = 0; i < OPTIONS; i++)
		names[i] = table[i].name;
	err_set(err, ERR_USAGE, "unknown option '%.*s'", (int)n, word);
	near = n > 2 ? text_nearest((struct str){word + 2, n - 2}, names,
		OPTIONS) : NULL;
	if (near)
		return err_help(err, "did you mean '--%s'?", near);
	return err_help(err, "see wf --help");
}

/* `--name`, `--name=value`; returns words used beyond the first, or -1. */
static int long_option(struct options *o, char **v, struct err *err)
{
	const char *name = v[0] + 2, *eq = strchr(name, '=');
	size_t n = eq ? (size_t)(eq - name) : strlen(name);

	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *t = &table[i];

		if (strlen(t->name) != n || memcmp(t->name, name, n) != 0)
			continue;
		if (eq && !t->value)
			return err_set(err, ERR_USAGE,
				"--%s takes no value", t->name);
		if (t->value && !eq && !v[1])
			return err_set(err, ERR_USAGE,
				"--%s needs a value", t->name);
		store(o, t, eq ? eq + 1 : v[1]);
		return t->value && !eq;
	}
	return unknown(v[0], n + 2, err);
}

static const struct option *find_letter(char c)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (table[i].letter == c)
			return &table[i];
	return NULL;
}

/* `-kq`, `-c text`, `-ctext`. */
static int short_options(struct options *o, char **v, struct err *err)
{
	const char *c = v[0] + 1;

	for (; *c; c++) {
		const struct option *t = find_letter(*c);
		char word[3] = {'-', *c, 0};

		if (!t)
			return unknown(word, 2, err);
		if (!t->value) {
			store(o, t, NULL);
			continue;
		}
		if (c[1]) {
			store(o, t, c + 1);
			return 0;
		}
		if (!v[1])
			return err_set(err, ERR_USAGE, "-%c needs a value",
				*c);
		store(o, t, v[1]);
		return 1;
	}
	return 0;
}

static int one_of(const char *what, const char *value,
	const char *const *among, struct err *err)
{
	struct buf b;

	for (size_t i = 0; value && among[i]; i++)
		if (strcmp(among[i], value) == 0)
			return 0;
	if (!value)
		return 0;
	err_set(err, ERR_USAGE, "%s cannot be '%s'", what, value);
	buf_init(&b);
	for (size_t i = 0; among[i]; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", among[i]);
	err_help(err, "one of %s", buf_cstr(&b));
	buf_release(&b);
	return -1;
}

/* The first word may be a command of wf itself: a file of such a name is
 * written ./doctor. */
static int operand(struct options *o, const char *word, struct err *err)
{
	static const char *const later[] = {"serve", "worker", "mcp"};
	int first = !o->script_count && !o->operands;

	o->operands = 1;
	if (first && strcmp(word, "doctor") == 0) {
		o->doctor = 1;
		return 0;
	}
	for (size_t i = 0; first && i < 3; i++) {
		if (strcmp(word, later[i]) != 0)
			continue;
		err_set(err, ERR_USAGE, "this wf has no `wf %s`", word);
		return err_help(err, "there are wf -c COMMAND, wf FILE and "
			"wf doctor; a file of that name is ./%s", word);
	}
	add_script(o, word, 1);
	return 0;
}

int args_parse(struct options *o, int argc, char **argv, struct err *err)
{
	static const char *const outputs[] = {"text", "json", "jsonl", NULL};
	static const char *const levels[] = {"full", "normal", NULL};
	int used;

	memset(o, 0, sizeof(*o));
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			o->args = (const char *const *)argv + i + 1;
			o->arg_count = (size_t)(argc - i - 1);
			break;
		}
		if (argv[i][0] != '-' || !argv[i][1]) {
			if (operand(o, argv[i], err) < 0)
				return -1;
			continue;
		}
		used = argv[i][1] == '-' ? long_option(o, argv + i, err)
			: short_options(o, argv + i, err);
		if (used < 0)
			return -1;
		i += used;
	}
	if (one_of("the output", o->output, outputs, err) < 0)
		return -1;
	return one_of("durability", o->durability, levels, err);
}

void args_release(struct options *o)
{
	mem_free(o->scripts);
	o->scripts = NULL;
}

void args_json(const struct options *o, struct buf *out)
{
	struct json j;

	if (!o->arg_count)
		return;
	json_init(&j, out);
	json_open(&j, '{');
	for (size_t i = 0; i < o->arg_count; i++) {
		char *place = mem_printf("%zu", i + 1);

		json_ktext(&j, place, o->args[i]);
		mem_free(place);
	}
	for (size_t i = 0; i < o->arg_count; i++) {
		const char *eq = strchr(o->args[i], '=');
		char *name;

		if (!eq || !is_name((struct str){o->args[i],
				(size_t)(eq - o->args[i])}))
			continue;
		name = mem_strndup(o->args[i], (size_t)(eq - o->args[i]));
		json_ktext(&j, name, eq + 1);
		mem_free(name);
	}
	json_close(&j, '}');
}
