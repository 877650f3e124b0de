/* The parts of the backend that need no thread: rates, ids that were seen, how several items went, and which exit
 * a watched queue ends with. */
#include "unit.h"
#include <time.h>
#include "../../src/backend/idset.h"
#include "../../src/backend/rate.h"
#include "../../src/backend/tempo.h"
#include "../../src/backend/watch.h"
#include "../support/fake_clock.h"

/* -- rate ---------------------------------------------------------------------------------------- */

static void test_rate_is_steady(void **state)
{
	struct rate r = { .n = 0 };
	assert_int_equal(rate_now(&r), 0);
	rate_add(&r, 1000, 0);
	assert_int_equal(rate_now(&r), 0); /* one point is no rate */
	for (int64_t i = 1; i <= 1000; i++) {
		rate_add(&r, 1000 + i * 300, (uint64_t)i * 30000);
		assert_int_equal(rate_now(&r), 100000);
	}
}

/* It is the mean of the last few seconds: what was before is forgotten. */
static void test_rate_forgets(void **state)
{
	struct rate r = { .n = 0 };
	int64_t ms = 0;
	uint64_t total = 0;
	for (int i = 0; i < 100; i++)
		rate_add(&r, ms += 500, total += 1000000);
	assert_int_equal(rate_now(&r), 2000000);
	int64_t before = rate_now(&r);
	for (int i = 0; i < RATE_POINTS; i++) {
		rate_add(&r, ms += 500, total);
		assert_true(rate_now(&r) <= before);
		before = rate_now(&r);
	}
	assert_int_equal(rate_now(&r), 0);
}

static void test_rate_leaves_out_what_is_near(void **state)
{
	struct rate r = { .n = 0 };
	rate_add(&r, 0, 0);
	rate_add(&r, 299, 1000000);
	assert_int_equal(rate_now(&r), 0);
	rate_add(&r, 300, 300);
	assert_int_equal(rate_now(&r), 1000);
	rate_add(&r, 300, 999999); /* the clock stands still */
	assert_int_equal(rate_now(&r), 1000);
	/* terabytes do not overflow */
	struct rate fast = { .n = 0 };
	rate_add(&fast, 0, 0);
	rate_add(&fast, 1000, UINT64_C(1) << 50);
	assert_int_equal(rate_now(&fast), INT64_C(1) << 50);
}

/* -- how fast it may be just now --------------------------------------------------------------------- */

/* 2026-03-28 is a Saturday; that night Berlin leaves out the hour from 02:00 to 03:00. */
#define SATURDAY_NOON_UTC 1774699200
#define HOUR_MS           (INT64_C(3600) * 1000)

static int64_t rate_after(struct core *core, struct fake_clock *clock, int64_t ms)
{
	fake_clock_add(clock, ms);
	return tempo_rate(core);
}

static void test_tempo(void **state)
{
	struct fake_clock clock;
	struct settings settings;
	struct err err = { 0 };
	char *zone = str_dup(getenv("TZ"));
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	fake_clock_init(&clock, SATURDAY_NOON_UTC); /* 13:00 there */
	settings_init(&settings);
	struct core core = { .settings = &settings,
			     .clock = &clock.clock,
			     .limits = { .rate = 77, .instead = SCHEDULE_NONE } };
	assert_int_equal(tempo_rate(&core), 77); /* no schedule */
	assert_true(settings_set(&settings, SET_download_schedule,
				 "09:00-14:00=100,sat; 01:00-04:00=0", "file", &err));
	assert_int_equal(tempo_rate(&core), 100);
	assert_int_equal(rate_after(&core, &clock, HOUR_MS - 1000), 100);
	assert_int_equal(rate_after(&core, &clock, 1000), 77);
	/* Sunday 01:00, and 04:00 two hours later. */
	assert_int_equal(rate_after(&core, &clock, 11 * HOUR_MS), 0);
	assert_int_equal(rate_after(&core, &clock, HOUR_MS), 0);
	assert_int_equal(rate_after(&core, &clock, HOUR_MS), 77);
	/* What a person says counts at once, as long as that part of the schedule does. */
	assert_int_equal(rate_after(&core, &clock, 22 * HOUR_MS), 0);
	core.limits.rate = 5;
	tempo_rate_was_set(&core);
	assert_int_equal(tempo_rate(&core), 5);
	assert_int_equal(rate_after(&core, &clock, 4 * HOUR_MS), 5);
	assert_int_equal(rate_after(&core, &clock, 20 * HOUR_MS), 0);
	settings_release(&settings);
	if (zone)
		setenv("TZ", zone, 1);
	else
		unsetenv("TZ");
	tzset();
	free(zone);
}

