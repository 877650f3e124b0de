/* Search in the cache: what is found, in which order, with and without the index. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../support/store_kit.h"
#include "kiyya/mem.h"
#include "kiyya/query.h"
#include "kiyya/thread.h"

/* X(title, tags, description, minutes, days ago) */
static const struct {
	const char *title, *tag, *description;
	int minutes, days_ago;
} films[] = {
	{ "Revenge S01E02 - The Call", "series", "An old story", 40, 1 },
	{ "Revenge 1x03", "series", "Nothing", 41, 2 },
	{ "Revenge Season 1 Episode 4: Night", "series", NULL, 42, 3 },
	{ "Season One, Episode Five of Revenge", "series", NULL, 43, 4 },
	{ "A walk in the night", "movie", "Of revenge it speaks only here", 90, 5 },
	{ "Café Noir", "movie", "Coffee", 100, 6 },
	{ "100% sure_thing", "movie", "per cent", 10, 7 },
	{ "The wireless", "radio", "x", 5, 40 },
	{ "Wireshark", "howto", "revenges", 6, 50 },
};
#define N_FILMS ((int)(sizeof(films) / sizeof(films[0])))

static struct page *film_page(struct kit *k)
{
	struct page *p = page_new();
	for (int i = 0; i < N_FILMS; i++) {
		struct claim *c = kit_add_claim(p, i);
		c->title = films[i].title;
		c->description = films[i].description;
		c->tags[0] = films[i].tag;
		c->n_tags = 1;
		c->duration = films[i].minutes * 60;
		c->release_time = k->now - films[i].days_ago * 86400;
	}
	return p;
}

static void fill(struct kit *k)
{
	struct err err = { 0 };
	struct page *p = film_page(k);
	if (!store_cache_put(k->store, NULL, p, 0, false, false, &err))
		fail_msg("%s", err.text);
	page_free(p);
}

/* The numbers of the films found, as "0 4 8". */
static void find(struct finder *f, const char *words, enum find_how how, char out[100])
{
	struct query q;
	struct err err = { 0 };
	if (!query_parse(&q, words, how == FIND_TYPING, &err))
		fail_msg("%s", err.text);
	struct page *p = store_find(f, &q, how, 20, &err);
	if (!p)
		fail_msg("%s: %s", words, err.text);
	struct buf b;
	buf_init(&b, 99);
	for (size_t i = 0; i < p->n; i++)
		for (int n = 0; n < N_FILMS; n++)
			if (strcmp(p->items[i].title, films[n].title) == 0)
				(void)!buf_addf(&b, "%s%d", b.len ? " " : "", n);
	str_copy(out, 100, b.data);
	buf_release(&b);
	page_free(p);
	query_release(&q);
}

static struct finder *open_finder(struct kit *k)
{
	struct err err = { 0 };
	struct finder *f = store_find_open(k->db, &k->clock, &err);
	if (!f)
		fail_msg("%s", err.text);
	return f;
}

