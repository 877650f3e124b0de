/* The themes that are shipped. The default one uses the terminal's own colours, so it is right on
 * dark and light grounds; every role differs from plain text by more than its colour or comes with
 * a word or a sign. */
#include "theme.h"

#include <stddef.h>
#include <string.h>

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, OWN = -1 };

// clang-format off
static const struct theme themes[] = {
	{ "default", {
		[ROLE_TEXT]        = { OWN,     OWN, 0 },
		[ROLE_DIM]         = { OWN,     OWN, LOOK_DIM },
		[ROLE_STRONG]      = { OWN,     OWN, LOOK_BOLD },
		[ROLE_FRAME]       = { OWN,     OWN, LOOK_DIM },
		[ROLE_FRAME_TITLE] = { OWN,     OWN, 0 },
		[ROLE_FRAME_HERE]  = { CYAN,    OWN, LOOK_BOLD },
		[ROLE_CURSOR]      = { OWN,     OWN, LOOK_REVERSE },
		[ROLE_CURSOR_AWAY] = { OWN,     OWN, LOOK_UNDERLINE },
		[ROLE_MARKED]      = { YELLOW,  OWN, LOOK_BOLD },
		[ROLE_BAR]         = { OWN,     OWN, 0 },
		[ROLE_BAR_HERE]    = { OWN,     OWN, LOOK_REVERSE | LOOK_BOLD },
		[ROLE_KEY]         = { CYAN,    OWN, LOOK_BOLD },
		[ROLE_GOOD]        = { GREEN,   OWN, 0 },
		[ROLE_BUSY]        = { CYAN,    OWN, 0 },
		[ROLE_WARN]        = { YELLOW,  OWN, 0 },
		[ROLE_ERROR]       = { RED,     OWN, LOOK_BOLD },
		[ROLE_LINK]        = { BLUE,    OWN, LOOK_UNDERLINE },
		[ROLE_PROMPT]      = { OWN,     OWN, LOOK_BOLD },
	} },
	{ "dark", {
		[ROLE_TEXT]        = { WHITE,   BLACK, 0 },
		[ROLE_DIM]         = { WHITE,   BLACK, LOOK_DIM },
		[ROLE_STRONG]      = { WHITE,   BLACK, LOOK_BOLD },
		[ROLE_FRAME]       = { BLUE,    BLACK, 0 },
		[ROLE_FRAME_TITLE] = { CYAN,    BLACK, 0 },
		[ROLE_FRAME_HERE]  = { CYAN,    BLACK, LOOK_BOLD },
		[ROLE_CURSOR]      = { WHITE,   BLUE,  LOOK_BOLD },
		[ROLE_CURSOR_AWAY] = { WHITE,   BLACK, LOOK_UNDERLINE },
		[ROLE_MARKED]      = { YELLOW,  BLACK, LOOK_BOLD },
		[ROLE_BAR]         = { WHITE,   BLUE,  0 },
		[ROLE_BAR_HERE]    = { WHITE,   BLUE,  LOOK_REVERSE | LOOK_BOLD },
		[ROLE_KEY]         = { CYAN,    BLACK, LOOK_BOLD },
		[ROLE_GOOD]        = { GREEN,   BLACK, 0 },
		[ROLE_BUSY]        = { CYAN,    BLACK, 0 },
		[ROLE_WARN]        = { YELLOW,  BLACK, 0 },
		[ROLE_ERROR]       = { RED,     BLACK, LOOK_BOLD },
		[ROLE_LINK]        = { CYAN,    BLACK, LOOK_UNDERLINE },
		[ROLE_PROMPT]      = { WHITE,   BLACK, LOOK_BOLD },
	} },
	{ "light", {
		[ROLE_TEXT]        = { BLACK,   WHITE, 0 },
		[ROLE_DIM]         = { BLACK,   WHITE, LOOK_DIM },
		[ROLE_STRONG]      = { BLACK,   WHITE, LOOK_BOLD },
		[ROLE_FRAME]       = { BLUE,    WHITE, 0 },
		[ROLE_FRAME_TITLE] = { BLUE,    WHITE, 0 },
		[ROLE_FRAME_HERE]  = { BLUE,    WHITE, LOOK_BOLD },
		[ROLE_CURSOR]      = { WHITE,   BLUE,  LOOK_BOLD },
		[ROLE_CURSOR_AWAY] = { BLACK,   WHITE, LOOK_UNDERLINE },
		[ROLE_MARKED]      = { MAGENTA, WHITE, LOOK_BOLD },
		[ROLE_BAR]         = { BLACK,   CYAN,  0 },
		[ROLE_BAR_HERE]    = { BLACK,   CYAN,  LOOK_REVERSE | LOOK_BOLD },
		[ROLE_KEY]         = { BLUE,    WHITE, LOOK_BOLD },
		[ROLE_GOOD]        = { GREEN,   WHITE, 0 },
		[ROLE_BUSY]        = { BLUE,    WHITE, 0 },
		[ROLE_WARN]        = { MAGENTA, WHITE, 0 },
		[ROLE_ERROR]       = { RED,     WHITE, LOOK_BOLD },
		[ROLE_LINK]        = { BLUE,    WHITE, LOOK_UNDERLINE },
		[ROLE_PROMPT]      = { BLACK,   WHITE, LOOK_BOLD },
	} },
	{ "mono", {
		[ROLE_TEXT]        = { OWN, OWN, 0 },
		[ROLE_DIM]         = { OWN, OWN, 0 },
		[ROLE_STRONG]      = { OWN, OWN, LOOK_BOLD },
		[ROLE_FRAME]       = { OWN, OWN, 0 },
		[ROLE_FRAME_TITLE] = { OWN, OWN, 0 },
		[ROLE_FRAME_HERE]  = { OWN, OWN, LOOK_BOLD },
		[ROLE_CURSOR]      = { OWN, OWN, LOOK_REVERSE },
		[ROLE_CURSOR_AWAY] = { OWN, OWN, LOOK_UNDERLINE },
		[ROLE_MARKED]      = { OWN, OWN, LOOK_BOLD },
		[ROLE_BAR]         = { OWN, OWN, 0 },
		[ROLE_BAR_HERE]    = { OWN, OWN, LOOK_REVERSE },
		[ROLE_KEY]         = { OWN, OWN, LOOK_BOLD },
		[ROLE_GOOD]        = { OWN, OWN, 0 },
		[ROLE_BUSY]        = { OWN, OWN, 0 },
		[ROLE_WARN]        = { OWN, OWN, LOOK_BOLD },
		[ROLE_ERROR]       = { OWN, OWN, LOOK_BOLD },
		[ROLE_LINK]        = { OWN, OWN, LOOK_UNDERLINE },
		[ROLE_PROMPT]      = { OWN, OWN, LOOK_BOLD },
	} },
};
// clang-format on

static const char *const role_names[] = {
#define X(NAME, name, what) name,
	ROLES(X)
#undef X
};

const struct theme *theme_find(const char *name)
{
	for (size_t i = 0; i < sizeof(themes) / sizeof(themes[0]); i++)
		if (strcmp(themes[i].name, name) == 0)
			return &themes[i];
	return NULL;
}

const char *role_name(enum role r)
{
	return role_names[r];
}
