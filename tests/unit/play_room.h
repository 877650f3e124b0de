/* Where the player's tests play: a local server, a clip that ffmpeg makes, a player that neither
 * shows nor sounds anything. */
#ifndef TESTS_PLAY_ROOM_H
#define TESTS_PLAY_ROOM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "kiyya/buf.h"
#include "kiyya/play.h"
#include "kiyya/stream.h"
#include "kiyya/wake.h"

#define CLIP_SECONDS 12

/* Made once for all tests. */
struct studio {
	char *dir;
	bool has_clip;
	struct buf mp4, ts;
};
struct room {
	struct studio *studio;
	struct wake wake;
	struct stream *stream;
	struct play *play;
	struct play_snapshot last;
	char *url;
};
/* For cmocka: of all tests, of each. */
int play_room_open(void **state);
int play_room_close(void **state);
int play_room_enter(void **state);
int play_room_leave(void **state);

#define NEED_CLIP(room)                                                                          \
	do {                                                                                     \
		if (!(room)->studio->has_clip) {                                                 \
			print_message("skipped: ffmpeg is missing, there is no clip to play\n"); \
			skip();                                                                  \
		}                                                                                \
	} while (0)

int64_t now_ms(void);
void grant(struct room *r, struct source *source, const char *type); /* r->url */
void grant_clip(struct room *r);
/* A silent player; options end with NULL. */
struct play *try_player(struct room *r, bool local, const char *const *options, struct err *err);
void open_player(struct room *r, bool local, const char *const *options);
void close_player(struct room *r);
void load(struct room *r, double start);
void command(struct room *r, const char *name, double amount);
/* Waits for the next snapshot, which is in r->last; fails after 20 s. */
void next(struct room *r);
void wait_state(struct room *r, enum play_state state);
void wait_position(struct room *r, double position);

#endif
