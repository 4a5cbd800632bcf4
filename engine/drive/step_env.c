/*
 * The variables of a step: as it starts, and again for a person who wants to
 * stand where it stood.
 */
#include "engine/drive/step_env.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "engine/view.h"

const char *const *step_env(struct engine *e, const struct flow *f,
	const char *path, uint32_t attempt, struct arena *a)
{
	const cJSON *set;
	size_t n = 0, cap = (size_t)cJSON_GetArraySize(e->envs) + 8;
	const char **env = arena_alloc(a, cap * sizeof(*env));
	const char *project = e->project ? e->project : f->dir;
	char key[33];

	run_key(str_of(project), str_of(f->ulid), str_of(path), key);
	env[n++] = "WF=1";
	env[n++] = arena_printf(a, "WF_RUN_ID=%s", f->ulid);
	env[n++] = arena_printf(a, "WF_STEP=%s", path);
	env[n++] = arena_printf(a, "WF_ATTEMPT=%u", attempt);
	env[n++] = arena_printf(a, "WF_IDEMPOTENCY_KEY=%s", key);
	cJSON_ArrayForEach(set, e->envs)
		env[n++] = cJSON_IsString(set)
			? arena_printf(a, "%s=%s", set->string,
				set->valuestring)
			: arena_strndup(a, set->string, strlen(set->string));
	env[n] = NULL;
	return env;
}

static int is_dir_note(const struct plan *p, const struct plan_arg *a)
{
	return a->role == ARG_NOTE && strcmp(plan_text(p, a->name), "dir") == 0;
}

/* Its own variables behind those of all, its own directory. */
static int add_args(const struct flow *f, struct place at, struct arena *a,
	const char **env, struct step_world *out, struct err *err)
{
	const struct plan *p = f->run->plan;
	const struct plan_node *n = &p->nodes[at.node];
	struct buf text;
	size_t count = 0;
	int rc = 0;

	buf_init(&text);
	while (env[count])
		count++;
	for (uint32_t i = n->arg; rc >= 0 && i < n->arg + n->arg_count; i++) {
		const struct plan_arg *arg = &p->args[i];
		struct err none = {0};

		if (arg->role != ARG_ENV && !is_dir_note(p, arg))
			continue;
		buf_clear(&text);
		rc = flow_arg(f, at, arg, &text, &none);
		if (rc < 0)
			*err = none;
		else if (rc == 0)
			out->missing++;
		else if (arg->role == ARG_ENV)
			env[count++] = arena_printf(a, "%s=%s",
				plan_text(p, arg->name), buf_cstr(&text));
		else
			out->dir = arena_printf(a, "%s%s%s",
				text.len && text.data[0] == '/' ? "" : f->dir,
				text.len && text.data[0] == '/' ? "" : "/",
				buf_cstr(&text));
	}
	env[count] = NULL;
	buf_release(&text);
	return rc < 0 ? -1 : 0;
}

int engine_step_world(struct engine *e, const struct run *r, struct place at,
	struct arena *a, struct step_world *out, struct err *err)
{
	const struct step *st = run_step(r, at.frame, at.node);
	const char *const *base;
	const char **env;
	size_t n = 0, more = r->plan->nodes[at.node].arg_count;
	struct buf path;
	struct flow f;

	memset(out, 0, sizeof(*out));
	if (flow_of_run(e, r, &f, err) < 0)
		return -1;
	buf_init(&path);
	run_path(r, at.frame, at.node, &path);
	out->dir = arena_strndup(a, f.dir, strlen(f.dir));
	base = step_env(e, &f, arena_strndup(a, buf_cstr(&path), path.len),
		st && st->attempts ? st->attempts : 1, a);
	buf_release(&path);
	while (base[n])
		n++;
	env = arena_alloc(a, (n + more + 1) * sizeof(*env));
	memcpy(env, base, (n + 1) * sizeof(*env));
	out->env = env;
	return add_args(&f, at, a, env, out, err);
}
