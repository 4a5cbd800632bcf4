/*
 * .gitignore: the rules of gitignore(5) for a walk. Levels are stacked from
 * the repository's root down; the last rule that matches decides, deeper
 * files before shallower ones. Private to engine/io.
 */
#ifndef WF_IO_IGNORE_H
#define WF_IO_IGNORE_H

#include "engine/base/buf.h"

struct ignore_level;
struct ignore {
	struct ignore_level *v;
	size_t n, cap;
};

void ignore_init(struct ignore *ig);
void ignore_release(struct ignore *ig);
/* Reads `name` in the directory descriptor; no such file is an empty level.
 * base: how many bytes of the paths asked about lead to that directory. */
void ignore_push(struct ignore *ig, int dir_fd, const char *name,
	size_t base);
void ignore_pop(struct ignore *ig);
/* Is the path, whose parents are not ignored, ignored itself? */
int ignore_asks(const struct ignore *ig, struct str path, int is_dir);

#endif
