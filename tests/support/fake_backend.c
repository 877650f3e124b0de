/* Canned answers for the tests of the screen. */
#include "fake_backend.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/clock.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/thread.h"

#define DEMO_CLAIMS 120

struct fake_backend {
	struct link *link;
	pthread_t thread;
	atomic_bool stop;
	uint64_t playing, slow, opening; /* open tickets; 0 none */
	char played[CLAIM_ID_SIZE];
	int faster, subtitle; /* of the player: per cent, track */
	char *quality;        /* of a stream, as it was asked for */
	bool paused;
	char *followed;                  /* owned; name of the one channel that is; NULL none */
	struct strs later;               /* claim ids */
	bool removed;                    /* the first copy has been deleted */
	char downloading[CLAIM_ID_SIZE]; /* "": the queue is empty */
	const char *state;
};

static struct event *answer_to(const struct req *r, enum event_kind kind)
{
	struct event *e = event_new(kind);
	e->ticket = r->ticket;
	e->slot = r->slot;
	return e;
}

static void done(struct fake_backend *b, uint64_t ticket, const char *category, const char *error)
{
	struct event *e = event_new(EV_DONE);
	e->ticket = ticket;
	e->u.done.ok_ = error == NULL;
	e->u.done.error_ = str_dup(error);
	e->u.done.category_ = str_dup(category);
	e->u.done.exit_code_ = error ? 4 : 0;
	link_post(b->link, e);
}

/* -- claims ------------------------------------------------------------------------------------ */

static void claim_id_of(int number, char out[CLAIM_ID_SIZE])
{
	snprintf(out, CLAIM_ID_SIZE, "%040x", (unsigned)number + 0xa000);
}

static struct claim *add_claim(struct page *p, int number, const char *title)
{
	struct claim *c = page_add(p);
	claim_id_of(number, c->id);
	c->kind = CLAIM_VIDEO;
	c->title = arena_str(p->arena, title);
	c->channel_name = "@demo";
	c->url = "lbry://@demo#1/video#2";
	c->duration = 600 + number * 61;
	c->size = 1000000 * (int64_t)(number + 1);
	c->release_time = 1714521600 - number * 86400;
	c->playable = true;
	return c;
}

static void add_demo(struct page *p, int number)
{
	char title[64];
	snprintf(title, sizeof(title), "Film number %03d", number);
	struct claim *c = add_claim(p, number, title);
	if (number == 0) {
		c->title = "The first film";
		c->description = "A description that is long enough to be wrapped in the detail "
				 "pane, whatever its "
				 "width.\n\nWith a second paragraph.";
		c->tags = arena_take(p->arena, 2 * sizeof(*c->tags));
		c->tags[0] = "movie";
		c->tags[1] = "comedy_movies";
		c->n_tags = 2;
		c->local.offline = true;
		c->local.watched = true;
	} else if (number == 1) {
		c->title = "ሰላም 世界, a wide title: "
			   "日本語のとても長い題名がここにあります、そしてさらに続きます";
	} else if (number == 2) {
		c->local.favorite = true;
	} else if (number == 3) {
		c->playable = false;
		c->reason = "members only";
	}
}

static void add_hostile(struct page *p)
{
	static const char *const titles[] = {
		"esc \033[31mred\033[0m",
		"osc \033]52;c;aGk=\a end",
		"c1 \xc2\x9b"
		"31m and \xc2\x85",
		"bidi \xe2\x80\xae"
		"reversed\xe2\x81\xa6",
		"del \x7f back \b\b\b cr \r lf \n tab \t",
		"broken \xff\xfe\xc3 utf-8 \xed\xa0\x80",
		"zero\xe2\x80\x8bwidth\xe2\x80\x8d and \xe2\x80\xa8line",
	};
	size_t n = sizeof(titles) / sizeof(titles[0]);
	for (size_t i = 0; i < n; i++)
		add_claim(p, (int)i, titles[i])->description = titles[i];
	char *longest = mem_new(10001);
	memset(longest, 'x', 10000);
	add_claim(p, (int)n, longest);
	for (size_t i = 0; i + 1 < 10000; i += 2)
		memcpy(longest + i, "\xcc\x81", 2); /* nothing but accents */
	add_claim(p, (int)n + 1, longest);
	free(longest);
}

