/*
 * The text goes through a file of the person's own, removed afterwards.
 */
#include "shell/editor.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/io/file.h"
#include "shell/bang.h"

static int edit(struct session *s, const char *path, struct buf *out,
	struct err *err)
{
	int status = bang_editor(s, setting_get(&s->settings, SET_EDITOR),
		path, err);

	if (status < 0)
		return -1;
	if (status != 0)
		return err_set(err, ERR_IO, "the editor ended with status %d",
			status);
	return file_read(NULL, path, LIMIT_SOURCE, out, err);
}

int editor_run(struct session *s, struct str before, struct buf *out,
	struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *path = mem_printf("%s/wf-edit.XXXXXX.wf", tmp && tmp[0] ? tmp
		: "/tmp");
	int fd = mkostemps(path, 3, O_CLOEXEC), rc = -1;

	if (fd < 0 || write(fd, before.p ? before.p : "", before.n) !=
			(ssize_t)before.n)
		err_errno(err, ERR_IO, "cannot write %s", path);
	else
		rc = edit(s, path, out, err);
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	mem_free(path);
	return rc;
}
