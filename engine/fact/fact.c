/*
 * The list of sources.
 */
#include "engine/fact/fact.h"

#include <string.h>

#define FACT(root) extern const struct fact_source fact_##root;
#include "engine/fact/fact_list.h"
#undef FACT

#define FACT(root) &fact_##root,
const struct fact_source *const fact_list[] = {
#include "engine/fact/fact_list.h"
	NULL,
};
#undef FACT

const struct fact_source *fact_source_of(struct str root)
{
	for (const struct fact_source *const *s = fact_list; *s; s++)
		if (str_eq(root, (*s)->root))
			return *s;
	return NULL;
}

int fact_has(const struct fact_source *s, struct str field)
{
	const char *dot = field.n ? memchr(field.p, '.', field.n) : NULL;

	if (dot)
		field.n = (size_t)(dot - field.p);
	for (const struct fact_field *f = s->fields; f->name; f++)
		if (str_eq(field, f->name))
			return 1;
	return 0;
}