static void post_page(struct fake_backend *b, const struct req *r, struct page *p, int64_t first,
		      bool cached, bool more)
{
	struct event *e = answer_to(r, EV_PAGE);
	e->u.page.claims_ = p;
	e->u.page.first_ = first;
	e->u.page.cached_ = cached;
	e->u.page.more_ = more;
	e->u.page.fetched_at_ = clock_wall(clock_real()) - (cached ? 12 * 60 + 5 : 0);
	link_post(b->link, e);
}

static void post_demo(struct fake_backend *b, const struct req *r, bool cached)
{
	int64_t limit = r->u.browse.limit_, first = (r->u.browse.page_ - 1) * limit;
	struct page *p = page_new();
	int64_t i = first;
	for (; i < first + limit && i < DEMO_CLAIMS; i++)
		add_demo(p, (int)i);
	post_page(b, r, p, first, cached, i < DEMO_CLAIMS);
}

/* The stored list begins with film 10; the fresh one has ten newer ones before it. */
static void post_moving(struct fake_backend *b, const struct req *r, bool cached)
{
	struct page *p = page_new();
	for (int i = cached ? 10 : 0; i < 30; i++)
		add_demo(p, i);
	post_page(b, r, p, 0, cached, false);
}

static void browse(struct fake_backend *b, const struct req *r)
{
	const char *channel = r->u.browse.channel_;
	if (str_starts(channel, "@demo")) {
		if (!r->u.browse.refresh_)
			post_demo(b, r, true);
		post_demo(b, r, false);
	} else if (str_starts(channel, "@moving")) {
		post_moving(b, r, !r->u.browse.refresh_);
	} else if (str_starts(channel, "@hostile")) {
		struct page *p = page_new();
		add_hostile(p);
		post_page(b, r, p, 0, false, false);
	} else if (str_starts(channel, "@empty")) {
		post_page(b, r, page_new(), 0, false, false);
	} else if (str_starts(channel, "@slow")) {
		b->slow = r->ticket;
		return;
	} else if (str_starts(channel, "@dead")) {
		done(b, r->ticket, "network", "asking gateway.example: no answer in 10 s");
		return;
	} else {
		done(b, r->ticket, "not_found", "there is no such channel");
		return;
	}
	done(b, r->ticket, NULL, NULL);
}

static void show(struct fake_backend *b, const struct req *r)
{
	struct page *p = page_new();
	add_demo(p, 0);
	if (str_is_hex(r->u.show.item_, CLAIM_ID_LEN))
		str_copy(p->items[0].id, CLAIM_ID_SIZE, r->u.show.item_);
	post_page(b, r, p, 0, true, false);
	done(b, r->ticket, NULL, NULL);
}

/* -- follows, later ---------------------------------------------------------------------------- */

static void post_channel(struct fake_backend *b, const struct req *r)
{
	struct event *e = answer_to(r, EV_CHANNEL);
	e->u.channel.claim_id_ = str_dup("00000000000000000000000000000000000000d0");
	e->u.channel.name_ = str_dup(b->followed);
	e->u.channel.title_ = str_dup("The Followed Channel");
	e->u.channel.followed_at_ = 1714521600;
	link_post(b->link, e);
}

static void follow(struct fake_backend *b, const struct req *r)
{
	const char *address = r->kind == REQ_FOLLOW ? r->u.follow.channels_.v[0] : NULL;
	if (r->kind == REQ_FOLLOW) {
		free(b->followed);
		b->followed = str_dupn(address, strcspn(address, ":"));
	}
	if (b->followed)
		post_channel(b, r);
	if (r->kind == REQ_UNFOLLOW)
		str_set(&b->followed, NULL);
	done(b, r->ticket, NULL, NULL);
}

