/* A change of a row of the queue inside a transaction of somebody else. */
#ifndef KIYYA_STORE_QUEUE_ROW_H
#define KIYYA_STORE_QUEUE_ROW_H

#include "kiyya/store.h"

bool queue_update_row(struct store *s, const struct download *d, struct err *err) MUST_USE;

#endif
