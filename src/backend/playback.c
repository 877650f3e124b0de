/* Answers play and player: a copy gets an address on the local server, the player is pointed at it; what is not
 * in the vault is played from the player host. Positions are kept on the way. */
#include "playback.h"

#include <stdlib.h>
#include <string.h>
#include "along.h"
#include "grants.h"
#include "keep.h"
#include "kiyya/play.h"
#include "kiyya/position.h"
#include "kiyya/stream.h"
#include "live.h"
#include "online.h"
#include "outside.h"
#include "route.h"
#include "ticket.h"
#include "unlock.h"

#define SAVE_EVERY_S 5

struct playback {
	struct core *core;
	struct grants grants;
	struct session *session; /* what is being played */
};

/* One REQ_PLAY from the key press to the end of the player. */
struct session {
	struct playback *playback;
	struct ticket *ticket;
	struct req_play request; /* its strings are owned */
	struct online *online;   /* what is not in the vault */
	struct along *along;     /* until its address is given out */
	struct play *play;       /* this, */
	struct outside *outside; /* or that */
	const char *url;         /* of the grant; NULL when played from the player host */
	struct copy copy;        /* what is played, as far as it is known */
	bool offline;
	bool complete; /* all of it is in the vault */
	int64_t start;
	double loaded; /* where what was given to the player last is to begin */
	struct play_snapshot last;
	double at;              /* the last position known; -1 none */
	int64_t saved_position; /* -1 never */
	bool in_history;
};

struct playback *playback_new(struct core *core)
{
	struct playback *p = NEW(struct playback);
	p->core = core;
	p->grants.core = core;
	return p;
}

struct grants *playback_grants(struct playback *p)
{
	return &p->grants;
}

int playback_port(const struct playback *p)
{
	return p->grants.stream ? stream_port(p->grants.stream) : 0;
}

/* -- positions ----------------------------------------------------------------------------------- */

static int64_t whole(double seconds)
{
	return seconds >= 0 && seconds < 1e9 ? (int64_t)seconds : -1;
}

static void save_position(struct session *s)
{
	struct core *core = s->playback->core;
	int64_t position = whole(s->last.position);
	int64_t duration = s->last.duration > 0 ? whole(s->last.duration) : s->copy.duration;
	if (position < 0 || !s->copy.claim_id[0] || !core->settings->history_positions ||
	    live_is(&s->copy))
		return;
	enum position_rule rule = position_judge(position, duration);
	if (rule == POSITION_TOO_EARLY || position == s->saved_position)
		return;
	struct err err;
	struct progress p = { .title = s->copy.title,
			      .position_seconds = position,
			      .duration = duration };
	memcpy(p.claim_id, s->copy.claim_id, sizeof(p.claim_id));
	p.watched = rule == POSITION_FINISHED;
	if (rule == POSITION_FINISHED)
		p.position_seconds = 0;
	p.updated_at = clock_wall(core->clock);
	if (store_progress_put(core->store, &p, &err))
		s->saved_position = position;
	else
		log_error("play", p.claim_id, "the position was not kept: %s", err.text);
}

static int64_t stored_position(struct session *s)
{
	struct progress p;
	if (!store_progress_get(s->playback->core->store, s->copy.claim_id, &p, NULL))
		return 0;
	int64_t position = p.position_seconds;
	progress_release(&p);
	return position > 0 ? position : 0;
}

/* What was asked for and never came is not history. */
static void note_played(struct session *s)
{
	struct core *core = s->playback->core;
	struct err err;
	if (s->in_history || !s->copy.claim_id[0] || !core->settings->history_played)
		return;
	s->in_history = true;
	if (!store_history_add(core->store, s->copy.claim_id, s->copy.title, &err))
		log_error("play", s->copy.claim_id, "not put into the history: %s", err.text);
}

/* -- the session ------------------------------------------------------------------------------------ */

static const char *const state_words[] = {
	[PLAY_LOADING] = "loading", [PLAY_PLAYING] = "playing", [PLAY_PAUSED] = "paused",
	[PLAY_ENDED] = "ended",     [PLAY_STOPPED] = "stopped", [PLAY_FAILED] = "failed",
};

/* "2 of 3, am"; NULL where there is none. Owned. */
static char *track_words(const struct play_track *t)
{
	if (t->of == 0)
		return NULL;
	if (t->at == 0)
		return str_dup("off");
	return str_fmt("%d of %d%s%s", t->at, t->of, t->lang[0] ? ", " : "", t->lang);
}

