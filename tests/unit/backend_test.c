/* The backend, with its real database and vault, against a gateway that answers as it is told: what a front end may
 * rely on. */
#include "unit.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include "../../src/msg/fields.h"
#include "backend_rig.h"
#include "kiyya/mem.h"

/* -- browse ---------------------------------------------------------------------------------------- */

static struct req *browse(int64_t limit, bool wait_fresh)
{
	struct req *r = req_new(REQ_BROWSE);
	r->u.browse.channel_ = str_dup(CHANNEL);
	r->u.browse.limit_ = limit;
	r->u.browse.wait_fresh_ = wait_fresh;
	return r;
}

static void check_page(const struct rig *g, uint64_t ticket, size_t n, bool cached, int first_id,
		       size_t rows)
{
	const struct event *e = rig_heard(g, EV_PAGE, ticket, n);
	char id[CLAIM_ID_SIZE];
	assert_non_null(e);
	assert_int_equal(e->u.page.cached_, cached);
	assert_int_equal(e->u.page.claims_->n, rows);
	rig_id(id, first_id);
	assert_string_equal(e->u.page.claims_->items[0].id, id);
}

static void test_cached_then_fresh(void **state)
{
	struct rig *g = *state;
	const char *old = rig_keep(g, rig_page(0, 3)), *new = rig_keep(g, rig_page(100, 4));
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = old });
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = EMPTY_PAGE });
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = new });
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = EMPTY_PAGE });
	rig_set(g, "cache.ttl", "0"); /* stale at once */
	rig_start(g, NULL);

	/* nothing is stored: the gateway's */
	uint64_t t = rig_ask(g, browse(10, false), 1);
	assert_true(rig_done(g, t)->ok_);
	assert_int_equal(rig_count(g, EV_PAGE, t), 1);
	check_page(g, t, 0, false, 0, 3);

	/* the stored rows first, then what the gateway says now */
	t = rig_ask(g, browse(10, false), 1);
	assert_true(rig_done(g, t)->ok_);
	assert_int_equal(rig_count(g, EV_PAGE, t), 2);
	check_page(g, t, 0, true, 0, 3);
	check_page(g, t, 1, false, 100, 4);

	/* asked to wait: only what the gateway says; it says nothing now */
	t = rig_ask(g, browse(10, true), 1);
	assert_true(rig_done(g, t)->ok_);
	assert_int_equal(rig_count(g, EV_PAGE, t), 1);
	assert_int_equal(rig_heard(g, EV_PAGE, t, 0)->u.page.claims_->n, 0);
	rig_stop(g);
}

/* Whether a settler has been at the index: it tells it so, once. */
static bool is_settled(const struct rig *g)
{
	sqlite3 *db;
	sqlite3_stmt *q;
	assert_int_equal(sqlite3_open(g->paths.db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT 1 FROM content_search_config "
					    "WHERE k = 'automerge' AND v = 0",
					    -1, &q, NULL),
			 SQLITE_OK);
	bool settled = sqlite3_step(q) == SQLITE_ROW;
	sqlite3_finalize(q);
	sqlite3_close(db);
	return settled;
}

static struct req *ask_cache(const char *action)
{
	struct req *r = req_new(REQ_CACHE);
	r->u.cache.action_ = str_dup(action);
	return r;
}

/* What a stored page leaves to do is done behind it, while others are answered; nothing stored: nothing
 * is done. */
static void test_settles_behind_a_page(void **state)
{
	struct rig *g = *state;
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = rig_keep(g, rig_page(0, 3)) });
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = EMPTY_PAGE });
	rig_start(g, NULL);
	for (int i = 0; i < 20; i++)
		assert_true(rig_done(g, rig_ask(g, ask_cache("stats"), 1))->ok_);
	assert_false(is_settled(g));
	assert_true(rig_done(g, rig_ask(g, browse(10, false), 1))->ok_);
	int64_t until = clock_mono_ms(clock_real()) + 10000;
	while (!is_settled(g) && clock_mono_ms(clock_real()) < until)
		assert_true(rig_done(g, rig_ask(g, ask_cache("stats"), 1))->ok_);
	assert_true(is_settled(g));
	rig_stop(g);
}

static void test_fresh_is_not_asked_again(void **state)
{
	struct rig *g = *state;
	const char *page = rig_keep(g, rig_page(0, 3));
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = page });
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = EMPTY_PAGE });
	rig_start(g, NULL);
	rig_done(g, rig_ask(g, browse(10, false), 1));
	size_t asked = acts_count(g->acts);
	uint64_t t = rig_ask(g, browse(2, false), 1);
	assert_true(rig_done(g, t)->ok_);
	check_page(g, t, 0, true, 0, 2);
	assert_true(rig_heard(g, EV_PAGE, t, 0)->u.page.more_);
	assert_int_equal(acts_count(g->acts), asked);
	rig_stop(g);
}

