/*
 * The table. Of several with one name the first whose needs are met counts.
 * Each text is tried by tests/cli/facts_known.t; those of scanners with
 * programs that answer as bandit 1.9, semgrep 1.182 and gitleaks 8.30 do.
 */
#include "shell/fact_known.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"

/* One line for each finding. */
#define COUNT_LINES "-> /lua local n = 0 " \
	"for _ in input:gmatch('[^\\n]+') do n = n + 1 end return n"
/* Scanners know the languages that they scan better than our own rules. */
#define NO_PYTHON "${facts.security.wf_issues} - " \
	"${facts.security.wf_python_issues} + ${facts.security.bandit_issues}"

/* What the first does, else the other: without a commit, a tag or an upstream
 * there is none. Not to be in a repository is an error. */
#define GIT_OR(command, other) "/bash {git rev-parse --git-dir >/dev/null || " \
	"exit; " command " 2>/dev/null || " other "}"

static const struct fact_known list[] = {
	{"git.branch", "name of the branch; of a detached HEAD its commit", NULL,
		"/bash {git symbolic-ref --short -q HEAD || "
		"git rev-parse --short HEAD}"},
	{"git.commit", "id of the last commit", NULL,
		GIT_OR("git rev-parse -q --verify HEAD", "echo null")},
	{"git.commits", "commits behind HEAD", NULL,
		GIT_OR("git rev-list --count HEAD", "echo 0")},
	{"git.author", "author of the last commit", NULL,
		GIT_OR("git log -1 --format=%an", "echo null")},
	{"git.age_s", "seconds since the last commit", NULL,
		"/bash {git rev-parse --git-dir >/dev/null || exit; "
		"t=$(git log -1 --format=%ct 2>/dev/null) && "
		"echo $(($(date +%s) - t)) || echo null}"},
	{"git.dirty", "true when something is not committed", NULL,
		"/exec git status --porcelain -> /lua return input ~= ''"},
	{"git.changed_files", "files that are not as committed", NULL,
		"/exec git status --porcelain -> "
		"/lua local n = 0 for _ in input:gmatch('[^\\n]+') do "
		"n = n + 1 end return n"},
	{"git.lines_added", "lines added since the last commit", NULL,
		GIT_OR("git diff --numstat HEAD", "true") " -> "
		"/lua local sum = 0 for a, b in "
		"input:gmatch('(%d+)\\t(%d+)') do sum = sum + a end "
		"return sum"},
	{"git.lines_deleted", "lines deleted since the last commit", NULL,
		GIT_OR("git diff --numstat HEAD", "true") " -> "
		"/lua local sum = 0 for a, b in "
		"input:gmatch('(%d+)\\t(%d+)') do sum = sum + b end "
		"return sum"},
	{"git.files", "files under version control", NULL,
		"/exec git ls-files -> "
		"/lua local n = 0 for _ in input:gmatch('[^\\n]+') do "
		"n = n + 1 end return n"},
	{"git.ahead", "commits that the upstream has not", NULL,
		GIT_OR("git rev-list --count '@{upstream}..HEAD'",
			"echo null")},
	{"git.behind", "commits that only the upstream has", NULL,
		GIT_OR("git rev-list --count 'HEAD..@{upstream}'",
			"echo null")},
	{"git.tag", "the last tag behind HEAD", NULL,
		GIT_OR("git describe --tags --abbrev=0", "echo null")},
	{"security.bandit_issues", "what bandit finds in Python", "bandit",
		"/exec bandit -r . -q -f custom --msg-template '{relpath}:"
		"{line}' --exit-zero " COUNT_LINES},
	{"security.semgrep_issues", "what semgrep finds by .semgrep.yml",
		"semgrep .semgrep.yml",
		"/exec semgrep scan --quiet --metrics off "
		"--disable-version-check --config .semgrep.yml --emacs "
		COUNT_LINES},
	{"security.gitleaks_secrets", "what gitleaks finds in files",
		"gitleaks",
		"/exec gitleaks dir . --no-banner --log-level error "
		"--redact --exit-code 0 -f csv -r - "
		"-> /bash {tail -n +2} " COUNT_LINES},
	{"security.issues_found",
		"wf's rules, in Python bandit's, and semgrep's",
		"bandit semgrep .semgrep.yml",
		"/lua return " NO_PYTHON
		" + ${facts.security.semgrep_issues}"},
	{"security.issues_found", "wf's rules, in Python bandit's", "bandit",
		"/lua return " NO_PYTHON},
	{"security.issues_found", "wf's rules and semgrep's",
		"semgrep .semgrep.yml",
		"/lua return ${facts.security.wf_issues} + "
		"${facts.security.semgrep_issues}"},
	{"security.secrets_found", "texts that gitleaks takes for secrets",
		"gitleaks", "/lua return ${facts.security.gitleaks_secrets}"},
	{NULL, NULL, NULL, NULL},
};

static int is_on_path(struct str program)
{
	const char *at = getenv("PATH");

	while (at && *at) {
		size_t n = strcspn(at, ":");
		char *path = mem_printf("%.*s/%.*s", (int)n, at,
			(int)program.n, program.p);
		int found = n > 0 && access(path, X_OK) == 0;

		mem_free(path);
		if (found)
			return 1;
		at += n + (at[n] == ':');
	}
	return 0;
}

static int is_file(const char *dir, struct str name)
{
	char *path = mem_printf("%s/%.*s", dir, (int)name.n, name.p);
	int found = access(path, R_OK) == 0;

	mem_free(path);
	return found;
}

static int is_met(const char *needs, const char *dir)
{
	while (needs && *needs) {
		struct str one = {needs, strcspn(needs, " ")};

		if (one.p[0] == '.' ? !is_file(dir, one) : !is_on_path(one))
			return 0;
		needs += one.n + (needs[one.n] == ' ');
	}
	return 1;
}

const struct fact_known *fact_known_find(struct str name, const char *dir)
{
	for (const struct fact_known *k = list; k->name; k++)
		if (str_eq(name, k->name) && is_met(k->needs, dir))
			return k;
	return NULL;
}

const struct fact_known *fact_known_unmet(struct str name)
{
	for (const struct fact_known *k = list; k->name; k++)
		if (str_eq(name, k->name))
			return k->needs ? k : NULL;
	return NULL;
}

const struct fact_known *fact_known_next(const struct fact_known *last,
	const char *dir)
{
	const struct fact_known *k = last ? last + 1 : list;

	while (k->name && fact_known_find(str_of(k->name), dir) != k)
		k++;
	return k->name ? k : NULL;
}