/* -- ids ------------------------------------------------------------------------------------------ */

#define N_IDS 10000

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* shared: how many of the first digits are the same for all. */
static void make_id(char id[CLAIM_ID_SIZE], uint64_t *seed, int shared)
{
	for (int i = 0; i < CLAIM_ID_LEN; i++)
		id[i] = i < shared ? '7' : "0123456789abcdef"[next_random(seed) % 16];
	id[CLAIM_ID_LEN] = 0;
}

static void check_ids(int n, int shared)
{
	struct idset s = { .n = 0 };
	char id[CLAIM_ID_SIZE];
	uint64_t seed = 88172645463325252;
	for (int i = 0; i < n; i++) {
		make_id(id, &seed, shared);
		assert_true(idset_add(&s, id));
	}
	assert_int_equal(s.n, n);
	/* The same again, each beside one that is new. */
	uint64_t again = 88172645463325252;
	for (int i = 0; i < n; i++) {
		make_id(id, &again, shared);
		assert_false(idset_add(&s, id));
		make_id(id, &seed, shared);
		assert_true(idset_add(&s, id));
	}
	assert_int_equal(s.n, 2 * n);
	idset_release(&s);
	assert_int_equal(s.n, 0);
	assert_true(idset_add(&s, id));
	idset_release(&s);
}

static void test_ids(void **state)
{
	check_ids(N_IDS, 0);
	check_ids(500, 16); /* all in one place */
}

/* -- several items ---------------------------------------------------------------------------------- */

#define OK_ITEM ERR_NONE

struct went {
	enum err_kind items[4];
	int n;
	int exit_code;
	const char *category; /* NULL: none */
};

static const struct went wents[] = {
	{ { OK_ITEM }, 0, 0, NULL },
	{ { OK_ITEM }, 1, 0, NULL },
	{ { OK_ITEM, OK_ITEM }, 2, 0, NULL },
	{ { ERR_NET }, 1, 4, "network" },
	{ { ERR_NOT_FOUND }, 1, 3, "not_found" },
	{ { ERR_REFUSED, ERR_REFUSED }, 2, 5, "refused" },
	/* causes with one code between them are no mixture: the first is told */
	{ { ERR_NET, ERR_TIMEOUT, ERR_PARSE }, 3, 4, "network" },
	{ { ERR_TIMEOUT, ERR_NET }, 2, 4, "timeout" },
	{ { ERR_NET, ERR_REFUSED }, 2, 13, "some_failed" },
	{ { ERR_NET, ERR_NET, ERR_REFUSED, ERR_NET }, 4, 13, "some_failed" },
	{ { OK_ITEM, ERR_NET }, 2, 13, "some_failed" },
	{ { ERR_NET, OK_ITEM }, 2, 13, "some_failed" },
	{ { OK_ITEM, ERR_SPACE, OK_ITEM }, 3, 13, "some_failed" },
};

static void fail_with(struct err *err, enum err_kind kind)
{
	err_set(err, kind, 0, "it failed");
}

/* A core with a link and nothing else, and a ticket of it. */
struct desk {
	struct link link;
	struct core core;
	struct ticket *ticket;
	struct watch *watches;
};

static void desk_open(struct desk *d, enum req_kind kind)
{
	*d = (struct desk){ .watches = NULL };
	link_init(&d->link);
	d->core.link = &d->link;
	d->core.clock = clock_real();
	struct req *r = req_new(kind);
	r->slot = 3;
	r->ticket = 9;
	d->ticket = ticket_open(&d->core, r);
	req_free(r);
}

