/*
 * Runs a fuzz target without libFuzzer: first over the files given as
 * arguments (fuzz_NAME without any: those of tests/fuzz/corpus/NAME), then
 * for FUZZ_SECONDS (default 2) over random changes of them. Inputs follow
 * from FUZZ_SEED alone (default: the clock; it is printed). The work is done
 * by a child; when it dies, the parent keeps the input it died of as a file
 * in BUILD and says so, in TAP. Never linked into a libFuzzer build.
 */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { INPUT_MAX = 1 << 16, HANG_SECONDS = 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the child works on, seen by the parent too. */
struct shared {
	uint64_t runs;
	size_t len;
	uint8_t data[INPUT_MAX];
};

struct input {
	uint8_t *data;
	size_t len;
};

struct corpus {
	struct input *inputs;
	size_t count;
};

static uint64_t state;

static size_t below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return n ? (size_t)(state % n) : 0;
}

static long number_of(const char *name, long otherwise)
{
	const char *s = getenv(name);

	return s && *s ? strtol(s, NULL, 10) : otherwise;
}

static int64_t now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void load(struct corpus *c, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct input *in;

	c->inputs = realloc(c->inputs, (c->count + 1) * sizeof(*c->inputs));
	if (!c->inputs || !f) {
		printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
	in = &c->inputs[c->count++];
	in->data = malloc(INPUT_MAX);
	if (!in->data)
		abort();
	in->len = fread(in->data, 1, INPUT_MAX, f);
	fclose(f);
}

static int is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* Sorted, so that a seed means the same everywhere. */
static void load_folder(struct corpus *c, const char *folder)
{
	struct dirent **list;
	char path[512];
	int i, n = scandir(folder, &list, is_visible, alphasort);

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder,
			list[i]->d_name);
		load(c, path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	if (n <= 0) {
		printf("Bail out! no inputs in %s\n", folder);
		exit(1);
	}
}

/* Runs a copy of just the right size, so that overreads are seen. */
static void run(struct shared *s)
{
	uint8_t *copy = malloc(s->len ? s->len : 1);

	if (!copy)
		abort();
	if (s->len)
		memcpy(copy, s->data, s->len);
	LLVMFuzzerTestOneInput(copy, s->len);
	free(copy);
	s->runs++;
}

static void insert(struct shared *s, size_t at, const uint8_t *p, size_t n)
{
	if (n > INPUT_MAX - s->len)
		n = INPUT_MAX - s->len;
	memmove(s->data + at + n, s->data + at, s->len - at);
	memmove(s->data + at, p, n);
	s->len += n;
}

static void cut(struct shared *s, size_t at, size_t n)
{
	memmove(s->data + at, s->data + at + n, s->len - at - n);
	s->len -= n;
}

/* One small change; `other` is another input to take a piece from. */
static void change(struct shared *s, const struct input *other)
{
	static const uint8_t edges[][10] = {
		{ 0 }, { 0x7f }, { 0xff }, { 0x80, 1 },
		{ 0xff, 0xff, 0xff, 0xff, 0x0f },
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1 }
	};
	size_t at = below(s->len + 1), n = below(16), from;
	uint8_t byte = (uint8_t)below(256);

	switch (below(6)) {
	case 0:
		if (at < s->len)
			s->data[at] ^= (uint8_t)(1u << below(8));
		break;
	case 1:
		if (at < s->len)
			s->data[at] = byte;
		break;
	case 2:
		cut(s, at, n < s->len - at ? n : s->len - at);
		break;
	case 3:
		insert(s, at, edges[below(6)], 1 + n % 10);
		break;
	case 4:
		from = below(other->len);
		insert(s, at, other->data + from, n < other->len - from ? n :
			other->len - from);
		break;
	default:
		insert(s, at, &byte, 1);
	}
}

static void mutate(struct shared *s, const struct corpus *c)
{
	const struct input *one = &c->inputs[below(c->count)];
	size_t changes = 1 + below(8);

	memcpy(s->data, one->data, one->len);
	s->len = one->len;
	while (changes-- > 0)
		change(s, &c->inputs[below(c->count)]);
}

static void work(struct shared *s, const struct corpus *c, long seconds)
{
	int64_t end = now_ms(CLOCK_MONOTONIC) + seconds * 1000;
	size_t i;

	for (i = 0; i < c->count; i++) {
		memcpy(s->data, c->inputs[i].data, c->inputs[i].len);
		s->len = c->inputs[i].len;
		run(s);
	}
	while (now_ms(CLOCK_MONOTONIC) < end) {
		alarm(HANG_SECONDS);
		for (i = 0; i < 64; i++) {
			mutate(s, c);
			run(s);
		}
	}
	alarm(0);
}

/* The child died: keeps what it died of. */
static void keep(const struct shared *s, const char *name, int status)
{
	const char *folder = getenv("BUILD") ? getenv("BUILD") :
		getenv("TMPDIR");
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s-crash.bin", folder ? folder : "/tmp",
		name);
	printf("# status %d after %llu runs, on %zu bytes", status,
		(unsigned long long)s->runs, s->len);
	f = fopen(path, "wb");
	if (f && fwrite(s->data, 1, s->len, f) == s->len)
		printf(", kept as %s", path);
	putchar('\n');
	if (f)
		fclose(f);
}

static void load_all(struct corpus *c, int argc, char **argv, const char *name)
{
	char folder[256];
	int i;

	for (i = 1; i < argc; i++)
		load(c, argv[i]);
	if (c->count)
		return;
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	snprintf(folder, sizeof(folder), "tests/fuzz/corpus/%s", name);
	load_folder(c, folder);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	long seconds = number_of("FUZZ_SECONDS", 2);
	long seed = number_of("FUZZ_SEED",
		(long)(now_ms(CLOCK_REALTIME) & 0x7fffffff));
	struct corpus c = { NULL, 0 };
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t child;

	if (s == MAP_FAILED)
		return 1;
	load_all(&c, argc, argv, name);
	state = (uint64_t)seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	printf("# seed %ld, %zu inputs, %ld seconds\n", seed, c.count,
		seconds);
	fflush(stdout);
	child = fork();
	if (child == 0)
		work(s, &c, seconds);
	while (c.count > 0)
		free(c.inputs[--c.count].data);
	free(c.inputs);
	if (child == 0)
		return 0; /* a leak checker looks at the child too */
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return 1;
	printf("%sok 1 - %s survives what is made of seed %ld\n1..1\n",
		status ? "not " : "", name, seed);
	if (status)
		keep(s, name, status);
	else
		printf("# %llu runs\n", (unsigned long long)s->runs);
	return status != 0;
}
