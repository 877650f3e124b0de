/* One item on its way into a file.
 *
 *   start ── resume (file) or fetch at once ──► head checked ──► bytes ──► all there and written ──► finish
 *
 * Back pressure: when too many jobs hold bytes in memory, the fetcher is told to wait. */
#include "transfer.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/file.h"
#include "origin.h"
#include "quota.h"
#include "seal.h"
#include "sink.h"

#define WAITING_MOST  16u /* jobs of at most 128 KiB each, of all items together */
#define WAITING_LEAST 4u  /* of one */
#define SPACE_MS      1000

struct transfer {
	struct core *core;
	struct download *row;
	struct transfer_events events;
	bool keep_mismatch;
	struct seal *seal;
	struct origin *origin;
	bool ready;    /* the seal has a file */
	bool resuming; /* which was there before */
	bool pressed;
	int64_t rate;     /* most; 0: no limit */
	uint64_t claimed; /* its part of core->claimed */
	int64_t space_ms; /* when it was looked at last */

	uint64_t timer; /* begin, or the end that was put off */
	bool fetched;   /* nothing comes any more: as soon as all is written, end so */
	enum transfer_end end;
	struct err err; /* kind 0: nothing failed */
};

static void fetch(struct transfer *t, const struct chunkset *there);

/* Put together of segments: nobody says before how long it is, or what its hash should be. */
static bool is_joined(const struct transfer *t)
{
	return !str_eq(t->row->quality, "original");
}

/* What the publisher signed; "": nobody has said. */
static const char *expected_hash(const struct transfer *t)
{
	return is_joined(t) ? "" : t->row->source_hash;
}

/* Ends from the loop, never from inside a caller. */
static void deferred(void *arg)
{
	struct transfer *t = arg;
	t->timer = 0;
	t->events.ended(t->events.arg, t->end, NULL, &t->err);
}

static void end_later(struct transfer *t, enum transfer_end how)
{
	timer_drop(t->core->timers, t->timer);
	t->end = how;
	t->timer = timer_add(t->core->timers, 0, deferred, t);
}

static enum transfer_end end_of(enum connection_end how)
{
	switch (how) {
	case CONNECTION_DONE:
		return TRANSFER_DONE;
	case CONNECTION_AGAIN:
		return TRANSFER_AGAIN;
	case CONNECTION_CHANGED:
		return TRANSFER_CHANGED;
	case CONNECTION_FAILED:
		break;
	}
	return TRANSFER_FAILED;
}

static void fail(struct transfer *t, const struct err *err)
{
	t->err = *err;
	origin_free(t->origin);
	t->origin = NULL;
	end_later(t, end_of(connection_judge(err)));
}

/* -- space ---------------------------------------------------------------------------------------- */

static void claim(struct transfer *t, uint64_t bytes)
{
	t->core->claimed += bytes - t->claimed;
	t->claimed = bytes;
}

static uint64_t left(const struct transfer *t)
{
	const struct download *row = t->row;
	return row->size > row->have ? (uint64_t)(row->size - row->have) : 0;
}

static const char *name_of(const struct transfer *t)
{
	return t->row->title ? t->row->title : t->row->claim_id;
}

static bool no_space(const struct transfer *t, uint64_t space, uint64_t need, struct err *err)
{
	char has[16], wants[16];
	str_size(has, sizeof(has), space);
	str_size(wants, sizeof(wants), need);
	return err_set(err, ERR_SPACE, 0,
		       "not enough space for \"%.100s\": %s needed with the reserve, %s free: "
		       "delete something (kiyya rm) "
		       "or lower download.reserve",
		       name_of(t), wants, has);
}

/* Before: what is left of it must fit beside what is left of the others. */
static bool enough_space(struct transfer *t, struct err *err)
{
	uint64_t space, own = left(t), others = t->core->claimed - t->claimed;
	if (!file_free_space(t->core->vault_dir, &space, err))
		return false;
	uint64_t need = own + own / 1024 + others + (uint64_t)t->core->settings->download_reserve;
	if (space < need)
		return no_space(t, space, need, err);
	if (!quota_has_room(t->core, name_of(t), own + own / 1024 + others, err))
		return false;
	claim(t, own);
	return true;
}

