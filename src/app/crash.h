/* When the program dies: the terminal is given back, a report is written, core dumps with keys in them are not. */
#ifndef KIYYA_APP_CRASH_H
#define KIYYA_APP_CRASH_H

void crash_install(const char *crash_dir);
/* A sentence about a report that has not been mentioned yet; owned; NULL if there is none. */
char *crash_last_note(const char *crash_dir);

#endif
