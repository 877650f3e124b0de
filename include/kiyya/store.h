/* The database: one SQLite file, numbered migrations, one lock. The one door to SQLite. Backend thread;
 * a struct finder belongs to the thread that searches, a struct settler to a chore.
 *
 * What a user did is durable when the function returns (WAL, synchronous FULL). Rows given out are copies
 * that the caller owns. Errors: ERR_DATABASE, ERR_SPACE, ERR_BUSY (lock timeout). */
#ifndef KIYYA_STORE_H
#define KIYYA_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/claim.h"
#include "kiyya/clock.h"
#include "kiyya/copy.h"
#include "kiyya/err.h"
#include "kiyya/str.h"

struct store;
/* Opens or creates, 0600, migrates (after a verified backup beside it when there was data). A newer database or
 * a changed migration: ERR_DATABASE. A corrupt file is moved aside, what can be read is taken over, and
 * *ret_note (owned, may be NULL) says so. */
struct store *store_open(const char *path, const struct clock *clock, char **ret_note, struct err *err);
void store_close(struct store *s);
int store_version(const struct store *s);
int store_latest_version(void);
/* The version of a file without migrating it; 0 if there is none, -1 and *err if it cannot be told. */
int store_peek_version(const char *path, struct err *err);
bool store_check(struct store *s, char **ret_text /* "ok" or what is wrong; owned */, struct err *err);
bool store_backup(struct store *s, const char *file, struct err *err);
const char *store_library_version(void);

/* The lock: flock on data/lock, dies with the process. Holder: who works off downloads, keys, migrations, rm. */
struct lock;
/* NULL: ERR_BUSY, its num and sentence hold the other's PID. */
struct lock *lock_take(const char *path, struct err *err);
void lock_release(struct lock *l);
int lock_holder(const char *path); /* PID of who holds it, 0 nobody */

/* -- cache: claims, and lists of them by query ------------------------------------------------- */
/* Upserts the claims (by claim id) and their place in a query's list from index `first` on. One transaction.
 * When `reset`, the list begins anew; when `complete`, it ends with them. key NULL: only the claims.
 * A list is dense and holds no claim twice: a double is left out, and what follows moves up. The index after the last is
 * store_list.count; an index beyond it, but for the doubles left out, would leave a hole: those claims are kept
 * without a place. Where the claims are at their places already, the rest of the list stays; else it ends
 * with them, complete or not. A list is as old as its first claims. The item ids of a collection are kept with it. */
bool store_cache_put(struct store *s, const char *key, const struct page *page, int64_t first, bool reset,
		     bool complete, struct err *err);
struct store_list { /* what is known of a stored list */
	bool found;
	int64_t fetched_at; /* unix seconds */
	int64_t count;      /* stored rows */
	bool complete;      /* the last page has been seen */
};
bool store_cache_list(struct store *s, const char *key, struct store_list *ret, struct err *err);
/* The list `by` becomes the list `key`, in whose place it comes; no such list: nothing is done. Where
 * the order is by time, `by` does not say that it ends, and its last claim was in the old list, what followed that claim
 * there follows here: a head that is fetched anew takes nothing away. It then ends there only if nothing before is gone. */
bool store_cache_replace(struct store *s, const char *key, const char *by, bool by_time, struct err *err);
/* The list goes, the claims stay; no list: true. */
bool store_cache_forget(struct store *s, const char *key, struct err *err);
/* A list that is being filled or shown: none of its claims is evicted or cleaned up until it is let go. The one that was
 * written or read last is spared by evict without being held. */
bool store_cache_hold(struct store *s, const char *key, bool on, struct err *err);
/* Rows [first, first+limit) of a list, local state filled in; at most 100000. Past the end of a complete list: an empty
 * page. Past what is stored of another one, or a list of which a claim was evicted: NULL, ERR_NOT_FOUND. */
struct page *store_cache_page(struct store *s, const char *key, int64_t first, int64_t limit, struct err *err);
/* By claim id or by a unique id prefix of at least 4 hex or by lbry url; ERR_NOT_FOUND. */
struct page *store_cache_claim(struct store *s, const char *id_or_url, struct err *err);
/* What the gateway said of a claim, word for word: for debugging, and to be read again by a later version. Claims
 * that are not in the cache are passed over. */
