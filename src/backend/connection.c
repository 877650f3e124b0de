/* One call for one piece of an address. */
#include "connection.h"

#include <stdlib.h>

#define WAIT_MS             30000 /* without a byte: the connection is given up */
#define TOO_MANY_REQUESTS_S 60    /* 429 without Retry-After: the limit counts over two minutes */

struct connection {
	struct core *core;
	struct connection_events events;
	uint64_t call;
	uint64_t first, at, end; /* bytes of the item */
	uint64_t asked_end;      /* of the answer, which may be more than is still wanted */
	int64_t total, rate, retry_after;
	enum connection_end judged; /* by on_head */
	bool paused, shortened;
};

enum connection_end connection_judge(const struct err *err)
{
	return err->kind == ERR_NET || err->kind == ERR_TIMEOUT || err->kind == ERR_PARSE
		   ? CONNECTION_AGAIN
		   : CONNECTION_FAILED;
}

/* The player host's refusals in words (odysee player: http_handlers.go). */
static bool refuse(struct connection *c, const struct http_head *h, struct err *err)
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
	if (h->status == 429 && c->retry_after < 0)
		c->retry_after = TOO_MANY_REQUESTS_S;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i].status == h->status)
			return err_set(err, answers[i].kind, h->status, "%s (HTTP %d)",
				       answers[i].text, h->status);
	if (h->status >= 500)
		return err_set(err, ERR_NET, h->status, "the player host is in trouble (HTTP %d)",
			       h->status);
	return err_set(err, ERR_REFUSED, h->status, "the player host answered HTTP %d", h->status);
}

static bool has_changed(struct connection *c, int64_t total, struct err *err)
{
	c->judged = CONNECTION_CHANGED;
	return err_set(err, ERR_DAMAGED, 0,
		       "the player host has %lld bytes where the claim says %lld", (long long)total,
		       (long long)c->total);
}

/* 206: exactly from where we asked, and not more than we asked for. */
static bool is_our_part(struct connection *c, const struct http_head *h, struct err *err)
{
	if (h->range_first != (int64_t)c->first || h->range_last < h->range_first ||
	    (uint64_t)h->range_last >= c->asked_end)
		return err_set(err, ERR_NET, 206,
			       "the player host sent another range than was asked for");
	c->asked_end = (uint64_t)h->range_last + 1;
	if (c->end > c->asked_end)
		c->end = c->asked_end;
	return true;
}

static bool on_head(void *arg, const struct http_head *h, struct err *err)
{
	struct connection *c = arg;
	c->retry_after = h->retry_after_s;
	int64_t total = h->status == 200 ? h->length : h->range_total;
	bool known = c->total >= 0;
	if (h->status == 416)
		return known && total >= 0 && total != c->total
			   ? has_changed(c, total, err)
			   : err_set(err, ERR_NET, 416, "the player host has no such part");
	if (h->status != 200 && h->status != 206)
		return refuse(c, h, err);
	if (total <= 0)
		return err_set(err, ERR_NET, h->status,
			       "the player host does not say how long the file is");
	if (known && total != c->total)
		return has_changed(c, total, err);
	if (h->status == 206 && !is_our_part(c, h, err))
		return false;
	if (h->status == 200) {
		c->at = 0;
		c->end = c->asked_end = (uint64_t)total;
	}
	return c->events.begins(c->events.arg, h, total, h->status == 200, err);
}

static bool on_data(void *arg, const void *data, size_t n, struct err *err)
{
	struct connection *c = arg;
	if (n > c->asked_end - c->at)
		return err_set(err, ERR_NET, 0, "the player host sent more than it announced");
	bool enough = n >= c->end - c->at;
	if (n > c->end - c->at)
		n = (size_t)(c->end - c->at);
	c->at += n;
	if (n)
		c->events.bytes(c->events.arg, data, n);
	/* The answer goes on where another connection fetches already. */
	c->shortened = enough && c->end < c->asked_end;
	return !c->shortened || err_set(err, ERR_CANCELLED, 0, "enough");
}

static void on_done(void *arg, const struct http_head *h, const char *body, size_t len,
		    const struct err *err)
{
	struct connection *c = arg;
	c->call = 0;
	struct err early;
	if (c->shortened)
		err = NULL;
	else if (!err && c->at < c->end) {
		err_set(&early, ERR_NET, 0, "the player host stopped before the end");
		err = &early;
	}
	enum connection_end how = !err                              ? CONNECTION_DONE
				  : c->judged == CONNECTION_CHANGED ? CONNECTION_CHANGED
								    : connection_judge(err);
	c->events.ended(c->events.arg, how, err);
}

struct connection *connection_start(struct core *core, const struct piece *piece,
				    const struct connection_events *events, struct err *err)
{
	struct http *http = core_http(core, err);
	if (!http)
		return NULL;
	struct connection *c = NEW(struct connection);
	*c = (struct connection){
		.core = core,
		.events = *events,
		.first = piece->first,
		.at = piece->first,
		.end = piece->end,
		.asked_end = piece->end,
		.total = piece->total,
		.retry_after = -1,
	};
	struct http_call call = {
		.method = HTTP_GET,
		.url = piece->url,
		.headers = gateway_player_headers(),
		.range_first = piece->end == PIECE_ALL ? -1 : (int64_t)piece->first,
		.range_last = piece->end == PIECE_ALL ? -1 : (int64_t)piece->end - 1,
		.media = true,
		.identity = true,
		.stall_ms = WAIT_MS,
		.first_byte_ms = WAIT_MS,
		.arg = c,
		.on_head = on_head,
		.on_data = on_data,
		.on_done = on_done,
	};
	c->call = http_start(http, &call, err);
	if (!c->call) {
		free(c);
		return NULL;
	}
	connection_limit(c, piece->rate);
	return c;
}

void connection_free(struct connection *c)
{
	if (c && c->call)
		http_cancel(c->core->http, c->call);
	free(c);
}

uint64_t connection_at(const struct connection *c)
{
	return c->at;
}

void connection_shorten(struct connection *c, uint64_t end)
{
	c->end = end;
}

void connection_pause(struct connection *c, bool paused)
{
	if (c->paused != paused)
		http_pause(c->core->http, c->call, paused);
	c->paused = paused;
}

void connection_limit(struct connection *c, int64_t rate)
{
	if (c->rate != rate)
		http_limit(c->core->http, c->call, rate);
	c->rate = rate;
}

int64_t connection_retry_after_s(const struct connection *c)
{
	return c->retry_after;
}
