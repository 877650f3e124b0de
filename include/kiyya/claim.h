/* A claim: what a channel published, read once at the door into checked values.
 *
 * All strings are clean (text_clean) and live in one arena, that of the page or the caller. */
#ifndef KIYYA_CLAIM_H
#define KIYYA_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/clock.h"
#include "kiyya/json.h"
#include "kiyya/mem.h"

#define CLAIM_ID_LEN 40
#define CLAIM_ID_SIZE (CLAIM_ID_LEN + 1)
#define SD_HASH_LEN 96
#define SD_HASH_SIZE (SD_HASH_LEN + 1)
#define SIZE_UNKNOWN ((int64_t)-1)
#define DURATION_UNKNOWN ((int64_t)-1)
#define CLAIM_MAX_TITLE 500
#define CLAIM_MAX_TAGS 50
#define CLAIM_MAX_TAG 100
#define CLAIM_MAX_ITEMS 10000

/* X(name, word) */
#define CLAIM_KINDS(X)                                                                             \
	X(VIDEO, "video")                                                                          \
	X(AUDIO, "audio")                                                                          \
	X(IMAGE, "image")                                                                          \
	X(DOCUMENT, "document")                                                                    \
	X(BINARY, "binary")                                                                        \
	X(LIVESTREAM, "livestream")                                                                \
	X(REPOST, "repost")                                                                        \
	X(COLLECTION, "collection")                                                                \
	X(CHANNEL, "channel")

enum claim_kind {
#define X(name, word) CLAIM_##name,
	CLAIM_KINDS(X)
#undef X
};

struct claim_source {
	const char *quality; /* "original", "hls" or a height */
	const char *type;    /* media type */
	const char *url;
};

/* What this machine knows of it; filled in by the backend, not by the gateway. */
struct claim_local {
	bool offline;         /* a complete copy is in the vault */
	bool downloading;     /* a row of the queue that is not done */
	bool favorite, watched;
	int64_t position_seconds; /* -1: none */
	int64_t played_at;        /* unix seconds, of a row of the history; else 0 */
};

struct claim {
	char id[CLAIM_ID_SIZE];
	char channel_id[CLAIM_ID_SIZE]; /* "" if anonymous */
	enum claim_kind kind;
	const char *title;        /* never NULL */
	const char *name;         /* NULL: undecodable */
	const char *channel_name; /* with @; NULL if anonymous */
	const char *description;  /* may hold '\n'; NULL if none */
	const char *thumbnail_url;
	const char *media_type;
	const char *url;          /* canonical_url, else permanent_url: lbry://… */
	const char *reason;       /* why it is not playable; NULL if it is */
	const char *reposted_by;  /* channel name, of a repost */
	const char **tags;
	size_t n_tags;
	struct claim_source *sources;
	size_t n_sources;
	const char **item_ids; /* of a collection: claim ids in its order, some maybe twice or gone */
	size_t n_item_ids;
	char sd_hash[SD_HASH_SIZE];     /* "" unknown; of a repost: the original's */
	char source_hash[SD_HASH_SIZE]; /* SHA-384 of the original file; "" unknown */
	char stream_id[CLAIM_ID_SIZE];  /* whose bytes these are: id, of a repost the original's id */
	int64_t release_time;     /* TIME_UNKNOWN */
	int64_t duration;         /* seconds; DURATION_UNKNOWN */
	int64_t size;             /* bytes of the original; SIZE_UNKNOWN */
	bool playable;
	bool missing; /* an item of a collection that is gone: only its id is known */
	struct claim_local local;
};

void claim_init(struct claim *c); /* everything unknown */
/* The place of an item that is gone; id is one. */
void claim_init_missing(struct claim *c, const char *id);
/* Deep copy of src into a. */
void claim_copy(struct claim *dst, const struct claim *src, struct arena *a);
/* Whether it may be live now, which only asking tells: a livestream, one that is reposted, a channel. */
bool claim_may_be_live(const struct claim *c);
const char *claim_kind_word(enum claim_kind k);
bool claim_kind_of(const char *word, enum claim_kind *ret);
bool claim_id_ok(const char *s); /* 40 lower-case hex */

/* The contract's claim object (doc: cli). key NULL at top level or in an array. */
void claim_to_json(const struct claim *c, struct json_out *o, const char *key);
/* Its members alone, for an object that has more. */
void claim_members_to_json(const struct claim *c, struct json_out *o);
/* Reads that object back (messages, cache). ERR_PARSE. */
bool claim_from_json(struct claim *c, const struct json *j, struct arena *a, struct err *err) MUST_USE;
/* SHA-256 over title, description, sorted tags, thumbnail, sources, release time, with separators: hex. */
void claim_content_hash(const struct claim *c, char hex[65]);

/* An immutable list of claims in one arena. Moved between threads, never shared. */
struct page {
	struct arena *arena; /* owned */
	struct claim *items;
	size_t n, cap;
};
struct page *page_new(void);
void page_free(struct page *p);
/* Room for one more, initialised; its strings go into p->arena. */
struct claim *page_add(struct page *p);
struct page *page_copy(const struct page *p);

#endif
