/* What happens to a damaged database: kept aside under another name, and what still reads is taken
 * over. */
#ifndef KIYYA_STORE_RESCUE_H
#define KIYYA_STORE_RESCUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/clock.h"
#include "kiyya/err.h"

struct migration;

/* Damage was met: leaves a mark beside the file, so that the next start looks through all of it. */
void rescue_suspect(const char *path);
bool rescue_is_suspect(const char *path);
void rescue_unsuspect(const char *path);

/* Builds a new database from what can be read of the one at path, moves the damaged one aside
 * (never deleted) and puts the new one in its place. *ret_note (owned) tells the user. Nobody may
 * have the file open. */
bool rescue_run(const char *path, const struct clock *clock, const struct migration *list, size_t n,
		char **ret_note, struct err *err) MUST_USE;
/* Ends the exchange of a rescue that was cut short. To be called before opening. */
bool rescue_finish(const char *path, const struct clock *clock, struct err *err) MUST_USE;

#endif
