/* Power cuts: what the vault said is safe is there afterwards, and no byte is wrong; and every operation on the disk
 * failed once. The disk is tests/support/power_io.c.
 *
 * KIYYA_POWER_CUTS=N makes so many cuts in all instead of the 1,000 (fewer under a sanitizer). */
#include "power_world.h"

#include <stdio.h>
#include <stdlib.h>
#include "kiyya/str.h"
#include "vault/format.h"

#define CHUNK ((uint64_t)VAULT_CHUNK)

static void open_vault(struct world *w)
{
	must_do(vault_unlock(w->box.v, NULL, 0, NULL, err));
}

static bool run_films(struct world *w, struct err *err)
{
	if (!vault_unlock(w->box.v, NULL, 0, NULL, err))
		return false;
	for (size_t i = 0; i < w->n_films; i++)
		if (!w->films[i].finished && !film_run(w, &w->films[i], err))
			return false;
	return true;
}

static void check_films(struct world *w)
{
	open_vault(w);
	for (size_t i = 0; i < w->n_films; i++)
		film_check(w, &w->films[i]);
}

static void add_film(struct world *w, const char *part, const char *name, uint64_t size, bool late)
{
	w->films[w->n_films++] = (struct film){ .part = part,
						.name = name,
						.seed = 5 + (unsigned)w->n_films,
						.size = size,
						.late = late };
}

/* -- stories ------------------------------------------------------------------- */

static void begin_download(struct world *w)
{
	open_vault(w);
	static const uint64_t sizes[] = { 5 * CHUNK + 77, 3 * CHUNK, 2 * CHUNK + 4096 };
	add_film(w, "a.part", "a.kyv", sizes[luck_below(&w->luck, COUNT(sizes))], false);
}

static void begin_late(struct world *w)
{
	open_vault(w);
	static const uint64_t sizes[] = { 3 * CHUNK + 5, 3 * CHUNK, 9, 0, CHUNK, CHUNK + 1 };
	add_film(w, "a.part", "a.kyv", sizes[luck_below(&w->luck, COUNT(sizes))], true);
}

static void begin_small(struct world *w)
{
	open_vault(w);
	add_film(w, "a.part", "a.kyv", luck_below(&w->luck, 4) * 30000, false);
	add_film(w, "b.kyv", "b.kyv", 10, false);
}

/* Without a keyring: it is made on the way, and a key file. */
static void begin_first(struct world *w)
{
	add_film(w, "a.part", "a.kyv", 1000, false);
}

/* A complete film with a bad chunk, a bad slot, and something behind its end. */
static void begin_mend(struct world *w)
{
	open_vault(w);
	add_film(w, "a.part", "a.kyv", 3 * CHUNK + 9, false);
	struct film *f = &w->films[0];
	must_do(film_run(w, f, err));
	power_off();
	f->was_complete = true;
	f->finished = false;
	memset(f->kept, 0, sizeof(f->kept));
	memset(f->there, true, sizeof(f->there));
	uint64_t bad = luck_below(&w->luck, 4);
	f->there[bad] = false;
	bytes_patch(&w->box, "a.kyv", kyv_record_at(bad) + 5, "spoiled", 7);
	if (luck_below(&w->luck, 2))
		bytes_patch(&w->box, "a.kyv", KYV_SLOT * luck_below(&w->luck, 2) + 70, "spoiled",
			    7);
	power_on(w->box.root, luck_below(&w->luck, UINT64_MAX));
}

static const struct story stories[] = {
	{ "download", begin_download, run_films, check_films },
	{ "size learnt late", begin_late, run_films, check_films },
	{ "small files", begin_small, run_films, check_films },
	{ "first key", begin_first, run_films, check_films },
	{ "mending", begin_mend, run_films, check_films },
};

/* -- the test ------------------------------------------------------------------ */

static unsigned cuts_for_each(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	uint64_t all = 100;
#else
	uint64_t all = 1000;
#endif
	const char *asked = getenv("KIYYA_POWER_CUTS");
	if (asked)
		assert_true(str_to_u64(asked, &all) && all < 10000000);
	return (unsigned)((all + COUNT(stories) - 1) / COUNT(stories));
}

static void power_cuts(void **state)
{
	for (size_t i = 0; i < COUNT(stories); i++)
		story_cut(&stories[i], cuts_for_each());
}

static void every_operation_fails_once(void **state)
{
	for (size_t i = 0; i < COUNT(stories); i++)
		story_fail(&stories[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_cuts),
		cmocka_unit_test(every_operation_fails_once),
	};
	return cmocka_run_group_tests_name("vault_power", tests, NULL, NULL);
}
