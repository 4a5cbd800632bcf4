/*
 * The walk gives paths in order; the cache stands in the same order, so that
 * both are read side by side. Threads take files from a common counter.
 *
 * A remembered result holds while size, time of change and inode of its file
 * are the same, unless the file changed so late that a further change could
 * have had the same time. A cache whose sum is not that of its bytes is none.
 */
#include "engine/fact/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/io/file.h"

enum { THREADS_MAX = 8, CACHE_MAX = 256 << 20 };
/* How long a file system's clock may stand still; of one that knows only
 * seconds, longer. */
#define TICK_NS INT64_C(20000000)
#define COARSE_NS INT64_C(2000000000)
#define SECOND_NS INT64_C(1000000000)

struct stamp {
	uint64_t inode, size;
	int64_t changed_ns;
};

struct entry {
	const char *path;      /* in the arena */
	struct stamp stamp;
	void *result;          /* in the arena */
	const void *known;     /* remembered, with known_stamp; or NULL */
	struct stamp known_stamp;
	uint8_t there, fresh;  /* fresh: was measured now */
};

struct job {
	const struct tree_options *o;
	const struct tree_measure *m;
	struct arena arena;
	struct entry *v;
	size_t count, cap;
	atomic_size_t next, read;
	int dir;
	int64_t began_ns;
};

static int is_stopped(const struct job *j)
{
	return j->o->stop && atomic_load(j->o->stop);
}

/* ------------------------------------------------------------------- walk */
static int add(void *ud, const char *path, int is_dir)
{
	struct job *j = ud;
	size_t n = strlen(path);

	if (is_dir || !j->m->wants((struct str){path, n}))
		return 0;
	j->v = mem_more(j->v, j->count, &j->cap, sizeof(*j->v));
	memset(&j->v[j->count], 0, sizeof(*j->v));
	j->v[j->count].path = arena_strndup(&j->arena, path, n);
	j->v[j->count++].result = arena_alloc(&j->arena, j->m->size);
	return 0;
}

static int walk_stops(void *ud)
{
	return is_stopped(ud);
}

/* ------------------------------------------------------------------ cache */
struct header {
	char magic[8];
	uint32_t version, size;
	struct digest sum;     /* of all that follows */
};
static const char magic[8] = "wffact2";

static char *cache_path(const struct job *j)
{
	struct digest d;
	char hex[DIGEST_HEX + 1];

	if (!j->o->cache_dir)
		return NULL;
	digest_of(j->o->dir, strlen(j->o->dir), &d);
	digest_hex(&d, hex);
	return mem_printf("%s/%s.%.32s", j->o->cache_dir, j->m->name, hex);
}

/* A record: length of the path, stamp, path, result. */
static const char *read_record(const struct job *j, const char *p,
	const char *end, struct str *path, struct stamp *stamp)
{
	uint32_t n;

	if ((size_t)(end - p) < sizeof(n) + sizeof(*stamp))
		return NULL;
	memcpy(&n, p, sizeof(n));
	memcpy(stamp, p + sizeof(n), sizeof(*stamp));
	p += sizeof(n) + sizeof(*stamp);
	if ((size_t)(end - p) < j->m->size ||
			(size_t)(end - p) - j->m->size < n)
		return NULL;
	*path = (struct str){p, n};
	return p + n + j->m->size;
}

static int compare(const char *a, struct str b)
{
	size_t n = strlen(a);
	int c = memcmp(a, b.p, n < b.n ? n : b.n);

	return c ? c : (n > b.n) - (n < b.n);
}

static void match(struct job *j, const char *p, const char *end)
{
	struct stamp stamp;
	struct str path;
	const char *next;
	size_t i = 0;

	while (i < j->count && (next = read_record(j, p, end, &path, &stamp))) {
		int c = compare(j->v[i].path, path);

		if (c == 0) {
			j->v[i].known = path.p + path.n;
			j->v[i].known_stamp = stamp;
		}
		i += c <= 0;
		p = c >= 0 ? next : p;
	}
}

