/* What is played and not kept: from an ITEM to the address at which the player host has it. */
#include "online.h"

#include <stdlib.h>
#include <string.h>
#include "live.h"
#include "lookup.h"

struct online {
	struct core *core;
	online_fn *fn;
	void *arg;
	struct lookup *lookup; /* until the claim is found */
	bool asked_anew;       /* the gateway said so just now */
	struct live *live;     /* from then on, where the claim has no file */
};

static void copy_from_claim(struct copy *c, const struct claim *claim)
{
	memcpy(c->claim_id, claim->id, sizeof(c->claim_id));
	str_copy(c->quality, sizeof(c->quality), "original");
	c->title = str_dup(claim->title);
	c->duration = claim->duration;
}

static void fail(struct online *o, const struct err *err)
{
	o->fn(o->arg, NULL, NULL, err);
}

static bool refuse(const struct claim *c, struct err *err)
{
	return err_set(err, ERR_REFUSED, 0, "\"%.100s\": %s", c->title,
		       c->reason ? c->reason : "there is nothing to play");
}

static lookup_fn on_claim;

/* Nothing of it lies at the player host. True: something was begun that calls back later. What was announced when it was
 * stored may have been put off since, or be over and have a file; and a repost does not say what it is one of. */
static bool begin_without_source(struct online *o, const struct claim *c, struct err *err)
{
	if (!claim_may_be_live(c) || (o->asked_anew && c->kind == CLAIM_REPOST))
		return refuse(c, err);
	if (!o->asked_anew && c->kind != CLAIM_CHANNEL) {
		o->asked_anew = true;
		o->lookup = lookup_start(o->core, c->stream_id, LOOKUP_GATEWAY_FIRST, on_claim, o);
		return true;
	}
	o->live = live_start(o->core, c, o->fn, o->arg, err);
	return o->live != NULL;
}

static bool begin(struct online *o, const struct claim *c, struct err *err)
{
	if (o->core->offline)
		return err_set(err, ERR_NET, 0, "\"%.100s\": not downloaded, and --offline",
			       c->title);
	if (!c->n_sources)
		return begin_without_source(o, c, err);
	if (!c->playable && c->reason)
		return refuse(c, err);
	struct copy what;
	copy_init(&what);
	copy_from_claim(&what, c);
	o->fn(o->arg, &what, c->sources[0].url, NULL);
	copy_release(&what);
	return true;
}

static void on_claim(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct online *o = arg;
	struct err why = err ? *err : (struct err){ 0 };
	o->lookup = NULL;
	if (!one || !begin(o, &one->items[0], &why))
		fail(o, &why);
	page_free(one);
}

struct online *online_start(struct core *core, const char *item, online_fn *fn, void *arg)
{
	struct online *o = NEW(struct online);
	*o = (struct online){ .core = core, .fn = fn, .arg = arg };
	o->lookup = lookup_start(core, item, LOOKUP_STORED_FIRST, on_claim, o);
	return o;
}

void online_free(struct online *o)
{
	if (!o)
		return;
	lookup_cancel(o->lookup);
	live_free(o->live);
	free(o);
}
