/* The player: libmpv, loaded at the first play, used only asynchronously. Backend thread.
 *
 *	p = play_new(&wake, &options, err)      begins to load libmpv on a thread of its own
 *	play_load(p, url, start, err)           also before that is done
 *	… the wake is signalled … while (play_next(p, &snapshot)) …
 *
 * No call waits, but for play_free. LC_NUMERIC has to be "C". What is only found while the player
 * starts (it is missing, it does not know an option) comes as PLAY_FAILED, before anything played. */
#ifndef KIYYA_PLAY_H
#define KIYYA_PLAY_H

#include <stdbool.h>
#include <stdint.h>
#include "kiyya/err.h"
#include "kiyya/str.h"

struct picture;
struct wake;
struct play;

struct play_options {
	const char *vo; /* auto window terminal pane audio, or an mpv output's name such as null */
	struct picture *picture; /* where "pane" paints, on a thread of its own; NULL nowhere */
	bool audio_only;
	bool local;                 /* our own loopback server: no proxy, no referrer */
	bool complete;              /* nothing of it is still to come: little is read ahead */
	const char *mpv_config;     /* file; NULL or "" none */
	const struct strs *headers; /* for the player host; NULL none */
	const struct strs *options; /* user's "name=value", after ours; NULL none */
};
/* o is copied; wake is borrowed until play_free. ERR_USAGE: no such output, or no name=value. */
struct play *play_new(const struct wake *wake, const struct play_options *o, struct err *err);
void play_free(struct play *p); /* stops, waits for the player's end, at most two seconds */

/* Replaces what is played. http and https only. start: seconds; 0 from the beginning; or where what is live is now. */
#define PLAY_FROM_NOW (-1)
bool play_load(struct play *p, const char *url, double start, struct err *err);

/* One of several sounds, or texts: "2 of 3, am". */
struct play_track {
	int at, of;    /* from 1; at 0: none is on; of 0: there is none */
	char lang[12]; /* letters, digits and '-'; "" unknown */
};
enum play_state { PLAY_LOADING, PLAY_PLAYING, PLAY_PAUSED, PLAY_ENDED, PLAY_STOPPED, PLAY_FAILED };
struct play_snapshot {
	enum play_state state;
	double position, duration; /* seconds; < 0 unknown */
	int volume;                /* per cent */
	bool muted;
	bool seeked;  /* a seek has just finished */
	bool waiting; /* stands still until more has come */
	double speed; /* 1: as it was made */
	double ahead; /* seconds that have come and not been played; < 0 unknown */
	struct play_track audio, subtitle;
	/* PLAY_FAILED: ERR_PLAYER missing or cannot play this, ERR_NET not opened or broken off (of our
	 * own server stream_trouble knows why), ERR_USAGE an unknown option, ERR_CONFIG mpv_config. */
	struct err why;
};
/* Takes what happened since the last call; false when nothing did. Never waits. */
bool play_next(struct play *p, struct play_snapshot *ret);
/* command: pause, mute (toggle), seek (by seconds), volume, speed (by per cent; speed by 0: as it was made), audio,
 * subtitle (the next track, or none), stop */
bool play_command(struct play *p, const char *command, double amount, struct err *err);
/* Whether libmpv can be loaded, and its version; owned; "not found: …" if it cannot. Slow the first
 * time: 0.1 s. */
char *play_library_version(void);

#endif
