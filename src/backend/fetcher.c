/* Where the bytes of an item come from: an address, in ranges, over several connections. */
#include "fetcher.h"

#include <stdlib.h>
#include "kiyya/retry.h"

#define STRIPE_MS \
	1000 /* a stripe should take about this long: longer costs memory, shorter round trips */
#define HELP_MS   1000 /* what takes longer than this at the end is shared */
#define CROWD_MS  250 /* pressed for half of so long: one connection brings as much as can be used */
#define SILENT_MS 5000 /* what says nothing for so long is taken over at the end */
#define SOON      2u   /* chunks: what is no further away need not be fetched first */
#define FEW_BYTES (2 * (uint64_t)STRIPE_MOST * VAULT_CHUNK) /* one connection is enough below */

struct slot {
	struct fetcher *fetcher;
	unsigned index;
	struct connection *connection; /* NULL: idle, or resting */
	uint64_t rest;                 /* timer */
	unsigned failures;             /* in a row */
	int64_t begun_ms, heard_ms;
	uint64_t begun_at; /* byte */
	int64_t rate;      /* bytes a second of its last stripe; 0: none yet */
	bool running;      /* run was said, run_ends not yet */
	bool wished;       /* somebody waits for its stripe */
};

struct fetcher {
	struct core *core;
	char *url;
	struct fetcher_events events;
	int64_t total;
	struct stripes stripes;
	struct slot slots[STRIPE_SLOTS];
	unsigned active;
	bool known; /* the host has answered */
	bool whole; /* it gives no parts */
	bool pressed;
	bool crowded;              /* it was, most of the time */
	int64_t crowd_ms, heed_ms; /* since when that is watched; up to when it was added up */
	int64_t pressed_ms;        /* of it */
	bool over;
	int64_t limit, retry_after;
	uint64_t received;
};

static void fill(struct fetcher *f);

static int64_t now_ms(const struct fetcher *f)
{
	return clock_mono_ms(f->core->clock);
}

static uint64_t byte_of(const struct fetcher *f, uint64_t chunk)
{
	uint64_t at = chunk * VAULT_CHUNK;
	return f->total >= 0 && at > (uint64_t)f->total ? (uint64_t)f->total : at;
}

/* -- the end ------------------------------------------------------------------------------------ */

static void end_run(struct slot *s)
{
	struct fetcher *f = s->fetcher;
	if (!s->running)
		return;
	s->running = false;
	f->events.run_ends(f->events.arg, s->index,
			   connection_at(s->connection) == (uint64_t)f->total);
}

static void stop_slot(struct slot *s)
{
	struct fetcher *f = s->fetcher;
	timer_drop(f->core->timers, s->rest);
	s->rest = 0;
	if (!s->connection)
		return;
	end_run(s);
	connection_free(s->connection);
	s->connection = NULL;
	stripes_drop(&f->stripes, s->index);
	f->active--;
}

static void end(struct fetcher *f, enum connection_end how, const struct err *err)
{
	for (unsigned i = 0; i < STRIPE_SLOTS; i++)
		stop_slot(&f->slots[i]);
	f->over = true;
	f->events.ended(f->events.arg, how, err);
}

/* -- from one connection ------------------------------------------------------------------------- */

static void begin_run(struct slot *s, uint64_t at)
{
	s->running = true;
	s->fetcher->events.run(s->fetcher->events.arg, s->index, at / VAULT_CHUNK);
}

static bool on_begins(void *arg, const struct http_head *head, int64_t total, bool whole,
		      struct err *err)
{
	struct slot *s = arg;
	struct fetcher *f = s->fetcher;
	s->heard_ms = now_ms(f);
	if (whole && (f->active > 1 || (f->known && !f->whole)))
		return err_set(err, ERR_NET, 200,
			       "the player host sent everything where a part was asked for");
	if (!f->known && !f->events.head(f->events.arg, head, total, err))
		return false;
	f->known = true;
	f->whole = whole;
	f->total = total;
	f->stripes.chunks = ((uint64_t)total + VAULT_CHUNK - 1) / VAULT_CHUNK;
	if (whole)
		stripes_take_all(&f->stripes, s->index);
	else if (f->stripes.given[s->index].end > f->stripes.chunks)
		f->stripes.given[s->index].end = f->stripes.chunks;
	begin_run(s, connection_at(s->connection));
	return true;
}

