/*
 * Names and meanings are those of the YAML keys; only the examples stand
 * here. A key without an example does not compile.
 */
#include "shell/annotations.h"

#include <assert.h>
#include <string.h>

#include "engine/front/yaml_keys.h"

enum { FIRST = STEP_TIMEOUT, LAST = STEP_AGENT };

static const struct annotation table[] = {
	{"@timeout=30s", 1, "/chain \"/bash make check @timeout=30s\""},
	{"@retry=2", 1, "/chain \"/bash make check @retry=2\""},
	{"@backoff=2", 1, "/chain \"/bash make check @retry=3 @backoff=2\""},
	{"@cache=1h", 1, "/chain \"/bash du -s . @cache=1h\""},
	{"@needs=a", 1, "/chain --parallel \"a: /bash make -> "
		"b: /echo built @needs=a\""},
	{"@limit=4", 1, "/chain \"for n in {1, 2, 3, 4, 5} do /echo ${n} end "
		"@limit=4\""},
	{"@max=10", 1, "/chain \"while prev ~= 'ok' do /bash echo ok "
		"end @max=10\""},
	{"@ignore", 1, "/chain \"/bash false @ignore -> /echo on\""},
	{"@undo='...'", 0, "/chain --on-error rollback \"/bash mkdir d "
		"@undo='/bash rmdir d' -> /bash make\""},
	{"@fallback='...'", 0, "/chain \"/bash make "
		"@fallback='/echo broken'\""},
	{"@verify='...'", 0, "/chain \"/bash ./pay @effect=once "
		"@verify='/bash test -e paid'\""},
	{"@effect=once", 0, "/chain \"/bash ./pay @effect=once\""},
	{"@uses=tool:1", 0, "/chain \"[/bash make a @uses=cc:1, "
		"/bash make b @uses=cc:1]\""},
	{"@reads=src", 0, "/chain \"/bash make @reads=src\""},
	{"@writes=build", 0, "/chain \"/bash make @writes=build\""},
	{"@env=K:V", 0, "/chain \"/bash env @env=LANG:C\""},
	{"@dir=src", 0, "/chain \"/bash make @dir=src\""},
	{"@shell=bash", 0, "/chain \"/bash echo $RANDOM @shell=bash\""},
	{"@tty", 0, "/chain \"/bash vi notes @tty\""},
	{"@on=pool", 0, "/chain \"/bash make @on=builders\""},
	{"@priority=1", 0, "/chain \"[/bash make a, /bash make b "
		"@priority=1]\""},
	{"@model=NAME", 0, "/chain \"/query sum it up @model=small\""},
	{"@agent=NAME", 0, "/chain \"/task review @agent=security\""},
};
static_assert(sizeof(table) / sizeof(table[0]) == LAST - FIRST + 1,
	"every annotation has an example");

const struct annotation *annotation_at(size_t i, const char **name,
	const char **meaning)
{
	if (i > LAST - FIRST)
		return NULL;
	*name = ykeys_step.keys[FIRST + i].name;
	*meaning = ykeys_step.keys[FIRST + i].meaning;
	return &table[i];
}

static const char *choices(size_t i)
{
	const char *words = ykeys_step.keys[FIRST + i].choices;

	return words ? words : "";
}

void annotations_list(struct buf *b)
{
	const struct annotation *a;
	const char *name, *meaning;

	buf_str(b, "The last words of a step in a workflow (not of a lone "
		"one); * also of a group.\n");
	for (size_t i = 0; (a = annotation_at(i, &name, &meaning)); i++)
		buf_printf(b, "  %-18s%s %s%s%s\n", a->word, a->groups ? "*"
			: " ", meaning, choices(i)[0] ? ": " : "", choices(i));
}

int annotation_ends(struct str text, struct str *word)
{
	const struct annotation *a;
	const char *key, *meaning, *eq;
	struct str s = str_trim(text), name;
	size_t at = s.n;

	while (at > 0 && s.p[at - 1] != ' ' && s.p[at - 1] != '\t')
		at--;
	if (at == 0 || at == s.n || s.p[at] != '@')
		return 0;
	*word = (struct str){s.p + at, s.n - at};
	name = (struct str){s.p + at + 1, s.n - at - 1};
	eq = memchr(name.p, '=', name.n);
	if (eq)
		name.n = (size_t)(eq - name.p);
	for (size_t i = 0; (a = annotation_at(i, &key, &meaning)); i++)
		if (str_eq(name, key))
			return 1;
	return 0;
}

int annotation_about(struct str name, struct buf *b)
{
	const struct annotation *a;
	const char *key, *meaning;

	if (name.n && name.p[0] == '@')
		name = (struct str){name.p + 1, name.n - 1};
	for (size_t i = 0; (a = annotation_at(i, &key, &meaning)); i++) {
		if (!str_eq(name, key))
			continue;
		buf_printf(b, "%s\n%s%s%s; of a step%s\n\nexample:\n  %s\n",
			a->word, meaning, choices(i)[0] ? ": " : "",
			choices(i), a->groups ? ", group, loop or branch" : "",
			a->line);
		return 1;
	}
	return 0;
}
