/*
 * Views: runs read back from the journal, whether they are open in this
 * process, in another, or ended. What /show, /logs, /why, /diff and /graph
 * stand on.
 */
#ifndef WF_VIEW_H
#define WF_VIEW_H

#include "engine/engine.h"

struct run_row;

/* A run read from the journal, whether it is open anywhere or not. */
struct view {
	struct engine *engine;
	struct plan *plan;
	struct run *run;
	struct run_row *row;
	char *ulid_short;         /* shortest unique prefix, at least 6 */
	int64_t seq;              /* of the last event in it */
};
/* RUN as typed: prefix, "@last". */
int view_open(struct engine *e, const char *name, struct view *out,
	struct err *err);
void view_release(struct view *v);
/* Brings a view up to what is durable now: its row, then every event since,
 * folded into the run before it is told. 1 when the run's text was replaced
 * meanwhile: the view stands before that, and is to be opened anew. */
struct view_hook {
	void *ud;
	void (*on_event)(void *ud, int64_t seq, const struct event *e);
};
int view_follow(struct view *v, const struct view_hook *hook,
	struct err *err);

/* Whose output: a step's or, with node PLAN_NONE, the run's (language.md
 * 3.5). */
struct output_of {
	const struct run *run;
	struct place at;
	int stream;               /* 1 stdout, 2 stderr */
};
/* Appends at most `cap` bytes of it; *total is the whole length, when asked
 * for. */
int engine_output(struct engine *e, const struct output_of *of, size_t cap,
	struct buf *out, uint64_t *total, struct err *err);
/* The same, written to a descriptor, whole. */
int engine_output_fd(struct engine *e, const struct output_of *of, int fd,
	struct err *err);

/* Frames of a loop's iterations in order: an owned array, its length. */
size_t engine_iterations(const struct run *r, uint32_t frame, uint32_t step,
	uint32_t **frames);
/* Output of one of them, at most `cap` bytes. */
int engine_frame_output(struct engine *e, const struct run *r,
	uint32_t frame, size_t cap, struct buf *out, struct err *err);

/* Lines of one attempt's output, both streams in the order in which they
 * were written (1 stdout, 2 stderr); text borrowed, without its newline. Ends
 * early when fn returns non-zero. */
struct log_line {
	int stream;
	int64_t t_ms;             /* epoch ms of its first byte */
	struct str text;
	uint64_t at;              /* where it begins in its stream, in bytes */
};
int engine_log(struct engine *e, const struct result *r,
	int (*fn)(void *ud, const struct log_line *l), void *ud,
	struct err *err);

/* Lines that running steps wrote since *from (0 at first, moved on), of a run
 * that is open here or in a living process. What came before somebody asked
 * comes with a step's next output; a step that writes too fast stops coming.
 * Never an error: what does not come is in the log when the step has ended. */
struct live_line {
	const char *path;
	uint32_t attempt;
	struct log_line line;
};
void engine_tail(struct engine *e, const struct run_row *row, uint64_t *from,
	void (*fn)(void *ud, const struct live_line *l), void *ud);

/* The one step that waits for an answer; ERR_STATE when none does, ERR_USAGE
 * when several do. */
int engine_asking(const struct run *r, struct place *at, struct err *err);

/* A field of a step that asks, "text" (the question) or "choices", with its
 * references read as far as the run knows them. Appends; 1, or 0 when the
 * step has no such field. */
int engine_question(struct engine *e, const struct run *r, struct place at,
	const char *field, struct buf *out);
/* The question with its choices, on one line: "Deploy 1.2? (yes, no)". */
void engine_question_line(struct engine *e, const struct run *r,
	struct place at, struct buf *out);
/* Takes the next of a list of choices, trimmed; its length. */
size_t engine_choice(const char **list, struct str *one);
/* Whether a step waits for an answer. */
int engine_is_asking(const struct run *r, const struct step *s);
/* Whether what a run waits for ends by itself: a step with @timeout. */
int engine_has_deadline(const struct run *r);
/* ERR_USAGE when the step has choices and `answer` is none of them. */
int engine_choice_check(struct engine *e, const struct run *r,
	struct place at, struct str answer, struct err *err);

/* Which nodes of `plan` may take over their results from the viewed run:
 * owned flags, and owned node numbers there in *from. */
uint8_t *view_keep(const struct view *v, struct plan *plan,
	const uint32_t **from);
/* Which nodes of the viewed run a rollback undid, with what follows from
 * them: owned flags. */
uint8_t *view_undone(const struct view *v);
/* Plan, text, directory, arguments and input of the viewed run, for a new
 * run of the same: /retry. */
int view_setup(const struct view *v, struct setup **out, struct err *err);

/* Where the step at a place stands: its directory, and the variables that its
 * process sees beside wf's own ("K=V", or "K": not set). All in the arena. */
struct arena;
struct step_world {
	const char *dir;
	const char *const *env;   /* NULL-terminated */
	size_t missing;           /* that have no value: nothing gave it yet */
};
int engine_step_world(struct engine *e, const struct run *r, struct place at,
	struct arena *a, struct step_world *out, struct err *err);

/* Why a step ran, was cached, skipped, chose: facts from the journal. */
struct because {
	char what[64];
	char *value;              /* owned */
	int64_t seq;
};
int engine_why(struct engine *e, const struct view *v, const char *path,
	struct because **out, size_t *count, struct err *err);
void because_free(struct because *b, size_t count);

/* Recorded mean of a leaf key in ms, or -1: for front_env.predict. */
int64_t engine_predict(void *engine, const char *leaf_key);

/* The same of a step of a run that is open here or viewed. */
int64_t engine_usual(struct engine *e, const struct run *r, struct place at);

/* store_short: `out` holds 27. */
void engine_short(struct engine *e, const char *ulid, char *out);

#endif