/* Sixty films of the followed channel; the first page is there before. */
static void feed(struct fake_backend *b, const struct req *r)
{
	int64_t first = r->u.feed.first_ > 0 ? r->u.feed.first_ : 0;
	for (int cached = first == 0; cached >= 0 && b->followed; cached--) {
		struct page *p = page_new();
		for (int64_t i = first; i < 60 && i < first + r->u.feed.limit_; i++)
			add_demo(p, (int)i);
		post_page(b, r, p, first, cached, first + (int64_t)p->n < 60);
	}
	done(b, r->ticket, NULL, NULL);
}

static void later(struct fake_backend *b, const struct req *r)
{
	if (str_eq(r->u.later.action_, "add")) {
		strs_add(&b->later, r->u.later.item_);
	} else if (str_eq(r->u.later.action_, "rm")) {
		strs_release(&b->later);
	} else {
		struct page *p = page_new();
		for (size_t i = 0; i < b->later.n; i++)
			str_copy(add_claim(p, 0, "A film for later")->id, CLAIM_ID_SIZE,
				 b->later.v[i]);
		post_page(b, r, p, 0, false, false);
	}
	done(b, r->ticket, NULL, NULL);
}

/* -- home -------------------------------------------------------------------------------------- */

static void post_shelf(struct fake_backend *b, const struct req *r, int place, const char *kind,
		       const char *title, const char *tag, int first, int n)
{
	struct event *e = answer_to(r, EV_SHELF);
	struct page *p = page_new();
	for (int i = first; i < first + n; i++)
		add_demo(p, i);
	if (str_eq(kind, "continue") && n > 0)
		p->items[0].local.position_seconds = 61;
	e->u.shelf.place_ = place;
	e->u.shelf.kind_ = str_dup(kind);
	e->u.shelf.title_ = str_dup(title);
	if (tag) {
		e->u.shelf.channel_ = str_dup("@demo");
		strs_add(&e->u.shelf.tags_, tag);
	}
	e->u.shelf.claims_ = p;
	e->u.shelf.cached_ = !r->u.home.refresh_;
	e->u.shelf.fetched_at_ = clock_wall(clock_real()) - (r->u.home.refresh_ ? 0 : 12 * 60 + 5);
	link_post(b->link, e);
}

static void home(struct fake_backend *b, const struct req *r)
{
	int n = (int)r->u.home.limit_;
	post_shelf(b, r, 0, "continue", "Continue watching", NULL, 7, 1);
	post_shelf(b, r, 1, "featured", "Featured", "hero_trailer", 2, 1);
	post_shelf(b, r, 2, "added", "Recently added", NULL, r->u.home.refresh_ ? 0 : 1, n);
	post_shelf(b, r, 3, "category", "Movies", "movie", 0, n);
	post_shelf(b, r, 4, "category", "Kids", "kids", 0, 0);
	done(b, r->ticket, NULL, NULL);
}

/* What is like the first film; nothing is like any other. */
static void related(struct fake_backend *b, const struct req *r)
{
	char id[CLAIM_ID_SIZE];
	struct page *p = page_new();
	claim_id_of(0, id);
	for (int i = 40; i < 43 && str_eq(r->u.related.item_, id); i++)
		add_demo(p, i);
	post_page(b, r, p, 0, true, false);
	done(b, r->ticket, NULL, NULL);
}

/* -- playlists --------------------------------------------------------------------------------- */

static void playlists(struct fake_backend *b, const struct req *r)
{
	struct page *p = page_new();
	for (int i = 0; i < 2 && str_starts(r->u.playlists.channel_, "@demo"); i++) {
		struct claim *c =
		    add_claim(p, 300 + i, i == 0 ? "The best of it" : "One of a kind");
		c->kind = CLAIM_COLLECTION;
		c->n_item_ids = i == 0 ? 12 : 1;
		c->item_ids = arena_take(p->arena, c->n_item_ids * sizeof(*c->item_ids));
		for (size_t j = 0; j < c->n_item_ids; j++)
			c->item_ids[j] = c->id;
	}
	post_page(b, r, p, 0, false, false);
	done(b, r->ticket, NULL, NULL);
}