/* Of a stream from the start, what is there already is passed over. Ends at a chunk's border or with the data. */
static size_t pass_over(struct slot *s, uint64_t at, size_t n)
{
	struct fetcher *f = s->fetcher;
	size_t now = VAULT_CHUNK - at % VAULT_CHUNK;
	bool begins = at % VAULT_CHUNK == 0;
	bool there = chunkset_has(&f->stripes.there, at / VAULT_CHUNK);
	if (begins && there)
		end_run(s);
	else if (begins && !s->running)
		begin_run(s, at);
	return now < n ? now : n;
}

static void note_progress(struct slot *s)
{
	struct fetcher *f = s->fetcher;
	uint64_t at = connection_at(s->connection);
	uint64_t whole = at == (uint64_t)f->total ? f->stripes.chunks : at / VAULT_CHUNK;
	stripes_got(&f->stripes, s->index, whole);
}

static void on_bytes(void *arg, const void *data, size_t n)
{
	struct slot *s = arg;
	struct fetcher *f = s->fetcher;
	const unsigned char *p = data;
	uint64_t at = connection_at(s->connection) - n;
	f->received += n;
	s->heard_ms = now_ms(f);
	while (n) {
		size_t now = f->whole ? pass_over(s, at, n) : n;
		if (s->running)
			f->events.bytes(f->events.arg, s->index, p, now);
		p += now;
		at += now;
		n -= now;
	}
	note_progress(s);
}

static void measure(struct slot *s)
{
	int64_t ms = now_ms(s->fetcher) - s->begun_ms;
	uint64_t bytes = connection_at(s->connection) - s->begun_at;
	s->rate = (int64_t)(bytes * 1000 / (uint64_t)(ms > 0 ? ms : 1));
}

static void on_rested(void *arg)
{
	struct slot *s = arg;
	s->rest = 0;
	fill(s->fetcher);
}

static void rest(struct slot *s, int64_t retry_after)
{
	int64_t wait = retry_wait_ms(&retry_download, ++s->failures, 0);
	if (retry_after * 1000 > wait)
		wait = retry_after * 1000;
	s->rest = timer_add(s->fetcher->core->timers, wait, on_rested, s);
}

/* A host may give less than was asked for, but not so little that it never ends. */
static bool has_gained(const struct slot *s)
{
	const struct stripe *g = &s->fetcher->stripes.given[s->index];
	return g->next == g->end || g->next * VAULT_CHUNK > s->begun_at;
}

static enum connection_end nothing_came(struct err *err)
{
	err_set(err, ERR_NET, 0, "the player host gives too little at a time");
	return CONNECTION_AGAIN;
}

static void on_ended(void *arg, enum connection_end how, const struct err *err)
{
	struct slot *s = arg;
	struct fetcher *f = s->fetcher;
	struct err why = err ? *err : (struct err){ 0 };
	int64_t retry_after = connection_retry_after_s(s->connection);
	if (how == CONNECTION_DONE && !has_gained(s))
		how = nothing_came(&why);
	if (how == CONNECTION_DONE)
		measure(s);
	stop_slot(s);
	if (how == CONNECTION_DONE)
		s->failures = 0;
	else
		f->retry_after = retry_after;
	if (how == CONNECTION_CHANGED || how == CONNECTION_FAILED ||
	    (how == CONNECTION_AGAIN && !f->active)) {
		end(f, how, &why);
		return;
	}
	if (how == CONNECTION_AGAIN) {
		log_info("download", NULL, "one of %u connections rests: %s", f->active + 1,
			 why.text);
		rest(s, retry_after);
	}
	fill(f);
}

/* -- who fetches what ---------------------------------------------------------------------------- */

static bool is_small(const struct fetcher *f)
{
	return f->total >= 0 && (uint64_t)f->total < FEW_BYTES;
}

static uint64_t stripe_chunks(const struct slot *s)
{
	uint64_t want = (uint64_t)s->rate * STRIPE_MS / 1000 / VAULT_CHUNK;
	if (s->fetcher->limit || is_small(s->fetcher))
		return STRIPE_MOST;
	return want < STRIPE_LEAST ? STRIPE_LEAST : want > STRIPE_MOST ? STRIPE_MOST : want;
}

