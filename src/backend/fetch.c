/* Fills a stored list from the gateway.
 *
 * A query reaches at most 1000 results, in pages of 50: a window. An order by release time goes on behind it with a
 * window that begins where the last page of this one began: claims of the same moment lie on both sides of the border,
 * what is the last claim to us may not be the last to the gateway (it sorts by what we may have had to correct), and
 * the bound is rounded over there. So some claims come twice and are dropped. Pages may be short without being the
 * last: only an empty one ends the list. */
#include "fetch.h"

#include <stdlib.h>
#include "idset.h"
#include "sweep.h"

#define PAGE_SIZE     50
#define PAGES_A_QUERY (FETCH_REACHABLE / PAGE_SIZE)

struct fetch {
	struct core *core;
	struct claim_query query;
	char *key;
	char *anew; /* list that is filled in its stead until it is whole; NULL: key itself */
	int64_t next_row, want;
	bool reset;
	int64_t
	    edge; /* release time at the near end of the last page; TIME_UNKNOWN: none had one */
	size_t new_in_window; /* claims that no window before it had */
	bool stepped_over;    /* this window is behind a moment of which not all were reached */
	struct idset seen;
	fetch_fn *fn;
	void *arg;
	uint64_t call, timer;
	struct err err;
};

char *fetch_key(const char *address, const struct claim_query *query)
{
	struct buf key;
	buf_init(&key, 16384);
	buf_addf(&key, "channel %s\norder %s", address, query->order ? query->order : "newest");
	for (size_t i = 0; query->tags && i < query->tags->n; i++)
		buf_addf(&key, "\ntag %s", query->tags->v[i]);
	if (query->type)
		buf_addf(&key, "\ntype %s", query->type);
	return buf_steal(&key);
}

const char *fetch_list(const struct fetch *f)
{
	return f->anew ? f->anew : f->key;
}

/* A list that is there already stays what it is until the new one is whole: a refresh that is stopped, or that no gateway
 * sees through, takes nothing away. */
static void set_aside(struct fetch *f)
{
	struct store_list there;
	if (store_cache_list(f->core->store, f->key, &there, NULL) && there.count > 0)
		f->anew = str_fmt("%s\nanew", f->key);
}

/* A list that is being filled loses no claim to the size of the cache. */
static void hold(struct fetch *f, bool on)
{
	struct err err;
	if (!store_cache_hold(f->core->store, fetch_list(f), on, &err))
		log_warn("backend", NULL, "a list is not held: %s", err.text);
}

static bool put_in_place(struct fetch *f, struct err *err)
{
	if (!f->anew)
		return true;
	if (!store_cache_replace(f->core->store, f->key, f->anew, fetch_is_endless(f->query.order),
				 err))
		return false;
	hold(f, false);
	str_set(&f->anew, NULL);
	return true;
}

static void ask(struct fetch *f);

void fetch_cancel(struct fetch *f)
{
	if (!f)
		return;
	timer_drop(f->core->timers, f->timer);
	if (f->call)
		gateway_cancel(f->core->gateway, f->call);
	struct err err;
	hold(f, false);
	if (f->anew && !store_cache_forget(f->core->store, f->anew, &err))
		log_warn("backend", NULL, "half a list is left over: %s", err.text);
	idset_release(&f->seen);
	free(f->anew);
	free(f->key);
	free(f);
}

static void finish(struct fetch *f, const struct err *err)
{
	fetch_fn *fn = f->fn;
	void *arg = f->arg;
	struct err copy = err ? *err : (struct err){ 0 };
	fetch_cancel(f);
	fn(arg, true, err ? &copy : NULL);
}

static bool is_oldest_first(const struct fetch *f)
{
	return str_eq(f->query.order, "oldest");
}

bool fetch_is_endless(const char *order)
{
	return !order || str_eq(order, "newest") || str_eq(order, "oldest");
}

/* The claims of page that are new, in their order. */
static struct page *only_new(struct fetch *f, const struct page *page)
{
	struct page *fresh = page_new();
	for (size_t i = 0; i < page->n; i++)
		if (idset_add(&f->seen, page->items[i].id))
			claim_copy(page_add(fresh), &page->items[i], fresh->arena);
	return fresh;
}

