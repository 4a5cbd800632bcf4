/*
 * /save NAME [RUN]: keeps a run's workflow as .wf/workflows/NAME.wf (YAML
 * blocks as NAME.yaml); it is then the step and command /NAME.
 */
#include <errno.h>
#include <sys/stat.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/io/file.h"
#include "shell/plan_yaml.h"
#include "shell/run_ref.h"

static int make_folder(struct session *s, struct err *err)
{
	static const char *const parts[] = {".wf", ".wf/workflows"};

	for (size_t i = 0; i < 2; i++) {
		char *path = mem_printf("%s/%s", s->dir, parts[i]);
		int rc = mkdir(path, 0777);

		mem_free(path);
		if (rc < 0 && errno != EEXIST)
			return err_errno(err, ERR_IO, "cannot make %s",
				parts[i]);
	}
	return 0;
}

static int is_taken(struct session *s, struct str name)
{
	return cmd_find(name) || vocab_find(s->env.vocab, name.p, name.n) >= 0
		|| front_knows(&(struct front_env){.vocab = s->env.vocab},
		name);
}

/* A line as typed, but not that it ran in the background; of a single step
 * its text alone. */
static void add_line(struct session *s, const char *source, struct buf *out)
{
	struct lines l = {.source = str_of(source), .complete = 1};
	struct diags none;
	struct line line;

	diags_init(&none, NULL, 1, l.source);
	line_next(&l, &line, &none);
	diags_release(&none);
	if (!front_step_text(&s->env, &line, out)) {
		struct str all = str_trim(l.source);

		if (line.kind == LINE_COMMAND && line.background && all.n &&
				all.p[all.n - 1] == '&')
			all = str_trim((struct str){all.p, all.n - 1});
		buf_add(out, all.p, all.n);
	}
	buf_char(out, '\n');
}

struct found_def {
	struct session *s;
	const char *file;
	struct str told[8];
	size_t count;
};

/* A definition of the session has no file. */
static int find_def(void *ud, struct str name, struct front_def *out)
{
	struct found_def *f = ud;
	size_t i = 0;

	if (!defs_find(&f->s->defs, name, out))
		return 0;
	while (i < f->count && !str_same(f->told[i], out->name))
		i++;
	if (!out->file && i == f->count && f->count < 8) {
		f->told[f->count++] = out->name;
		session_say(f->s, "%s uses /%.*s, which ends with this "
			"session: keep it as .wf/workflows/%.*s.wf", f->file,
			(int)name.n, name.p, (int)name.n, name.p);
	}
	return 1;
}

/* What is saved outlives the session; tells what it uses that does not. */
static void tell_defs(struct session *s, const char *source, const char *file)
{
	struct found_def f = {.s = s, .file = file};
	struct front_env env = {.vocab = s->env.vocab, .ud = &f,
		.find_def = find_def};
	struct lines l = {.source = str_of(source), .complete = 1};
	struct words redirect = {0};
	struct plan *p = NULL;
	struct diags none;
	struct line line;

	diags_init(&none, NULL, 1, l.source);
	if (line_next(&l, &line, &none) != LINE_BAD &&
			front_compile(&env, &line, &p, NULL, &redirect,
			&none) == 0)
		plan_drop(p);
	words_release(&redirect);
	diags_release(&none);
}

static int save(struct session *s, const struct cmd_args *a,
	const struct view *v, struct cmd_out *o)
{
	struct str name = cmd_arg(a, "name");
	const char *source = plan_text(v->plan, v->plan->source);
	int flagged, yaml = plan_is_yaml(v->plan, &flagged) && !flagged, rc;
	char *path = mem_printf(".wf/workflows/%.*s.%s", (int)name.n, name.p,
		yaml ? "yaml" : "wf");
	struct buf b;
	struct stat st;

	buf_init(&b);
	if (yaml)
		plan_yaml(&s->env, v->plan, &b);
	else
		add_line(s, source, &b);
	if (stat(path, &st) == 0 && !cmd_flag(a, "force")) {
		err_set(&o->err, ERR_USAGE, "%s exists", path);
		rc = err_help(&o->err, "/save --force replaces it");
	} else {
		rc = make_folder(s, &o->err) < 0 ? -1 : file_write(s->dir,
			path, (struct str){b.data, b.len}, 0, &o->err);
	}
	if (rc == 0)
		tell_defs(s, source, path);
	if (rc == 0 && o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_ktext(&o->json, "file", path);
		json_close(&o->json, '}');
	} else if (rc == 0) {
		buf_printf(&o->text, "%s\n", path);
	}
	buf_release(&b);
	mem_free(path);
	return rc;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct str name = cmd_arg(a, "name");
	struct view v;
	int rc;

	if (!is_name(name) || is_taken(s, name))
		return err_set(&o->err, ERR_USAGE, is_name(name)
			? "/%.*s is a command of wf" : "'%.*s' is no name",
			(int)name.n, name.p);
	if (run_view(s, a, "run", &v, o) < 0)
		return cmd_blame(o, cmd_arg(a, "run"));
	rc = save(s, a, &v, o);
	view_release(&v);
	return rc;
}

static const struct vocab_field args[] = {
	{"name", 0, FIELD_WORD, PLACE_POS, 1, "of the new command"},
	{"run", 0, CMD_RUN, PLACE_POS, 0, "whose text; else the last one"},
	{"force", 'f', FIELD_FLAG, PLACE_FLAG, 0, "replace the file"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_save = {
	.name = "save",
	.summary = "keep a run's workflow as a command of this directory",
	.group = "workflows",
	.args = args,
	.examples = (const char *const[]){"/save nightly",
		"/save --force nightly @last", "/save release @last", NULL},
	.run = run,
};
