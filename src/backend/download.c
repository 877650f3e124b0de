/* Answers download: what is asked for goes into the queue. */
#include <stdlib.h>
#include <string.h>
#include "bulk.h"
#include "doorbell.h"
#include "engine.h"
#include "kiyya/quality.h"
#include "lookup.h"
#include "rendition.h"
#include "route.h"
#include "ticket.h"

struct download_request {
	struct core *core;
	struct ticket *ticket;
	struct strs items;
	size_t next;
	char quality[QUALITY_SIZE];
	bool queue_only;
	bool encrypt, insists; /* which form it shall have; it was said, and not only set */
	struct lookup *lookup;
	struct bulk *bulk;
	struct many { /* what a playlist or a channel stands for */
		char *of;
		struct page *page; /* NULL: none at the moment */
		size_t at, queued, left_out;
		int64_t bytes;
		struct err first; /* why the first was left out */
	} many;
	struct page *claim; /* while it is asked which qualities there are of it */
	struct rendition *rendition;
	int64_t *ids;
	size_t n_ids;
	struct tally tally;
};

static void many_release(struct many *m)
{
	free(m->of);
	page_free(m->page);
	*m = (struct many){ 0 };
}

static void request_free(struct download_request *r)
{
	lookup_cancel(r->lookup);
	bulk_cancel(r->bulk);
	many_release(&r->many);
	rendition_free(r->rendition);
	page_free(r->claim);
	strs_release(&r->items);
	free(r->ids);
	free(r);
}

static void request_cancel(void *arg)
{
	request_free(arg);
}

static void row_from_claim(struct download *d, const struct claim *c, const char *quality,
			   int64_t now)
{
	download_init(d);
	memcpy(d->claim_id, c->id, sizeof(d->claim_id));
	memcpy(d->stream_id, c->stream_id[0] ? c->stream_id : c->id, sizeof(d->stream_id));
	str_copy(d->quality, sizeof(d->quality), quality);
	d->title = str_dup(c->title);
	d->channel = str_dup(c->channel_name);
	d->media_type = str_dup(c->media_type);
	memcpy(d->sd_hash, c->sd_hash, sizeof(d->sd_hash));
	memcpy(d->source_hash, c->source_hash, sizeof(d->source_hash));
	if (str_eq(quality, "original"))
		d->size = c->size;
	else
		str_set(&d->media_type, "video/mp2t");
	d->duration = c->duration;
	d->release_time = c->release_time;
	d->state = DOWNLOAD_QUEUED;
	d->added_at = now;
}

/* Whether there is anything to download, and we may. */
static bool may_download(const struct claim *c, struct err *err)
{
	if (bulk_is_many(c))
		return err_set(err, ERR_USAGE, 0, "\"%.100s\" is a %s, not something to download",
			       c->title, claim_kind_word(c->kind));
	if (c->reason && (!c->playable || !c->sd_hash[0]))
		return err_set(err, ERR_REFUSED, 0, "\"%.100s\": %s", c->title, c->reason);
	if (!c->sd_hash[0])
		return err_set(err, ERR_REFUSED, 0, "\"%.100s\" has nothing to download", c->title);
	return true;
}

/* What is here goes on in the form in which it began. */
static bool fits(const struct download_request *r, const struct download *d, bool encrypted,
		 struct err *err)
{
	return !r->insists || encrypted == r->encrypt ||
	       err_set(err, ERR_USAGE, 0,
		       "\"%.100s\" is here, %s: kiyya rm %.8s, then kiyya download",
		       d->title ? d->title : d->claim_id, encrypted ? "sealed" : "not sealed",
		       d->claim_id);
}

/* What there is of it already. *ret_all: all of it; else d goes on from a partial file. */
static bool take_up_copy(struct download_request *r, struct download *d, bool *ret_all,
			 struct err *err)
{
	struct core *core = r->core;
	struct copy_list copies;
	*ret_all = false;
	d->encrypted = r->encrypt;
	if (!store_copy_find(core->store, d->claim_id, d->quality, &copies, NULL))
		return true;
	const struct copy *c = &copies.v[0];
	bool goes_on = !c->complete && str_eq(c->sd_hash, d->sd_hash);
	bool ok = true;
	if (c->complete) {
		*ret_all = true;
		d->state = DOWNLOAD_DONE;
		d->have = d->size = c->size;
		if (!fits(r, d, c->encrypted, err))
			post_note(core, r->ticket, "warn", "%s", err->text);
	} else if (goes_on) {
		ok = fits(r, d, c->encrypted, err);
		str_set(&d->file, c->file);
	}
	if (c->complete || goes_on)
		d->encrypted = c->encrypted;
	copy_list_release(&copies);
	return ok;
}

