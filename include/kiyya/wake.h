/* A descriptor that any thread can make readable, for whoever waits in poll(2). */
#ifndef KIYYA_WAKE_H
#define KIYYA_WAKE_H

struct wake {
	int read_fd, write_fd;
};
void wake_init(struct wake *w);
void wake_release(struct wake *w);
void wake_up(const struct wake *w);    /* any thread, also a signal handler; never blocks */
void wake_clear(const struct wake *w); /* the waiting thread, before it looks at its queues */

#endif
