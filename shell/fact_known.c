/*
 * The table. Each text is tried by tests/cli/facts_known.t.
 */
#include "shell/fact_known.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"

const struct fact_known fact_known_list[] = {
	{"git.branch", "name of the branch; of a detached HEAD its commit", NULL,
		"/bash {git symbolic-ref --short -q HEAD || "
		"git rev-parse --short HEAD}"},
	{"git.commit", "id of the last commit", NULL,
		"/exec git rev-parse HEAD"},
	{"git.commits", "commits behind HEAD", NULL,
		"/exec git rev-list --count HEAD"},
	{"git.author", "author of the last commit", NULL,
		"/exec git log -1 --format=%an"},
	{"git.age_s", "seconds since the last commit", NULL,
		"/bash {t=$(git log -1 --format=%ct) && "
		"echo $(($(date +%s) - t))}"},
	{"git.dirty", "true when something is not committed", NULL,
		"/exec git status --porcelain -> /lua return input ~= ''"},
	{"git.changed_files", "files that are not as committed", NULL,
		"/exec git status --porcelain -> "
		"/lua local n = 0 for _ in input:gmatch('[^\\n]+') do "
		"n = n + 1 end return n"},
	{"git.lines_added", "lines added since the last commit", NULL,
		"/exec git diff --numstat HEAD -> "
		"/lua local sum = 0 for a, b in "
		"input:gmatch('(%d+)\\t(%d+)') do sum = sum + a end "
		"return sum"},
	{"git.lines_deleted", "lines deleted since the last commit", NULL,
		"/exec git diff --numstat HEAD -> "
		"/lua local sum = 0 for a, b in "
		"input:gmatch('(%d+)\\t(%d+)') do sum = sum + b end "
		"return sum"},
	{"git.files", "files under version control", NULL,
		"/exec git ls-files -> "
		"/lua local n = 0 for _ in input:gmatch('[^\\n]+') do "
		"n = n + 1 end return n"},
	{"git.ahead", "commits that the upstream has not", NULL,
		"/exec git rev-list --count '@{upstream}..HEAD'"},
	{"git.behind", "commits that only the upstream has", NULL,
		"/exec git rev-list --count 'HEAD..@{upstream}'"},
	{"git.tag", "the last tag behind HEAD", NULL,
		"/exec git describe --tags --abbrev=0"},
	{NULL, NULL, NULL, NULL},
};

static int is_on_path(const char *program)
{
	const char *at = getenv("PATH");

	while (at && *at) {
		size_t n = strcspn(at, ":");
		char *path = mem_printf("%.*s/%s", (int)n, at, program);
		int found = n > 0 && access(path, X_OK) == 0;

		mem_free(path);
		if (found)
			return 1;
		at += n + (at[n] == ':');
	}
	return 0;
}

const struct fact_known *fact_known_find(struct str name)
{
	for (const struct fact_known *k = fact_known_list; k->name; k++)
		if (str_eq(name, k->name))
			return !k->needs || is_on_path(k->needs) ? k : NULL;
	return NULL;
}
