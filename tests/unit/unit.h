/* What every unit test wants: cmocka with what it needs, rows, and a directory that goes away. */
#ifndef KIYYA_TESTS_UNIT_H
#define KIYYA_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_ROWS(table) (sizeof(table) / sizeof((table)[0]))
/* EACH_ROW(row, table) { use row->… } */
#define EACH_ROW(row, table) \
	for (__typeof__(&(table)[0]) row = (table); row < (table) + N_ROWS(table); row++)

/* A new directory below TMPDIR; its path stays valid until temp_dir_remove. */
static inline const char *temp_dir_make(char path[256])
{
	const char *base = getenv("TMPDIR");
	snprintf(path, 256, "%s/kiyya-test-XXXXXX", base && base[0] ? base : "/tmp");
	if (!mkdtemp(path))
		fail_msg("no temporary directory %s", path);
	return path;
}

static inline int temp_remove_one(const char *path, const struct stat *st, int type,
				  struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void temp_dir_remove(const char *path)
{
	nftw(path, temp_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
