/* Time as a value that is handed in, so that tests can turn it. A struct clock may be read by any thread. */
#ifndef KIYYA_CLOCK_H
#define KIYYA_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define TIME_UNKNOWN INT64_MIN

struct clock {
	int64_t (*mono_ms)(const struct clock *c); /* milliseconds, never goes back */
	int64_t (*wall)(const struct clock *c);    /* unix seconds */
};
const struct clock *clock_real(void);
int64_t clock_mono_ms(const struct clock *c);
int64_t clock_wall(const struct clock *c);

/* "YYYY-MM-DDTHH:MM:SSZ" (RFC 3339) into out; years outside 0..9999 are clamped. */
#define CLOCK_ISO_SIZE 21
void clock_iso(int64_t unix_seconds, char out[CLOCK_ISO_SIZE]);
bool clock_from_iso(const char *s, int64_t *ret);
/* Where this machine is: the weekday (0 Sunday) and the minute of the day, summer time and all. */
void clock_local(int64_t unix_seconds, int *ret_weekday, int *ret_minute);
/* "YYYY-MM-DD HH:MM" there, for people; clamped likewise. */
#define CLOCK_HERE_SIZE 17
void clock_here(int64_t unix_seconds, char out[CLOCK_HERE_SIZE]);
/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), and the three forms back. */
#define CLOCK_HTTP_SIZE 30
void clock_http(int64_t unix_seconds, char out[CLOCK_HTTP_SIZE]);
bool clock_from_http(const char *s, int64_t *ret);

#endif
