/* Which chunks are there, and who fetches what is missing: tables, and a long random run against a plain array. */
#include "unit.h"
#include "../../src/backend/stripes.h"

/* -- sets ------------------------------------------------------------------------------------------ */

static void test_chunkset(void **state)
{
	struct chunkset s = { .n_words = 0 };
	assert_false(chunkset_has(&s, 0));
	assert_int_equal(chunkset_next(&s, 3, 100, false), 3);
	assert_int_equal(chunkset_next(&s, 3, 100, true), 100);
	chunkset_add(&s, 60, 10); /* over the border of a word */
	static const struct {
		uint64_t from, end;
		bool in;
		uint64_t found;
	} rows[] = {
		{ 0, 100, true, 60 },   { 60, 100, true, 60 },   { 65, 100, true, 65 },
		{ 70, 100, true, 100 }, { 0, 100, false, 0 },    { 60, 100, false, 70 },
		{ 64, 70, false, 70 },  { 61, 65, false, 65 },   { 0, 30, true, 30 },
		{ 5, 5, true, 5 },      { 500, 900, true, 900 }, { 500, 900, false, 500 },
	};
	EACH_ROW (r, rows)
		assert_int_equal(chunkset_next(&s, r->from, r->end, r->in), r->found);
	struct chunkset copy = { .n_words = 0 };
	chunkset_copy(&copy, &s);
	chunkset_release(&s);
	assert_true(chunkset_has(&copy, 69));
	assert_false(chunkset_has(&copy, 70));
	chunkset_release(&copy);
}

/* -- tables ---------------------------------------------------------------------------------------- */

static void check(const struct stripes *s, unsigned slot, uint64_t next, uint64_t end)
{
	assert_int_equal(s->given[slot].next, next);
	assert_int_equal(s->given[slot].end, end);
}

static void test_from_the_front(void **state)
{
	struct stripes s = { .chunks = 200 };
	for (unsigned k = 0; k < 3; k++)
		assert_true(stripes_take(&s, k, 64));
	check(&s, 0, 0, 64);
	check(&s, 1, 64, 128);
	check(&s, 2, 128, 192);
	assert_true(stripes_take(&s, 3, 64)); /* the rest is short */
	check(&s, 3, 192, 200);
	assert_false(stripes_take(&s, 4, 64));
	stripes_got(&s, 1, 70);
	stripes_drop(&s, 1); /* what has come stays */
	assert_true(stripes_take(&s, 1, 64));
	check(&s, 1, 70, 128);
	stripes_got(&s, 0, 64);
	assert_int_equal(s.front, 70);
	assert_int_equal(stripes_left(&s, 0), 0);
	stripes_got(&s, 1, 1000); /* more than was given: only what was */
	stripes_got(&s, 2, 192);
	assert_false(stripes_complete(&s));
	stripes_got(&s, 3, 200);
	assert_true(stripes_complete(&s));
	assert_false(stripes_take(&s, 0, 64));
	stripes_release(&s);
}

/* A stripe ends before what is there, and before what another fetches. */
static void test_holes(void **state)
{
	struct stripes s = { .chunks = 100 };
	chunkset_add(&s.there, 0, 10);
	chunkset_add(&s.there, 20, 5);
	assert_true(stripes_take(&s, 0, 64));
	check(&s, 0, 10, 20);
	assert_true(stripes_take(&s, 1, 16));
	check(&s, 1, 25, 41);
	stripes_drop(&s, 0);
	assert_true(stripes_take(&s, 2, 4));
	check(&s, 2, 10, 14);
	assert_true(stripes_take(&s, 3, 64));
	check(&s, 3, 14, 20);
	stripes_release(&s);
}

static void test_split(void **state)
{
	struct stripes s = { .chunks = 64 };
	assert_true(stripes_take(&s, 0, 64));
	stripes_got(&s, 0, 24);
	assert_true(stripes_split(&s, 0, 1));
	check(&s, 0, 24, 44);
	check(&s, 1, 44, 64);
	stripes_got(&s, 0, 44 - STRIPE_SPLIT + 1);
	assert_false(stripes_split(&s, 0, 2)); /* not worth it */
	stripes_got(&s, 0, 44);
	stripes_got(&s, 1, 64);
	assert_true(stripes_complete(&s));
	stripes_release(&s);
}

static void test_everything_from_the_start(void **state)
{
	struct stripes s = { .chunks = 10 };
	chunkset_add(&s.there, 0, 4);
	assert_true(stripes_take(&s, 0, 64));
	stripes_drop(&s, 0);
	stripes_take_all(&s, 0);
	check(&s, 0, 0, 10);
	stripes_got(&s, 0, 3);
	stripes_drop(&s, 0);
	assert_true(stripes_take(&s, 0, 64)); /* again in parts: from where it was missing */
	check(&s, 0, 4, 10);
	stripes_got(&s, 0, 10);
	assert_true(stripes_complete(&s));
	stripes_release(&s);
}

