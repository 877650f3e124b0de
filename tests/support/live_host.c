/* Livestreams: whether a channel is live, and a playlist that slides while it is.
 *
 *	GET /livestream/is_live?channel_claim_id=<id>      as the control "live" says, below
 *	GET /content/<channel id>/master.m3u8              one variant, live.m3u8
 *	GET /content/<channel id>/<n>.ts                   segment n since it began
 *
 * What is sent is the second tier of the ladder of the longest clip, from its beginning each time it ends. */
#include "fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/clock.h"
#include "kiyya/mem.h"

#define SEGMENT_S 4
#define WINDOW    10 /* segments that a playlist lists */

static const char *const words[] = {
#define X(name, word) word,
	LIVE_STATES(X)
#undef X
};

bool live_set(struct fixture *f, const char *word)
{
	for (int i = 0; word != NULL && i < (int)(sizeof(words) / sizeof(words[0])); i++) {
		if (!str_eq(words[i], word))
			continue;
		bool on = i == LIVE_ON, was = atomic_exchange(&f->live, i) == LIVE_ON;
		if (on && !was)
			atomic_store(&f->live_from, now_us());
		if (!on && was)
			atomic_store(&f->live_until, now_us());
		return true;
	}
	return false;
}

/* -- is_live ---------------------------------------------------------------------------------- */

static bool is_livestream(const struct entry *e, const struct entry *channel)
{
	return e->kind == ENTRY_STREAM && !e->has_source && e->channel == channel;
}

static void put_sending(struct json_out *o, const char *key, const struct entry *e)
{
	json_open(o, key, '{');
	json_put_str(o, "ClaimID", e->id);
	json_put_time(o, "ReleaseTime", e->release);
	json_close(o, '}');
}

/* What was announced for before, or for after this moment. */
static void put_list(struct json_out *o, const char *key, const struct request *rq,
		     const struct entry *channel, bool past)
{
	const struct catalog *c = rq->at->fixture->catalog;
	int64_t now = clock_wall(clock_real());
	json_open(o, key, '[');
	for (size_t i = 0; i < c->n; i++)
		if (is_livestream(c->v[i], channel) && (c->v[i]->release <= now) == past)
			put_sending(o, NULL, c->v[i]);
	json_close(o, ']');
}

/* Which one it is live with: the newest of those whose time has come. */
static const struct entry *active_of(const struct catalog *c, const struct entry *channel)
{
	const struct entry *best = NULL;
	int64_t now = clock_wall(clock_real());
	for (size_t i = 0; i < c->n; i++)
		if (is_livestream(c->v[i], channel) && c->v[i]->release <= now &&
		    (best == NULL || c->v[i]->release > best->release))
			best = c->v[i];
	return best;
}

static void put_data(struct json_out *o, const struct request *rq, const struct entry *channel,
		     const char *address)
{
	const struct fixture *f = rq->at->fixture;
	const struct entry *active = active_of(f->catalog, channel);
	int state = f->live;
	bool live = state == LIVE_ON || state == LIVE_STRANGE || state == LIVE_PRIVATE;
	json_open(o, "data", '{');
	json_put_bool(o, "Live", live);
	json_put_str(o, "Start", live ? "2026-01-01T00:00:00Z" : "0001-01-01T00:00:00Z");
	json_put_str(o, "VideoURL", address); /* also when it is not */
	json_put_str(o, "ThumbnailURL", "");
	json_put_i64(o, "ViewerCount", live ? 9 : 0);
	json_put_str(o, "ChannelClaimID", channel->id);
	if (live && active != NULL)
		put_sending(o, "ActiveClaim", active);
	else
		json_put_raw(o, "ActiveClaim", "null");
	put_list(o, "PastClaims", rq, channel, true);
	put_list(o, "FutureClaims", rq, channel, false);
	json_close(o, '}');
}

static enum MHD_Result serve_is_live(struct request *rq)
{
	const struct fixture *f = rq->at->fixture;
	const char *id = request_argument(rq, "channel_claim_id");
	const struct entry *channel = id != NULL ? catalog_by_id(f->catalog, id) : NULL;
	struct buf out;
	struct json_out o;
	if (f->live == LIVE_ERROR || channel == NULL)
		return reply_text(rq, 200, APPLICATION_JSON,
				  "{\"success\":false,\"error\":\"out of\\u001b[31m order\","
				  "\"data\":null}",
				  NULL);
	if (f->live == LIVE_GARBAGE)
		return reply_text(
		    rq, 200, APPLICATION_JSON,
		    "{\"success\":\"yes\",\"data\":{\"Live\":\"true\",\"VideoURL\":17,"
		    "\"ActiveClaim\":[],\"FutureClaims\":{\"ClaimID\":1}}}",
		    NULL);
	char *address =
	    f->live == LIVE_STRANGE   ? str_dup("https://stream.example/content/x/master.m3u8")
	    : f->live == LIVE_PRIVATE ? str_dup("https://192.168.0.1/content/x/master.m3u8")
				      : str_fmt("%s/content/%s/master.m3u8", f->player_url, id);
	buf_init(&out, 1u << 20);
	json_out_init(&o, &out);
	json_open(&o, NULL, '{');
	json_put_bool(&o, "success", true);
	json_put_raw(&o, "error", "null");
	put_data(&o, rq, channel, address);
	json_close(&o, '}');
	enum MHD_Result result = reply_buf(rq, 200, APPLICATION_JSON, &out);
	buf_release(&out);
	free(address);
	return result;
}

