/* HLS playlists, RFC 8216: the part that a finished film in one folder needs. Pure; any thread.
 *
 * A playlist comes from the player host and says what is to be fetched next, so it may name files of its own folder and
 * nothing else: each uri is a plain file name here, whichever way it was written. What we could not join to one
 * transport stream is refused: encrypted segments, byte ranges, initialisation sections, sound in a rendition of its
 * own. Other tags are passed over.
 *
 *	struct m3u8 p;
 *	if (m3u8_parse(&p, text, len, "https://player.example/v6/streams/…/master.m3u8", err)) {
 *		… p.variants[i].uri, or p.segments[i].uri …
 *		m3u8_release(&p);
 *	}
 */
#ifndef KIYYA_M3U8_H
#define KIYYA_M3U8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/err.h"

#define M3U8_MAX_BYTES    (1u << 20)
#define M3U8_MAX_SEGMENTS 100000
#define M3U8_MAX_VARIANTS 64
#define M3U8_MAX_NAME     255

struct m3u8_variant {
	const char *uri;    /* of a media playlist */
	int64_t bandwidth;  /* bits a second, at most */
	int64_t average;    /* bits a second; 0 unknown */
	int width, height;  /* 0 unknown */
	const char *codecs; /* NULL unknown */
};
struct m3u8_segment {
	const char *uri;
	int64_t duration_us;
};
struct
    m3u8 { /* a master playlist has variants, a media playlist segments: never both, never neither */
	struct arena *arena; /* owns all the strings */
	struct m3u8_variant *variants;
	size_t n_variants;
	struct m3u8_segment *segments;
	size_t n_segments;
	int64_t target_s; /* no segment is longer; media only */
	int64_t sequence; /* number of the first segment; media only */
	bool ended;       /* nothing will be added; media only */
};

/* url: where it was found. ERR_PARSE with a sentence; ret is initialised on success. */
bool m3u8_parse(struct m3u8 *ret, const char *text, size_t len, const char *url,
		struct err *err) MUST_USE;
void m3u8_release(struct m3u8 *p);
/* What m3u8_parse reads back as the same; owned. */
char *m3u8_print(const struct m3u8 *p);
int64_t m3u8_duration_us(const struct m3u8 *p);
/* The whole address of a name that stands in the playlist found at url; owned. */
char *m3u8_address(const char *url, const char *name);
/* N of "Np": the smaller side of the picture, so that a film on end is called as one that lies; 0 unknown. */
int m3u8_height(const struct m3u8_variant *v);
/* The variant for a quality asked for: of that height, else the next lower, else the lowest; of several the one with most
 * bits. NULL: no height is known. */
const struct m3u8_variant *m3u8_choose(const struct m3u8 *p, int height);

#endif
