/*
 * Writes pieces into files of this process's scratch folder. No fsync: the
 * bytes can be made again from what the journal holds. A file has its name
 * only when it is whole, and is never changed then.
 */
#include "engine/drive/blobfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "engine/base/mem.h"
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

/* ------------------------------------------------------------- joined files */
enum { COPY_BYTES = 4 << 20 };

struct join_piece {
	char *blob;                /* path; NULL: the bytes */
	uint64_t len;              /* of the blob */
	struct buf bytes;
};
struct join {
	char *path;
	struct join_piece *v;
	size_t count, cap;
	struct err err;            /* a blob that is not there */
};

void joins_release(struct joins *j)
{
	for (size_t i = 0; i < j->count; i++) {
		for (size_t k = 0; k < j->v[i].count; k++) {
			free(j->v[i].v[k].blob);
			buf_release(&j->v[i].v[k].bytes);
		}
		free(j->v[i].v);
		free(j->v[i].path);
	}
	free(j->v);
	memset(j, 0, sizeof(*j));
}

static struct join_piece *piece_add(struct join *j)
{
	struct join_piece *p;

	j->v = mem_more(j->v, j->count, &j->cap, sizeof(*j->v));
	p = &j->v[j->count++];
	memset(p, 0, sizeof(*p));
	buf_init(&p->bytes);
	return p;
}

static void add_blob(struct join *j, const struct flow *f,
	const struct datum *d)
{
	struct join_piece *p = piece_add(j);
	char path[4096];

	p->len = d->len;
	if (store_blob_path(f->store, d->digest, path, sizeof(path),
			&j->err) == 0)
		p->blob = mem_strdup(path);
}

static void add_bytes(struct join *j, struct str bytes)
{
	struct join_piece *p = j->count ? &j->v[j->count - 1] : NULL;

	if (!p || p->blob)
		p = piece_add(j);
	buf_add(&p->bytes, bytes.p, bytes.n);
}

void joins_add(struct joins *j, const struct flow *f, const char *path,
	const struct pieces *p)
{
	struct join *one;

	for (size_t i = 0; i < j->count; i++)
		if (strcmp(j->v[i].path, path) == 0)
			return;
	j->v = mem_more(j->v, j->count, &j->cap, sizeof(*j->v));
	one = &j->v[j->count++];
	memset(one, 0, sizeof(*one));
	one->path = mem_strdup(path);
	for (size_t i = 0; i < p->count; i++) {
		if (p->v[i].blob)
			add_blob(one, f, p->v[i].blob);
		else
			add_bytes(one, p->v[i].bytes);
	}
}

static int stopped(const atomic_int *stop, struct err *err)
{
	if (!stop || !atomic_load(stop))
		return 0;
	return err_set(err, ERR_STATE, "it is not needed any more");
}

static int write_blob(const struct join_piece *p, int fd,
	const atomic_int *stop, struct err *err)
{
	int from = open(p->blob, O_RDONLY | O_CLOEXEC), rc = 0;
	uint64_t left = p->len;

	if (from < 0)
		return err_errno(err, ERR_STATE, "cannot read blob %s",
			p->blob);
	while (left > 0 && rc == 0) {
		ssize_t n = sendfile(fd, from, NULL, left < COPY_BYTES
			? (size_t)left : COPY_BYTES);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_errno(err, ERR_STATE,
				"cannot copy blob %s", p->blob);
		else if (n == 0)
			rc = err_set(err, ERR_CORRUPT, "blob %s is shorter "
				"than it was", p->blob);
		else
			rc = stopped(stop, err);
		left -= n > 0 ? (uint64_t)n : 0;
	}
	close(from);
	return rc;
}

static int write_bytes(const struct buf *b, int fd, struct err *err)
{
	const char *p = b->data;
	size_t left = b->len;

	while (left > 0) {
		ssize_t n = write(fd, p, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, ERR_STATE,
				"cannot write an input");
		p += n;
		left -= (size_t)n;
	}
	return 0;
}