/* Not in the order of the channel, and the second has gone. */
static void playlist(struct fake_backend *b, const struct req *r)
{
	struct page *p = page_new();
	char id[CLAIM_ID_SIZE];
	add_demo(p, 9);
	claim_id_of(400, id);
	claim_init_missing(page_add(p), id);
	add_demo(p, 4);
	post_page(b, r, p, 0, false, false);
	done(b, r->ticket, NULL, NULL);
}

/* -- downloads and copies ---------------------------------------------------------------------- */

static void post_download(struct fake_backend *b, uint64_t ticket, const char *id,
			  const char *state, const char *event)
{
	struct event *e = event_new(EV_DOWNLOAD);
	struct ev_download *d = &e->u.download;
	e->ticket = ticket;
	d->claim_id_ = str_dup(id);
	d->title_ = str_dup("The film that is downloaded");
	d->quality_ = str_dup("original");
	d->state_ = str_dup(state);
	d->event_ = str_dup(event);
	d->total_ = 654000000;
	d->have_ = str_eq(state, "done") ? 654000000 : 412000000;
	d->rate_ = 2100000;
	d->eta_ = 115;
	d->encrypted_ = true;
	link_post(b->link, e);
}

static void download(struct fake_backend *b, const struct req *r)
{
	const char *id = r->u.download.items_.v[0];
	str_copy(b->downloading, sizeof(b->downloading), id);
	post_download(b, r->ticket, id, "queued", NULL);
	done(b, r->ticket, NULL, NULL);
	b->state = "active";
	post_download(b, 0, id, b->state, "progress");
}

static void queue_act(struct fake_backend *b, const struct req *r)
{
	static const struct {
		const char *action, *state, *event;
	} acts[] = {
		{ "pause", "paused", NULL },        { "resume", "done", "done" },
		{ "retry", "active", NULL },        { "cancel", "paused", "removed" },
		{ "discard", "paused", "removed" },
	};
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]) && b->downloading[0]; i++) {
		if (!str_eq(acts[i].action, r->u.queue_act.action_))
			continue;
		b->state = acts[i].state;
		post_download(b, 0, b->downloading, b->state, acts[i].event);
		if (str_eq(acts[i].event, "removed"))
			b->downloading[0] = 0;
	}
	done(b, r->ticket, NULL, NULL);
}

static void post_copy(struct fake_backend *b, const struct req *r, int number)
{
	struct event *e = answer_to(r, EV_COPY);
	struct ev_copy *c = &e->u.copy;
	char id[CLAIM_ID_SIZE], title[64];
	claim_id_of(number, id);
	snprintf(title, sizeof(title), "Copy number %d", number);
	c->claim_id_ = str_dup(id);
	c->title_ = str_dup(title);
	c->quality_ = str_dup(number == 0 ? "original" : "720p");
	c->size_ = 654000000;
	c->stored_size_ = 655000000;
	c->encrypted_ = c->complete_ = true;
	c->channel_ = str_dup("@demo");
	c->duration_ = 6130;
	c->added_at_ = 1714521600;
	link_post(b->link, e);
}

static void offline(struct fake_backend *b, const struct req *r)
{
	for (int i = b->removed ? 1 : 0; i < 3; i++)
		post_copy(b, r, i);
	done(b, r->ticket, NULL, NULL);
}

/* -- the player, the rest ---------------------------------------------------------------------- */

static void post_player(struct fake_backend *b, const char *state)
{
	struct event *e = event_new(EV_PLAYER);
	char first[CLAIM_ID_SIZE];
	claim_id_of(0, first);
	e->u.player.claim_id_ = str_dup(b->played);
	e->u.player.state_ = str_dup(state);
	e->u.player.title_ = str_dup(str_eq(b->played, first) ? "The first film" : "Another film");
	e->u.player.position_seconds_ = 723;
	e->u.player.duration_ = 6130;
	e->u.player.volume_ = 80;
	e->u.player.speed_ = 100 + b->faster;
	e->u.player.audio_ = str_dup("1 of 2, am");
	e->u.player.subtitle_ = b->subtitle ? str_fmt("%d of 2, en", b->subtitle) : str_dup("off");
	e->u.player.ahead_ = 9;
	e->u.player.quality_ = str_dup(b->quality);
	link_post(b->link, e);
}

