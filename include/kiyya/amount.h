/* A number and its unit as people write them in settings: "500ms", "30m", "200M", "0". Pure; any thread. */
#ifndef KIYYA_AMOUNT_H
#define KIYYA_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds of a number with ms, s, m, h or d; 0 needs none. False: it is no such thing. */
bool amount_ms(const char *s, int64_t *ret);
/* Bytes of a number, with K, M, G or T of 1024 each. */
bool amount_bytes(const char *s, int64_t *ret);

#endif
