/* What the places of the Channels view are called, show and ask for. */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include "kiyya/str.h"

/* How much is in a playlist. */
static const char *column_items(const struct item *it, const struct glyphs *g, int width, char *buf,
				size_t size)
{
	size_t n = it->claim ? it->claim->n_item_ids : 0;
	snprintf(buf, size, "%zu item%s", n, n == 1 ? "" : "s");
	return buf;
}

const struct column place_columns[PLACE_N_COLUMNS] = {
	{ .text = column_title },
	{ .width = 2, .text = column_signs },
	{ .width = 8, .from = 90, .right = true, .text = column_size },
	{ .width = 10, .from = 56, .text = column_date },
	{ .width = 8, .right = true, .text = column_duration },
};

static const struct column followed_columns[] = {
	{ .text = column_title },
	{ .width = 20, .from = 50, .text = column_channel },
	{ .width = 10, .from = 70, .text = column_date },
};
static const struct column mixed_columns[] = {
	{ .text = column_title },
	{ .width = 2, .text = column_signs },
	{ .width = 16, .from = 64, .text = column_channel },
	{ .width = 10, .from = 90, .text = column_date },
	{ .width = 8, .right = true, .text = column_duration },
};
static const struct column category_columns[] = { { .text = column_title } };
static const struct column playlist_columns[] = {
	{ .text = column_title },
	{ .width = 10, .from = 56, .text = column_date },
	{ .width = 10, .right = true, .text = column_items },
};
#define COLUMNS(array) .columns = array, .n_columns = sizeof(array) / sizeof(array[0])

const struct place_kind_of place_kinds[PLACE_KINDS] = {
	[PLACE_CHANNEL] = { .empty = "This channel has published nothing. {goto} opens another one "
				     "by its address.",
			    COLUMNS(place_columns) },
	[PLACE_CATEGORIES] = { .empty = "There are no categories.",
			       .columns = category_columns,
			       .n_columns = 1 },
	[PLACE_PLAYLISTS] = { .empty = "This channel has no playlists.",
			      COLUMNS(playlist_columns) },
	[PLACE_PLAYLIST] = { .empty = "There is nothing in this playlist.",
			     COLUMNS(mixed_columns) },
	[PLACE_ITEM] = { .empty = "There is nothing at this address.", COLUMNS(place_columns) },
	[PLACE_FOLLOWING] = { "following", "Followed channels",
			      "You follow no channel yet. {follow} on a channel follows it.",
			      COLUMNS(followed_columns) },
	[PLACE_FEED] = { "feed", "New in followed channels",
			 "Nothing new. {follow} on a channel follows it; {following} lists those "
			 "you follow.",
			 COLUMNS(mixed_columns) },
	[PLACE_LATER] = { "later", "To watch later",
			  "Nothing is kept for later. {later} on a video keeps it in mind.",
			  COLUMNS(mixed_columns) },
	[PLACE_HISTORY] = { "history", "What you played", "Nothing has been played yet.",
			    COLUMNS(mixed_columns) },
};

void place_release(struct place *p)
{
	free(p->address);
	free(p->order);
	free(p->name);
	strs_release(&p->tags);
	*p = (struct place){ 0 };
}

void place_title(const struct place *p, const struct glyphs *g, struct buf *out)
{
	const char *title = place_kinds[p->kind].title;
	if (p->kind == PLACE_CATEGORIES)
		(void)!buf_addf(out, "%s of ", p->name ? p->name : "Categories");
	else if (p->kind == PLACE_PLAYLISTS)
		(void)!buf_add_str(out, "Playlists of ");
	if (p->kind == PLACE_PLAYLIST)
		title = p->name;
	(void)!buf_add_str(out, title ? title : p->address);
	for (size_t i = 0; i < p->tags.n; i++)
		(void)!buf_addf(out, "%s%s", g->dot, i == 0 && p->name ? p->name : p->tags.v[i]);
	if (p->kind == PLACE_CHANNEL)
		(void)!buf_addf(out, "%s%s", g->dot, p->order ? p->order : "newest");
}

struct req *place_request(const struct place *p, bool refresh)
{
	struct req *r = NULL;
	switch (p->kind) {
	case PLACE_ITEM:
		r = req_new(REQ_SHOW);
		r->u.show.item_ = str_dup(p->address);
		r->u.show.refresh_ = refresh;
		break;
	case PLACE_PLAYLISTS:
		r = req_new(REQ_PLAYLISTS);
		r->u.playlists.channel_ = str_dup(p->address);
		r->u.playlists.refresh_ = refresh;
		break;
	case PLACE_PLAYLIST:
		r = req_new(REQ_PLAYLIST);
		r->u.playlist.item_ = str_dup(p->address);
		r->u.playlist.refresh_ = refresh;
		break;
	case PLACE_FOLLOWING:
		r = req_new(REQ_FOLLOWING);
		break;
	case PLACE_LATER:
		r = req_new(REQ_LATER);
		r->u.later.action_ = str_dup("list");
		break;
	case PLACE_HISTORY:
		r = req_new(REQ_HISTORY);
		r->u.history.action_ = str_dup("list");
		break;
	case PLACE_CHANNEL:
	case PLACE_CATEGORIES:
	case PLACE_FEED:
		break;
	}
	return r;
}