/* Takes the one EV_DONE that is there. */
static void desk_close(struct desk *d, int exit_code, const char *category)
{
	struct event *e = link_next_event(&d->link);
	assert_true(e && e->kind == EV_DONE && e->slot == 3 && e->ticket == 9);
	assert_int_equal(e->u.done.exit_code_, exit_code);
	assert_int_equal(e->u.done.ok_, exit_code == 0);
	assert_true(str_eq(e->u.done.category_, category));
	assert_int_equal(e->u.done.error_ != NULL, exit_code != 0);
	event_free(e);
	assert_null(link_next_event(&d->link));
	assert_null(d->core.tickets);
	assert_null(d->watches);
	link_release(&d->link);
}

static void test_tally(void **state)
{
	EACH_ROW (w, wents) {
		struct desk d;
		struct tally tally = { .n_ok = 0 };
		desk_open(&d, REQ_DOWNLOAD);
		for (int i = 0; i < w->n; i++) {
			struct err err;
			fail_with(&err, w->items[i]);
			tally_add(&tally, w->items[i] == OK_ITEM ? NULL : &err);
		}
		assert_int_equal(tally.n_ok + tally.n_failed, w->n);
		ticket_done_tally(d.ticket, &tally);
		desk_close(&d, w->exit_code, w->category);
	}
}

/* -- watches ---------------------------------------------------------------------------------------- */

static struct watch *watch(struct desk *d, const int64_t *ids, size_t n)
{
	d->watches = watch_new(NULL, d->ticket, ids, n);
	return d->watches;
}

static void test_watch_of_some_rows(void **state)
{
	static const int64_t ids[] = { 4, 7 };
	EACH_ROW (went, wents) {
		struct desk d;
		struct download row = { .id = 4 };
		desk_open(&d, REQ_DOWNLOAD);
		struct watch *w = watch(&d, ids, 2);
		for (int i = 0; i < went->n; i++) {
			struct err err;
			fail_with(&err, went->items[i]);
			watch_row_over(w, &row, went->items[i] == OK_ITEM ? NULL : &err);
		}
		watch_end(&d.watches, w, NULL);
		desk_close(&d, went->exit_code, went->category);
	}
	/* What stops them all is told as it is. */
	struct desk d;
	struct err err;
	desk_open(&d, REQ_DOWNLOAD);
	fail_with(&err, ERR_LOCKED);
	watch(&d, ids, 2);
	watch_end(&d.watches, d.watches, &err);
	desk_close(&d, 9, "locked");
}

static void test_watch_wants(void **state)
{
	static const int64_t ids[] = { 4, 7 };
	struct desk d;
	desk_open(&d, REQ_DOWNLOAD);
	struct watch *w = watch(&d, ids, 2);
	assert_true(watch_wants(w, 4) && watch_wants(w, 7));
	assert_false(watch_wants(w, 5) || watch_wants(w, 0));
	watch_drop(&d.watches, w);
	w = watch(&d, NULL, 0); /* the whole queue */
	assert_true(watch_wants(w, 4) && watch_wants(w, 0));
	watch_end(&d.watches, w, NULL);
	desk_close(&d, 0, NULL);
}

