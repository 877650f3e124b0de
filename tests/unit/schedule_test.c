/* Rates by the time of day: read, refused, asked. */
#include "unit.h"

#include "kiyya/buf.h"
#include "kiyya/schedule.h"
#include "kiyya/settings.h"
#include "kiyya/str.h"

/* minutes-minutes=rate/days, with blanks between the parts; owned. */
static char *print(const struct schedule *s)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < s->n; i++)
		(void)!buf_addf(&b, "%s%d-%d=%lld/%02x", i ? " " : "", s->v[i].from, s->v[i].to,
				(long long)s->v[i].rate, s->v[i].days);
	return buf_steal(&b);
}

static const struct {
	const char *text, *printed, *why; /* printed NULL: refused */
} rows[] = {
	{ "", "", NULL },
	{ " ; ;", "", NULL },
	{ "09:00-17:00=512K, mon-fri; 01:00-07:00=0", "540-1020=524288/3e 60-420=0/7f", NULL },
	{ "9:00-17:30=2M", "540-1050=2097152/7f", NULL },
	{ "22:00-06:00=1000,Sat , SUN", "1320-360=1000/41", NULL },
	{ "00:00-24:00=1,fri-mon", "0-1440=1/63", NULL },
	{ "00:00-24:00=1, mon-sun", "0-1440=1/7f", NULL },
	{ "23:59-00:00=1G;", "1439-0=1073741824/7f", NULL },
	{ "09:00-17:00", NULL, "\"09:00-17:00\" does not begin like" },
	{ "9-17=1M", NULL, "does not begin like" },
	{ "09:60-17:00=1M", NULL, "does not begin like" },
	{ "09:0-17:00=1M", NULL, "does not begin like" },
	{ "24:01-24:02=1M", NULL, "does not begin like" },
	{ "099:00-17:00=1M", NULL, "does not begin like" },
	{ "mon-fri=1M", NULL, "does not begin like" },
	{ "09:00-09:00=1M", NULL, "ends when it begins" },
	{ "24:00-09:00=1M", NULL, "ends when it begins" },
	{ "09:00-17:00=", NULL, "has no rate" },
	{ "09:00-17:00=-1", NULL, "has no rate" },
	{ "09:00-17:00=1m", NULL, "has no rate" },
	{ "09:00-17:00=1M 2", NULL, "has no rate" },
	{ "09:00-17:00=99999999999999T", NULL, "has no rate" },
	{ "09:00-17:00=1M, monday", NULL, "\"monday\" is no day" },
	{ "09:00-17:00=1M, mon-", NULL, "is no day" },
	{ "09:00-17:00=1M, mon-tue-wed", NULL, "is no day" },
	{ "01:00-02:00=1; 09:00-17:00=1M, x", NULL, "\"x\" is no day" },
};

static void test_reads(void **state)
{
	EACH_ROW (row, rows) {
		struct schedule s = { .n = 0 };
		struct err err = { 0 };
		bool ok = schedule_parse(&s, row->text, &err);
		char *printed = ok ? print(&s) : NULL;
		if (!str_eq(printed, row->printed))
			fail_msg("\"%s\" is read as %s: %s", row->text,
				 printed ? printed : "nothing", err.text);
		if (!ok && (err.kind != ERR_CONFIG || !strstr(err.text, row->why)))
			fail_msg("\"%s\" is refused with: %s", row->text, err.text);
		free(printed);
	}
}

static void test_bounds(void **state)
{
	static const char part[] = "09:00-17:00=1;";
	char text[(SCHEDULE_MAX + 1) * sizeof(part)] = "";
	struct schedule s = { .n = 0 };
	struct err err = { 0 };
	for (int i = 0; i < SCHEDULE_MAX; i++)
		memcpy(text + (size_t)i * (sizeof(part) - 1), part, sizeof(part));
	assert_true(schedule_parse(&s, text, &err));
	assert_int_equal(s.n, SCHEDULE_MAX);
	memcpy(text + SCHEDULE_MAX * (sizeof(part) - 1), part, sizeof(part));
	assert_false(schedule_parse(&s, text, &err));
	assert_non_null(strstr(err.text, "more than 32 parts"));
	assert_int_equal(s.n, SCHEDULE_MAX);
}

enum { SUN, MON, TUE, WED, THU, FRI, SAT };

static const struct {
	const char *text;
	int weekday, hour, minute, part;
} moments[] = {
	{ "", MON, 12, 0, SCHEDULE_NONE },
	{ "09:00-17:00=1", MON, 8, 59, SCHEDULE_NONE },
	{ "09:00-17:00=1", MON, 9, 0, 0 },
	{ "09:00-17:00=1", MON, 16, 59, 0 },
	{ "09:00-17:00=1", MON, 17, 0, SCHEDULE_NONE },
	{ "09:00-17:00=1, mon-fri; 01:00-07:00=0", SAT, 9, 0, SCHEDULE_NONE },
	{ "09:00-17:00=1, mon-fri; 01:00-07:00=0", SAT, 1, 0, 1 },
	{ "09:00-17:00=1; 00:00-24:00=2", SUN, 10, 0, 0 }, /* the first counts */
	{ "09:00-17:00=1; 00:00-24:00=2", SUN, 23, 59, 1 },
	{ "22:00-06:00=1, fri", FRI, 22, 0, 0 },
	{ "22:00-06:00=1, fri", SAT, 5, 59, 0 }, /* the night belongs to Friday */
	{ "22:00-06:00=1, fri", SAT, 6, 0, SCHEDULE_NONE },
	{ "22:00-06:00=1, fri", FRI, 5, 59, SCHEDULE_NONE },
	{ "22:00-06:00=1, sat", SUN, 0, 0, 0 }, /* over the end of the week */
	{ "22:00-00:00=1", MON, 23, 59, 0 },
	{ "22:00-00:00=1", TUE, 0, 0, SCHEDULE_NONE },
	{ "22:00-24:00=1", MON, 23, 59, 0 },
};

static void test_moments(void **state)
{
	EACH_ROW (row, moments) {
		struct schedule s;
		struct err err = { 0 };
		if (!schedule_parse(&s, row->text, &err))
			fail_msg("%s", err.text);
		int part = schedule_part_at(&s, row->weekday, row->hour * 60 + row->minute);
		if (part != row->part)
			fail_msg("%s on day %d at %02d:%02d: part %d, not %d", row->text,
				 row->weekday, row->hour, row->minute, part, row->part);
	}
}

static void test_setting(void **state)
{
	struct settings s;
	struct err err = { 0 };
	settings_init(&s);
	assert_int_equal(s.download_schedule.n, 0);
	assert_true(settings_set(&s, SET_download_schedule, "09:00-17:00=512K", "file", &err));
	assert_false(settings_set(&s, SET_download_schedule, "sometimes", "file", &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.text, "download.schedule: \"sometimes\" does not begin like"));
	assert_int_equal(s.download_schedule.v[0].rate, 512 << 10);
	settings_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_setting),
	};
	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
