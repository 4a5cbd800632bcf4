/*
 * The store's fixture. A wake is counted and written to an eventfd, which
 * fixture_news reads: nothing here sleeps. What cannot go wrong and does is
 * an abort, never a failed point.
 */
#include "tests/unit/store_fixture.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/core/run.h"
#include "tests/unit/tap.h"

static void fixture_wake(void *ud)
{
	struct fixture *f = ud;
	uint64_t one = 1;

	__atomic_add_fetch(&f->wakes, 1, __ATOMIC_SEQ_CST);
	if (write(f->wake_fd, &one, sizeof(one)) != sizeof(one))
		abort();
}

void fixture_init(struct fixture *f)
{
	/* Runs of the tests begin in 1970. */
	static const struct retention keep_all = { 1000000, 1000000,
		INT64_C(1) << 60, UINT64_C(1) << 40 };
	const char *tmp = getenv("TMPDIR");

	memset(f, 0, sizeof(*f));
	f->wake_fd = -1;
	f->options.retention = &keep_all;
	snprintf(f->dir, sizeof(f->dir), "%s/wf-store.XXXXXX",
		tmp ? tmp : "/tmp");
	if (!mkdtemp(f->dir))
		abort();
	strncat(f->dir, "/state", sizeof(f->dir) - strlen(f->dir) - 1);
	f->options.dir = f->dir;
	f->options.wake = fixture_wake;
	f->options.ud = f;
}

void fixture_open(struct fixture *f)
{
	struct err err;

	/* Not inherited by a fork: each store has its own. */
	f->wake_fd = eventfd(0, EFD_CLOEXEC);
	f->options.ud = f;
	if (store_open(&f->store, &f->options, &err) == 0)
		return;
	printf("Bail out! %s (%s)\n", err.text, err.help);
	exit(1);
}

void fixture_close(struct fixture *f)
{
	int had = f->store != NULL;

	store_close(f->store);
	if (had)
		close(f->wake_fd);
	f->store = NULL;
}

static int remove_one(const char *path, const struct stat *st, int flag,
	struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void fixture_end(struct fixture *f)
{
	char *slash = strrchr(f->dir, '/');

	fixture_close(f);
	*slash = '\0';
	nftw(f->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct news fixture_news(struct fixture *f)
{
	struct news n = { .err = { .code = ERR_NONE } };
	uint64_t count;

	while (!store_done(f->store, &n.tag, &n.status, &n.seq, &n.err))
		if (read(f->wake_fd, &count, sizeof(count)) < 0)
			abort();
	return n;
}

struct run_new fixture_run(const char *text)
{
	struct run_new n = { .started_ms = 1000, .seed = UINT64_MAX };

	ulid_make(n.ulid);
	n.command = str_of("chain");
	n.text = str_of(text);
	n.dir = str_of("/tmp/project");
	n.plan = text;
	n.plan_len = strlen(text);
	digest_of(text, n.plan_len, &n.text_key);
	n.plan_digest = n.text_key;
	return n;
}

void fixture_event(struct batch *b, struct store_run *r,
	uint32_t frame, uint32_t step, uint8_t kind, const char *data)
{
	batch_event(b, r, &(struct stored_event){.frame = frame, .step = step,
		.kind = kind, .t_ms = kind, .data = data,
		.len = data ? strlen(data) : 0});
}

void fixture_whole(struct fixture *f, struct batch *b,
	const struct run_new *n, uint32_t events)
{
	struct store_run *r = store_run_new(f->store);
	uint32_t i;

	batch_run_new(b, r, n);
	for (i = 0; i < events; i++)
		fixture_event(b, r, 0, i, 7, "data");
	batch_run_state(b, r, &(struct row_state){RUN_SUCCEEDED, 0, 3000,
		events, 0});
	batch_run_close(b, r);
}

struct news fixture_commit(struct fixture *f, struct batch *b)
{
	store_submit(f->store, b, b);
	return fixture_news(f);
}

struct run_row fixture_find(struct fixture *f, const char *name)
{
	struct run_row row;
	struct err err;

	memset(&row, 0, sizeof(row));
	if (store_find_run(f->store, str_of(name), &row, &err) != 0)
		note("%s (%s)", err.text, err.help);
	return row;
}

int fixture_has(struct fixture *f, const struct run_new *n)
{
	struct run_row row;
	struct err err;
	int rc = store_find_run(f->store, str_of(n->ulid), &row, &err);

	if (rc == 0)
		run_row_release(&row);
	else if (err.code != ERR_NOTFOUND)
		note("%s", err.text);
	return rc == 0;
}