struct store_raw { const char *claim_id, *json; };
bool store_cache_put_raw(struct store *s, const struct store_raw *v, size_t n, struct err *err);
char *store_cache_raw(struct store *s, const char *claim_id); /* owned; NULL if none */
struct store_cache_stats { int64_t claims, queries, bytes, hits, misses; };
bool store_cache_stats(struct store *s, struct store_cache_stats *ret, struct err *err);
bool store_cache_count_hit(struct store *s, bool hit);
/* Needed is a claim that is a favourite, has progress, is in the queue, the vault, a playlist, the watch-later list or
 * the history, or is a followed channel: no cleaning takes it, only drop does (the lists it is in go with it). */
bool store_cache_drop(struct store *s, const char *claim_id, struct err *err); /* ERR_NOT_FOUND */
/* Makes the cache smaller, a slice a call: a transaction of a few hundred rows at most, after which others may work. Call
 * until *ret_more is false; given up in the middle it is only less tidy. Lists that are held stay, but for TIDY_ALL. */
struct store_tidy {
	enum store_tidy_what {
		STORE_TIDY_ALL,     /* all lists, all unneeded claims */
		STORE_TIDY_EXPIRED, /* lists and unneeded claims older than limit seconds */
		STORE_TIDY_OVER,    /* least recently used unneeded claims over limit */
	} what;
	int64_t limit;
	/* the store's */
	bool begun;
	int step;
	int64_t before, at;
};
bool store_cache_tidy(struct store *s, struct store_tidy *t, bool *ret_more, struct err *err);
/* Rewrites the file by a connection of its own: any thread. Others may read, their writes wait for it. */
bool store_cache_optimize(const char *path, struct err *err);
/* Fills in .local of each claim. */
bool store_local_state(struct store *s, struct page *page, struct err *err);

/* What store_cache_put leaves for later, so that it is quick itself: the search index grows by small pieces that want
 * merging, the log of the database wants writing back. By a connection of its own, so on any thread, a struct settler on
 * one at a time:
 *
 *	if (store_wants_settling(store)) … while (store_settle(settler, &more, &err) && more) …
 *
 * What is not done is done another time; nothing is wrong until then, only slower. */
struct settler;
/* Of a database that a struct store has open. */
struct settler *store_settler_open(const char *path, struct err *err);
void store_settler_close(struct settler *z);
/* A few milliseconds' worth; *ret_more: there is more of it. */
bool store_settle(struct settler *z, bool *ret_more, struct err *err);
bool store_wants_settling(struct store *s); /* claims were put since this was asked last */

/* -- search: the cached claims by words, on a read-only connection of its own ------------------- */
struct finder;
struct query;
/* Of a database that a struct store has open, so that it is there and of this version. */
struct finder *store_find_open(const char *path, const struct clock *clock, struct err *err);
void store_find_close(struct finder *f);
enum find_how {
	FIND_TYPING, /* the last word may go on; only the newest that match are ranked */
	FIND_WORDS,  /* whole words; older ones with the words in their title are ranked, too */
	FIND_NEWEST, /* no words: the newest uploads of the query's channel, or of all */
};
/* At most limit claims, best first, local state filled in. Interrupted: ERR_CANCELLED. */
struct page *store_find(struct finder *f, const struct query *q, enum find_how how, int64_t limit,
			struct err *err);
/* Any thread, while the finder is open: what it is looking for just now ends. */
void store_find_interrupt(struct finder *f);
/* Where this SQLite has no FTS5 every row is read; so that this can be tested with one that has. */
void store_find_without_index(struct finder *f);

/* What was searched: remembered, newest first, forgotten. The oldest over 1000 go. */
bool store_search_add(struct store *s, const char *words, struct err *err);
bool store_search_each(struct store *s, int64_t limit,
		       void (*fn)(void *arg, const char *words, int64_t times, int64_t searched_at), void *arg,
		       struct err *err);
bool store_search_clear(struct store *s, struct err *err);

