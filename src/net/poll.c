/* One turn of the loop: begin what is new, move bytes, end what is done or too late, wait. */
#include "net.h"

#include <stdlib.h>
#include "kiyya/mem.h"

#define MOST_REDIRECTS 5
#define FDS_ON_STACK   8

static void unlink_call(struct http *h, struct call *c)
{
	struct call **at = &h->calls;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
}

static void leave_multi(struct call *c)
{
	if (c->in_multi)
		(void)curl_multi_remove_handle(c->http->multi, c->easy);
	c->in_multi = false;
}

/* The one place from which on_done is called. c is gone afterwards. */
static void finish(struct call *c, const struct err *err)
{
	struct http *h = c->http;
	struct http_head head;

	leave_multi(c);
	unlink_call(h, c);
	call_head(c, &head);
	h->callbacks++;
	if (c->ask.on_done != NULL)
		c->ask.on_done(c->ask.arg, &head, err == NULL ? c->gathered.data : "",
			       err == NULL ? c->gathered.len : 0, err);
	call_free(c);
}

static void join_multi(struct call *c)
{
	struct err err;

	if (curl_multi_add_handle(c->http->multi, c->easy) == CURLM_OK) {
		c->in_multi = true;
		return;
	}
	(void)err_set(&err, ERR_INTERNAL, 0, "%s: libcurl cannot begin", c->place.shown);
	finish(c, &err);
}

/* Aims at the redirect's target; the method and the body stay, but for a 303, which says GET. */
static bool follow(struct call *c, struct err *err)
{
	char *to = place_resolve(c->url, c->header.location);

	if (to == NULL)
		return err_set(err, ERR_NET, c->header.status, "%s redirects to no address",
			       c->place.shown);
	if (++c->redirects > MOST_REDIRECTS) {
		free(to);
		return err_set(err, ERR_NET, c->header.status, "%s redirects too often",
			       c->place.shown);
	}
	char *from = str_dup(c->place.shown);

	free(c->url);
	c->url = to;
	bool ok = call_aim(c, err) || err_wrap(err, "%s redirects", from);
	free(from);
	if (ok && c->header.status == 303 && c->ask.method == HTTP_POST)
		ok = curl_easy_setopt(c->easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
	return ok;
}

static void next_step(struct call *c)
{
	struct err err = { .kind = ERR_NONE };

	leave_multi(c);
	if (!follow(c, &err)) {
		finish(c, &err);
		return;
	}
	header_init(&c->header);
	c->following = false;
	c->stopped = false;
	c->discarded = 0;
	pace_start(&c->pace, net_now());
	join_multi(c);
}

static void end_transfer(struct call *c, CURLcode code)
{
	struct err err = { .kind = ERR_NONE };

	if (c->following && c->err.kind == ERR_NONE) {
		next_step(c); /* whatever became of the redirect's body */
		return;
	}
	if (code != CURLE_OK || c->stopped) {
		fault_of(c, code, &err);
		finish(c, &err);
		return;
	}
	finish(c, NULL);
}

static struct call *first_new(struct http *h)
{
	struct call *c = h->calls;

	while (c != NULL && c->in_multi)
		c = c->next;
	return c;
}

/* Calls that were started or resumed since the last turn. */
static void begin(struct http *h)
{
	struct call *c;

	while ((c = first_new(h)) !=
	       NULL) /* from the front again: a callback may have changed the list */
		join_multi(c);
	for (c = h->calls; c != NULL; c = c->next) {
		if (!c->curl_paused || c->paused || net_now() < c->pace.free_at)
			continue;
		c->curl_paused = false;
		pace_restart(&c->pace, net_now());
		h->performing = true; /* libcurl hands over what it held back from inside */
		(void)curl_easy_pause(c->easy, CURLPAUSE_CONT);
		h->performing = false;
	}
}

static void bury(struct http *h)
{
	for (struct call **at = &h->calls; *at != NULL;) {
		struct call *c = *at;

		if (!c->dead) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		call_free(c);
	}
}

static void deliver(struct http *h)
{
	const CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		char *owner = NULL;
		CURLcode code = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &owner);
		end_transfer((struct call *)(void *)owner, code);
	}
}

static struct call *first_late(struct http *h, int64_t now, enum pace_verdict *ret)
{
	for (struct call *c = h->calls; c != NULL; c = c->next)
		if (!c->paused && !c->curl_paused &&
		    (*ret = pace_check(&c->pace, now)) != PACE_ALIVE)
			return c;
	return NULL;
}

static void end_late(struct http *h)
{
	enum pace_verdict verdict;
	struct call *c;

	while ((c = first_late(h, net_now(), &verdict)) != NULL) {
		struct err err;

		if (verdict == PACE_SILENT)
			(void)err_set(&err, ERR_TIMEOUT, 0, "%s: no answer within %g s",
				      c->place.shown, c->pace.first_byte_ms / 1000.0);
		else
			(void)err_set(&err, ERR_TIMEOUT, 0, "%s: stalled for %g s", c->place.shown,
				      c->pace.stall_ms / 1000.0);
		finish(c, &err);
	}
}

/* True when a callback ran: the caller has something to do before it waits. */
static bool turn(struct http *h)
{
	size_t before = h->callbacks;
	int running;

	bury(h);
	begin(h);
	h->performing = true;
	(void)curl_multi_perform(h->multi, &running);
	h->performing = false;
	bury(h);
	deliver(h);
	end_late(h);
	return h->callbacks != before;
}

/* How long this call can be left alone. */
static int64_t call_wait_ms(const struct call *c, int64_t now)
{
	if (!c->in_multi)
		return 0;
	if (c->paused)
		return INT64_MAX;
	if (c->curl_paused)
		return c->pace.free_at > now ? c->pace.free_at - now : 0;
	return pace_wait_ms(&c->pace, now);
}

static int wait_ms(struct http *h, int most)
{
	int64_t wait = most < 0 ? 60000 : most, now = net_now();

	for (const struct call *c = h->calls; c != NULL; c = c->next) {
		int64_t left = call_wait_ms(c, now);

		if (left < wait)
			wait = left;
	}
	return (int)wait;
}

void http_poll(struct http *h, int timeout_ms, const int *fds, size_t n)
{
	struct curl_waitfd few[FDS_ON_STACK] = { { .fd = -1 } }, *extra = few;
	bool busy = turn(h);

	if (n > FDS_ON_STACK)
		extra = mem_array(n, sizeof(*extra));
	for (size_t i = 0; i < n; i++)
		extra[i] = (struct curl_waitfd){ .fd = fds[i], .events = CURL_WAIT_POLLIN };
	(void)curl_multi_poll(h->multi, extra, (unsigned)n, busy ? 0 : wait_ms(h, timeout_ms),
			      NULL);
	if (extra != few)
		free(extra);
	(void)turn(h);
}