/* Where a window that goes on from the claims behind `from` has to begin. */
static void note_edge(struct fetch *f, const struct page *page, size_t from)
{
	bool oldest_first = is_oldest_first(f);
	int64_t edge = TIME_UNKNOWN;
	for (size_t i = from; i < page->n; i++) {
		int64_t t = page->items[i].release_time;
		if (t != TIME_UNKNOWN &&
		    (edge == TIME_UNKNOWN || (oldest_first ? t < edge : t > edge)))
			edge = t;
	}
	if (edge != TIME_UNKNOWN)
		f->edge = edge;
}

/* Moves the query behind what it can reach; false when there is nothing behind. More claims of one moment than a window
 * holds cannot be reached: it steps over them. */
static bool next_window(struct fetch *f)
{
	bool up = is_oldest_first(f), barren = f->new_in_window == 0;
	if (!fetch_is_endless(f->query.order) || (barren && f->stepped_over) ||
	    f->edge == TIME_UNKNOWN)
		return false;
	int64_t *at = up ? &f->query.released_from : &f->query.released_before;
	int64_t next = up ? f->edge : f->edge + 1;
	bool first = *at == (up ? 0 : TIME_UNKNOWN);
	f->stepped_over = !first && (barren || (up ? next <= *at : next >= *at));
	if (f->stepped_over)
		next = *at + (up ? GATEWAY_TIME_STEP : -GATEWAY_TIME_STEP);
	*at = next;
	f->query.page = 1;
	f->new_in_window = 0;
	return true;
}

static void on_page(void *arg, struct page *page, bool last_page, const struct err *err)
{
	struct fetch *f = arg;
	f->call = 0;
	if (!page) {
		finish(f, err);
		return;
	}
	struct page *fresh = only_new(f, page);
	note_edge(f, page, 0);
	page_free(page);
	f->new_in_window += fresh->n;
	bool end = last_page;
	if (!end && ++f->query.page > PAGES_A_QUERY)
		end = !next_window(f);
	struct err why;
	bool ok =
	    store_cache_put(f->core->store, fetch_list(f), fresh, f->next_row, f->reset, end, &why);
	f->reset = false;
	f->next_row += (int64_t)fresh->n;
	page_free(fresh);
	end = end || f->next_row >= f->want;
	if (!ok || (end && !put_in_place(f, &why))) {
		finish(f, &why);
		return;
	}
	sweep_trim(f->core);
	if (end) {
		finish(f, NULL);
		return;
	}
	ask(f);
	f->fn(f->arg, false, NULL); /* last: it may cancel us */
}

static void ask(struct fetch *f)
{
	f->query.page_size = PAGE_SIZE;
	f->call = gateway_search(f->core->gateway, &f->query, on_page, f);
}

/* A list that goes on: its stored ids count as seen. */
static bool remember_stored(struct fetch *f)
{
	struct page *page = store_cache_page(f->core->store, f->key, 0, f->next_row, &f->err);
	if (!page)
		return false;
	page_free(only_new(f, page));
	note_edge(f, page, page->n > PAGE_SIZE ? page->n - PAGE_SIZE : 0);
	page_free(page);
	f->query.page = (int)(f->next_row / PAGE_SIZE) + 1;
	if (f->query.page <= PAGES_A_QUERY)
		return true;
	f->new_in_window = 1;
	return next_window(f) || err_set(&f->err, ERR_INTERNAL, 0, "nothing is behind this list");
}

static void begin(void *arg)
{
	struct fetch *f = arg;
	f->timer = 0;
	f->reset = f->next_row == 0;
	if (!f->reset && !remember_stored(f)) {
		f->reset = true;
		f->next_row = 0;
	}
	if (f->reset)
		set_aside(f);
	hold(f, true);
	ask(f);
}

struct fetch *fetch_start(struct core *core, const struct claim_query *query, const char *key,
			  int64_t have, int64_t want, fetch_fn *fn, void *arg)
{
	struct fetch *f = NEW(struct fetch);
	*f = (struct fetch){ .core = core,
			     .query = *query,
			     .key = str_dup(key),
			     .next_row = have,
			     .want = want,
			     .edge = TIME_UNKNOWN,
			     .fn = fn,
			     .arg = arg };
	f->query.page = 1;
	f->timer = timer_add(core->timers, 0, begin, f);
	return f;
}
