/*
 * Files: whole reads with a cap, atomic writes, spools, and walks that
 * honour .gitignore. All block: call them from worker threads (work.h) when
 * the file may be slow or large.
 */
#ifndef WF_IO_FILE_H
#define WF_IO_FILE_H

#include "engine/base/buf.h"
#include "engine/base/digest.h"
#include "engine/base/err.h"

/* Adds all of the regular file `path`, relative to `dir` (absolute, or NULL:
 * the process's directory), to *out. Over `cap` bytes: ERR_LIMIT. Anything
 * else than a regular file: ERR_IO, at once. */
int file_read(const char *dir, const char *path, size_t cap,
	struct buf *out, struct err *err);
/* The same of a pipe or a device too; waits for a writer, until a signal. */
int file_read_any(const char *dir, const char *path, size_t cap,
	struct buf *out, struct err *err);

struct file_target {
	const char *dir, *path;   /* as for file_read */
	unsigned mode;            /* of a new file; see file_write */
	uint8_t append;
	int (*stop)(void *ud);    /* may be NULL. Asked while a pipe takes no
	                             more; non-zero ends the waiting */
	void *ud;
};
/* Writes as the target says. ERR_IO: a pipe without a reader among others. */
int file_put(const struct file_target *t, struct str bytes, struct err *err);
/* Temporary file beside it, fsync, rename, fsync of the directory. Mode 0:
 * that of the file replaced, else 0666 minus umask. A symbolic link is
 * followed, so that the link stays. Pipes and devices are written into. */
int file_write(const char *dir, const char *path, struct str bytes,
	unsigned mode, struct err *err);
int file_append(const char *dir, const char *path, struct str bytes,
	unsigned mode, struct err *err);
/* SHA-256 and length of a file's content. */
int file_digest(const char *dir, const char *path, struct digest *out,
	uint64_t *len, struct err *err);

/* Unnamed file in the directory descriptor; -1 and errno. */
int spool_make(int dir_fd);
/*
 * Writes all n bytes at `at`, where the spool ends. When its disk is full the
 * spool goes on in memory, up to LIMIT_SPOOL_MEMORY bytes: *fd is another one
 * then. So the result of what has run is not lost, it waits for space with
 * the journal. 0, or -1 and errno.
 */
int spool_write(int *fd, uint64_t at, const void *p, size_t n);

struct walk_options {
	const char *dir;          /* root; absolute */
	uint8_t hidden;           /* also names that begin with a dot */
	uint8_t ignored;          /* also what .gitignore excludes */
	uint8_t dirs;             /* report directories too */
	int (*stop)(void *ud);    /* asked often; non-zero ends the walk */
};
/* Calls fn with paths relative to the root, bytewise sorted; a non-zero
 * return ends the walk. Symbolic links are not followed. .git is skipped. */
int file_walk(const struct walk_options *o,
	int (*fn)(void *ud, const char *path, int is_dir), void *ud,
	struct err *err);
/* `*` `?` `[…]` within a component, `**` over components, `{a,b}`. */
int glob_match(const char *pattern, const char *path);

#endif
