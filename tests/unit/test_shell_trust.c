/*
 * The list of what is trusted, when several processes write it at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/io/file.h"
#include "shell/trust.h"
#include "tests/unit/tap.h"

enum { WRITERS = 8, EACH = 20 };

static void count(void *ud, const char *path)
{
	(void)path;
	++*(int *)ud;
}

/* The path of its n-th file; the caller's. */
static char *path_of(const char *dir, int writer, int n)
{
	return mem_printf("%s/rc-%d-%d", dir, writer, n);
}

static int write_all(const char *dir, int writer)
{
	struct err err = {0};

	for (int n = 0; n < EACH; n++) {
		char *path = path_of(dir, writer, n);
		int rc = trust_add(dir, path, str_of("/echo x\n"), &err);

		mem_free(path);
		if (rc < 0) {
			fprintf(stderr, "# %s\n", err.text);
			return 1;
		}
	}
	return 0;
}

static void remove_all(const char *dir)
{
	char *list = mem_printf("%s/trust", dir);

	for (int i = 0; i < WRITERS * EACH; i++) {
		char *path = path_of(dir, i / EACH, i % EACH);

		unlink(path);
		mem_free(path);
	}
	unlink(list);
	rmdir(dir);
	mem_free(list);
}

int main(void)
{
	char dir[] = "/tmp/wf-trust.XXXXXX";
	struct err err = {0};
	int failed = 0, found = 0;

	if (!mkdtemp(dir))
		return 1;
	for (int i = 0; i < WRITERS * EACH; i++) {
		char *path = path_of(dir, i / EACH, i % EACH);

		if (file_write(NULL, path, str_of("/echo x\n"), 0600,
				&err) < 0)
			return 1;
		mem_free(path);
	}
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0)
			_exit(write_all(dir, i));
	for (int i = 0; i < WRITERS; i++) {
		int status;

		failed += wait(&status) < 0 || status != 0;
	}
	ok(failed == 0, "every process that trusts succeeds");
	ok(trust_each(dir, count, &found, &err) == 0 &&
		found == WRITERS * EACH, "and no entry is lost");
	if (found != WRITERS * EACH)
		printf("# %d of %d\n", found, WRITERS * EACH);
	remove_all(dir);
	return done();
}
