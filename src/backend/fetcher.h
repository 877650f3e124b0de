/* Where the bytes of an item come from: an address, in ranges, over several connections.
 *
 * One connection asks first; when it is known how long the item is and that the host gives parts, the others join. What
 * fails on one connection rests there and goes on elsewhere; what is said of the item ends all of them. A host that
 * ignores Range is read once from the start, over one connection.
 * Backend thread. */
#ifndef KIYYA_BACKEND_FETCHER_H
#define KIYYA_BACKEND_FETCHER_H

#include "connection.h"
#include "stripes.h"

struct fetcher;
struct fetcher_events {
	void *arg;
	/* What the host says of the item, before its first byte. false + *err: it is not wanted. */
	bool (*head)(void *arg, const struct http_head *head, int64_t total, struct err *err);
	/* Bytes in order from slot's last `at`, which is where a chunk begins. */
	void (*run)(void *arg, unsigned slot, uint64_t chunk);
	void (*bytes)(void *arg, unsigned slot, const void *data, size_t n);
	/* No more of this run; a chunk that is not whole is worth nothing, but for the item's last. */
	void (*run_ends)(void *arg, unsigned slot, bool end_of_item);
	/* Nothing comes any more, nothing is open. The fetcher is still to be freed, not from inside this. */
	void (*ended)(void *arg, enum connection_end how, const struct err *err);
};

/* total: SIZE_UNKNOWN, or what the whole must have. rate: bytes a second, 0 no limit. there: chunks that are not to be
 * fetched; copied, NULL none. */
struct fetcher *fetcher_start(struct core *core, const char *url, int64_t total, int64_t rate,
			      const struct chunkset *there, const struct fetcher_events *events);
void fetcher_free(struct fetcher *f); /* stops; no event any more. NULL is fine */
/* Looks whether another connection should begin, or help a slow one. Call it a few times a second. */
void fetcher_look(struct fetcher *f);
/* Somebody waits for this chunk: it is fetched as soon as a connection has come to the end of the chunk it is at, and then
 * what follows it. */
void fetcher_want(struct fetcher *f, uint64_t chunk);
/* The bytes are not put away as fast as they come: every connection waits. */
void fetcher_press(struct fetcher *f, bool pressed);
/* rate: bytes a second of all connections together, 0 no limit. */
void fetcher_limit(struct fetcher *f, int64_t rate);
uint64_t fetcher_received(const struct fetcher *f);
int64_t
fetcher_retry_after_s(const struct fetcher *f); /* what the host asked for last; -1 nothing */

#endif
