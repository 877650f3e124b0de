/* Threads with a name and with every signal blocked (signals are read from one descriptor, by main). */
#ifndef KIYYA_THREAD_H
#define KIYYA_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include "kiyya/err.h"

bool thread_start(pthread_t *ret, const char *name, void *(*fn)(void *arg), void *arg,
		  struct err *err) MUST_USE;
void thread_join(pthread_t t);

#endif
