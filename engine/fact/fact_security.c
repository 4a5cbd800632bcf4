/*
 * security.*: suspicions in programs, secrets in texts of any kind.
 */
#include <string.h>

#include "engine/fact/fact.h"
#include "engine/fact/security.h"
#include "engine/fact/tree.h"

enum { VERSION = 2 };

struct found {
	uint32_t issues, python, secrets;
};

static int wants(struct str path)
{
	static const char *const ends[] = {".json", ".yaml", ".yml", ".toml",
		".ini", ".cfg", ".conf", ".properties", ".xml", ".env",
		".txt", ".md", ".pem", ".key", ".html", ".wf"};

	if (lang_of(path))
		return 1;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (path.n > n && memcmp(path.p + path.n - n, ends[i],
				n) == 0)
			return 1;
	}
	return 0;
}

static void on_issue(void *ud, const struct security_finding *f)
{
	struct found *n = ud;

	(void)f;
	n->issues++;
}

static void on_secret(void *ud, const struct security_finding *f)
{
	struct found *n = ud;

	(void)f;
	n->secrets++;
}

static void measure_file(struct str path, struct str text, void *out)
{
	const struct lang *lang = lang_of(path);
	struct found *found = out;

	if (lang)
		security_scan(lang, text, on_issue, out);
	if (lang && strcmp(lang->name, "Python") == 0)
		found->python = found->issues;
	secret_scan(text, on_secret, out);
}

static int measure(const struct fact_ask *ask, struct buf *out,
	struct err *err)
{
	static const struct tree_measure m = {"security", VERSION,
		sizeof(struct found), wants, measure_file};
	struct tree_options o = {.dir = ask->dir, .cache_dir = ask->cache_dir,
		.stop = ask->stop};
	struct found sum = {0};
	struct tree t;

	if (tree_run(&o, &m, &t, err) < 0)
		return -1;
	for (size_t i = 0; i < t.count; i++) {
		const struct found *f = t.files[i].result;

		sum.issues += f->issues;
		sum.python += f->python;
		sum.secrets += f->secrets;
	}
	tree_release(&t);
	buf_printf(out, "{\"issues_found\":%lu,\"secrets_found\":%lu,"
		"\"wf_issues\":%lu,\"wf_python_issues\":%lu,"
		"\"wf_secrets\":%lu}", (unsigned long)sum.issues,
		(unsigned long)sum.secrets, (unsigned long)sum.issues,
		(unsigned long)sum.python, (unsigned long)sum.secrets);
	return 0;
}

static const struct fact_field fields[] = {
	{"issues_found", "places in programs that look weak"},
	{"secrets_found", "texts that look like a secret"},
	{"wf_issues", "the same by wf's own rules, whatever scanners find"},
	{"wf_python_issues", "of them, in Python"},
	{"wf_secrets", "secrets by wf's own rules"},
	{NULL, NULL},
};

const struct fact_source fact_security = {"security", fields, measure};
