/* Bytes on their way: what a download and the readers of its unfinished file say to each other.
 *
 * A reader that comes to a chunk that is not there waits; the download hears which one (the wake), fetches it first, and
 * says when something came. Then the reader looks again. Counted; its lock is its own, held for a moment. */
#ifndef KIYYA_BACKEND_ARRIVAL_H
#define KIYYA_BACKEND_ARRIVAL_H

#include "kiyya/source.h"
#include "kiyya/wake.h"

#define ARRIVAL_WISHES 8u

struct arrival;
struct arrival *arrival_new(const struct wake *wake); /* borrowed, for as long as anybody reads */
void arrival_unref(struct arrival *a);                /* NULL is fine; readers go on without us */

/* A source over the file, which moves in: what it says is ERR_UNFINISHED is waited for. Backend thread. */
struct source *arrival_open(struct arrival *a, struct source *file);
/* The file below such a source (borrowed); NULL: it is none. */
const struct source *arrival_file(const struct source *s);

/* Who waits looks again. Any thread, as all that follow. */
void arrival_came(struct arrival *a);
/* Who waits now fails so; who comes later may wait again. */
void arrival_fail(struct arrival *a, const struct err *why);
/* Nothing comes any more: what is not there is not waited for, but fails so. why NULL: it is all there. */
void arrival_end(struct arrival *a, const struct err *why);
/* Chunks that are waited for; how many. */
size_t arrival_wishes(struct arrival *a, uint64_t ret[ARRIVAL_WISHES]);

#endif
