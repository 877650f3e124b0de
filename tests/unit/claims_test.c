/* Replies read into claims: every kind and oddity, what is kept of it, and that nothing raw gets
 * in. */
#include "unit.h"

#include "../support/data.h"
#include "kiyya/gateway.h"
#include "kiyya/text.h"

#define PLAYER "https://player.odycdn.com/"
#define ID     "fcf909d82ac7fefb7c6ad6c18cbae84c86547cd5"
#define SD                                                                                         \
	"bc4ef323405139148c53cd642a385ba160373b5848ec68e12328834f4eeaf3024081c1cae6e3eaa6c2b917d7" \
	"3"                                                                                        \
	"321db85"

#define NOW 1700000000 /* 2023-11-14 */

static const struct gateway_reading with = { .player_url = PLAYER, .now = NOW };

static struct page *read_result(const char *text, size_t len, const char *path)
{
	struct err err = { .text = "" };
	struct json *doc = json_parse(text, len, JSON_MAX_BYTES, &err);
	struct page *p = page_new();

	if (doc == NULL)
		fail_msg("%s", err.text);
	assert_true(gateway_read_page(p, path != NULL ? json_path(doc, path) : doc, &with, &err));
	json_free(doc);
	return p;
}

/* One claim from its text; NULL when it was skipped. */
static struct page *read_one(const char *text)
{
	struct page *p = page_new();
	struct err err;
	struct json *doc = json_parse(text, strlen(text), JSON_MAX_BYTES, &err);

	if (doc == NULL)
		fail_msg("%s: %s", text, err.text);
	if (!gateway_read_claim(p, doc, &with, &err)) {
		page_free(p);
		p = NULL;
	}
	json_free(doc);
	return p;
}

static void assert_clean(const char *s, bool newlines)
{
	if (s != NULL && !text_is_clean(s, strlen(s), newlines))
		fail_msg("not clean: %s", s);
}

static void check_claim(const struct claim *c)
{
	assert_true(claim_id_ok(c->id));
	assert_true(claim_id_ok(c->stream_id));
	assert_true(c->channel_id[0] == '\0' || claim_id_ok(c->channel_id));
	assert_non_null(c->title);
	assert_true(c->playable == (c->reason == NULL));
	assert_clean(c->title, false);
	assert_clean(c->name, false);
	assert_clean(c->channel_name, false);
	assert_clean(c->description, true);
	assert_clean(c->thumbnail_url, false);
	assert_clean(c->media_type, false);
	assert_clean(c->url, false);
	assert_clean(c->reason, false);
	assert_clean(c->reposted_by, false);
	assert_true(c->n_tags <= CLAIM_MAX_TAGS);
	for (size_t i = 0; i < c->n_tags; i++)
		assert_clean(c->tags[i], false);
	for (size_t i = 0; i < c->n_sources; i++) {
		assert_clean(c->sources[i].url, false);
		assert_true(strncmp(c->sources[i].url, "https://player.odycdn.com/v6/", 29) == 0);
	}
	if (c->playable)
		assert_true(c->n_sources > 0);
}

/* By its place in composed/claim_search_mixed_kinds.json. */
static const struct {
	enum claim_kind kind;
	bool playable;
	size_t sources;
	const char *reason; /* part of it */
	const char *title;  /* all of it; NULL: any */
} kinds[] = {
	[0] = { CLAIM_AUDIO, true, 1, NULL, NULL },
	[1] = { CLAIM_IMAGE, false, 1, "not a video", "Sunset" },
	[2] = { CLAIM_LIVESTREAM, false, 0, "https://odysee.com/@TestChannel:8/nightly-live-show:8",
		"LIVE: nightly show" },
	[3] = { CLAIM_REPOST, true, 2, NULL, "Third video: the original" },
	[4] = { CLAIM_REPOST, true, 2, NULL, "Third video: the original" },
	[5] = { CLAIM_REPOST, false, 0, "gone", "repost-of-deleted" },
	[6] = { CLAIM_REPOST, false, 0, "a channel", "Test Channel" },
	[7] = { CLAIM_COLLECTION, false, 0, "a playlist",
		"R\xc3\xa9pertoire d\xe2\x80\x99"
		"essai" },
	[8] = { CLAIM_COLLECTION, false, 0, "a playlist", "Empty list" },
	[9] = { CLAIM_CHANNEL, false, 0, "a channel", "Test Channel" },
	[10] = { CLAIM_VIDEO, false, 0, "for members of the channel: log in at https://odysee.com/",
		 NULL },
	[11] = { CLAIM_VIDEO, false, 0, "must be bought: log in at https://odysee.com/", NULL },
	[12] = { CLAIM_VIDEO, false, 0, "costs 0.99 USD: log in and buy it at https://odysee.com/",
		 NULL },
	[13] = { CLAIM_VIDEO, false, 0, "unlisted", NULL },
	[14] = { CLAIM_VIDEO, false, 0, "to be released on 2100-01-01T00:00:00Z", NULL },
	[15] = { CLAIM_VIDEO, true, 2, NULL, NULL },
	[16] = { CLAIM_VIDEO, true, 2, NULL, NULL },
	[17] = { CLAIM_BINARY, false, 0, "could not read", "undecodable" },
	[18] = { CLAIM_VIDEO, true, 2, NULL, "bare-minimum" },
	[19] = { CLAIM_VIDEO, true, 2, NULL, "empty-video-object" },
	[20] = { CLAIM_VIDEO, true, 2, NULL, NULL },
	[21] = { CLAIM_VIDEO, true, 2, NULL, NULL },
	[22] = { CLAIM_VIDEO, true, 2, NULL, "Huge numbers" },
	[23] = { CLAIM_VIDEO, true, 2, NULL, NULL },
	[24] = { CLAIM_VIDEO, true, 2, NULL, NULL },
	[25] = { CLAIM_VIDEO, true, 2, NULL, NULL },
};

