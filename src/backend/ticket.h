/* Open requests: each gets events and exactly one EV_DONE. */
#ifndef KIYYA_BACKEND_TICKET_H
#define KIYYA_BACKEND_TICKET_H

#include "core.h"

struct ticket {
	struct ticket *next;
	struct core *core;
	enum req_kind kind;
	uint32_t slot;
	uint64_t id;
	/* Stops what is under way for the ticket and frees it; the ticket itself is ended by the caller. */
	void (*cancel)(void *arg);
	void *arg;
};

struct ticket *ticket_open(struct core *core, const struct req *r);
void ticket_on_cancel(struct ticket *t, void (*cancel)(void *arg), void *arg);
/* An event of this ticket, to be filled and given to link_post. */
struct event *ticket_event(const struct ticket *t, enum event_kind kind);
/* Posts EV_DONE and frees the ticket. err NULL, or of kind ERR_NONE: it went well. */
void ticket_done(struct ticket *t, const struct err *err);
/* The same with an exit code of its own. */
void ticket_done_code(struct ticket *t, const struct err *err, int exit_code);
/* A newer request of a slot supersedes what the slot still had open. */
void tickets_supersede(struct core *core, uint32_t slot);
void ticket_stop(struct core *core, uint64_t id);
void tickets_stop_all(struct core *core);
/* Stops what is under way for those tickets of a kind of which `which` says so by their arg, and ends them. */
void tickets_end_some(struct core *core, enum req_kind kind, bool (*which)(const void *arg),
		      const struct err *err);

/* A sentence for the person; t may be NULL. level: info warn error. */
void post_note(struct core *core, const struct ticket *t, const char *level, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* What follows is not fresh: why (err), or without a reason, since when. */
void post_stale_note(const struct ticket *t, int64_t fetched_at, const struct err *err);
/* One item of several failed: EV_ROW_FAILED. */
void post_row_failed(const struct ticket *t, const char *item, const struct err *err);

/* How several items went: their common code; 13 if causes differ or some succeeded. */
struct tally {
	int n_ok, n_failed;
	struct err first; /* the first failure */
	bool mixed;       /* causes differ */
};
void tally_add(struct tally *t, const struct err *err); /* NULL: it went well */
/* Ends the ticket by the tally. */
void ticket_done_tally(struct ticket *t, const struct tally *tally);

#endif
