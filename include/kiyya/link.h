/* The wire between a front end and the backend: requests one way, events the other. */
#ifndef KIYYA_LINK_H
#define KIYYA_LINK_H

#include <stdbool.h>
#include "kiyya/mq.h"
#include "kiyya/msg.h"
#include "kiyya/picture.h"
#include "kiyya/wake.h"

struct link {
	struct mq *requests, *events;
	struct wake to_backend, to_front; /* their read_fd becomes readable when there is something */
	struct picture *picture; /* of the film, when it is drawn in a pane; both sides' */
	uint64_t next_ticket;             /* front end's thread only */
};
void link_init(struct link *l);
void link_release(struct link *l);

/* Front end's side. Sets slot and ticket, moves the request; returns the ticket, 0 if the backend is gone. */
uint64_t link_send(struct link *l, struct req *r, uint32_t slot);
struct event *link_next_event(struct link *l); /* owned; NULL: none now */

/* Backend's side. */
struct req *link_next_request(struct link *l);
void link_post(struct link *l, struct event *e); /* moves; state news replaces its unread older self */

#endif
