/* libmpv: opened at first use, one core, its events turned into ours. play_mpv.c is the only file
 * that sees its headers.
 *
 *	c = core_new(CORE_LIBRARY, &setup, wake_fn, arg, err)     slow: 0.1 s the first time
 *	core_load(c, url, start, serial, err)
 *	… wake_fn is called … while (core_next(c, &event)) …
 *	core_free(c)                                               slow: waits for the player's end
 * One thread at a time. */
#ifndef PLAY_MPV_H
#define PLAY_MPV_H

#include <stdbool.h>
#include <stdint.h>
#include "kiyya/err.h"
#include "play_setup.h"

#define CORE_LIBRARY "libmpv.so.2"

struct core;
/* wake: on a thread of libmpv, while it holds locks; it must not call back, and not wait. */
struct core *core_new(const char *library, const struct play_setup *setup, void (*wake)(void *arg),
		      void *arg, struct err *err);
void core_free(struct core *c); /* NULL is fine */

/* Asynchronous; serial comes back in CORE_ACCEPTED. */
bool core_load(struct core *c, const char *url, double start, uint64_t serial, struct err *err);
/* args ends with NULL. A command that turns out to be impossible is only logged. */
bool core_command(struct core *c, const char *const *args, struct err *err);

enum core_event_kind {
	CORE_ACCEPTED, /* serial; entry, or why.kind != ERR_NONE */
	CORE_STARTED,  /* entry */
	CORE_SEEKING,
	CORE_RESTARTED, /* pictures or sound move, after a start or a seek */
	CORE_ENDED,     /* entry; how, why; next */
	CORE_POSITION,  /* number: seconds */
	CORE_DURATION,  /* number */
	CORE_PAUSED,    /* number: 0, 1 */
	CORE_VOLUME,    /* number: per cent */
	CORE_MUTED,     /* number: 0, 1 */
	CORE_SPEED,     /* number: a factor */
	CORE_AHEAD,     /* number: seconds */
	CORE_WAITING,   /* number: 0, 1 */
	CORE_TRACKS,    /* audio, subtitle */
	CORE_GONE,      /* the player closed itself; only core_free is left */
};
enum core_how {
	CORE_AT_END,
	CORE_BY_STOP,
	CORE_BY_ERROR,
	CORE_BY_NO_SOUND,
	CORE_BY_REDIRECT /* to entry `next` */
};
struct core_event {
	enum core_event_kind kind;
	uint64_t serial;
	int64_t entry, next;
	enum core_how how;
	double number;
	struct play_track audio, subtitle;
	struct err why;
};
/* The next event of interest; false: none now. Never waits. */
bool core_next(struct core *c, struct core_event *ret);

/* Pictures, painted by us instead of the player; begin comes before the first core_load. The others belong to one
 * thread at a time, which need not be the core's; after end, wake is not called again. */
struct pixels;
bool core_paint_begin(struct core *c, void (*wake)(void *arg), void *arg, struct err *err);
bool core_has_picture(struct core *c);  /* a newer one than was painted or skipped last */
void core_skip_picture(struct core *c); /* the player waits for each to be painted or skipped */
bool core_paint(struct core *c, struct pixels *p); /* the newest, once more if it must be */
void core_paint_end(struct core *c);

/* "mpv 0.35.1 (client API 2.0)"; owned; NULL and *err if it cannot be loaded. */
char *core_version(const char *library, struct err *err);

#endif