/* No gateway answers: what is stored is shown and said; what is not stored fails as what it is. */
static void test_nobody_answers(void **state)
{
	static const struct {
		bool wait_fresh, offline;
		int64_t page;
		size_t pages;
		int exit_code;
	} rows[] = {
		{ false, false, 1, 1, 0 }, { true, false, 1, 1, 0 }, { false, false, 9, 0, 4 },
		{ true, false, 9, 0, 4 },  { false, true, 1, 1, 0 }, { true, true, 1, 1, 0 },
		{ false, true, 9, 0, 4 },
	};
	struct rig *g = *state;
	const char *page = rig_keep(g, rig_page(0, 50)); /* a full one: there is more */
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = page });
	rig_set(g, "cache.ttl", "0");
	rig_start(g, NULL);
	assert_true(rig_done(g, rig_ask(g, browse(50, false), 1))->ok_);
	rig_stop(g);
	char dead[64];
	snprintf(dead, sizeof(dead), "http://127.0.0.1:%d/", acts_dead_port());
	rig_set(g, "gateway.urls", dead);
	EACH_ROW (r, rows) {
		struct backend_config config = rig_config(g);
		config.offline = r->offline;
		rig_start(g, &config);
		struct req *q = browse(50, r->wait_fresh);
		q->u.browse.page_ = r->page;
		uint64_t t = rig_ask(g, q, 1);
		const struct ev_done *done = rig_done(g, t);
		if (done->exit_code_ != r->exit_code)
			fail_msg("page %d: %d %s", (int)r->page, (int)done->exit_code_,
				 done->error_ ? done->error_ : "");
		assert_int_equal(rig_count(g, EV_PAGE, t), r->pages);
		rig_stop(g);
	}
}

/* -- tickets ----------------------------------------------------------------------------------------- */

static void check_cancelled(const struct ev_done *done)
{
	assert_false(done->ok_);
	assert_string_equal(done->category_, "cancelled");
}

static void test_newer_request_supersedes(void **state)
{
	struct rig *g = *state;
	acts_add(g->acts, (struct act){ .kind = ACT_HANG });
	acts_add(g->acts, (struct act){ .kind = ACT_HANG });
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = EMPTY_PAGE });
	rig_set(g, "gateway.timeout", "1h");
	rig_start(g, NULL);
	uint64_t other = rig_ask(g, browse(10, false), 2);
	uint64_t free_of_slots = rig_ask(g, browse(20, false), 0);
	uint64_t old = rig_ask(g, browse(30, false), 1);
	uint64_t new = rig_ask(g, req_new(REQ_OFFLINE), 1);
	check_cancelled(rig_done(g, old));
	assert_true(rig_done(g, new)->ok_);
	/* of another slot, or of none, nobody is in the way */
	rig_done(g, rig_ask(g, req_new(REQ_OFFLINE), 0));
	assert_null(rig_heard(g, EV_DONE, other, 0));
	assert_null(rig_heard(g, EV_DONE, free_of_slots, 0));
	rig_stop(g);
	check_cancelled(rig_done(g, other));
	check_cancelled(rig_done(g, free_of_slots));
	for (uint64_t t = other; t <= new; t++)
		assert_int_equal(rig_count(g, EV_DONE, t), 1);
}

static uint64_t stop(struct rig *g, uint64_t ticket)
{
	struct req *r = req_new(REQ_STOP);
	r->u.stop.of_ = (int64_t)ticket;
	return rig_ask(g, r, 0);
}

static void test_stop(void **state)
{
	struct rig *g = *state;
	acts_add(g->acts, (struct act){ .kind = ACT_HANG });
	rig_set(g, "gateway.timeout", "1h");
	rig_start(g, NULL);
	uint64_t t = rig_ask(g, browse(10, false), 1);
	uint64_t s = stop(g, t);
	assert_true(rig_done(g, s)->ok_);
	check_cancelled(rig_done(g, t));
	/* of what is over, of nothing, of itself: fine, and nothing happens */
	assert_true(rig_done(g, stop(g, t))->ok_);
	assert_true(rig_done(g, stop(g, 0))->ok_);
	assert_true(rig_done(g, stop(g, 123456))->ok_);
	assert_true(rig_done(g, stop(g, g->link.next_ticket + 1))->ok_);
	rig_stop(g);
	assert_int_equal(rig_count(g, EV_DONE, t), 1);
}

