/* What is played and not kept: where the player host has it, in which quality. */
#include "online.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/ladder.h"
#include "kiyya/quality_rules.h"
#include "live.h"
#include "lookup.h"
#include "rendition.h"
#include "ticket.h"

#define LOOK_EVERY_MS 1000

struct online {
	struct core *core;
	const struct ticket *ticket;
	online_fn *fn;
	void *arg;
	struct lookup *lookup;     /* until the claim is found */
	bool asked_anew;           /* the gateway said so just now */
	struct live *live;         /* from then on, where the claim has no file */
	struct manifest *manifest; /* until it is known which heights there are */
	uint64_t timer;            /* patience with that; while it plays, the next look */
	char asked[QUALITY_SIZE];
	bool by_name;         /* somebody said so, just now */
	struct copy what;     /* what is played: claim and quality */
	struct ladder ladder; /* of nothing until the claim is found */
	bool given;           /* the first address was */
	bool moved;           /* what was given last has been seen or heard */
	bool told;            /* a playlist said which heights there are */
	struct err failed;    /* it could not be played, and the heights are not known yet */
	struct quality_rules rules;
	struct quality_look look; /* the last one */
	bool said_lowest;
};

/* -- which one ----------------------------------------------------------------------------------- */

static void fail(struct online *o, const struct err *err)
{
	o->fn(o->arg, NULL, NULL, err);
}

/* o may be gone afterwards. */
static void give(struct online *o)
{
	const struct rung *r = ladder_at(&o->ladder);
	str_copy(o->what.quality, sizeof(o->what.quality), r->quality);
	o->given = true;
	o->moved = o->said_lowest = false;
	o->look = (struct quality_look){ 0 };
	o->fn(o->arg, &o->what, r->url, NULL);
}

/* What somebody said is what he wants the next time, if anything is to be kept of it. */
static void remember(struct online *o, const char *quality)
{
	struct err err;
	if (o->core->settings->history_positions &&
	    !store_choice_put(o->core->store, o->what.claim_id, quality, &err))
		log_error("play", o->what.claim_id, "the quality is not remembered: %s", err.text);
}

static void say_instead(struct online *o, const char *found)
{
	if (!str_eq(o->asked, "best") && !str_eq(o->asked, found))
		post_note(o->core, o->ticket, "info", "\"%.100s\": there is no %s, this is %s",
			  o->what.title, o->asked, found);
}

static void give_first(struct online *o)
{
	int height = quality_height(o->asked);
	ladder_ask(&o->ladder, o->asked);
	const char *found = ladder_at(&o->ladder)->quality;
	if (o->by_name && o->told && height && !quality_is_common(height) &&
	    !str_eq(found, o->asked)) {
		struct err why;
		err_set(&why, ERR_USAGE, 0,
			"\"%s\" is no quality: original, best, or a height such as 720p", o->asked);
		fail(o, &why);
		return;
	}
	say_instead(o, found);
	if (o->by_name)
		remember(o, o->asked);
	quality_rules_begin(&o->rules, clock_mono_ms(o->core->clock));
	give(o);
}

/* -- which ones there are ------------------------------------------------------------------------ */

static void drop_and_give(struct online *o, const struct err *why)
{
	const char *before = ladder_at(&o->ladder)->quality;
	if (!ladder_drop(&o->ladder)) {
		fail(o, why);
		return;
	}
	post_note(o->core, o->ticket, "warn", "%s: %s; now %s", before, why->text,
		  ladder_at(&o->ladder)->quality);
	quality_rules_changed(&o->rules, clock_mono_ms(o->core->clock), false);
	give(o);
}

/* What there is is known now, or nobody will say. */
static void go_on(struct online *o)
{
	manifest_free(o->manifest);
	o->manifest = NULL;
	struct err why = o->failed;
	if (!o->given) {
		timer_drop(o->core->timers, o->timer);
		o->timer = 0;
		give_first(o);
	} else if (why.kind != ERR_NONE) {
		drop_and_give(o, &why);
	}
}

static void on_master(void *arg, const struct m3u8 *master, const char *url,
		      enum connection_end how, const struct err *err)
{
	struct online *o = arg;
	if (master) {
		o->told = true;
		ladder_add(&o->ladder, master, url);
		rendition_keep(o->core, o->what.claim_id, o->what.sd_hash, master, url);
	} else {
		log_info("play", o->what.claim_id, "only the original: %s", err->text);
	}
	go_on(o);
}

static void on_patience_over(void *arg)
{
	struct online *o = arg;
	o->timer = 0;
	log_info("play", o->what.claim_id, "only the original: no playlist came in time");
	go_on(o);
}

/* The original can be played while the playlist is on its way. */
static bool needs_heights(const struct online *o)
{
	return quality_height(o->asked) ||
	       (str_eq(o->asked, "best") && !ladder_best_is_original(&o->ladder));
}

static void choose_asked(struct online *o)
{
	const char *set = o->core->settings->play_quality;
	o->by_name = o->asked[0];
	if (!o->by_name && !store_choice_get(o->core->store, o->what.claim_id, o->asked))
		str_copy(o->asked, sizeof(o->asked), str_empty(set) ? "best" : set);
}

static void copy_from_claim(struct copy *c, const struct claim *claim)
{
	memcpy(c->claim_id, claim->id, sizeof(c->claim_id));
	memcpy(c->sd_hash, claim->sd_hash, sizeof(c->sd_hash));
	str_copy(c->quality, sizeof(c->quality), "original");
	c->title = str_dup(claim->title);
	c->duration = claim->duration;
}

