/* How a process that has queued something tells the one that works the queue off: it touches the lock file, and
 * the holder is watching it. Nothing is lost when nobody hears: the queue is in the database. */
#ifndef KIYYA_BACKEND_DOORBELL_H
#define KIYYA_BACKEND_DOORBELL_H

#include <stdbool.h>

struct doorbell;
struct doorbell *doorbell_new(const char *lock_file); /* NULL if the system cannot watch files */
void doorbell_free(struct doorbell *d);
int doorbell_fd(const struct doorbell *d); /* readable when somebody rang; -1 for NULL */
bool doorbell_rang(struct doorbell *d); /* since the last call */
void doorbell_ring(const char *lock_file);

#endif