/* -- what is sent ----------------------------------------------------------------------------- */

/* Owned. */
static char *segment_path(const struct entry *clip, int number)
{
	return str_fmt("%s/v1_s%06d.ts", clip->hls, number);
}

static int count_segments(const struct entry *clip)
{
	int n = 0;
	for (bool is_there = clip != NULL; is_there; n += is_there) {
		char *path = segment_path(clip, n);
		is_there = access(path, R_OK) == 0;
		free(path);
	}
	return n;
}

/* The longest clip with a ladder; NULL: there is none. */
static const struct entry *clip_of(const struct catalog *c)
{
	const struct entry *best = NULL;
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i]->hls != NULL && (best == NULL || c->v[i]->duration > best->duration))
			best = c->v[i];
	return best;
}

/* The window slides by one when a segment is over; at the end it stands, and says so. */
static enum MHD_Result serve_window(struct request *rq, int n)
{
	const struct fixture *f = rq->at->fixture;
	bool on = f->live == LIVE_ON;
	int64_t until = on ? now_us() : f->live_until;
	int first = (int)((until - f->live_from) / 1000000 / SEGMENT_S);
	struct buf b;
	buf_init(&b, 4096);
	(void)!buf_addf(&b,
			"#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:%d\n"
			"#EXT-X-MEDIA-SEQUENCE:%d\n#EXT-X-DISCONTINUITY-SEQUENCE:%d\n",
			SEGMENT_S, first, first > 0 ? (first - 1) / n : 0);
	for (int i = first; i < first + WINDOW; i++)
		(void)!buf_addf(&b, "%s#EXTINF:%d.000,\n%d.ts\n",
				i > 0 && i % n == 0 ? "#EXT-X-DISCONTINUITY\n" : "", SEGMENT_S, i);
	if (!on)
		(void)!buf_add_str(&b, "#EXT-X-ENDLIST\n");
	enum MHD_Result result = reply_buf(rq, 200, "application/x-mpegurl", &b);
	buf_release(&b);
	return result;
}

static enum MHD_Result serve_segment(struct request *rq, const struct entry *clip, uint64_t number)
{
	struct stat st;
	char *path = segment_path(clip, (int)number);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return reply_text(rq, 404, TEXT_PLAIN, "no such segment\n", NULL);
	if (fstat(fd, &st) != 0)
		mem_die("fstat of an open file");
	return reply_file(rq, 200, "video/mp2t",
			  &(struct reply_bytes){ .fd = fd,
						 .len = (uint64_t)st.st_size,
						 .announced = (uint64_t)st.st_size,
						 .close_fd = true },
			  NULL);
}

static enum MHD_Result serve_content(struct request *rq)
{
	const struct fixture *f = rq->at->fixture;
	const char *referer = request_header(rq, MHD_HTTP_HEADER_REFERER);
	const char *name = strrchr(rq->path, '/') + 1;
	uint64_t number;
	const struct entry *clip = clip_of(f->catalog);
	int n = count_segments(clip);
	if (referer == NULL || strstr(referer, "odysee.com") == NULL)
		return reply_text(rq, 403, TEXT_PLAIN, "403 Forbidden\n", NULL);
	if (n == 0 || f->live_from == 0)
		return reply_text(rq, 404, TEXT_PLAIN, "404 page not found\n", NULL);
	if (str_eq(name, "master.m3u8"))
		return reply_text(rq, 200, "application/x-mpegurl",
				  "#EXTM3U\n#EXT-X-VERSION:6\n"
				  "#EXT-X-STREAM-INF:BANDWIDTH=655600,RESOLUTION=640x360\n"
				  "live.m3u8\n",
				  NULL);
	if (str_eq(name, "live.m3u8"))
		return serve_window(rq, n);
	char *digits = str_dupn(name, strcspn(name, "."));
	bool is_segment = str_ends(name, ".ts") && str_to_u64(digits, &number);
	free(digits);
	if (!is_segment)
		return reply_text(rq, 404, TEXT_PLAIN, "404 page not found\n", NULL);
	return serve_segment(rq, clip, number % (uint64_t)n);
}

enum MHD_Result serve_live(struct request *rq)
{
	if (str_starts(rq->path, "/content/"))
		return serve_content(rq);
	return serve_is_live(rq);
}
