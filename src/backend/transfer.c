/* One item on its way from the player host into the vault.
 *
 *   start ── resume (file) or ask at once ──► ask ──► head checked ──► bytes ──► ask for the next hole ──► finish
 *
 * The network side lives here; the disk side is seal.c. Back pressure: past HIGH_WATER batches the call is paused. */
#include "transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/file.h"
#include "seal.h"

#define HIGH_WATER 32u /* batches of 256 KiB */
#define LOW_WATER  8u
#define FLUSH_MS   1000

struct transfer {
	struct core *core;
	struct download *row;
	struct transfer_events events;
	bool keep_mismatch;
	struct seal *seal;
	struct seal_state state; /* as the seal said last */
	bool ready;              /* the seal has a file */
	bool resuming;           /* which was there before */

	uint64_t call;  /* the open http call */
	uint64_t timer; /* deferred end, or flush */
	bool paused;
	uint64_t asked_from, expect_end; /* plaintext bytes of this run */
	uint64_t at;                     /* next byte that comes */
	uint64_t received;
	int64_t retry_after;
	bool eof_given; /* the last short chunk is with the seal */
	bool run_over;  /* the call is done, batches may still be waiting */

	bool ending;           /* as soon as the seal has written what it was given */
	enum transfer_end end; /* for deferred() */
	struct err err;
};

static void ask(struct transfer *t);

/* Ends from the loop, never from inside a caller. */
static void deferred(void *arg)
{
	struct transfer *t = arg;
	t->timer = 0;
	t->events.ended(t->events.arg, t->end, NULL, &t->err);
}

static void end_later(struct transfer *t, enum transfer_end how)
{
	if (t->call) {
		http_cancel(t->core->http, t->call);
		t->call = 0;
	}
	timer_drop(t->core->timers, t->timer);
	t->end = how;
	t->timer = timer_add(t->core->timers, 0, deferred, t);
}

/* What may pass is tried again; a full disk is for the engine to judge. */
static enum transfer_end judge(const struct err *err)
{
	return err->kind == ERR_NET || err->kind == ERR_TIMEOUT || err->kind == ERR_PARSE
		   ? TRANSFER_AGAIN
		   : TRANSFER_FAILED;
}

static void fail(struct transfer *t, const struct err *err)
{
	if (&t->err != err)
		t->err = *err;
	end_later(t, judge(&t->err));
}

static bool enough_space(struct transfer *t, struct err *err)
{
	uint64_t space;
	if (!file_free_space(t->core->vault_dir, &space, err))
		return false;
	uint64_t left = t->row->size > t->row->have ? (uint64_t)(t->row->size - t->row->have) : 0;
	uint64_t need = left + left / 1024 + (uint64_t)t->core->settings->download_reserve;
	if (space >= need)
		return true;
	char has[16], wants[16];
	str_size(has, sizeof(has), space);
	str_size(wants, sizeof(wants), need);
	return err_set(err, ERR_SPACE, 0,
		       "not enough space for \"%.100s\": %s needed with the reserve, %s free: "
		       "delete something (kiyya rm) "
		       "or lower download.reserve",
		       t->row->title ? t->row->title : t->row->claim_id, wants, has);
}

/* -- from the seal ----------------------------------------------------------------------------- */

static void take_state(struct transfer *t, const struct seal_state *s)
{
	t->state = *s;
	t->row->have = (int64_t)s->have;
	if (!str_eq(t->row->file, s->file))
		str_set(&t->row->file, s->file);
	t->events.moved(t->events.arg, t->row);
}

static void finish(struct transfer *t)
{
	seal_finish(t->seal, t->row->source_hash, t->keep_mismatch);
}

/* A failure of the network ends the transfer once everything that came is in the file. */
static void end_if_written(struct transfer *t)
{
	if (t->ending && (!t->seal || (t->ready && !seal_waiting(t->seal)))) {
		t->ending = false;
		end_later(t, t->end);
	}
}

static void on_ready(void *arg, const struct seal_state *s)
{
	struct transfer *t = arg;
	t->ready = true;
	take_state(t, s);
	end_if_written(t);
	if (!t->resuming)
		return; /* its bytes are coming already */
	if (s->first_missing == s->chunks)
		finish(t);
	else
		ask(t);
}