/* -- queue ------------------------------------------------------------------------------------- */
/* New row at the end, or the row that is there already (same claim and quality): *d is then what is stored. */
bool store_queue_add(struct store *s, struct download *d, bool *ret_was_there, struct err *err);
bool store_queue_update(struct store *s, const struct download *d, struct err *err); /* all but position */
bool store_queue_remove(struct store *s, int64_t id, struct err *err);
struct download_list { struct download *v; size_t n; };
void download_list_release(struct download_list *l);
/* In queue order; done rows last, newest first, only with `done`. */
bool store_queue_list(struct store *s, bool done, struct download_list *ret, struct err *err);
/* Rows of a claim id, unique prefix or url. ERR_NOT_FOUND if none. */
bool store_queue_find(struct store *s, const char *item, struct download_list *ret, struct err *err);
bool store_queue_move(struct store *s, int64_t id, int by, struct err *err); /* -1 up, +1 down */
/* At start: rows that a dead process left active become queued. */
bool store_queue_recover(struct store *s, struct err *err);

/* In which other qualities a film can be had: read with each claim of that sd_hash, behind its own sources. */
bool store_renditions_put(struct store *s, const char *claim_id, const char *sd_hash,
			  const struct claim_source *v, size_t n, struct err *err);

/* -- films put together of segments, by the partial file ------------------------------------------ */
struct segment_list {
	char playlist[33]; /* what tells it from others; "": nothing is known of the file */
	int64_t total;     /* segments of the film */
	int64_t *ends;     /* owned: the byte of the film behind each, of the first n that came whole */
	size_t n;
};
void segment_list_release(struct segment_list *l);
bool store_segments_begin(struct store *s, const char *file, const char *playlist, int64_t total,
			  struct err *err); /* what was there of the file goes, and of files that no row names */
bool store_segments_add(struct store *s, const char *file, int64_t number, int64_t ends, struct err *err);
bool store_segments_read(struct store *s, const char *file, struct segment_list *ret, struct err *err);
bool store_segments_forget(struct store *s, const char *file, struct err *err);

/* -- plain files that are being filled, by the partial file: which chunks are safe ---------------- */
#define PLAIN_PAGE_BYTES 512u /* of the bitmap: 4096 chunks */
struct plain_row {
	char id[33];  /* random; "": nothing is known of the file */
	int64_t size; /* SIZE_UNKNOWN */
	unsigned char *bits; /* owned; whole pages: chunk i is bit i % 8 of byte i / 8 */
	size_t n_bits;       /* bytes of them */
};
struct plain_page {
	int64_t number;
	const unsigned char *bits;
};
void plain_row_release(struct plain_row *r);
bool store_plain_begin(struct store *s, const char *file, const char *id, int64_t size,
		       struct err *err); /* what was there of the file goes, and of files that no row names */
bool store_plain_size(struct store *s, const char *file, int64_t size, struct err *err);
/* A power cut may take the last ones with it: then less is said to be there, never more. Of a file that is not known
 * nothing is kept. */
bool store_plain_put(struct store *s, const char *file, const struct plain_page *v, size_t n, struct err *err);
bool store_plain_read(struct store *s, const char *file, struct plain_row *ret, struct err *err);
bool store_plain_forget(struct store *s, const char *file, struct err *err);

/* -- offline: copies in the vault ----------------------------------------------------------------- */
bool store_copy_put(struct store *s, const struct copy *c, struct err *err); /* by claim id and quality */
/* Finish of a download: copy row in, queue row done, one transaction. */
bool store_copy_finish(struct store *s, const struct copy *c, const struct download *d, struct err *err);
struct copy_list { struct copy *v; size_t n; };
void copy_list_release(struct copy_list *l);
bool store_copy_list(struct store *s, struct copy_list *ret, struct err *err); /* newest first */
/* Copies of a claim id, unique prefix or lbry url; quality NULL: all. ERR_NOT_FOUND if none. Originals first, then
 * the highest. */
bool store_copy_find(struct store *s, const char *item, const char *quality, struct copy_list *ret,
		     struct err *err);
bool store_copy_remove(struct store *s, const char *claim_id, const char *quality, struct err *err);

