/* The player: what was asked of it, and what state that left it in. */
#include "kiyya/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "play_keeper.h"
#include "play_mpv.h"
#include "play_setup.h"

/* Commands that came before the player was there. */
#define EARLY_MOST 16
/* A position is news when it moved by this much; the player tells each frame. */
#define POSITION_STEP 0.2
/* A stream that broke off looks to the player as if the film were over. It is not when more than
 * this was left. */
#define BROKEN_OFF_S     5.0
#define BROKEN_OFF_SHARE 0.1

struct play {
	struct keeper *keeper;
	struct core *core; /* borrowed from the keeper; NULL until it is there */
	bool broken;       /* it did not start, or has closed itself */
	char *pending;     /* the address to load when the core is there; owned */
	double start;
	struct early {
		size_t command; /* in the table */
		double amount;
	} early[EARLY_MOST];
	size_t n_early;
	uint64_t serial; /* of the newest load */
	int64_t entry;   /* what the player calls that one; -1 until it has said so */
	bool running;    /* that one has started and not ended */
	bool moving;     /* it has shown or sounded something */
	bool paused, seeking;
	double told; /* the position of the last snapshot */
	bool news;
	struct play_snapshot now;
};

struct play *play_new(const struct wake *wake, const struct play_options *o, struct err *err)
{
	struct play_setup setup;
	if (!play_setup_init(&setup, o, err))
		return NULL;
	struct keeper *keeper = keeper_new(wake, &setup, err);
	if (!keeper)
		return NULL;
	struct play *p = NEW(struct play);
	p->keeper = keeper;
	p->entry = -1;
	p->now = (struct play_snapshot){ .state = PLAY_STOPPED,
					 .position = -1,
					 .duration = -1,
					 .volume = 100,
					 .speed = 1,
					 .ahead = -1 };
	return p;
}

void play_free(struct play *p)
{
	if (!p)
		return;
	keeper_free(p->keeper);
	free(p->pending);
	free(p);
}

static void set_state(struct play *p, enum play_state state)
{
	p->news = p->news || p->now.state != state;
	p->now.state = state;
}

static void fail(struct play *p, const struct err *why)
{
	p->running = false;
	p->now.why = *why;
	set_state(p, PLAY_FAILED);
}

/* ---- what is asked ---- */

static bool load_now(struct play *p, const char *url, struct err *err)
{
	p->entry = -1;
	p->running = p->moving = p->seeking = false;
	return core_load(p->core, url, p->start, ++p->serial, err);
}

bool play_load(struct play *p, const char *url, double start, struct err *err)
{
	if (!str_starts(url, "http://") && !str_starts(url, "https://"))
		return err_set(err, ERR_USAGE, 0, "the player takes http addresses only");
	if (p->broken)
		return err_set(err, ERR_PLAYER, 0, "the player is not there any more");
	p->start = start;
	p->now.position = p->now.duration = p->told = -1;
	p->now.seeked = p->now.waiting = false;
	p->now.ahead = -1;
	p->now.audio = p->now.subtitle = (struct play_track){ 0 };
	err_clear(&p->now.why);
	set_state(p, PLAY_LOADING);
	if (p->core)
		return load_now(p, url, err);
	str_set(&p->pending, url);
	return true;
}

/* "%": the amount, "%%": a hundredth of it. */
static const struct {
	const char *name;
	const char *args[4];
} commands[] = {
	{ "pause", { "cycle", "pause" } },
	{ "seek", { "seek", "%", "relative" } },
	{ "volume", { "add", "volume", "%" } },
	{ "mute", { "cycle", "mute" } },
	{ "stop", { "stop" } },
	{ "speed", { "add", "speed", "%%" } },
	{ "audio", { "cycle", "aid" } },
	{ "subtitle", { "cycle", "sid" } },
};
/* The player itself takes a hundredth, at which nothing seems to move. */
#define SPEED_LEAST 0.1
#define COMMANDS    (sizeof(commands) / sizeof(*commands))

static bool command_now(struct play *p, size_t i, double amount, struct err *err)
{
	char number[40];
	const char *args[5] = { NULL };
	bool speed = str_eq(commands[i].name, "speed");
	if (speed && amount == 0)
		return core_command(p->core, (const char *[]){ "set", "speed", "1", NULL }, err);
	if (speed && p->now.speed + amount / 100 < SPEED_LEAST)
		return true;
	for (size_t a = 0; a < 4 && commands[i].args[a]; a++) {
		const char *arg = commands[i].args[a];
		if (arg[0] == '%')
			snprintf(number, sizeof(number), "%.3f", arg[1] ? amount / 100 : amount);
		args[a] = arg[0] == '%' ? number : arg;
	}
	return core_command(p->core, args, err);
}

/* The player is still starting: keep it for later. What was to be loaded is not, once it is
 * stopped. */
static bool command_later(struct play *p, size_t i, double amount, struct err *err)
{
	if (str_eq(commands[i].name, "stop")) {
		str_set(&p->pending, NULL);
		p->n_early = 0;
		set_state(p, PLAY_STOPPED);
		return true;
	}
	if (p->n_early == EARLY_MOST)
		return err_set(err, ERR_BUSY, 0, "the player is still starting");
	p->early[p->n_early++] = (struct early){ i, amount };
	return true;
}

bool play_command(struct play *p, const char *command, double amount, struct err *err)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (!str_eq(command, commands[i].name))
			continue;
		if (p->broken)
			return err_set(err, ERR_PLAYER, 0, "the player is not there any more");
		return p->core ? command_now(p, i, amount, err) : command_later(p, i, amount, err);
	}
	return err_set(err, ERR_USAGE, 0, "the player has no command \"%.40s\"", command);
}

