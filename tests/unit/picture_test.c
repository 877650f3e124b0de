/* A picture's way from player to screen: who wants, who gives, who has gone. */
#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include "kiyya/picture.h"
#include "kiyya/wake.h"

struct ends {
	struct wake front, painter;
	struct picture *picture;
	struct pixels screens, painters;
};

static void ends_init(struct ends *e)
{
	*e = (struct ends){ 0 };
	wake_init(&e->front);
	wake_init(&e->painter);
	e->picture = picture_new();
	assert_false(picture_has_screen(e->picture));
	picture_open(e->picture, &e->front);
}

static void ends_release(struct ends *e)
{
	picture_drop(e->picture);
	pixels_release(&e->screens);
	pixels_release(&e->painters);
	wake_release(&e->front);
	wake_release(&e->painter);
}

static bool woken(const struct wake *w)
{
	struct pollfd fd = { .fd = w->read_fd, .events = POLLIN };
	bool yes = poll(&fd, 1, 0) == 1;
	wake_clear(w);
	return yes;
}

static bool paint(struct ends *e, const struct wake *me, uint8_t red)
{
	int width, height;
	if (!picture_wish(e->picture, me, &width, &height))
		return false;
	pixels_resize(&e->painters, width, height);
	e->painters.rgb0[0] = red;
	picture_give(e->picture, me, &e->painters);
	return true;
}

static void test_one_at_a_time(void **state)
{
	struct ends e;
	ends_init(&e);
	assert_false(picture_is_live(e.picture));
	picture_attach(e.picture, &e.painter);
	assert_true(picture_is_live(e.picture));
	assert_true(woken(&e.front));
	assert_false(paint(&e, &e.painter, 1)); /* nobody looks yet */

	picture_want(e.picture, 30, 20);
	assert_true(woken(&e.painter));
	assert_false(picture_take(e.picture, &e.screens));
	assert_true(paint(&e, &e.painter, 7));
	assert_true(woken(&e.front));
	assert_false(paint(&e, &e.painter, 8)); /* not before the last was taken */
	assert_true(picture_take(e.picture, &e.screens));
	assert_true(woken(&e.painter));
	assert_int_equal(e.screens.width, 30);
	assert_int_equal(e.screens.rgb0[0], 7);
	assert_int_equal(e.screens.stride % 64, 0);
	assert_false(picture_take(e.picture, &e.screens));

	assert_true(paint(&e, &e.painter, 9));
	picture_want(e.picture, 40, 20); /* what is on its way has the wrong size */
	assert_false(picture_take(e.picture, &e.screens));
	picture_want(e.picture, 0, 7);
	assert_false(paint(&e, &e.painter, 10));
	picture_want(e.picture, 1 << 20, 1 << 20);
	assert_true(paint(&e, &e.painter, 11));
	assert_true(picture_take(e.picture, &e.screens));
	assert_int_equal(e.screens.width, PICTURE_SIDE_MAX);
	assert_int_equal(e.screens.height, PICTURE_SIDE_MAX);
	ends_release(&e);
}

static void test_the_newer_painter_counts(void **state)
{
	struct ends e;
	struct wake newer;
	ends_init(&e);
	wake_init(&newer);
	picture_want(e.picture, 8, 8);
	picture_attach(e.picture, &e.painter);
	assert_true(paint(&e, &e.painter, 1));
	picture_attach(e.picture, &newer);
	assert_false(picture_take(e.picture, &e.screens)); /* of the film before */
	assert_false(paint(&e, &e.painter, 2));
	picture_detach(e.picture, &e.painter);
	assert_true(picture_is_live(e.picture));
	assert_true(paint(&e, &newer, 3));
	picture_detach(e.picture, &newer);
	assert_false(picture_is_live(e.picture));
	assert_false(picture_take(e.picture, &e.screens));
	wake_release(&newer);
	ends_release(&e);
}

#define PICTURES 500

static void *painter(void *arg)
{
	struct ends *e = arg;
	for (int i = 0; i < PICTURES;) {
		struct pollfd fd = { .fd = e->painter.read_fd, .events = POLLIN };
		poll(&fd, 1, 10000);
		wake_clear(&e->painter);
		i += paint(e, &e->painter, (uint8_t)i);
	}
	return NULL;
}

/* Each is seen once, in order, whoever is faster. */
static void test_two_threads(void **state)
{
	struct ends e;
	pthread_t thread;
	ends_init(&e);
	picture_want(e.picture, 16, 16);
	picture_attach(e.picture, &e.painter);
	picture_hold(e.picture);
	wake_up(&e.painter);
	assert_int_equal(pthread_create(&thread, NULL, painter, &e), 0);
	for (int seen = 0; seen < PICTURES;) {
		struct pollfd fd = { .fd = e.front.read_fd, .events = POLLIN };
		assert_int_equal(poll(&fd, 1, 10000), 1);
		wake_clear(&e.front);
		if (picture_take(e.picture, &e.screens))
			assert_int_equal(e.screens.rgb0[0], (uint8_t)seen++);
	}
	pthread_join(thread, NULL);
	picture_close(e.picture);
	assert_false(picture_has_screen(e.picture));
	picture_drop(e.picture);
	ends_release(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_the_newer_painter_counts),
		cmocka_unit_test(test_two_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
