/* What may be read, and by which token. Any thread: the table has its own lock, a grant is counted,
 * so that a request in flight keeps its source alive after the token is gone. */
#ifndef STREAM_GRANT_H
#define STREAM_GRANT_H

#include <stdbool.h>
#include "kiyya/clock.h"
#include "kiyya/err.h"
#include "kiyya/stream.h"
#include "precondition.h"
#include "target.h"

struct grants;
struct grants *grants_new(const struct clock *clock); /* clock is borrowed */
void grants_free(struct grants *t); /* NULL is fine; requests may still hold grants */

/* Makes a token. Takes the item's source, also when it fails (ERR_LIMIT). Drops what has expired.
 */
bool grants_add(struct grants *t, struct stream_item *item, char ret_token[TOKEN_LEN + 1],
		struct err *err);

struct grant;
/* A live grant, counted for the caller; NULL: unknown or expired. Takes the same time for every
 * wrong token. */
struct grant *grants_find(struct grants *t, const char *token);
/* Also an expired one; it is not found again. The caller has the table's count. */
struct grant *grants_take(struct grants *t, const char *token);
void grants_cancel_all(struct grants *t);

void grant_unref(struct grant *g); /* NULL is fine */
void grant_cancel(struct grant *g);
/* A reader of its own, owned. */
struct source *grant_open(struct grant *g, struct err *err);
const char *grant_media_type(const struct grant *g);
struct validators grant_validators(const struct grant *g);
/* The same as fields of a response, written once; "" none. */
const char *grant_etag_field(const struct grant *g);
const char *grant_date_field(const struct grant *g);
/* The first thing that went wrong while it was read: kept for whoever asks why the picture stopped.
 */
void grant_note_trouble(struct grant *g, const struct err *why);
bool grant_trouble(struct grant *g, struct err *ret);

#endif
