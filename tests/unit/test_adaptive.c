/*
 * adaptive.lua in synthetic worlds, driven through vm_policy as the engine
 * does: ask, decide, see the outcome, learn.
 *
 * Every world is seeded, so each figure is the same in every run. A claim
 * holds for a stated share of the worlds; the figures are printed.
 */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "lua/vm.h"
#include "tests/unit/tap.h"

enum { SEEDS = 20 };

static struct vm *vm;
static struct buf state, reply, query;
static size_t largest;     /* state, of all worlds */
static uint64_t dice_state;

static double chance(void)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (double)(dice_state >> 11) / 9007199254740992.0;
}

static void begin(unsigned seed)
{
	int i;

	dice_state = 88172645463325252u + seed * 0x9E3779B97F4A7C15u;
	for (i = 0; i < 16; i++)
		chance();
	buf_clear(&state);
}

/* Calls the function with `query`; the reply is in `reply`. */
static void policy(const char *function)
{
	struct err err = {0};

	buf_clear(&reply);
	if (vm_policy(vm, function, (struct str){query.data, query.len},
		&reply, &err) == 0)
		return;
	note("%s: %s", function, err.text);
	note("%s", buf_cstr(&query));
	exit(1);
}

/* Begins a query with what is known. */
static void ask(void)
{
	buf_clear(&query);
	buf_printf(&query, "{\"seed\":%u",
		(unsigned)(chance() * 4294967295.0));
	if (state.len)
		buf_printf(&query, ",\"state\":%s", buf_cstr(&state));
}

static double number_of(const char *key)
{
	const char *p = strstr(buf_cstr(&reply), key);

	return p ? strtod(p + strlen(key), NULL) : NAN;
}

/* Learns one row whose detail is given. */
static void learn(int branch, int ok_, double ms, const char *detail)
{
	ask();
	buf_printf(&query, ",\"rows\":[{\"branch\":%d,\"ok\":%d,\"ms\":%.6g,"
		"\"cost\":0,\"detail\":%s}]}", branch, ok_, ms, detail);
	policy("learn");
	buf_clear(&state); /* {"state":…} */
	buf_add(&state, reply.data + 9, reply.len - 10);
	if (state.len > largest)
		largest = state.len;
}

static double noisy(double ms)
{
	return ms * exp((chance() - 0.5) * 0.4);
}

/* ---------------------------------------------------------- operand order */
struct order_world {
	const char *what;
	int count;
	double cost[5], decides[5]; /* in written order */
	int changes;           /* after the half both are turned round */
	double cut, of_best;   /* at least, at most */
};

static const struct order_world orders[] = {
	{"two operands, the second costs a tenth", 2, {100, 10},
		{0.8, 0.8}, 0, 0.5, 1.1},
	{"three operands, the last costs a tenth", 3, {100, 100, 10},
		{0.5, 0.5, 0.8}, 0, 0.5, 1.1},
	{"four operands, two cost a tenth", 4, {100, 10, 100, 10},
		{0.5, 0.5, 0.5, 0.5}, 0, 0.5, 1.1},
	{"five operands, the last costs a tenth", 5,
		{100, 100, 100, 100, 10}, {0.3, 0.3, 0.3, 0.3, 0.7}, 0, 0.5,
		1.15},
	{"equal costs, the last decides", 4, {10, 10, 10, 10},
		{0.05, 0.05, 0.05, 0.9}, 0, 0.5, 1.1},
	{"the first always decides and costs most", 2, {100, 10}, {1, 1}, 0,
		0.5, 1.25},
	{"the written order is the best", 3, {10, 100, 100}, {0.8, 0.5, 0.5},
		0, -0.1, 1.1},
	{"three operands that change places", 3, {100, 100, 10},
		{0.4, 0.4, 0.8}, 1, 0.3, 1.4}};

/* What this order costs when `decide` says which operands decide; writes
 * the operands seen to `detail`. */
static double evaluate(const struct order_world *w, const int *order,
	const int *decide, int turned, int all, struct buf *detail)
{
	double sum = 0;
	int i;

	for (i = 0; i < w->count; i++) {
		int op = order[i], as = turned ? w->count - 1 - op : op;

		sum += w->cost[as];
		if (detail)
			buf_printf(detail, "%s{\"i\":%d,\"v\":%s,\"ms\":%g}",
				i ? "," : "", op, decide[op] == !all ? "true" :
				"false", w->cost[as]);
		if (decide[op])
			break;
	}
	return sum;
}