/* During: somebody else may have filled the disk. */
static bool keeps_reserve(struct transfer *t, struct err *err)
{
	uint64_t space, reserve = (uint64_t)t->core->settings->download_reserve;
	int64_t now = clock_mono_ms(t->core->clock);
	if (now - t->space_ms < SPACE_MS)
		return true;
	t->space_ms = now;
	if (!quota_keeps(t->core, name_of(t), err))
		return false;
	if (!file_free_space(t->core->vault_dir, &space, err) || space >= reserve)
		return true; /* when it cannot be said, the writing will tell */
	return no_space(t, space, left(t) + reserve, err);
}

/* -- from the seal ----------------------------------------------------------------------------- */

static void take_state(struct transfer *t, const struct sink_state *s)
{
	t->row->have = (int64_t)s->have;
	claim(t, left(t));
	t->events.moved(t->events.arg, t->row);
}

/* The end of the fetching is the end of the transfer once everything that came is in the file. */
static void end_if_written(struct transfer *t)
{
	if (!t->fetched || (t->seal && !(t->ready && seal_is_idle(t->seal))))
		return;
	t->fetched = false;
	if (t->end == TRANSFER_DONE)
		seal_finish(t->seal, expected_hash(t), t->keep_mismatch);
	else
		end_later(t, t->end);
}

static void forget_partial(struct transfer *t, const char *file)
{
	struct err err;
	if ((is_joined(t) && !store_segments_forget(t->core->store, file, &err)) ||
	    (!t->row->encrypted && !store_plain_forget(t->core->store, file, &err)))
		log_warn("download", t->row->claim_id, "%s", err.text);
}

/* Before its row names another: afterwards nobody would know whose it is, and everybody could read it. */
static void delete_plain(struct transfer *t)
{
	const char *file = t->row->file;
	if (!path_is_name(file) || !sink_name_is_plain(file))
		return;
	struct err err;
	if (!sink_delete(t->core->vault_dir, file, &err))
		log_warn("download", t->row->claim_id, "a file stays: %s", err.text);
	forget_partial(t, file);
}

static void begin_anew(struct transfer *t, const char *why)
{
	log_warn("download", t->row->claim_id, "begins anew: %s", why);
	seal_close(t->seal);
	t->seal = NULL;
	t->resuming = false;
	/* What is sealed stays where it is, for whoever wants to look. */
	if (!t->row->encrypted)
		delete_plain(t);
	str_set(&t->row->file, NULL);
	t->row->have = 0;
	if (is_joined(t))
		t->row->size = SIZE_UNKNOWN;
	fetch(t, NULL);
}

static void on_ready(void *arg, const struct sink_state *s, const struct chunkset *there)
{
	struct transfer *t = arg;
	uint64_t chunks = ((uint64_t)t->row->size + VAULT_CHUNK - 1) / VAULT_CHUNK;
	if (!is_joined(t) && s->chunks != chunks) {
		begin_anew(t, "the file is of another size");
		return;
	}
	if (is_joined(t) && s->size != SOURCE_SIZE_UNKNOWN)
		t->row->size = (int64_t)s->size;
	t->ready = true;
	take_state(t, s);
	if (t->resuming) /* else its bytes are coming already */
		fetch(t, there);
	else
		end_if_written(t);
}

static void on_written(void *arg, const struct sink_state *s)
{
	take_state(arg, s);
}

static size_t waiting_most(const struct transfer *t)
{
	size_t most = WAITING_MOST / t->core->transfers;
	return most < WAITING_LEAST ? WAITING_LEAST : most;
}

static void on_lighter(void *arg)
{
	struct transfer *t = arg;
	if (t->pressed && t->origin && seal_waiting(t->seal) <= waiting_most(t) / 4) {
		t->pressed = false;
		origin_press(t->origin, false);
	}
	end_if_written(t);
}

static const char *judge(const struct download *row, const char *hash)
{
	if (!str_eq(row->quality, "original"))
		return "not_original";
	if (!row->source_hash[0])
		return "absent";
	if (!*hash)
		return "unchecked";
	return str_eq(hash, row->source_hash) ? "match" : "mismatch";
}

