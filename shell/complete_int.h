/*
 * Inside completion: complete.c finds out what the place is, complete_list.c
 * knows the names that may stand there, complete_file.c those of files.
 */
#ifndef WF_SHELL_COMPLETE_INT_H
#define WF_SHELL_COMPLETE_INT_H

#include "shell/cmd.h"
#include "shell/complete.h"
#include "shell/session.h"

/* The place. */
struct at {
	struct session *s;
	struct str text;       /* up to the cursor */
	struct str word;       /* its end, to be completed */
	struct matches *out;
	char quote;            /* stands before the word and is open; or 0 */
	char outer;            /* quote around the workflow text; or 0 */
};

/* Which runs a list is about. */
enum comp_runs { RUNS_ALL, RUNS_OPEN, RUNS_WAITING };

/* Adds it when it begins as the word does; about may be NULL. */
void comp_add(struct at *a, const char *text, const char *about);
/* "a|b|c" or "a b, c": each. */
void comp_choices(struct at *a, const char *list);

/* /name of all that can begin a line; of steps. `before` is "/" or "". */
void comp_commands(struct at *a);
void comp_steps(struct at *a);
void comp_defs(struct at *a, const char *before);
void comp_aliases(struct at *a, const char *before);
void comp_facts(struct at *a);    /* of /fact */
void comp_all_facts(struct at *a);
void comp_topics(struct at *a);

void comp_runs(struct at *a, enum comp_runs which);
/* Of the run called so; before each stands `before`. */
void comp_run_steps(struct at *a, struct str run, const char *before);
void comp_answers(struct at *a, struct str run);

/* Keys of what decides, the last used first. */
void comp_sites(struct at *a);
void comp_settings(struct at *a);
void comp_setting_values(struct at *a, struct str name);
void comp_environment(struct at *a, const char *before);

/* Names of the text's own steps. */
void comp_labels(struct at *a);
/* What may stand behind ${ */
void comp_references(struct at *a);
void comp_annotations(struct at *a);
void comp_annotation_values(struct at *a, struct str name);
/* What may begin a line of a YAML block, as `name:`. */
void comp_keys(struct at *a);
void comp_key_values(struct at *a, struct str name);

void comp_fields(struct at *a, const struct vocab_field *f);
void comp_workflow_flags(struct at *a);

/* Names of files beneath what the word says; only directories. Quoted where
 * the place needs that. */
void comp_files(struct at *a, int only_dirs);
/* Of PATH. */
void comp_programs(struct at *a);

#endif
