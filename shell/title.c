/*
 * Arguments and environment stand behind each other in one stretch of
 * memory, and the kernel reads the line from there; when its last byte of
 * arguments is overwritten it reads on to the end of the string.
 */
#include "shell/title.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"

static char *place, **args;
static char **variables; /* setenv() makes a list of its own */
static size_t room;

static char **copy(char **v)
{
	char **to;
	size_t n = 0;

	while (v[n])
		n++;
	to = mem_alloc((n + 1) * sizeof(*to));
	to[n] = NULL;
	while (n-- > 0)
		to[n] = mem_strdup(v[n]);
	return to;
}

/* The strings of v that stand behind `end`; where they end. */
static char *follow(char *const *v, char *end)
{
	for (; *v && *v == end; v++)
		end += strlen(*v) + 1;
	return end;
}

char **title_init(int argc, char **argv)
{
	char *end;

	if (argc < 1)
		return argv;
	end = follow(argv, argv[0]);
	end = follow(environ, end);
	place = argv[0];
	room = (size_t)(end - place);
	environ = variables = copy(environ);
	return args = copy(argv);
}

void title_set(const char *text)
{
	size_t n = strlen(text);

	if (!room)
		return;
	n = n < room - 1 ? n : room - 1;
	memset(place, 0, room);
	memcpy(place, text, n);
}