static void read_order(int n, int *order)
{
	const char *p = strstr(buf_cstr(&reply), "\"order\":[");
	int i;

	p += 9;
	for (i = 0; i < n; i++, p++)
		order[i] = (int)strtol(p, (char **)(uintptr_t)&p, 10);
}

/* The best fixed order: by cost over the probability of deciding. */
static void best_order(const struct order_world *w, int turned, int *order)
{
	int i, k, t;

	for (i = 0; i < w->count; i++)
		order[i] = i;
	for (i = 1; i < w->count; i++)
		for (k = i; k > 0; k--) {
			int a = order[k - 1], b = order[k];
			int x = turned ? w->count - 1 - a : a;
			int y = turned ? w->count - 1 - b : b;

			if (w->cost[x] / w->decides[x] <=
				w->cost[y] / w->decides[y])
				break;
			t = order[k];
			order[k] = order[k - 1];
			order[k - 1] = t;
		}
}

struct sums {
	double written, ours, best;
};

static void order_world(const struct order_world *w, int all, unsigned seed,
	struct sums *s)
{
	static const int as_written[] = {0, 1, 2, 3, 4};
	int d, i, order[5], best[5], decide[5];
	struct buf detail;

	begin(seed);
	buf_init(&detail);
	for (d = 0; d < 200; d++) {
		int turned = w->changes && d >= 100;

		for (i = 0; i < w->count; i++)
			decide[i] = chance() < w->decides[turned ?
				w->count - 1 - i : i];
		ask();
		buf_printf(&query, ",\"cond\":0,\"ops\":%d,\"all\":%s}",
			w->count, all ? "true" : "false");
		policy("order");
		read_order(w->count, order);
		best_order(w, turned, best);
		buf_clear(&detail);
		buf_str(&detail, "{\"c\":[{\"b\":0,\"v\":true,\"o\":[");
		s->ours += evaluate(w, order, decide, turned, all, &detail);
		buf_str(&detail, "],\"t\":[]}]}");
		s->written += evaluate(w, as_written, decide, turned, all,
			NULL);
		s->best += evaluate(w, best, decide, turned, all, NULL);
		learn(0, 1, 10, buf_cstr(&detail));
	}
	buf_release(&detail);
}

static void test_order(void)
{
	size_t i;
	unsigned seed;
	int all;

	for (i = 0; i < 2 * sizeof(orders) / sizeof(*orders); i++) {
		const struct order_world *w = &orders[i / 2];
		struct sums total = {0, 0, 0};
		int held = 0;

		all = i % 2 == 0;
		for (seed = 1; seed <= SEEDS; seed++) {
			struct sums s = {0, 0, 0};

			order_world(w, all, seed + (all ? 0 : SEEDS), &s);
			total.written += s.written;
			total.ours += s.ours;
			total.best += s.best;
			held += 1 - s.ours / s.written >= w->cut &&
				s.ours / s.best <= w->of_best;
		}
		ok(held >= SEEDS * 9 / 10, "%s: %s: learning saves %.0f %% "
			"or more and is within %.0f %% of the best order",
			all ? "AND" : "OR", w->what, 100 * w->cut,
			100 * (w->of_best - 1));
		note("%d of %d worlds; mean cost as written %.1f, learnt "
			"%.1f (%.0f %% less), best %.1f", held, SEEDS,
			total.written / SEEDS / 200, total.ours / SEEDS / 200,
			100 * (1 - total.ours / total.written),
			total.best / SEEDS / 200);
	}
}

/* -------------------------------------------------------------- thresholds */
enum signal { BY_SUCCESS, BY_NOISY_SUCCESS, BY_TIME, BY_CONFOUNDED };

struct threshold_world {
	double start, lo, hi, optimum;
	int sign;              /* -1: numbers and bounds are negative */
	double later;          /* if set, the optimum of 200 decisions more */
};

static void ask_threshold(const struct threshold_world *w)
{
	double lo = w->sign < 0 ? -w->hi : w->lo;
	double hi = w->sign < 0 ? -w->lo : w->hi;

	ask();
	buf_printf(&query, ",\"cond\":0,\"index\":0,\"start\":%g,\"lo\":%g,"
		"\"hi\":%g}", w->sign * w->start, lo, hi);
	policy("threshold");
}

