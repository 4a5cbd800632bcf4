/* The store: what is written is read back, in order, whole. */
#include "engine/core/plan.h"
#include "engine/core/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/tap.h"

struct seen {
	int count;
	int64_t seq[64];
	uint32_t frame[64], step[64];
	char data[64][16];
	int stop_at;
};

static int see(void *ud, const struct stored_event *e)
{
	struct seen *s = ud;
	int i = s->count++ % 64;

	s->seq[i] = e->seq;
	s->frame[i] = e->frame;
	s->step[i] = e->step;
	snprintf(s->data[i], sizeof(s->data[i]), "%.*s", (int)e->len,
		(const char *)e->data);
	return s->count == s->stop_at;
}

static void test_whole_run(struct fixture *f)
{
	struct run_new n = fixture_run("a -> b");
	struct batch *b = batch_new();
	struct seen seen = { .count = 0 };
	struct run_row row;
	struct news news;
	struct buf plan;
	struct err err;

	n.parent = str_of("01arz3ndektsv4rrffq69g5fav");
	n.args = str_of("[\"x\"]");
	n.session = str_of("s1");
	n.pinned = 1;
	fixture_whole(f, b, &n, 3);
	ok(batch_bytes(b) > 100, "a batch knows its bytes");
	news = fixture_commit(f, b);
	is_int(news.status, STORE_COMMITTED, "a batch is committed");
	ok(news.tag == b, "the tag of the batch comes back");
	is_int(news.seq, 1, "the first event of all has seq 1");
	row = fixture_find(f, n.ulid);
	is_str(row.ulid, n.ulid, "a run is found by its whole ulid");
	is_str(row.parent, "01arz3ndektsv4rrffq69g5fav", "parent is kept");
	is_str(row.owner, store_owner(f->store), "the owner is this process");
	is_str(row.command, "chain", "command is kept");
	is_str(row.text, "a -> b", "text is kept");
	is_str(row.dir, "/tmp/project", "directory is kept");
	is_str(row.args, "[\"x\"]", "arguments are kept");
	is_str(row.session, "s1", "session is kept");
	is_int(row.state, RUN_SUCCEEDED, "its state is that of the batch");
	is_int(row.steps, 3, "its steps are counted");
	is_int(row.finished_ms, 3000, "its end is kept");
	ok(row.seed == UINT64_MAX, "a seed of 64 bits is kept");
	ok(row.pinned && !row.hidden, "pinned and hidden are kept");
	ok(digest_same(&row.text_key, &n.text_key) &&
		digest_same(&row.plan_digest, &n.plan_digest),
		"both digests are kept");
	is_int(row.first_seq, 1, "its first seq is known");
	is_int(row.last_seq, 3, "its last seq is known");
	buf_init(&plan);
	is_int(store_plan(f->store, &row, &plan, &err), 0, "its plan is there");
	is_str(buf_cstr(&plan), "a -> b", "its plan has the same bytes");
	buf_release(&plan);
	is_int(store_events(f->store, &row, 0, see, &seen, &err), 0,
		"its events are read");
	is_int(seen.count, 3, "all of them");
	ok(seen.seq[0] == 1 && seen.seq[2] == 3, "with their seq");
	ok(seen.step[1] == 1 && strcmp(seen.data[1], "data") == 0,
		"with step and data");
	run_row_release(&row);
}