/* A row that is asked for in the other form: it changes as long as there is no file. */
static bool change_form(struct download_request *r, struct download *d, struct err *err)
{
	if (d->encrypted == r->encrypt || !r->insists)
		return true;
	if (!d->file && d->state != DOWNLOAD_DONE) {
		/* Whoever works the queue off has the row in hand, and would go on as it was. */
		if (!core_take_lock(r->core, err))
			return false;
		engine_hand_over(r->core->engine, d);
	}
	if (d->file && d->state != DOWNLOAD_DONE)
		return fits(r, d, d->encrypted, err);
	d->encrypted = r->encrypt;
	return d->state == DOWNLOAD_DONE || store_queue_update(r->core->store, d, err);
}

/* Queues it; a copy that is complete is done at once. */
static bool queue_claim(struct download_request *r, const struct claim *c, const char *quality,
			struct err *err)
{
	struct core *core = r->core;
	struct download d;
	row_from_claim(&d, c, quality, clock_wall(core->clock));
	bool all, was_there = false;
	bool ok = take_up_copy(r, &d, &all, err);
	if (all || !ok) {
		if (ok)
			engine_post_row(core->engine, r->ticket, &d, "done");
		download_release(&d);
		return ok;
	}
	ok = store_queue_add(core->store, &d, &was_there, err) &&
	     (!was_there || change_form(r, &d, err));
	if (ok && was_there && d.state != DOWNLOAD_ACTIVE && d.state != DOWNLOAD_QUEUED) {
		/* Asked for again: what was paused, failed, or done and deleted since, runs. */
		if (d.state == DOWNLOAD_DONE) {
			d.encrypted = r->encrypt;
			d.have = 0;
			str_set(&d.file, NULL);
		}
		d.state = DOWNLOAD_QUEUED;
		d.retries = 0;
		str_set(&d.error, NULL);
		str_set(&d.category, NULL);
		ok = store_queue_update(core->store, &d, err);
	}
	if (ok) {
		r->ids = mem_grow(r->ids, r->n_ids + 1, sizeof(*r->ids));
		r->ids[r->n_ids++] = d.id;
		engine_post_row(core->engine, NULL, &d, "progress");
		engine_post_row(core->engine, r->ticket, &d, NULL);
	}
	download_release(&d);
	return ok;
}

/* Everything is queued: whoever holds the lock works it off. */
static void all_queued(struct download_request *r)
{
	struct core *core = r->core;
	struct ticket *t = r->ticket;
	struct err err;
	if (!r->n_ids || r->queue_only) {
		ticket_done_tally(t, &r->tally);
	} else if (core->offline) {
		post_note(core, t, "info", "queued; --offline: nothing is fetched now");
		ticket_done_tally(t, &r->tally);
	} else if (core_take_lock(core, &err)) {
		if (r->tally.n_failed)
			post_note(core, t, "warn", "%d of the items could not be queued",
				  r->tally.n_failed);
		engine_watch(core->engine, t, r->ids, r->n_ids);
		request_free(r);
		return;
	} else if (err.kind == ERR_BUSY) {
		post_note(core, t, "info", "queued; process %d is working the queue off", err.num);
		ticket_done_tally(t, &r->tally);
	} else {
		ticket_done(t, &err);
	}
	/* Whoever held the lock when the browser was opened may have ended since. */
	if (core->work_off && !core->lock && !core->offline)
		engine_begin_work_off(core->engine);
	if (core->lock)
		engine_kick(core->engine);
	else
		doorbell_ring(core->paths->lock);
	request_free(r);
}

static void next_item(struct download_request *r);

/* The item that was asked for is done with. */
static void go_on(struct download_request *r)
{
	many_release(&r->many);
	page_free(r->claim);
	r->claim = NULL;
	r->next++;
	next_item(r);
}

static void item_over(struct download_request *r, const char *item, const struct err *err)
{
	if (err && r->items.n > 1)
		post_row_failed(r->ticket, item, err);
	tally_add(&r->tally, err);
	go_on(r);
}

