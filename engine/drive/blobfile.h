/*
 * Content as a file: `${x.file}` and large inputs need a path that another
 * process can read. Content-addressed, in the store's blobs folder, so that
 * the path stays the same over attempts and restarts.
 */
#ifndef WF_DRIVE_BLOBFILE_H
#define WF_DRIVE_BLOBFILE_H

#include "engine/drive/flow.h"

/* Path of a file that holds exactly these pieces. */
int blobfile_path(const struct flow *f, const struct pieces *p, char *path,
	size_t size, struct err *err);
/* A spool that holds exactly these pieces, and its digest; descriptor or
 * -1. The caller owns it. */
int blobfile_spool(const struct flow *f, const struct pieces *p,
	struct digest *out, struct err *err);

#endif
