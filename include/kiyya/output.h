/* Where a picture goes: what the words of play.vo and --vo mean to a front end. Pure. */
#ifndef KIYYA_OUTPUT_H
#define KIYYA_OUTPUT_H

#include <stdbool.h>

/* Whether the player draws it into the terminal by itself: nobody else may write there meanwhile. NULL is fine. */
bool output_takes_terminal(const char *vo);

#endif