static struct page *mixed(void)
{
	size_t len;
	char *text = data_read("composed/claim_search_mixed_kinds.json", &len);
	struct page *p = read_result(text, len, "result");

	free(text);
	return p;
}

static void every_kind_is_read(void **state)
{
	struct page *p = mixed();

	assert_int_equal(p->n, N_ROWS(kinds));
	for (size_t i = 0; i < p->n; i++) {
		const struct claim *c = &p->items[i];

		print_message("%zu %s \"%s\": %s\n", i, claim_kind_word(c->kind), c->title,
			      c->reason != NULL ? c->reason : "playable");
		check_claim(c);
		assert_int_equal(c->kind, kinds[i].kind);
		assert_int_equal(c->playable, kinds[i].playable);
		assert_int_equal(c->n_sources, kinds[i].sources);
		if (kinds[i].reason != NULL)
			assert_non_null(strstr(c->reason, kinds[i].reason));
		if (kinds[i].title != NULL)
			assert_string_equal(c->title, kinds[i].title);
	}
	page_free(p);
}

static void a_collection_keeps_its_order(void **state)
{
	static const char other[] = "a50fe06620da858342f68b83bd202a0a18bd26a0";
	struct page *p = read_one(
	    "{\"claim_id\":\"" ID "\",\"value_type\":\"collection\",\"value\":{\"claims\":[\"" ID
	    "\",\"a50fe06620da858342f68b83bd202a0a18bd26a0\",\"no id\",7,null,{},\"" ID "\"]}}");

	assert_int_equal(p->items[0].n_item_ids, 3);
	assert_string_equal(p->items[0].item_ids[0], ID);
	assert_string_equal(p->items[0].item_ids[1], other);
	assert_string_equal(p->items[0].item_ids[2], ID);
	page_free(p);

	static const char *const odd[] = { "\"x\"", "{\"a\":\"" ID "\"}", "null", "7" };

	for (size_t i = 0; i < N_ROWS(odd); i++) {
		char text[300];

		snprintf(text, sizeof(text),
			 "{\"claim_id\":\"" ID
			 "\",\"value_type\":\"collection\",\"value\":{\"claims\":%s}}",
			 odd[i]);
		p = read_one(text);
		assert_int_equal(p->items[0].n_item_ids, 0);
		page_free(p);
	}
}

static void a_collection_has_an_end(void **state)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	assert_true(buf_add_str(&b, "{\"claim_id\":\"" ID
				    "\",\"value_type\":\"collection\",\"value\":{\"claims\":[\"" ID
				    "\""));
	for (int i = 0; i < CLAIM_MAX_ITEMS; i++)
		assert_true(buf_add_str(&b, ",\"" ID "\""));
	assert_true(buf_add_str(&b, "]}}"));
	struct page *p = read_one(b.data);

	assert_int_equal(p->items[0].n_item_ids, CLAIM_MAX_ITEMS);
	page_free(p);
	buf_release(&b);
}