/* scanned: what a scan finds, newest first; NULL: the same rows in the same order. */
static const struct {
	const char *words;
	enum find_how how;
	const char *found, *scanned;
} rows[] = {
	{ "revenge night", FIND_WORDS, "2 4", NULL },
	{ "revenge", FIND_WORDS, "0 1 2 3 4", "0 1 2 3 4 8" },
	{ "nothing at all", FIND_WORDS, "", NULL },
	{ "s1e2", FIND_WORDS, "0", NULL },
	{ "1x02", FIND_WORDS, "0", NULL },
	{ "season one episode two", FIND_WORDS, "0", NULL },
	{ "revenge s01e03", FIND_WORDS, "1", NULL },
	{ "S1E4", FIND_WORDS, "2", NULL },
	{ "season 1 episode 5", FIND_WORDS, "3", "" },
	{ "wi", FIND_TYPING, "8 7", "7 8" },
	{ "wire", FIND_WORDS, "8 7", "7 8" }, /* too few whole words: as if it went on */
	{ "revenge s1e", FIND_TYPING, "", NULL },
	{ "cafe", FIND_WORDS, "5", "" },
	{ "CAFÉ", FIND_WORDS, "5", "" },
	{ "%", FIND_WORDS, "0 1 2 3 4 5 6 7 8", NULL }, /* no word: everything */
	{ "100%", FIND_WORDS, "6", NULL },
	{ "\"the night\"", FIND_WORDS, "4", NULL },
	{ "\"night the\"", FIND_WORDS, "", NULL },
	{ "tag:series dur:>41m", FIND_WORDS, "2 3", NULL },
	{ "revenge since:2d", FIND_WORDS, "0 1", NULL },
	{ "since:30d dur:<11m", FIND_WORDS, "6", NULL },
	{ "night is:downloaded", FIND_WORDS, "2", NULL },
	{ "night is:favorite", FIND_WORDS, "4", NULL },
	{ "night is:watched", FIND_WORDS, "4", NULL },
	{ "night is:unwatched", FIND_WORDS, "2", NULL },
	{ "ch:@CHANNEL2", FIND_WORDS, "2 5 8", NULL },
	{ "ch:@channel_", FIND_WORDS, "", NULL },
	{ "revenge ch:channel1", FIND_WORDS, "1 4", NULL },
	{ "nobody ch:channel1", FIND_NEWEST, "1 4 7", NULL },
	{ "\" OR NEAR( * ^", FIND_WORDS, "", NULL },
	{ "😀", FIND_WORDS, "", NULL },
};

static void prepare(struct kit *k)
{
	struct err err = { 0 };
	char id[CLAIM_ID_SIZE];
	struct copy c;
	fill(k);
	kit_copy(&c, 2, "original");
	c.complete = true;
	assert_true(store_copy_put(k->store, &c, &err));
	copy_release(&c);
	kit_id(4, id);
	assert_true(store_favorite_set(k->store, id, true, &err));
	struct progress p = { .position_seconds = -1, .duration = -1, .watched = true };
	str_copy(p.claim_id, sizeof(p.claim_id), id);
	assert_true(store_progress_put(k->store, &p, &err));
}

static void check_rows(struct finder *f, bool scan)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char found[100];
		const char *want = scan && rows[i].scanned ? rows[i].scanned : rows[i].found;
		find(f, rows[i].words, rows[i].how, found);
		if (strcmp(found, want) != 0)
			fail_msg("%s\"%s\" finds %s, not %s", scan ? "a scan for " : "",
				 rows[i].words, found, want);
	}
}

static void test_finds(void **state)
{
	struct kit *k = *state;
	prepare(k);
	struct finder *f = open_finder(k);
	check_rows(f, false);
	store_find_close(f);
}

static void test_scans(void **state)
{
	struct kit *k = *state;
	prepare(k);
	struct finder *f = open_finder(k);
	store_find_without_index(f);
	check_rows(f, true);
	store_find_close(f);
}

/* Of more than can be ranked the newest are, and what has the words in its title. */
static void test_bounded(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	struct page *p = kit_page(0, 700);
	for (size_t i = 0; i < p->n; i++) {
		p->items[i].title = i == 699 ? "The needle" : "Hay";
		p->items[i].description = i == 699 ? "x" : "a needle in it";
	}
	assert_true(store_cache_put(k->store, NULL, p, 0, false, false, &err));
	struct finder *f = open_finder(k);
	struct query q;
	assert_true(query_parse(&q, "needle", false, &err));
	struct page *found = store_find(f, &q, FIND_WORDS, 3, &err);
	assert_int_equal(found->n, 3);
	assert_string_equal(found->items[0].title, "The needle");
	assert_string_equal(found->items[1].id, p->items[0].id);
	page_free(found);
	found = store_find(f, &q, FIND_TYPING, 3, &err);
	assert_string_equal(found->items[0].id, p->items[0].id);
	page_free(found);
	found = store_find(f, &q, FIND_WORDS, 650, &err);
	assert_int_equal(found->n, 650);
	page_free(found);
	query_release(&q);
	store_find_close(f);
	page_free(p);
}