/* ---- what happened ---- */

static bool broke_off(const struct play *p)
{
	double left = p->now.duration - p->now.position;
	return p->now.position >= 0 && p->now.duration > 0 && left > BROKEN_OFF_S &&
	       left > BROKEN_OFF_SHARE * p->now.duration;
}

static void on_ended(struct play *p, const struct core_event *e)
{
	struct err why = { 0 };
	if (e->entry != p->entry)
		return; /* of something that was replaced */
	p->running = false;
	/* Where there is no sound device the picture goes on alone, and its end is reported as this
	 * error. */
	bool silent_picture = e->how == CORE_BY_NO_SOUND && p->now.position > 0;
	switch (silent_picture ? CORE_AT_END : e->how) {
	case CORE_AT_END:
		if (!broke_off(p)) {
			set_state(p, PLAY_ENDED);
			return;
		}
		err_set(&why, ERR_NET, 0, "the stream broke off before its end");
		fail(p, &why);
		return;
	case CORE_BY_STOP:
		set_state(p, PLAY_STOPPED);
		return;
	case CORE_BY_NO_SOUND:
	case CORE_BY_ERROR:
		fail(p, &e->why);
		return;
	case CORE_BY_REDIRECT:
		p->entry = e->next;
		return;
	}
}

static void set_running_state(struct play *p)
{
	if (p->running && p->moving)
		set_state(p, p->paused ? PLAY_PAUSED : PLAY_PLAYING);
}

static void on_position(struct play *p, double position)
{
	if (!p->running)
		return;
	p->now.position = position > 0 ? position : 0;
	double moved = p->now.position - p->told;
	p->news = p->news || moved >= POSITION_STEP || moved <= -POSITION_STEP;
}

static void on_ahead(struct play *p, double seconds)
{
	if (!p->running)
		return;
	p->news = p->news || (int)p->now.ahead != (int)seconds;
	p->now.ahead = seconds;
}

static void set_flag(struct play *p, bool *flag, bool is)
{
	p->news = p->news || *flag != is;
	*flag = is;
}

static void on_event(struct play *p, const struct core_event *e)
{
	switch (e->kind) {
	case CORE_ACCEPTED:
		if (e->serial != p->serial)
			return;
		p->entry = e->entry;
		if (e->why.kind != ERR_NONE)
			fail(p, &e->why);
		return;
	case CORE_STARTED:
		p->running = p->running || e->entry == p->entry;
		return;
	case CORE_SEEKING:
		p->seeking = p->running && p->moving;
		return;
	case CORE_RESTARTED:
		p->moving = p->running;
		p->now.seeked = p->now.seeked || p->seeking;
		p->news = p->news || p->seeking;
		p->seeking = false;
		set_running_state(p);
		return;
	case CORE_ENDED:
		on_ended(p, e);
		return;
	case CORE_POSITION:
		on_position(p, e->number);
		return;
	case CORE_DURATION:
		if (p->running)
			p->now.duration = e->number;
		p->news = p->news || p->running;
		return;
	case CORE_PAUSED:
		p->paused = e->number != 0;
		set_running_state(p);
		return;
	case CORE_VOLUME:
		p->news = p->news || p->now.volume != (int)(e->number + 0.5);
		p->now.volume = (int)(e->number + 0.5);
		return;
	case CORE_MUTED:
		set_flag(p, &p->now.muted, e->number != 0);
		return;
	case CORE_WAITING:
		set_flag(p, &p->now.waiting, p->running && p->moving && e->number != 0);
		return;
	case CORE_SPEED:
		p->news = p->news || p->now.speed != e->number;
		p->now.speed = e->number;
		return;
	case CORE_AHEAD:
		on_ahead(p, e->number);
		return;
	case CORE_TRACKS:
		p->news = true;
		p->now.audio = e->audio;
		p->now.subtitle = e->subtitle;
		return;
	case CORE_GONE:
		p->broken = true;
		if (p->now.state == PLAY_LOADING || p->running)
			set_state(p, PLAY_STOPPED);
		p->running = false;
		return;
	}
}

/* The core has just come: say what had to wait. */
static void catch_up(struct play *p)
{
	struct err err = { 0 };
	if (p->pending && !load_now(p, p->pending, &err))
		fail(p, &err);
	str_set(&p->pending, NULL);
	for (size_t i = 0; i < p->n_early; i++)
		if (!command_now(p, p->early[i].command, p->early[i].amount, &err))
			fail(p, &err);
	p->n_early = 0;
}

static void look(struct play *p)
{
	struct err err = { 0 };
	switch (keeper_look(p->keeper, &p->core, &err)) {
	case KEEPER_STARTING:
		return;
	case KEEPER_READY:
		catch_up(p);
		return;
	case KEEPER_BROKEN:
		p->broken = true;
		fail(p, &err);
		return;
	}
}

bool play_next(struct play *p, struct play_snapshot *ret)
{
	struct core_event e;
	if (!p->core && !p->broken)
		look(p);
	while (p->core && core_next(p->core, &e))
		on_event(p, &e);
	if (!p->news)
		return false;
	*ret = p->now;
	p->told = p->now.position;
	p->now.seeked = false;
	p->news = false;
	return true;
}

char *play_library_version(void)
{
	struct err err = { 0 };
	char *version = core_version(CORE_LIBRARY, &err);
	return version ? version : str_fmt("not found: %s", err.text);
}
