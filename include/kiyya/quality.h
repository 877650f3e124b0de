/* Words for quality: "original", "best", "720p". Pure. */
#ifndef KIYYA_QUALITY_H
#define KIYYA_QUALITY_H

#include <stdbool.h>

#define QUALITY_SIZE 16
bool quality_is_word(const char *s); /* original, best, or digits + p of the standard heights */
int quality_height(const char *s);   /* 0 unless Np */

#endif
