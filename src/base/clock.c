/* The real clock, and times as text. */
#include "kiyya/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t real_mono_ms(const struct clock *c)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t real_wall(const struct clock *c)
{
	return (int64_t)time(NULL);
}

const struct clock *clock_real(void)
{
	static const struct clock real = { .mono_ms = real_mono_ms, .wall = real_wall };
	return &real;
}

int64_t clock_mono_ms(const struct clock *c)
{
	return c->mono_ms(c);
}

int64_t clock_wall(const struct clock *c)
{
	return c->wall(c);
}

void clock_local(int64_t unix_seconds, int *ret_weekday, int *ret_minute)
{
	time_t seconds = (time_t)unix_seconds;
	struct tm tm = { 0 };
	localtime_r(&seconds, &tm);
	*ret_weekday = tm.tm_wday;
	*ret_minute = tm.tm_hour * 60 + tm.tm_min;
}

#define YEAR_0        (-62167219200)
#define YEAR_9999_END 253402300799

static struct tm broken_down(int64_t t)
{
	if (t < YEAR_0)
		t = YEAR_0;
	if (t > YEAR_9999_END)
		t = YEAR_9999_END;
	time_t seconds = (time_t)t;
	struct tm tm;
	gmtime_r(&seconds, &tm);
	return tm;
}

void clock_iso(int64_t unix_seconds, char out[CLOCK_ISO_SIZE])
{
	struct tm tm = broken_down(unix_seconds);
	char text[64];
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	memcpy(out, text, CLOCK_ISO_SIZE);
	out[CLOCK_ISO_SIZE - 1] = 0;
}

void clock_here(int64_t unix_seconds, char out[CLOCK_HERE_SIZE])
{
	int64_t in = unix_seconds < YEAR_0 ? YEAR_0 : unix_seconds;
	time_t seconds = (time_t)(in > YEAR_9999_END - 86400 ? YEAR_9999_END - 86400 : in);
	struct tm tm = { 0 };
	char text[64];
	localtime_r(&seconds, &tm);
	snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		 tm.tm_mday, tm.tm_hour, tm.tm_min);
	memcpy(out, text, CLOCK_HERE_SIZE);
	out[CLOCK_HERE_SIZE - 1] = 0;
}

/* True if the parts are a real moment; strptime takes the 31st of February. */
static bool to_unix(struct tm *tm, int64_t *ret)
{
	struct tm want = *tm;
	time_t t = timegm(tm);
	struct tm got;
	gmtime_r(&t, &got);
	if (got.tm_year != want.tm_year || got.tm_mon != want.tm_mon ||
	    got.tm_mday != want.tm_mday || got.tm_hour != want.tm_hour ||
	    got.tm_min != want.tm_min || got.tm_sec != want.tm_sec)
		return false;
	*ret = (int64_t)t;
	return true;
}

static bool parse_as(const char *s, const char *format, int64_t *ret)
{
	struct tm tm = { 0 };
	const char *end = strptime(s, format, &tm);
	return end && !*end && to_unix(&tm, ret);
}

bool clock_from_iso(const char *s, int64_t *ret)
{
	return s && strlen(s) == CLOCK_ISO_SIZE - 1 && parse_as(s, "%Y-%m-%dT%H:%M:%SZ", ret);
}

void clock_http(int64_t unix_seconds, char out[CLOCK_HTTP_SIZE])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm = broken_down(unix_seconds);
	char text[80];
	snprintf(text, sizeof(text), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		 days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900,
		 tm.tm_hour, tm.tm_min, tm.tm_sec);
	memcpy(out, text, CLOCK_HTTP_SIZE);
	out[CLOCK_HTTP_SIZE - 1] = 0;
}

bool clock_from_http(const char *s, int64_t *ret)
{
	/* The preferred form, RFC 850's, and asctime's: RFC 9110 section 5.6.7. */
	return s && (parse_as(s, "%a, %d %b %Y %H:%M:%S GMT", ret) ||
		     parse_as(s, "%A, %d-%b-%y %H:%M:%S GMT", ret) ||
		     parse_as(s, "%a %b %d %H:%M:%S %Y", ret));
}
