#include "engine/front/bind.h"
int shell_compile(struct binder *b, const struct src *src, size_t from,
	size_t to, struct buf *out, struct shell_refs *refs)
{
	(void)b;(void)refs;
	buf_add(out, src->text.p + from, to - from);
	return 0;
}
