/*
 * Help about definitions, aliases and stored workflows.
 */
#ifndef WF_SHELL_HELP_DEF_H
#define WF_SHELL_HELP_DEF_H

#include "engine/front/front.h"
#include "shell/json.h"

struct session;

enum { HELP_NONE, HELP_ALIAS, HELP_DEF };
/* What `name` is. *out borrows from the session. */
int help_def_find(struct session *s, struct str name, struct front_def *out);
/* Text, parameters, where it is kept; 0 when there is none so called. */
int help_def(struct session *s, struct str name, struct buf *b);
/* The same as an object in a list; nothing when there is none. */
void help_def_json(struct session *s, struct str name, struct json *j);

#endif
