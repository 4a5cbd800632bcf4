/*
 * Programs that a person runs with the terminal: `!text` and the editor.
 * While they run, INT is theirs, as in every shell.
 */
#include "shell/bang.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "shell/status.h"

extern char **environ;

/* argv[0] is looked for in PATH; `no_input`: /dev/null as input. */
static int run(char *const *argv, int no_input, struct err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	struct sigaction ignore, old;
	sigset_t defaults;
	int rc, status;
	pid_t pid;

	memset(&ignore, 0, sizeof(ignore));
	ignore.sa_handler = SIG_IGN;
	posix_spawn_file_actions_init(&actions);
	if (no_input)
		posix_spawn_file_actions_addopen(&actions, 0, "/dev/null",
			O_RDONLY, 0);
	posix_spawnattr_init(&attr);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGXFSZ);
	sigaddset(&defaults, SIGINT);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	sigaction(SIGINT, &ignore, &old);
	rc = posix_spawnp(&pid, argv[0], &actions, &attr, argv, environ);
	status = rc == 0 ? status_of_child(pid) : -1;
	sigaction(SIGINT, &old, NULL);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (rc == 0)
		return status;
	errno = rc;
	return err_errno(err, ERR_IO, "cannot start %s", argv[0]);
}

int bang_run(struct session *s, struct str text, struct err *err)
{
	const char *shell = getenv("SHELL");
	char *command = mem_strndup(text.p, text.n), c[] = "-c";
	char *program = mem_strdup(shell && shell[0] ? shell : "/bin/sh");
	char *argv[] = {program, c, command, NULL};
	int status;

	status = run(argv, s->input_none && !isatty(0), err);
	mem_free(command);
	mem_free(program);
	return status;
}

int bang_editor(const char *command, const char *path, struct err *err)
{
	char sh[] = "sh", c[] = "-c", *file = mem_strdup(path);
	char *text = mem_printf("%s \"$1\"", command), name[] = "wf";
	char *argv[] = {sh, c, text, name, file, NULL};
	int status = run(argv, 0, err);

	mem_free(text);
	mem_free(file);
	return status;
}
