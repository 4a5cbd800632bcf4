/*
 * The rule of direct execution. Invariant: a text taken here has no
 * expansion, quoting, redirection, assignment or list in any shell, and its
 * first word names a file. When in doubt the answer is no.
 */
#include "engine/io/direct.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

/* Builtins and reserved words of sh, dash, bash, ksh and busybox ash. Those
 * that are also files (echo, test, printf, kill …) differ from them. */
static const char *const shell_words[] = {
	".", ":", "alias", "bg", "bind", "break", "builtin", "caller",
	"case", "cd", "chdir", "command", "compgen", "complete", "compopt",
	"continue", "coproc", "declare", "dirs", "disown", "do", "done",
	"echo", "elif", "else", "enable", "esac", "eval", "exec", "exit",
	"export", "fc", "fg", "fi", "for", "function", "getopts", "hash",
	"help", "history", "if", "in", "jobs", "kill", "let", "local",
	"logout", "mapfile", "newgrp", "popd", "print", "printf", "pushd",
	"pwd", "read", "readarray", "readonly", "return", "select", "set",
	"shift", "shopt", "source", "suspend", "test", "then",
	"time", "times", "trap", "type", "typeset", "ulimit", "umask",
	"unalias", "unset", "until", "wait", "whence", "while"
};

static int by_name(const void *key, const void *entry)
{
	const char *const *name = entry;

	return strcmp(key, *name);
}

static int is_shells(const char *word)
{
	return bsearch(word, shell_words,
		sizeof(shell_words) / sizeof(shell_words[0]),
		sizeof(shell_words[0]), by_name) != NULL;
}

static int is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') ||
		(c && strchr("_@%+:,./=-", c) != NULL);
}

static int is_gap(char c)
{
	return c == ' ' || c == '\t';
}

/* A first word that a shell would not simply look up. */
static int is_special(const char *word)
{
	return strchr(word, '=') || word[0] == '%' || is_shells(word);
}

static void split(struct direct *d, size_t n)
{
	size_t i, cap = 0;

	for (i = 0; i < n; i++) {
		if (is_gap(d->bytes[i])) {
			d->bytes[i] = '\0';
			continue;
		}
		if (i && d->bytes[i - 1])
			continue;
		d->argv = mem_more(d->argv, d->argc, &cap,
			sizeof(*d->argv));
		d->argv[d->argc++] = d->bytes + i;
	}
	d->argv = mem_more(d->argv, d->argc, &cap, sizeof(*d->argv));
	d->argv[d->argc] = NULL;
}

int direct_words(struct str text, struct direct *d)
{
	size_t i;

	memset(d, 0, sizeof(*d));
	text = str_trim(text);
	for (i = 0; i < text.n; i++)
		if (!is_plain(text.p[i]) && !is_gap(text.p[i]))
			return 0;
	if (text.n == 0)
		return 0;
	d->bytes = mem_strndup(text.p, text.n);
	split(d, text.n);
	if (!is_special(d->argv[0]))
		return 1;
	direct_release(d);
	return 0;
}

void direct_release(struct direct *d)
{
	free(d->argv);
	free(d->bytes);
	memset(d, 0, sizeof(*d));
}