static void test_interleaved(struct fixture *f)
{
	struct run_new one = fixture_run("one"), two = fixture_run("two");
	struct store_run *a = store_run_new(f->store),
		*c = store_run_new(f->store);
	struct seen seen = { .count = 0 };
	struct batch *b = batch_new();
	struct run_row row;
	struct news news;
	struct err err;

	batch_run_new(b, a, &one);
	fixture_event(b, a, PLAN_NONE, PLAN_NONE, 1, "a0");
	batch_run_new(b, c, &two);
	fixture_event(b, c, 0, 0, 1, "c0");
	fixture_event(b, a, 1, 2, 1, NULL);
	news = fixture_commit(f, b);
	row = fixture_find(f, one.ulid);
	is_int(row.state, RUN_RUNNING, "a run without a state is running");
	ok(row.last_seq == INT64_MAX, "an open run has no last seq");
	run_row_release(&row);
	b = batch_new();
	fixture_event(b, c, 0, 1, 1, "c1");
	fixture_event(b, a, 1, 3, 1, "a2");
	batch_run_state(b, a, &(struct row_state){RUN_FAILED, 7, 99, 4, 2});
	batch_run_close(b, a);
	fixture_commit(f, b);
	b = batch_new();
	fixture_event(b, c, 0, 2, 1, "c2");
	fixture_commit(f, b);
	b = batch_new();
	batch_run_close(b, c);
	fixture_commit(f, b);
	row = fixture_find(f, one.ulid);
	ok(row.state == RUN_FAILED && row.exit == 7 && row.failed == 2,
		"a later batch changes the state");
	is_int(row.last_seq, news.seq + 4, "closing sets the last seq");
	is_int(store_events(f->store, &row, 0, see, &seen, &err), 0,
		"events of one of two runs are read");
	ok(seen.count == 3 && strcmp(seen.data[0], "a0") == 0 &&
		strcmp(seen.data[2], "a2") == 0,
		"and only its own come, in order");
	ok(seen.frame[0] == PLAN_NONE && seen.step[0] == PLAN_NONE &&
		seen.frame[1] == 1 && seen.step[1] == 2,
		"no frame and no step come back as they were");
	memset(&seen, 0, sizeof(seen));
	store_events(f->store, &row, news.seq + 1, see, &seen, &err);
	is_int(seen.count, 2, "reading can begin at a seq");
	memset(&seen, 0, sizeof(seen));
	seen.stop_at = 1;
	store_events(f->store, &row, 0, see, &seen, &err);
	is_int(seen.count, 1, "reading stops when the reader says so");
	run_row_release(&row);
	row = fixture_find(f, two.ulid);
	is_int(row.last_seq, news.seq + 5,
		"a close in a batch of its own knows the last seq");
	run_row_release(&row);
}

static void test_order(struct fixture *f)
{
	struct run_new n = fixture_run("order");
	struct store_run *r = store_run_new(f->store);
	struct batch *b = batch_new();
	struct err err;
	int64_t last = 0;
	intptr_t i, bad = 0;
	int wakes;

	batch_run_new(b, r, &n);
	wakes = __atomic_load_n(&f->wakes, __ATOMIC_SEQ_CST);
	store_submit(f->store, b, NULL);
	for (i = 1; i < 500; i++) {
		b = batch_new();
		if (i % 7)
			fixture_event(b, r, 0, 1, 1, "x");
		store_submit(f->store, b, (void *)i);
	}
	is_int(store_flush(f->store, &err), 0, "flush waits for all of it");
	for (i = 0; i < 500; i++) {
		struct news news = fixture_news(f);

		bad += news.tag != (void *)i || news.status != STORE_COMMITTED;
		if (i && i % 7) {
			bad += news.seq <= last;
			last = news.seq;
		} else {
			bad += news.seq != 0;
		}
	}
	is_int(bad, 0, "news come in the order of submission, with their seq");
	ok(f->wakes - wakes <= 1,
		"wake is not called again before news were taken");
	b = batch_new();
	batch_run_close(b, r);
	fixture_commit(f, b);
}

static void test_many_events(struct fixture *f)
{
	struct run_new n = fixture_run("many");
	struct seen seen = { .count = 0 };
	struct batch *b = batch_new();
	struct run_row row;
	struct err err;

	fixture_whole(f, b, &n, 5000);
	fixture_commit(f, b);
	row = fixture_find(f, n.ulid);
	store_events(f->store, &row, 0, see, &seen, &err);
	is_int(seen.count, 5000, "more events than one chunk are all read");
	run_row_release(&row);
}

static void test_replan_and_pin(struct fixture *f)
{
	struct run_new n = fixture_run("old plan");
	struct store_run *r = store_run_new(f->store);
	struct batch *b = batch_new();
	struct run_row row;
	struct digest d;
	struct buf plan;
	struct err err;

	n.hidden = 1;
	batch_run_new(b, r, &n);
	fixture_commit(f, b);
	digest_of("new plan", 8, &d);
	b = batch_new();
	batch_run_plan(b, r, "new plan", 8, &d, str_of("new text"));
	batch_run_state(b, r, &(struct row_state){ .state = RUN_SUCCEEDED,
		.finished_ms = 2 });
	batch_run_close(b, r);
	fixture_commit(f, b);
	row = fixture_find(f, n.ulid);
	is_int(store_pin(f->store, &row, 1, &err), 0, "a run can be pinned");
	run_row_release(&row);
	row = fixture_find(f, n.ulid);
	buf_init(&plan);
	store_plan(f->store, &row, &plan, &err);
	is_str(buf_cstr(&plan), "new plan", "an edited run has its new plan");
	is_str(row.text, "new text", "and its new text");
	ok(row.pinned && !row.hidden, "a pinned run is not hidden");
	is_int(store_delete_run(f->store, &row, &err), -1, "nor deleted");
	is_str(err.text, "the run is pinned", "which is said");
	is_int(store_pin(f->store, &row, 0, &err), 0, "until it is let go");
	is_int(store_delete_run(f->store, &row, &err), 0, "then it can be");
	is_int(store_pin(f->store, &row, 1, &err), -1, "what is gone");
	is_str(err.text, "the run is gone", "is not pinned");
	buf_release(&plan);
	run_row_release(&row);
}

