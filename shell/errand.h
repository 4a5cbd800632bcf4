/*
 * Errands: runs that lines of this session began, in the foreground or the
 * background, from submission to the last byte of their output.
 */
#ifndef WF_SHELL_ERRAND_H
#define WF_SHELL_ERRAND_H

#include "engine/front/front.h"
#include "shell/session.h"

struct cmd_out;
struct run_row;
struct view;

/* What is to be run. Borrows everything until errand_begin returns. */
struct errand_wish {
	struct plan *plan;
	const struct front_flags *flags;   /* may be NULL */
	struct str command, text;
	const struct words *redirect;      /* may be NULL */
	enum output_form form;
	uint8_t background;
	const struct str *answers;         /* STEP=TEXT each */
	size_t answer_count;
	struct str *about;                 /* out: which of these words an error
	                                      is about; may be NULL */
};
/*
 * Runs a plan. In the foreground: until it is over or stands still, then
 * prints its output; returns the status of the line. In the background: 0
 * at once. -1 and err when it could not begin.
 */
int errand_run(struct session *s, const struct errand_wish *w, struct err *err);

/* The same for a run that exists: /resume. `sink` may be NULL. */
struct errand_resume {
	const struct run_row *row;
	const struct resume_options *how;
	struct sink *sink;
	enum output_form form;
	uint8_t background;
	/* /answer and its kind: done to the run once it is open here */
	int (*then)(void *ud, uint32_t slot, struct err *err);
	void *ud;
};
int errand_resume(struct session *s, const struct errand_resume *r,
	struct err *err);
/*
 * A run that is open here and was told to go on: when no line follows it any
 * more, this one does, as errand_resume; else 0. Needs only sink and form.
 */
int errand_follow(struct session *s, const struct run_row *row,
	const struct errand_resume *r);
/* A new run that takes over results of the viewed run: /retry. */
int errand_retry(struct session *s, const struct view *v, struct sink *sink,
	enum output_form form, struct err *err);

/* How many go on in the background. */
unsigned errands_open(const struct session *s);
/* The run called `ulid`, NULL: the newest, comes from the background to the
 * front: the status of its end. -1: there is none. */
int errand_to_front(struct session *s, const char *ulid, struct err *err);
/* Ends what is over in the background: prints, notes its status. How many. */
unsigned errands_reap(struct session *s);
/* Waits for the run called `ulid` (NULL: all) in the background; returns
 * the first status that is not 0. */
int errands_wait(struct session *s, const char *ulid);
/* Waits likewise; their statuses are still to be told. */
void errands_settle(struct session *s, const char *ulid);
/* Cancels all in the background and waits for their ends. */
void errands_cancel(struct session *s);
void errands_release(struct session *s);
/* Parts of the session's observer. */
void errand_on_event(void *session, uint32_t slot, int64_t seq,
	const struct event *e);
void errand_on_over(void *session, uint32_t slot, enum run_state state);
void errand_on_tap(void *session, uint32_t slot, uint32_t frame,
	uint32_t step, int stream, struct str bytes);

#endif
