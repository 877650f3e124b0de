/* Claims: unknown at first, copied deep, written and read back field by field, hostile text cleaned, and which
 * changes the content hash sees. */
#include "unit.h"
#include "kiyya/claim.h"
#include "kiyya/hash.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

#define ID    "fcf909d82ac7fefb7c6ad6c18cbae84c86547cd5"
#define OTHER "8e372e7b15790b2b117e589bc2e00ae7b8daa1be"
#define HASH                                                                                       \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567" \
	"89abcdef"

/* The texts of a claim, by place. */
static const struct {
	const char *name;
	size_t offset;
	bool in_hash;
} texts[] = {
#define TEXT(field, in_hash)                                   \
	{                                                      \
#field, offsetof(struct claim, field), in_hash \
	}
	TEXT(title, true),       TEXT(name, false),         TEXT(channel_name, false),
	TEXT(description, true), TEXT(thumbnail_url, true), TEXT(media_type, false),
	TEXT(url, false),        TEXT(reason, false),       TEXT(reposted_by, false),
#undef TEXT
};

static const char **text_of(struct claim *c, size_t i)
{
	return (const char **)((char *)c + texts[i].offset);
}

/* A claim with something in every field. */
static void fill(struct claim *c, struct arena *a)
{
	claim_init(c);
	str_copy(c->id, sizeof(c->id), ID);
	str_copy(c->channel_id, sizeof(c->channel_id), OTHER);
	c->kind = CLAIM_VIDEO;
	for (size_t i = 0; i < N_ROWS(texts); i++)
		*text_of(c, i) = arena_str(a, texts[i].name);
	c->tags = arena_take(a, 3 * sizeof(*c->tags));
	c->tags[0] = arena_str(a, "series");
	c->tags[1] = arena_str(a, "action");
	c->tags[2] = arena_str(a, "Кино");
	c->n_tags = 3;
	c->sources = arena_take(a, 2 * sizeof(*c->sources));
	c->sources[0] = (struct claim_source){ "original", arena_str(a, "video/mp4"),
					       arena_str(a, "https://a/b") };
	c->sources[1] = (struct claim_source){ "720p", NULL, arena_str(a, "https://c/d") };
	c->n_sources = 2;
	c->item_ids = arena_take(a, 3 * sizeof(*c->item_ids));
	c->item_ids[0] = c->item_ids[2] = arena_str(a, OTHER);
	c->item_ids[1] = arena_str(a, ID);
	c->n_item_ids = 3;
	str_copy(c->sd_hash, sizeof(c->sd_hash), HASH);
	str_copy(c->source_hash, sizeof(c->source_hash), HASH);
	str_copy(c->stream_id, sizeof(c->stream_id), OTHER);
	c->release_time = 1700000000;
	c->duration = 5400;
	c->size = 12345678901;
	c->playable = true;
	c->local = (struct claim_local){ true, true, true, true, 77, 1700000000 };
}

static char *print(const struct claim *c)
{
	struct buf out;
	struct json_out o;
	buf_init(&out, 8 << 20);
	json_out_init(&o, &out);
	claim_to_json(c, &o, NULL);
	return buf_steal(&out);
}

/* NULL: refused, with ERR_PARSE. */
static struct claim *read_text(const char *text, struct arena *a)
{
	struct err err = { 0 };
	struct json *doc = json_parse(text, strlen(text), 8 << 20, &err);
	if (!doc)
		fail_msg("%s: %s", err.text, text);
	struct claim *c = arena_take(a, sizeof(*c));
	bool ok = claim_from_json(c, doc, a, &err);
	if (!ok)
		assert_int_equal(err.kind, ERR_PARSE);
	json_free(doc);
	return ok ? c : NULL;
}

/* Out, in, out again: the same. */
static struct claim *check_round_trip(const struct claim *c, struct arena *a)
{
	char *first = print(c);
	struct claim *back = read_text(first, a);
	assert_non_null(back);
	char *second = print(back);
	assert_string_equal(first, second);
	free(first);
	free(second);
	return back;
}

static void test_words(void **state)
{
	static const char *const words[] = { "video",    "audio",      "image",
					     "document", "binary",     "livestream",
					     "repost",   "collection", "channel" };
	for (int i = 0; i < (int)N_ROWS(words); i++) {
		enum claim_kind kind;
		assert_string_equal(claim_kind_word((enum claim_kind)i), words[i]);
		assert_true(claim_kind_of(words[i], &kind));
		assert_int_equal(kind, i);
	}
	enum claim_kind kind = CLAIM_AUDIO;
	assert_false(claim_kind_of(NULL, &kind));
	assert_false(claim_kind_of("", &kind));
	assert_false(claim_kind_of("Video", &kind));
	assert_int_equal(kind, CLAIM_AUDIO);

	assert_true(claim_id_ok(ID));
	static const char *const no_ids[] = { NULL,
					      "",
					      "f",
					      ID "0",
					      "FCF909D82AC7FEFB7C6AD6C18CBAE84C86547CD5",
					      "gcf909d82ac7fefb7c6ad6c18cbae84c86547cd5" };
	EACH_ROW (id, no_ids)
		assert_false(claim_id_ok(*id));
}

