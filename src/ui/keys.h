/* Keys and their names: "j", "^F", "<Enter>". A key is a code point, a control code, or one of the
 * K_ codes. Pure. */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define K_CTRL(c) ((uint32_t)((c)&0x1f))

/* X(NAME, "name", code): names as written between < and >; the first name of a code is the one
 * shown. */
// clang-format off
#define NAMED_KEYS(X)                                                                              \
	X(TAB, "Tab", '\t')                                                                        \
	X(ENTER, "Enter", '\r')                                                                    \
	X(ESC, "Esc", 0x1b)                                                                        \
	X(SPACE, "Space", ' ')                                                                     \
	X(BACKSPACE, "Backspace", 0x7f)                                                            \
	X(UP, "Up", 0x110000)                                                                      \
	X(DOWN, "Down", 0x110001)                                                                  \
	X(LEFT, "Left", 0x110002)                                                                  \
	X(RIGHT, "Right", 0x110003)                                                                \
	X(HOME, "Home", 0x110004)                                                                  \
	X(END, "End", 0x110005)                                                                    \
	X(PAGE_UP, "PgUp", 0x110006)                                                               \
	X(PAGE_DOWN, "PgDn", 0x110007)                                                             \
	X(DELETE, "Del", 0x110008)                                                                 \
	X(INSERT, "Ins", 0x110009)                                                                 \
	X(BACK_TAB, "S-Tab", 0x11000a)                                                             \
	X(PASTE_BEGIN, "PasteBegin", 0x11000b)                                                     \
	X(PASTE_END, "PasteEnd", 0x11000c)                                                         \
	X(CLICK, "Click", 0x11000d)                                                                \
	X(WHEEL_UP, "WheelUp", 0x11000e)                                                           \
	X(WHEEL_DOWN, "WheelDown", 0x11000f)                                                       \
	X(GONE, "Gone", 0x110010)                                                                  \
	X(RESIZED, "Resized", 0x110011)
// clang-format on

enum {
#define X(NAME, name, code) K_##NAME = code,
	NAMED_KEYS(X)
#undef X
};

struct key {
	uint32_t code;
	int line, column; /* of a click */
};

#define KEY_NAME_SIZE 16

/* Reads one key name: a single character, ^X, or <Name>. False: not a key. */
bool key_parse(const char *s, size_t len, uint32_t *ret);
/* As people read it: "j", "^F", "Enter". */
void key_to_name(uint32_t code, char out[KEY_NAME_SIZE]);
/* Whether it types a character into a prompt. */
bool key_is_text(uint32_t code);
/* The character in UTF-8, ended; returns its bytes. */
size_t key_utf8(uint32_t code, char out[5]);

#endif
