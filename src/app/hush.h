/* While the screen is up, standard error is a file: sound and video libraries write there when they please, and one line
 * of theirs would spoil the screen. */
#ifndef KIYYA_APP_HUSH_H
#define KIYYA_APP_HUSH_H

/* Standard error goes to state_dir/stderr.log from now on (begun anew each time). Nothing changes if it cannot. */
void hush_begin(const char *state_dir);
/* Gives standard error back; signal-safe, and harmless when nothing was taken. */
void hush_end(void);

#endif
