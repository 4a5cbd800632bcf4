/*
 * Writes pieces into the blobs folder under their digest. No fsync: the
 * bytes can be made again from what the journal holds. Never changes a file
 * that is there.
 */
#include "engine/drive/blobfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/io/file.h"
#include "engine/store/store.h"

static int digest_pieces(const struct flow *f, const struct pieces *p,
	int fd, struct digest *out, struct err *err)
{
	struct digest_state *d;
	char chunk[65536];
	ssize_t n;

	if (pieces_write(f, p, fd, err) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) != 0)
		return err_errno(err, ERR_STATE, "cannot rewind a spool");
	d = digest_new();
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		digest_add(d, chunk, (size_t)n);
	digest_end(d, out);
	if (n < 0)
		return err_errno(err, ERR_STATE, "cannot read a spool");
	return 0;
}

/* blobs/ab/cdef…: the folder may be missing yet. */
static int link_blob(int fd, char *path, struct err *err)
{
	char self[64], *slash = strrchr(path, '/');

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	*slash = '\0';
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_errno(err, ERR_STATE, "cannot make %s", path);
	*slash = '/';
	if (linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) < 0 &&
		errno != EEXIST)
		return err_errno(err, ERR_STATE, "cannot write blob %s", path);
	return 0;
}

int blobfile_spool(const struct flow *f, const struct pieces *p,
	struct digest *out, struct err *err)
{
	int fd = spool_make(store_spool_dir(f->store));

	if (fd < 0)
		return err_errno(err, ERR_STATE, "cannot make a file in %s",
			store_dir(f->store));
	if (digest_pieces(f, p, fd, out, err) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int blobfile_path(const struct flow *f, const struct pieces *p, char *path,
	size_t size, struct err *err)
{
	struct digest d;
	char hex[DIGEST_HEX + 1];
	int fd, rc;

	if (p->count == 1 && p->v[0].blob)
		return store_blob_path(f->store, &p->v[0].blob->digest, path,
			size, err);
	fd = blobfile_spool(f, p, &d, err);
	if (fd < 0)
		return -1;
	digest_hex(&d, hex);
	snprintf(path, size, "%s/blobs/%.2s/%s", store_dir(f->store), hex,
		hex);
	rc = link_blob(fd, path, err);
	close(fd);
	return rc;
}
