/* The thread that paints a film for the screen: as often as the screen takes pictures, and no more than 30 a second. */
#ifndef PLAY_PAINTER_H
#define PLAY_PAINTER_H

#include "kiyya/err.h"
#include "kiyya/picture.h"
#include "play_mpv.h"

struct painter;
/* Before anything is loaded into core, which is borrowed until painter_free; picture is held. */
struct painter *painter_new(struct core *core, struct picture *picture, struct err *err);
void painter_free(struct painter *p); /* NULL is fine */

#endif