static void post_player(struct session *s)
{
	struct event *e = event_new(EV_PLAYER);
	struct ev_player *p = &e->u.player;
	p->state_ = str_dup(state_words[s->last.state]);
	p->claim_id_ = str_dup(s->copy.claim_id);
	p->title_ = str_dup(s->copy.title);
	p->quality_ = str_dup(s->copy.quality);
	if (whole(s->last.position) >= 0)
		p->position_seconds_ = whole(s->last.position);
	p->live_ = live_is(&s->copy);
	if (s->last.duration > 0)
		p->duration_ = whole(s->last.duration);
	else if (s->copy.duration > 0)
		p->duration_ = s->copy.duration;
	p->volume_ = s->last.volume;
	p->muted_ = s->last.muted;
	p->speed_ = (int64_t)(s->last.speed * 100 + 0.5);
	p->audio_ = track_words(&s->last.audio);
	p->subtitle_ = track_words(&s->last.subtitle);
	if (!s->complete && whole(s->last.ahead) >= 0)
		p->ahead_ = whole(s->last.ahead);
	p->waiting_ = s->last.waiting;
	p->offline_ = s->offline;
	if (s->last.state == PLAY_FAILED)
		p->error_ = str_dup(s->last.why.text);
	link_post(s->playback->core->link, e);
}

static void session_free(struct session *s)
{
	struct playback *p = s->playback;
	online_free(s->online);
	along_free(s->along);
	unlock_forget(p->core->unlock, s);
	if (s->play) {
		save_position(s);
		play_free(s->play);
	}
	outside_free(s->outside);
	if (s->url)
		grants_take_back(&p->grants, s->url);
	copy_release(&s->copy);
	free(s->request.item_);
	free(s->request.quality_);
	free(s->request.vo_);
	strs_release(&s->request.options_);
	if (p->session == s)
		p->session = NULL;
	free(s);
}

/* The ticket is ended by whoever cancels. */
static void session_cancel(void *arg)
{
	struct session *s = arg;
	bool shown = s->play || s->outside;
	s->last.state = PLAY_STOPPED;
	if (shown)
		post_player(s);
	session_free(s);
}

/* err NULL: at the end of the film, or because somebody stopped it. */
static void session_end(struct session *s, const struct err *err)
{
	struct ticket *t = s->ticket;
	if (err) {
		s->last.state = PLAY_FAILED;
		s->last.why = *err;
	}
	post_player(s);
	session_free(s);
	ticket_done(t, err);
}

static void session_loading(struct session *s)
{
	s->saved_position = -1;
	s->at = -1;
	s->last = (struct play_snapshot){ .state = PLAY_LOADING,
					  .position = -1,
					  .duration = -1,
					  .volume = 100,
					  .speed = 1,
					  .ahead = -1 };
	post_player(s);
}

/* The user's own player: it begins at the beginning, and where it stopped it does not say. */
static bool open_outside(struct session *s, const char *url, struct err *err)
{
	const char *command = s->playback->core->settings->play_command;
	s->outside = outside_new(command, s->copy.title, url, err);
	if (!s->outside)
		return false;
	session_loading(s);
	note_played(s);
	return true;
}

/* --audio and --vo name things of our player, as its options do. */
static bool wants_outside(const struct session *s)
{
	const struct req_play *r = &s->request;
	return !str_empty(s->playback->core->settings->play_command) && !r->audio_ &&
	       str_empty(r->vo_) && r->options_.n == 0;
}

static bool load(struct session *s, const char *url, double at, struct err *err)
{
	s->loaded = at;
	return play_load(s->play, url, at, err);
}

static bool open_player(struct session *s, const char *url, const struct strs *headers,
			struct err *err)
{
	struct core *core = s->playback->core;
	const struct settings *set = core->settings;
	if (wants_outside(s))
		return open_outside(s, url, err);
	struct play_options o = { .vo = str_empty(s->request.vo_) ? set->play_vo : s->request.vo_,
				  .picture = core->link->picture,
				  .audio_only = s->request.audio_,
				  .local = s->offline,
				  .complete = s->complete,
				  .mpv_config = set->play_mpv_config,
				  .headers = headers,
				  .options = &s->request.options_ };
	s->play = play_new(&core->player_wake, &o, err);
	if (!s->play)
		return false;
	s->start = live_is(&s->copy)                  ? PLAY_FROM_NOW
		   : s->request.start_ != MSG_UNKNOWN ? s->request.start_
						      : stored_position(s);
	if (s->request.start_ == MSG_UNKNOWN && s->start > 0) {
		char at[32];
		str_duration(at, sizeof(at), s->start);
		post_note(core, s->ticket, "info", "going on at %s", at);
	}
	session_loading(s);
	return load(s, url, (double)s->start, err);
}