/* What is unknown is absent: only these are always there. */
static void test_unknown_is_absent(void **state)
{
	struct arena *a = arena_new();
	struct claim c;
	claim_init(&c);
	str_copy(c.id, sizeof(c.id), ID);
	char *text = print(&c);
	assert_string_equal(
	    text, "{\"claim_id\":\"" ID "\",\"title\":\"Untitled\",\"kind\":\"binary\",\"tags\":[],"
		  "\"playable\":false,\"sources\":[],\"offline\":false,\"downloading\":false,"
		  "\"favorite\":false,\"watched\":false}");
	free(text);
	struct claim *back = check_round_trip(&c, a);
	for (size_t i = 0; i < N_ROWS(texts); i++)
		if (!str_eq(texts[i].name, "title"))
			assert_null(*text_of(back, i));
	assert_true(back->release_time == TIME_UNKNOWN && back->duration == DURATION_UNKNOWN &&
		    back->size == SIZE_UNKNOWN && back->local.position_seconds == -1);
	arena_free(a);
}

static void test_every_field_comes_back(void **state)
{
	struct arena *a = arena_new();
	struct claim c;
	fill(&c, a);
	struct claim *b = check_round_trip(&c, a);
	assert_string_equal(b->id, ID);
	assert_string_equal(b->channel_id, OTHER);
	assert_int_equal(b->kind, CLAIM_VIDEO);
	for (size_t i = 0; i < N_ROWS(texts); i++)
		assert_string_equal(*text_of(b, i), texts[i].name);
	assert_int_equal(b->n_tags, 3);
	assert_string_equal(b->tags[2], "Кино");
	assert_int_equal(b->n_sources, 2);
	assert_string_equal(b->sources[0].type, "video/mp4");
	assert_null(b->sources[1].type);
	assert_string_equal(b->sources[1].url, "https://c/d");
	assert_string_equal(b->sd_hash, HASH);
	assert_string_equal(b->source_hash, HASH);
	assert_string_equal(b->stream_id, OTHER);
	assert_int_equal(b->release_time, 1700000000);
	assert_int_equal(b->duration, 5400);
	assert_int_equal(b->size, 12345678901);
	assert_true(b->playable);
	assert_true(b->local.offline && b->local.downloading && b->local.favorite &&
		    b->local.watched);
	assert_int_equal(b->local.position_seconds, 77);
	for (int kind = 0; kind <= CLAIM_CHANNEL; kind++) {
		c.kind = (enum claim_kind)kind;
		assert_int_equal(check_round_trip(&c, a)->kind, kind);
	}
	arena_free(a);
}

static void test_odd_numbers(void **state)
{
	struct arena *a = arena_new();
	struct claim c;
	fill(&c, a);
	static const int64_t numbers[] = { 0, 1, 999999999999999, 9007199254740993, INT64_MAX };
	EACH_ROW (n, numbers) {
		c.duration = c.size = c.local.position_seconds = *n;
		struct claim *b = check_round_trip(&c, a);
		assert_true(b->duration == *n && b->size == *n && b->local.position_seconds == *n);
	}
	static const int64_t times[] = { 0, 1, -1, -62167219200, 253402300799 };
	EACH_ROW (t, times) {
		c.release_time = *t;
		assert_true(check_round_trip(&c, a)->release_time == *t);
	}
	arena_free(a);
}