static void steer(struct fake_backend *b, const struct req *r)
{
	if (str_eq(r->u.player.command_, "pause")) {
		b->paused = !b->paused;
		post_player(b, b->paused ? "paused" : "playing");
	} else if (str_eq(r->u.player.command_, "speed")) {
		b->faster = r->u.player.amount_ ? b->faster + (int)r->u.player.amount_ : 0;
		post_player(b, "playing");
	} else if (str_eq(r->u.player.command_, "quality")) {
		str_set(&b->quality, r->u.player.quality_);
		post_player(b, "playing");
	} else if (str_eq(r->u.player.command_, "subtitle")) {
		b->subtitle = (b->subtitle + 1) % 3;
		post_player(b, "playing");
	} else if (str_eq(r->u.player.command_, "stop") || r->u.player.amount_ == 60) {
		/* A minute ahead is the end of each of our films. */
		post_player(b, r->u.player.amount_ == 60 ? "ended" : "stopped");
		done(b, b->playing, NULL, NULL);
		b->playing = 0;
	}
	done(b, r->ticket, NULL, NULL);
}

static void doctor(struct fake_backend *b, const struct req *r)
{
	static const char *const facts[][3] = {
		{ "database", "version", "1" },
		{ "vault", "key", "unlocked, key file" },
		{ "player", "libmpv", "not found: libmpv.so.2" },
	};
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct event *e = answer_to(r, EV_FACT);
		e->u.fact.section_ = str_dup(facts[i][0]);
		e->u.fact.key_ = str_dup(facts[i][1]);
		e->u.fact.value_ = str_dup(facts[i][2]);
		e->u.fact.ok_ = i < 2;
		link_post(b->link, e);
	}
	struct event *e = answer_to(r, EV_GATEWAY);
	e->u.gateway.url_ = str_dup("https://gateway.example/api");
	e->u.gateway.ok_ = true;
	e->u.gateway.ms_ = 42;
	e->u.gateway.status_ = str_dup("healthy");
	link_post(b->link, e);
	done(b, r->ticket, NULL, NULL);
}

static void log_rows(struct fake_backend *b, const struct req *r)
{
	for (int i = 0; i < 4; i++) {
		char id[CLAIM_ID_SIZE];
		struct event *e = answer_to(r, EV_LOG);
		claim_id_of(i % 2, id);
		e->u.log.time_ = 1714521600 + i;
		e->u.log.level_ = str_dup("warn");
		e->u.log.component_ = str_dup("download");
		e->u.log.claim_id_ = str_dup(id);
		e->u.log.message_ = str_fmt("logged line %d", i);
		link_post(b->link, e);
	}
	done(b, r->ticket, NULL, NULL);
}

/* Three series: one that playlists order, over two seasons; a guessed one; and what is unsorted. */
static void series(struct fake_backend *b, const struct req *r)
{
	static const struct {
		const char *series, *title;
		int season, episode;
		bool inferred;
	} rows[] = {
		{ "Revenge", "Revenge S01E01 – Pilot", 1, 1, false },
		{ "Revenge", "Revenge 1x02 The Letter", 1, 2, false },
		{ "Revenge", "Revenge S02E01", 2, 1, true },
		{ "የአባቴ ልጅ", "የአባቴ ልጅ S01E01", 1, 1, true },
		{ "Unsorted", "A series without numbers", -1, -1, true },
	};
	size_t n = str_starts(r->u.series.channel_, "@demo") ? sizeof(rows) / sizeof(rows[0]) : 0;
	struct page *p = page_new();
	for (size_t i = 0; i < n; i++)
		add_claim(p, i == 0 ? 0 : 200 + (int)i, rows[i].title); /* 0 is what is played */
	char ids[sizeof(rows) / sizeof(rows[0])][CLAIM_ID_SIZE];
	for (size_t i = 0; i < n; i++)
		memcpy(ids[i], p->items[i].id, CLAIM_ID_SIZE);
	post_page(b, r, p, 0, false, false);
	for (size_t i = 0; i < n; i++) {
		struct event *e = answer_to(r, EV_EPISODE);
		e->u.episode.series_ = str_dup(rows[i].series);
		e->u.episode.season_ = rows[i].season < 0 ? MSG_UNKNOWN : rows[i].season;
		e->u.episode.episode_ = rows[i].episode < 0 ? MSG_UNKNOWN : rows[i].episode;
		e->u.episode.claim_id_ = str_dup(ids[i]);
		e->u.episode.title_ = str_dup(rows[i].title);
		e->u.episode.inferred_ = rows[i].inferred;
		link_post(b->link, e);
	}
	done(b, r->ticket, NULL, NULL);
}

