/* Measuring one thing many times.
 *
 *	struct times t = { 0 };
 *	struct span begun = span_begin();
 *	…
 *	times_end(&t, begun);
 *	times_print(&t, "what it was"); */
#ifndef KIYYA_BENCH_TIMES_H
#define KIYYA_BENCH_TIMES_H

#include <stddef.h>
#include <time.h>

struct span { /* a moment, or how long */
	double ms, cpu;
};
struct times {
	double *ms, *cpu; /* owned */
	size_t n;
};

double clock_ms(clockid_t which);
struct span span_begin(void);
/* The time since `begun` onto a sum. */
void span_add(struct span *sum, struct span begun);
/* One more, just ended. */
void times_end(struct times *t, struct span begun);
void times_note(struct times *t, double ms, double cpu);
void times_release(struct times *t);
/* A line of a Markdown table: how often, p50, p90, p99, longest, p99 of the processor's time. Empties;
 * returns the median. */
double times_print(struct times *t, const char *what);
/* Another: what the kernel counts as this process's. */
void memory_print(const char *when);

#endif
