/* A moment in the past as people write it: "7d", "36h", "1:30:00", "600" (that long ago), or a date. Pure; any thread. */
#ifndef KIYYA_SINCE_H
#define KIYYA_SINCE_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds, [[h:]m:]s, a number with s m h d or w, "2026-01-31", or a whole RFC 3339 time in UTC. False: none of these. */
bool since_parse(const char *text, int64_t now, int64_t *ret);

#endif
