/*
 * Definitions: /def of this session, then stored workflows
 * (.wf/workflows, .wf/protocols, then the same beneath $XDG_CONFIG_HOME/wf),
 * aliases and facts. Entries live until the session ends, because texts borrow
 * from them; a name defined anew hides its older entry.
 */
#ifndef WF_SHELL_DEFS_H
#define WF_SHELL_DEFS_H

#include "engine/front/front.h"

/* What a name stands for: a step and command, a line, a value. */
enum def_sort { DEF_STEP, DEF_ALIAS, DEF_FACT };

struct def_entry;
struct defs {
	struct def_entry *newest;
	struct def_entry *stored; /* files read so far */
	char *dir;             /* owned: where .wf/ is looked for */
};

void defs_init(struct defs *d, const char *dir);
void defs_release(struct defs *d);
void defs_dir(struct defs *d, const char *dir);

/* A definition from its parameters and text: "P Q=5 TEXT", as in /def. */
int defs_add(struct defs *d, struct str name, struct str rest,
	struct diags *diags);
/* 0 when `name`, a part of the source, can be one; -1 and E116. */
int defs_name(struct str name, struct diags *diags);
/* An alias, or a fact; an empty text takes it away. */
void defs_text(struct defs *d, enum def_sort sort, struct str name,
	struct str text);
/* A fact: 1 and its name and text, or 0. */
int defs_find_fact(const struct defs *d, struct str name,
	struct front_def *out);
/* Text of an alias: 1 and *text, or 0. */
int defs_find_alias(const struct defs *d, struct str name,
	struct str *text);
/* A definition without parameters that holds a whole line of a workflow, or
 * a file of YAML, is run as that line with the flags `said` behind its name:
 * 1, *out gets the source, *line the block in it, all 0 when it is a line to
 * be read. Else 0. */
int defs_line(struct defs *d, const struct line *said, struct buf *out,
	struct line *line);
/* As front_env.find_def and def_names. */
int defs_find(struct defs *d, struct str name, struct front_def *out);
size_t defs_names(struct defs *d, const char **names, size_t max);

/* Forgets what was added since the mark: for scripts that are only read. */
struct def_entry *defs_mark(const struct defs *d);
void defs_back(struct defs *d, struct def_entry *mark);

/* Calls fn for those of a sort that are in force. */
void defs_each(const struct defs *d, enum def_sort sort,
	void (*fn)(void *ud, const struct front_def *def), void *ud);

#endif
