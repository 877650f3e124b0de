/* Fetches some chunks of a film from the player host. */
#include "mend_fetch.h"

#include <stdlib.h>
#include "kiyya/retry.h"

struct mend_fetch {
	struct core *core;
	char *url;
	uint64_t size; /* bytes */
	const struct chunk_run *runs;
	size_t n, run; /* run: the one that want is in; n: nothing is wanted any more */
	struct mend_fetch_events events;
	uint64_t want; /* the next byte that is wanted */
	uint64_t at;   /* the next byte that comes */
	uint64_t had;  /* want, when this try began */
	uint64_t call, timer;
	int64_t retries; /* without a new byte */
	struct err err;
	bool failed;
};

static void ask(struct mend_fetch *f);

static uint64_t end_of_run(const struct mend_fetch *f)
{
	uint64_t end = (f->runs[f->run].first + f->runs[f->run].n) * VAULT_CHUNK;
	return end < f->size ? end : f->size;
}

/* Of what lies between at and at + n: what is wanted goes on. */
static void take(struct mend_fetch *f, const unsigned char *data, size_t n)
{
	uint64_t end = f->at + n;
	while (f->run < f->n && f->want < end) {
		uint64_t stop = end_of_run(f) < end ? end_of_run(f) : end;
		size_t here = (size_t)(stop - f->want);
		f->events.bytes(f->events.arg, f->want, data + (f->want - f->at), here);
		f->want = stop;
		if (stop == end_of_run(f) && ++f->run < f->n)
			f->want = f->runs[f->run].first * VAULT_CHUNK;
	}
	f->at = end;
}

static void tell_end(void *arg)
{
	struct mend_fetch *f = arg;
	f->timer = 0;
	f->events.ended(f->events.arg, f->failed ? &f->err : NULL);
}

static void again(void *arg)
{
	struct mend_fetch *f = arg;
	f->timer = 0;
	ask(f);
}

static void failed(struct mend_fetch *f, const struct err *err)
{
	f->err = *err;
	f->retries = f->want > f->had ? 1 : f->retries + 1;
	bool may_pass = err->kind == ERR_NET || err->kind == ERR_TIMEOUT || err->kind == ERR_PARSE;
	if (may_pass && f->retries <= f->core->settings->download_retries) {
		int64_t wait = retry_wait_ms(&retry_download, (unsigned)f->retries, 0);
		log_info("repair", NULL, "again in %lld s: %s", (long long)wait / 1000, err->text);
		f->timer = timer_add(f->core->timers, wait, again, f);
		return;
	}
	f->failed = true;
	f->timer = timer_add(f->core->timers, 0, tell_end, f);
}

static bool refuse(int status, struct err *err)
{
	if (status == 404 || status == 410)
		return err_set(err, ERR_NOT_FOUND, status,
			       "the player host does not have it any more");
	if (status >= 500 || status == 429 || status == 408)
		return err_set(err, ERR_NET, status, "the player host asks to wait (HTTP %d)",
			       status);
	return err_set(err, ERR_REFUSED, status, "the player host refuses it (HTTP %d)", status);
}

static bool on_head(void *arg, const struct http_head *h, struct err *err)
{
	struct mend_fetch *f = arg;
	if (h->status != 200 && h->status != 206 && h->status != 416)
		return refuse(h->status, err);
	int64_t total = h->status == 200 ? h->length : h->range_total;
	if (total < 0)
		return err_set(err, ERR_NET, h->status,
			       "the player host does not say how long the film is");
	if ((uint64_t)total != f->size || h->status == 416)
		return err_set(err, ERR_DAMAGED, h->status,
			       "the player host has %lld bytes, the copy %llu: the publisher has "
			       "replaced it",
			       (long long)total, (unsigned long long)f->size);
	f->at = h->status == 200 ? 0 : (uint64_t)h->range_first; /* 200: Range was ignored */
	if (h->status == 206 && h->range_first != (int64_t)f->want)
		return err_set(err, ERR_NET, 206,
			       "the player host sent another range than was asked for");
	return true;
}

static bool on_data(void *arg, const void *data, size_t n, struct err *err)
{
	struct mend_fetch *f = arg;
	if (n > f->size - f->at)
		return err_set(err, ERR_NET, 0, "the player host sent more than it announced");
	take(f, data, n);
	return true;
}

static void on_done(void *arg, const struct http_head *h, const char *body, size_t len,
		    const struct err *err)
{
	struct mend_fetch *f = arg;
	struct err why;
	f->call = 0;
	if (f->run == f->n) {
		f->timer = timer_add(f->core->timers, 0, tell_end, f);
	} else if (err) {
		failed(f, err);
	} else if (f->want == f->had) {
		err_set(&why, ERR_NET, 0, "the player host sent nothing that was asked for");
		failed(f, &why);
	} else {
		f->retries = 0;
		ask(f);
	}
}

static void ask(struct mend_fetch *f)
{
	struct http *http = core_http(f->core, &f->err);
	struct err why = f->err;
	f->had = f->want;
	if (http) {
		struct http_call call = {
			.method = HTTP_GET,
			.url = f->url,
			.headers = gateway_player_headers(),
			.range_first = (int64_t)f->want,
			.range_last = (int64_t)end_of_run(f) - 1,
			.media = true,
			.identity = true,
			.stall_ms = 30000,
			.first_byte_ms = 30000,
			.arg = f,
			.on_head = on_head,
			.on_data = on_data,
			.on_done = on_done,
		};
		f->call = http_start(http, &call, &why);
		if (f->call && f->core->settings->download_rate > 0)
			http_limit(http, f->call, f->core->settings->download_rate);
	}
	if (!f->call) {
		f->err = why;
		f->failed = true;
		f->timer = timer_add(f->core->timers, 0, tell_end, f);
	}
}

struct mend_fetch *mend_fetch_start(struct core *core, const char *url, uint64_t size,
				    const struct chunk_run *runs, size_t n,
				    const struct mend_fetch_events *events)
{
	struct mend_fetch *f = NEW(struct mend_fetch);
	*f = (struct mend_fetch){
		.core = core,
		.url = str_dup(url),
		.size = size,
		.runs = runs,
		.n = n,
		.events = *events,
		.want = runs[0].first * VAULT_CHUNK,
	};
	f->timer = timer_add(core->timers, 0, again, f);
	return f;
}

void mend_fetch_pause(struct mend_fetch *f, bool paused)
{
	if (f->call)
		http_pause(f->core->http, f->call, paused);
}

void mend_fetch_free(struct mend_fetch *f)
{
	if (!f)
		return;
	if (f->call)
		http_cancel(f->core->http, f->call);
	timer_drop(f->core->timers, f->timer);
	free(f->url);
	free(f);
}