static void outcome(enum signal kind, int right, double x, int *good,
	double *ms)
{
	*good = 1;
	*ms = noisy(100);
	if (kind == BY_TIME) {
		*ms *= right ? 1 : 3;
		return;
	}
	*good = right;
	if (kind != BY_SUCCESS && chance() < 0.1)
		*good = !right;
	if (kind == BY_CONFOUNDED)
		*ms = noisy(fabs(x)); /* whatever is done */
}

/* How far off the optimum the best known place is at the end. */
static double threshold_world(const struct threshold_world *w,
	enum signal kind, unsigned seed)
{
	double optimum = w->optimum;
	char detail[200];
	int d;

	begin(seed);
	for (d = 0; d < (w->later > 0 ? 400 : 200); d++) {
		double x = w->sign * w->lo * exp(chance() * log(w->hi /
			w->lo)), at, ms;
		int above, good;

		if (d == 200)
			optimum = w->later;

		ask_threshold(w);
		at = number_of("\"at\":");
		above = x > at;
		outcome(kind, above == (x > w->sign * optimum), x, &good,
			&ms);
		snprintf(detail, sizeof(detail), "{\"c\":[{\"b\":0,\"v\":%s,"
			"\"o\":[],\"t\":[{\"x\":%.9g,\"at\":%.9g}]}]}", above ?
			"true" : "false", x, at);
		learn(above ? 0 : 1, good, ms, detail);
	}
	ask_threshold(w);
	return fabs(number_of("\"best\":") / w->sign / optimum - 1);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void test_thresholds(void)
{
	static const struct threshold_world worlds[] = {
		{1000, 100, 10000, 200, 1, 0}, {1000, 100, 10000, 700, 1, 0},
		{1000, 100, 10000, 1000, 1, 0},
		{1000, 100, 10000, 5000, 1, 0}, {10, 1, 100, 30, -1, 0}};
	static const char *const kinds[] = {"success",
		"success with 10 % noise", "time",
		"noisy success while time misleads"};
	enum { N = sizeof(worlds) / sizeof(*worlds), EACH = 6 };
	double off[N * EACH];
	unsigned seed;
	size_t i;
	int kind, held, n;

	for (kind = BY_SUCCESS; kind <= BY_CONFOUNDED; kind++) {
		held = n = 0;
		for (i = 0; i < N; i++)
			for (seed = 1; seed <= EACH; seed++) {
				off[n] = threshold_world(&worlds[i],
					(enum signal)kind, seed);
				held += off[n++] <= 0.1;
			}
		qsort(off, (size_t)n, sizeof(*off), by_size);
		ok(held >= n * 9 / 10, "by %s a threshold is within 10 %% of "
			"the hidden optimum after 200 decisions",
			kinds[kind]);
		note("%d of %d worlds; off by %.1f %% (median), %.1f %% "
			"(nine of ten)", held, n, 100 * off[n / 2],
			100 * off[n * 9 / 10]);
	}
}

static void test_moving_optimum(void)
{
	static const struct threshold_world worlds[] = {
		{1000, 100, 10000, 500, 1, 3000},
		{1000, 100, 10000, 4000, 1, 300}};
	double off[20];
	unsigned i;
	int held = 0;

	for (i = 0; i < 20; i++) {
		off[i] = threshold_world(&worlds[i % 2], BY_SUCCESS, i + 1);
		held += off[i] <= 0.1;
	}
	qsort(off, 20, sizeof(*off), by_size);
	ok(held >= 18, "a threshold follows an optimum that moves within 200 "
		"decisions more");
	note("%d of 20 worlds; off by %.1f %% (median)", held, 100 * off[10]);
}

/* Where outcomes do not depend on it, a threshold stays near its start. */
static void test_idle_threshold(void)
{
	const struct threshold_world w = {1000, 100, 10000, 1000, 1, 0};
	char detail[200];
	double worst = 0, at;
	unsigned seed;
	int d;

	for (seed = 1; seed <= 5; seed++) {
		begin(seed);
		for (d = 0; d < 100; d++) {
			double x = 100 * exp(chance() * log(100));

			ask_threshold(&w);
			at = number_of("\"at\":");
			snprintf(detail, sizeof(detail), "{\"c\":[{\"b\":0,"
				"\"v\":true,\"o\":[],\"t\":[{\"x\":%.9g,\"at\""
				":%.9g}]}]}", x, at);
			learn(x > at ? 0 : 1, 1, 100, detail);
		}
		ask_threshold(&w);
		at = fabs(log(number_of("\"best\":") / 1000));
		worst = at > worst ? at : worst;
	}
	ok(worst < log(2), "a threshold that changes nothing stays within a "
		"factor of two of its start");
	note("at most a factor of %.2f", exp(worst));
}

/* ------------------------------------------------------------------ choose */
struct choose_world {
	const char *what;
	int count;
	double p[5], ms[5];
	int changes;       /* after 300 of 600 the arms are turned round */
	double share;      /* of the worlds */
};

static const struct choose_world chooses[] = {
	{"two arms, one succeeds more", 2, {0.5, 0.9}, {100, 100}, 0, 1},
	{"three arms, one succeeds more", 3, {0.3, 0.6, 0.9},
		{100, 100, 100}, 0, 0.9},
	{"five arms, one succeeds more", 5, {0.2, 0.4, 0.5, 0.6, 0.9},
		{100, 100, 100, 100, 100}, 0, 0.9},
	{"two arms, one three times as fast", 2, {0.9, 0.9}, {300, 100}, 0,
		0.9},
	{"five arms, one three times as fast", 5,
		{0.9, 0.9, 0.9, 0.9, 0.9}, {300, 300, 300, 300, 100}, 0,
		0.9},
	{"a fast arm that fails more", 2, {0.4, 0.9}, {100, 300}, 0, 1},
	{"two arms whose success changes", 2, {0.5, 0.9}, {100, 100}, 1,
		0.9},
	{"four arms whose success changes", 4, {0.3, 0.4, 0.5, 0.9},
		{100, 100, 100, 100}, 1, 0.9},
	{"three arms whose times change", 3, {0.9, 0.9, 0.9},
		{300, 300, 100}, 1, 0.9}};

/* Mean reward of the last 100 pulls over the best arm's: success by time
 * where success is equal, else success. */
static double choose_world(const struct choose_world *w, unsigned seed)
{
	int pulls = w->changes ? 600 : 300, d, arm, as, i;
	int timed = w->p[0] == w->p[w->count - 1];
	double sum = 0, best = 0, r;

	for (i = 0; i < w->count; i++) {
		r = timed ? w->p[i] / w->ms[i] : w->p[i];
		best = r > best ? r : best;
	}
	begin(seed);
	for (d = 0; d < pulls; d++) {
		ask();
		buf_printf(&query, ",\"arms\":%d}", w->count);
		policy("choose");
		arm = (int)number_of("\"arm\":");
		as = d >= 300 ? w->count - 1 - arm : arm;
		if (d >= pulls - 100)
			sum += timed ? w->p[as] / w->ms[as] : w->p[as];
		learn(arm, chance() < w->p[as], noisy(w->ms[as]),
			"{\"arms\":[]}");
	}
	return sum / 100 / best;
}

static void test_choose(void)
{
	size_t i;
	unsigned seed;

	for (i = 0; i < sizeof(chooses) / sizeof(*chooses); i++) {
		const struct choose_world *w = &chooses[i];
		double sum = 0, least = 2, r;
		int held = 0;

		for (seed = 1; seed <= SEEDS; seed++) {
			r = choose_world(w, seed);
			held += r >= 0.9;
			sum += r;
			least = r < least ? r : least;
		}
		ok(held >= SEEDS * w->share, "%s: choose reaches 90 %% of "
			"the best arm within 300 pulls", w->what);
		note("%d of %d worlds; mean %.1f %%, least %.1f %%", held,
			SEEDS, 100 * sum / SEEDS, 100 * least);
	}
}

static void test_cost(void)
{
	int d, cheap = 0;

	begin(1);
	for (d = 0; d < 200; d++) {
		int arm;

		ask();
		buf_str(&query, ",\"arms\":2}");
		policy("choose");
		arm = (int)number_of("\"arm\":");
		cheap += d >= 100 && arm == 1;
		ask();
		buf_printf(&query, ",\"rows\":[{\"branch\":%d,\"ok\":1,"
			"\"ms\":%.6g,\"cost\":%g,\"detail\":{\"arms\":[]}}]}",
			arm, noisy(100), arm ? 0.01 : 0.05);
		policy("learn");
		buf_clear(&state);
		buf_add(&state, reply.data + 9, reply.len - 10);
	}
	ok(cheap >= 90, "of two arms as good and as fast the cheaper one is "
		"chosen");
	note("%d of the last 100 pulls", cheap);
}

/* ------------------------------------------------------------------- shape */
static void is_reply(const char *function, const char *json,
	const char *want, const char *sentence)
{
	buf_clear(&query);
	buf_str(&query, json);
	policy(function);
	is_str(buf_cstr(&reply), want, sentence);
}

static void test_nothing_known(void)
{
	is_reply("order", "{\"cond\":0,\"ops\":3,\"all\":true,\"seed\":1}",
		"{\"order\":[0,1,2],\"why\":\"as written: nothing is known "
		"yet\"}", "operands keep their order while nothing is known");
	is_reply("threshold", "{\"state\":{\"v\":1,\"rows\":2,\"b\":[],\"c\":"
		"[{\"o\":[],\"t\":[[0,\"\"]]}]},\"cond\":0,\"index\":0,"
		"\"start\":1000,\"lo\":100,\"hi\":10000,\"seed\":1}",
		"{\"at\":1000,\"why\":\"as written: one side has not been "
		"tried\"}", "and where only one side was seen");
	is_reply("threshold", "{\"cond\":0,\"index\":0,\"start\":1000,"
		"\"lo\":100,\"hi\":10000,\"seed\":1}", "{\"at\":1000,\"why\":"
		"\"as written: nothing is known yet\"}",
		"a threshold is where it was written while nothing is known");
	is_reply("threshold", "{\"state\":{\"v\":7},\"cond\":0,\"index\":0,"
		"\"start\":5,\"lo\":1,\"hi\":10,\"seed\":1}", "{\"at\":5,"
		"\"why\":\"as written: nothing is known yet\"}",
		"a state of another version counts as unknown");
	is_reply("tell", "{\"state\":null}",
		"{\"lines\":[\"learned from 0 decisions\"]}",
		"of nothing there is nothing to tell");
	is_reply("learn", "{\"state\":null,\"rows\":[{\"branch\":null,\"ok\":"
		"null,\"ms\":\"x\",\"detail\":{\"c\":[1,null,{\"b\":99},"
		"{\"b\":0,\"o\":[null,{\"i\":-1},{\"i\":\"x\"}],\"t\":[null,"
		"{\"x\":null,\"at\":null}]}]}},{\"branch\":500,\"detail\":"
		"null}]}", "{\"state\":{\"b\":[],\"c\":[{\"o\":[],\"t\":[[0,"
		"\"\"],[0,\"\"]]}],\"rows\":2,\"v\":1}}",
		"rows that make no sense are counted and teach nothing");
}

/* Decisions with more of everything than a state keeps. */
static void test_large(void)
{
	struct buf detail;
	int d, c, i;

	begin(7);
	buf_init(&detail);
	for (d = 0; d < 120; d++) {
		buf_clear(&detail);
		buf_str(&detail, "{\"c\":[");
		for (c = 0; c < 12; c++) {
			buf_printf(&detail, "%s{\"b\":%d,\"v\":true,\"o\":[",
				c ? "," : "", c);
			for (i = 0; i < 32; i++)
				buf_printf(&detail, "%s{\"i\":%d,\"v\":true,"
					"\"ms\":%g}", i ? "," : "", i,
					noisy(1234.567));
			buf_str(&detail, "],\"t\":[");
			for (i = 0; i < 6; i++)
				buf_printf(&detail, "%s{\"x\":%g,\"at\":%g}",
					i ? "," : "", noisy(1e9), 1.2345e9);
			buf_str(&detail, "]}");
		}
		buf_str(&detail, "]}");
		learn(d % 40, d % 3 > 0, noisy(98765), buf_cstr(&detail));
	}
	buf_release(&detail);
	ok(state.len <= 4096, "a state of more than it keeps has at most "
		"4 KB");
	note("%zu bytes", state.len);
	ask();
	buf_str(&query, "}");
	policy("tell");
	ok(strstr(buf_cstr(&reply), "120 decisions") != NULL,
		"and can be told");
}

/* The loop gives a call the time of one condition. */
static void test_thousand(void)
{
	struct vm_options o = {.limit_ms = 100};
	struct err err = {0};
	struct vm *own;
	struct buf out;
	int i;

	buf_init(&out);
	buf_clear(&query);
	buf_str(&query, "{\"rows\":[");
	for (i = 0; i < 1000; i++)
		buf_printf(&query, "%s{\"branch\":%d,\"ok\":1,\"ms\":5,\"cost"
			"\":0,\"detail\":{\"c\":[{\"b\":0,\"v\":true,\"o\":[{"
			"\"i\":0,\"v\":true,\"ms\":3},{\"i\":1,\"v\":true,"
			"\"ms\":1}],\"t\":[{\"x\":%d,\"at\":500}]}]}}",
			i ? "," : "", i % 2, i + 1);
	buf_str(&query, "]}");
	if (vm_new(&own, &o, &err) == -1)
		exit(1);
	if (!ok(vm_policy(own, "learn", (struct str){query.data, query.len},
		&out, &err) == 0 && strstr(buf_cstr(&out), "\"rows\":1000"),
		"a thousand decisions are learnt within one evaluation"))
		note("%s", err.text);
	vm_free(own);
	buf_release(&out);
}

static void test_errors(void)
{
	struct err err = {0};
	struct buf out;

	buf_init(&out);
	buf_str(&out, "kept");
	is_int(vm_policy(vm, "learn", str_of("{"), &out, &err), -1,
		"what is no JSON is an error");
	is_str(buf_cstr(&out), "kept", "that leaves the output as it was");
	is_int(vm_policy(vm, "nothing", str_of("{}"), &out, &err), -1,
		"an unknown function is an error");
	is_str(err.text, "adaptive.lua: there is no function 'nothing'",
		"that names it");
	buf_release(&out);
}

static void put_file(const char *dir, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/adaptive.lua", dir);
	f = fopen(path, "w");
	if (!f)
		exit(1);
	fputs(text, f);
	fclose(f);
}

/* What a fresh vm says that reads adaptive.lua from a directory. */
static void says(const char *dir, const char *text, const char *want,
	const char *sentence)
{
	struct vm_options o = {.limit_ms = 100};
	struct err err = {0};
	struct vm *own;
	struct buf out;

	if (text)
		put_file(dir, text);
	buf_init(&out);
	if (vm_new(&own, &o, &err) == -1)
		exit(1);
	if (vm_policy(own, "f", str_of("{\"a\":[1,2]}"), &out, &err) == -1)
		buf_str(&out, err.text);
	is_str(buf_cstr(&out), want, sentence);
	vm_free(own);
	buf_release(&out);
}

static void test_own_file(void)
{
	char dir[] = "/tmp/wf-test-XXXXXX", path[64], want[160];

	if (!mkdtemp(dir))
		exit(1);
	setenv("WF_LUA_PATH", dir, 1);
	says(dir, "return {f = function(t) return {n = #t.a} end}",
		"{\"n\":2}", "WF_LUA_PATH replaces the file of the binary");
	says(dir, "return {f = function(t)\nreturn {t.b.c} end}",
		"adaptive.lua:2: attempt to index a nil value (field 'b')",
		"an error in it has its line");
	says(dir, "return {", "adaptive.lua:1: unexpected symbol near "
		"<eof>", "and so has one of syntax");
	says(dir, "return 1", "adaptive.lua: bad argument #-1 to '?' (table "
		"expected, got number)", "it has to return a table");
	says(dir, "return {f = function() while true do end end}",
		"adaptive.lua: took longer than 100 ms",
		"a loop in it ends by the watchdog");
	says(dir, "return {f = function() return {os.execute} end}",
		"[]", "it runs in the sandbox");
	snprintf(path, sizeof(path), "%s/adaptive.lua", dir);
	unlink(path);
	snprintf(want, sizeof(want), "cannot read %s: No such file or "
		"directory", path);
	says(dir, NULL, want, "a file that is not there is named");
	unsetenv("WF_LUA_PATH");
	rmdir(dir);
}

int main(void)
{
	struct vm_options o = {.limit_ms = 20000};
	struct err err = {0};

	if (vm_new(&vm, &o, &err) == -1)
		exit(1);
	buf_init(&state);
	buf_init(&reply);
	buf_init(&query);
	test_nothing_known();
	test_errors();
	test_order();
	test_thresholds();
	test_moving_optimum();
	test_idle_threshold();
	test_choose();
	test_cost();
	test_large();
	test_thousand();
	ok(largest <= 4096, "no state is larger than 4 KB");
	note("the largest has %zu bytes", largest);
	vm_free(vm);
	test_own_file();
	buf_release(&state);
	buf_release(&reply);
	buf_release(&query);
	return done();
}