static void an_audio_claim_in_full(void **state)
{
	struct page *p = mixed();
	const struct claim *c = &p->items[0];

	assert_string_equal(c->id, "a50fe06620da858342f68b83bd202a0a18bd26a0");
	assert_string_equal(c->stream_id, c->id);
	assert_string_equal(c->channel_id, "8855d8c81173e56752f8bb0e241cb840f8624fe8");
	assert_string_equal(c->channel_name, "@TestChannel");
	assert_string_equal(c->url, "lbry://@TestChannel#8/episode-1-community-podcast#a");
	assert_string_equal(c->media_type, "audio/mpeg");
	assert_string_equal(c->description, "Plain audio.");
	assert_int_equal(c->duration, 2570);
	assert_int_equal(c->size, 41233152);
	assert_int_equal(c->release_time, 1712655965);
	assert_int_equal(c->n_tags, 1);
	assert_string_equal(c->tags[0], "demo");
	assert_string_equal(c->sources[0].quality, "original");
	assert_string_equal(c->sources[0].type, "audio/mpeg");
	assert_string_equal(c->sources[0].url,
			    "https://player.odycdn.com/v6/streams/"
			    "a50fe06620da858342f68b83bd202a0a18bd26a0/28db1c.mp4");
	assert_int_equal(strlen(c->sd_hash), SD_HASH_LEN);
	assert_int_equal(strlen(c->source_hash), SD_HASH_LEN);
	page_free(p);
}

static void reposts_show_the_original(void **state)
{
	struct page *p = mixed();

	for (size_t i = 3; i <= 4; i++) { /* the newer and the older form */
		const struct claim *c = &p->items[i];

		assert_string_equal(c->stream_id, "ab14476a340e5a966774aa36515c1d625253dbc6");
		assert_string_not_equal(c->id, c->stream_id);
		assert_string_equal(c->reposted_by, "@TestChannel");
		assert_non_null(strstr(c->sources[0].url, c->stream_id));
		assert_string_equal(c->sources[1].quality, "hls");
		assert_true(c->duration > 0);
	}
	/* what it pointed at is known though it is gone */
	assert_string_equal(p->items[5].stream_id, "ab14476a340e5a966774aa36515c1d625253dbc6");
	page_free(p);
	p = read_one("{\"claim_id\":\"" ID "\",\"value_type\":\"repost\","
		     "\"value\":{\"claim_hash\":\"xttTUmIdXFE2qnRnlloONGpHFKs=\"},"
		     "\"reposted_claim\":null}");
	assert_string_equal(p->items[0].stream_id, "ab14476a340e5a966774aa36515c1d625253dbc6");
	page_free(p);
}

static void odd_values_are_tamed(void **state)
{
	struct page *p = mixed();

	assert_string_equal(p->items[15].channel_id, "0123456789abcdef0123456789abcdef01234567");
	assert_null(p->items[15].channel_name);
	assert_string_equal(p->items[16].channel_id, "");
	assert_int_equal(p->items[18].size, SIZE_UNKNOWN);
	assert_int_equal(p->items[18].duration, DURATION_UNKNOWN);
	assert_null(p->items[18].description);
	assert_null(p->items[18].thumbnail_url);
	assert_null(p->items[19].description);
	assert_string_equal(p->items[20].title, "[2J]0;ownedred [31mtitle[0m second line tab");
	assert_int_equal(p->items[22].size, SIZE_UNKNOWN);
	assert_int_equal(p->items[22].duration, DURATION_UNKNOWN);
	assert_int_equal(p->items[22].release_time, -62135596800);
	assert_int_equal(p->items[23].release_time, 1712657185);
	assert_null(p->items[24].thumbnail_url);
	assert_null(p->items[25].url); /* a name with /../ in it is no address */
	page_free(p);
}

#define STREAM(value) "{\"claim_id\":\"" ID "\",\"value_type\":\"stream\",\"value\":{" value "}}"
#define SOURCE        "\"source\":{\"sd_hash\":\"" SD "\",\"media_type\":\"video/mp4\"}"