static void next_after_run(struct transfer *t)
{
	if (!t->run_over || seal_waiting(t->seal))
		return;
	t->run_over = false;
	if (t->state.first_missing == t->state.chunks)
		finish(t);
	else
		ask(t);
}

static void on_written(void *arg, const struct seal_state *s)
{
	struct transfer *t = arg;
	take_state(t, s);
}

static void on_lighter(void *arg)
{
	struct transfer *t = arg;
	if (t->paused && t->call && seal_waiting(t->seal) <= LOW_WATER) {
		t->paused = false;
		http_pause(t->core->http, t->call, false);
	}
	end_if_written(t);
	next_after_run(t);
}

static void on_finished(void *arg, const struct vault_info *info, const char *final_name,
			const char *hash)
{
	struct transfer *t = arg;
	struct download *row = t->row;
	str_set(&row->file, final_name);
	row->have = row->size = (int64_t)info->size;
	row->state = DOWNLOAD_DONE;
	const char *verdict = !*hash                              ? "unchecked"
			      : !str_eq(row->quality, "original") ? "not_original"
			      : !row->source_hash[0]              ? "absent"
			      : str_eq(hash, row->source_hash)    ? "match"
								  : "mismatch";
	struct copy c;
	copy_init(&c);
	memcpy(c.claim_id, row->claim_id, sizeof(c.claim_id));
	memcpy(c.quality, row->quality, sizeof(c.quality));
	c.title = str_dup(row->title);
	c.channel = str_dup(row->channel);
	c.media_type = str_dup(row->media_type);
	c.size = row->size;
	c.duration = row->duration;
	c.release_time = row->release_time;
	c.added_at = c.verified_at = clock_wall(t->core->clock);
	c.file = str_dup(final_name);
	memcpy(c.file_id, info->file_id, sizeof(c.file_id));
	c.generation = (int64_t)info->generation;
	c.complete = true;
	c.publisher_hash = str_dup(verdict);
	memcpy(c.sd_hash, row->sd_hash, sizeof(c.sd_hash));
	memcpy(c.source_hash, row->source_hash, sizeof(c.source_hash));
	if (store_copy_finish(t->core->store, &c, row, &t->err))
		t->events.ended(t->events.arg, TRANSFER_DONE, &c, NULL);
	else
		end_later(t, TRANSFER_AGAIN);
	copy_release(&c);
}

static void on_mismatch(void *arg, const char *hash)
{
	struct transfer *t = arg;
	err_set(&t->err, ERR_DAMAGED, 0, "what was fetched is not what the publisher signed");
	end_later(t, TRANSFER_CHANGED);
}

/* A kill between the renaming and the row: the finished file is there under its last name. */
static bool adopt_finished(struct transfer *t)
{
	char final_name[64];
	snprintf(final_name, sizeof(final_name), "%.32s.kyv", t->row->file);
	struct source *src = vault_open(t->core->vault, final_name, NULL);
	if (!src)
		return false;
	struct vault_info info = *vault_source_info(src);
	bool ours = info.complete && str_eq(info.meta.claim_id, t->row->claim_id);
	if (ours)
		on_finished(t, &info, final_name, "");
	source_free(src);
	return ours;
}

static void on_seal_failed(void *arg, const struct err *err)
{
	struct transfer *t = arg;
	bool unusable =
	    t->resuming && !t->ready && (err->kind == ERR_NOT_FOUND || err->kind == ERR_DAMAGED);
	if (!unusable) {
		fail(t, err);
		return;
	}
	if (err->kind == ERR_NOT_FOUND && adopt_finished(t))
		return;
	/* Nothing to take up: a new file. A damaged one stays where it is, for whoever wants to look. */
	log_warn("download", t->row->claim_id, "begins anew: %s", err->text);
	seal_close(t->seal);
	t->seal = NULL;
	t->resuming = false;
	str_set(&t->row->file, NULL);
	t->row->have = 0;
	ask(t);
}