/* What cannot be read is not known. */
static void load(struct job *j, const char *file, struct buf *bytes)
{
	struct header h;
	struct digest sum;
	struct err none = {0};

	if (!file || file_read(NULL, file, CACHE_MAX, bytes, &none) < 0 ||
			bytes->len < sizeof(h))
		return;
	memcpy(&h, bytes->data, sizeof(h));
	digest_of(bytes->data + sizeof(h), bytes->len - sizeof(h), &sum);
	if (memcmp(h.magic, magic, sizeof(magic)) == 0 &&
			h.version == j->m->version && h.size == j->m->size &&
			digest_same(&h.sum, &sum))
		match(j, bytes->data + sizeof(h), bytes->data + bytes->len);
}

static int is_settled(const struct job *j, const struct entry *e)
{
	int64_t at = e->stamp.changed_ns;

	return at + (at % SECOND_NS ? TICK_NS : COARSE_NS) < j->began_ns;
}

/* The file that was written longest ago goes when there are too many: of
 * directories that nobody asks about any more. */
static void save_room(const char *dir)
{
	struct dirent *d;
	struct stat st;
	struct timespec oldest = {0};
	char name[NAME_MAX + 1] = "";
	size_t count = 0;
	DIR *all = opendir(dir);

	while (all && (d = readdir(all))) {
		if (d->d_name[0] == '.' || fstatat(dirfd(all), d->d_name, &st,
				AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (!count++ || st.st_mtim.tv_sec < oldest.tv_sec) {
			oldest = st.st_mtim;
			snprintf(name, sizeof(name), "%s", d->d_name);
		}
	}
	if (all && count > LIMIT_FACT_CACHES)
		unlinkat(dirfd(all), name, 0);
	if (all)
		closedir(all);
}

/* A cache that cannot be written makes the next time slower, no more. */
static void save(const struct job *j, const char *file)
{
	struct header h = {.version = j->m->version,
		.size = (uint32_t)j->m->size};
	struct err none = {0};
	struct buf b;

	buf_init(&b);
	memcpy(h.magic, magic, sizeof(magic));
	buf_add(&b, &h, sizeof(h));
	for (size_t i = 0; i < j->count; i++) {
		const struct entry *e = &j->v[i];
		uint32_t n = (uint32_t)strlen(e->path);

		if (!e->there || !is_settled(j, e))
			continue;
		buf_add(&b, &n, sizeof(n));
		buf_add(&b, &e->stamp, sizeof(e->stamp));
		buf_add(&b, e->path, n);
		buf_add(&b, e->result, j->m->size);
	}
	digest_of(b.data + sizeof(h), b.len - sizeof(h), &h.sum);
	memcpy(b.data, &h, sizeof(h));
	file_put(&(struct file_target){.path = file, .mode = 0600},
		(struct str){b.data, b.len}, &none);
	save_room(j->o->cache_dir);
	buf_release(&b);
}

/* ---------------------------------------------------------------- measure */
static int stamp_of(int fd, struct stamp *out)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	*out = (struct stamp){st.st_ino, (uint64_t)st.st_size,
		(int64_t)st.st_ctim.tv_sec * SECOND_NS + st.st_ctim.tv_nsec};
	return 0;
}

static int is_known(struct job *j, struct entry *e)
{
	struct stat st;

	if (!e->known || fstatat(j->dir, e->path, &st,
			AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	e->stamp = (struct stamp){st.st_ino, (uint64_t)st.st_size,
		(int64_t)st.st_ctim.tv_sec * SECOND_NS + st.st_ctim.tv_nsec};
	if (memcmp(&e->stamp, &e->known_stamp, sizeof(e->stamp)) != 0)
		return 0;
	memcpy(e->result, e->known, j->m->size);
	return 1;
}

static int read_whole(int fd, struct buf *out)
{
	ssize_t n;

	do {
		buf_reserve(out, 64 << 10);
		n = read(fd, out->data + out->len, out->cap - out->len - 1);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -1 : 0;
}

static void one(struct job *j, struct entry *e, struct buf *text)
{
	int fd;

	if (is_known(j, e)) {
		e->there = 1;
		return;
	}
	fd = openat(j->dir, e->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
		O_NONBLOCK);
	if (fd < 0)
		return;
	buf_clear(text);
	if (stamp_of(fd, &e->stamp) == 0 &&
			e->stamp.size <= LIMIT_FACT_FILE &&
			read_whole(fd, text) == 0) {
		j->m->measure(str_of(e->path), (struct str){text->data,
			text->len}, e->result);
		e->there = e->fresh = 1;
		atomic_fetch_add(&j->read, 1);
	}
	close(fd);
}

static void *work(void *ud)
{
	struct job *j = ud;
	struct buf text;
	size_t i;

	buf_init(&text);
	buf_reserve(&text, 256 << 10);
	while ((i = atomic_fetch_add(&j->next, 1)) < j->count && !is_stopped(j))
		one(j, &j->v[i], &text);
	buf_release(&text);
	return NULL;
}

static void measure_all(struct job *j)
{
	pthread_t threads[THREADS_MAX];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = j->o->threads ? j->o->threads : (unsigned)cores, i = 0;

	n = n > THREADS_MAX ? THREADS_MAX : n;
	while (i + 1 < n && pthread_create(&threads[i], NULL, work, j) == 0)
		i++;
	work(j);
	while (i > 0)
		pthread_join(threads[--i], NULL);
}

/* -------------------------------------------------------------------- all */
static void finish(struct job *j, struct tree *out)
{
	struct arena *memory = mem_alloc(sizeof(*memory));

	out->files = arena_alloc(&j->arena, (j->count + 1) *
		sizeof(*out->files));
	for (size_t i = 0; i < j->count; i++) {
		if (!j->v[i].there)
			continue;
		out->files[out->count].path = j->v[i].path;
		out->files[out->count++].result = j->v[i].result;
	}
	out->read = atomic_load(&j->read);
	*memory = j->arena;
	out->memory = memory;
}

/* That of the files' times, which may be set: not the engine's. */
static int64_t wall_ns(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_REALTIME, &t) < 0)
		return 0;
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

static int run(struct job *j, struct err *err)
{
	struct walk_options w = {.dir = j->o->dir, .stop = walk_stops};
	char *file = cache_path(j);
	struct buf cached;
	int rc;

	buf_init(&cached);
	j->began_ns = wall_ns();
	rc = file_walk(&w, add, j, err);
	if (rc == 0) {
		load(j, file, &cached);
		measure_all(j);
		if (is_stopped(j))
			rc = err_set(err, ERR_TIMEOUT, "interrupted");
		else if (file && atomic_load(&j->read))
			save(j, file);
	}
	buf_release(&cached);
	mem_free(file);
	return rc < 0 ? -1 : 0;
}

int tree_run(const struct tree_options *o, const struct tree_measure *m,
	struct tree *out, struct err *err)
{
	struct job j = {.o = o, .m = m};
	int rc = -1;

	memset(out, 0, sizeof(*out));
	j.dir = open(o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j.dir < 0)
		return err_errno(err, ERR_IO, "cannot read %s", o->dir);
	arena_init(&j.arena);
	rc = run(&j, err);
	if (rc == 0)
		finish(&j, out);
	else
		arena_release(&j.arena);
	mem_free(j.v);
	close(j.dir);
	return rc;
}

void tree_release(struct tree *t)
{
	if (t->memory) {
		arena_release(t->memory);
		mem_free(t->memory);
	}
	memset(t, 0, sizeof(*t));
}
