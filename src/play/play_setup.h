/* What the player is told before it starts: our options, the user's, in the order in which they are
 * set. Pure but for two looks at the environment. */
#ifndef PLAY_SETUP_H
#define PLAY_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/err.h"
#include "kiyya/play.h"
#include "kiyya/str.h"

enum setting_from {
	SETTING_OURS, /* a libmpv built without it does without */
	SETTING_USER,
	SETTING_FILE, /* value is a configuration file; name is NULL */
};
struct setting {
	enum setting_from from;
	char *name, *value; /* owned */
};
struct picture;
struct play_setup {
	struct setting *settings; /* owned */
	size_t n;
	struct strs headers;
	struct picture *picture; /* held; NULL: nothing is painted */
	bool window;             /* has one, with keys of its own */
};
/* ERR_USAGE for what is no option or no output at all; whether libmpv knows it is seen when it is
 * set. */
bool play_setup_init(struct play_setup *s, const struct play_options *o, struct err *err);
void play_setup_release(struct play_setup *s);

#endif