/* -- search ------------------------------------------------------------------------------------ */

static void post_found(struct fake_backend *b, const struct req *r, int first, const char *kind,
		       const char *from)
{
	const char *words = r->u.search.text_;
	struct event *e = answer_to(r, EV_FOUND);
	struct page *p = page_new();
	char *title = str_fmt("Film %s, %s", words, kind);
	char *snippet = str_fmt("…where %s is…", words);
	struct claim *c = add_claim(p, first, title);
	c->local.offline = first == 0;
	strs_add(&e->u.found.snippets_, snippet);
	free(title);
	free(snippet);
	e->u.found.claims_ = p;
	e->u.found.first_ = first;
	e->u.found.from_ = str_dup(from);
	link_post(b->link, e);
}

static void post_nothing_found(struct fake_backend *b, const struct req *r)
{
	struct event *e = answer_to(r, EV_FOUND);
	e->u.found.claims_ = page_new();
	e->u.found.first_ = 0;
	e->u.found.from_ = str_dup("local");
	link_post(b->link, e);
}

static void search(struct fake_backend *b, const struct req *r)
{
	if (str_empty(r->u.search.text_)) {
		post_nothing_found(b, r);
	} else if (str_eq(r->u.search.text_, "nothing")) {
		struct event *e = answer_to(r, EV_NOTE);
		e->u.note.text_ = str_dup("nothing matches; newest uploads:");
		e->u.note.level_ = str_dup("info");
		link_post(b->link, e);
		post_found(b, r, 0, "whole", "newest");
	} else {
		post_found(b, r, 0, "whole", "local");
		post_found(b, r, 1, "from elsewhere", "remote");
	}
	done(b, r->ticket, NULL, NULL);
}

static void searches(struct fake_backend *b, const struct req *r)
{
	static const char *const words[] = { "last week's words", "last year's words" };
	for (int i = 0; i < 2; i++) {
		struct event *e = answer_to(r, EV_SEARCHED);
		e->u.searched.words_ = str_dup(words[i]);
		link_post(b->link, e);
	}
	done(b, r->ticket, NULL, NULL);
}

static void stop_ticket(struct fake_backend *b, const struct req *r)
{
	if (b->slow != 0 && r->u.stop.of_ == (int64_t)b->slow) {
		done(b, b->slow, "cancelled", "stopped");
		b->slow = 0;
	}
	done(b, r->ticket, NULL, NULL);
}

/* -- the vault's keys -------------------------------------------------------------------------- */

static void post_key(struct fake_backend *b, const struct req *r, const char *state)
{
	struct event *e = answer_to(r, EV_KEY);
	e->u.key.state_ = str_dup(state);
	link_post(b->link, e);
}

static void ask(struct fake_backend *b, bool again)
{
	struct event *e = event_new(EV_ASK);
	e->u.ask.what_ = str_dup("open");
	e->u.ask.again_ = again;
	link_post(b->link, e);
}

