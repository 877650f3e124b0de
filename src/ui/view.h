/* A view: one list with its rows, and a table of what makes it this list and no other. A new view
 * is one file with one of these tables, and its line in views.c. */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/buf.h"
#include "kiyya/msg.h"
#include "listing.h"
#include "lines.h"
#include "table.h"

struct ui;
struct view;

struct view_ops {
	const char *name, *word; /* in the top line; as an argument */
	unsigned where;          /* its IN_ bit */
	const char *empty;       /* said when there is nothing: what it means and what key helps */
	const struct column *columns;
	size_t n_columns;
	const struct sort *sorts;
	bool no_downloads;                                         /* without the pane below */
	size_t own_size;                                           /* of view->own, zeroed */
	void (*init)(struct ui *ui, struct view *v);               /* NULL: nothing to do */
	void (*release)(struct view *v);                           /* NULL: nothing to do */
	void (*load)(struct ui *ui, struct view *v, bool refresh); /* sends requests */
	bool (*take)(struct ui *ui, struct view *v,
		     struct event *e); /* true: e has been moved in */
	void (*loaded)(struct ui *ui, struct view *v,
		       uint64_t ticket); /* NULL; its request was answered in full */
	void (*title)(const struct view *v, const struct glyphs *g, struct buf *out);
	bool (*open)(struct ui *ui, struct view *v,
		     struct item *it); /* NULL; false: show the detail */
	bool (*back)(struct ui *ui,
		     struct view *v); /* NULL; false: there is nothing to go back to */
	void (*claims)(
	    const struct view *v, const struct item *it,
	    struct strs *ids); /* NULL; adds those that a row without an id of its own stands for */
	void (*near_end)(struct ui *ui,
			 struct view *v); /* NULL; the cursor is near the end of the list */
};

enum view_state { VIEW_NEW, VIEW_LOADING, VIEW_READY, VIEW_FAILED };

struct view {
	const struct view_ops *ops;
	void *own; /* owned */
	uint32_t slot;
	struct rows rows;
	struct listing listing; /* over rows, or over the queue's */
	enum view_state state;
	char *why;                    /* owned; of VIEW_FAILED */
	const struct column *columns; /* of its ops, or others that it shows just now */
	size_t n_columns;
	const char *empty; /* likewise */
	bool cached, more;
	int64_t fetched_at; /* TIME_UNKNOWN */
};

extern const struct view_ops *const view_table[];
extern const size_t n_views;

extern const struct view_ops view_home, view_channels, view_series, view_search, view_library,
    view_queue, view_status;

/* Shared with the pane below the list. */
extern const struct column download_columns[];
extern const size_t n_download_columns;

/* Opens a channel or an item in the Channels view; the place before it can be gone back to. */
void view_channels_open(struct ui *ui, const char *address);
void view_channels_order(struct ui *ui, const char *order);
/* The channel that is shown; NULL: another list. */
const char *view_channels_address(struct ui *ui);

bool view_series_has(struct ui *ui, const char *claim_id);
/* Goes to the episode before (by -1) or behind (by 1) a claim, over the end of a season; false: there is none. */
bool view_series_step(struct ui *ui, const char *claim_id, int by);
/* A channel's claims that have all the tags, under the name of a category. */
void view_channels_category(struct ui *ui, const char *address, const char *category,
			    const struct strs *tags);
/* The categories of a channel, or the filters of one of them, to choose from. category: NULL, or a name. */
void view_channels_choose(struct ui *ui, const char *address, const char *category);
/* The playlists of a channel. */
void view_channels_playlists(struct ui *ui, const char *address);
/* What is new: in followed channels if there are any, else in the default channel. */
void view_channels_newest(struct ui *ui);
/* The channel that the Channels view shows and the category in it (NULL none), if it is the view shown; else NULL. */
const char *view_channels_here(struct ui *ui, const char **ret_category);
/* Rows to choose from: the categories there are, or the filters of one. */
void category_rows(const struct ui *ui, struct rows *rows, const char *channel,
		   const char *category);
/* Lists that are no channel: "following", "feed", "later", "history". */
void view_channels_list(struct ui *ui, const char *word);
bool view_channels_is_list(struct ui *ui, const char *word);
/* Something is followed, or kept for later, or not any more: a list of it that is shown is asked for again. */
void view_channels_changed(struct ui *ui);

#endif
