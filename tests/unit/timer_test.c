/* Timers on a clock that the test turns. */
#include "unit.h"

#include "kiyya/timer.h"

struct turned_clock {
	struct clock base;
	int64_t now;
};

static int64_t turned_ms(const struct clock *c)
{
	return ((const struct turned_clock *)c)->now;
}

static struct turned_clock clock_at(int64_t now)
{
	return (struct turned_clock){ .base = { .mono_ms = turned_ms }, .now = now };
}

static char order[32];

static void note(void *arg)
{
	size_t n = strlen(order);
	order[n] = *(const char *)arg;
	order[n + 1] = '\0';
}

static void test_they_run_in_order_and_once(void **state)
{
	struct turned_clock c = clock_at(1000);
	struct timers *t = timers_new(&c.base);
	order[0] = '\0';
	timer_add(t, 30, note, &(char){ 'c' });
	timer_add(t, 10, note, &(char){ 'a' });
	timer_add(t, 30, note, &(char){ 'd' }); /* the same moment: in the order they came */
	uint64_t gone = timer_add(t, 15, note, &(char){ 'x' });
	timer_add(t, 20, note, &(char){ 'b' });
	timer_drop(t, gone);
	timer_drop(t, gone);
	timer_drop(t, 0);
	timer_drop(t, 99);

	assert_int_equal(timers_wait_ms(t, -1), 10);
	assert_int_equal(timers_wait_ms(t, 4), 4);
	timers_run(t);
	assert_string_equal(order, "");
	c.now += 10;
	assert_int_equal(timers_wait_ms(t, -1), 0);
	timers_run(t);
	assert_string_equal(order, "a");
	c.now += 500;
	assert_int_equal(timers_wait_ms(t, 100), 0);
	timers_run(t);
	timers_run(t);
	assert_string_equal(order, "abcd");
	assert_int_equal(timers_wait_ms(t, -1), -1);
	assert_int_equal(timers_wait_ms(t, 50), 50);
	timers_free(t);
}

static struct timers *shared;
static int turns;

static void once_more(void *arg)
{
	turns++;
	timer_add(shared, 0, once_more, NULL);
}

static void test_a_timer_that_adds_itself_ends_the_turn(void **state)
{
	struct turned_clock c = clock_at(0);
	shared = timers_new(&c.base);
	turns = 0;
	timer_add(shared, 0, once_more, NULL);
	timers_run(shared);
	assert_int_equal(turns, 1);
	timers_run(shared);
	assert_int_equal(turns, 2);
	timers_free(shared);
}

static uint64_t victim;

static void drop_victim(void *arg)
{
	timer_drop(shared, victim);
}

static void test_a_callback_may_drop_the_next(void **state)
{
	struct turned_clock c = clock_at(0);
	shared = timers_new(&c.base);
	order[0] = '\0';
	timer_add(shared, 1, drop_victim, NULL);
	victim = timer_add(shared, 2, note, &(char){ 'v' });
	timer_add(shared, 3, note, &(char){ 'z' });
	c.now = 10;
	timers_run(shared);
	assert_string_equal(order, "z");
	timers_free(shared);
	timers_free(NULL);
}

static void test_a_far_timer_fits_poll(void **state)
{
	struct turned_clock c = clock_at(0);
	struct timers *t = timers_new(&c.base);
	timer_add(t, INT64_C(1) << 40, note, &(char){ 'f' });
	assert_in_range(timers_wait_ms(t, -1), 1, INT32_MAX);
	timers_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_they_run_in_order_and_once),
		cmocka_unit_test(test_a_timer_that_adds_itself_ends_the_turn),
		cmocka_unit_test(test_a_callback_may_drop_the_next),
		cmocka_unit_test(test_a_far_timer_fits_poll),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
