/* Fuzzes what stands between outside text and a terminal.
 *
 * Properties: cleaned text is UTF-8, has no control bytes, is short enough, and is clean already when it
 * is cleaned again; what is cut to a width has it; wrapping goes on and loses nothing but blanks; folding
 * twice is folding once. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/str.h"
#include "kiyya/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_text: %s\n", what);
	abort();
}

static void check_clean(const char *clean, size_t max, bool newlines)
{
	size_t n = strlen(clean);
	require(n <= max, "longer than asked");
	require(text_is_utf8(clean, n), "not UTF-8");
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)clean[i];
		require((c >= 0x20 && c != 0x7f) || (newlines && c == '\n'), "a control byte");
		require(c != 0xc2 || (unsigned char)clean[i + 1] >= 0xa0, "a C1 control");
	}
	require(text_is_clean(clean, n, newlines), "not clean when looked at again");
}

static void check_wrap(const char *s, int width)
{
	size_t end = strlen(s);
	for (size_t at = 0; at < end;) {
		size_t skip, n = text_wrap(s + at, width, &skip);
		require(n + skip > 0, "a line that does not get on");
		require(at + n + skip <= end, "a line past the end");
		for (size_t i = at + n; i < at + n + skip; i++)
			require(strchr(" \t\n", s[i]) != NULL, "a letter skipped");
		require(!memchr(s + at, '\n', n), "a newline inside a line");
		at += n + skip;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	/* The first byte chooses small worlds: edges are near then. */
	bool newlines = data[0] & 1;
	int width = (data[0] >> 1) % 16;
	size_t max = data[0] & 0x80 ? SIZE_MAX : (size_t)width * 4;
	char *clean = text_clean((const char *)data + 1, size - 1, max, newlines);
	check_clean(clean, max, newlines);

	char *cut = text_cut(clean, width, "...");
	require(text_width(cut) <= width, "wider than cut to");
	require(text_width(clean) > width || str_eq(cut, clean), "cut without need");
	check_wrap(clean, width);

	char *folded = text_fold(clean), *again = text_fold(folded);
	require(str_eq(folded, again), "folded twice is not folded once");
	free(again);
	free(folded);
	free(cut);
	free(clean);
	return 0;
}
