/* Stories on a disk that loses power: told again and again, cut off and failed at every step. */
#include "power_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "vault/vault_inner.h"

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
	w->box.v->cost = (struct ring_cost){ 1, 8192 }; /* a passphrase without its second */
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

/* The power goes, and comes again; or only the process ends. */
static void cut_and_check(struct world *w, const struct story *s, bool some)
{
	power_restore(some);
	world_reopen(w);
	power_at(0, POWER_STAYS);
	s->check(w);
}

static void kill_and_check(struct world *w, const struct story *s)
{
	power_again();
	world_reopen(w);
	s->check(w);
}

struct tally {
	unsigned cuts, kills, lives, ops; /* ops: of the longest life that nothing cut off */
};

/* One life: cut off at most so often, by the power or by a kill, and a power cut behind its end. */
static void live(const struct story *s, unsigned most, struct tally *t)
{
	struct world w;
	uint64_t seed = SEED + t->lives++;
	world_where("%s, seed %llu", s->name, (unsigned long long)seed);
	world_begin(&w, s, seed);
	bool done = false;
	for (unsigned part = 0; !done; part++) {
		unsigned nth = 1 + (unsigned)luck_below(&w.luck, t->ops + 1);
		enum power_way way = part == most                  ? POWER_STAYS
				     : luck_below(&w.luck, 4) == 0 ? POWER_KILL
								   : POWER_CUT;
		world_where("%s, seed %llu, part %u, %s at operation %u", s->name,
			    (unsigned long long)seed, part, way == POWER_KILL ? "killed" : "cut",
			    nth);
		power_at(nth, way);
		struct err why = { 0 };
		done = s->run(&w, &why) && !power_is_out();
		if (!done && !power_is_out())
			fail_msg("%s: %s", where, why.text);
		if (done && part == 0 && power_count() > t->ops)
			t->ops = power_count();
		bool killed = power_is_out() && way == POWER_KILL;
		t->kills += killed;
		t->cuts += !killed;
		if (killed)
			kill_and_check(&w, s);
		else
			cut_and_check(&w, s, true);
	}
	world_end(&w);
}

void story_cut(const struct story *s, unsigned cuts)
{
	struct tally t = { 0 };
	while (t.cuts < cuts) /* the first ones to see how long they are */
		live(s, t.lives < 4 ? 0 : 3, &t);
	printf("%s: %u power cuts and %u kills in %u lives, of up to %u operations each\n", s->name,
	       t.cuts, t.kills, t.lives, t.ops);
}

/* What becomes of one operation, and of the power afterwards. */
struct fault {
	enum power_way way;
	const char *name;
	enum err_kind kind;
	bool cut,
	    some; /* the power goes before the second try; something gets through when it goes */
};
static const struct fault faults[] = {
	{ POWER_EIO, "an error", ERR_IO, false, false },
	{ POWER_KILL, "a kill", ERR_IO, false, false },
	{ POWER_EIO, "an error and a cut", ERR_IO, true, true },
	{ POWER_ENOSPC, "no space", ERR_SPACE, false, true },
	{ POWER_SHORT, "a short write", ERR_NONE, false, false },
	{ POWER_TORN, "half a write, then no space", ERR_SPACE, true, false },
};
/* A sanitizer has other things to look for. */
#define FAULTS (POWER_IS_SLOW ? 2 : COUNT(faults))

/* False when the story ended before the nth operation. */
static bool fail_once(const struct story *s, const struct fault *f, unsigned nth)
{
	struct world w;
	struct err why = { 0 };
	world_where("%s: %s at operation %u", s->name, f->name, nth);
	world_begin(&w, s, SEED + (unsigned)(f - faults));
	power_at(nth, f->way);
	bool ok = s->run(&w, &why), met = power_was_met(), killed = power_is_out();
	if (!met || f->kind == ERR_NONE)
		must_do(ok || (*err = why, false));
	else if (!killed && !(ok && s->forgives) && (ok || why.kind != f->kind || !why.text[0]))
		fail_msg("%s: %s: %s", where, ok ? "nobody said so" : "said otherwise", why.text);
	if (f->cut)
		cut_and_check(&w, s, f->some);
	else if (killed)
		kill_and_check(&w, s);
	else
		s->check(&w);
	power_at(0, POWER_STAYS);
	must_do(s->run(&w, err)); /* a second try works */
	cut_and_check(&w, s, f->some);
	world_end(&w);
	return met;
}

void story_fail(const struct story *s)
{
	unsigned met = 0;
	for (const struct fault *f = faults; f < faults + FAULTS; f++)
		for (unsigned nth = 1; fail_once(s, f, nth); nth++, met++)
			must(nth < 1000);
	printf("%s: %u times an operation failed once\n", s->name, met);
}
