/* Where the bytes of a film in a lower quality come from: the segments of a playlist, joined in their order. */
#include "segments.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/hash.h"
#include "manifest.h"

#define PARTS        3u          /* the one whose turn it is, and two ahead */
#define AHEAD_BYTES  (4u << 20)  /* of one: then its connection waits */
#define AHEAD_MOST   (64u << 20) /* what a connection can still bring before it waits */
#define SEGMENT_MOST (1 << 30)   /* bytes: some hundred times the longest seen */

/* A segment on its way. */
struct part {
	struct segments *all;
	size_t number;
	struct connection *connection;
	struct buf ahead; /* its bytes, while it is not its turn */
	int64_t length;   /* as announced; 0: not yet */
	bool whole, failed;
};

struct segments {
	struct core *core;
	struct fetcher_events events;
	int height;
	struct manifest *manifest;
	char *url; /* of the media playlist */
	struct m3u8 list;
	struct segment_list known;
	struct part parts[PARTS]; /* segment n is in n % PARTS */
	size_t turn;              /* the segment whose bytes are handed on */
	int64_t base;             /* byte of the item where it begins */
	int64_t at;               /* the next byte of the item */
	uint64_t front;           /* bytes before this one are there already */
	unsigned active;
	bool pressed, over;
	int64_t limit, retry_after;
	uint64_t received;
};

static void fill(struct segments *s);

static void stop_part(struct part *p)
{
	p->all->active -= p->connection != NULL;
	connection_free(p->connection);
	p->connection = NULL;
}

static void end(struct segments *s, enum connection_end how, const struct err *err)
{
	for (unsigned i = 0; i < PARTS; i++)
		stop_part(&s->parts[i]);
	s->over = true;
	s->events.ended(s->events.arg, how, err);
}

/* -- bytes ------------------------------------------------------------------------------------------ */

static void hand_on(struct segments *s, const char *data, size_t n)
{
	uint64_t skip = (uint64_t)s->at < s->front ? s->front - (uint64_t)s->at : 0;
	s->at += (int64_t)n;
	if (skip < n)
		s->events.bytes(s->events.arg, 0, data + skip, n - (size_t)skip);
}

/* What a part brings may not be other than what an earlier run has taken of it. */
static bool is_as_before(const struct segments *s, const struct part *p, struct err *err)
{
	if (p->number >= s->known.n || s->base + p->length == s->known.ends[p->number])
		return true;
	return err_set(err, ERR_DAMAGED, 0, "segment %zu is of another length than before",
		       p->number + 1);
}

static void pause_part(struct part *p)
{
	if (p->connection)
		connection_pause(p->connection, p->all->pressed || p->ahead.len >= AHEAD_BYTES);
}

static bool on_begins(void *arg, const struct http_head *head, int64_t total, bool whole,
		      struct err *err)
{
	struct part *p = arg;
	if (total > SEGMENT_MOST)
		return err_set(err, ERR_REFUSED, 0, "a segment of over %d bytes", SEGMENT_MOST);
	p->length = total;
	return p->number != p->all->turn || is_as_before(p->all, p, err);
}

static void on_bytes(void *arg, const void *data, size_t n)
{
	struct part *p = arg;
	struct segments *s = p->all;
	s->received += n;
	if (p->number == s->turn && !p->failed) {
		hand_on(s, data, n);
		return;
	}
	p->failed = p->failed || !buf_add(&p->ahead, data, n);
	pause_part(p);
}

/* -- turns ----------------------------------------------------------------------------------------- */

static void finish(struct segments *s)
{
	s->events.sized(s->events.arg, s->base);
	s->events.run_ends(s->events.arg, 0, true);
	end(s, CONNECTION_DONE, NULL);
}

static void next_turn(struct segments *s)
{
	struct part *p = &s->parts[s->turn % PARTS];
	s->base += p->length;
	p->whole = false;
	if (s->turn >= s->known.n)
		s->events.segment(s->events.arg, s->turn, s->base);
	s->turn++;
}