/* How long the slot still needs for its stripe, as it has gone so far. */
static int64_t ms_left(const struct slot *s)
{
	uint64_t bytes = connection_at(s->connection) - s->begun_at;
	int64_t ms = now_ms(s->fetcher) - s->begun_ms;
	uint64_t left = stripes_left(&s->fetcher->stripes, s->index) * VAULT_CHUNK;
	if (!bytes)
		return ms > HELP_MS ? INT64_MAX : 0;
	return (int64_t)(left / 1024 * (uint64_t)ms / (bytes / 1024 + 1));
}

static struct slot *slowest(struct fetcher *f)
{
	struct slot *found = NULL;
	for (unsigned i = 0; i < STRIPE_SLOTS; i++) {
		struct slot *s = &f->slots[i];
		if (s->connection && (!found || ms_left(s) > ms_left(found)))
			found = s;
	}
	return found;
}

/* At the end, when nothing is left to take: half of what the slowest has, or all if it says nothing any more. */
static bool take_from_slowest(struct slot *s)
{
	struct fetcher *f = s->fetcher;
	struct slot *from = f->pressed || f->whole || f->limit ? NULL : slowest(f);
	if (!from)
		return false;
	if (now_ms(f) - from->heard_ms >= SILENT_MS) {
		stop_slot(from);
		rest(from, 0);
		return stripes_take(&f->stripes, s->index, STRIPE_MOST);
	}
	if (ms_left(from) < HELP_MS || !stripes_split(&f->stripes, from->index, s->index))
		return false;
	connection_shorten(from->connection, byte_of(f, f->stripes.given[from->index].end));
	return true;
}

/* False: it could not even begin, and all is over. */
static bool start(struct slot *s)
{
	struct fetcher *f = s->fetcher;
	const struct stripe *g = &f->stripes.given[s->index];
	struct err err;
	struct connection_events events = {
		.arg = s, .begins = on_begins, .bytes = on_bytes, .ended = on_ended
	};
	struct piece piece = {
		.url = f->url,
		.first = g->next * VAULT_CHUNK,
		.end = byte_of(f, g->end),
		.total = f->total,
		.rate = f->limit,
	};
	s->connection = connection_start(f->core, &piece, &events, &err);
	if (!s->connection) {
		stripes_drop(&f->stripes, s->index);
		end(f, connection_judge(&err), &err);
		return false;
	}
	s->begun_ms = s->heard_ms = now_ms(f);
	s->begun_at = piece.first;
	f->active++;
	connection_pause(s->connection, f->pressed);
	return true;
}

/* A moment's pressure says nothing: the hash catches up with what came before its turn. */
static void heed_pressure(struct fetcher *f)
{
	int64_t now = now_ms(f);
	f->pressed_ms += f->pressed ? now - f->heed_ms : 0;
	f->heed_ms = now;
	if (now - f->crowd_ms < CROWD_MS)
		return;
	f->crowded = f->pressed_ms * 2 >= now - f->crowd_ms;
	f->crowd_ms = now;
	f->pressed_ms = 0;
}

static unsigned wanted(struct fetcher *f)
{
	heed_pressure(f);
	/* Where the disk or the hash is what everybody waits for, more connections only scatter what they wait for. */
	bool calm = !f->pressed && !f->crowded;
	bool wished = f->stripes.n_wishes > 0;
	if (!f->known || f->whole || (!wished && (is_small(f) || !calm)))
		return 1;
	int64_t most = f->core->limits.connections;
	return most < 1 ? 1 : most > STRIPE_SLOTS ? STRIPE_SLOTS : (unsigned)most;
}

static void share_limit(struct fetcher *f)
{
	int64_t each = f->active ? f->limit / f->active : 0;
	for (unsigned i = 0; i < STRIPE_SLOTS; i++)
		if (f->slots[i].connection)
			connection_limit(f->slots[i].connection, f->limit && each < 1 ? 1 : each);
}

