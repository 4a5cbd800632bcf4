/*
 * YAML out. A one-line workflow becomes the one step of a chain, with its
 * text as it is: always right, whatever the text holds. Scalars are quoted,
 * so that none means something else.
 */
#include "shell/plan_yaml.h"

#include <string.h>

#include "shell/json.h"

/* A JSON string is a double-quoted YAML scalar. */
static void scalar(struct buf *out, struct str s)
{
	struct json j;

	json_init(&j, out);
	json_str(&j, s);
}

int plan_is_yaml(const struct plan *p)
{
	const char *source = plan_text(p, p->source);
	size_t head = strcspn(source, "\n"), name = strcspn(source, ": ");

	if (!source[0])
		return 0;
	if (source[0] != '/')
		return 1;
	return name < head && source[name] == ':';
}

static void indented(struct buf *out, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		buf_add(out, text, n);
		buf_char(out, '\n');
		text += n + (text[n] == '\n');
	}
}

void plan_yaml(const struct plan *p, const char *text, struct buf *out)
{
	const char *command = plan_text(p, p->command);

	if (plan_is_yaml(p)) {
		const char *source = plan_text(p, p->source);

		indented(out, source[0] == '/' ? source + 1 : source);
		return;
	}
	buf_str(out, "chain:\n  steps:\n    - name: \"workflow\"\n");
	buf_printf(out, "      command: \"/%s\"\n      params: ", command);
	scalar(out, str_of(text));
	buf_char(out, '\n');
}
