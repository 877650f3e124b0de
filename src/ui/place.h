/* A place that the Channels view can be at: a channel or a part of it, an item, a list gathered from channels. What it is
 * called, what it shows and what it asks for. */
#ifndef UI_PLACE_H
#define UI_PLACE_H

#include "item.h"
#include "table.h"

enum place_kind {
	PLACE_CHANNEL,
	PLACE_CATEGORIES,
	PLACE_PLAYLISTS,
	PLACE_PLAYLIST,
	PLACE_ITEM,
	PLACE_FOLLOWING,
	PLACE_FEED,
	PLACE_LATER,
	PLACE_HISTORY
};
#define PLACE_KINDS (PLACE_HISTORY + 1)

struct place {
	enum place_kind kind;
	size_t from;             /* index of the view it was gone to from */
	char *address, *order;   /* owned; of a channel, a playlist or an item; order NULL: newest */
	char *name;              /* owned; of its category or playlist, to show; NULL none */
	struct strs tags;        /* of the category, and of a filter in it */
	char key[ITEM_KEY_SIZE]; /* row the cursor was on */
};
void place_release(struct place *p);

struct place_kind_of {
	const char *word;  /* NULL: it is opened by an address */
	const char *title; /* NULL: the address */
	const char *empty;
	const struct column *columns;
	size_t n_columns;
};
extern const struct place_kind_of place_kinds[PLACE_KINDS];

/* Of a channel; what the view has until it is somewhere. */
#define PLACE_N_COLUMNS 5
extern const struct column place_columns[PLACE_N_COLUMNS];

void place_title(const struct place *p, const struct glyphs *g, struct buf *out);
/* What asks for all of it at once; owned. Channels and the feed come page by page: not for them. */
struct req *place_request(const struct place *p, bool refresh);

#endif