/* What somebody waits for goes first, then what follows it, then the front. */
static void test_wishes(void **state)
{
	struct stripes s = { .chunks = 200 };
	chunkset_add(&s.there, 150, 5);
	assert_true(stripes_take(&s, 0, 64));
	assert_false(stripes_wish(&s, 152)); /* is there */
	assert_false(stripes_wish(&s, 200)); /* is none */
	assert_true(stripes_wish(&s, 140));
	assert_false(stripes_wish(&s, 140));
	assert_true(stripes_wish(&s, 30));
	assert_int_equal(stripes_slot_of(&s, 30), 0);
	assert_int_equal(stripes_slot_of(&s, 64), -1);
	assert_true(stripes_take(&s, 1, 64));
	check(&s, 1, 140, 150);
	stripes_cut(&s, 0, 30); /* who has it gives it back */
	check(&s, 0, 0, 30);
	assert_true(stripes_take(&s, 2, 16));
	check(&s, 2, 30, 46);
	assert_true(stripes_take(&s, 3, 200)); /* no wish is left: on from the last one */
	check(&s, 3, 46, 140);
	assert_true(stripes_take(&s, 4, 200));
	check(&s, 4, 155, 200);
	stripes_drop(&s, 0);
	assert_true(stripes_take(&s, 5, 64)); /* nothing behind it is: from the front */
	check(&s, 5, 0, 30);
	assert_false(stripes_take(&s, 6, 64));
	/* A wish that came meanwhile is none. */
	stripes_drop(&s, 1);
	assert_true(stripes_wish(&s, 145));
	assert_true(stripes_wish(&s, 149));
	chunkset_add(&s.there, 145, 1);
	assert_true(stripes_take(&s, 6, 64));
	check(&s, 6, 149, 150);
	/* No more than are remembered. */
	stripes_drop(&s, 4);
	for (uint64_t i = 0; i < STRIPE_WISHES; i++)
		assert_true(stripes_wish(&s, 160 + i));
	assert_false(stripes_wish(&s, 190));
	stripes_release(&s);
}

/* -- at random ---------------------------------------------------------------------------------------- */

#define CHUNKS 700

struct model {
	struct stripes s;
	bool there[CHUNKS];
	uint64_t seed;
};

static unsigned roll(struct model *m, unsigned n)
{
	m->seed ^= m->seed << 13;
	m->seed ^= m->seed >> 7;
	m->seed ^= m->seed << 17;
	return (unsigned)(m->seed % n);
}

/* Each chunk is there, or fetched by one, or by nobody; and the front is where it should be. */
static void check_model(const struct model *m)
{
	int fetched[CHUNKS] = { 0 };
	for (unsigned k = 0; k < STRIPE_SLOTS; k++)
		for (uint64_t i = m->s.given[k].next; i < m->s.given[k].end; i++)
			fetched[i]++;
	uint64_t front = CHUNKS;
	for (uint64_t i = CHUNKS; i-- > 0;) {
		assert_int_equal(chunkset_has(&m->s.there, i), m->there[i]);
		assert_true(fetched[i] + m->there[i] <= 1);
		front = m->there[i] ? front : i;
	}
	assert_true(m->s.front <= front);
	assert_int_equal(stripes_complete(&m->s), front == CHUNKS);
}

static bool is_free(const struct model *m, uint64_t i)
{
	bool taken = m->there[i];
	for (unsigned o = 0; o < STRIPE_SLOTS; o++)
		taken |= m->s.given[o].next <= i && i < m->s.given[o].end;
	return !taken;
}

/* The oldest wish, else the next from the last one on, else from the front. */
static uint64_t next_free(const struct model *m)
{
	for (unsigned i = 0; i < m->s.n_wishes; i++)
		if (is_free(m, m->s.wishes[i]))
			return m->s.wishes[i];
	for (uint64_t i = m->s.head; i < m->s.head + CHUNKS; i++)
		if (is_free(m, i < CHUNKS ? i : i - CHUNKS))
			return i < CHUNKS ? i : i - CHUNKS;
	return CHUNKS;
}

static void take_one(struct model *m, unsigned k, unsigned helper)
{
	uint64_t next = next_free(m);
	if (roll(m, 4) == 0)
		(void)stripes_wish(&m->s, roll(m, CHUNKS));
	else if (stripes_take(&m->s, k, 1 + roll(m, STRIPE_MOST)))
		assert_int_equal(m->s.given[k].next, next);
	else if (stripes_left(&m->s, helper) && helper != k)
		(void)stripes_split(&m->s, helper, k);
}

static void come(struct model *m, unsigned k)
{
	uint64_t n =
	    roll(m, 2) ? stripes_left(&m->s, k) : roll(m, (unsigned)stripes_left(&m->s, k) + 1);
	uint64_t from = m->s.given[k].next;
	for (uint64_t i = from; i < from + n; i++)
		m->there[i] = true;
	stripes_got(&m->s, k, from + n);
}

static void test_at_random(void **state)
{
	unsigned complete = 0;
	for (uint64_t round = 1; round <= 60; round++) {
		struct model m = { .s = { .chunks = CHUNKS }, .seed = round * 0x9e3779b97f4a7c15 };
		for (unsigned i = 0; i < CHUNKS; i++)
			if ((m.there[i] = roll(&m, 5) == 0))
				chunkset_add(&m.s.there, i, 1);
		for (int step = 0; step < 2000 && !stripes_complete(&m.s); step++) {
			unsigned k = roll(&m, STRIPE_SLOTS);
			if (!stripes_left(&m.s, k))
				take_one(&m, k, roll(&m, STRIPE_SLOTS));
			else if (roll(&m, 8) == 0)
				stripes_drop(&m.s, k);
			else
				come(&m, k);
			check_model(&m);
		}
		complete += stripes_complete(&m.s);
		stripes_release(&m.s);
	}
	assert_int_equal(complete, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunkset),
		cmocka_unit_test(test_from_the_front),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_everything_from_the_start),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_at_random),
	};
	return cmocka_run_group_tests_name("stripes", tests, NULL, NULL);
}
