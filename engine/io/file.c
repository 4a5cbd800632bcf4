/*
 * Files: the spools of large outputs. A spool has no name until the store
 * gives it one, so nothing is left behind by a crash.
 */
#include "engine/io/file.h"

#include <fcntl.h>
#include <sys/stat.h>

int spool_make(int dir_fd)
{
	return openat(dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}
