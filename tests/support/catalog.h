/* What the stand-in gateway publishes: a list of claims from a table, from `--claims N`, from a
 * file.
 *
 * Filled by the main thread before the first request, never changed afterwards: any thread may
 * read. */
#ifndef TESTS_CATALOG_H
#define TESTS_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/err.h"
#include "kiyya/str.h"

enum entry_kind {
	ENTRY_STREAM,
	ENTRY_REPOST,
	ENTRY_COLLECTION,
	ENTRY_CHANNEL,
};

/* The bytes of a stream as the claim describes them. */
struct content {
	uint64_t size;
	char hash[97];    /* SHA-384 of the bytes; "" where there are none */
	char sd_hash[97]; /* invented, but different for different bytes */
};

struct entry {
	enum entry_kind kind;
	char id[41];
	char txid[65];
	char *name;
	char *title, *description, *language; /* NULL: the claim has none */
	char *media_type;                     /* of streams with a source */
	char *file;                           /* its name in the media folder */
	char *hls;                            /* folder of the transcoded ladder, or NULL */
	char *picture;                        /* path of a thumbnail, or NULL */
	char *fee_amount, *fee_currency;
	char *haystack; /* folded text that a search looks in */
	struct strs tags;
	struct strs items; /* names: of a collection its claims, of a repost the original */
	const struct entry *channel;  /* NULL: anonymous */
	const struct entry *original; /* of a repost */
	int64_t release;
	int64_t duration;
	int64_t rank; /* stands for amounts and trending */
	int width, height;
	int fd; /* the bytes, or -1 */
	bool has_source, bad_signature, blocked;
	bool no_hash;              /* nobody says what its bytes hash to */
	bool nul;                  /* its title has a NUL, which no column of a table can hold */
	struct content content[2]; /* as first published; as republished, every byte inverted */
};

struct catalog {
	struct entry **v;
	size_t n;
};

struct catalog *catalog_new(void);
void catalog_free(struct catalog *c);
/* Reads a table such as demo.tsv; the files it names are in media (NULL: no bytes anywhere). */
bool catalog_load(struct catalog *c, const char *table, const char *media,
		  struct err *err) MUST_USE;
/* n invented claims without bytes in the channel @big:b; `ties` after each other share their release time. */
void catalog_add_many(struct catalog *c, size_t n, int64_t ties);
/* One more claim, "Marked" in @demo:d, whose bytes are those of the file. */
bool catalog_add_marked(struct catalog *c, const char *path, struct err *err) MUST_USE;

const struct entry *catalog_by_id(const struct catalog *c, const char *id);
const struct entry *catalog_by_name(const struct catalog *c, const char *name);
/* Whether every word of text occurs in the entry; text is folded already. */
bool entry_matches_text(const struct entry *e, const char *folded);
bool entry_has_tag(const struct entry *e, const char *tag);
/* A tag "c:<what>", or "<what>:…" with a price. */
bool entry_is_restricted(const struct entry *e, const char *what);
/* What is played when this is: of a repost its original, else itself. */
const struct entry *entry_stream(const struct entry *e);

/* An address after lbry's grammar: [lbry://] @channel[mod]/stream[mod], mod = :hex or #hex. */
enum address_kind { ADDRESS_INVALID, ADDRESS_CHANNEL, ADDRESS_STREAM };
/* *ret is NULL when nothing is there. */
enum address_kind catalog_resolve(const struct catalog *c, const char *url,
				  const struct entry **ret);

#endif
