/* Power cuts: what the vault said is safe is there afterwards, and no byte is wrong; and every operation on the disk
 * failed once. The disk is tests/support/power_io.c.
 *
 * KIYYA_POWER_CUTS=N makes so many cuts in all instead of the 1,000 (fewer under a sanitizer); KIYYA_POWER_STORY=NAME
 * tells that story only. */
#include "power_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "kiyya/vault_keys.h"
#include "vault/format.h"

#define CHUNK ((uint64_t)VAULT_CHUNK)

/* By the passphrase number word, 0: by the key file. */
static bool unlock_by(struct world *w, unsigned word, struct err *err)
{
	char text[20];
	snprintf(text, sizeof(text), "word %u", word);
	bool created = false;
	bool ok =
	    vault_unlock(w->box.v, word ? text : NULL, word ? strlen(text) : 0, &created, err);
	must(!(ok && created && w->ring));
	w->ring = w->ring || acked(ok);
	return ok;
}

/* By the last passphrase that was acknowledged or the one that was tried; not by one before. */
static bool unlock(struct world *w, struct err *err)
{
	if (vault_is_unlocked(w->box.v))
		return true;
	if (w->word > 0)
		must(!unlock_by(w, w->word - 1, err));
	if (unlock_by(w, w->word, err))
		return true;
	if (w->word_tried == w->word || !unlock_by(w, w->word_tried, err))
		return false;
	w->word = w->word_tried; /* it was seen to open: from now on it does */
	return true;
}

static void open_vault(struct world *w)
{
	must_do(unlock(w, err));
}

static bool run_films(struct world *w, struct err *err)
{
	if (!unlock(w, err))
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

/* Three films: two complete, one begun. */
static void begin_keys(struct world *w)
{
	open_vault(w);
	add_film(w, "a.part", "a.kyv", CHUNK + 1, false);
	add_film(w, "b.part", "b.kyv", 10, false);
	must_do(run_films(w, err));
	add_film(w, "c.part", "c.kyv", 2 * CHUNK, false);
	struct film *f = &w->films[2];
	struct vault_writer *writer;
	must_do(writer = vault_create(w->box.v, f->part, &film_meta, f->size, err));
	must_do(plain_write(writer, f->seed, 1, err) && vault_writer_sync(writer, err));
	vault_writer_free(writer);
	f->created = f->kept[1] = true;
}

static bool run_passwd(struct world *w, struct err *err)
{
	if (!unlock(w, err))
		return false;
	while (w->word < 3) {
		char text[20];
		bool gone = false;
		w->word_tried = w->word + 1;
		snprintf(text, sizeof(text), "word %u", w->word_tried);
		if (!acked(vault_passwd(w->box.v, &(struct vault_passphrase){ text, strlen(text) },
					&gone, err)))
			return false;
		w->word = w->word_tried;
		w->key_gone = w->key_gone || gone;
	}
	return run_films(w, err);
}

static void check_passwd(struct world *w)
{
	check_films(w);
	must(!w->key_gone || access(w->box.key, F_OK) != 0);
}

static bool forget_others(struct world *w, struct err *err)
{
	DIR *dir = opendir(w->box.rings);
	bool ok = true;
	const struct dirent *entry;
	while (ok && (entry = readdir(dir)) != NULL) {
		if (!str_is_hex(entry->d_name, VAULT_FILE_ID_HEX - 1))
			continue;
		char id[VAULT_FILE_ID_HEX];
		str_copy(id, sizeof(id), entry->d_name);
		ok = acked(vault_forget_ring(w->box.v, id, err));
		if (ok)
			str_copy(w->old_id, sizeof(w->old_id), id);
	}
	closedir(dir);
	return ok;
}

/* A new key, every film under it, the old one forgotten. */
static bool run_rotate(struct world *w, struct err *err)
{
	if (!unlock(w, err))
		return false;
	struct vault_rotation r;
	char text[20];
	snprintf(text, sizeof(text), "word %u", w->word);
	const struct vault_passphrase given = { w->word ? text : NULL, w->word ? strlen(text) : 0 };
	if (!w->rotated) {
		w->rewrapping = true;
		if (!acked(vault_rotate(w->box.v, &given, &r, err)))
			return false;
		must(r.failed == 0);
		w->rewrapping = false;
		w->rotated = true;
	}
	return forget_others(w, err) && run_films(w, err);
}

static void check_rotate(struct world *w)
{
	check_films(w);
	char path[700];
	snprintf(path, sizeof(path), "%s/%s", w->box.rings, w->old_id);
	must(!w->old_id[0] || access(path, F_OK) != 0);
	char id[VAULT_FILE_ID_HEX];
	unsigned char types[8];
	size_t n;
	vault_ring_info(w->box.v, id, types, &n);
	for (size_t i = 0; w->rotated && i < 2; i++) {
		struct source *s;
		must_do(s = vault_open(w->box.v, w->films[i].name, err));
		must(str_eq(vault_source_info(s)->master_key_id, id));
		source_free(s);
	}
}

/* By key file, or by passphrase. */
static void begin_rotate(struct world *w)
{
	begin_keys(w);
	if (luck_below(&w->luck, 2))
		return;
	w->word_tried = 1;
	bool gone;
	must_do(vault_passwd(w->box.v, &(struct vault_passphrase){ "word 1", 6 }, &gone, err));
	w->word = 1;
}

static const struct story stories[] = {
	{ "download", begin_download, run_films, check_films, false },
	{ "size learnt late", begin_late, run_films, check_films, false },
	{ "small files", begin_small, run_films, check_films, false },
	{ "first key", begin_first, run_films, check_films, false },
	{ "mending", begin_mend, run_films, check_films, false },
	{ "passphrase change", begin_keys, run_passwd, check_passwd, true },
	{ "rotation", begin_rotate, run_rotate, check_rotate, true },
};

/* -- the test ------------------------------------------------------------------ */

static unsigned cuts_for_each(void)
{
	uint64_t all = POWER_IS_SLOW ? 60 : 1000;
	const char *asked = getenv("KIYYA_POWER_CUTS");
	if (asked)
		assert_true(str_to_u64(asked, &all) && all < 10000000);
	return (unsigned)((all + COUNT(stories) - 1) / COUNT(stories));
}

static bool is_asked_for(const struct story *s)
{
	const char *asked = getenv("KIYYA_POWER_STORY");
	return !asked || str_eq(asked, s->name);
}

static void power_cuts(void **state)
{
	for (size_t i = 0; i < COUNT(stories); i++)
		if (is_asked_for(&stories[i]))
			story_cut(&stories[i], cuts_for_each());
}

static void every_operation_fails_once(void **state)
{
	for (size_t i = 0; i < COUNT(stories); i++)
		if (is_asked_for(&stories[i]))
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
