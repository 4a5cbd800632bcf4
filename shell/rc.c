/*
 * Running start-up scripts.
 */
#include "shell/rc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "shell/plain_text.h"
#include "shell/script.h"
#include "shell/trust.h"

int rc_run(struct session *s, const char *path, struct str text)
{
	struct script *sc = script_new(path, text);
	int status = script_read(s, sc);

	if (status == 0 && !s->options->check)
		status = script_run(s, sc);
	script_free(sc);
	return status;
}

char *rc_path(const char *said)
{
	struct stat st;
	char *real, *path;

	if (stat(said, &st) == 0 && S_ISDIR(st.st_mode)) {
		real = realpath(said, NULL);
		path = mem_printf("%s/.wfrc", real ? real : said);
	} else {
		real = realpath(said, NULL);
		path = mem_strdup(real ? real : said);
	}
	free(real);
	return path;
}

static int trusts_all(const struct session *s)
{
	const char *v = getenv("WF_TRUST");

	return s->options->trust || (v && strcmp(v, "1") == 0);
}

/* The person's own needs no trust, but nobody else's hand may be in it. */
static int is_taken(const struct session *s, int trust, int own)
{
	return trust == TRUST_YES || (own && trust < TRUST_FOREIGN) ||
		(!own && trust < TRUST_NEVER && trusts_all(s));
}

static void run_file(struct session *s, const char *path, int own)
{
	const char *state = setting_get(&s->settings, SET_STATE_DIR);
	struct err err = {0};
	struct buf text;
	struct str why;
	int rc;

	buf_init(&text);
	rc = trust_read(state, path, &text, &why, &err);
	if (rc >= 0 && is_taken(s, rc, own))
		rc_run(s, path, (struct str){text.data, text.len});
	else if (rc >= TRUST_FOREIGN)
		session_say(s, "%s is not read: %.*s", path, (int)why.n,
			why.p);
	else if (rc >= 0)
		session_say(s, "%s %s and is not read    /trust", path,
			rc == TRUST_CHANGED ? "has changed" : "is not trusted");
	else if (err.code != ERR_NOTFOUND)
		session_say(s, "%s", err.text);
	buf_release(&text);
}

void rc_start(struct session *s)
{
	const char *home = getenv("HOME");
	char *user = NULL, *project = rc_path(s->dir);

	if (home && home[0] == '/') {
		char *real = realpath(home, NULL);

		user = mem_printf("%s/.wfrc", real ? real : home);
		free(real);
		run_file(s, user, 1);
	}
	if (!s->quit && !s->signal && (!user || strcmp(user, project) != 0))
		run_file(s, project, 0);
	mem_free(user);
	mem_free(project);
}
