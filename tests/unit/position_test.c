/* Where somebody stopped: what is kept, what is too early, what is the end. */
#include "unit.h"
#include "kiyya/position.h"

static void test_judge(void **state)
{
	static const struct {
		int64_t position, duration;
		enum position_rule rule;
	} rows[] = {
		/* two hours: early is 30 s, the end begins at 95 % */
		{ 0, 7200, POSITION_TOO_EARLY },
		{ 29, 7200, POSITION_TOO_EARLY },
		{ 30, 7200, POSITION_KEEP },
		{ 6839, 7200, POSITION_KEEP },
		{ 6840, 7200, POSITION_FINISHED },
		{ 7140, 7200, POSITION_FINISHED },
		{ 7200, 7200, POSITION_FINISHED },
		{ 9999, 7200, POSITION_FINISHED },
		/* a hundred seconds: both are 5 s */
		{ 4, 100, POSITION_TOO_EARLY },
		{ 5, 100, POSITION_KEEP },
		{ 94, 100, POSITION_KEEP },
		{ 95, 100, POSITION_FINISHED },
		/* shorter than twenty seconds: 5 % is no whole second */
		{ 0, 10, POSITION_TOO_EARLY },
		{ 1, 10, POSITION_KEEP },
		{ 9, 10, POSITION_KEEP },
		{ 10, 10, POSITION_FINISHED },
		{ 0, 1, POSITION_TOO_EARLY },
		{ 1, 1, POSITION_FINISHED },
		/* unknown length: nothing is ever finished */
		{ 0, 0, POSITION_TOO_EARLY },
		{ 29, 0, POSITION_TOO_EARLY },
		{ 30, 0, POSITION_KEEP },
		{ 29, -1, POSITION_TOO_EARLY },
		{ 1000000, -1, POSITION_KEEP },
		{ INT64_MAX, -1, POSITION_KEEP },
		/* nonsense */
		{ -1, 7200, POSITION_TOO_EARLY },
		{ -1, 10, POSITION_TOO_EARLY },
		{ INT64_MIN, 7200, POSITION_TOO_EARLY },
		{ INT64_MIN, INT64_MIN, POSITION_TOO_EARLY },
		{ INT64_MAX, INT64_MAX, POSITION_FINISHED },
		{ 1, INT64_MAX, POSITION_TOO_EARLY },
	};
	EACH_ROW (r, rows)
		if (position_judge(r->position, r->duration) != r->rule)
			fail_msg("%lld of %lld is %d", (long long)r->position,
				 (long long)r->duration, position_judge(r->position, r->duration));
}

/* From the start to the end of anything: too early, then kept, then finished, and never back. */
static void test_in_order(void **state)
{
	for (int64_t duration = 1; duration <= 3000; duration += 7) {
		enum position_rule before = POSITION_TOO_EARLY;
		for (int64_t at = -1; at <= duration + 1; at++) {
			enum position_rule rule = position_judge(at, duration);
			assert_true(rule >= before);
			before = rule;
		}
		assert_int_equal(before, POSITION_FINISHED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_judge),
					    cmocka_unit_test(test_in_order) };
	return cmocka_run_group_tests_name("position", tests, NULL, NULL);
}
