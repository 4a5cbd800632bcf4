/*
 * What /learned tells other programs: fields are only ever added.
 */
#include "shell/learned_doc.h"

void learned_doc_site(struct json *j, const struct site_row *r)
{
	char key[DIGEST_HEX + 1];

	digest_hex(&r->key, key);
	json_ktext(j, "site", key);
	json_ktext(j, "short", r->brief);
	json_ktext(j, "path", r->path);
	json_ktext(j, "dir", r->dir);
	json_kstr(j, "text", str_of(r->text));
	json_kint(j, "decisions", (int64_t)r->count);
	json_kint(j, "stored", (int64_t)r->stored);
	json_kint(j, "since_reset", (int64_t)r->fresh);
	json_kint(j, "last_ms", r->used_ms);
	json_kbool(j, "frozen", r->frozen);
	json_kbool(j, "reset", r->reset_at != 0);
}

void learned_doc_decision(struct json *j, const struct decision *d)
{
	json_open(j, '{');
	json_kint(j, "id", d->id);
	json_kint(j, "t_ms", d->at_ms);
	json_ktext(j, "run", d->run);
	json_kstr(j, "path", d->path);
	json_kint(j, "branch", d->branch);
	json_kbool(j, "ok", d->ok);
	json_key(j, "ms");
	json_real(j, d->ms);
	json_key(j, "cost");
	json_real(j, d->cost);
	json_key(j, "detail");
	json_raw(j, d->detail);
	json_close(j, '}');
}