static void test_watch_is_over(void **state)
{
	static const struct {
		enum download_state of_4, of_7, of_9;
		bool over, all_over;
	} rows[] = {
		{ DOWNLOAD_DONE, DOWNLOAD_DONE, DOWNLOAD_DONE, true, true },
		{ DOWNLOAD_PAUSED, DOWNLOAD_FAILED, DOWNLOAD_DONE, true, true },
		{ DOWNLOAD_QUEUED, DOWNLOAD_DONE, DOWNLOAD_DONE, false, false },
		{ DOWNLOAD_DONE, DOWNLOAD_ACTIVE, DOWNLOAD_DONE, false, false },
		{ DOWNLOAD_DONE, DOWNLOAD_DONE, DOWNLOAD_ACTIVE, true, false },
		{ DOWNLOAD_PAUSED, DOWNLOAD_PAUSED, DOWNLOAD_QUEUED, true, false },
	};
	static const int64_t ids[] = { 4, 7 };
	EACH_ROW (r, rows) {
		struct desk d;
		struct download queue[] = { { .id = 4, .state = r->of_4 },
					    { .id = 7, .state = r->of_7 },
					    { .id = 9, .state = r->of_9 } };
		struct download_list list = { queue, N_ROWS(queue) }, none = { NULL, 0 };
		desk_open(&d, REQ_DOWNLOAD);
		struct watch *w = watch(&d, ids, 2);
		assert_int_equal(watch_is_over(w, &list), r->over);
		assert_true(watch_is_over(w, &none));
		watch_drop(&d.watches, w);
		w = watch(&d, NULL, 0);
		assert_int_equal(watch_is_over(w, &list), r->all_over);
		watch_end(&d.watches, w, NULL);
		desk_close(&d, 0, NULL);
	}
}

/* queue run: 0 when only paused or done rows remain, 7 when failed ones do, 6 when space stopped it, 8 for what is
 * not what was signed. What went wrong on the way and is well now is not told. */
static void test_queue_run(void **state)
{
	static const struct {
		enum err_kind went;          /* of a row that was over */
		enum download_state remains; /* in the queue */
		int exit_code;
		const char *category;
	} rows[] = {
		{ OK_ITEM, DOWNLOAD_DONE, 0, NULL },
		{ OK_ITEM, DOWNLOAD_PAUSED, 0, NULL },
		{ ERR_NET, DOWNLOAD_PAUSED, 0, NULL },
		{ ERR_NET, DOWNLOAD_FAILED, 7, "unfinished" },
		{ ERR_REFUSED, DOWNLOAD_FAILED, 7, "unfinished" },
		{ OK_ITEM, DOWNLOAD_FAILED, 7, "unfinished" },
		{ ERR_SPACE, DOWNLOAD_PAUSED, 6, "space" },
		{ ERR_DAMAGED, DOWNLOAD_DONE, 8, "integrity" },
		{ ERR_DAMAGED, DOWNLOAD_FAILED, 7, "unfinished" },
	};
	char dir[256];
	char *db = path_join(temp_dir_make(dir), "kiyya.db");
	EACH_ROW (r, rows) {
		struct desk d;
		struct err err;
		struct download row;
		bool was_there;
		desk_open(&d, REQ_QUEUE_RUN);
		d.core.store = store_open(db, clock_real(), NULL, &err);
		if (!d.core.store)
			fail_msg("%s", err.text);
		download_init(&row);
		str_copy(row.claim_id, sizeof(row.claim_id),
			 "fcf909d82ac7fefb7c6ad6c18cbae84c86547cd5");
		memcpy(row.stream_id, row.claim_id, sizeof(row.stream_id));
		str_copy(row.quality, sizeof(row.quality), "original");
		assert_true(store_queue_add(d.core.store, &row, &was_there, &err));
		row.state = r->remains;
		assert_true(store_queue_update(d.core.store, &row, &err));
		struct watch *w = watch(&d, NULL, 0);
		fail_with(&err, r->went);
		watch_row_over(w, &row, r->went == OK_ITEM ? NULL : &err);
		watch_end(&d.watches, w, NULL);
		desk_close(&d, r->exit_code, r->category);
		download_release(&row);
		store_close(d.core.store);
	}
	free(db);
	temp_dir_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate_is_steady),
		cmocka_unit_test(test_rate_forgets),
		cmocka_unit_test(test_rate_leaves_out_what_is_near),
		cmocka_unit_test(test_tempo),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_tally),
		cmocka_unit_test(test_watch_of_some_rows),
		cmocka_unit_test(test_watch_wants),
		cmocka_unit_test(test_watch_is_over),
		cmocka_unit_test(test_queue_run),
	};
	return cmocka_run_group_tests_name("backend_parts", tests, NULL, NULL);
}
