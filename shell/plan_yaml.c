/*
 * YAML out. What a block was made from stands as it is; a line is written by
 * the front end when YAML can say it, else it stands as it was typed: what is
 * shown always runs as the run did.
 */
#include "shell/plan_yaml.h"

#include <string.h>

#include "engine/base/text.h"

int plan_is_yaml(const struct plan *p, int *flagged)
{
	const char *source = plan_text(p, p->source);
	size_t head = strcspn(source, "\n"), name = strcspn(source, ": ");
	struct str rest;

	*flagged = 0;
	if (!source[0])
		return 0;
	if (source[0] != '/')
		return 1;
	if (name >= head || source[name] != ':')
		return 0;
	rest = str_trim((struct str){source + name + 1, head - name - 1});
	*flagged = rest.n && rest.p[0] != '#';
	return 1;
}

static void lines(struct buf *out, const char *text)
{
	size_t n = strlen(text);

	buf_add(out, text, n);
	if (n && text[n - 1] != '\n')
		buf_char(out, '\n');
}

int plan_yaml(const struct front_env *env, const struct plan *p,
	struct buf *out)
{
	const char *source = plan_text(p, p->source);
	int flagged, yaml = plan_is_yaml(p, &flagged);

	if (yaml && !flagged) {
		lines(out, source[0] == '/' ? source + 1 : source);
		return 1;
	}
	if (!yaml && front_yaml(env, str_of(source), out))
		return 1;
	lines(out, source);
	return 0;
}