static void numbers_and_texts_by_rows(void **state)
{
	static const struct {
		const char *json;
		int64_t release, duration;
		const char *title;
	} rows[] = {
		{ STREAM("\"title\":\"  a  \""), TIME_UNKNOWN, -1, "a" },
		{ STREAM("\"title\":7"), TIME_UNKNOWN, -1, "Untitled" },
		{ STREAM("\"title\":\"\\u202e\\u0007\""), TIME_UNKNOWN, -1, "Untitled" },
		{ STREAM("\"release_time\":\"1\",\"video\":{\"duration\":5}"), 1, 5, "Untitled" },
		{ STREAM("\"release_time\":2,\"audio\":{\"duration\":\"6\"}"), 2, 6, "Untitled" },
		{ STREAM("\"release_time\":\"9223372036854775807\""), 9223372036, -1, "Untitled" },
		{ STREAM("\"release_time\":\"-9223372036854775808\""), -62167219200, -1,
		  "Untitled" },
		{ STREAM("\"release_time\":\"x\",\"video\":{\"duration\":-4}"), TIME_UNKNOWN, -1,
		  "Untitled" },
		{ "{\"claim_id\":\"" ID "\",\"meta\":{\"creation_timestamp\":3},\"timestamp\":4}",
		  3, -1, "Untitled" },
		{ "{\"claim_id\":\"" ID "\",\"timestamp\":4,\"title\":\"t\",\"name\":\"n\"}", 4, -1,
		  "t" },
		{ "{\"claim_id\":\"" ID "\",\"name\":\"n\"}", TIME_UNKNOWN, -1, "n" },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct page *p = read_one(rows[i].json);

		print_message("%s\n", rows[i].json);
		assert_non_null(p);
		check_claim(&p->items[0]);
		assert_int_equal(p->items[0].release_time, rows[i].release);
		assert_int_equal(p->items[0].duration, rows[i].duration);
		assert_string_equal(p->items[0].title, rows[i].title);
		page_free(p);
	}
}

static void fees_and_tags_by_rows(void **state)
{
	static const struct {
		const char *json;
		bool playable;
		const char *reason;
	} rows[] = {
		{ STREAM(SOURCE), true, NULL },
		{ STREAM(SOURCE ",\"fee\":{\"amount\":\"0.00\",\"currency\":\"LBC\"}"), true,
		  NULL },
		{ STREAM(SOURCE ",\"fee\":{\"amount\":\"250\",\"currency\":\"LBC\"}"), false,
		  "costs 250 LBC" },
		{ STREAM(SOURCE ",\"fee\":{\"amount\":3}"), false, "costs a fee" },
		{ STREAM(SOURCE ",\"fee\":{\"amount\":0}"), true, NULL },
		{ STREAM(SOURCE ",\"fee\":{}"), false, "costs a fee" },
		{ STREAM(SOURCE ",\"tags\":[\"C:Members-Only\"]"), false, "for members" },
		{ STREAM(SOURCE ",\"tags\":[\"c:members-only-fans\"]"), true, NULL },
		{ STREAM(SOURCE ",\"tags\":[\"rental:1.99:172800\"]"), false, "rented" },
		{ STREAM(SOURCE ",\"tags\":[\"purchase:4.99\"]"), false, "bought" },
		{ STREAM(SOURCE ",\"tags\":[\"c:private\"]"), false, "private" },
		{ STREAM(SOURCE ",\"tags\":[\"c:scheduled:show\"],\"release_time\":\"1000\""), true,
		  NULL },
		{ STREAM(SOURCE ",\"tags\":[\"c:scheduled:show\"],\"release_time\":\"1700000000\""),
		  true, NULL },
		{ STREAM(SOURCE ",\"tags\":[\"c:scheduled:show\"],\"release_time\":\"1700000001\""),
		  false, "to be released on 2023-11-14T22:13:21Z" },
		{ STREAM(SOURCE ",\"tags\":[\"c:scheduled:hide\"],\"release_time\":\"4102444800\""),
		  false, "to be released" },
		{ STREAM("\"source\":{\"sd_hash\":\"../../etc\",\"media_type\":\"video/mp4\"}"),
		  false, "no address" },
		{ STREAM("\"source\":null"), false, "livestream" },
		{ STREAM("\"source\":{\"sd_hash\":\"" SD "\",\"media_type\":\"text/markdown\"}"),
		  false, "not a video or sound" },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct page *p = read_one(rows[i].json);

		print_message("%s\n", rows[i].json);
		check_claim(&p->items[0]);
		assert_int_equal(p->items[0].playable, rows[i].playable);
		if (rows[i].reason != NULL)
			assert_non_null(strstr(p->items[0].reason, rows[i].reason));
		page_free(p);
	}
}

static void a_closed_tag_cannot_hide_behind_many(void **state)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	buf_add_str(&b, "{\"claim_id\":\"" ID "\",\"value\":{" SOURCE ",\"tags\":[");
	for (int i = 0; i < 200; i++)
		buf_addf(&b, "\" Tag%d \",\"tag%d\",", i, i);
	buf_add_str(&b, "\"c:members-only\"]}}");
	struct page *p = read_one(b.data);

	assert_int_equal(p->items[0].n_tags, CLAIM_MAX_TAGS);
	assert_string_equal(p->items[0].tags[0], "tag0"); /* trimmed, lower case, once */
	assert_string_equal(p->items[0].tags[1], "tag1");
	assert_false(p->items[0].playable);
	page_free(p);
	buf_release(&b);
}

