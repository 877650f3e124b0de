/* Claims as rows of content_cache. */
#ifndef KIYYA_STORE_CLAIM_ROW_H
#define KIYYA_STORE_CLAIM_ROW_H

#include "kiyya/store.h"
#include "row.h"

/* X(column, kind, member of struct claim); the claim id comes before them, kind, tags and sources
 * after. */
// clang-format off
#define CLAIM_FIELDS(X) \
	X(channel_id, HEX, channel_id) X(channel_name, TEXT, channel_name) \
	X(title, TEXT, title) X(name, TEXT, name) X(description, LINES, description) \
	X(thumbnail_url, TEXT, thumbnail_url) X(media_type, TEXT, media_type) X(url, TEXT, url) \
	X(reason, TEXT, reason) X(reposted_by, TEXT, reposted_by) \
	X(sd_hash, HEX, sd_hash) X(source_hash, HEX, source_hash) X(stream_id, HEX, stream_id) \
	X(release_time, TIME, release_time) X(duration, COUNT, duration) X(size, COUNT, size) \
	X(playable, FLAG, playable)
// clang-format on
#define CLAIM_AS_ONE(column, kind, member)    +1
#define CLAIM_AS_COLUMN(column, kind, member) "c." #column ", "
enum { CLAIM_N_FIELDS = 1 CLAIM_FIELDS(CLAIM_AS_ONE) };

/* What claim_row_read wants selected: the claim c, and what this machine knows of the one called
 * `of`, in one pass; p is its row of progress, from a left join. */
#define CLAIM_ROW_COLUMNS(of) \
	"c.claim_id, " CLAIM_FIELDS(CLAIM_AS_COLUMN) "c.kind, c.tags, c.sources, " LOCAL_COLUMNS(of)
#define LOCAL_COLUMNS(of)                                                                     \
	"EXISTS (SELECT 1 FROM offline_meta WHERE claim_id = " of " AND complete), "          \
	"EXISTS (SELECT 1 FROM download_queue WHERE claim_id = " of " AND state <> 'done'), " \
	"EXISTS (SELECT 1 FROM favorites WHERE claim_id = " of "), p.watched, p.position_seconds, " \
	"(SELECT sd_hash || sources FROM renditions WHERE claim_id = " of ")"
enum { CLAIM_LOCAL_AT = CLAIM_N_FIELDS + 3, CLAIM_ROW_END = CLAIM_LOCAL_AT + 6 };

/* What claim_row_kept wants selected of a table of claim ids, called t: the claim may be unknown to
 * the cache, and is then called by what else names it. */
#define KEPT_COLUMNS(t)                                                       \
	CLAIM_ROW_COLUMNS(t ".claim_id")                                      \
	", " t ".claim_id, coalesce("                                         \
	"(SELECT title FROM offline_meta WHERE claim_id = " t ".claim_id), "  \
	"(SELECT title FROM download_queue WHERE claim_id = " t ".claim_id)," \
	"(SELECT title FROM history WHERE claim_id = " t ".claim_id), p.title)"
#define KEPT_JOINS(t)                                                  \
	"LEFT JOIN content_cache AS c ON c.claim_id = " t ".claim_id " \
	"LEFT JOIN progress AS p ON p.claim_id = " t ".claim_id "
enum { KEPT_ROW_END = CLAIM_ROW_END + 2 };

/* Every row of such a query, which it ends; NULL and *err when it failed. */
struct page *claim_row_kept(struct stmt *q, struct err *err);
/* The row at hand of such a query. */
void claim_row_read_kept(struct stmt *q, struct page *page);

/* Appends the row at hand to page; a row without a proper id is left out. */
void claim_row_read(struct stmt *q, struct page *page);
/* LOCAL_COLUMNS from col on, into c->local; and behind its sources those that a playlist named. */
void claim_row_read_local(struct stmt *q, int col, struct claim *c, struct arena *a);
/* CLAIM_N_FIELDS values, borrowed from c. */
void claim_row_values(const struct claim *c, struct sql_value *out);
/* Tags and sources as JSON; owned, NULL when there are none. */
char *claim_row_tags(const struct claim *c);
char *claim_row_sources(const struct claim *c);

#endif
