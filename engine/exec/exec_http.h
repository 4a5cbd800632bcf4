/*
 * One request of /http: its state, and how a response becomes an outcome.
 */
#ifndef WF_EXEC_HTTP_H
#define WF_EXEC_HTTP_H

#include "engine/exec/exec_task.h"

struct fetch {
	struct exec_job *job;
	struct http_request *request; /* NULL once it is over */
	struct spool body;
	struct mapping sent;          /* of a large input */
	const char *const *headers;
	struct err error;             /* of keeping the body */
	struct work save;             /* -o: writes the body to a file */
	struct exec_outcome outcome;
	struct buf text, meta;
	atomic_int killed;            /* also seen by the worker */
};

/* The response has come, or failed: ends the job, maybe after writing the
 * body to a file. Takes f. */
void fetch_end(struct fetch *f, const struct http_response *r);
void fetch_free(struct fetch *f);

#endif
