/*
 * The flags of a workflow line: --parallel, --limit N and their kind. Which
 * there are stands in arg.c; what they mean for a plan is decided by those
 * who read the line (front.c) or the definition (parse_def.c).
 */
#include "engine/front/text_int.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"

/* The flag is word i, its value is in word k: the same, or the next. */
static int flag_wrong(struct diags *d, const struct words *w,
	const size_t at[2], struct str value, const char *want)
{
	struct str flag = w->word[at[0]];
	size_t glued = at[0] == at[1] ? flag.n - value.n : 0;

	if (value.n == 0)
		return diag_add(d, "E109", caret(w->at[at[0]], flag.n), NULL,
			"'%.*s' needs a value: %s", (int)flag.n, flag.p, want);
	flag.n = glued ? glued - 1 : flag.n;
	return diag_add(d, "E109", caret(w->at[at[1]] + glued, value.n), NULL,
		"'%.*s' is no value of '%.*s': write %s", (int)value.n,
		value.p, (int)flag.n, flag.p, want);
}

static int set_valued(struct front_flags *f, struct str name,
	struct str value, const char **want)
{
	static const char *const how[] = { "stop", "continue_on_failure",
		"ignore", "rollback" };
	int64_t n;
	int8_t i;

	if (str_eq(name, "resume-from")) {
		f->resume_from = value;
		*want = "the name of a step";
		return is_name(value) ? 0 : -1;
	}
	if (str_eq(name, "timeout")) {
		*want = "a duration such as 30s";
		return duration_parse(value, &f->timeout_ms);
	}
	if (str_eq(name, "limit")) {
		*want = "a number from 1";
		if (number_parse(value, 1, 1 << 20, &n))
			return -1;
		f->limit = (uint32_t)n;
		return 0;
	}
	*want = "stop, continue_on_failure, ignore or rollback";
	for (i = 0; i < 4; i++)
		if (str_eq(value, how[i])) {
			f->strategy = i;
			return 0;
		}
	return -1;
}

static void set_plain(struct front_flags *f, struct str name)
{
	if (str_eq(name, "save-state"))
		f->save_state = 1;
	else if (str_eq(name, "parallel"))
		f->parallel = 1;
	else if (str_eq(name, "fail-fast"))
		f->fail_fast = 1;
	else if (str_eq(name, "adaptive"))
		f->adaptive = 1;
	else if (str_eq(name, "no-learning"))
		f->no_learning = 1;
	else
		f->continuous = 1;
}

static int unknown_flag(struct diags *d, const struct words *w, size_t i,
	struct str name)
{
	const char *near;
	char help[80] = "";
	size_t n = 0;

	while (arg_flags()[n])
		n++;
	near = text_nearest(name, arg_flags(), n);
	if (near)
		snprintf(help, sizeof(help), "did you mean '--%s'?", near);
	else
		snprintf(help, sizeof(help), "/chain --help lists them");
	return diag_add(d, "E108", caret(w->at[i], w->word[i].n), help,
		"unknown flag '%.*s'", (int)w->word[i].n, w->word[i].p);
}

int flags_read(struct front_flags *f, const struct words *w,
	struct diags *d)
{
	struct str name, value;
	const char *eq, *want;
	int rc = 0, valued;
	size_t i, at;

	for (i = 0; i < w->count; i++) {
		at = i;
		name = scan_cut(w->word[i], w->word[i].n > 2 ? 2 : 0,
			w->word[i].n);
		eq = memchr(name.p, '=', name.n);
		value = str_of(NULL);
		if (eq) {
			value = scan_cut(name, (size_t)(eq - name.p) + 1,
				name.n);
			name.n = (size_t)(eq - name.p);
		}
		if (!arg_is_flag(w->word[i]) ||
				!arg_flag_known(name, &valued)) {
			rc = unknown_flag(d, w, i, name);
			continue;
		}
		if (!valued && eq) {
			rc = diag_add(d, "E109", caret(w->at[i], w->word[i].n),
				NULL, "'--%.*s' takes no value", (int)name.n,
				name.p);
			continue;
		}
		if (!valued) {
			set_plain(f, name);
			continue;
		}
		if (!eq && i + 1 < w->count)
			value = w->word[++i];
		if (set_valued(f, name, value, &want))
			rc = flag_wrong(d, w, (size_t[]){ at, i }, value,
				want);
		else if (str_eq(name, "resume-from"))
			f->resume_from.p = memmem(d->source.p + w->at[i],
				d->source.n - w->at[i], value.p, value.n);
	}
	return rc;
}
