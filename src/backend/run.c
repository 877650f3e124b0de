/* One row of the queue that is being worked on. */
#include "run.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/retry.h"
#include "lookup.h"
#include "sink.h"

struct run *run_new(struct core *core, struct download *row, const struct run_events *events)
{
	struct run *r = NEW(struct run);
	r->core = core;
	r->events = *events;
	r->audience = audience_new(core);
	r->row = *row;
	download_init(row); /* its strings have moved */
	return r;
}

void run_free(struct run *r, const struct err *why)
{
	transfer_free(r->transfer);
	audience_free(r->audience, why);
	lookup_cancel(r->lookup);
	timer_drop(r->core->timers, r->timer);
	download_release(&r->row);
	free(r->old_file);
	free(r);
}

uint64_t run_received(const struct run *r)
{
	return r->received + (r->transfer ? transfer_received(r->transfer) : 0);
}

void run_save(struct run *r)
{
	struct err err;
	r->saved_at = clock_mono_ms(r->core->clock);
	if (!store_queue_update(r->core->store, &r->row, &err))
		log_error("download", r->row.claim_id, "the queue was not saved: %s", err.text);
}

static void over(struct run *r, enum download_state state, const struct err *err)
{
	r->row.state = state;
	download_set_error(&r->row, err);
	run_save(r);
	if (err)
		log_warn("download", r->row.claim_id, "%s", err->text);
	r->events.over(r->events.arg, r, err);
}

static void try_again(void *arg)
{
	struct run *r = arg;
	r->timer = 0;
	run_begin(r);
}

/* Commands give up after some tries without a new byte; the browser and the daemon never do. */
static void back_off(struct run *r, const struct err *err, int64_t retry_after)
{
	struct core *core = r->core;
	r->row.retries = r->row.have > r->had ? 0 : r->row.retries + 1;
	if (!core->work_off && r->row.retries > core->settings->download_retries) {
		over(r, DOWNLOAD_FAILED, err);
		return;
	}
	int64_t wait = retry_wait_ms(&retry_download, (unsigned)r->row.retries, 0) / 1000;
	if (retry_after > wait)
		wait = retry_after;
	r->row.state = DOWNLOAD_QUEUED;
	download_set_error(&r->row, err);
	run_save(r);
	log_info("download", r->row.claim_id, "again in %lld s: %s", (long long)wait, err->text);
	r->timer = timer_add(core->timers, wait * 1000, try_again, r);
	r->events.waits(r->events.arg, r);
}

/* -- changed content ------------------------------------------------------------------------------- */

static void forget_file(struct run *r)
{
	free(r->old_file);
	r->old_file = r->row.file;
	r->row.file = NULL;
	r->row.have = 0;
}

static void delete_old_file(struct run *r)
{
	struct err err;
	if (!sink_delete(r->core->vault_dir, r->old_file, &err))
		log_warn("download", r->row.claim_id, "a file stays: %s", err.text);
	str_set(&r->old_file, NULL);
}

/* The gateway has said what the content is now. Once more, into a new file; what there is now then counts. */
static void on_looked_up(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct run *r = arg;
	r->lookup = NULL;
	if (!one || stale) {
		page_free(one);
		back_off(r, err, -1);
		return;
	}
	const struct claim *c = &one->items[0];
	memcpy(r->row.sd_hash, c->sd_hash, sizeof(r->row.sd_hash));
	memcpy(r->row.source_hash, c->source_hash, sizeof(r->row.source_hash));
	r->row.size = str_eq(r->row.quality, "original") ? c->size : SIZE_UNKNOWN;
	str_set(&r->row.url, NULL);
	page_free(one);
	forget_file(r);
	run_begin(r);
}

static void content_changed(struct run *r, const struct err *err)
{
	if (r->looked_up) {
		over(r, DOWNLOAD_FAILED, err);
		return;
	}
	r->looked_up = r->keep_mismatch = true;
	log_warn("download", r->row.claim_id, "%s: once more, into a new file", err->text);
	r->lookup = lookup_start(r->core, r->row.claim_id, LOOKUP_GATEWAY_FIRST, on_looked_up, r);
}

/* -- a try ------------------------------------------------------------------------------------------ */

static void on_moved(void *arg, struct download *row)
{
	struct run *r = arg;
	r->dirty = true;
	audience_came(r->audience, row->file);
	if (r->old_file && row->have > 0)
		delete_old_file(r);
	if (row->file && row->have == 0)
		run_save(r); /* its file's name, before there is a file */
	r->events.moved(r->events.arg, r);
}

static void on_ended(void *arg, enum transfer_end how, const struct copy *copy,
		     const struct err *err)
{
	struct run *r = arg;
	struct err why = err ? *err : (struct err){ 0 };
	int64_t retry_after = transfer_retry_after_s(r->transfer);
	r->received = run_received(r);
	transfer_free(r->transfer);
	r->transfer = NULL;
	switch (how) {
	case TRANSFER_DONE:
		if (str_eq(copy->publisher_hash, "mismatch"))
			err_set(&why, ERR_DAMAGED, 0,
				"kept, but it is not what the publisher signed, fetched twice");
		over(r, DOWNLOAD_DONE, why.kind ? &why : NULL);
		break;
	case TRANSFER_AGAIN:
		back_off(r, &why, retry_after);
		break;
	case TRANSFER_CHANGED:
		content_changed(r, &why);
		break;
	case TRANSFER_FAILED:
		over(r, why.kind == ERR_SPACE ? DOWNLOAD_PAUSED : DOWNLOAD_FAILED, &why);
		break;
	}
}

void run_begin(struct run *r)
{
	r->row.state = DOWNLOAD_ACTIVE;
	r->had = r->row.have;
	run_save(r);
	r->transfer = transfer_start(
	    r->core, &r->row, r->keep_mismatch,
	    &(struct transfer_events){ .arg = r, .moved = on_moved, .ended = on_ended });
	r->events.begun(r->events.arg, r);
}

/* The row has the file's name before there is a file, and the file is there before its header is. */
static bool has_file(const struct run *r)
{
	if (!r->row.file)
		return false;
	return r->transfer ? transfer_has_file(r->transfer) : r->row.have > 0;
}

struct source *run_open(struct run *r, struct err *err)
{
	*err = (struct err){ 0 };
	return has_file(r) ? audience_open(r->audience, r->row.file, r->row.encrypted, err) : NULL;
}
