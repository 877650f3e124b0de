/* The wire between front end and backend: what is replaced, what is never lost, and the order. */
#include "unit.h"
#include "kiyya/link.h"

/* word: a download's event, the player's state or a note's text; item: what is downloaded. */
static struct event *event_of(enum event_kind kind, uint64_t ticket, const char *word,
			      const char *item)
{
	struct event *e = event_new(kind);
	e->ticket = ticket;
	if (kind == EV_DOWNLOAD) {
		e->u.download.event_ = str_dup(word);
		e->u.download.claim_id_ = str_dup(item);
	} else if (kind == EV_PLAYER) {
		e->u.player.state_ = str_dup(word);
	} else if (kind == EV_NOTE) {
		e->u.note.text_ = str_dup(word);
	}
	return e;
}

static void say(struct buf *out, const struct event *e)
{
	if (e->kind == EV_DOWNLOAD)
		buf_addf(out, "%s-%s ", e->u.download.event_ ? e->u.download.event_ : "row",
			 e->u.download.claim_id_);
	else if (e->kind == EV_PLAYER)
		buf_addf(out, "%s ", e->u.player.state_);
	else if (e->kind == EV_NOTE)
		buf_addf(out, "%s ", e->u.note.text_);
	else
		buf_addf(out, "%s ", event_name(e->kind));
}

struct posted {
	enum event_kind kind;
	uint64_t ticket;
	const char *word, *item;
};

static void check_posted(const struct posted *list, size_t n, const char *expected)
{
	struct link l;
	struct buf got;
	link_init(&l);
	buf_init(&got, 10000);
	for (size_t i = 0; i < n; i++)
		link_post(&l, event_of(list[i].kind, list[i].ticket, list[i].word, list[i].item));
	for (struct event *e; (e = link_next_event(&l));) {
		say(&got, e);
		event_free(e);
	}
	assert_string_equal(got.data, expected);
	buf_release(&got);
	link_release(&l);
}

#define CHECK_POSTED(expected, ...)                                           \
	do {                                                                  \
		static const struct posted list[] = { __VA_ARGS__ };          \
		check_posted(list, sizeof(list) / sizeof(list[0]), expected); \
	} while (0)

static void test_news_replace_their_older_self(void **state)
{
	CHECK_POSTED("playing status ", { EV_PLAYER, 0, "loading", NULL },
		     { EV_STATUS, 0, NULL, NULL }, { EV_PLAYER, 0, "playing", NULL },
		     { EV_STATUS, 0, NULL, NULL });
	CHECK_POSTED("progress-a progress-b ", { EV_DOWNLOAD, 0, "progress", "a" },
		     { EV_DOWNLOAD, 0, "progress", "b" }, { EV_DOWNLOAD, 0, "progress", "a" });
	/* of another ticket, or of no news, none is lost */
	CHECK_POSTED("loading playing ", { EV_PLAYER, 1, "loading", NULL },
		     { EV_PLAYER, 2, "playing", NULL });
	CHECK_POSTED("progress-a progress-a ", { EV_DOWNLOAD, 0, "progress", "a" },
		     { EV_DOWNLOAD, 7, "progress", "a" });
	CHECK_POSTED("row-a row-a ", { EV_DOWNLOAD, 1, NULL, "a" }, { EV_DOWNLOAD, 1, NULL, "a" });
	CHECK_POSTED("x x done done ", { EV_NOTE, 0, "x", NULL }, { EV_NOTE, 0, "x", NULL },
		     { EV_DONE, 1, NULL, NULL }, { EV_DONE, 1, NULL, NULL });
}

static void test_what_ends_a_download_is_kept(void **state)
{
	CHECK_POSTED("done-a ", { EV_DOWNLOAD, 0, "progress", "a" },
		     { EV_DOWNLOAD, 0, "done", "a" });
	CHECK_POSTED("failed-a progress-a ", { EV_DOWNLOAD, 0, "progress", "a" },
		     { EV_DOWNLOAD, 0, "failed", "a" }, { EV_DOWNLOAD, 0, "progress", "a" },
		     { EV_DOWNLOAD, 0, "progress", "a" });
	CHECK_POSTED("failed-a failed-a done-a done-a ", { EV_DOWNLOAD, 0, "failed", "a" },
		     { EV_DOWNLOAD, 0, "failed", "a" }, { EV_DOWNLOAD, 0, "progress", "a" },
		     { EV_DOWNLOAD, 0, "done", "a" }, { EV_DOWNLOAD, 0, "done", "a" });
	CHECK_POSTED("removed-a progress-a ", { EV_DOWNLOAD, 0, "removed", "a" },
		     { EV_DOWNLOAD, 0, "progress", "a" });
}

/* However much is unread, the order of what is not replaced stays. */
static void test_order(void **state)
{
	struct link l;
	link_init(&l);
	for (int i = 0; i < 1000; i++) {
		struct event *e = event_new(EV_LOG);
		e->u.log.code_ = i;
		link_post(&l, e);
		link_post(&l, event_of(EV_STATUS, 0, NULL, NULL));
		link_post(&l, event_of(EV_DOWNLOAD, 0, "progress", "a"));
	}
	int next = 0, news = 0;
	for (struct event *e; (e = link_next_event(&l));) {
		if (e->kind == EV_LOG)
			assert_int_equal(e->u.log.code_, next++);
		else
			news++;
		event_free(e);
	}
	assert_int_equal(next, 1000);
	assert_int_equal(news, 2);
	assert_null(link_next_event(&l));
	link_release(&l);
}

static void test_requests(void **state)
{
	struct link l;
	link_init(&l);
	for (uint64_t i = 1; i <= 100; i++)
		assert_int_equal(link_send(&l, req_new(REQ_PING), (uint32_t)i + 5), i);
	for (uint64_t i = 1; i <= 100; i++) {
		struct req *r = link_next_request(&l);
		assert_true(r && r->ticket == i && r->slot == i + 5);
		req_free(r);
	}
	assert_null(link_next_request(&l));
	assert_null(link_next_event(&l));
	/* What nobody reads is freed with the link. */
	link_send(&l, req_new(REQ_CONFIG), 0);
	link_post(&l, event_of(EV_NOTE, 0, "unread", NULL));
	link_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_news_replace_their_older_self),
		cmocka_unit_test(test_what_ends_a_download_is_kept),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_requests),
	};
	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
