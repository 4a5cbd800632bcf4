/*
 * system.*: this machine now.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "engine/fact/fact.h"

static double load_now(void)
{
	double load[1];

	return getloadavg(load, 1) == 1 ? load[0] : 0;
}

/* A line of /proc/meminfo, in MiB; -1: there is none. */
static long long memory_mb(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "re");
	long long kb = -1;
	char line[200];
	size_t n = strlen(name);

	while (f && kb < 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, name, n) == 0 && line[n] == ':')
			kb = strtoll(line + n + 1, NULL, 10);
	if (f)
		fclose(f);
	return kb < 0 ? -1 : kb >> 10;
}

static int measure(const struct fact_ask *ask, struct buf *out,
	struct err *err)
{
	struct statvfs disk;
	long long total = memory_mb("MemTotal");
	long long free_mb = memory_mb("MemAvailable");

	if (statvfs(ask->dir, &disk) < 0)
		return err_errno(err, ERR_IO, "cannot look at the disk of %s",
			ask->dir);
	if (total < 0 || free_mb < 0)
		return err_set(err, ERR_IO, "this system tells nothing of its "
			"memory");
	buf_printf(out, "{\"load\":%.2f,\"cores\":%ld,\"memory_mb\":%lld,"
		"\"memory_free_mb\":%lld,\"disk_free_mb\":%llu,"
		"\"disk_used_percent\":%.1f}", load_now(),
		sysconf(_SC_NPROCESSORS_ONLN), total, free_mb,
		(unsigned long long)disk.f_bavail * disk.f_frsize >> 20,
		disk.f_blocks ? 100.0 * (double)(disk.f_blocks - disk.f_bfree)
		/ (double)disk.f_blocks : 0.0);
	return 0;
}

static const struct fact_field fields[] = {
	{"load", "mean of the last minute's runnable processes"},
	{"cores", "processors"},
	{"memory_mb", "memory, in MiB"},
	{"memory_free_mb", "of it to be had, in MiB"},
	{"disk_free_mb", "on the disk of the run's directory, in MiB"},
	{"disk_used_percent", "of that disk"},
	{NULL, NULL},
};

const struct fact_source fact_system = {"system", fields, measure};
