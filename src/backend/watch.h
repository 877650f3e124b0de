/* A ticket that waits for rows of the queue: its own, or all. */
#ifndef KIYYA_BACKEND_WATCH_H
#define KIYYA_BACKEND_WATCH_H

#include "engine.h"
#include "ticket.h"

struct watch {
	struct watch *next;
	struct engine *engine;
	struct ticket *ticket;
	int64_t *ids; /* none: the whole queue */
	size_t n;
	struct tally tally;
	bool out_of_space;
	struct err locked; /* why its sealed rows are not waited for; ERR_NONE: they are */
};
struct watch *watch_new(struct engine *e, struct ticket *t, const int64_t *ids, size_t n);
bool watch_wants(const struct watch *w, int64_t id);
void watch_row_over(struct watch *w, const struct download *row, const struct err *err);
/* No row of it that it waits for is queued or active any more. */
bool watch_is_over(const struct watch *w, const struct download_list *rows);
/* A row of it waits, and is sealed. */
bool watch_waits_for_key(const struct watch *w, const struct download_list *rows);
/* Takes it off the list and ends its ticket: by err, or by how its rows went. */
void watch_end(struct watch **list, struct watch *w, const struct err *err);
void watch_drop(struct watch **list, struct watch *w); /* without ending the ticket */

#endif
