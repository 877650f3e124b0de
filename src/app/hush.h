/* While the screen is up or something plays, standard error is a file: sound and video libraries write there when they
 * please; one line of theirs would spoil the screen, and tells nobody at a shell what to do. */
#ifndef KIYYA_APP_HUSH_H
#define KIYYA_APP_HUSH_H

#include <stdio.h>

/* Standard error goes to state_dir/stderr.log from now on (begun anew each time). Nothing changes if it cannot. */
void hush_begin(const char *state_dir);
/* Standard error as it is now, unbuffered, for what is to reach the person all the same; the caller closes it. NULL: there
 * is no room for it. */
FILE *hush_person(void);
/* Gives standard error back; signal-safe, and harmless when nothing was taken. */
void hush_end(void);

#endif
