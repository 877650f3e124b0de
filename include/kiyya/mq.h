/* A bounded queue of owned messages between threads. push moves the message in, pop moves it out.
 *
 * The receiver waits on the wake's descriptor:  wake_clear(&w); while ((m = mq_pop(q))) …
 * Lock order: a leaf, released before anything is called but `same`, `drop` and wake_up. */
#ifndef KIYYA_MQ_H
#define KIYYA_MQ_H

#include <stdbool.h>
#include <stddef.h>

struct wake;
struct mq;

/* drop frees a message; w is signalled after each push (borrowed, must outlive the queue; may be NULL). */
struct mq *mq_new(size_t cap, const struct wake *w, void (*drop)(void *msg));
void mq_free(struct mq *q); /* drops what is left */
/* Moves msg in. False when full or closed: msg is still the caller's. */
bool mq_push(struct mq *q, void *msg);
/* As mq_push, but replaces (drops) an unread older message for which same(old, msg). */
bool mq_push_newest(struct mq *q, void *msg, bool (*same)(const void *old, const void *msg));
void *mq_pop(struct mq *q); /* NULL when empty; never waits */
void mq_close(struct mq *q); /* pushes fail from now on */
size_t mq_count(struct mq *q);

#endif
