/* Where the bytes of an item come from: one of two, behind one face. */
#include "origin.h"

#include <stdlib.h>

struct origin { /* one of them */
	struct fetcher *file;
	struct segments *segments;
};

struct origin *origin_of_file(struct core *core, const char *url, int64_t total, int64_t rate,
			      const struct chunkset *there, const struct fetcher_events *events)
{
	struct origin *o = NEW(struct origin);
	o->file = fetcher_start(core, url, total, rate, there, events);
	return o;
}

struct origin *origin_of_segments(struct core *core, const struct segments_plan *plan,
				  const struct fetcher_events *events)
{
	struct origin *o = NEW(struct origin);
	o->segments = segments_start(core, plan, events);
	return o;
}

void origin_free(struct origin *o)
{
	if (!o)
		return;
	fetcher_free(o->file);
	segments_free(o->segments);
	free(o);
}

void origin_look(struct origin *o)
{
	if (o->file)
		fetcher_look(o->file);
}

void origin_want(struct origin *o, uint64_t chunk)
{
	if (o->file)
		fetcher_want(o->file, chunk);
}

void origin_press(struct origin *o, bool pressed)
{
	if (o->file)
		fetcher_press(o->file, pressed);
	else
		segments_press(o->segments, pressed);
}

void origin_limit(struct origin *o, int64_t rate)
{
	if (o->file)
		fetcher_limit(o->file, rate);
	else
		segments_limit(o->segments, rate);
}

uint64_t origin_received(const struct origin *o)
{
	return o->file ? fetcher_received(o->file) : segments_received(o->segments);
}

int64_t origin_retry_after_s(const struct origin *o)
{
	return o->file ? fetcher_retry_after_s(o->file) : segments_retry_after_s(o->segments);
}
