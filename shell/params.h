/*
 * Parameters of a file of YAML that is run: `wf FILE -- NAME=value`.
 */
#ifndef WF_SHELL_PARAMS_H
#define WF_SHELL_PARAMS_H

#include "engine/front/diag.h"
#include "shell/args.h"

/*
 * The JSON object for ${args.…} of a run of the file whose text is
 * d->source: what stands behind --, its defaults for the rest. NULL when it
 * declares none; the caller frees it. Words without a name go to the
 * parameters that have none, in order. E114, E115, E318 and E223 in d.
 */
char *params_json(const struct options *o, struct diags *d);

#endif