void playback_post_address(struct ticket *t, const struct copy *c, const char *url)
{
	struct event *e = ticket_event(t, EV_SERVE);
	e->u.serve.claim_id_ = str_dup(c->claim_id);
	e->u.serve.title_ = str_dup(c->title);
	e->u.serve.quality_ = str_dup(c->quality);
	e->u.serve.url_ = str_dup(url);
	link_post(t->core->link, e);
}

/* url: NULL and *why, or what grants gave for the copy. */
static void play_address(struct session *s, const char *url, struct err *why)
{
	s->offline = true;
	s->url = url;
	if (!s->url)
		session_end(s, why);
	else if (s->request.url_)
		playback_post_address(s->ticket, &s->copy,
				      s->url); /* and wait until it is stopped */
	else if (!open_player(s, s->url, NULL, why))
		session_end(s, why);
}

static void play_copy(void *arg, const struct err *err)
{
	struct session *s = arg;
	struct playback *p = s->playback;
	struct err why;
	if (err) {
		session_end(s, err);
		return;
	}
	int port = (int)p->core->settings->server_port;
	s->complete = true;
	play_address(s, grants_give(&p->grants, &s->copy, port, &why), &why);
}

/* It is on its way: what the player comes to is fetched first. */
static void play_along(void *arg, const struct copy *copy, struct source *source,
		       const struct err *err)
{
	struct session *s = arg;
	struct playback *p = s->playback;
	struct err why;
	if (err) {
		session_end(s, err);
		return;
	}
	copy_copy(&s->copy, copy);
	int port = (int)p->core->settings->server_port;
	const char *url = grants_give_along(&p->grants, copy, source, s->along, port, &why);
	if (url)
		s->along = NULL;
	play_address(s, url, &why);
}

/* The first address, or another one to go on with. */
static void play_online(void *arg, const struct copy *what, const char *url, const struct err *err)
{
	struct session *s = arg;
	struct err why;
	bool ok = true;
	if (err) {
		session_end(s, err);
		return;
	}
	copy_release(&s->copy);
	copy_copy(&s->copy, what);
	if (s->request.url_)
		playback_post_address(s->ticket, &s->copy, url);
	else if (!s->play)
		ok = open_player(s, url, gateway_player_headers(), &why);
	else
		ok = load(s, url, s->at >= 0 ? s->at : (double)s->start, &why);
	if (!ok)
		session_end(s, &why);
}

/* "address" is where there is no player of ours. */
static bool is_elsewhere(const struct core *core, const struct req_play *r)
{
	const char *vo = str_empty(r->vo_) ? core->settings->play_vo : r->vo_;
	return !r->audio_ && str_eq(vo, "address");
}

void answer_play(struct core *core, struct ticket *t, const struct req_play *r)
{
	struct playback *p = core->playback;
	if (p->session) { /* one thing at a time: the newer wish counts */
		struct ticket *old = p->session->ticket;
		session_cancel(p->session);
		ticket_done(old, NULL);
	}
	struct session *s = NEW(struct session);
	s->playback = p;
	s->ticket = t;
	p->session = s;
	copy_init(&s->copy);
	s->request = (struct req_play){ .item_ = str_dup(r->item_ ? r->item_ : ""),
					.quality_ = str_dup(r->quality_),
					.audio_ = r->audio_,
					.vo_ = str_dup(r->vo_),
					.start_ = r->start_,
					.url_ = r->url_ || is_elsewhere(core, r) };
	strs_copy(&s->request.options_, &r->options_);
	ticket_on_cancel(t, session_cancel, s);
	const char *quality =
	    str_empty(r->quality_) || str_eq(r->quality_, "best") ? NULL : r->quality_;
	if (keep_find(core, s->request.item_, quality, true, &s->copy, NULL))
		unlock_if(core->unlock, s->copy.encrypted, play_copy, s);
	else if (!(s->along =
		       along_start(core, s->request.item_, quality, true, play_along, s, NULL)))
		s->online = online_start(core, t, s->request.item_, r->quality_, play_online, s);
}

/* A player that is sent behind the end says that it is there, or a frame further; nothing of it is seen. */
static bool is_behind_end(const struct session *s, const struct play_snapshot *now)
{
	return now->duration > 0 && now->position >= now->duration &&
	       now->position <= s->loaded + 1;
}