/* -- library -------------------------------------------------------------------------------------- */
struct progress { char claim_id[CLAIM_ID_SIZE]; char *title; int64_t position_seconds, duration, updated_at; bool watched; };
void progress_release(struct progress *p);
bool store_progress_put(struct store *s, const struct progress *p, struct err *err);
bool store_progress_get(struct store *s, const char *claim_id, struct progress *ret, struct err *err);
struct progress_list { struct progress *v; size_t n; };
void progress_list_release(struct progress_list *l);
bool store_progress_list(struct store *s, struct progress_list *ret, struct err *err);
/* What was begun and not finished, newest first. */
struct page *store_progress_begun(struct store *s, int64_t limit, struct err *err);
/* With it goes the quality that was chosen. */
bool store_progress_clear(struct store *s, const char *claim_id /* NULL: all */, struct err *err);
/* In which quality somebody wanted to see it: original, best or Np; false: nothing was said. */
bool store_choice_put(struct store *s, const char *claim_id, const char *quality, struct err *err);
bool store_choice_get(struct store *s, const char *claim_id, char ret[QUALITY_SIZE]);
bool store_choice_clear(struct store *s, const char *claim_id /* NULL: all */, struct err *err);
bool store_favorite_set(struct store *s, const char *claim_id, bool on, struct err *err);
struct page *store_favorite_list(struct store *s, struct err *err);
/* The watch-later list, newest first. Removing takes an id, a unique prefix or an address; ERR_NOT_FOUND. */
bool store_later_add(struct store *s, const char *claim_id, struct err *err);
bool store_later_remove(struct store *s, const char *item, struct err *err);
struct page *store_later_list(struct store *s, struct err *err);
/* What was played: a claim once, at its last time; the oldest over 10 000 go. local.played_at is filled in. */
bool store_history_add(struct store *s, const char *claim_id, const char *title, struct err *err);
struct page *store_history_list(struct store *s, struct err *err); /* newest first */
bool store_history_clear(struct store *s, struct err *err);

/* -- followed channels ---------------------------------------------------------------------------- */
struct follow { char claim_id[CLAIM_ID_SIZE]; char *name, *title, *url; int64_t followed_at; };
void follow_release(struct follow *f);
struct follow_list { struct follow *v; size_t n; };
void follow_list_release(struct follow_list *l);
/* Name (with @), title and address of one that is followed already become these; its time stays, and is *f's then. */
bool store_follow_put(struct store *s, struct follow *f, struct err *err);
bool store_follow_remove(struct store *s, const char *claim_id, struct err *err);
bool store_follow_list(struct store *s, struct follow_list *ret, struct err *err); /* by name */
/* The followed channel of an address, a claim id or a unique prefix of one; ERR_NOT_FOUND. ret is the caller's. */
bool store_follow_find(struct store *s, const char *item, struct follow *ret, struct err *err);
/* Claims of followed channels that are stored and have been released, newest first. after: the claim id of a row, which
 * the page begins behind; "" or NULL the newest; not stored: ERR_NOT_FOUND. also: the id of one more channel, or NULL. */
struct feed_query { bool unwatched; int64_t since /* TIME_UNKNOWN */, limit; const char *after, *also; };
struct page *store_feed(struct store *s, const struct feed_query *q, bool *ret_more, struct err *err);
/* Those of the newest claims of a channel that have all the tags. Looks at 300 of them: it stands in for a list that has
 * not been fetched. */
struct page *store_tagged(struct store *s, const char *channel_id, const struct strs *tags, int64_t limit,
			  struct err *err);
/* The stored claims that share most tags with this one, newer ones first among equals. Of each tag the newest 100 that
 * have it are looked at, by the search index; ERR_NOT_FOUND if the claim is not stored. */
struct page *store_related(struct store *s, const char *claim_id, int64_t limit, struct err *err);
/* Whether a claim is in the cache. */
bool store_cache_has(struct store *s, const char *claim_id);

/* -- settings that the program itself remembers ------------------------------------------------- */
char *store_setting(struct store *s, const char *key); /* owned; NULL if none */
bool store_setting_put(struct store *s, const char *key, const char *value, struct err *err);

/* -- gateway health and logs ----------------------------------------------------------------------- */
bool store_health_put(struct store *s, const char *url, int64_t last_success, int failures, struct err *err);
void store_health_each(struct store *s, void (*fn)(void *arg, const char *url, int64_t last_success,
		       int failures), void *arg);
struct log_row { /* strings borrowed when put, owned when listed */
	int64_t time;
	const char *level, *component, *claim_id, *message, *category, *event, *severity, *gateway;
	int64_t code, ms, http_status; /* INT64_MIN unknown */
};
/* which: "errors" "security" "gateway"; the oldest rows over 10 000 go. */
bool store_log_put(struct store *s, const char *which, const struct log_row *row, struct err *err);
bool store_log_each(struct store *s, const char *which, int64_t limit,
		    void (*fn)(void *arg, const struct log_row *row), void *arg, struct err *err);

#endif
