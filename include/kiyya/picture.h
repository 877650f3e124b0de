/* The film's newest picture on its way from the player to the screen: a double buffer under one lock.
 *
 * The screen says how large it wants pictures (0×0: none), takes the newest, and by taking it asks for the
 * next: whoever is slow gets fewer pictures, not a queue of them. The player gives.
 *
 *	screen                                      player's painter
 *	picture_open(p, &to_front)
 *	picture_want(p, 88, 50)                     picture_attach(p, &wake)
 *	… to_front is signalled …                   … wake is signalled …
 *	picture_take(p, &mine)  swaps               picture_wish(p, &w, &h) && picture_give(p, &mine)  swaps
 *	picture_close(p)                            picture_detach(p, &wake)
 */
#ifndef KIYYA_PICTURE_H
#define KIYYA_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wake;
struct picture;

/* Rows of red, green, blue and a byte without meaning. */
struct pixels {
	int width, height;
	size_t stride; /* bytes of a row, a multiple of 64 */
	uint8_t *rgb0; /* owned */
	size_t room;   /* bytes of it */
};
#define PICTURE_SIDE_MAX 1024
/* Contents are lost when the size changes. Sides of 1 to PICTURE_SIDE_MAX. */
void pixels_resize(struct pixels *p, int width, int height);
void pixels_release(struct pixels *p);

/* Both ends hold it, as either may be the last to leave. */
struct picture *picture_new(void);
struct picture *picture_hold(struct picture *p);
void picture_drop(struct picture *p); /* NULL is fine */

/* -- the screen's thread */
void picture_open(struct picture *p, const struct wake *to_front); /* borrowed until picture_close */
void picture_close(struct picture *p);
void picture_want(struct picture *p, int width, int height);
bool picture_take(struct picture *p, struct pixels *mine); /* false: none newer than the last */
bool picture_is_live(struct picture *p); /* somebody is there to give any */

/* -- any thread */
bool picture_has_screen(struct picture *p); /* between open and close */

/* -- the painter's thread. A newer painter replaces an older one, which then gives nothing. */
void picture_attach(struct picture *p, const struct wake *to_painter);
void picture_detach(struct picture *p, const struct wake *to_painter);
/* False: no picture is wanted now (the last one was not taken, or nobody looks). */
bool picture_wish(struct picture *p, const struct wake *me, int *ret_width, int *ret_height);
void picture_give(struct picture *p, const struct wake *me, struct pixels *mine);

#endif
