/*
 * Documents of /learned: what other programs read of sites and decisions.
 */
#ifndef WF_SHELL_LEARNED_DOC_H
#define WF_SHELL_LEARNED_DOC_H

#include "engine/store/store.h"
#include "shell/json.h"

/* The members of a site, within its object. */
void learned_doc_site(struct json *j, const struct site_row *r);
/* A decision, an object. */
void learned_doc_decision(struct json *j, const struct decision *d);

#endif
