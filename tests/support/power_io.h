/* A disk that loses power. It stands in the place of struct io over a real folder and knows of every file what the
 * disk has and what only the page cache has:
 *
 * - a sync of a file makes its pages and its length durable, a sync of a folder its names, nothing else does;
 * - of pages written since (4 KiB each) any may have reached the disk, in any of their versions, torn at a sector;
 * - the length is the old one, the new one, or between;
 * - of names made, changed and removed since, any may have reached the disk, in order for each file;
 * - after a sync that fails the disk has some of the pages, and reading gives what the disk has (file.h).
 *
 *	power_on(root, seed);                    what lies below root is durable now
 *	power_at(7, POWER_CUT);                  the seventh operation from here is the last
 *	… everything through power_io() fails from there on …
 *	power_restore(true);                     below root is what the disk had; all of it durable
 *	power_off();
 *
 * One disk, one thread: struct io has no room for state. What went past the seam ends the program with a sentence. */
#ifndef POWER_IO_H
#define POWER_IO_H

#include <stdbool.h>
#include <stdint.h>
#include "kiyya/file.h"

/* The same numbers for the same seed. */
struct luck {
	uint64_t state;
};
uint64_t luck_below(struct luck *l, uint64_t n); /* 0 … n-1 */

enum power_way {
	POWER_STAYS,
	POWER_CUT,
	POWER_KILL, /* the process ends and not the power: the page cache stays */
	POWER_EIO,
	POWER_ENOSPC,
	POWER_SHORT, /* half of a write, and the caller may go on; only writes count */
	POWER_TORN,  /* half of a write, then the disk is full once; only writes count */
};

void power_on(const char *root, uint64_t seed);
void power_off(void);
const struct io *power_io(void);

/* The nth operation from now, from 1, goes this way. */
void power_at(unsigned nth, enum power_way way);
unsigned power_count(void); /* operations since power_on, power_at or power_restore */
bool power_was_met(void);   /* the nth has come */
bool power_is_out(void);    /* or the process is ended */
void power_again(void);     /* after a kill: another process begins */
/* Also when it was not out: then this is the cut. Of what was not synced some gets through, or nothing. */
void power_restore(bool some);

#endif