/* -- every kind, however it is filled -------------------------------------------------------------- */

/* No file of this name can be made, no address is read from it, and no terminal likes it. */
#define HOSTILE "/dev/null/\033]0;x\007' OR 1=1; --%s%n\xff"

static const int64_t odd_numbers[] = { INT64_MIN + 1, -1, 0, INT64_MAX };

static void fill_field(void *at, enum field_type type, int64_t number)
{
	switch (type) {
	case FIELD_STR:
	case FIELD_SECRET:
		str_set(at, HOSTILE);
		break;
	case FIELD_STRS:
		strs_add(at, HOSTILE);
		strs_add(at, "");
		strs_add(at, HOSTILE);
		break;
	case FIELD_INT:
	case FIELD_TIME:
		*(int64_t *)at = number;
		break;
	case FIELD_BOOL:
		*(bool *)at = true;
		break;
	case FIELD_SHARE:
	case FIELD_INTS:
	case FIELD_PAGE:
		break; /* in no request */
	}
}

static struct req *hostile(enum req_kind kind, int64_t number)
{
	struct req *r = req_new(kind);
	const struct message *m = req_message(kind);
	for (size_t i = 0; i < m->n_fields; i++)
		fill_field(field_at(&r->u, &m->fields[i]), m->fields[i].type, number);
	return r;
}

/* Those that last end when they are told to; the rest by themselves. */
static const struct ev_done *end_of(struct rig *g, enum req_kind kind, uint64_t ticket)
{
	if (kind == REQ_SERVE || kind == REQ_PLAY || kind == REQ_QUEUE_RUN)
		stop(g, ticket);
	return rig_done(g, ticket);
}

static void check_one_done_each(const struct rig *g)
{
	for (uint64_t t = 1; t <= g->link.next_ticket; t++)
		if (rig_count(g, EV_DONE, t) != 1)
			fail_msg("ticket %d has %d ends", (int)t, (int)rig_count(g, EV_DONE, t));
}

static void test_every_kind_ends(void **state)
{
	struct rig *g = *state;
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = EMPTY_PAGE });
	rig_start(g, NULL);
	for (int kind = 0; kind < REQ_COUNT; kind++) {
		end_of(g, (enum req_kind)kind, rig_ask(g, req_new((enum req_kind)kind), 0));
		EACH_ROW (number, odd_numbers)
			end_of(g, (enum req_kind)kind,
			       rig_ask(g, hostile((enum req_kind)kind, *number), 1));
	}
	rig_stop(g);
	check_one_done_each(g);
}

/* Each word that a request's first field knows, beside fields that nobody would fill so. */
static void test_every_action_ends(void **state)
{
	struct rig *g = *state;
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = EMPTY_PAGE });
	rig_start(g, NULL);
	for (int kind = 0; kind < REQ_COUNT; kind++) {
		const struct message *m = req_message((enum req_kind)kind);
		const struct field *f = m->fields;
		bool words = m->n_fields && f->type == FIELD_STR &&
			     (str_eq(f->name, "action") || str_eq(f->name, "which") ||
			      str_eq(f->name, "command"));
		for (const char *w = words ? f->meaning : ""; *w; w += strspn(w, " ")) {
			size_t n = strcspn(w, " ");
			for (int bare = 0; bare < 2; bare++) {
				struct req *r = bare ? req_new((enum req_kind)kind)
						     : hostile((enum req_kind)kind, -1);
				char **action = field_at(&r->u, f);
				free(*action);
				*action = str_dupn(w, n);
				end_of(g, (enum req_kind)kind, rig_ask(g, r, 0));
			}
			w += n;
		}
	}
	rig_stop(g);
	check_one_done_each(g);
}

/* All at once, in a few slots, and then the end: each is told how it ended. */
static void test_stop_in_the_middle_of_everything(void **state)
{
	struct rig *g = *state;
	acts_add(g->acts, (struct act){ .kind = ACT_HANG });
	for (int round = 0; round < 3; round++) {
		rig_start(g, NULL);
		for (int kind = 0; kind < REQ_COUNT; kind++)
			rig_ask(g, req_new((enum req_kind)kind), (uint32_t)(round * kind % 5));
		/* what was not read before the end is answered by nobody: so let the last one be answered */
		rig_done(g, rig_ask(g, req_new(REQ_STOP), 0));
		rig_stop(g);
		check_one_done_each(g);
	}
}

