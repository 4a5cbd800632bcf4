/* States of sites in words: by a policy, without one, and damaged. */
#include "engine/base/buf.h"
#include "engine/learn.h"
#include "tests/unit/tap.h"

struct fake {
	const char *answer;    /* NULL: it fails */
	char name[20], in[200];
};

static int call(void *ud, const char *name, struct str in, struct buf *out,
	struct err *err)
{
	struct fake *f = ud;

	snprintf(f->name, sizeof(f->name), "%s", name);
	snprintf(f->in, sizeof(f->in), "%.*s", (int)in.n, in.p);
	if (!f->answer)
		return err_set(err, ERR_LIMIT, "too slow");
	buf_str(out, f->answer);
	return 0;
}

static int tell(struct engine *e, const char *state, struct buf *out,
	struct err *err)
{
	buf_clear(out);
	return engine_tell_state(e, str_of(state), out, err);
}

static void test_plain(struct engine *e, struct buf *out)
{
	struct err err;

	tell(e, "{\"n\":3,\"c\":[{\"b\":0,\"o\":[{\"p\":0.5},[1,2]]}],"
		"\"x\":{\"y\":\"two\\nlines\",\"z\":[]}}", out, &err);
	is_str(buf_cstr(out), "n 3\ncondition 0: b 0\n  operand 0: p 0.5\n"
		"  operand 1: 1, 2\nx: y two lines\n  z\n",
		"without a policy the numbers are told as they are nested");
	is_int(tell(e, "{}", out, &err), 0, "nothing known is no error");
	is_str(buf_cstr(out), "", "and no lines");
	is_int(tell(e, "{\"a\":", out, &err), -1, "what is no JSON is one");
	ok(err.code == ERR_CORRUPT && strstr(err.help, "--reset SITE"),
		"with a way out");
	is_int(tell(e, "7", out, &err), -1, "so is a mere number");
	is_int(tell(e, "", out, &err), -1, "and nothing at all");
}

static void test_deep(struct engine *e, struct buf *out)
{
	struct buf state;
	struct err err;
	int i;

	buf_init(&state);
	for (i = 0; i < 500; i++)
		buf_str(&state, "{\"a\":");
	buf_str(&state, "1");
	for (i = 0; i < 500; i++)
		buf_char(&state, '}');
	is_int(tell(e, buf_cstr(&state), out, &err), 0,
		"a state that nests too deep is told as far as it is sensible");
	ok(out->len < 500, "in a few lines");
	buf_clear(&state);
	buf_str(&state, "{\"arms\":[{}");
	for (i = 0; i < 5000; i++)
		buf_str(&state, ",{\"n\":1}");
	buf_str(&state, "]}");
	is_int(tell(e, buf_cstr(&state), out, &err), 0, "so is a long one");
	ok(out->len < 5000 && strstr(buf_cstr(out), "arm 1: n 1\n") &&
		strstr(buf_cstr(out), "...\n"), "and the end says that it "
		"was cut");
	buf_release(&state);
}

static void test_policy(struct engine *e, struct buf *out)
{
	struct fake f = { .answer = "{\"lines\":[\"a is right\\u0007\","
		"\"b is not\",3]}" };
	struct engine_policy p = { &f, call };
	struct err err;

	engine_set_policy(e, &p);
	is_int(tell(e, " {\"n\":1} ", out, &err), 0, "a policy tells its own");
	ok(strcmp(f.name, "tell") == 0 &&
		strcmp(f.in, "{\"state\":{\"n\":1}}") == 0,
		"it is given the state");
	is_str(buf_cstr(out), "a is right \nb is not\n3\n",
		"and its lines are told, without what controls terminals");
	f.answer = "{\"lines\":[]}";
	ok(tell(e, "{}", out, &err) == 0 && !out->len, "it may have none");
	f.answer = "{\"rows\":[]}";
	is_int(tell(e, "{}", out, &err), -1, "an answer of no lines fails");
	f.answer = "nonsense";
	is_int(tell(e, "{}", out, &err), -1, "so does nonsense");
	f.answer = NULL;
	is_int(tell(e, "{}", out, &err), -1, "so does a policy that fails");
	is_str(err.text, "too slow", "with its own reason");
	f.in[0] = '\0';
	is_int(tell(e, "{\"n\":1}}", out, &err), -1,
		"what is no JSON is not given to it");
	is_str(f.in, "", "at all");
	engine_set_policy(e, NULL);
	is_int(tell(e, "{}", out, &err), 0, "it can be taken away");
}

int main(void)
{
	struct engine_options o = { .state_dir = NULL };
	struct engine *e;
	struct err err;
	struct buf out;

	if (engine_open(&e, &o, &err) != 0) {
		printf("Bail out! %s\n", err.text);
		return 1;
	}
	buf_init(&out);
	test_plain(e, &out);
	test_deep(e, &out);
	test_policy(e, &out);
	buf_release(&out);
	engine_close(e);
	return done();
}
