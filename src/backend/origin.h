/* Where the bytes of an item come from: a file of the player host, or segments that are joined. Backend thread. */
#ifndef KIYYA_BACKEND_ORIGIN_H
#define KIYYA_BACKEND_ORIGIN_H

#include "segments.h"

struct origin;
/* As fetcher_start. */
struct origin *origin_of_file(struct core *core, const char *url, int64_t total, int64_t rate,
			      const struct chunkset *there, const struct fetcher_events *events);
struct origin *origin_of_segments(struct core *core, const struct segments_plan *plan,
				  const struct fetcher_events *events);
void origin_free(struct origin *o); /* stops; no event any more. NULL is fine */
void origin_look(struct origin *o); /* a few times a second */
/* Somebody waits for this chunk; segments come in their order all the same. */
void origin_want(struct origin *o, uint64_t chunk);
void origin_press(struct origin *o, bool pressed);
void origin_limit(struct origin *o, int64_t rate);
uint64_t origin_received(const struct origin *o);
int64_t origin_retry_after_s(const struct origin *o);

#endif
