/* A disk for SQLite that fails when it is told to: wraps the default VFS and becomes it. */
#ifndef KIYYA_TESTS_FAULT_VFS_H
#define KIYYA_TESTS_FAULT_VFS_H

#include <stdbool.h>

/* To be called before the first connection is opened. Syncs are counted and answered, not done. */
void fault_vfs_install(void);
void fault_vfs_remove(void); /* after the last one is closed */
/* The n-th write, sync or truncation from now on (from 1; 0: none) fails with this code, such as
 * SQLITE_FULL; when sticky, all after it too. */
void fault_vfs_arm(int n, int code, bool sticky);
/* How many failed since. */
int fault_vfs_fired(void);

#endif