/* The finder sees what the store wrote since it was opened, and is no writer. */
static void test_beside_a_writer(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	struct finder *f = open_finder(k);
	char found[100], id[CLAIM_ID_SIZE];
	find(f, "revenge", FIND_WORDS, found);
	assert_string_equal(found, "");
	fill(k);
	find(f, "night", FIND_WORDS, found);
	assert_string_equal(found, "2 4");
	kit_id(2, id);
	assert_true(store_cache_drop(k->store, id, &err));
	find(f, "night", FIND_WORDS, found);
	assert_string_equal(found, "4");
	store_find_interrupt(f); /* nothing runs: nothing happens */
	find(f, "night", FIND_WORDS, found);
	assert_string_equal(found, "4");
	store_find_close(f);
	kit_assert_sound(k);
}

/* -- interrupted ----------------------------------------------------------------------------------- */

struct search {
	struct finder *finder;
	struct query query;
	struct err err;
	int64_t until;
	atomic_bool ended;
};

/* Searches on and on until one search is broken off. */
static void *search_on(void *arg)
{
	struct search *s = arg;
	struct page *p = page_new();
	while (p && clock_mono_ms(clock_real()) < s->until) {
		page_free(p);
		p = store_find(s->finder, &s->query, FIND_WORDS, 20, &s->err);
	}
	page_free(p);
	atomic_store(&s->ended, true);
	return NULL;
}

/* Every row is read, and all are the same to it: long enough to be met in the middle. */
static void test_interrupted_in_the_middle(void **state)
{
	struct kit *k = *state;
	struct search s = { .until = clock_mono_ms(clock_real()) + 30000 };
	struct page *p = kit_page(0, 2000);
	assert_true(store_cache_put(k->store, NULL, p, 0, false, false, NULL));
	page_free(p);
	s.finder = open_finder(k);
	store_find_without_index(s.finder);
	assert_true(query_parse(&s.query, "nowhere to be found", false, NULL));
	atomic_init(&s.ended, false);
	pthread_t t;
	assert_true(thread_start(&t, "search", search_on, &s, NULL));
	while (!atomic_load(&s.ended))
		store_find_interrupt(s.finder);
	thread_join(t);
	if (s.err.kind != ERR_CANCELLED)
		fail_msg("kind %d: %s", s.err.kind, s.err.text);
	/* and the next search is as if nothing had been */
	fill(k);
	p = store_find(s.finder, &s.query, FIND_WORDS, 20, NULL);
	assert_non_null(p);
	assert_int_equal(p->n, 0);
	page_free(p);
	query_release(&s.query);
	store_find_close(s.finder);
}

static void note(void *arg, const char *words, int64_t times, int64_t searched_at)
{
	(void)!buf_addf(arg, "%s=%d;", words, (int)times);
}

static void assert_history(struct kit *k, const char *want)
{
	struct buf b;
	buf_init(&b, 4096);
	assert_true(store_search_each(k->store, 3, note, &b, NULL));
	assert_string_equal(b.data, want);
	buf_release(&b);
}

static void test_history(void **state)
{
	struct kit *k = *state;
	assert_history(k, "");
	assert_true(store_search_add(k->store, "one", NULL));
	k->now++;
	assert_true(store_search_add(k->store, "two", NULL));
	assert_history(k, "two=1;one=1;");
	k->now++;
	assert_true(store_search_add(k->store, "one", NULL));
	assert_history(k, "one=2;two=1;");
	for (int i = 0; i < 1005; i++) {
		char *words = str_fmt("w%d", i);
		k->now++;
		assert_true(store_search_add(k->store, words, NULL));
		free(words);
	}
	assert_history(k, "w1004=1;w1003=1;w1002=1;");
	assert_int_equal(kit_number(k, "SELECT count(*) FROM search_history"), 1000);
	assert_true(store_search_clear(k->store, NULL));
	assert_history(k, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_finds, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_scans, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_bounded, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_beside_a_writer, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_interrupted_in_the_middle, kit_setup,
						kit_teardown),
		cmocka_unit_test_setup_teardown(test_history, kit_setup, kit_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
