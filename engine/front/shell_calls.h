/*
 * What the files of the compiler of shell texts call of each other.
 */
#ifndef WF_FRONT_SHELL_CALLS_H
#define WF_FRONT_SHELL_CALLS_H

#include "engine/front/shell_int.h"

/* ---- shellquote.c: each copies what it reads ---- */
void shell_copy(struct shell *sh, size_t n);
int shell_enter(struct shell *sh);     /* one level deeper, or an error */
void shell_word_read(struct shell *sh, struct shell_word *w,
	enum shell_context ctx);
/* At `$` or a backquote. */
void shell_dollar(struct shell *sh, struct shell_word *w,
	enum shell_context ctx);
/* Behind `$(`, `<(`, `(`; `in` flows into it. */
void shell_substitution(struct shell *sh, const struct shell_flow *in);
/* Arithmetic to the bracket that closes `depth` open ones; `keys`: names of
 * variables are no expressions (an associative array). */
void shell_math(struct shell *sh, char open, size_t depth, int keys);
/* To `end`: references are refused. */
void shell_forbid(struct shell *sh, size_t end, const char *code,
	const char *why, const char *help);
void shell_word_holds(struct shell_word *w, size_t at, size_t len, int soft);

/* ---- shellref.c ---- */
/* `in` flows into its commands; what they print is sh->printed. */
void shell_list(struct shell *sh, enum shell_close close,
	const struct shell_flow *in);
/* `${a}`, where a is another step and no variable of this text. */
int shell_means_step(const struct shell *sh, const struct ref_text *r);

/* ---- shelltaint.c ---- */
void shell_refuse(struct shell *sh, size_t at, size_t len, const char *code,
	const char *why, const char *help);
void shell_refuse_math(struct shell *sh, size_t at, size_t len);
/* The name is more than was known: NAME_* bits. */
void shell_name_add(struct shell *sh, struct str name, unsigned is);
unsigned shell_name_is(const struct shell *sh, struct str name);
/* May the variable, or $N, hold a value? */
int shell_is_tainted(const struct shell *sh, struct str name);
/* First name in src[from, to) of a variable that may, as arithmetic would
 * look it up; its length, or 0. */
size_t shell_tainted_in(const struct shell *sh, size_t from, size_t to,
	size_t *at);
/* NAME=word or NAME[…]=word, w->name_n being set. */
void shell_assign(struct shell *sh, const struct shell_word *w);
/* The variable takes the value at `at`. */
void shell_store(struct shell *sh, struct str name, size_t at, size_t len);
/* The variable takes a value of the text's own; nothing: one not known. */
void shell_constant(struct shell *sh, struct str name, struct str value);
/* `$x`, `"${x}"`: the word is what x was set to, when that is known. */
void shell_resolve(const struct shell *sh, struct shell_word *w);
/* Some variable may hold a value. */
int shell_holds(const struct shell *sh);
/* $N takes a value. */
void shell_args(struct shell *sh, uint32_t n);
void shell_flow_add(struct shell_flow *f, const struct shell_flow *more);
void shell_flow_word(struct shell_flow *f, const struct shell_word *w);
/* It flows where the text does not say. */
void shell_input(struct shell *sh, const struct shell_flow *f);

/* ---- shellcmd.c ---- */
/* A word of a simple command was read. */
void shell_cmd_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w);
/* The command ends; `pipe` is what it reads from, `own` its own words. */
void shell_cmd_end(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_flow *pipe, const struct shell_flow *own);
/* Inside [[ … ]], where operators are words. */
int shell_in_cond(const struct shell_cmd *cmd);
/* `< word` of the command. */
void shell_cmd_input(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w);

#endif
