/* Lists of channels as other programs keep them: read for `follow --import`, written for `following --export`. Pure; any
 * thread.
 *
 * Read is, by what the text begins with:
 *	an OPML file     feeds of https://odysee.com/$/rss/@channel:x, whoever wrote it; other feeds are counted
 *	Odysee's JSON    the preferences: `following` and `subscriptions`, wherever the export put them; or a bare array
 *	anything else    an address a line, # comments; behind an address may stand what newsboat puts there
 * What an entry holds is not looked at: it becomes an address or an error where the channel is looked up. */
#ifndef KIYYA_CHANNEL_LIST_H
#define KIYYA_CHANNEL_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/buf.h"
#include "kiyya/err.h"

#define CHANNEL_LIST_MAX_BYTES   (1u << 20)
#define CHANNEL_LIST_MAX_ENTRIES 10000
#define CHANNEL_LIST_MAX_ADDRESS 2048

struct channel_entry {
	int line;      /* from 1; in JSON: the number of the entry */
	char *address; /* owned; clean text */
};
struct channel_list {
	struct channel_entry *v;
	size_t n;
	size_t n_foreign; /* feeds of other places, which are left out */
	bool numbered;    /* line counts entries */
};
/* Doubles are left out. ERR_LIMIT over the caps, ERR_USAGE with a line for what cannot be read at all. */
bool channel_list_read(struct channel_list *ret, const char *text, size_t len, struct err *err) MUST_USE;
void channel_list_release(struct channel_list *l);

/* Writing: the frame, and a channel in it. name with @; title may be NULL. */
enum channel_format { CHANNEL_PLAIN, CHANNEL_OPML };
void channel_list_begin(struct buf *out, enum channel_format format);
void channel_list_write(struct buf *out, enum channel_format format, const char *name, const char *claim_id,
			const char *title);
void channel_list_end(struct buf *out, enum channel_format format);

const char *channel_list_library_version(void); /* of expat */

#endif
