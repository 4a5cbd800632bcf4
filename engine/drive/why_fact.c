/*
 * The facts that the conditions of a step name, as the run has read them.
 */
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/text.h"
#include "engine/core/run_fact.h"
#include "engine/drive/why_int.h"

enum { SHOWN = 60, FACTS = 6 }; /* bytes of a value, of "facts." */

static int in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_';
}

/* Whether `text` holds the name as a word of its own. */
static int names(const char *text, const char *name, size_t n)
{
	const char *at = text;

	while ((at = strstr(at, name))) {
		int root = at - text >= FACTS && memcmp(at - FACTS, "facts.",
			FACTS) == 0;
		int within = at > text && !root && (in_name(at[-1]) ||
			at[-1] == '.');

		if (!within && !in_name(at[n]))
			return 1;
		at += n;
	}
	return 0;
}

static int is_named(const struct why *w, const char *name)
{
	const struct plan *p = w->view->plan;
	const struct plan_node *n = &p->nodes[w->node];
	size_t len = strlen(name);

	if (n->cond != PLAN_NONE && names(plan_text(p, n->cond), name, len))
		return 1;
	for (uint32_t i = 0; i < n->branch_count; i++) {
		const struct plan_branch *b = &p->branches[n->branch + i];

		if (b->role == ROLE_BODY && b->expr != PLAN_NONE &&
				names(plan_text(p, b->expr), name, len))
			return 1;
	}
	return 0;
}

static void tell(struct why *w, const char *name, struct str value,
	int64_t cost_us)
{
	int cut = value.n > SHOWN;
	char took[16];

	if (!is_named(w, name))
		return;
	duration_print(cost_us, took);
	why_add(w, 0, "fact", mem_printf("%s is %.*s%s%s%s", name,
		cut ? SHOWN : (int)value.n, value.p, cut ? "..." : "",
		cost_us ? ", found in " : "", cost_us ? took : ""));
}

void why_facts(struct why *w)
{
	struct fact_read f;

	for (size_t i = 0; run_fact_at(w->view->run, i, &f); i++) {
		struct jspan_walk fields = {f.value, 0};
		struct str key, value, made;
		char *name;

		if (f.value.n && f.value.p[0] != '{') {
			name = mem_strndup(f.name.p, f.name.n);
			tell(w, name, f.value, f.cost_us);
			mem_free(name);
			continue;
		}
		while (jspan_next(&fields, &key, &value)) {
			name = mem_printf("%.*s.%.*s", (int)f.name.n, f.name.p,
				(int)key.n - 2, key.p + 1);
			/* steps have made another */
			if (!run_fact(w->view->run, str_of(name), &made))
				tell(w, name, value, f.cost_us);
			mem_free(name);
		}
	}
}
