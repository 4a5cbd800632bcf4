/*
 * The explanations of the error codes; see codes.h.
 */
#include "engine/front/codes.h"

#include <string.h>

static const struct {
	char code[8];
	const char *text;
} codes[] = {
#define X(code, text) { #code, text },
	FRONT_CODES(X)
#undef X
};

const char *front_code(const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].text;
	return NULL;
}
