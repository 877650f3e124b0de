/* What is live now and lies nowhere: the service is asked whether the claim's channel sends, and with which claim. */
#include "live.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/url.h"
#include "lookup.h"

#define QUALITY "live"

struct live {
	struct core *core;
	live_fn *fn;
	void *arg;
	struct page *claim; /* a page of one: what was asked for */
	uint64_t call;
	struct livestream said;
	struct lookup *lookup; /* the claim that is live, where it is another one */
};

bool live_is(const struct copy *what)
{
	return str_eq(what->quality, QUALITY);
}

void live_free(struct live *l)
{
	if (!l)
		return;
	if (l->call)
		gateway_cancel(l->core->gateway, l->call);
	lookup_cancel(l->lookup);
	page_free(l->claim);
	free(l);
}

static const struct claim *wanted(const struct live *l)
{
	return &l->claim->items[0];
}

/* What to call it: a channel by its name. */
static const char *shown(const struct claim *c)
{
	return c->kind == CLAIM_CHANNEL && c->channel_name ? c->channel_name : c->title;
}

/* -- it is ---------------------------------------------------------------------------------------- */

static void give(struct live *l, const struct claim *what)
{
	struct copy copy;
	copy_init(&copy);
	memcpy(copy.claim_id, what->id, sizeof(copy.claim_id));
	str_copy(copy.quality, sizeof(copy.quality), QUALITY);
	copy.title = str_dup(shown(what));
	l->fn(l->arg, &copy, l->said.url, NULL);
	copy_release(&copy);
}

/* -- it is not ------------------------------------------------------------------------------------ */

/* The moment it was announced for, by the service if it knows better; of a channel the next one. */
static int64_t announced_for(const struct live *l)
{
	const struct claim *c = wanted(l);
	int64_t now = clock_wall(l->core->clock), first = TIME_UNKNOWN;
	for (size_t i = 0; i < l->said.n_announced; i++) {
		const struct livestream_claim *a = &l->said.announced[i];
		if (a->release_time == TIME_UNKNOWN)
			continue;
		if (str_eq(a->id, c->id))
			return a->release_time;
		if (a->release_time > now && (first == TIME_UNKNOWN || a->release_time < first))
			first = a->release_time;
	}
	return c->kind == CLAIM_CHANNEL ? first : c->release_time;
}

/* "begins 2026-11-23 18:00"; owned. */
static char *describe_absence(const struct live *l)
{
	int64_t when = announced_for(l);
	bool coming = when > clock_wall(l->core->clock); /* TIME_UNKNOWN is long ago */
	char date[CLOCK_HERE_SIZE];
	if (when == TIME_UNKNOWN)
		return str_dup("not live now");
	clock_here(when, date);
	if (wanted(l)->kind == CLAIM_CHANNEL)
		return str_fmt("not live now; the next livestream begins %s", date);
	return str_fmt(coming ? "it begins %s" : "not live now; it was announced for %s", date);
}

static void refuse(struct live *l, const char *why, bool with_web)
{
	const struct claim *c = wanted(l);
	struct err err;
	char *web = with_web && c->url ? url_web(c->url) : NULL;
	err_set(&err, ERR_REFUSED, 0, "\"%.100s\": a livestream: %s%s%s", shown(c), why,
		web ? ": see " : "", web ? web : "");
	if (c->kind == CLAIM_CHANNEL)
		err_set(&err, ERR_REFUSED, 0, "%.100s: %s", shown(c), why);
	free(web);
	l->fn(l->arg, NULL, NULL, &err);
}

/* -- it is another -------------------------------------------------------------------------------- */

/* Its channel is live with this one: of a channel that was meant, of a claim it is not. */
static void on_active(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct live *l = arg;
	l->lookup = NULL;
	const struct claim *active = one ? &one->items[0] : NULL;
	if (wanted(l)->kind == CLAIM_CHANNEL) {
		give(l, active ? active : wanted(l));
	} else {
		char *absence = describe_absence(l);
		char *why = str_fmt("%s; its channel is live with %s%.100s%s%.150s", absence,
				    active ? "\"" : "", active ? active->title : "another one, ",
				    active ? "\", " : "",
				    active && active->url ? active->url : l->said.now.id);
		refuse(l, why, false);
		free(why);
		free(absence);
	}
	page_free(one);
}

static bool is_another(const struct live *l)
{
	return l->said.now.id[0] && !str_eq(l->said.now.id, wanted(l)->id);
}

/* -- asking --------------------------------------------------------------------------------------- */

static void on_said(void *arg, const struct livestream *said, const struct err *err)
{
	struct live *l = arg;
	l->call = 0;
	if (err) {
		struct err why = *err;
		err_wrap(&why, "nobody knows whether \"%.100s\" is live", shown(wanted(l)));
		l->fn(l->arg, NULL, NULL, &why);
		return;
	}
	l->said = *said;
	if (!said->live) {
		char *why = describe_absence(l);
		refuse(l, why, true);
		free(why);
	} else if (is_another(l)) {
		l->lookup = lookup_start(l->core, said->now.id, LOOKUP_STORED_FIRST, on_active, l);
	} else {
		give(l, wanted(l));
	}
}

struct live *live_start(struct core *core, const struct claim *claim, live_fn *fn, void *arg,
			struct err *err)
{
	bool off = str_empty(core->settings->gateway_live_url);
	struct gateway *g = core_gateway(core, err);
	if (!g)
		return NULL;
	if (off || !claim->channel_id[0]) {
		err_set(err, ERR_REFUSED, 0, "\"%.100s\": %s%s%.200s", shown(claim),
			off ? "gateway.live_url is empty" : "nobody signed it: nobody can be asked",
			claim->reason ? "; " : "", claim->reason ? claim->reason : "");
		return NULL;
	}
	struct live *l = NEW(struct live);
	*l = (struct live){ .core = core, .fn = fn, .arg = arg, .claim = page_new() };
	claim_copy(page_add(l->claim), claim, l->claim->arena);
	l->call = gateway_livestream(g, claim->channel_id, on_said, l);
	return l;
}