static void test_no_database(void **state)
{
	struct rig *g = *state;
	struct err err;
	assert_true(paths_create(&g->paths, &err));
	assert_int_equal(mkdir(g->paths.db, 0700), 0);
	rig_start(g, NULL);
	for (int kind = 0; kind < REQ_COUNT; kind++) {
		struct req *r = req_new((enum req_kind)kind);
		if (kind == REQ_CONFIG)
			r->u.config.action_ = str_dup("path");
		const struct ev_done *done = rig_done(g, rig_ask(g, r, 0));
		if (kind == REQ_CONFIG || kind == REQ_STOP) {
			assert_true(done->ok_);
			continue;
		}
		assert_false(done->ok_);
		if (!str_eq(done->category_, "database"))
			fail_msg("%s: %s: %s", req_name((enum req_kind)kind), done->category_,
				 done->error_);
	}
	const struct event *note = rig_heard(g, EV_NOTE, 0, 0); /* said once without being asked */
	assert_true(note && str_eq(note->u.note.level_, "error"));
	rig_stop(g);
	check_one_done_each(g);
}

/* -- downloads ------------------------------------------------------------------------------------- */

#define MEDIA_BYTES 1000000

static char *media(void)
{
	char *s = mem_new(MEDIA_BYTES + 1);
	for (size_t i = 0; i < MEDIA_BYTES; i++)
		s[i] = (char)('a' + (i * 7 + i / 1000) % 26);
	return s;
}

static struct store *open_store(struct rig *g)
{
	struct err err;
	assert_true(paths_create(&g->paths, &err));
	struct store *s = store_open(g->paths.db, clock_real(), NULL, &err);
	if (!s)
		fail_msg("%s", err.text);
	return s;
}

static void queue_media(struct rig *g)
{
	struct err err;
	struct download d;
	bool was_there;
	struct store *s = open_store(g);
	download_init(&d);
	rig_id(d.claim_id, 1);
	memcpy(d.stream_id, d.claim_id, sizeof(d.stream_id));
	str_copy(d.quality, sizeof(d.quality), "original");
	d.title = str_dup("Film");
	d.url = str_dup(acts_url(g->acts, "/film.mp4"));
	d.size = MEDIA_BYTES;
	assert_true(store_queue_add(s, &d, &was_there, &err));
	download_release(&d);
	store_close(s);
}

/* The state of the one row, and what it has. */
static enum download_state row_state(struct rig *g, int64_t *ret_have)
{
	struct err err;
	struct download_list rows;
	struct store *s = open_store(g);
	assert_true(store_queue_list(s, true, &rows, &err));
	assert_int_equal(rows.n, 1);
	enum download_state state = rows.v[0].state;
	*ret_have = rows.v[0].have;
	download_list_release(&rows);
	store_close(s);
	return state;
}

/* Waits until a row that is told has that much. */
static void wait_for_bytes(struct rig *g, uint64_t ticket, int64_t have)
{
	for (size_t n = 0;;) {
		const struct event *e = rig_heard(g, EV_DOWNLOAD, ticket, n);
		if (!e)
			rig_hear(g);
		else if (e->u.download.have_ >= have)
			return;
		else
			n++;
	}
}

static void test_download_survives_the_end(void **state)
{
	struct rig *g = *state;
	const char *film = rig_keep(g, media());
	int64_t have;
	acts_add(g->acts, (struct act){ .kind = ACT_STALL, .body = film });
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = film });
	queue_media(g);

	rig_start(g, NULL);
	uint64_t t = rig_ask(g, req_new(REQ_QUEUE_RUN), 0);
	wait_for_bytes(g, t, 1);
	rig_stop(g);
	check_cancelled(rig_done(g, t));
	assert_int_equal(row_state(g, &have), DOWNLOAD_QUEUED);
	assert_true(have > 0 && have < MEDIA_BYTES);

	/* the next run goes on from there */
	rig_start(g, NULL);
	t = rig_ask(g, req_new(REQ_QUEUE_RUN), 0);
	const struct ev_done *done = rig_done(g, t);
	if (!done->ok_)
		fail_msg("%s", done->error_);
	uint64_t v = rig_ask(g, req_new(REQ_OFFLINE), 0);
	rig_done(g, v);
	const struct event *copy = rig_heard(g, EV_COPY, v, 0);
	assert_true(copy && copy->u.copy.complete_ && copy->u.copy.encrypted_);
	assert_int_equal(copy->u.copy.size_, MEDIA_BYTES);
	struct req *verify = req_new(REQ_VERIFY);
	verify->u.verify.all_ = true;
	assert_true(rig_done(g, rig_ask(g, verify, 0))->ok_);
	rig_stop(g);
	assert_int_equal(row_state(g, &have), DOWNLOAD_DONE);
	check_one_done_each(g);
}

