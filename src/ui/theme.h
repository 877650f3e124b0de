/* Roles: what a cell is for; and themes: how each role looks. Constant tables; pure. */
#ifndef UI_THEME_H
#define UI_THEME_H

#include <stdbool.h>

/* X(NAME, "name", "what it is for") */
// clang-format off
#define ROLES(X)                                                                                   \
	X(TEXT, "text", "what there is to read")                                                   \
	X(DIM, "dim", "what matters less")                                                         \
	X(STRONG, "strong", "titles")                                                              \
	X(FRAME, "frame", "lines between panes")                                                   \
	X(FRAME_TITLE, "frame-title", "the name of a pane")                                        \
	X(FRAME_HERE, "frame-here", "the name of the pane that takes the keys")                    \
	X(CURSOR, "cursor", "the selected row where the keys go")                                  \
	X(CURSOR_AWAY, "cursor-away", "the selected row of another pane")                          \
	X(MARKED, "marked", "rows that commands will act on")                                      \
	X(BAR, "bar", "top line")                                                                  \
	X(BAR_HERE, "bar-here", "the current view in the top line")                                \
	X(KEY, "key", "a key in the bottom line and in the help")                                  \
	X(GOOD, "good", "done, in the vault")                                                      \
	X(BUSY, "busy", "under way")                                                               \
	X(WARN, "warn", "worth a look")                                                            \
	X(ERROR, "error", "failed")                                                                \
	X(LINK, "link", "an address")                                                              \
	X(PROMPT, "prompt", "where you type")
// clang-format on

enum role {
#define X(NAME, name, what) ROLE_##NAME,
	ROLES(X)
#undef X
	    ROLE_COUNT
};

#define LOOK_BOLD      1u
#define LOOK_DIM       2u
#define LOOK_REVERSE   4u
#define LOOK_UNDERLINE 8u

struct look {
	short fg, bg;  /* 0–7; -1: the terminal's own */
	unsigned attr; /* LOOK_ bits */
};
struct theme {
	const char *name;
	struct look look[ROLE_COUNT];
};

/* NULL: no theme of that name. */
const struct theme *theme_find(const char *name);
const char *role_name(enum role r);

#endif
