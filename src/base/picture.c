/* The film's newest picture on its way from the player to the screen. */
#include "kiyya/picture.h"

#include <pthread.h>
#include <stdlib.h>
#include "kiyya/mem.h"
#include "kiyya/wake.h"

/* Rows begin where the scaler's wide instructions want them to. */
#define ROW_ALIGN 64

struct picture {
	pthread_mutex_t lock; /* guards all below; a leaf */
	unsigned holders;
	const struct wake *to_front;   /* NULL: nobody looks any more */
	const struct wake *to_painter; /* NULL: nobody paints */
	int width, height;
	struct pixels newest;
	bool fresh; /* given and not taken yet */
};

void pixels_resize(struct pixels *p, int width, int height)
{
	size_t stride = ((size_t)width * 4 + ROW_ALIGN - 1) / ROW_ALIGN * ROW_ALIGN;
	size_t need = stride * (size_t)height;
	if (need > p->room) {
		free(p->rgb0);
		p->rgb0 = mem_array(need, 1);
		p->room = need;
	}
	p->width = width;
	p->height = height;
	p->stride = stride;
}

void pixels_release(struct pixels *p)
{
	free(p->rgb0);
	*p = (struct pixels){ 0 };
}

struct picture *picture_new(void)
{
	struct picture *p = NEW(struct picture);
	pthread_mutex_init(&p->lock, NULL);
	p->holders = 1;
	return p;
}

struct picture *picture_hold(struct picture *p)
{
	pthread_mutex_lock(&p->lock);
	p->holders++;
	pthread_mutex_unlock(&p->lock);
	return p;
}

void picture_drop(struct picture *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	bool last = --p->holders == 0;
	pthread_mutex_unlock(&p->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&p->lock);
	pixels_release(&p->newest);
	free(p);
}

static void wake(const struct wake *w)
{
	if (w)
		wake_up(w);
}

static void swap(struct pixels *a, struct pixels *b)
{
	struct pixels was = *a;
	*a = *b;
	*b = was;
}

/* -- the screen's side ------------------------------------------------------------------------- */

void picture_open(struct picture *p, const struct wake *to_front)
{
	pthread_mutex_lock(&p->lock);
	p->to_front = to_front;
	pthread_mutex_unlock(&p->lock);
}

void picture_close(struct picture *p)
{
	pthread_mutex_lock(&p->lock);
	p->to_front = NULL;
	p->width = p->height = 0;
	pthread_mutex_unlock(&p->lock);
}

bool picture_has_screen(struct picture *p)
{
	pthread_mutex_lock(&p->lock);
	bool has = p->to_front != NULL;
	pthread_mutex_unlock(&p->lock);
	return has;
}

static int side(int wanted)
{
	return wanted < PICTURE_SIDE_MAX ? wanted : PICTURE_SIDE_MAX;
}

void picture_want(struct picture *p, int width, int height)
{
	pthread_mutex_lock(&p->lock);
	bool none = width <= 0 || height <= 0;
	width = none ? 0 : side(width);
	height = none ? 0 : side(height);
	if (width != p->width || height != p->height) {
		p->width = width;
		p->height = height;
		p->fresh = false; /* of another size */
		wake(p->to_painter);
	}
	pthread_mutex_unlock(&p->lock);
}

bool picture_take(struct picture *p, struct pixels *mine)
{
	pthread_mutex_lock(&p->lock);
	bool fresh = p->fresh;
	if (fresh) {
		swap(&p->newest, mine);
		p->fresh = false;
		wake(p->to_painter);
	}
	pthread_mutex_unlock(&p->lock);
	return fresh;
}

bool picture_is_live(struct picture *p)
{
	pthread_mutex_lock(&p->lock);
	bool live = p->to_painter != NULL;
	pthread_mutex_unlock(&p->lock);
	return live;
}

/* -- the painter's side ------------------------------------------------------------------------ */

void picture_attach(struct picture *p, const struct wake *to_painter)
{
	pthread_mutex_lock(&p->lock);
	p->to_painter = to_painter;
	p->fresh = false;
	wake(p->to_front);
	pthread_mutex_unlock(&p->lock);
}

void picture_detach(struct picture *p, const struct wake *to_painter)
{
	pthread_mutex_lock(&p->lock);
	if (p->to_painter == to_painter) {
		p->to_painter = NULL;
		p->fresh = false;
		wake(p->to_front);
	}
	pthread_mutex_unlock(&p->lock);
}

bool picture_wish(struct picture *p, const struct wake *me, int *ret_width, int *ret_height)
{
	pthread_mutex_lock(&p->lock);
	bool wanted = p->to_painter == me && !p->fresh && p->width > 0;
	if (wanted) {
		*ret_width = p->width;
		*ret_height = p->height;
	}
	pthread_mutex_unlock(&p->lock);
	return wanted;
}

void picture_give(struct picture *p, const struct wake *me, struct pixels *mine)
{
	pthread_mutex_lock(&p->lock);
	if (p->to_painter == me && mine->width == p->width && mine->height == p->height) {
		swap(&p->newest, mine);
		p->fresh = true;
		wake(p->to_front);
	}
	pthread_mutex_unlock(&p->lock);
}