/* A text that somebody put escapes into comes back as one that may be shown, whichever field it is. */
static void test_hostile_texts(void **state)
{
	static const char *const hostile[] = {
		"\033]0;title\007",
		"\033[2J\033[H",
		"a\rb",
		"a\x01"
		"b",
		"a\x7f"
		"b",
		"\xc2\x9b"
		"31m",
		"\xff\xfe",
		"\xe2\x80\xae"
		"gpj.exe",
		"\xe2\x81\xa6",
		"\xe2\x80\xa8",
		"\xef\xbb\xbf",
		"\"quoted\\\"",
		"</script>",
		"\xed\xa0\x80",
	};
	EACH_ROW (text, hostile) {
		struct arena *a = arena_new();
		struct claim c;
		fill(&c, a);
		for (size_t i = 0; i < N_ROWS(texts); i++)
			*text_of(&c, i) = *text;
		for (size_t i = 0; i < c.n_tags; i++)
			c.tags[i] = *text;
		c.sources[0] = (struct claim_source){ *text, *text, *text };
		char *json = print(&c);
		struct claim *b = read_text(json, a);
		free(json);
		assert_non_null(b);
		for (size_t i = 0; i < N_ROWS(texts); i++) {
			const char *s = *text_of(b, i);
			bool lines = str_eq(texts[i].name, "description");
			if (s && !text_is_clean(s, strlen(s), lines))
				fail_msg("%s: %s is not clean", *text, texts[i].name);
		}
		for (size_t i = 0; i < b->n_tags; i++)
			assert_true(text_is_clean(b->tags[i], strlen(b->tags[i]), false));
		const char *const of_source[] = { b->sources[0].quality, b->sources[0].type,
						  b->sources[0].url };
		EACH_ROW (s, of_source)
			assert_true(!*s || text_is_clean(*s, strlen(*s), false));
		/* Cleaned once, it stays as it is. */
		check_round_trip(b, a);
		arena_free(a);
	}
}

static char *filled(size_t n, char c)
{
	char *s = malloc(n + 1);
	memset(s, c, n);
	s[n] = 0;
	return s;
}

/* A description keeps its lines; nothing is longer than its cap. */
static void test_caps(void **state)
{
	struct arena *a = arena_new();
	struct claim c;
	fill(&c, a);
	c.description = "one\ntwo\n\nthree";
	assert_string_equal(check_round_trip(&c, a)->description, "one\ntwo\n\nthree");
	char *much = filled(100000, 'x');
	for (size_t i = 0; i < N_ROWS(texts); i++)
		*text_of(&c, i) = much;
	const char **tags = arena_take(a, 1000 * sizeof(*tags));
	for (size_t i = 0; i < 1000; i++)
		tags[i] = much;
	c.tags = tags;
	c.n_tags = CLAIM_MAX_TAGS + 1;
	char *json = print(&c);
	struct claim *b = read_text(json, a);
	assert_int_equal(strlen(b->title), CLAIM_MAX_TITLE);
	for (size_t i = 0; i < N_ROWS(texts); i++)
		assert_true(strlen(*text_of(b, i)) <= 2048 || str_eq(texts[i].name, "description"));
	assert_int_equal(b->n_tags, CLAIM_MAX_TAGS);
	for (size_t i = 0; i < b->n_tags; i++)
		assert_true(strlen(b->tags[i]) <= 1000);
	free(json);
	free(much);
	arena_free(a);
}

/* The items of a collection: their order and what is there twice stay, what is no id does not. */
static void test_items(void **state)
{
	struct arena *a = arena_new();
	struct claim c;
	fill(&c, a);
	const struct claim *back = check_round_trip(&c, a);
	assert_int_equal(back->n_item_ids, 3);
	assert_string_equal(back->item_ids[0], OTHER);
	assert_string_equal(back->item_ids[1], ID);
	assert_string_equal(back->item_ids[2], OTHER);
	back = read_text(
	    "{\"claim_id\":\"" ID "\",\"title\":\"t\",\"items\":[\"" ID "\",7,\"x\",null,{}]}", a);
	assert_int_equal(back->n_item_ids, 1);
	const char **ids = arena_take(a, (CLAIM_MAX_ITEMS + 1) * sizeof(*ids));
	for (size_t i = 0; i < CLAIM_MAX_ITEMS + 1; i++)
		ids[i] = ID;
	c.item_ids = ids;
	c.n_item_ids = CLAIM_MAX_ITEMS + 1;
	char *json = print(&c);
	assert_int_equal(read_text(json, a)->n_item_ids, CLAIM_MAX_ITEMS);
	free(json);
	arena_free(a);
}

static void test_missing(void **state)
{
	struct arena *a = arena_new();
	struct claim c;
	claim_init_missing(&c, ID);
	char *json = print(&c);
	assert_string_equal(json, "{\"claim_id\":\"" ID "\",\"missing\":true}");
	const struct claim *back = read_text(json, a);
	assert_true(back->missing);
	assert_false(back->playable);
	assert_string_equal(back->id, ID);
	assert_null(read_text("{\"claim_id\":\"../x\",\"missing\":true}", a));
	assert_null(read_text("{\"claim_id\":\"" ID "\",\"missing\":false}", a));
	free(json);
	arena_free(a);
}

#define START "{\"claim_id\":\"" ID "\",\"title\":\"t\""