static void test_duration(struct fixture *f)
{
	struct batch *b = batch_new();
	struct duration_row d;
	struct err err;

	is_int(store_duration(f->store, "k", &d, &err), 0,
		"a leaf without history has no duration");
	batch_duration(b, "k", 100, 1);
	batch_duration(b, "k", 300, 1);
	batch_duration(b, "k", 9999, 0);
	batch_duration(b, "never", 5, 0);
	fixture_commit(f, b);
	is_int(store_duration(f->store, "k", &d, &err), 1,
		"durations are kept");
	ok(d.count == 2 && d.mean_us > 199 && d.mean_us < 201,
		"the mean is of the successes");
	is_int(store_duration(f->store, "never", &d, &err), 0,
		"failures alone are no history");
}

static void test_cache(struct fixture *f)
{
	struct run_new n = fixture_run("cached");
	struct batch *b = batch_new();
	struct digest k1, k2;
	struct cache_new one = {&k1, str_of("leaf"), str_of("{\"v\":1}"),
		{"res\0ult", 7}, 500, n.ulid};
	struct cache_new two = {&k2, str_of("leaf"), str_of("{\"v\":2}"),
		{"two", 3}, 500, n.ulid};
	struct cache_row c;
	struct err err;

	digest_of("1", 1, &k1);
	digest_of("2", 1, &k2);
	is_int(store_cache_find(f->store, &k1, 0, &c, &err), 0,
		"an unknown key is no hit");
	fixture_whole(f, b, &n, 1);
	batch_cache(b, &one);
	fixture_commit(f, b);
	b = batch_new();
	batch_cache(b, &two);
	fixture_commit(f, b);
	is_int(store_cache_find(f->store, &k1, 499, &c, &err), 1,
		"a fresh entry is a hit");
	ok(c.result_len == 7 && memcmp(c.result, "res\0ult", 7) == 0,
		"its result has the same bytes");
	is_str(c.parts, "{\"v\":1}", "its parts are kept");
	is_str(c.run, n.ulid, "the run that made it is known");
	cache_row_release(&c);
	is_int(store_cache_find(f->store, &k1, 500, &c, &err), 0,
		"an expired entry is no hit");
	is_int(store_cache_last(f->store, str_of("leaf"), &c, &err), 1,
		"the newest entry of a leaf is found");
	is_str(c.parts, "{\"v\":2}", "whatever its key");
	cache_row_release(&c);
}

static void test_reserved(struct fixture *f)
{
	struct usage_row u = { .frame = 1, .step = 2, .attempt = 1,
		.model = "m", .agent = "a", .tokens_in = 10 };
	struct run_new n = fixture_run("tokens");
	struct batch *b = batch_new();
	struct store_run *r = store_run_new(f->store);

	batch_run_new(b, r, &n);
	batch_usage(b, r, &u);
	batch_breaker(b, "ollama", 1, 3, 77);
	batch_breaker(b, "ollama", 0, 0, 0);
	batch_run_close(b, r);
	is_int(fixture_commit(f, b).status, STORE_COMMITTED,
		"usage and breakers are stored");
}

static void test_reopen(struct fixture *f)
{
	struct run_new n = fixture_run("kept");
	struct batch *b = batch_new();
	struct run_row row;
	struct news news;
	int64_t seq;

	fixture_whole(f, b, &n, 2);
	seq = fixture_commit(f, b).seq;
	n = fixture_run("kept");
	fixture_close(f);
	fixture_open(f);
	b = batch_new();
	fixture_whole(f, b, &n, 1);
	news = fixture_commit(f, b);
	is_int(news.seq, seq + 2, "after reopening seq goes on");
	row = fixture_find(f, n.ulid);
	is_str(row.ulid, n.ulid, "what is written then is read");
	run_row_release(&row);
}

int main(void)
{
	struct fixture f;

	fixture_init(&f);
	fixture_open(&f);
	test_whole_run(&f);
	test_interleaved(&f);
	test_order(&f);
	test_many_events(&f);
	test_replan_and_pin(&f);
	test_duration(&f);
	test_cache(&f);
	test_reserved(&f);
	test_reopen(&f);
	fixture_end(&f);
	return done();
}