static void begin_with_source(struct online *o, const struct claim *c)
{
	struct err err;
	int64_t bits = c->size > 0 && c->size < INT64_MAX / 8 && c->duration > 0
			   ? c->size * 8 / c->duration
			   : 0;
	copy_from_claim(&o->what, c);
	ladder_init(&o->ladder, c->sources[0].url, bits, quality_type_opens(c->media_type));
	choose_asked(o);
	if (rendition_has_others(c) &&
	    !(o->manifest = rendition_ask(o->core, c, on_master, o, &err)))
		log_info("play", c->id, "only the original: %s", err.text);
	if (o->manifest && needs_heights(o))
		o->timer = timer_add(o->core->timers, o->core->settings->gateway_timeout,
				     on_patience_over, o);
	else
		give_first(o);
}

/* -- the claim ----------------------------------------------------------------------------------- */

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
	begin_with_source(o, c);
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

struct online *online_start(struct core *core, const struct ticket *t, const char *item,
			    const char *quality, online_fn *fn, void *arg)
{
	struct online *o = NEW(struct online);
	*o = (struct online){ .core = core, .ticket = t, .fn = fn, .arg = arg };
	str_copy(o->asked, sizeof(o->asked), quality ? quality : "");
	copy_init(&o->what);
	o->lookup = lookup_start(core, item, LOOKUP_STORED_FIRST, on_claim, o);
	return o;
}

void online_free(struct online *o)
{
	if (!o)
		return;
	lookup_cancel(o->lookup);
	live_free(o->live);
	manifest_free(o->manifest);
	timer_drop(o->core->timers, o->timer);
	ladder_release(&o->ladder);
	copy_release(&o->what);
	free(o);
}

/* -- while it plays -------------------------------------------------------------------------------- */

/* o may be gone afterwards. */
static void change(struct online *o, const char *why, const char *before, bool raised)
{
	post_note(o->core, o->ticket, "info", "%s: %s → %s", why, before,
		  ladder_at(&o->ladder)->quality);
	quality_rules_changed(&o->rules, clock_mono_ms(o->core->clock), raised);
	give(o);
}

static void lower(struct online *o)
{
	const char *before = ladder_at(&o->ladder)->quality;
	if (o->manifest) /* not known yet where to */
		return;
	if (ladder_step(&o->ladder, -1)) {
		change(o, "slow line", before, false);
	} else if (!o->said_lowest) {
		o->said_lowest = true;
		post_note(o->core, o->ticket, "warn",
			  "slow line: there is nothing lower than %s; download it to see it whole",
			  before);
	}
}

static void raise(struct online *o)
{
	const char *before = ladder_at(&o->ladder)->quality;
	if (o->core->settings->play_auto_upgrade && ladder_step(&o->ladder, 1))
		change(o, "steady line", before, true);
}

static void judge(struct online *o)
{
	o->look.now = clock_mono_ms(o->core->clock);
	switch (quality_rules_look(&o->rules, &o->look)) {
	case QUALITY_STAY:
		return;
	case QUALITY_DOWN:
		lower(o);
		return;
	case QUALITY_UP:
		raise(o);
		return;
	}
}

/* A player that stands still says nothing. */
static void on_tick(void *arg)
{
	struct online *o = arg;
	o->timer = timer_add(o->core->timers, LOOK_EVERY_MS, on_tick, o);
	o->look.seeked = false;
	judge(o);
}

void online_look(struct online *o, const struct play_snapshot *now)
{
	if (!o->ladder.n)
		return;
	if (!o->timer)
		o->timer = timer_add(o->core->timers, LOOK_EVERY_MS, on_tick, o);
	o->moved = o->moved || (now->position >= 0 &&
				(now->state == PLAY_PLAYING || now->state == PLAY_PAUSED));
	o->look.playing = now->state == PLAY_PLAYING;
	o->look.waiting = now->waiting;
	o->look.seeked = now->seeked;
	judge(o);
}

bool online_failed(struct online *o, const struct err *why)
{
	if (!o->ladder.n || o->moved)
		return false;
	if (o->manifest) {
		o->failed = *why;
		return true;
	}
	drop_and_give(o, why);
	return true;
}

static bool choose(struct online *o, const char *word, struct err *err)
{
	bool lower = str_eq(word, "lower");
	if (!lower && !str_eq(word, "higher")) {
		if (!quality_is_word(word))
			return err_set(err, ERR_USAGE, 0,
				       "a quality is original, best, or a height such as 720p");
		ladder_ask(&o->ladder, word);
		return true;
	}
	return ladder_choose(&o->ladder, lower ? -1 : 1) ||
	       err_set(err, ERR_NOT_FOUND, 0, "there is nothing %s than %s", word,
		       ladder_at(&o->ladder)->quality);
}

bool online_choose(struct online *o, const char *word, struct err *err)
{
	if (!o->given || !o->ladder.n)
		return err_set(err, ERR_NOT_FOUND, 0, "it has no qualities to choose from");
	if (o->manifest)
		return err_set(err, ERR_BUSY, 0, "its qualities are still being asked for");
	const char *before = ladder_at(&o->ladder)->quality;
	if (!choose(o, word, err))
		return false;
	const char *now = ladder_at(&o->ladder)->quality;
	remember(o, str_eq(word, "best") ? word : now);
	if (!str_eq(now, before))
		change(o, "quality", before, false);
	else
		post_note(o->core, o->ticket, "info", "quality: %s", now);
	return true;
}
