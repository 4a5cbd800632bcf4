/*
 * Content as a file: `${x.file}` and large inputs need a path that another
 * process can read. What is one blob has one; what is joined of several
 * pieces gets a file in the scratch folder of this process (store.h), which
 * nothing else cleans and which ends with the process, so that a torn one is
 * never found again.
 */
#ifndef WF_DRIVE_BLOBFILE_H
#define WF_DRIVE_BLOBFILE_H

#include <stdatomic.h>

#include "engine/drive/flow.h"

/* Files that are to be made, as copies of what goes into them: a worker
 * thread may write them while the run goes on. */
struct joins {
	struct join *v;            /* owned */
	size_t count, cap;
};
void joins_release(struct joins *j);
void joins_add(struct joins *j, const struct flow *f, const char *path,
	const struct pieces *p);
/* Writes all that are not there; a file gets its name when it is whole. Ends
 * early with ERR_STATE when *stop becomes true. Any thread. */
int joins_write(struct joins *j, const atomic_int *stop, struct err *err);
void joins_unlink(const struct joins *j);

/* Tells contents apart without reading them: of what they are made. That of
 * one piece is the digest of its bytes. */
void blobfile_key(const struct pieces *p, struct digest *out);
/* Path of a file that holds exactly these pieces. It is there unless it has
 * been added to f->joins. Made for one run: blobfile_forget() ends it. */
int blobfile_path(const struct flow *f, const struct pieces *p, char *path,
	size_t size, struct err *err);
/* Removes the files made for the run of this ulid. */
void blobfile_forget(struct store *s, const char *ulid);
/* A spool that holds exactly these pieces, and its digest; descriptor or
 * -1. The caller owns it. */
int blobfile_spool(const struct flow *f, const struct pieces *p,
	struct digest *out, struct err *err);

#endif
