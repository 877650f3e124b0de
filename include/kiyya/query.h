/* Search words: what a person typed, read into words, phrases, episodes and filters, and what the
 * search index, a plain scan and the search service are asked with. Pure; any thread.
 *
 *	revenge "the long night" 1x02 ch:@demo dur:>20m since:30d is:unwatched tag:movie
 *
 * Nothing of what was typed is ever syntax of the index: each word goes there as a quoted text. */
#ifndef KIYYA_QUERY_H
#define KIYYA_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/claim.h"
#include "kiyya/err.h"
#include "kiyya/str.h"

#define QUERY_MAX_CHARS 200

/* X(NAME, "word") of is: */
#define QUERY_STATES(X)              \
	X(DOWNLOADED, "downloaded")  \
	X(FAVORITE, "favorite")      \
	X(UNWATCHED, "unwatched")    \
	X(WATCHED, "watched")
enum query_state_bit {
#define X(NAME, word) QUERY_BIT_##NAME,
	QUERY_STATES(X)
#undef X
};
enum query_state {
#define X(NAME, word) QUERY_##NAME = 1 << QUERY_BIT_##NAME,
	QUERY_STATES(X)
#undef X
};

struct query_term {
	char *text;          /* owned; a word, or the words of a phrase; NULL: an episode */
	bool phrase;         /* it stood in quotes: just these words, one after the other */
	int season, episode; /* however they were written: S1E2, 1x02, season one episode two */
};
struct query {
	struct query_term *terms; /* owned; all must be found */
	size_t n_terms;
	char *channel_name;             /* owned; "@x"; NULL any */
	char channel_id[CLAIM_ID_SIZE]; /* the id or what it begins with; "" any */
	struct strs tags;               /* lower case; all must be there */
	int64_t longer, shorter;        /* seconds; -1 any */
	int64_t since;                  /* unix seconds; TIME_UNKNOWN any */
	int64_t ago;                    /* the same as seconds before now; -1 any */
	unsigned states;                /* QUERY_ bits; all must hold */
};

/* ERR_USAGE for more than QUERY_MAX_CHARS, or a filter that cannot be read. typing: a last filter
 * that cannot be read is not there yet. ret is initialised on success. */
bool query_parse(struct query *ret, const char *text, bool typing, struct err *err) MUST_USE;
void query_release(struct query *q);
void query_copy(struct query *dst, const struct query *src); /* dst is overwritten, not freed */
/* Looks in this channel only: @name, an address or a claim id. ERR_USAGE; q is then unchanged. */
bool query_set_channel(struct query *q, const char *channel, struct err *err) MUST_USE;
bool query_is_empty(const struct query *q); /* neither words nor filters */
bool query_has_filters(const struct query *q); /* anything but words */
/* Times before this are not wanted; TIME_UNKNOWN: all are. */
int64_t query_since(const struct query *q, int64_t now);

/* The canonical text: parsed again it gives the same query. Owned. */
char *query_print(const struct query *q);
/* The words alone, as a search service wants them. Owned; "" when there are none. */
char *query_words(const struct query *q);
/* An FTS5 expression over the columns title, channel_name, tags, description; NULL when only a scan
 * can tell. prefix: the last word may go on. Owned. */
char *query_fts(const struct query *q, bool prefix);
/* The same for a scan with LIKE … ESCAPE '\': a JSON array with an array of patterns for each
 * term, one of which must fit. Owned. */
char *query_like(const struct query *q);

/* Whether the filters hold for a claim whose local state is filled in. */
bool query_wants(const struct query *q, const struct claim *c, int64_t now);
/* The piece of the claim's texts in which the words are, or what the description begins with; owned,
 * NULL when there is no text. */
char *query_snippet(const struct query *q, const struct claim *c);

#endif