/* What cannot be downloaded of many is said, and no failure unless that is all of them. */
static void many_over(struct download_request *r)
{
	struct many *m = &r->many;
	char size[16];
	str_size(size, sizeof(size), (uint64_t)m->bytes);
	if (!m->queued && m->left_out) {
		err_wrap(&m->first, "nothing of \"%.100s\" can be downloaded", m->of);
		tally_add(&r->tally, &m->first);
	} else if (m->left_out) {
		post_note(r->core, r->ticket, "warn",
			  "\"%.100s\": %zu items, %s; %zu cannot be downloaded, such as %s", m->of,
			  m->queued, size, m->left_out, m->first.text);
	} else {
		post_note(r->core, r->ticket, "info", "\"%.100s\": %zu items, %s", m->of, m->queued,
			  size);
	}
	go_on(r);
}

static void many_took(struct download_request *r, const struct claim *c, const struct err *err)
{
	if (err)
		post_row_failed(r->ticket, c->id, err);
	tally_add(&r->tally, err);
	r->many.queued += !err;
	r->many.bytes += !err && c->size > 0 ? c->size : 0;
}

static void on_rendition(void *arg, const char *quality, const struct err *err);

/* The next of many that can be downloaded: on_rendition goes on from there. */
static void queue_next(struct download_request *r)
{
	struct many *m = &r->many;
	while (m->at < m->page->n) {
		struct err why = { 0 };
		const struct claim *c = &m->page->items[m->at++];
		if (may_download(c, &why)) {
			r->rendition = rendition_start(r->core, c, r->quality, on_rendition, r);
			return;
		}
		m->first = m->left_out++ ? m->first : why;
	}
	many_over(r);
}

static void on_many(void *arg, struct page *page, const struct err *err)
{
	struct download_request *r = arg;
	r->bulk = NULL;
	r->many.page = page;
	if (page) {
		queue_next(r);
		return;
	}
	item_over(r, r->items.v[r->next], err);
}

static void on_rendition(void *arg, const char *quality, const struct err *err)
{
	struct download_request *r = arg;
	struct many *m = &r->many;
	const struct claim *c = m->page ? &m->page->items[m->at - 1] : &r->claim->items[0];
	struct err why = *err;
	bool ok = quality && queue_claim(r, c, quality, &why);
	if (ok && !str_eq(quality, r->quality) && !str_eq(r->quality, "best"))
		post_note(r->core, r->ticket, "info", "\"%.100s\": there is no %s, this is %s",
			  c->title, r->quality, quality);
	rendition_free(r->rendition);
	r->rendition = NULL;
	if (m->page) {
		many_took(r, c, ok ? NULL : &why);
		queue_next(r);
	} else {
		item_over(r, c->id, ok ? NULL : &why);
	}
}

static void on_claim(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct download_request *r = arg;
	struct err why = err ? *err : (struct err){ 0 };
	r->lookup = NULL;
	if (one && bulk_is_many(&one->items[0])) {
		r->many.of = str_dup(one->items[0].title);
		r->bulk = bulk_start(r->ticket, &one->items[0], on_many, r);
		page_free(one);
		return;
	}
	r->claim = one;
	if (one && may_download(&one->items[0], &why))
		r->rendition =
		    rendition_start(r->core, &one->items[0], r->quality, on_rendition, r);
	else
		item_over(r, one ? one->items[0].id : r->items.v[r->next], &why);
}

static void next_item(struct download_request *r)
{
	if (r->next < r->items.n)
		r->lookup =
		    lookup_start(r->core, r->items.v[r->next], LOOKUP_STORED_FIRST, on_claim, r);
	else
		all_queued(r);
}

void answer_download(struct core *core, struct ticket *t, const struct req_download *q)
{
	struct err err;
	const char *quality =
	    str_empty(q->quality_) ? core->settings->download_quality : q->quality_;
	if (!quality_is_word(quality)) {
		err_set(&err, ERR_USAGE, 0,
			"\"%.20s\" is no quality: original, best, or a height such as 720p",
			quality);
		ticket_done(t, &err);
		return;
	}
	bool encrypt =
	    q->encrypt_ == MSG_UNKNOWN ? core->settings->download_encrypt : q->encrypt_ != 0;
	struct download_request *r = NEW(struct download_request);
	*r = (struct download_request){ .core = core,
					.ticket = t,
					.queue_only = q->queue_only_,
					.encrypt = encrypt,
					.insists = q->encrypt_ != MSG_UNKNOWN };
	str_copy(r->quality, sizeof(r->quality), quality);
	strs_copy(&r->items, &q->items_);
	ticket_on_cancel(t, request_cancel, r);
	next_item(r);
}
