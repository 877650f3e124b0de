/* What the files about search words share. */
#ifndef KIYYA_MODEL_QUERY_PARTS_H
#define KIYYA_MODEL_QUERY_PARTS_H

#include "kiyya/buf.h"
#include "kiyya/query.h"

#define QUERY_MAX_TEXT 65536 /* bytes of anything that is made of a query */

/* How many of the n words from v on say season and episode in one of the forms people write; 0:
 * they do not. */
size_t query_read_episode(char *const *v, size_t n, int *ret_season, int *ret_episode);
/* Calls fn with each way to write it, in lower case, words parted by one blank. */
void query_each_form(int season, int episode, void (*fn)(void *arg, const char *form), void *arg);

/* Reads the value of a filter into q. ERR_USAGE naming it. */
bool query_read_filter(struct query *q, const char *name, const char *value,
		       struct err *err) MUST_USE;
bool query_is_filter(const char *name, size_t len);
/* The filters as text, each with a blank before it when there is something before it. */
void query_print_filters(const struct query *q, struct buf *b);

#endif