static void links_are_checked(void **state)
{
	static const struct {
		const char *link, *wants;
	} rows[] = {
		{ "https://a.example/x.webp", "https://a.example/x.webp" },
		{ " http://a.example/x ", "https://a.example/x" },
		{ "HTTP://a.example/x", "https://a.example/x" },
		{ "data:image/png;base64,AAAA", NULL },
		{ "javascript:alert(1)", NULL },
		{ "https://a.example/a b", NULL },
		{ "https://a.example/\\u001b[2J", NULL },
		{ "https://", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		char text[512];

		print_message("%s\n", rows[i].link);
		snprintf(text, sizeof(text),
			 "{\"claim_id\":\"" ID "\",\"value\":{\"thumbnail\":{\"url\":\"%s\"}}}",
			 rows[i].link);
		struct page *p = read_one(text);

		if (rows[i].wants == NULL)
			assert_null(p->items[0].thumbnail_url);
		else
			assert_string_equal(p->items[0].thumbnail_url, rows[i].wants);
		page_free(p);
	}
	struct page *p =
	    read_one("{\"claim_id\":\"" ID "\",\"value\":{\"thumbnail\":"
		     "\"https://t.example/1\",\"cover\":{\"url\":\"https://c.example/\"}}}");
	assert_string_equal(p->items[0].thumbnail_url, "https://t.example/1");
	page_free(p);
}

static void bad_items_are_skipped_and_doubles_dropped(void **state)
{
	static const char text[] =
	    "{\"items\":[null,7,\"x\",{},{\"claim_id\":\"" ID "\",\"name\":\"a\"},"
	    "{\"claim_id\":\"FCF909D82AC7FEFB7C6AD6C18CBAE84C86547CD5\"},"
	    "{\"claim_id\":\"../../../../../../../../../../etc/passwd\"},"
	    "{\"claim_id\":\"" ID "\",\"name\":\"b\"},"
	    "{\"claim_id\":\"ab14476a340e5a966774aa36515c1d625253dbc6\"}]}";
	struct page *p = read_result(text, strlen(text), NULL);

	assert_int_equal(p->n, 2);
	assert_string_equal(p->items[0].name, "a");
	assert_string_equal(p->items[1].id, "ab14476a340e5a966774aa36515c1d625253dbc6");
	page_free(p);
}

static void other_results(void **state)
{
	static const struct {
		const char *file;
		size_t n;
	} rows[] = {
		{ "composed/claim_search_blocked_channels.json", 1 },
		{ "composed/claim_search_no_totals_empty.json", 0 },
	};
	struct err err;
	struct page *p;

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		size_t len;
		char *text = data_read(rows[i].file, &len);

		p = read_result(text, len, "result");
		print_message("%s: %zu\n", rows[i].file, p->n);
		assert_true(p->n >= rows[i].n);
		page_free(p);
		free(text);
	}
	p = read_result("{\"items\":null}", 14, NULL);
	assert_int_equal(p->n, 0);
	assert_false(gateway_read_page(p, NULL, &with, &err));
	assert_int_equal(err.kind, ERR_PARSE);
	page_free(p);
}

/* Recorded by others, read where it lies; not part of the project. */
static void recorded_replies_are_read(void **state)
{
	static const struct {
		const char *file, *path;
		size_t least;
	} rows[] = {
		{ "regtest/claim_search_in_channel.json", "result", 1 },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		size_t len;
		char *text = data_read_beside(rows[i].file, &len);

		if (text == NULL) {
			print_message("skipped: %s is not beside the project\n", rows[i].file);
			skip();
		}
		struct page *p = read_result(text, len, rows[i].path);

		assert_true(p->n >= rows[i].least);
		for (size_t k = 0; k < p->n; k++)
			check_claim(&p->items[k]);
		page_free(p);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_read),
		cmocka_unit_test(a_collection_keeps_its_order),
		cmocka_unit_test(a_collection_has_an_end),
		cmocka_unit_test(an_audio_claim_in_full),
		cmocka_unit_test(reposts_show_the_original),
		cmocka_unit_test(odd_values_are_tamed),
		cmocka_unit_test(numbers_and_texts_by_rows),
		cmocka_unit_test(fees_and_tags_by_rows),
		cmocka_unit_test(a_closed_tag_cannot_hide_behind_many),
		cmocka_unit_test(links_are_checked),
		cmocka_unit_test(bad_items_are_skipped_and_doubles_dropped),
		cmocka_unit_test(other_results),
		cmocka_unit_test(recorded_replies_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
