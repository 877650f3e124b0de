/* A vault on a disk that loses power, and what it was told is safe. */
#ifndef POWER_WORLD_H
#define POWER_WORLD_H

#include "support/power_io.h"
#include "vault_support.h"

#define FILM_CHUNKS 8

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define POWER_IS_SLOW true
#else
#define POWER_IS_SLOW false
#endif

/* A film, and what was acknowledged about it. */
struct film {
	const char *part, *name;
	unsigned seed;
	uint64_t size;
	bool late; /* its size is learnt on the way */

	bool created, sized, finished;
	bool kept[FILM_CHUNKS]; /* a sync after them returned true */
	bool there
	    [FILM_CHUNKS]; /* written before it, and not spoilt: it was complete at the start */
	unsigned title, title_try; /* the last that was acknowledged, that was tried */
	bool was_complete;
};
uint64_t film_chunks(const struct film *f);
extern const struct vault_meta film_meta; /* as it is made */

#define FILMS_MAX 4
struct world {
	struct box box;
	struct luck luck;
	struct film films[FILMS_MAX];
	size_t n_films;
	/* Of keys: */
	bool ring; /* there is one */
	unsigned word,
	    word_tried; /* passphrase: the last acknowledged, the last tried; 0: the key file */
	bool key_gone;
	bool rewrapping, rotated;       /* begun and not acknowledged; acknowledged */
	char old_id[VAULT_FILE_ID_HEX]; /* a key that was acknowledged as forgotten */
};

/* Names the scenario, the life and the cut in what fails. */
void world_where(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *world_where_text(void);
#define must(expr)                                                                                \
	do {                                                                                      \
		if (!(expr))                                                                      \
			fail_msg("%s: %s:%d: not so: %s", world_where_text(), __FILE__, __LINE__, \
				 #expr);                                                          \
	} while (0)
#define must_do(expr)                                                                         \
	do {                                                                                  \
		struct err err_ = { 0 };                                                      \
		struct err *err = &err_;                                                      \
		if (!(expr))                                                                  \
			fail_msg("%s: %s:%d: %s: %s", world_where_text(), __FILE__, __LINE__, \
				 #expr, err_.text);                                           \
	} while (0)

/* Acknowledged: it said so while there was power. */
static inline bool acked(bool ok)
{
	return ok && !power_is_out();
}

/* Another process: a new vault over the same folder. */
void world_reopen(struct world *w);
bool world_has(const struct world *w, const char *name);

/* Downloads the film, or goes on with it; all of it, or up to the first failure. */
bool film_run(struct world *w, struct film *f, struct err *err);
/* What was acknowledged is there, and nothing else than the film. The vault is open. */
void film_check(struct world *w, struct film *f);

/* A story on that disk. */
struct story {
	const char *name;
	void (*begin)(struct world *w); /* on a disk that works; what it makes is durable */
	/* All of it, or up to the first failure; called again, it goes on where it was. */
	bool (*run)(struct world *w, struct err *err);
	void (*check)(struct world *w); /* in a new process */
	bool forgives;                  /* what is only tidied up may fail and nobody is told */
};
/* Lives of the story in which the power goes some times, until so many cuts were made. */
void story_cut(const struct story *s, unsigned cuts);
/* Every operation failed once in each way, and the story tried again: with the same vault, or after a cut. */
void story_fail(const struct story *s);

#endif
