/*
 * What the plan has and the run has not: branches that were passed over, and
 * the steps in them. Told from the frames that are open, which events opened.
 */
#include <string.h>

#include "engine/drive/why_int.h"

static int is_open(const struct why *w, uint32_t branch)
{
	const struct run *r = w->view->run;

	for (uint32_t i = 1; i < r->frame_count; i++)
		if (r->frames[i].parent == w->frame && !r->frames[i].dropped &&
				r->frames[i].owner == w->node &&
				r->frames[i].branch == branch)
			return 1;
	return 0;
}

void why_branches(struct why *w)
{
	const struct plan *p = w->view->plan;
	const struct plan_node *n = &p->nodes[w->node];
	const struct step *s = run_step(w->view->run, w->frame, w->node);
	uint32_t taken = 0;

	if (n->kind != NODE_IF)
		return;
	while (taken < n->branch_count && (p->branches[n->branch +
			taken].role != ROLE_BODY || !is_open(w, n->branch +
			taken)))
		taken++;
	if (taken == n->branch_count && s->state != STEP_SUCCEEDED)
		return;
	for (uint32_t i = 0; i < n->branch_count; i++) {
		const struct plan_branch *b = &p->branches[n->branch + i];
		const char *how = i < taken ? "false" : i == taken ? "true"
			: "not looked at";

		if (b->role != ROLE_BODY)
			continue;
		if (b->expr != PLAN_NONE)
			why_add(w, 0, i == taken ? "branch" : "not taken",
				mem_printf("%s is %s", plan_text(p, b->expr),
				how));
		else
			why_add(w, 0, i == taken ? "branch" : "not taken",
				mem_strdup("else"));
	}
}

static enum branch_role role_of(const struct plan *p, uint32_t node)
{
	uint32_t body = p->nodes[node].body, owner = p->bodies[body].owner;
	const struct plan_node *n = &p->nodes[owner];

	for (uint32_t i = 0; i < n->branch_count; i++)
		if (p->branches[n->branch + i].body == body)
			return (enum branch_role)
				p->branches[n->branch + i].role;
	return ROLE_BODY;
}

/* run_path's word for it, less its dot. */
static const char *role_word(enum branch_role role)
{
	return role == ROLE_FALLBACK ? "fallback" : role == ROLE_UNDO ? "undo"
		: role == ROLE_VERIFY ? "verify" : role == ROLE_FACT ? "fact"
		: "";
}

/* Takes "WORD" off the end of the first `end` bytes: what is left before its
 * dot; `end` when it does not stand there. */
static size_t without(const char *path, size_t end, const char *word)
{
	size_t n = strlen(word);

	if (!n || end <= n || memcmp(path + end - n, word, n) != 0 ||
			path[end - n - 1] != '.')
		return end;
	return end - n - 1;
}

/* Takes "[2]" off. */
static size_t without_index(const char *path, size_t end)
{
	if (!end || path[end - 1] != ']')
		return end;
	while (end && path[end - 1] != '[')
		end--;
	return end - (end > 0);
}

/* Whether `path`, with its iterations left out, ends in the node and the
 * nodes around it. */
static int leads_to(const struct plan *p, const char *path, uint32_t node)
{
	size_t end = strlen(path);

	for (;;) {
		const char *name = plan_text(p, p->nodes[node].name);
		size_t n = strlen(name), from;

		end = without_index(path, end);
		from = end;
		while (from && path[from - 1] != '.')
			from--;
		if (end - from != n || memcmp(path + from, name, n) != 0)
			return 0;
		if (!from)
			return 1;
		end = from - 1;
		if (p->nodes[node].body == 0)
			return 0;
		if (role_of(p, node) == ROLE_FACT)
			end = without_index(path, end);
		end = without(path, end, role_word(role_of(p, node)));
		node = p->bodies[p->nodes[node].body].owner;
	}
}

int why_not_reached(struct why *w, const char *path)
{
	const struct plan *p = w->view->plan;
	const struct plan_node *around;
	uint32_t node = 0, frame, owner;
	const char *name;

	while (node < p->node_count && !leads_to(p, path, node))
		node++;
	if (node == p->node_count || p->nodes[node].body == 0)
		return -1;
	owner = p->bodies[p->nodes[node].body].owner;
	around = &p->nodes[owner];
	name = plan_text(p, around->name);
	if (run_find(w->view->run, str_of(name), &frame, &owner) < 0 ||
			!step_settled(run_step(w->view->run, frame, owner)))
		why_add(w, 0, "not reached", mem_printf("%s has not come to it",
			name));
	else if (role_of(p, node) == ROLE_FALLBACK)
		why_add(w, 0, "not run", mem_printf("%s did not need its "
			"@fallback", name));
	else if (role_of(p, node) == ROLE_UNDO)
		why_add(w, 0, "not run", mem_printf("%s was not undone", name));
	else if (role_of(p, node) == ROLE_VERIFY)
		why_add(w, 0, "not run", mem_printf("%s was never in doubt",
			name));
	else if (role_of(p, node) == ROLE_FACT)
		why_add(w, 0, "not run", mem_printf("no condition of %s asked "
			"for the fact", name));
	else if (around->kind == NODE_IF)
		why_add(w, 0, "not run", mem_printf("%s did not take its branch"
			"    /why %s.%s", name, w->view->ulid_short, name));
	else
		why_add(w, 0, "not run", mem_printf("%s had no round for it",
			name));
	return 0;
}