/* What has been fetched ahead goes on, as far as it is there. False: all is over. */
static bool go_on(struct segments *s)
{
	struct err err;
	while (s->turn < s->list.n_segments) {
		struct part *p = &s->parts[s->turn % PARTS];
		if (p->number != s->turn || p->failed || !(p->connection || p->whole))
			return true;
		if (p->length && !is_as_before(s, p, &err)) {
			end(s, CONNECTION_CHANGED, &err);
			return false;
		}
		if (p->ahead.len) {
			hand_on(s, p->ahead.data, p->ahead.len);
			buf_release(&p->ahead);
			buf_init(&p->ahead, AHEAD_MOST);
			pause_part(p);
		}
		if (!p->whole)
			return true;
		next_turn(s);
	}
	finish(s);
	return false;
}

static void on_ended(void *arg, enum connection_end how, const struct err *err)
{
	struct part *p = arg;
	struct segments *s = p->all;
	struct err why = err ? *err : (struct err){ 0 };
	if (how == CONNECTION_DONE && connection_at(p->connection) != (uint64_t)p->length) {
		err_set(&why, ERR_NET, 0, "the player host stopped before the end");
		how = CONNECTION_AGAIN;
	}
	if (how != CONNECTION_DONE)
		s->retry_after = connection_retry_after_s(p->connection);
	stop_part(p);
	p->whole = how == CONNECTION_DONE && !p->failed;
	p->failed = !p->whole;
	if (p->failed)
		buf_clear(&p->ahead);
	if (p->failed && p->number == s->turn) {
		end(s, why.kind == ERR_DAMAGED ? CONNECTION_CHANGED : how, &why);
		return;
	}
	if (go_on(s))
		fill(s);
}

/* False: all is over. */
static bool start(struct segments *s, struct part *p, size_t number)
{
	struct err err;
	struct connection_events events = {
		.arg = p, .begins = on_begins, .bytes = on_bytes, .ended = on_ended
	};
	char *url = m3u8_address(s->url, s->list.segments[number].uri);
	struct piece piece = {
		.url = url, .end = PIECE_ALL, .total = SIZE_UNKNOWN, .rate = s->limit
	};
	p->number = number;
	p->length = 0;
	p->whole = p->failed = false;
	p->connection = connection_start(s->core, &piece, &events, &err);
	free(url);
	if (!p->connection) {
		end(s, connection_judge(&err), &err);
		return false;
	}
	s->active++;
	pause_part(p);
	return true;
}

static void fill(struct segments *s)
{
	int64_t most = s->core->limits.connections < PARTS ? s->core->limits.connections : PARTS;
	for (size_t n = s->turn; n < s->turn + PARTS && n < s->list.n_segments; n++) {
		struct part *p = &s->parts[n % PARTS];
		bool first = n == s->turn, mine = p->number == n;
		/* One that failed ahead is asked for again when it is its turn: then it counts. */
		bool rests = p->connection || (mine && (p->whole || (p->failed && !first)));
		if (rests || (!first && (s->pressed || s->active >= (unsigned)most)))
			continue;
		if (!start(s, p, n))
			return;
	}
	segments_limit(s, s->limit);
}

/* -- playlists ------------------------------------------------------------------------------------- */

static void digest(const struct m3u8 *list, char hex[33])
{
	char whole[HASH_HEX_MAX];
	char *text = m3u8_print(list);
	hash_once_hex(HASH_SHA256, text, strlen(text), whole);
	str_copy(hex, 33, whole);
	free(text);
}

/* At the segment that holds the first missing byte. */
static void find_turn(struct segments *s)
{
	while (s->turn < s->known.n && (uint64_t)s->known.ends[s->turn] <= s->front)
		s->base = s->known.ends[s->turn++];
	s->at = s->base;
}

