/* One row of any list, and what can be asked of it. A row is the message it came in: a claim of a
 * page, or a whole event (a copy, a download, a channel, a fact, a gateway). Pure. */
#ifndef UI_ITEM_H
#define UI_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "glyphs.h"
#include "kiyya/claim.h"
#include "kiyya/msg.h"
#include "kiyya/quality.h"

#define ITEM_KEY_SIZE 96
#define ITEM_CHOICE   "choice" /* kind of an EV_SHELF that is a row to choose, no heading */

struct item {
	char key[ITEM_KEY_SIZE]; /* what a row keeps being, however lists change */
	struct claim *claim;     /* borrowed from a page; NULL: see event */
	struct event *event;     /* owned; NULL: see claim */
	char *folded;            /* owned; for filters, made when first needed */
	uint64_t seen;           /* ticket of the listing that named it last */
	const char *snippet; /* borrowed like claim; where searched words are; NULL: not searched */
	const char *from; /* borrowed like claim; "local" "remote" "newest"; NULL: not searched */
	bool marked;
};

/* Makes the row of an event (moved in), or of a claim (borrowed). */
void item_init_event(struct item *it, struct event *e);
void item_init_claim(struct item *it, struct claim *c);
void item_release(struct item *it);
void item_key_of_download(char key[ITEM_KEY_SIZE], const struct ev_download *d);

const char *item_claim_id(const struct item *it); /* "" for what is no claim */
const char *item_title(const struct item *it);    /* never NULL */
const char *item_channel(const struct item *it);  /* NULL unknown */
const char *item_quality(const struct item *it);  /* NULL unknown */
int64_t item_size(const struct item *it);         /* plaintext bytes; -1 unknown */
int64_t item_duration(const struct item *it);     /* seconds; -1 unknown */
int64_t item_time(const struct item *it);         /* released or added; TIME_UNKNOWN */
const struct ev_download *item_download(const struct item *it); /* NULL: another kind of row */
const struct ev_copy *item_copy(const struct item *it);
const struct ev_episode *item_episode(const struct item *it); /* beside its claim, or of several */
const struct ev_shelf *
item_shelf(const struct item *it);           /* the name of a row of Home, a category */
bool item_is_heading(const struct item *it); /* the name above rows of Home */
const struct ev_channel *item_channel_row(const struct item *it); /* a followed one */
bool item_is_state(const struct item *it, const char *state);     /* of a download */
/* For comparing with a filter. */
const char *item_folded(struct item *it);

#endif
