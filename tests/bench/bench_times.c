/* Measuring one thing many times: how long each took, by the clock and of the processor, as a line of a
 * table. */
#include "bench_times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

double clock_ms(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct span span_begin(void)
{
	return (struct span){ clock_ms(CLOCK_MONOTONIC), clock_ms(CLOCK_THREAD_CPUTIME_ID) };
}

void times_note(struct times *t, double ms, double cpu)
{
	t->ms = mem_grow(t->ms, t->n + 1, sizeof(*t->ms));
	t->cpu = mem_grow(t->cpu, t->n + 1, sizeof(*t->cpu));
	t->cpu[t->n] = cpu;
	t->ms[t->n++] = ms;
}

void span_add(struct span *sum, struct span begun)
{
	struct span now = span_begin();
	sum->ms += now.ms - begun.ms;
	sum->cpu += now.cpu - begun.cpu;
}

void times_end(struct times *t, struct span begun)
{
	struct span now = span_begin();
	times_note(t, now.ms - begun.ms, now.cpu - begun.cpu);
}

static int compare_ms(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Of n sorted numbers. */
static double at_share(const double *v, size_t n, double share)
{
	return v[(size_t)(share * (double)(n - 1) + 0.5)];
}

void times_release(struct times *t)
{
	free(t->ms);
	free(t->cpu);
	*t = (struct times){ 0 };
}

double times_print(struct times *t, const char *what)
{
	qsort(t->ms, t->n, sizeof(*t->ms), compare_ms);
	qsort(t->cpu, t->n, sizeof(*t->cpu), compare_ms);
	double median = at_share(t->ms, t->n, 0.5);
	printf("| %s | %zu | %.3f | %.3f | %.3f | %.3f | %.3f |\n", what, t->n, median,
	       at_share(t->ms, t->n, 0.9), at_share(t->ms, t->n, 0.99), t->ms[t->n - 1],
	       at_share(t->cpu, t->n, 0.99));
	fflush(stdout);
	times_release(t);
	return median;
}

/* What the kernel counts as this process's, in MB of a million bytes. */
static double memory(const char *name)
{
	char line[200];
	long kib = 0;
	FILE *f = fopen("/proc/self/status", "r");
	size_t len = strlen(name);
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			kib = strtol(line + len + 1, NULL, 10);
	if (f)
		fclose(f);
	return (double)kib * 1024 / 1e6;
}

void memory_print(const char *when)
{
	printf("| memory %s: VmRSS %.1f MB (RssAnon %.1f, RssFile %.1f), most so far %.1f "
	       "| | | | | | |\n",
	       when, memory("VmRSS"), memory("RssAnon"), memory("RssFile"), memory("VmHWM"));
	fflush(stdout);
}