static void test_read_oddities(void **state)
{
	static const char *const refused[] = {
		"{}",
		"[]",
		"null",
		"1",
		"\"" ID "\"",
		"{\"claim_id\":\"" ID "\"}",
		"{\"title\":\"t\"}",
		"{\"claim_id\":1,\"title\":\"t\"}",
		"{\"claim_id\":\"" ID "\",\"title\":null}",
		"{\"claim_id\":\"" ID "\",\"title\":1}",
		"{\"claim_id\":\"" ID "0\",\"title\":\"t\"}",
		"{\"claim_id\":\"FCF909D82AC7FEFB7C6AD6C18CBAE84C86547CD5\",\"title\":\"t\"}",
		"[" START "}]",
	};
	/* Of the wrong type is as good as absent. */
	static const char *const plain[] = {
		START "}",
		START ",\"channel\":[],\"tags\":{},\"sources\":7}",
		START
		",\"channel\":{\"claim_id\":\"x\",\"name\":1},\"tags\":[1,null,[]],\"sources\":[]}",
		START
		",\"duration\":-5,\"size\":\"x\",\"position_seconds\":1.5,\"release_time\":12}",
		START ",\"release_time\":\"2023-02-31T00:00:00Z\",\"kind\":\"sculpture\"}",
		START ",\"sd_hash\":\"abc\",\"source_hash\":7,\"stream_id\":\"" ID
		      "0\",\"playable\":\"yes\"}",
		START
		",\"name\":null,\"url\":[],\"description\":{},\"offline\":1,\"watched\":null}",
	};
	struct arena *a = arena_new();
	EACH_ROW (text, refused)
		if (read_text(*text, a))
			fail_msg("taken: %s", *text);
	struct claim none;
	claim_init(&none);
	str_copy(none.id, sizeof(none.id), ID);
	none.title = "t";
	char *want = print(&none);
	EACH_ROW (text, plain) {
		struct claim *c = read_text(*text, a);
		assert_non_null(c);
		char *got = print(c);
		assert_string_equal(got, want);
		free(got);
	}
	free(want);
	arena_free(a);
}

static void test_copy_is_deep(void **state)
{
	struct arena *from = arena_new(), *to = arena_new();
	struct claim c, copy;
	fill(&c, from);
	claim_copy(&copy, &c, to);
	for (size_t i = 0; i < N_ROWS(texts); i++)
		assert_ptr_not_equal(*text_of(&copy, i), *text_of(&c, i));
	for (size_t i = 0; i < c.n_tags; i++)
		assert_ptr_not_equal(copy.tags[i], c.tags[i]);
	for (size_t i = 0; i < c.n_sources; i++)
		assert_ptr_not_equal(copy.sources[i].url, c.sources[i].url);
	for (size_t i = 0; i < c.n_item_ids; i++)
		assert_ptr_not_equal(copy.item_ids[i], c.item_ids[i]);
	char *want = print(&c);
	arena_free(from);
	char *got = print(&copy);
	assert_string_equal(got, want);
	free(want);
	free(got);

	struct claim bare, bare_copy;
	claim_init(&bare);
	claim_copy(&bare_copy, &bare, to);
	assert_null(bare_copy.name);
	assert_int_equal(bare_copy.n_tags, 0);
	arena_free(to);
}

static void test_pages(void **state)
{
	struct page *p = page_new();
	for (int i = 0; i < 100; i++) {
		struct claim *c = page_add(p);
		assert_string_equal(c->title, "Untitled");
		fill(c, p->arena);
		c->duration = i;
	}
	struct page *copy = page_copy(p);
	page_free(p);
	assert_int_equal(copy->n, 100);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(copy->items[i].duration, i);
		assert_string_equal(copy->items[i].tags[1], "action");
	}
	page_free(copy);
	page_free(NULL);
}

struct hashed {
	char hex[65];
};
static struct hashed hash_of(const struct claim *c)
{
	struct hashed h;
	claim_content_hash(c, h.hex);
	assert_true(str_is_hex(h.hex, 64));
	return h;
}

static bool changed(const struct claim *c, const struct hashed *before)
{
	struct hashed h = hash_of(c);
	return strcmp(h.hex, before->hex) != 0;
}