static void open_seal(struct transfer *t)
{
	t->resuming = t->row->file != NULL;
	if (!t->resuming) {
		/* The name is in the database before the file is there: a kill leaves no file that nobody knows. */
		t->row->file = seal_new_name();
		t->events.moved(t->events.arg, t->row);
	}
	const struct download *row = t->row;
	struct vault_meta meta = {
		.claim_id = row->claim_id,
		.title = row->title,
		.channel = row->channel,
		.quality = row->quality,
		.media_type = row->media_type,
		.sd_hash = row->sd_hash[0] ? row->sd_hash : NULL,
		.source_hash = row->source_hash[0] ? row->source_hash : NULL,
		.etag = row->etag,
		.duration = row->duration >= 0 ? row->duration : INT64_MIN,
		.release_time = row->release_time,
		.size = row->size,
		.last_modified = row->last_modified,
	};
	struct seal_events events = { .arg = t,
				      .ready = on_ready,
				      .written = on_written,
				      .lighter = on_lighter,
				      .finished = on_finished,
				      .mismatch = on_mismatch,
				      .failed = on_seal_failed };
	t->seal = seal_open(t->core, row->file, !t->resuming, &meta, (uint64_t)row->size, &events);
}

/* -- from the network ---------------------------------------------------------------------------- */

/* The player host's refusals in words (odysee player: http_handlers.go). */
static bool refuse(const struct http_head *h, struct err *err)
{
	static const struct {
		int status;
		enum err_kind kind;
		const char *text;
	} answers[] = {
		{ 401, ERR_REFUSED, "the player host wants a login for this" },
		{ 402, ERR_REFUSED, "this has to be paid for" },
		{ 403, ERR_REFUSED, "the player host refuses to give this out" },
		{ 404, ERR_NOT_FOUND, "the player host does not have it" },
		{ 408, ERR_TIMEOUT, "the player host took too long" },
		{ 410, ERR_REFUSED, "the address has expired" },
		{ 429, ERR_NET, "the player host asks to wait" },
	};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i].status == h->status)
			return err_set(err, answers[i].kind, h->status, "%s (HTTP %d)",
				       answers[i].text, h->status);
	if (h->status >= 500)
		return err_set(err, ERR_NET, h->status, "the player host is in trouble (HTTP %d)",
			       h->status);
	return err_set(err, ERR_REFUSED, h->status, "the player host answered HTTP %d", h->status);
}

static bool changed(struct transfer *t, struct err *err, int64_t total)
{
	t->end = TRANSFER_CHANGED;
	return err_set(err, ERR_DAMAGED, 0,
		       "the player host has %lld bytes where the claim says %lld", (long long)total,
		       (long long)t->row->size);
}

static bool on_head(void *arg, const struct http_head *h, struct err *err)
{
	struct transfer *t = arg;
	t->retry_after = h->retry_after_s;
	int64_t total;
	if (h->status == 200) {
		total = h->length;
		t->at =
		    0; /* a server that ignores Range sends all of it: the front is written once more */
		t->expect_end = (uint64_t)total;
	} else if (h->status == 206) {
		total = h->range_total;
		if (h->range_first != (int64_t)t->asked_from)
			return err_set(err, ERR_NET, 206,
				       "the player host sent another range than was asked for");
		t->at = t->asked_from;
		t->expect_end = (uint64_t)h->range_last + 1;
	} else if (h->status == 416) {
		return changed(t, err, h->range_total);
	} else {
		return refuse(h, err);
	}
	if (total <= 0)
		return err_set(err, ERR_NET, h->status,
			       "the player host does not say how long the file is");
	if (t->row->size >= 0 && total != t->row->size)
		return changed(t, err, total);
	t->row->size = total;
	t->row->last_modified = h->last_modified;
	str_set(&t->row->etag, str_empty(h->etag) ? NULL : h->etag);
	if (!t->seal) {
		if (!enough_space(t, err))
			return false;
		open_seal(t);
	}
	seal_begin_run(t->seal, t->at / VAULT_CHUNK);
	return true;
}

