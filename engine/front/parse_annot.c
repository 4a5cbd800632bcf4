/*
 * Annotations: the same words behind `@` and as YAML keys (language.md 2.6).
 * What can be known now becomes policy; texts that may hold references wait
 * with the other arguments.
 */
#include "engine/front/shell_tool.h"
#include "engine/front/text_int.h"

#include <assert.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/core/vocab.h"

enum { ANY = 1, FLAG = 2, AGAIN = 4, OPTIONAL = 8 };

static int set_timeout(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_number(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_backoff(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_cache(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_flag(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_needs(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_body(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_effect(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_uses(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_note(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_env(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
static int set_pool(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);

static const char *const keys[] = {
	"timeout", "retry", "backoff", "cache", "needs", "limit", "max",
	"ignore", "undo", "fallback", "verify", "effect", "uses", "reads",
	"writes", "env", "dir", "shell", "tty", "on", "priority", "model",
	"agent", NULL
};
static const struct {
	int (*set)(struct front_ctx *, struct annot *,
		const struct annot_word *);
	int traits;
} rules[] = {
	{ set_timeout, ANY }, { set_number, ANY }, { set_backoff, ANY },
	{ set_cache, ANY | OPTIONAL }, { set_needs, ANY },
	{ set_number, ANY }, { set_number, ANY }, { set_flag, ANY | FLAG },
	{ set_body, 0 }, { set_body, 0 }, { set_body, 0 },
	{ set_effect, 0 }, { set_uses, AGAIN }, { set_note, 0 },
	{ set_note, 0 }, { set_env, AGAIN }, { set_note, 0 },
	{ set_note, 0 }, { set_flag, FLAG }, { set_pool, 0 },
	{ set_number, 0 }, { set_note, 0 }, { set_note, 0 }
};
enum { KEYS = sizeof(rules) / sizeof(rules[0]) };

static int key_index(struct str key)
{
	int i;

	for (i = 0; keys[i]; i++)
		if (str_eq(key, keys[i]))
			return i;
	return -1;
}

int annot_known(struct str key)
{
	return key_index(key) >= 0;
}

const char *const *annot_keys(void)
{
	return keys;
}

void annot_begin(struct front_ctx *c, struct annot *a, struct spot s,
	uint32_t node)
{
	uint32_t inner = c->nodes[node].inner;

	memset(a, 0, sizeof(*a));
	a->node = node;
	a->spot = s;
	a->policy.pool = PLAN_NONE;
	if (inner != PLAN_NONE) {
		a->policy.limit = c->spaces[inner].limit;
		a->policy.timeout_ms = c->spaces[inner].timeout_ms;
	}
}

/* There is one terminal. */
static void demand_terminal(struct front_ctx *c, struct annot *a)
{
	uint32_t at = build_demand(c->build,
		build_text(c->build, str_of("terminal")), 1);

	if (a->policy.demand_count++ == 0)
		a->policy.demand = at;
	assert(at == a->policy.demand + a->policy.demand_count - 1);
	a->any = 1;
}

void annot_end(struct front_ctx *c, struct annot *a)
{
	if (build_at(c->build, a->node)->flags & NODE_TTY)
		demand_terminal(c, a);
	if (a->any)
		build_policy(c->build, a->node, &a->policy);
}

static int wrong(struct front_ctx *c, const struct annot_word *w,
	const char *want)
{
	if (!w->value)
		return src_error(c, src_at(w->src, w->key_at, w->key.n + 1),
			"E221", NULL, "'%.*s' takes a value: %s", (int)w->key.n,
			w->key.p, want);
	return src_error(c, src_at(w->value, 0, w->value->text.n ?
		w->value->text.n : 1), "E221", NULL,
		"'%.*s' is no value of '%.*s': %s", (int)w->value->text.n,
		w->value->text.p, (int)w->key.n, w->key.p, want);
}

static void record(struct front_ctx *c, uint32_t node,
	const struct annot_word *w)
{
	c->said_words = mem_more(c->said_words, c->said_count, &c->said_cap,
		sizeof(*c->said_words));
	c->said_words[c->said_count++] = (struct said_word){ node, w->key,
		w->value };
}

int annot_set(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	int i = key_index(w->key);

	if (i < 0)
		return src_error(c, src_at(w->src, w->key_at, w->key.n + 1),
			"E220", suggest(c, w->key, keys),
			"unknown annotation '@%.*s'", (int)w->key.n, w->key.p);
	if (!(rules[i].traits & AGAIN) && (a->seen & 1ull << i))
		return src_error(c, src_at(w->src, w->key_at, w->key.n + 1),
			"E223", NULL, "'@%s' is given twice", keys[i]);
	a->seen |= 1ull << i;
	if (!(rules[i].traits & ANY) && !c->nodes[a->node].is_step)
		return src_error(c, src_at(w->src, w->key_at, w->key.n + 1),
			"E222", "put it on a step inside",
			"'@%s' belongs to steps, "
			"not to groups and constructs", keys[i]);
	if (!w->value && !(rules[i].traits & (FLAG | OPTIONAL)))
		return wrong(c, w, "write @key=value");
	if (w->value && memchr(w->value->text.p, '\0', w->value->text.n))
		return wrong(c, w, "it holds a NUL byte");
	if (c->record)
		record(c, a->node, w);
	return rules[i].set(c, a, w);
}

static int set_timeout(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	int64_t ms;

	if (duration_parse(w->value->text, &ms) || ms <= 0)
		return wrong(c, w, "a duration such as 500ms, 30s, 5m, 2h");
	a->policy.timeout_ms = ms;
	a->any = 1;
	return 0;
}

static int set_number(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	int retry = str_eq(w->key, "retry");
	int priority = str_eq(w->key, "priority");
	int64_t n, max = priority ? 5 : retry ? 1000 : 1 << 30;

	if (number_parse(w->value->text, retry ? 0 : 1, max, &n))
		return wrong(c, w, priority ? "1 to 5, 1 is the highest" :
			retry ? "a number from 0 to 1000" :
			"a number from 1");
	if (str_eq(w->key, "max") &&
			c->nodes[a->node].node_kind != NODE_WHILE &&
			!c->nodes[a->node].is_step)
		return src_error(c, src_at(w->src, w->key_at, 4), "E222", NULL,
			"'@max' belongs to while loops and steps");
	if (retry)
		a->policy.retry = (uint32_t)n;
	else if (priority)
		a->policy.priority = (uint32_t)n;
	else if (str_eq(w->key, "max"))
		a->policy.max = (uint32_t)n;
	else
		a->policy.limit = (uint32_t)n;
	a->any = 1;
	return 0;
}

/* A decimal number with up to three places, in thousandths. */
static int milli_parse(struct str s, uint32_t *out)
{
	const char *dot = memchr(s.p, '.', s.n);
	struct str whole = s, part = { "", 0 };
	int64_t n, f = 0;
	size_t i;

	if (dot) {
		whole.n = (size_t)(dot - s.p);
		part.p = dot + 1;
		part.n = s.n - whole.n - 1;
		if (part.n == 0 || part.n > 3 || part.p[0] == '-' ||
				number_parse(part, 0, 999, &f))
			return -1;
	}
	for (i = part.n; i < 3; i++)
		f *= 10;
	if (number_parse(whole, 0, 1000, &n) || n * 1000 + f < 1)
		return -1;
	*out = (uint32_t)(n * 1000 + f);
	return 0;
}

static int set_backoff(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	if (milli_parse(w->value->text, &a->policy.backoff_milli))
		return wrong(c, w, "a factor such as 2 or 1.5");
	a->any = 1;
	return 0;
}

/* "true" and "false" are YAML's way of saying a flag. -1: neither. */
static int truth(const struct annot_word *w)
{
	if (!w->value || str_eq(w->value->text, "true"))
		return 1;
	return str_eq(w->value->text, "false") ? 0 : -1;
}

static int set_cache(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	int64_t ms = 0;
	int on = truth(w);

	if (on < 0 && (duration_parse(w->value->text, &ms) || ms <= 0))
		return wrong(c, w, "a duration such as 1h, or nothing");
	if (on == 0)
		return 0;
	build_at(c->build, a->node)->flags |= NODE_CACHE;
	a->policy.cache_ms = ms;
	a->any = 1;
	return 0;
}

static int set_flag(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	int on = truth(w);

	if (on < 0)
		return wrong(c, w, "it takes none");
	if (on)
		build_at(c->build, a->node)->flags |=
			str_eq(w->key, "tty") ? NODE_TTY : NODE_IGNORE;
	return 0;
}

/* The next piece of a comma separated list at *at; 0: no more. */
static int next_piece(struct str s, size_t *at, size_t *from, struct str *out)
{
	size_t end = *at, to;

	if (*at > s.n || s.n == 0)
		return 0;
	while (end < s.n && s.p[end] != ',')
		end++;
	*from = *at;
	to = end;
	scan_trim(scan_cut(s, 0, end), from, &to);
	*out = scan_cut(s, *from, to);
	*at = end + 1;
	return 1;
}

static int set_needs(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	struct str s = w->value->text, name;
	size_t at = 0, from;

	if (s.n == 0)
		return wrong(c, w, "names of steps");
	while (next_piece(s, &at, &from, &name)) {
		if (name.n == 0)
			return wrong(c, w, "names of steps");
		need_add(c, a->spot, a->node, name, w->value);
	}
	return 0;
}

static int set_body(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	enum branch_role role = str_eq(w->key, "undo") ? ROLE_UNDO :
		str_eq(w->key, "verify") ? ROLE_VERIFY : ROLE_FALLBACK;
	size_t first = c->node_count;
	struct spot in;
	struct frag f;
	int rc;

	in = body_open(c, a->spot, a->node, role, NULL, 1);
	in.mode = MODE_FLOW;
	if (!spot_ok(in))
		return src_error(c, src_at(w->src, w->key_at, w->key.n + 1),
			"E209", NULL, "nested more than %d deep", LIMIT_NEST);
	rc = sequence_compile(c, in, w->value, 0, w->value->text.n, &f);
	frag_release(&f);
	for (; first < c->node_count; first++)
		build_at(c->build, (uint32_t)first)->flags |= NODE_SHADOW;
	return rc;
}

static int set_effect(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	struct str s = w->value->text;
	int e = str_eq(s, "pure") ? EFFECT_PURE :
		str_eq(s, "idempotent") ? EFFECT_IDEMPOTENT :
		str_eq(s, "once") ? EFFECT_ONCE : EFFECT_DEFAULT;

	if (e == EFFECT_DEFAULT)
		return wrong(c, w, "pure, idempotent or once");
	build_at(c->build, a->node)->effect = (uint8_t)e;
	return 0;
}

static int set_uses(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	struct str s = w->value->text, piece, name;
	size_t at = 0, from, n;
	int64_t units;
	uint32_t first;

	if (a->policy.demand_count)
		return wrong(c, w, "write all in one: @uses=a:1,b:2");
	while (next_piece(s, &at, &from, &piece)) {
		n = scan_name(piece, 0);
		name = scan_cut(piece, 0, n);
		units = 1;
		if (n == 0 || (n < piece.n && (piece.p[n] != ':' ||
				number_parse(scan_cut(piece, n + 1, piece.n),
				1, 1 << 20, &units))))
			return wrong(c, w, "a tool and its units: "
				"@uses=tool:1");
		first = build_demand(c->build, build_text(c->build, name),
			(uint32_t)units);
		if (a->policy.demand_count++ == 0)
			a->policy.demand = first;
	}
	if (!a->policy.demand_count)
		return wrong(c, w, "a tool and its units: @uses=tool:1");
	a->any = 1;
	return 0;
}

static int set_note(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	if (w->value->text.n == 0)
		return wrong(c, w, "it is empty");
	if (str_eq(w->key, "shell") && !str_eq(w->value->text, "sh") &&
			!str_eq(w->value->text, "bash"))
		return wrong(c, w, "sh or bash");
	arg_text(c, a->spot, a->node, ARG_NOTE, keys[key_index(w->key)],
		w->value);
	return 0;
}

static int set_pool(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	if (!is_name(w->value->text))
		return wrong(c, w, "the name of a pool");
	a->policy.pool = build_text(c->build, w->value->text);
	a->any = 1;
	return 0;
}

/* Names that would let a workflow file change what programs run. */
static int hijacks(struct str s)
{
	static const char *const names[] = {
		"BASH_ENV", "ENV", "IFS", "PATH", "PS4", "SHELLOPTS",
		"BASHOPTS", "CDPATH", "PROMPT_COMMAND", "GLOBIGNORE",
		"GCONV_PATH", "GLIBC_TUNABLES", "NLSPATH", "LOCPATH",
		"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PERL5OPT",
		"PERL5LIB", "PERLLIB", "RUBYOPT", "RUBYLIB", "NODE_OPTIONS",
		"NODE_PATH", "LUA_INIT", "LUA_PATH", "LUA_CPATH",
		"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "ZDOTDIR", "GIT_SSH",
		"GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_EXEC_PATH",
		"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_COUNT",
		"WF", NULL
	};
	static const char *const prefixes[] = {
		"WF_", "LD_", "DYLD_", "BASH_FUNC_", NULL
	};
	int i;

	for (i = 0; names[i]; i++)
		if (str_eq(s, names[i]))
			return 1;
	for (i = 0; prefixes[i]; i++)
		if (s.n >= strlen(prefixes[i]) &&
				memcmp(s.p, prefixes[i],
				strlen(prefixes[i])) == 0)
			return 1;
	return 0;
}

static int set_env(struct front_ctx *c, struct annot *a,
	const struct annot_word *w)
{
	struct str s = w->value->text, key;
	size_t n = 0;
	struct src *v;

	while (n < s.n && scan_word_char(s.p[n]))
		n++;
	key = scan_cut(s, 0, n);
	if (n == 0 || n == s.n || s.p[n] != ':' ||
			(s.p[0] >= '0' && s.p[0] <= '9'))
		return wrong(c, w, "NAME:VALUE");
	/* @env=PAGER:less is the author's word; a value's never is */
	if (hijacks(key) || (tool_variable(key) &&
			memmem(s.p + n, s.n - n, "${", 2)))
		return src_error(c, src_at(w->value, 0, n), "E224",
			"set it inside the step's own text if it must be",
			"a workflow may not set '%.*s'", (int)n, s.p);
	v = arena_alloc(&c->arena, sizeof(*v));
	v->text = scan_cut(s, n + 1, s.n);
	v->up = w->value;
	v->at = n + 1;
	arg_text(c, a->spot, a->node, ARG_ENV,
		arena_strndup(&c->arena, key.p, key.n), v);
	return 0;
}
