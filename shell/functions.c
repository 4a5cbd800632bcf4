/*
 * A list: people have few such files. What workflows hold of a file that is
 * replaced they keep.
 */
#include "shell/functions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "lua/vm.h"

static void file_free(struct function_file *f)
{
	for (size_t i = 0; i < f->count; i++)
		mem_free(f->functions[i]);
	mem_free(f->functions);
	mem_free(f->name);
	mem_free(f->path);
	mem_free(f->text);
	mem_free(f);
}

void functions_release(struct functions *f)
{
	for (size_t i = 0; i < f->count; i++)
		file_free(f->v[i]);
	mem_free(f->v);
	memset(f, 0, sizeof(*f));
}

/* All of it, with a NUL behind; NULL and err. */
static char *read_all(const char *path, struct err *err)
{
	FILE *in = fopen(path, "re");
	char *text = mem_alloc(LIMIT_FUNCTIONS + 2);
	size_t n = in ? fread(text, 1, LIMIT_FUNCTIONS + 1, in) : 0;
	int rc = 0;

	if (!in || ferror(in))
		rc = err_errno(err, ERR_IO, "cannot read %s", path);
	else if (n > LIMIT_FUNCTIONS)
		rc = err_set(err, ERR_LIMIT, "%s is larger than %d KiB", path,
			LIMIT_FUNCTIONS >> 10);
	else if (memchr(text, '\0', n))
		rc = err_set(err, ERR_SYNTAX, "%s holds a NUL byte", path);
	if (in)
		fclose(in);
	text[n] = '\0';
	if (rc < 0) {
		mem_free(text);
		return NULL;
	}
	return text;
}

static void add_name(void *ud, const char *name)
{
	struct function_file *f = ud;

	f->functions = mem_more(f->functions, f->count, &f->cap,
		sizeof(*f->functions));
	f->functions[f->count++] = mem_strdup(name);
}

/* As it was read before it is taken out. */
static void forget(struct functions *f, const char *path)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->v[i]->path, path) != 0)
			continue;
		file_free(f->v[i]);
		memmove(f->v + i, f->v + i + 1, (--f->count - i) *
			sizeof(*f->v));
		return;
	}
}

/* One name for a file, however it is written. Owned. */
static char *path_of(const char *path)
{
	char *real = realpath(path, NULL), *out = mem_strdup(real ? real :
		path);

	free(real);
	return out;
}

/* What the language has already would go before it. */
static int check_names(const struct function_file *file, struct err *err)
{
	for (size_t i = 0; i < file->count; i++)
		if (vm_is_function(str_of(file->functions[i])))
			return err_set(err, ERR_SYNTAX, "%s() is a function of "
				"conditions already: choose another name",
				file->functions[i]);
	return 0;
}

int functions_load(struct functions *f, struct vm *vm, const char *path,
	struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct function_file *file;
	struct vm_library lib;
	char *text = read_all(path, err);

	if (!text)
		return -1;
	file = mem_zero(sizeof(*file));
	file->name = mem_strdup(slash ? slash + 1 : path);
	file->path = path_of(path);
	file->text = text;
	lib = (struct vm_library){.name = str_of(file->name),
		.source = str_of(text)};
	if (vm_functions(vm, &lib, add_name, file, err) < 0) {
		file_free(file);
		return -1;
	}
	if (check_names(file, err) < 0) {
		file_free(file);
		return -1;
	}
	if (!file->count) {
		err_set(err, ERR_SYNTAX, "%s defines no function", path);
		err_help(err, "write: function NAME(...) ... end");
		file_free(file);
		return -1;
	}
	forget(f, file->path);
	f->v = mem_more(f->v, f->count, &f->cap, sizeof(*f->v));
	f->v[f->count++] = file;
	return 0;
}

int functions_find(const struct functions *f, struct str name,
	struct front_def *out)
{
	for (size_t i = f->count; i-- > 0;) {
		const struct function_file *file = f->v[i];

		for (size_t k = 0; k < file->count; k++) {
			if (!str_eq(name, file->functions[k]))
				continue;
			memset(out, 0, sizeof(*out));
			out->name = str_of(file->name);
			out->text = str_of(file->text);
			return 1;
		}
	}
	return 0;
}