static bool take_list(struct segments *s, const struct m3u8 *list, const char *url,
		      enum connection_end *ret_how, struct err *err)
{
	char playlist[33];
	*ret_how = CONNECTION_FAILED;
	if (!list->n_segments)
		return err_set(err, ERR_REFUSED, 0,
			       "the playlist of the quality names no segments");
	if (!list->ended)
		return err_set(err, ERR_REFUSED, 0,
			       "its playlist is still growing: download it when it has ended");
	/* Ours for longer than the call: read again from its own words. */
	char *text = m3u8_print(list);
	bool ok = m3u8_parse(&s->list, text, strlen(text), url, err);
	free(text);
	if (!ok)
		return false;
	str_set(&s->url, url);
	digest(list, playlist);
	if (s->known.playlist[0] && !str_eq(s->known.playlist, playlist)) {
		*ret_how = CONNECTION_CHANGED;
		return err_set(err, ERR_DAMAGED, 0,
			       "the playlist names other segments than before");
	}
	return s->events.listed(s->events.arg, playlist, s->list.n_segments, err);
}

static void on_list(void *arg, const struct m3u8 *list, const char *url, enum connection_end how,
		    const struct err *err)
{
	struct segments *s = arg;
	struct err why = err ? *err : (struct err){ 0 };
	s->retry_after = manifest_retry_after_s(s->manifest);
	manifest_free(s->manifest);
	s->manifest = NULL;
	if (!list || !take_list(s, list, url, &how, &why)) {
		end(s, how, &why);
		return;
	}
	find_turn(s);
	s->events.run(s->events.arg, 0, s->front / VAULT_CHUNK);
	if (go_on(s))
		fill(s);
}

static void on_master(void *arg, const struct m3u8 *master, const char *url,
		      enum connection_end how, const struct err *err)
{
	struct segments *s = arg;
	struct err why = err ? *err : (struct err){ 0 };
	const struct m3u8_variant *v = master ? m3u8_choose(master, s->height) : NULL;
	char *list = v && m3u8_height(v) == s->height ? m3u8_address(url, v->uri) : NULL;
	s->retry_after = manifest_retry_after_s(s->manifest);
	manifest_free(s->manifest);
	s->manifest = NULL;
	if (master && !list)
		err_set(&why, ERR_NOT_FOUND, 0, "the player host has no %dp of it any more",
			s->height);
	if (list)
		s->manifest = manifest_start(s->core, list, on_list, s, &why);
	free(list);
	if (!s->manifest)
		end(s, master ? connection_judge(&why) : how, &why);
}

/* -- from outside ----------------------------------------------------------------------------------- */

struct segments *segments_start(struct core *core, const struct segments_plan *plan,
				const struct fetcher_events *events)
{
	struct segments *s = NEW(struct segments);
	struct err err;
	*s = (struct segments){ .core = core,
				.events = *events,
				.height = plan->height,
				.front = plan->front,
				.limit = plan->rate,
				.retry_after = -1,
				.known = *plan->known };
	s->known.ends = mem_grow(NULL, s->known.n + 1, sizeof(*s->known.ends));
	for (size_t i = 0; i < s->known.n; i++)
		s->known.ends[i] = plan->known->ends[i];
	for (unsigned i = 0; i < PARTS; i++) {
		s->parts[i] = (struct part){ .all = s, .number = SIZE_MAX };
		buf_init(&s->parts[i].ahead, AHEAD_MOST);
	}
	s->manifest = manifest_start(core, plan->master, on_master, s, &err);
	if (!s->manifest)
		end(s, connection_judge(&err), &err);
	return s;
}

void segments_free(struct segments *s)
{
	if (!s)
		return;
	manifest_free(s->manifest);
	for (unsigned i = 0; i < PARTS; i++) {
		stop_part(&s->parts[i]);
		buf_release(&s->parts[i].ahead);
	}
	m3u8_release(&s->list);
	segment_list_release(&s->known);
	free(s->url);
	free(s);
}

void segments_press(struct segments *s, bool pressed)
{
	s->pressed = pressed;
	for (unsigned i = 0; i < PARTS; i++)
		pause_part(&s->parts[i]);
}

void segments_limit(struct segments *s, int64_t rate)
{
	int64_t each = s->active ? rate / s->active : 0;
	s->limit = rate;
	for (unsigned i = 0; i < PARTS; i++)
		if (s->parts[i].connection)
			connection_limit(s->parts[i].connection, rate && each < 1 ? 1 : each);
}

uint64_t segments_received(const struct segments *s)
{
	return s->received;
}

int64_t segments_retry_after_s(const struct segments *s)
{
	return s->retry_after;
}
