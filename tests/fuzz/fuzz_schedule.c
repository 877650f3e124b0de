/* Fuzzes the reading of rates by the time of day.
 *
 * Properties: what is read has parts in bounds, is the same again when it is written out and read, and a minute of the
 * week is in the part that is named for it and in none before. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/mem.h"
#include "kiyya/schedule.h"
#include "kiyya/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_schedule: %s\n", what);
	abort();
}

static char *print(const struct schedule *s)
{
	static const char days[] = "sunmontuewedthufrisat";
	struct buf b;
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < s->n; i++) {
		const struct schedule_part *p = &s->v[i];
		(void)!buf_addf(&b, "%02d:%02d-%02d:%02d=%lld", p->from / 60, p->from % 60,
				p->to / 60, p->to % 60, (long long)p->rate);
		for (size_t day = 0; day < 7; day++)
			if (p->days >> day & 1)
				(void)!buf_addf(&b, ",%.3s", days + 3 * day);
		(void)!buf_addf(&b, ";");
	}
	return buf_steal(&b);
}

/* By walking through the part, minute by minute, from each day on which it begins. */
static bool covers(const struct schedule_part *p, int weekday, int minute)
{
	int length = p->to > p->from ? p->to - p->from : p->to + 24 * 60 - p->from;
	for (int day = 0; day < 7; day++) {
		int since = (weekday - day) * 24 * 60 + minute - p->from;
		if (since < 0)
			since += 7 * 24 * 60;
		if ((p->days >> day & 1) && since < length)
			return true;
	}
	return false;
}

static void check_minute(const struct schedule *s, int weekday, int minute)
{
	int part = schedule_part_at(s, weekday, minute);
	int last = part == SCHEDULE_NONE ? (int)s->n : part;
	require(part >= SCHEDULE_NONE && part < (int)s->n, "a part that is not there");
	require(part == SCHEDULE_NONE || covers(&s->v[part], weekday, minute),
		"a part that does not hold");
	for (int i = 0; i < last; i++)
		require(!covers(&s->v[i], weekday, minute), "a part before it holds");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct schedule s, again;
	char *text = str_dupn((const char *)data, size);
	bool ok = schedule_parse(&s, text, NULL);
	free(text);
	if (!ok)
		return 0;
	require(s.n <= SCHEDULE_MAX, "too many parts");
	for (size_t i = 0; i < s.n; i++) {
		const struct schedule_part *p = &s.v[i];
		require(p->from >= 0 && p->from < 1440 && p->to >= 0 && p->to <= 1440 &&
			    p->from != p->to && p->rate >= 0 && p->days && p->days < 128,
			"a part out of bounds");
	}
	char *printed = print(&s);
	require(schedule_parse(&again, printed, NULL) && again.n == s.n,
		"printed and not read back");
	char *twice = print(&again);
	require(str_eq(printed, twice), "printed and read back as another");
	free(twice);
	free(printed);
	for (int minute = 0; s.n && minute < 7 * 1440; minute += 29)
		check_minute(&s, minute / 1440, minute % 1440);
	return 0;
}