/* It opens with one passphrase, and asks until that comes or the person does not want to. */
static void keys(struct fake_backend *b, const struct req *r)
{
	const char *word = r->u.key.passphrase_;
	if (str_eq(r->u.key.action_, "open")) {
		b->opening = r->ticket;
		ask(b, false);
		return;
	}
	if (str_eq(r->u.key.action_, "lock")) {
		post_key(b, r, "locked");
	} else if (word && !str_eq(word, "open ses\xc3\xa1me")) {
		ask(b, true);
	} else {
		struct req opened = { .ticket = b->opening };
		if (word)
			post_key(b, &opened, "unlocked");
		done(b, b->opening, word ? NULL : "locked",
		     word ? NULL : "the vault is locked: no passphrase was given");
	}
	done(b, r->ticket, NULL, NULL);
}

static void answer(struct fake_backend *b, const struct req *r)
{
	/* A newer request of a slot ends the older one. */
	if (b->slow != 0 && r->kind == REQ_BROWSE) {
		done(b, b->slow, "cancelled", "superseded");
		b->slow = 0;
	}
	if (r->kind == REQ_BROWSE) {
		browse(b, r);
	} else if (r->kind == REQ_SEARCH) {
		search(b, r);
	} else if (r->kind == REQ_SEARCHES) {
		searches(b, r);
	} else if (r->kind == REQ_SHOW) {
		show(b, r);
	} else if (r->kind == REQ_SERIES) {
		series(b, r);
	} else if (r->kind == REQ_FOLLOW || r->kind == REQ_UNFOLLOW || r->kind == REQ_FOLLOWING) {
		follow(b, r);
	} else if (r->kind == REQ_HOME) {
		home(b, r);
	} else if (r->kind == REQ_PLAYLISTS) {
		playlists(b, r);
	} else if (r->kind == REQ_PLAYLIST) {
		playlist(b, r);
	} else if (r->kind == REQ_RELATED) {
		related(b, r);
	} else if (r->kind == REQ_FEED) {
		feed(b, r);
	} else if (r->kind == REQ_LATER) {
		later(b, r);
	} else if (r->kind == REQ_DOWNLOAD) {
		download(b, r);
	} else if (r->kind == REQ_QUEUE_ACT) {
		queue_act(b, r);
	} else if (r->kind == REQ_OFFLINE) {
		offline(b, r);
	} else if (r->kind == REQ_REMOVE) {
		b->removed = true;
		post_copy(b, r, 0);
		done(b, r->ticket, NULL, NULL);
	} else if (r->kind == REQ_PLAY) {
		b->playing = r->ticket;
		str_copy(b->played, sizeof(b->played), r->u.play.item_);
		post_player(b, "playing");
	} else if (r->kind == REQ_PLAYER) {
		steer(b, r);
	} else if (r->kind == REQ_KEY) {
		keys(b, r);
	} else if (r->kind == REQ_DOCTOR) {
		doctor(b, r);
	} else if (r->kind == REQ_LOG) {
		log_rows(b, r);
	} else if (r->kind == REQ_STOP) {
		stop_ticket(b, r);
	} else {
		if (r->kind == REQ_QUEUE && b->downloading[0])
			post_download(b, r->ticket, b->downloading, b->state, NULL);
		done(b, r->ticket, NULL, NULL);
	}
}

static void *run(void *arg)
{
	struct fake_backend *b = arg;
	while (!atomic_load(&b->stop)) {
		struct pollfd fd = { .fd = b->link->to_backend.read_fd, .events = POLLIN };
		poll(&fd, 1, -1);
		wake_clear(&b->link->to_backend);
		for (struct req *r; (r = link_next_request(b->link));) {
			answer(b, r);
			req_free(r);
		}
	}
	return NULL;
}

struct fake_backend *fake_backend_start(struct link *link)
{
	struct fake_backend *b = NEW(struct fake_backend);
	struct err err = { 0 };
	b->link = link;
	if (!thread_start(&b->thread, "fake-backend", run, b, &err)) {
		free(b);
		return NULL;
	}
	return b;
}

void fake_backend_stop(struct fake_backend *b)
{
	atomic_store(&b->stop, true);
	wake_up(&b->link->to_backend);
	thread_join(b->thread);
	free(b->followed);
	free(b->quality);
	strs_release(&b->later);
	free(b);
}
