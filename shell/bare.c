/*
 * Looking for a program by its name, as a shell would.
 */
#include "shell/bare.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/interactive.h"
#include "shell/line_run.h"

static int is_program(struct str name)
{
	const char *path = getenv("PATH");
	int found = 0;

	if (!name.n || memchr(name.p, '/', name.n))
		return 0;
	while (path && *path && !found) {
		size_t n = strcspn(path, ":");
		char *file = mem_printf("%.*s/%.*s", (int)n, path,
			(int)name.n, name.p);

		found = access(file, X_OK) == 0;
		mem_free(file);
		path += n + (path[n] == ':');
	}
	return found;
}

int bare_is_for_shell(struct session *s, const struct line *line)
{
	struct str text = str_trim(line->rest), word = text;
	struct buf b;
	int yes;

	while (word.n && memchr(text.p, ' ', text.n) &&
			word.p + word.n > (const char *)memchr(text.p, ' ',
			text.n))
		word.n--;
	if (line->kind != LINE_PLAIN || line_own_word(text) ||
			!is_program(word))
		return 0;
	buf_init(&b);
	buf_printf(&b, "did you mean !%.*s? [Y/n] ", (int)text.n, text.p);
	yes = interactive_ask(s, buf_cstr(&b), "yY") ? 1 : -1;
	buf_release(&b);
	return yes;
}
