/* Which key does what, where: the default table, the number keys of the views, and a person's own
 * file on top. Bindings are command lines ("seek -10"), so what can be typed can be bound. */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/err.h"

/* Where keys go: the pane (or a page over all), and the view. X(NAME, "word", bit) */
// clang-format off
#define CONTEXTS(X)                                                                                \
	X(LIST, "list", 1u << 0)                                                                   \
	X(DETAIL, "detail", 1u << 1)                                                               \
	X(DOWNLOADS, "downloads", 1u << 2)                                                         \
	X(PAGE, "page", 1u << 3)                                                                   \
	X(CHANNELS, "channels", 1u << 4)                                                           \
	X(LIBRARY, "library", 1u << 5)                                                             \
	X(QUEUE, "queue", 1u << 6)                                                                 \
	X(STATUS, "status", 1u << 7)                                                               \
	X(SEARCH, "search", 1u << 8)                                                                \
	X(SERIES, "series", 1u << 9)                                                               \
	X(HOME, "home", 1u << 10)
// clang-format on
enum {
#define X(NAME, word, bit) IN_##NAME = bit,
	CONTEXTS(X)
#undef X
	    IN_PANES = IN_LIST | IN_DETAIL | IN_DOWNLOADS,
	IN_ALL = IN_PANES | IN_PAGE,
};

struct binding {
	unsigned where; /* IN_ bits, any of which must hold */
	uint32_t key;
	char *line; /* command and argument; owned */
};
struct keymap {
	struct binding *v; /* owned; the first that fits wins */
	size_t n;
};

void keymap_init(struct keymap *m); /* the defaults */
void keymap_release(struct keymap *m);
/* The command line bound to key in any of the active contexts; NULL: none. */
const char *keymap_find(const struct keymap *m, unsigned active, uint32_t key);
/* A key of the command (its name, or a whole line), as people read it; false: it has none there. */
bool keymap_key_of(const struct keymap *m, unsigned active, const char *line, char out[16]);
/* Reads lines "CONTEXT KEY COMMAND…" or "CONTEXT KEY none"; '#' begins a comment; "all" is every
 * context. ERR_CONFIG naming the line. */
bool keymap_read(struct keymap *m, const char *text, const char *file, struct err *err);
/* "list detail" for a set of contexts. */
void keymap_where(unsigned where, char *out, size_t size);

#endif
