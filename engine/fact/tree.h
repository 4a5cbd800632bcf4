/*
 * Measuring every file of a tree: in parallel, and again only what changed.
 * What is measured says how; this file knows of paths, times and threads.
 *
 * Blocks: for a worker thread. A file that vanishes or cannot be read is
 * left out.
 */
#ifndef WF_FACT_TREE_H
#define WF_FACT_TREE_H

#include <stdatomic.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"

/* One kind of measure: a result of fixed size for each file. */
struct tree_measure {
	const char *name;      /* of its cache */
	uint32_t version;      /* another one: cached results are forgotten */
	size_t size;           /* of a result, in bytes */
	int (*wants)(struct str path);
	/* From several threads at once. `out` is zeroed. */
	void (*measure)(struct str path, struct str text, void *out);
};

struct tree_options {
	const char *dir;       /* absolute */
	const char *cache_dir; /* absolute; NULL: nothing is remembered */
	unsigned threads;      /* 0: as many as cores, at most 8 */
	const atomic_int *stop;/* not 0: ends soon with ERR_TIMEOUT; or NULL */
};

struct tree_file {
	const char *path;      /* below dir */
	void *result;
};
struct tree {
	struct tree_file *files; /* in order of their paths */
	size_t count;
	size_t read;           /* of them were not remembered */
	void *memory;          /* of all paths and results */
};

/* Hidden and ignored files are not looked at, nor what is larger than
 * LIMIT_FACT_FILE. -1: the directory cannot be read, or stopped. */
int tree_run(const struct tree_options *o, const struct tree_measure *m,
	struct tree *out, struct err *err);
void tree_release(struct tree *t);

#endif