static void fill(struct fetcher *f)
{
	unsigned most = wanted(f);
	for (unsigned i = 0; !f->over && i < STRIPE_SLOTS && f->active < most; i++) {
		struct slot *s = &f->slots[i];
		if (s->connection || s->rest)
			continue;
		unsigned wishes = f->stripes.n_wishes;
		if (!stripes_take(&f->stripes, i, stripe_chunks(s)) && !take_from_slowest(s))
			break;
		s->wished = f->stripes.n_wishes < wishes;
		if (!start(s))
			return;
	}
	share_limit(f);
	if (!f->over && !f->active && stripes_complete(&f->stripes))
		end(f, CONNECTION_DONE, NULL);
}

/* -- what somebody waits for ------------------------------------------------------------------------ */

static void shorten(struct slot *s, uint64_t end)
{
	struct fetcher *f = s->fetcher;
	stripes_cut(&f->stripes, s->index, end);
	connection_shorten(s->connection, byte_of(f, f->stripes.given[s->index].end));
}

/* Who gives way: rather one whose stripe nobody waits for, and the one with the most left. NULL: enough of them are at
 * their last chunk anyway. */
static struct slot *who_gives_way(struct fetcher *f)
{
	struct slot *found = NULL;
	unsigned ending = 0;
	for (unsigned i = 0; i < STRIPE_SLOTS; i++) {
		struct slot *s = &f->slots[i];
		if (!s->connection)
			continue;
		uint64_t left = stripes_left(&f->stripes, i);
		ending += left <= 1;
		if (left > 1 && (!found || (found->wished && !s->wished) ||
				 (found->wished == s->wished &&
				  left > stripes_left(&f->stripes, found->index))))
			found = s;
	}
	return ending < f->stripes.n_wishes ? found : NULL;
}

void fetcher_want(struct fetcher *f, uint64_t chunk)
{
	if (f->over || !f->known || f->whole)
		return;
	int at = stripes_slot_of(&f->stripes, chunk);
	if (at >= 0 && chunk - f->stripes.given[at].next <= SOON)
		return;
	if (!stripes_wish(&f->stripes, chunk))
		return;
	if (at >= 0)
		shorten(&f->slots[at], chunk);
	fill(f);
	struct slot *s = f->over || !f->stripes.n_wishes ? NULL : who_gives_way(f);
	if (s)
		shorten(s, f->stripes.given[s->index].next + 1);
}

/* -- from outside ---------------------------------------------------------------------------------- */

struct fetcher *fetcher_start(struct core *core, const char *url, int64_t total, int64_t rate,
			      const struct chunkset *there, const struct fetcher_events *events)
{
	struct fetcher *f = NEW(struct fetcher);
	*f = (struct fetcher){ .core = core,
			       .url = str_dup(url),
			       .events = *events,
			       .total = total,
			       .limit = rate,
			       .retry_after = -1 };
	for (unsigned i = 0; i < STRIPE_SLOTS; i++)
		f->slots[i] = (struct slot){ .fetcher = f, .index = i };
	f->stripes.chunks =
	    total >= 0 ? ((uint64_t)total + VAULT_CHUNK - 1) / VAULT_CHUNK : CHUNKSET_MOST;
	if (there)
		chunkset_copy(&f->stripes.there, there);
	f->crowd_ms = f->heed_ms = now_ms(f);
	fill(f);
	return f;
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	for (unsigned i = 0; i < STRIPE_SLOTS; i++) {
		timer_drop(f->core->timers, f->slots[i].rest);
		connection_free(f->slots[i].connection);
	}
	stripes_release(&f->stripes);
	free(f->url);
	free(f);
}

void fetcher_look(struct fetcher *f)
{
	if (f->active)
		fill(f);
}

void fetcher_press(struct fetcher *f, bool pressed)
{
	heed_pressure(f);
	f->pressed = pressed;
	for (unsigned i = 0; i < STRIPE_SLOTS; i++) {
		struct slot *s = &f->slots[i];
		if (!s->connection)
			continue;
		s->heard_ms = now_ms(f); /* its silence was ours */
		connection_pause(s->connection, pressed);
	}
}

void fetcher_limit(struct fetcher *f, int64_t rate)
{
	f->limit = rate;
	share_limit(f);
}

uint64_t fetcher_received(const struct fetcher *f)
{
	return f->received;
}

int64_t fetcher_retry_after_s(const struct fetcher *f)
{
	return f->retry_after;
}
