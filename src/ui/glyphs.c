/* Two tables of signs: one for terminals that know Unicode, one for those that do not. */
#include "glyphs.h"

// clang-format off
static const struct glyphs unicode = {
	.line = { " ", "╵", "╷", "│", "╴", "┘", "┐", "┤", "╶", "└", "┌", "├", "─", "┴", "┬", "┼" },
	.cursor = "▸", .marked = "+",
	.vault = "●", .downloading = "↓", .playing = "▶", .paused = "‖", .watched = "✓", .favorite = "♥",
	.failed = "!", .waiting = "·",
	.bar_full = "█", .bar_empty = "░", .more = "…", .dot = " · ",
};
static const struct glyphs ascii = {
	.line = { " ", "|", "|", "|", "-", "+", "+", "+", "-", "+", "+", "+", "-", "+", "+", "+" },
	.cursor = ">", .marked = "+",
	.vault = "V", .downloading = "D", .playing = "P", .paused = "=", .watched = "w", .favorite = "f",
	.failed = "!", .waiting = ".",
	.bar_full = "#", .bar_empty = ".", .more = "...", .dot = " - ",
};
// clang-format on

const struct glyphs *glyphs_get(bool want_ascii)
{
	return want_ascii ? &ascii : &unicode;
}