static void take_snapshot(struct session *s, const struct play_snapshot *now)
{
	bool was_playing = s->last.state == PLAY_PLAYING;
	double duration = s->last.duration;
	s->last = *now;
	if (live_is(&s->copy)) /* of its list the player knows a length, but that is no end */
		s->last.duration = -1;
	if (now->position >= 0)
		s->at = now->position;
	else if (s->at >= 0) /* while another quality is loaded it is where it was */
		s->last.duration = duration;
	s->last.position = s->at;
	if (now->state == PLAY_PLAYING)
		note_played(s);
	bool due = llabs(whole(now->position) - s->saved_position) >= SAVE_EVERY_S;
	if (due || now->seeked || (was_playing && now->state != PLAY_PLAYING))
		save_position(s);
}

/* The player sees a stream end; why it ended early, the server knows. */
static void player_ended(struct session *s, const struct play_snapshot *now)
{
	struct err why = now->why;
	bool failed = now->state == PLAY_FAILED;
	if (s->url && now->state != PLAY_STOPPED &&
	    stream_trouble(s->playback->grants.stream, s->url, &why))
		failed = true;
	bool seen = now->position >= 0;
	if (!failed && now->state == PLAY_ENDED && !seen && s->online && !live_is(&s->copy)) {
		char at[32];
		str_duration(at, sizeof(at), whole(s->loaded));
		failed = true;
		err_set(&why, ERR_NOT_FOUND, 0, "it ends before %s", at);
	}
	if (failed && s->online && online_failed(s->online, &why))
		return;
	if (!failed && now->state == PLAY_ENDED && seen && now->duration > 0) {
		/* The end of the file is the end of the film, whatever the last position said. */
		s->last.position = now->duration;
		save_position(s);
	}
	session_end(s, failed ? &why : NULL);
}

int playback_fd(const struct playback *p)
{
	return p && p->session && p->session->outside ? outside_fd(p->session->outside) : -1;
}

void playback_poll(struct playback *p)
{
	struct play_snapshot now;
	struct session *s = p->session;
	struct err why;
	if (s && s->outside && outside_ended(s->outside, &why)) {
		s->last.state = PLAY_STOPPED;
		session_end(s, why.kind != ERR_NONE ? &why : NULL);
		return;
	}
	if (!s || !s->play)
		return;
	/* Any of this may end it. */
	while (p->session == s && play_next(s->play, &now)) {
		if (is_behind_end(s, &now))
			now.position = -1;
		take_snapshot(s, &now);
		if (now.state == PLAY_ENDED || now.state == PLAY_STOPPED ||
		    now.state == PLAY_FAILED) {
			player_ended(s, &now);
			continue;
		}
		post_player(s);
		if (s->online)
			online_look(s->online, &now);
	}
}

void answer_player(struct core *core, struct ticket *t, const struct req_player *r)
{
	struct session *s = core->playback->session;
	struct err err;
	if (s && s->outside && str_eq(r->command_, "stop")) {
		s->last.state = PLAY_STOPPED;
		session_end(s, NULL);
		ticket_done(t, NULL);
		return;
	}
	if (!s || !s->play) {
		err_set(&err, ERR_NOT_FOUND, 0,
			s && s->outside ? "play.command has keys of its own"
					: "nothing is playing");
		ticket_done(t, &err);
		return;
	}
	int64_t amount = r->amount_ == MSG_UNKNOWN ? 0 : r->amount_;
	const char *command = r->command_ ? r->command_ : "";
	bool ok;
	if (!str_eq(command, "quality"))
		ok = play_command(s->play, command, (double)amount, &err);
	else if (s->online)
		ok = online_choose(s->online, r->quality_ ? r->quality_ : "", &err);
	else
		ok = err_set(&err, ERR_NOT_FOUND, 0, "a copy has the quality it was kept in");
	ticket_done(t, ok ? NULL : &err);
}

void playback_withdraw(struct playback *p, const char *claim_id)
{
	struct session *s = p->session;
	if (s && s->offline && str_eq(s->copy.claim_id, claim_id)) {
		struct ticket *t = s->ticket;
		session_cancel(s);
		ticket_done(t, NULL);
	}
	grants_take_back_claim(&p->grants, claim_id);
}

void playback_lock(struct playback *p, const struct err *err)
{
	struct session *s = p->session;
	if (s && s->url && s->copy.encrypted)
		session_end(s, err);
	serve_lock(p->core, err);
}

void playback_free(struct playback *p)
{
	if (!p)
		return;
	if (p->session)
		session_free(p->session);
	grants_release(&p->grants);
	free(p);
}
