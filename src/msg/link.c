/* The wire between a front end and the backend. */
#include "kiyya/link.h"

#include "kiyya/mem.h"

/* Far more than anybody answers at once: a full queue means that the other side is gone. */
#define LINK_CAP 100000

void link_init(struct link *l)
{
	*l = (struct link){ 0 };
	wake_init(&l->to_backend);
	wake_init(&l->to_front);
	l->picture = picture_new();
	l->requests = mq_new(LINK_CAP, &l->to_backend, req_free);
	l->events = mq_new(LINK_CAP, &l->to_front, event_free);
}

void link_release(struct link *l)
{
	picture_drop(l->picture);
	mq_free(l->requests);
	mq_free(l->events);
	wake_release(&l->to_backend);
	wake_release(&l->to_front);
}

uint64_t link_send(struct link *l, struct req *r, uint32_t slot)
{
	uint64_t ticket = ++l->next_ticket;
	r->slot = slot;
	r->ticket = ticket;
	if (mq_push(l->requests, r))
		return ticket;
	req_free(r);
	return 0;
}

struct event *link_next_event(struct link *l)
{
	struct event *e = mq_pop(l->events);
	if (e)
		return e;
	/* Clear first, look again: what comes in between makes the descriptor readable again. */
	wake_clear(&l->to_front);
	return mq_pop(l->events);
}

struct req *link_next_request(struct link *l)
{
	struct req *r = mq_pop(l->requests);
	if (r)
		return r;
	wake_clear(&l->to_backend);
	return mq_pop(l->requests);
}

/* News of the same thing: the newer tells all that the older did. A download's news that ends
 * something is kept, because the front end shows it as an event and not only as a state. */
static bool same_news(const void *old, const void *msg)
{
	const struct event *a = old, *b = msg;
	if (a->kind != b->kind || a->ticket != b->ticket)
		return false;
	if (b->kind == EV_PLAYER || b->kind == EV_STATUS)
		return true;
	return b->kind == EV_DOWNLOAD && str_eq(a->u.download.event_, "progress") &&
	       str_eq(a->u.download.claim_id_, b->u.download.claim_id_) &&
	       str_eq(a->u.download.quality_, b->u.download.quality_);
}

static bool is_news(const struct event *e)
{
	return e->kind == EV_PLAYER || e->kind == EV_STATUS ||
	       (e->kind == EV_DOWNLOAD && e->u.download.event_);
}

void link_post(struct link *l, struct event *e)
{
	bool taken = is_news(e) ? mq_push_newest(l->events, e, same_news) : mq_push(l->events, e);
	if (!taken)
		event_free(e);
}