static bool on_data(void *arg, const void *data, size_t n, struct err *err)
{
	struct transfer *t = arg;
	if (n > t->expect_end - t->at)
		return err_set(err, ERR_NET, 0, "the player host sent more than it announced");
	seal_add(t->seal, data, n);
	t->at += n;
	t->received += n;
	if (!t->paused && seal_waiting(t->seal) >= HIGH_WATER) {
		t->paused = true;
		http_pause(t->core->http, t->call, true);
	}
	return true;
}

static void flush(void *arg)
{
	struct transfer *t = arg;
	t->timer = 0;
	if (!t->call)
		return;
	if (t->seal)
		seal_flush(t->seal, false); /* a slow line: what is whole goes to the disk now */
	t->timer = timer_add(t->core->timers, FLUSH_MS, flush, t);
}

static void on_done(void *arg, const struct http_head *h, const char *body, size_t len,
		    const struct err *err)
{
	struct transfer *t = arg;
	t->call = 0;
	t->paused = false;
	timer_drop(t->core->timers, t->timer);
	t->timer = 0;
	if (t->seal)
		seal_flush(t->seal, t->at == (uint64_t)t->row->size);
	if (err) {
		t->err = *err;
		if (t->end != TRANSFER_CHANGED)
			t->end = judge(err);
		t->ending = true;
		end_if_written(t);
		return;
	}
	t->run_over = true;
	if (t->ready)
		next_after_run(t);
}

static char *media_address(const struct transfer *t)
{
	const struct download *row = t->row;
	if (!str_empty(row->url))
		return str_dup(row->url);
	return str_fmt("%s/v6/streams/%s/%.6s.mp4", t->core->settings->gateway_player_url,
		       row->stream_id, row->sd_hash);
}

static void ask(struct transfer *t)
{
	struct http *http = core_http(t->core, &t->err);
	if (!http || (t->row->size >= 0 && !enough_space(t, &t->err))) {
		end_later(t, TRANSFER_FAILED);
		return;
	}
	bool resume = t->ready && t->state.have > 0;
	uint64_t end = t->ready ? t->state.next_present * VAULT_CHUNK : 0;
	t->asked_from = t->ready ? t->state.first_missing * VAULT_CHUNK : 0;
	char *url = media_address(t);
	struct http_call call = {
		.method = HTTP_GET,
		.url = url,
		.headers = gateway_player_headers(),
		.range_first = resume ? (int64_t)t->asked_from : -1,
		.range_last = resume && end < (uint64_t)t->row->size ? (int64_t)end - 1 : -1,
		.media = true,
		.identity = true,
		.stall_ms = 30000,
		.first_byte_ms = 30000,
		.arg = t,
		.on_head = on_head,
		.on_data = on_data,
		.on_done = on_done,
	};
	t->run_over = false;
	t->end = TRANSFER_AGAIN;
	t->call = http_start(http, &call, &t->err);
	free(url);
	if (!t->call) {
		end_later(t, judge(&t->err));
		return;
	}
	t->timer = timer_add(t->core->timers, FLUSH_MS, flush, t);
}

static void begin(void *arg)
{
	struct transfer *t = arg;
	t->timer = 0;
	if (t->row->file)
		open_seal(t);
	else
		ask(t);
}

struct transfer *transfer_start(struct core *core, struct download *row, bool keep_mismatch,
				const struct transfer_events *events)
{
	struct transfer *t = NEW(struct transfer);
	*t = (struct transfer){ .core = core,
				.row = row,
				.keep_mismatch = keep_mismatch,
				.events = *events,
				.retry_after = -1 };
	t->timer = timer_add(core->timers, 0, begin, t);
	return t;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	if (t->call)
		http_cancel(t->core->http, t->call);
	timer_drop(t->core->timers, t->timer);
	seal_close(t->seal);
	free(t);
}

uint64_t transfer_received(const struct transfer *t)
{
	return t->received;
}

int64_t transfer_retry_after_s(const struct transfer *t)
{
	return t->retry_after;
}

void transfer_limit(struct transfer *t, int64_t bytes_a_second)
{
	if (t->call)
		http_limit(t->core->http, t->call, bytes_a_second);
}
