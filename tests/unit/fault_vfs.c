/*
 * The VFS that fails. All but the faults and the durable copies goes to the
 * real one, whose file lies behind ours in the same memory. A byte moves only
 * under fault_mutex.
 */
#include "tests/unit/fault_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fault_file {
	sqlite3_file base;
	const char *name;
	sqlite3_file real[]; /* of the size that the real VFS wants */
};

static sqlite3_vfs *fault_real;
struct fault fault;
pthread_mutex_t fault_mutex = PTHREAD_MUTEX_INITIALIZER;

static struct fault_file *fault_of(sqlite3_file *f)
{
	return (struct fault_file *)f;
}

/* The code, if a fault is due. */
static int fault_due(atomic_int *rc)
{
	if (!*rc || fault.times == 0)
		return SQLITE_OK;
	if (fault.times > 0)
		fault.times--;
	fault.given++;
	return *rc;
}

/* The first letter of each name keeps them apart from library functions. */
#define REAL(f) (fault_of(f)->real)
#define METHOD(f, m) (REAL(f)->pMethods->m)

static int fault_close(sqlite3_file *f)
{
	return METHOD(f, xClose)(REAL(f));
}

static int fault_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	int rc = fault_due(&fault.read_rc);

	return rc ? rc : METHOD(f, xRead)(REAL(f), p, n, at);
}

static int fault_write(sqlite3_file *f, const void *p, int n,
	sqlite3_int64 at)
{
	int rc = fault_due(&fault.write_rc);

	if (rc)
		return rc;
	pthread_mutex_lock(&fault_mutex);
	rc = METHOD(f, xWrite)(REAL(f), p, n, at);
	pthread_mutex_unlock(&fault_mutex);
	return rc;
}

static int fault_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc;

	pthread_mutex_lock(&fault_mutex);
	rc = METHOD(f, xTruncate)(REAL(f), size);
	pthread_mutex_unlock(&fault_mutex);
	return rc;
}

static void fault_copy(sqlite3_file *f)
{
	char path[600], block[4096];
	sqlite3_int64 size = 0, at;
	int fd, n;

	snprintf(path, sizeof(path), "%s.durable", fault_of(f)->name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	METHOD(f, xFileSize)(REAL(f), &size);
	for (at = 0; fd >= 0 && at < size; at += n) {
		n = size - at < 4096 ? (int)(size - at) : 4096;
		if (METHOD(f, xRead)(REAL(f), block, n, at) != SQLITE_OK ||
		    write(fd, block, (size_t)n) != n)
			abort();
	}
	close(fd);
}

static int fault_sync(sqlite3_file *f, int flags)
{
	int rc = fault_due(&fault.sync_rc);

	if (rc)
		return rc;
	pthread_mutex_lock(&fault_mutex);
	rc = METHOD(f, xSync)(REAL(f), flags);
	if (rc == SQLITE_OK && fault.durable)
		fault_copy(f);
	pthread_mutex_unlock(&fault_mutex);
	return rc;
}

static int fault_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return METHOD(f, xFileSize)(REAL(f), size);
}

static int fault_lock(sqlite3_file *f, int level)
{
	return METHOD(f, xLock)(REAL(f), level);
}

static int fault_unlock(sqlite3_file *f, int level)
{
	return METHOD(f, xUnlock)(REAL(f), level);
}

static int fault_reserved(sqlite3_file *f, int *out)
{
	return METHOD(f, xCheckReservedLock)(REAL(f), out);
}

static int fault_control(sqlite3_file *f, int op, void *arg)
{
	return METHOD(f, xFileControl)(REAL(f), op, arg);
}

static int fault_sector(sqlite3_file *f)
{
	return METHOD(f, xSectorSize)(REAL(f));
}

static int fault_device(sqlite3_file *f)
{
	return METHOD(f, xDeviceCharacteristics)(REAL(f));
}

static int fault_shm_map(sqlite3_file *f, int page, int size, int extend,
	void volatile **out)
{
	return METHOD(f, xShmMap)(REAL(f), page, size, extend, out);
}

static int fault_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return METHOD(f, xShmLock)(REAL(f), offset, n, flags);
}

static void fault_shm_barrier(sqlite3_file *f)
{
	METHOD(f, xShmBarrier)(REAL(f));
}

static int fault_shm_unmap(sqlite3_file *f, int delete)
{
	return METHOD(f, xShmUnmap)(REAL(f), delete);
}

static int fault_open(sqlite3_vfs *vfs, sqlite3_filename name,
	sqlite3_file *f, int flags, int *out)
{
	static const sqlite3_io_methods methods = { 2, fault_close,
		fault_read, fault_write, fault_truncate, fault_sync,
		fault_size, fault_lock, fault_unlock, fault_reserved,
		fault_control, fault_sector, fault_device, fault_shm_map,
		fault_shm_lock, fault_shm_barrier, fault_shm_unmap, NULL,
		NULL };
	int rc;

	(void)vfs;
	rc = fault_real->xOpen(fault_real, name, REAL(f), flags, out);
	f->pMethods = REAL(f)->pMethods ? &methods : NULL;
	fault_of(f)->name = name;
	return rc;
}

void fault_register(void)
{
	static sqlite3_vfs vfs;

	fault_real = sqlite3_vfs_find(NULL);
	vfs = *fault_real;
	vfs.zName = "fault";
	vfs.pNext = NULL;
	vfs.szOsFile = (int)sizeof(struct fault_file) + fault_real->szOsFile;
	vfs.xOpen = fault_open;
	sqlite3_vfs_register(&vfs, 1);
}
