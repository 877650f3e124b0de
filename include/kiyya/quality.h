/* Words for quality: "original", "best", "720p". Pure. */
#ifndef KIYYA_QUALITY_H
#define KIYYA_QUALITY_H

#include <stdbool.h>

#define QUALITY_SIZE 16
bool quality_is_word(const char *s);      /* original, best, or Np: 16p to 9999p */
int quality_height(const char *s);        /* 0 unless Np */
bool quality_is_common(int height);       /* one that a film may be asked for without having it */
void quality_of_height(char word[QUALITY_SIZE], int height);
/* Whether the player can open an original that is said to be of this media type; NULL: nothing is said. */
bool quality_type_opens(const char *media_type);

#endif
