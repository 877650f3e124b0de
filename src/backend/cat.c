/* Answers cat: the bytes of a copy, written to a descriptor. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "keep.h"
#include "kiyya/range.h"
#include "route.h"
#include "ticket.h"
#include "unlock.h"

#define CAT_BLOCK (4 * VAULT_CHUNK)

struct cat {
	struct core *core;
	struct ticket *ticket; /* NULL: cancelled */
	struct copy copy;
	struct source *source;
	char *range;
	int fd;
	bool running;
	atomic_bool cancelled;
	/* the chore's */
	bool ran;
	struct err err;
	uint64_t first, end;
};

static void cat_free(struct cat *c)
{
	source_free(c->source);
	copy_release(&c->copy);
	free(c->range);
	free(c);
}

static void cat_cancel(void *arg)
{
	struct cat *c = arg;
	c->ticket = NULL;
	unlock_forget(c->core->unlock, c);
	atomic_store(&c->cancelled, true);
	if (c->running)
		source_cancel(c->source);
	else
		cat_free(c);
}

/* A pipe may take as long as it likes: this is why it is a chore. It must not hold up the end of the program, so it is
 * written to in pieces that do not block once poll has said so. */
static bool write_all(struct cat *c, const unsigned char *p, size_t n, struct err *err)
{
	while (n) {
		struct pollfd ready = { .fd = c->fd, .events = POLLOUT };
		if (atomic_load(&c->cancelled))
			return err_set(err, ERR_CANCELLED, 0, "stopped");
		if (poll(&ready, 1, 100) == 0)
			continue;
		ssize_t put = write(c->fd, p, n < PIPE_BUF ? n : PIPE_BUF);
		if (put < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (put < 0)
			return err_sys(err, "writing to standard output");
		p += put;
		n -= (size_t)put;
	}
	return true;
}

static void cat_run(void *arg)
{
	struct cat *c = arg;
	c->ran = true;
	unsigned char *block = mem_new(CAT_BLOCK);
	for (uint64_t off = c->first; off < c->end;) {
		size_t want = CAT_BLOCK - off % VAULT_CHUNK; /* later blocks begin with a chunk */
		if (want > c->end - off)
			want = (size_t)(c->end - off);
		ssize_t got = source_read_at(c->source, off, block, want, &c->err);
		if (got == 0)
			err_set(&c->err, ERR_DAMAGED, 0, "the copy ends too early");
		if (got <= 0 || !write_all(c, block, (size_t)got, &c->err))
			break;
		off += (uint64_t)got;
	}
	explicit_bzero(block, CAT_BLOCK);
	free(block);
}

static void cat_came_back(void *arg)
{
	struct cat *c = arg;
	if (c->ticket)
		ticket_done(c->ticket, &c->err);
	cat_free(c);
}

static bool cat_begin(struct cat *c, struct err *err)
{
	c->source = keep_open(c->core, &c->copy, err);
	if (!c->source)
		return false;
	uint64_t size = source_size(c->source);
	c->end = size;
	struct range part;
	if (c->range) {
		if (!range_parse_plain(c->range, size, &part))
			return err_set(err, ERR_USAGE, 0,
				       "range \"%.60s\" is not A-B or A- inside %llu bytes",
				       c->range, (unsigned long long)size);
		c->first = part.first;
		c->end = part.last + 1;
	}
	c->running = true;
	chores_add(c->core->chores, 0, cat_run, cat_came_back, c);
	return true;
}

static void cat_unlocked(void *arg, const struct err *err)
{
	struct cat *c = arg;
	struct err why;
	if (!err && cat_begin(c, &why))
		return;
	ticket_done(c->ticket, err ? err : &why);
	cat_free(c);
}

void answer_cat(struct core *core, struct ticket *t, const struct req_cat *r)
{
	struct cat *c = NEW(struct cat);
	*c = (struct cat){ .core = core, .ticket = t, .fd = (int)r->fd_ };
	atomic_init(&c->cancelled, false);
	copy_init(&c->copy);
	struct err err;
	if (!keep_find(core, r->item_ ? r->item_ : "", str_empty(r->quality_) ? NULL : r->quality_,
		       false, &c->copy, &err)) {
		ticket_done(t, &err);
		cat_free(c);
		return;
	}
	if (!str_empty(r->range_))
		c->range = str_dup(r->range_);
	ticket_on_cancel(t, cat_cancel, c);
	unlock_if(core->unlock, c->copy.encrypted, cat_unlocked, c);
}
