/* The thread that paints a film for the screen. */
#include "play_painter.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "kiyya/clock.h"
#include "kiyya/mem.h"
#include "kiyya/thread.h"
#include "kiyya/wake.h"

/* More pictures than this nobody sees in a terminal. */
#define EVERY_MS 33

struct painter {
	pthread_t thread;
	struct wake wake; /* of the player, the screen, and the end */
	atomic_bool ending;
	struct picture *picture; /* held */
	/* The thread's. */
	struct core *core;
	struct pixels pixels;
	bool behind;  /* the newest picture was skipped */
	bool any;     /* there has been one */
	int64_t last; /* mono ms, of the last one painted */
	int width, height;
};

/* Milliseconds until the next picture may be painted. */
static int too_early(const struct painter *p)
{
	int64_t since = clock_mono_ms(clock_real()) - p->last;
	return since < EVERY_MS ? (int)(EVERY_MS - since) : 0;
}

static void paint(struct painter *p, int width, int height)
{
	pixels_resize(&p->pixels, width, height);
	p->width = width;
	p->height = height;
	p->behind = false;
	p->last = clock_mono_ms(clock_real());
	if (core_paint(p->core, &p->pixels))
		picture_give(p->picture, &p->wake, &p->pixels);
}

/* Paints, or lets the player go on without. Returns how long nothing can be done; -1 until woken. */
static int turn(struct painter *p)
{
	int width, height;
	bool newer = core_has_picture(p->core);
	bool wanted = picture_wish(p->picture, &p->wake, &width, &height);
	p->any = p->any || newer;
	/* A film that stands still is painted afresh for a pane of another size. */
	bool other = wanted && p->any && (width != p->width || height != p->height);
	bool due = wanted && (newer || p->behind || other);
	int early = due ? too_early(p) : -1;
	if (due && early == 0) {
		paint(p, width, height);
		return -1;
	}
	if (newer)
		core_skip_picture(p->core);
	p->behind = p->behind || newer;
	return early;
}

static void *run(void *arg)
{
	struct painter *p = arg;
	int wait = -1;
	while (!atomic_load(&p->ending)) {
		struct pollfd fd = { .fd = p->wake.read_fd, .events = POLLIN };
		poll(&fd, 1, wait);
		wake_clear(&p->wake);
		wait = turn(p);
	}
	return NULL;
}

static void wake_painter(void *arg)
{
	wake_up(&((struct painter *)arg)->wake);
}

struct painter *painter_new(struct core *core, struct picture *picture, struct err *err)
{
	struct painter *p = NEW(struct painter);
	p->core = core;
	wake_init(&p->wake);
	p->picture = picture_hold(picture);
	bool begun = core_paint_begin(core, wake_painter, p, err);
	if (begun && thread_start(&p->thread, "painter", run, p, err)) {
		picture_attach(picture, &p->wake);
		return p;
	}
	if (begun)
		core_paint_end(core);
	picture_drop(p->picture);
	wake_release(&p->wake);
	free(p);
	return NULL;
}

void painter_free(struct painter *p)
{
	if (!p)
		return;
	picture_detach(p->picture, &p->wake);
	atomic_store(&p->ending, true);
	wake_up(&p->wake);
	thread_join(p->thread);
	core_paint_end(p->core);
	picture_drop(p->picture);
	pixels_release(&p->pixels);
	wake_release(&p->wake);
	free(p);
}