static int write_pieces(const struct join *j, int fd, const atomic_int *stop,
	struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < j->count && rc == 0; i++) {
		rc = stopped(stop, err);
		if (rc == 0)
			rc = j->v[i].blob ? write_blob(&j->v[i], fd, stop, err)
				: write_bytes(&j->v[i].bytes, fd, err);
	}
	return rc;
}

static int join_write(const struct join *j, const atomic_int *stop,
	struct err *err)
{
	char *temp;
	int fd, rc;

	if (j->err.code) {
		*err = j->err;
		return -1;
	}
	if (access(j->path, F_OK) == 0)
		return 0;
	temp = mem_printf("%s.XXXXXX", j->path);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0) {
		rc = err_errno(err, ERR_STATE, "cannot make %s", temp);
		free(temp);
		return rc;
	}
	rc = write_pieces(j, fd, stop, err);
	if (close(fd) < 0 && rc == 0)
		rc = err_errno(err, ERR_STATE, "cannot write %s", temp);
	if (rc == 0 && rename(temp, j->path) < 0)
		rc = err_errno(err, ERR_STATE, "cannot name %s", j->path);
	if (rc < 0)
		unlink(temp);
	free(temp);
	return rc;
}

int joins_write(struct joins *j, const atomic_int *stop, struct err *err)
{
	for (size_t i = 0; i < j->count; i++)
		if (join_write(&j->v[i], stop, err) < 0)
			return -1;
	return 0;
}

void joins_unlink(const struct joins *j)
{
	for (size_t i = 0; i < j->count; i++)
		unlink(j->v[i].path);
}

void blobfile_key(const struct pieces *p, struct digest *out)
{
	struct digest_state *d = digest_new();
	struct digest part;

	/* no bytes have this sum: what is joined is told from what is not */
	digest_field(d, "wf joined pieces", 16);
	digest_field(d, &p->count, sizeof(p->count));
	for (size_t i = 0; i < p->count; i++) {
		if (p->v[i].blob)
			part = *p->v[i].blob->digest;
		else
			digest_of(p->v[i].bytes.p, p->v[i].bytes.n, &part);
		digest_add(d, &part, sizeof(part));
	}
	digest_end(d, out);
	if (p->count == 1)
		*out = part;
}

static int named_path(const struct flow *f, const char *hex, char *path,
	size_t size, struct err *err)
{
	int n;

	if (f->naming) {
		snprintf(path, size, "joined %s", hex);
		return 0;
	}
	if (store_scratch(f->store, path, size, err) < 0)
		return -1;
	n = (int)strlen(path);
	if (snprintf(path + n, size - (size_t)n, "/%s.%s", f->ulid, hex) >=
			(int)(size - (size_t)n))
		return err_set(err, ERR_LIMIT, "the path of a file is too "
			"long");
	return 0;
}

int blobfile_path(const struct flow *f, const struct pieces *p, char *path,
	size_t size, struct err *err)
{
	char hex[DIGEST_HEX + 1];
	struct joins now = {0};
	struct digest key;
	int rc;

	if (p->count == 1 && p->v[0].blob)
		return store_blob_path(f->store, p->v[0].blob->digest, path,
			size, err);
	blobfile_key(p, &key);
	digest_hex(&key, hex);
	if (named_path(f, hex, path, size, err) < 0)
		return -1;
	if (f->naming || access(path, F_OK) == 0)
		return 0;
	joins_add(f->joins ? f->joins : &now, f, path, p);
	rc = joins_write(&now, NULL, err);
	joins_release(&now);
	return rc;
}

void blobfile_forget(struct store *s, const char *ulid)
{
	char path[4096];
	struct err err = {0};
	const struct dirent *e;
	DIR *dir;

	if (!store_has_scratch(s) ||
		store_scratch(s, path, sizeof(path), &err) < 0)
		return;
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (strncmp(e->d_name, ulid, ULID_LEN) == 0)
			unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
}
