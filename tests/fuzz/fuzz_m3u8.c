/* Fuzzes the reader of HLS playlists. Input: the playlist's own address, a newline, the playlist.
 *
 * Properties: every uri is a plain name of a file; a playlist holds variants or segments, not both; the limits hold;
 * what is printed reads back as the same, wherever it is said to have been found. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/m3u8.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_m3u8: %s\n", what);
	abort();
}

static void check_uri(const char *uri)
{
	require(*uri && *uri != '.' && strlen(uri) <= M3U8_MAX_NAME,
		"an empty, hidden or long name");
	for (const char *c = uri; *c; c++)
		require(*c > ' ' && *c < 0x7f && !strchr("/\\:?#%*\"'`$&;|<>", *c),
			"a name that is more than a name");
}

static void check(const struct m3u8 *p)
{
	require((p->n_variants > 0) != (p->n_segments > 0),
		"neither a master nor a media playlist");
	require(p->n_variants <= M3U8_MAX_VARIANTS && p->n_segments <= M3U8_MAX_SEGMENTS,
		"too much of it");
	for (size_t i = 0; i < p->n_variants; i++) {
		const struct m3u8_variant *v = &p->variants[i];
		check_uri(v->uri);
		require(v->bandwidth > 0 && v->average >= 0, "a bandwidth that is none");
		require((v->width > 0) == (v->height > 0), "half a resolution");
	}
	for (size_t i = 0; i < p->n_segments; i++) {
		check_uri(p->segments[i].uri);
		require(p->segments[i].duration_us >= 0, "a segment shorter than nothing");
	}
	require(p->n_variants > 0 || p->target_s > 0, "no target duration");
	require(m3u8_duration_us(p) >= 0, "a film shorter than nothing");
}

static void check_print(const struct m3u8 *p)
{
	struct m3u8 again;
	struct err err;
	char *text = m3u8_print(p);
	if (strlen(text) <= M3U8_MAX_BYTES) {
		require(m3u8_parse(&again, text, strlen(text), "", &err),
			"what was printed cannot be read");
		char *twice = m3u8_print(&again);
		require(str_eq(text, twice), "what was printed reads as something else");
		require(again.n_variants == p->n_variants && again.n_segments == p->n_segments,
			"another length");
		free(twice);
		m3u8_release(&again);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct m3u8 p;
	struct err err = { .kind = ERR_NONE };
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	if (!end)
		return 0;
	char *url = str_dupn((const char *)data, (size_t)(end - data));
	char *text = str_dupn("", 0);
	size_t len = size - (size_t)(end + 1 - data);
	text = mem_grow(text, len + 1, 1);
	memcpy(text, end + 1, len);
	if (m3u8_parse(&p, text, len, url, &err)) {
		check(&p);
		check_print(&p);
		m3u8_release(&p);
	} else {
		require(err.kind == ERR_PARSE && err.text[0], "refused without a reason");
	}
	free(text);
	free(url);
	return 0;
}