static void test_hash_of_texts(void **state)
{
	struct arena *a = arena_new();
	struct claim c;
	fill(&c, a);
	struct hashed before = hash_of(&c);
	for (size_t i = 0; i < N_ROWS(texts); i++) {
		static const char *const others[] = { "", "other", NULL };
		const char **text = text_of(&c, i), *was = *text;
		EACH_ROW (other, others) {
			if (!*other && str_eq(texts[i].name, "title"))
				continue; /* never NULL */
			*text = *other;
			if (changed(&c, &before) != texts[i].in_hash)
				fail_msg("%s became %s", texts[i].name, *other ? *other : "absent");
		}
		*text = was;
	}
	assert_false(changed(&c, &before));
	/* A letter that moves over the border of two fields is a change; so is absent against empty. */
	c.title = "ab", c.description = "c";
	struct hashed ab = hash_of(&c);
	c.title = "a", c.description = "bc";
	assert_true(changed(&c, &ab));
	c.description = NULL;
	struct hashed absent = hash_of(&c);
	c.description = "";
	assert_true(changed(&c, &absent));
	arena_free(a);
}

static void test_hash_of_lists(void **state)
{
	struct arena *a = arena_new();
	struct claim c;
	fill(&c, a);
	struct hashed before = hash_of(&c);

	/* The order of tags says nothing; which they are does. */
	static const int orders[][3] = {
		{ 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 }
	};
	const char *tags[3], **own = c.tags;
	c.tags = tags;
	EACH_ROW (order, orders) {
		for (int i = 0; i < 3; i++)
			tags[i] = own[(*order)[i]];
		assert_false(changed(&c, &before));
		for (int i = 0; i < 3; i++)
			assert_ptr_equal(tags[i],
					 own[(*order)[i]]); /* hashing does not sort the claim */
	}
	c.n_tags = 2;
	assert_true(changed(&c, &before));
	c.n_tags = 3;
	tags[0] = "other";
	assert_true(changed(&c, &before));
	c.tags = own;

	c.n_sources = 1;
	assert_true(changed(&c, &before));
	c.n_sources = 2;
	c.sources[1].url = "https://c/e";
	assert_true(changed(&c, &before));
	c.sources[1].url = "https://c/d";
	c.release_time++;
	assert_true(changed(&c, &before));
	c.release_time = TIME_UNKNOWN;
	assert_true(changed(&c, &before));
	c.release_time = 1700000000;
	assert_false(changed(&c, &before));
	/* A tag that becomes the thumbnail is a change. */
	c.n_tags = 0, c.thumbnail_url = "x";
	struct hashed thumbnail = hash_of(&c);
	tags[0] = "x";
	c.tags = tags, c.n_tags = 1, c.thumbnail_url = NULL;
	assert_true(changed(&c, &thumbnail));
	arena_free(a);
}

/* What this machine knows of it, and what it is called elsewhere, is not content. */
static void test_hash_of_the_rest(void **state)
{
	struct arena *a = arena_new();
	struct claim c;
	fill(&c, a);
	struct hashed before = hash_of(&c);
	c.local = (struct claim_local){ .position_seconds = -1 };
	c.duration = c.size = -1;
	c.kind = CLAIM_AUDIO;
	c.playable = false;
	c.id[0] = c.channel_id[0] = c.stream_id[0] = 0;
	assert_false(changed(&c, &before));
	arena_free(a);
}

static void test_what_may_be_live(void **state)
{
	static const struct {
		enum claim_kind kind;
		bool may_be;
	} rows[] = {
		{ CLAIM_LIVESTREAM, true },  { CLAIM_CHANNEL, true }, { CLAIM_VIDEO, false },
		{ CLAIM_COLLECTION, false }, { CLAIM_AUDIO, false },  { CLAIM_BINARY, false },
	};
	struct claim c;
	EACH_ROW (row, rows) {
		claim_init(&c);
		c.kind = row->kind;
		assert_int_equal(claim_may_be_live(&c), row->may_be);
	}
	/* A repost of something without a file; one whose original has one; one of nothing. */
	c.kind = CLAIM_REPOST;
	memset(c.stream_id, 'a', CLAIM_ID_LEN);
	memset(c.id, 'b', CLAIM_ID_LEN);
	assert_true(claim_may_be_live(&c));
	memset(c.sd_hash, 'c', SD_HASH_LEN);
	assert_false(claim_may_be_live(&c));
	c.sd_hash[0] = 0;
	memset(c.stream_id, 'b', CLAIM_ID_LEN);
	assert_false(claim_may_be_live(&c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_unknown_is_absent),
		cmocka_unit_test(test_every_field_comes_back),
		cmocka_unit_test(test_odd_numbers),
		cmocka_unit_test(test_hostile_texts),
		cmocka_unit_test(test_caps),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_read_oddities),
		cmocka_unit_test(test_copy_is_deep),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_what_may_be_live),
		cmocka_unit_test(test_hash_of_texts),
		cmocka_unit_test(test_hash_of_lists),
		cmocka_unit_test(test_hash_of_the_rest),
	};
	return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
