/* Random changes to the cache by the thousand: lists stay dense and without doubles, and the search
 * index fits the claims to the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../support/store_kit.h"
#include "kiyya/mem.h"

#define CLAIMS 300
#define ROUNDS 800

/* splitmix64: the same run for the same seed, anywhere. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int below(uint64_t *state, int n)
{
	return (int)(next_random(state) % (unsigned)n);
}

static const char *random_text(uint64_t *rnd, struct arena *a)
{
	static const char *const words[] = { "film", "Évening", "ሰላም",    "it's",  "\"x\"",
					     "-",    "S01E02",  "comedy", "'; --", "NEAR",
					     "AND",  "*",       "日本",   "ab" };
	char text[200] = "";
	int n = below(rnd, 6);
	for (int i = 0; i <= n; i++) {
		size_t len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "%s ", words[below(rnd, 14)]);
	}
	return arena_str(a, text);
}

static struct page *random_page(uint64_t *rnd)
{
	struct page *p = page_new();
	int n = below(rnd, 30);
	for (int i = 0; i < n; i++) {
		struct claim *c = kit_add_claim(p, below(rnd, CLAIMS));
		if (below(rnd, 3) == 0)
			c->title = random_text(rnd, p->arena);
		if (below(rnd, 3) == 0)
			c->description = below(rnd, 2) ? random_text(rnd, p->arena) : NULL;
		if (below(rnd, 3) == 0)
			c->n_tags = (size_t)below(rnd, 3);
		if (below(rnd, 5) == 0)
			c->release_time = below(rnd, 2) ? TIME_UNKNOWN : below(rnd, 1000);
	}
	return p;
}

static const char *const keys[] = { "a", "b", "c", "d" };

static void put_randomly(struct kit *k, uint64_t *rnd)
{
	struct page *p = random_page(rnd);
	struct store_list l;
	struct err err = { 0 };
	const char *key = keys[below(rnd, 4)];
	assert_true(store_cache_list(k->store, key, &l, NULL));
	int64_t first = below(rnd, 2) ? l.count : below(rnd, (int)l.count + 3);
	if (!store_cache_put(k->store, below(rnd, 8) ? key : NULL, p, first, below(rnd, 6) == 0,
			     below(rnd, 3) == 0, &err))
		fail_msg("%s", err.text);
	page_free(p);
}

static void check_list(struct kit *k, const char *key)
{
	struct store_list l;
	bool seen[CLAIMS] = { false };
	assert_true(store_cache_list(k->store, key, &l, NULL));
	if (l.count == 0)
		return;
	struct page *p = store_cache_page(k->store, key, 0, l.count + 10, NULL);
	assert_non_null(p);
	assert_int_equal(p->n, l.count);
	for (size_t i = 0; i < p->n; i++) {
		unsigned long n = strtoul(p->items[i].id + 32, NULL, 16);
		assert_in_range(n, 0, CLAIMS - 1);
		assert_false(seen[n]);
		seen[n] = true;
	}
	page_free(p);
}

/* Some of what is left to do, or all. */
static void settle_randomly(struct kit *k, uint64_t *rnd)
{
	struct err err = { 0 };
	struct settler *z = store_settler_open(k->db, &err);
	bool more = z != NULL;
	for (int left = below(rnd, 20); more && left > 0; left--)
		if (!store_settle(z, &more, &err))
			fail_msg("%s", err.text);
	if (!z)
		fail_msg("%s", err.text);
	store_settler_close(z);
}

static void change_randomly(struct kit *k, uint64_t *rnd, bool favorite[CLAIMS])
{
	char id[CLAIM_ID_SIZE];
	int n = below(rnd, CLAIMS);
	kit_id(n, id);
	switch (below(rnd, 20)) {
	case 0:
		assert_true(kit_tidy(k->store, STORE_TIDY_OVER, below(rnd, CLAIMS), NULL));
		break;
	case 1:
		store_cache_drop(k->store, id, NULL);
		break;
	case 2:
	case 3:
		if (below(rnd, 10) == 0)
			favorite[n] = !favorite[n];
		assert_true(store_favorite_set(k->store, id, favorite[n], NULL));
		break;
	case 4:
		assert_true(kit_tidy(k->store, STORE_TIDY_EXPIRED, below(rnd, 3000), NULL));
		break;
	case 5:
		if (below(rnd, 10) == 0)
			assert_true(kit_tidy(k->store, STORE_TIDY_ALL, 0, NULL));
		break;
	case 6:
		assert_true(
		    store_cache_hold(k->store, keys[below(rnd, 4)], below(rnd, 2) == 0, NULL));
		break;
	case 7:
		check_list(k, keys[below(rnd, 4)]);
		break;
	case 8:
		settle_randomly(k, rnd);
		break;
	default:
		put_randomly(k, rnd);
		break;
	}
	k->now += below(rnd, 60);
}

static void run(struct kit *k, uint64_t seed)
{
	bool favorite[CLAIMS] = { false };
	uint64_t rnd = seed;
	for (int i = 0; i < ROUNDS; i++) {
		change_randomly(k, &rnd, favorite);
		if (i % 250 == 0)
			kit_assert_sound(k);
	}
	kit_assert_sound(k);
	for (size_t i = 0; i < 4; i++)
		check_list(k, keys[i]);
	kit_reopen(k, NULL);
	kit_assert_sound(k);
}

static void test_random_changes(void **state)
{
	for (uint64_t seed = 1; seed <= 2; seed++) {
		print_message("seed %d\n", (int)seed);
		run(*state, seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_random_changes, kit_setup, kit_teardown),
	};
	return cmocka_run_group_tests_name("store_random", tests, NULL, NULL);
}