static void on_finished(void *arg, const struct sink_end *end, const char *hash)
{
	struct transfer *t = arg;
	struct download *row = t->row;
	char *partial = row->file;
	row->file = str_dup(end->name);
	row->have = row->size = (int64_t)end->size;
	row->state = DOWNLOAD_DONE;
	struct copy c;
	copy_of_download(&c, row);
	c.added_at = c.verified_at = clock_wall(t->core->clock);
	memcpy(c.file_id, end->file_id, sizeof(c.file_id));
	c.generation = end->generation;
	c.complete = true;
	str_set(&c.publisher_hash, judge(row, hash));
	bool ok = store_copy_finish(t->core->store, &c, row, &t->err);
	if (ok) {
		forget_partial(t, partial);
	} else if (!row->encrypted) { /* by which it is known */
		free(row->file);
		row->file = str_dup(partial);
	}
	free(partial);
	if (ok)
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

static void on_seal_failed(void *arg, const struct err *err)
{
	struct transfer *t = arg;
	bool unusable =
	    t->resuming && !t->ready && (err->kind == ERR_NOT_FOUND || err->kind == ERR_DAMAGED);
	struct sink_end end;
	struct err why;
	if (!unusable)
		fail(t, err);
	else if (err->kind != ERR_NOT_FOUND)
		begin_anew(t, err->text);
	else if (seal_adopt(t->seal, t->row->claim_id, &end, &why))
		on_finished(t, &end, ""); /* a kill came between the renaming and the row */
	else if (why.kind == ERR_NOT_FOUND)
		begin_anew(t, err->text);
	else
		fail(t, &why);
}

static void open_seal(struct transfer *t)
{
	t->ready = false;
	t->resuming = t->row->file != NULL;
	if (!t->resuming) {
		/* The name is in the database before the file is there: a kill leaves no file that nobody knows. */
		t->row->file = sink_new_name(t->row->encrypted);
		t->events.moved(t->events.arg, t->row);
	}
	struct seal_events events = { .arg = t,
				      .ready = on_ready,
				      .written = on_written,
				      .lighter = on_lighter,
				      .finished = on_finished,
				      .mismatch = on_mismatch,
				      .failed = on_seal_failed };
	t->seal = seal_open(t->core, sink_new(t->core, t->row, !t->resuming), expected_hash(t)[0],
			    &events);
}

/* -- from the fetcher ----------------------------------------------------------------------------- */

static bool on_head(void *arg, const struct http_head *h, int64_t total, struct err *err)
{
	struct transfer *t = arg;
	t->row->size = total;
	t->row->last_modified = h->last_modified;
	str_set(&t->row->etag, str_empty(h->etag) ? NULL : h->etag);
	if (t->seal)
		return true;
	if (!enough_space(t, err))
		return false;
	open_seal(t);
	return true;
}

static bool on_listed(void *arg, const char *playlist, size_t total, struct err *err)
{
	struct transfer *t = arg;
	t->row->segments = (int64_t)total;
	if (t->seal)
		return true;
	if (!enough_space(t, err))
		return false;
	open_seal(t);
	t->row->segments_have = 0;
	return store_segments_begin(t->core->store, t->row->file, playlist, (int64_t)total, err);
}

static void on_segment(void *arg, size_t number, int64_t ends)
{
	struct transfer *t = arg;
	struct err err;
	t->row->segments_have = (int64_t)number + 1;
	/* Without it this one is fetched again, should we be ended. */
	if (!store_segments_add(t->core->store, t->row->file, (int64_t)number, ends, &err))
		log_warn("download", t->row->claim_id, "%s", err.text);
	t->events.moved(t->events.arg, t->row);
}

static void on_sized(void *arg, int64_t total)
{
	struct transfer *t = arg;
	t->row->size = total;
	seal_set_size(t->seal, (uint64_t)total);
}

static void on_run(void *arg, unsigned slot, uint64_t chunk)
{
	struct transfer *t = arg;
	seal_run(t->seal, slot, chunk);
}

static void on_bytes(void *arg, unsigned slot, const void *data, size_t n)
{
	struct transfer *t = arg;
	seal_add(t->seal, slot, data, n);
	if (!t->pressed && t->origin && seal_waiting(t->seal) >= waiting_most(t)) {
		t->pressed = true;
		origin_press(t->origin, true);
	}
}

static void on_run_ends(void *arg, unsigned slot, bool end_of_item)
{
	struct transfer *t = arg;
	seal_run_ends(t->seal, slot, end_of_item);
}

static void on_fetched(void *arg, enum connection_end how, const struct err *err)
{
	struct transfer *t = arg;
	t->fetched = true;
	t->end = end_of(how);
	if (err)
		t->err = *err;
	end_if_written(t);
}

static const struct fetcher_events *origin_events(struct transfer *t, struct fetcher_events *ret)
{
	*ret = (struct fetcher_events){
		.arg = t,
		.head = on_head,
		.listed = on_listed,
		.run = on_run,
		.bytes = on_bytes,
		.segment = on_segment,
		.sized = on_sized,
		.run_ends = on_run_ends,
		.ended = on_fetched,
	};
	return ret;
}

static void fetch_segments(struct transfer *t, const char *url, const struct chunkset *there)
{
	struct fetcher_events events;
	struct segment_list known = { 0 };
	struct err err;
	uint64_t front = there ? chunkset_next(there, 0, CHUNKSET_MOST, false) * VAULT_CHUNK : 0;
	if (t->row->size >= 0 && front > (uint64_t)t->row->size)
		front = (uint64_t)t->row->size;
	if (t->row->file && !store_segments_read(t->core->store, t->row->file, &known, &err)) {
		fail(t, &err);
		return;
	}
	if (t->row->file && !known.playlist[0]) {
		begin_anew(t, "nobody knows which playlist it was made of");
		return;
	}
	struct segments_plan plan = {
		.master = url,
		.height = quality_height(t->row->quality),
		.known = &known,
		.front = front,
		.rate = t->rate,
	};
	origin_free(t->origin);
	t->origin = origin_of_segments(t->core, &plan, origin_events(t, &events));
	segment_list_release(&known);
}

static char *address(const struct transfer *t)
{
	const struct download *row = t->row;
	const char *player = t->core->settings->gateway_player_url;
	if (is_joined(t))
		return gateway_master_url(player, row->stream_id, row->sd_hash);
	return str_empty(row->url) ? gateway_media_url(player, row->stream_id, row->sd_hash)
				   : str_dup(row->url);
}

static void fetch(struct transfer *t, const struct chunkset *there)
{
	struct fetcher_events events;
	if (t->row->size >= 0 && !enough_space(t, &t->err)) {
		end_later(t, TRANSFER_FAILED);
		return;
	}
	char *url = address(t);
	if (!url) {
		err_set(&t->err, ERR_CONFIG, 0, "gateway.player_url is empty: nobody can be asked");
		end_later(t, TRANSFER_FAILED);
	} else if (is_joined(t)) {
		fetch_segments(t, url, there);
	} else {
		origin_free(t->origin);
		t->origin = origin_of_file(t->core, url, t->row->size, t->rate, there,
					   origin_events(t, &events));
	}
	free(url);
}

static void begin(void *arg)
{
	struct transfer *t = arg;
	t->timer = 0;
	if (!path_make_dir(t->core->vault_dir, &t->err)) /* download.dir may be new */
		end_later(t, TRANSFER_FAILED);
	else if (t->row->file)
		open_seal(t);
	else
		fetch(t, NULL);
}

struct transfer *transfer_start(struct core *core, struct download *row, bool keep_mismatch,
				const struct transfer_events *events)
{
	struct transfer *t = NEW(struct transfer);
	*t = (struct transfer){
		.core = core, .row = row, .keep_mismatch = keep_mismatch, .events = *events
	};
	t->timer = timer_add(core->timers, 0, begin, t);
	core->transfers++;
	return t;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	t->core->transfers--;
	claim(t, 0);
	origin_free(t->origin);
	timer_drop(t->core->timers, t->timer);
	seal_close(t->seal);
	if (!t->core->transfers)
		plain_pool_release(&t->core->plains);
	free(t);
}

bool transfer_has_file(const struct transfer *t)
{
	return t->ready;
}

void transfer_want(struct transfer *t, uint64_t chunk)
{
	if (t->origin && !t->fetched)
		origin_want(t->origin, chunk);
}

uint64_t transfer_received(const struct transfer *t)
{
	return t->origin ? origin_received(t->origin) : 0;
}

int64_t transfer_retry_after_s(const struct transfer *t)
{
	return t->origin ? origin_retry_after_s(t->origin) : -1;
}

void transfer_look(struct transfer *t, int64_t rate)
{
	struct err err;
	t->rate = rate;
	if (!t->origin)
		return;
	if (!t->fetched && !keeps_reserve(t, &err)) {
		fail(t, &err);
		return;
	}
	origin_limit(t->origin, rate);
	origin_look(t->origin);
}
