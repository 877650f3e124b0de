/* A disk for SQLite that fails when it is told to. */
#include "fault_vfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

struct fault {
	sqlite3_vfs vfs; /* its pAppData is this struct */
	sqlite3_vfs *real;
	int countdown, code, fired;
	bool sticky;
};

struct fault_file {
	sqlite3_file base;  /* first: SQLite knows it by this */
	sqlite3_file *real; /* in the same piece of memory, behind this struct */
	struct fault *fault;
};

static struct fault *find(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find("fault");
	return vfs ? vfs->pAppData : NULL;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct fault_file *)f)->real;
}

/* SQLITE_OK, or the failure that is due. */
static int next_fault(sqlite3_file *f)
{
	struct fault *fault = ((struct fault_file *)f)->fault;
	if (fault->countdown == 0)
		return SQLITE_OK;
	if (fault->countdown > 1) {
		fault->countdown--;
		return SQLITE_OK;
	}
	if (!fault->sticky)
		fault->countdown = 0;
	fault->fired++;
	return fault->code;
}

static int fault_close(sqlite3_file *f)
{
	sqlite3_file *r = real_of(f);
	return r->pMethods ? r->pMethods->xClose(r) : SQLITE_OK;
}

static int fault_read(sqlite3_file *f, void *data, int n, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), data, n, at);
}

/* A write that fails has written its first half. */
static int fault_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
	sqlite3_file *r = real_of(f);
	int rc = next_fault(f);
	if (rc == SQLITE_OK)
		return r->pMethods->xWrite(r, data, n, at);
	if (n > 1)
		r->pMethods->xWrite(r, data, n / 2, at);
	return rc;
}

static int fault_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = next_fault(f);
	return rc != SQLITE_OK ? rc : real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int fault_sync(sqlite3_file *f, int flags)
{
	return next_fault(f);
}

static int fault_size(sqlite3_file *f, sqlite3_int64 *ret)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), ret);
}

static int fault_lock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int fault_unlock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int fault_check_lock(sqlite3_file *f, int *ret)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), ret);
}

static int fault_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int fault_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int fault_traits(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int fault_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, ret);
}

static int fault_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags);
}

static void fault_shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int fault_shm_unmap(sqlite3_file *f, int del)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), del);
}

/* Version 2: with shared memory for WAL, without memory-mapped reading. */
static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = fault_close,
	.xRead = fault_read,
	.xWrite = fault_write,
	.xTruncate = fault_truncate,
	.xSync = fault_sync,
	.xFileSize = fault_size,
	.xLock = fault_lock,
	.xUnlock = fault_unlock,
	.xCheckReservedLock = fault_check_lock,
	.xFileControl = fault_control,
	.xSectorSize = fault_sector,
	.xDeviceCharacteristics = fault_traits,
	.xShmMap = fault_shm_map,
	.xShmLock = fault_shm_lock,
	.xShmBarrier = fault_shm_barrier,
	.xShmUnmap = fault_shm_unmap,
};

static int fault_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags, int *ret)
{
	struct fault *fault = vfs->pAppData;
	struct fault_file *ff = (struct fault_file *)f;
	ff->fault = fault;
	ff->real = (sqlite3_file *)(ff + 1);
	memset(ff->real, 0, (size_t)fault->real->szOsFile);
	int rc = fault->real->xOpen(fault->real, name, ff->real, flags, ret);
	ff->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
	return rc;
}

void fault_vfs_install(void)
{
	struct fault *fault = NEW(struct fault);
	fault->real = sqlite3_vfs_find(NULL);
	fault->vfs = *fault->real; /* all but opening is as ever */
	fault->vfs.zName = "fault";
	fault->vfs.szOsFile = (int)sizeof(struct fault_file) + fault->real->szOsFile;
	fault->vfs.pAppData = fault;
	fault->vfs.xOpen = fault_open;
	sqlite3_vfs_register(&fault->vfs, 1);
}

void fault_vfs_remove(void)
{
	struct fault *fault = find();
	sqlite3_vfs_unregister(&fault->vfs);
	free(fault);
}

void fault_vfs_arm(int n, int code, bool sticky)
{
	struct fault *fault = find();
	fault->countdown = n;
	fault->code = code;
	fault->sticky = sticky;
	fault->fired = 0;
}

int fault_vfs_fired(void)
{
	return find()->fired;
}
