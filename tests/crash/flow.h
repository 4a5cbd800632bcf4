/*
 * A canonical workflow: a file under flows/ whose comments say what its
 * ledger must look like, and the trial of one: run, die, look, resume, until
 * it has ended, then judge.
 *
 *	# order: a<b b<c     every line of a stands before every line of b
 *	# once: deploy       at most one line each, unless a verdict was given
 *	# verdict: retry     given when a step is in doubt
 *	# answer: yes        given when the run waits
 *	# input: 100000      bytes of standard input
 *	# exit: 3            of the reference run
 *	# cached: a          a second run adds no line
 *	# loose: b           may run again although it succeeded (rolled back)
 *	# unsure: b        how its process ended may never be known
 *	# late: b          its time may be over before its process does a thing
 *	# again: b         runs again whenever an ended run is resumed
 */
#ifndef WF_TESTS_CRASH_FLOW_H
#define WF_TESTS_CRASH_FLOW_H

#include "tests/crash/kit.h"

struct words {
	char *text;
	const char *v[64];
	size_t n;
};

struct flow {
	const char *path;         /* of the file; absolute */
	char name[64];
	struct words order, once, cached, loose, steps, again, unsure, late;
	char *verdict, *answer;
	char *input;              /* path of a file, or NULL */
	int exit;                 /* of the reference run */
	char *reference;          /* canonical text of the run document */
	struct lines ledger;      /* of the reference run */
	unsigned writes;          /* of the reference run */
	int64_t took_us;          /* by the reference run */
};

/* What is known about a run that has died at least once. */
struct trial {
	struct world *w;
	const struct flow *flow;
	uint64_t seed;
	unsigned lives, deaths, verdicts, resumed;
	uint8_t finished;         /* run.finished was read */
	char *acked[64];          /* paths, with the ledger's count then */
	size_t count[64], acks;
	uint8_t cut;              /* the last life was ended by us */
	/* Called when a life has begun; may end it, or its guard. */
	void (*strike)(struct trial *t, pid_t pid);
	uint8_t guard_cut;        /* a guard was ended: the run goes on */
	unsigned again;           /* one later life in `again` is cut short */
	const char *killer;       /* at a random write */
	int failures;
	char title[128];
};

void flow_load(struct flow *f, struct world *w, const char *path);
/* Runs it once in a fresh world; exits when it is not as it says. */
void flow_refer(struct flow *f, struct world *w, const char *template,
	const char *killer);

void trial_begin(struct trial *t, struct world *w, const struct flow *f,
	uint64_t seed, const char *title);
/* A life: the first run or a resume, begun and not waited for. */
pid_t trial_live(struct trial *t, const char *killer);
/* After a life: reads what was acknowledged. */
void trial_look(struct trial *t);
/* Lives on until the run has ended. Then judges. Returns the number of
 * failures. */
int trial_end(struct trial *t);
__attribute__((format(printf, 2, 3)))
void trial_fail(struct trial *t, const char *fmt, ...);

/* A finished run goes on from a step: 0, or the number of failures. */
int trial_rewind(struct trial *t, const char *from);
/* Paths of the newest run's steps; the caller frees the text. */
void show_paths(struct world *w, struct words *out);

/* The newest run, as text to compare; NULL when there is none. `state`
 * (32 bytes) gets its status. */
char *show_run(struct world *w, const struct flow *f, char *state);

#endif