/* The value that a limit has after this was asked. */
static const char *limit(struct rig *g, const char *key, const char *value, bool ok)
{
	struct req *r = req_new(REQ_LIMIT);
	r->u.limit.key_ = str_dup(key);
	r->u.limit.value_ = str_dup(value);
	uint64_t t = rig_ask(g, r, 0);
	assert_int_equal(rig_done(g, t)->ok_, ok);
	return ok ? rig_heard(g, EV_CONFIG, t, 0)->u.config.value_ : NULL;
}

static void test_limits(void **state)
{
	struct rig *g = *state;
	rig_start(g, NULL);
	assert_string_equal(limit(g, "parallel", "+1", true), "4");
	assert_string_equal(limit(g, "parallel", "-3", true), "1");
	limit(g, "parallel", "-1", false); /* none at all is no number of downloads */
	assert_string_equal(limit(g, "parallel", "+0", true), "1");
	assert_string_equal(limit(g, "connections", "8", true), "8");
	limit(g, "connections", "17", false);
	assert_string_equal(limit(g, "rate", "2M", true), "2097152");
	assert_string_equal(limit(g, "rate", "0", true), "0");
	limit(g, "reserve", "1M", false);
	limit(g, "rate", "fast", false);
	rig_stop(g);
	check_one_done_each(g);
}

static void test_download_stopped_by_its_ticket(void **state)
{
	struct rig *g = *state;
	const char *film = rig_keep(g, media());
	int64_t have;
	acts_add(g->acts, (struct act){ .kind = ACT_STALL, .body = film });
	queue_media(g);
	rig_start(g, NULL);
	uint64_t t = rig_ask(g, req_new(REQ_QUEUE_RUN), 0);
	wait_for_bytes(g, t, 1);
	stop(g, t);
	check_cancelled(rig_done(g, t));
	uint64_t q = rig_ask(g, req_new(REQ_QUEUE), 0);
	rig_done(g, q);
	assert_string_equal(rig_heard(g, EV_DOWNLOAD, q, 0)->u.download.state_, "queued");
	rig_stop(g);
	assert_int_equal(row_state(g, &have), DOWNLOAD_QUEUED);
	check_one_done_each(g);
}

/* The end comes after the n-th thing that is heard, for every n until a run goes through: key, address, bytes, record. */
static void test_stop_at_each_step(void **state)
{
	struct rig *g = *state;
	const char *film = rig_keep(g, media());
	int64_t have;
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = film });
	queue_media(g);
	for (size_t step = 0; step < 100; step++) {
		size_t before = g->n_heard;
		rig_start(g, NULL);
		uint64_t t = rig_ask(g, req_new(REQ_QUEUE_RUN), 0);
		while (g->n_heard < before + step && !rig_heard(g, EV_DONE, t, 0))
			rig_hear(g);
		rig_stop(g);
		enum download_state s = row_state(g, &have);
		if (s == DOWNLOAD_DONE)
			break;
		assert_int_equal(s, DOWNLOAD_QUEUED);
	}
	assert_int_equal(row_state(g, &have), DOWNLOAD_DONE);
	assert_int_equal(have, MEDIA_BYTES);
}

/* The key is being made out of a passphrase, which takes a while, when the end comes. */
static void test_stop_while_unlocking(void **state)
{
	struct rig *g = *state;
	struct backend_config config = rig_config(g);
	config.passphrase = str_dup("correct horse");
	rig_start(g, &config);
	struct req *r = req_new(REQ_KEY);
	r->u.key.action_ = str_dup("init");
	uint64_t t = rig_ask(g, r, 0);
	rig_done(g, rig_ask(g, req_new(REQ_STOP), 0)); /* it has been taken up */
	rig_stop(g);
	rig_done(g, t);
	check_one_done_each(g);
}

#define RIGGED(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGGED(test_cached_then_fresh),
		RIGGED(test_settles_behind_a_page),
		RIGGED(test_fresh_is_not_asked_again),
		RIGGED(test_nobody_answers),
		RIGGED(test_newer_request_supersedes),
		RIGGED(test_stop),
		RIGGED(test_every_kind_ends),
		RIGGED(test_every_action_ends),
		RIGGED(test_stop_in_the_middle_of_everything),
		RIGGED(test_no_database),
		RIGGED(test_limits),
		RIGGED(test_download_survives_the_end),
		RIGGED(test_download_stopped_by_its_ticket),
		RIGGED(test_stop_at_each_step),
		RIGGED(test_stop_while_unlocking),
	};
	return cmocka_run_group_tests_name("backend", tests, NULL, NULL);
}
