/* Stories on a disk that loses power: told again and again, cut off and failed at every step. */
#include "power_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SEED UINT64_C(20261122)

static char where[200];

void world_where(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(where, sizeof(where), format, args);
	va_end(args);
}

const char *world_where_text(void)
{
	return where;
}

bool world_has(const struct world *w, const char *name)
{
	char path[600];
	snprintf(path, sizeof(path), "%s/%s", w->box.vault, name);
	return access(path, F_OK) == 0;
}

void world_reopen(struct world *w)
{
	vault_free(w->box.v);
	struct vault_paths paths = box_paths(&w->box);
	must_do(w->box.v = vault_new(&paths, power_io(), err));
}

static void world_begin(struct world *w, const struct story *s, uint64_t seed)
{
	*w = (struct world){ .luck = { seed } };
	box_make(&w->box);
	power_on(w->box.root, seed);
	world_reopen(w);
	s->begin(w);
	power_restore(false); /* what the beginning made was made durable */
	world_reopen(w);
	power_at(0, POWER_STAYS);
}

static void world_end(struct world *w)
{
	power_off();
	box_remove(&w->box);
}

/* The power goes, and comes again. */
static void cut_and_check(struct world *w, const struct story *s, bool some)
{
	power_restore(some);
	world_reopen(w);
	power_at(0, POWER_STAYS);
	s->check(w);
}

/* One life: at most so many cuts on the way, one behind the end. Returns how many there were. *ops: of the longest
 * life without a cut. */
static unsigned live(const struct story *s, uint64_t seed, unsigned life, unsigned most,
		     unsigned *ops)
{
	struct world w;
	unsigned cuts = 0;
	world_where("%s, seed %llu, life %u", s->name, (unsigned long long)seed, life);
	world_begin(&w, s, seed);
	bool done = false;
	while (!done) {
		unsigned nth = 1 + (unsigned)luck_below(&w.luck, *ops + 1);
		bool goes = cuts < most;
		world_where("%s, seed %llu, life %u, cut %u at operation %u", s->name,
			    (unsigned long long)seed, life, cuts + 1, nth);
		power_at(goes ? nth : 0, goes ? POWER_CUT : POWER_STAYS);
		struct err why = { 0 };
		done = s->run(&w, &why);
		if (power_is_out())
			done = false;
		else if (!done)
			fail_msg("%s: %s", where, why.text);
		else if (cuts == 0 && power_count() > *ops)
			*ops = power_count();
		cut_and_check(&w, s, true);
		cuts++;
	}
	world_end(&w);
	return cuts;
}

void story_cut(const struct story *s, unsigned cuts)
{
	unsigned ops = 0, made = 0, lives = 0;
	for (; made < cuts; lives++) /* the first ones to see how long they are */
		made += live(s, SEED + lives, lives, lives < 4 ? 0 : 3, &ops);
	printf("%s: %u power cuts in %u lives, of up to %u operations each\n", s->name, made, lives,
	       ops);
}

static const struct {
	enum power_way way;
	const char *name;
	enum err_kind kind;
} ways[] = {
	{ POWER_EIO, "an error", ERR_IO },
	{ POWER_ENOSPC, "no space", ERR_SPACE },
	{ POWER_SHORT, "a short write", ERR_NONE },
	{ POWER_TORN, "half a write, then no space", ERR_SPACE },
};

/* False when the story ended before the nth operation. */
static bool fail_once(const struct story *s, unsigned way, unsigned nth, unsigned turn,
		      unsigned *ret_met)
{
	bool cut = turn % 2;
	struct world w;
	struct err why = { 0 };
	world_where("%s: %s at operation %u%s, turn %u", s->name, ways[way].name, nth,
		    cut ? ", and the power goes" : "", turn);
	world_begin(&w, s, SEED + turn);
	power_at(nth, ways[way].way);
	bool ok = s->run(&w, &why);
	bool met = power_was_met(), reached = power_count() >= nth;
	power_at(0, POWER_STAYS);
	if (!met || ways[way].kind == ERR_NONE)
		must(ok);
	else if (ok || why.kind != ways[way].kind || !why.text[0])
		fail_msg("%s: %s: %s", where, ok ? "nobody said so" : "said otherwise", why.text);
	*ret_met += met;
	if (cut)
		cut_and_check(&w, s, turn > 1);
	else
		s->check(&w);
	must_do(s->run(&w, err)); /* a second try works */
	s->check(&w);
	cut_and_check(&w, s, turn > 1);
	world_end(&w);
	return reached;
}

void story_fail(const struct story *s)
{
	unsigned met = 0;
	for (unsigned way = 0; way < COUNT(ways); way++)
		for (unsigned turn = 0; turn < 4; turn++)
			for (unsigned nth = 1; fail_once(s, way, nth, turn, &met); nth++)
				must(nth < 1000);
	printf("%s: %u failures of a write, sync, rename, creation or removal\n", s->name, met);
}
