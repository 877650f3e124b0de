/* The pure parts: geometry, the strict header slot, the map of chunks, metadata that always fits.
 */
#include "vault_support.h"

#include <stdlib.h>
#include "kiyya/json.h"
#include "kiyya/text.h"
#include "vault/format.h"
#include "vault/have.h"
#include "vault/le.h"
#include "vault/meta.h"

static void geometry(void **state)
{
	static const struct {
		uint64_t size, chunks, file_len;
		size_t last_len;
	} rows[] = {
		{ 0, 1, 8232, 0 },
		{ 1, 1, 8233, 1 },
		{ 65535, 1, 73767, 65535 },
		{ 65536, 1, 73768, 65536 },
		{ 65537, 2, 73809, 1 },
		{ 131072, 2, 139344, 65536 },
		{ (UINT64_C(1) << 56) - 1, UINT64_C(1) << 40,
		  8192 + (UINT64_C(40) << 40) + (UINT64_C(1) << 56) - 1, 65535 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t size = rows[i].size, last = rows[i].chunks - 1;
		assert_true(kyv_chunks(size) == rows[i].chunks);
		assert_true(kyv_file_len(size) == rows[i].file_len);
		assert_int_equal(kyv_chunk_len(size, last), rows[i].last_len);
		assert_true(kyv_record_at(last) + rows[i].last_len + 40 == rows[i].file_len);
		assert_true(kyv_is_last(size, last));
		assert_false(last > 0 && kyv_is_last(size, last - 1));
		assert_false(kyv_is_last(KYV_SIZE_UNKNOWN, last));
	}
	assert_int_equal(kyv_slot_of(1), 0);
	assert_int_equal(kyv_slot_of(2), 1);
	assert_int_equal(kyv_slot_of(UINT64_MAX), 0);
}

static struct kyv_slot some_slot(void)
{
	struct kyv_slot slot = {
		.created = 7200, .generation = 5, .size = 99, .complete = true, .meta_len = 20
	};
	memset(slot.file_id, 0x11, KYV_ID);
	memset(slot.master_id, 0x22, KYV_ID);
	memset(slot.wrap_nonce, 0x33, KYV_NONCE);
	memset(slot.wrapped_key, 0x44, KYV_WRAPPED);
	memset(slot.meta_nonce, 0x55, KYV_NONCE);
	memset(slot.sealed_meta, 0x66, 36);
	return slot;
}

static void slot_round_trip(void **state)
{
	struct kyv_slot slot = some_slot(), back;
	unsigned char raw[KYV_SLOT], again[KYV_SLOT];
	kyv_slot_encode(&slot, raw);
	check_ok(kyv_slot_decode(raw, &back, err));
	kyv_slot_encode(&back, again);
	assert_memory_equal(raw, again, KYV_SLOT);
	assert_true(back.created == 7200 && back.generation == 5 && back.size == 99);
	assert_true(back.complete && back.meta_len == 20);
	slot.meta_len = KYV_META_MAX;
	slot.complete = false;
	slot.size = KYV_SIZE_UNKNOWN;
	memset(slot.sealed_meta, 0x77, sizeof(slot.sealed_meta));
	kyv_slot_encode(&slot, raw);
	check_ok(kyv_slot_decode(raw, &back, err));
	assert_memory_equal(back.sealed_meta, slot.sealed_meta, KYV_SEALED_META_MAX);
}

static void slot_is_strict(void **state)
{
	static const struct {
		size_t at, bytes;
		uint64_t value;
		bool ok;
	} rows[] = {
		{ 0, 1, 'k', false },
		{ 7, 1, '2', false },
		{ 8, 2, 0, false },
		{ 8, 2, 2, false },
		{ 8, 2, 257, false },
		{ 10, 2, 4095, false },
		{ 12, 1, 0, false },
		{ 12, 1, 2, false },
		{ 13, 1, 15, false },
		{ 13, 1, 17, false },
		{ 14, 1, 1, false },
		{ 15, 1, 128, false },
		{ 40, 8, 0, false },
		{ 40, 8, UINT64_MAX, true },
		{ 48, 1, 0, true },
		{ 48, 1, 2, false },
		{ 49, 1, 1, false },
		{ 55, 1, 1, false },
		{ 56, 8, 0, true },
		{ 56, 8, (UINT64_C(1) << 56) - 1, true },
		{ 56, 8, UINT64_C(1) << 56, false },
		{ 56, 8, UINT64_MAX - 1, false },
		{ 56, 8, UINT64_MAX, false },
		{ 176, 2, 3864, true },
		{ 176, 2, 3865, false },
		{ 176, 2, 65535, false },
		{ 176, 2, 19, false },
		{ 178, 1, 1, false },
		{ 183, 1, 1, false },
		{ 220, 1, 1, false },
		{ 4063, 1, 1, false },
		{ 4064, 1, 1, true },
	};
	struct kyv_slot slot = some_slot(), back;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned char raw[KYV_SLOT];
		kyv_slot_encode(&slot, raw);
		le_put(raw + rows[i].at, rows[i].value, rows[i].bytes);
		struct err why = { 0 };
		if (kyv_slot_decode(raw, &back, &why) != rows[i].ok)
			fail_msg("row %zu (at %zu): %s", i, rows[i].at, why.text);
		if (!rows[i].ok)
			assert_int_equal(why.kind, ERR_DAMAGED);
	}
}

static void map_of_chunks(void **state)
{
	struct have h = { 0 };
	assert_true(have_front(&h) == 0 && !have_has(&h, 0) && !have_has(&h, UINT64_MAX));
	have_drop(&h, 5);
	have_lost(&h);
	have_add(&h, 1, false);
	have_add(&h, 64, false);
	have_add(&h, 200000, true);
	assert_true(h.count == 3 && have_front(&h) == 0);
	have_add(&h, 0, true);
	have_add(&h, 0, true);
	assert_true(h.count == 4 && have_front(&h) == 2);
	have_lost(&h);
	assert_true(h.count == 2 && have_front(&h) == 1 && !have_has(&h, 64));
	have_add(&h, 1, false);
	have_synced(&h);
	have_lost(&h);
	assert_true(h.count == 3 && have_front(&h) == 2);
	have_cut(&h, 1);
	assert_true(h.count == 1 && have_front(&h) == 1 && !have_has(&h, 200000));
	for (uint64_t i = 0; i < 1000; i++)
		have_add(&h, i, i % 2);
	assert_true(have_front(&h) == 1000);
	have_lost(&h);
	assert_true(h.count == 500 && have_front(&h) == 0);
	have_release(&h);
}

/* -- metadata ------------------------------------------------------------------ */

static const struct vault_meta full_meta = {
	.claim_id = "c0ffee",
	.title = "Ein \xc3\xa4lterer \"Titel\"",
	.channel = "@kanal:1",
	.quality = "720p",
	.media_type = "video/mp4",
	.sd_hash = "aa",
	.source_hash = "bb",
	.etag = "\"e\"",
	.source = "{\"a\":1}",
	.duration = 0,
	.release_time = -5,
	.size = INT64_C(1) << 55,
	.last_modified = 1700000000,
};

static void meta_round_trip(void **state)
{
	struct meta m = META_NONE, back;
	meta_set(&m, &full_meta);
	struct buf text, again;
	meta_print(&m, KYV_META_MAX, &text);
	meta_parse(&back, text.data, text.len);
	assert_string_equal(back.known.title, full_meta.title);
	assert_string_equal(back.known.source, full_meta.source);
	assert_true(back.known.size == full_meta.size && back.known.duration == 0);
	meta_print(&back, KYV_META_MAX, &again);
	assert_string_equal(text.data, again.data);
	assert_non_null(strstr(text.data, "\"claim_id\":\"c0ffee\",\"title\":"));
	meta_set(&back, &back.known); /* from itself */
	assert_string_equal(back.known.channel, "@kanal:1");
	buf_release(&text);
	buf_release(&again);
	meta_release(&m);
	meta_release(&back);
}

static void meta_other_names(void **state)
{
	static const char text[] =
	    "{\"subtitles\":[\"de\",{\"x\":null}],\"title\":\"T\",\"mood\":3,\"size\":\"12\"}";
	struct meta m;
	meta_parse(&m, text, strlen(text));
	assert_true(m.known.size == 12);
	meta_set(&m, &full_meta);
	struct buf out;
	meta_print(&m, KYV_META_MAX, &out);
	assert_non_null(strstr(out.data, "\"subtitles\":[\"de\",{\"x\":null}]"));
	assert_non_null(strstr(out.data, "\"mood\":3"));
	assert_non_null(strstr(out.data, "720p"));
	buf_release(&out);
	meta_release(&m);
}

static void meta_odd_texts(void **state)
{
	static const char *const texts[] = {
		"",
		"null",
		"[]",
		"3",
		"{",
		"{\"title\":3}",
		"{\"title\":{}}",
		"{\"size\":\"x\"}",
		"{\"title\":\"\\u0000x\"}",
		"\xff\xfe",
		"{\"title\":null,\"duration\":[1]}",
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct meta m;
		meta_parse(&m, texts[i], strlen(texts[i]));
		assert_true(m.known.size == INT64_MIN && m.known.duration == INT64_MIN);
		struct buf out;
		meta_print(&m, KYV_META_MAX, &out);
		assert_true(out.len >= 2 && out.data[0] == '{');
		buf_release(&out);
		meta_release(&m);
	}
}

/* Prints into max bytes and reads it again. */
static void print_into(const struct meta *m, size_t max, struct meta *back)
{
	struct buf out;
	meta_print(m, max, &out);
	assert_true(out.len <= max);
	struct json *doc;
	check_ok(doc = json_parse(out.data, out.len, out.len, err));
	json_free(doc);
	meta_parse(back, out.data, out.len);
	buf_release(&out);
}

static char *many(const char *part, size_t times)
{
	char *s = calloc(times, strlen(part) + 1);
	for (size_t i = 0; i < times; i++)
		memcpy(s + i * strlen(part), part, strlen(part));
	return s;
}

static void meta_too_long(void **state)
{
	/* Letters with an accent on top: 3 bytes each, never cut apart. */
	static const char *const parts[] = { "x", "\"", "e\xcc\x81",
					     "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa" };
	for (size_t p = 0; p < COUNT(parts); p++) {
		for (size_t times = 100; times < 9000; times = times * 3 / 2) {
			char *title = many(parts[p], times), *source = many("s", times);
			struct vault_meta known = full_meta;
			known.title = title;
			known.source = source;
			struct meta m = META_NONE, back;
			meta_set(&m, &known);
			print_into(&m, KYV_META_MAX, &back);
			assert_string_equal(back.known.claim_id, "c0ffee");
			assert_string_equal(back.known.etag, "\"e\"");
			size_t kept = strlen(back.known.title);
			assert_int_equal(kept % strlen(parts[p]), 0);
			assert_true(strncmp(back.known.title, title, kept) == 0);
			assert_true(kept == strlen(title) || !back.known.source);
			assert_true(kept == strlen(title) || kept > 1500);
			free(title);
			free(source);
			meta_release(&m);
			meta_release(&back);
		}
	}
}

/* Whatever the caller puts in: it fits. */
static void meta_never_fails(void **state)
{
	char *big = many("\\", 3800);
	struct vault_meta known = { big, big, big, big, big, big, big, big, big, 1, 2, 3, 4 };
	struct meta m = META_NONE, back;
	char *text = many("{\"other\":\"", 1);
	char other[3000];
	memset(other, 'o', sizeof(other));
	struct buf doc;
	buf_init(&doc, 10000);
	buf_add_str(&doc, text);
	buf_add(&doc, other, sizeof(other));
	buf_add_str(&doc, "\"}");
	meta_parse(&m, doc.data, doc.len);
	assert_int_equal(m.other_names.n, 1);
	meta_set(&m, &known);
	for (size_t max = 80; max <= KYV_META_MAX; max += 61) {
		print_into(&m, max, &back);
		assert_true(back.known.duration == 1 && back.known.last_modified == 4);
		meta_release(&back);
	}
	buf_release(&doc);
	meta_release(&m);
	free(text);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(geometry),         cmocka_unit_test(slot_round_trip),
		cmocka_unit_test(slot_is_strict),   cmocka_unit_test(map_of_chunks),
		cmocka_unit_test(meta_round_trip),  cmocka_unit_test(meta_other_names),
		cmocka_unit_test(meta_odd_texts),   cmocka_unit_test(meta_too_long),
		cmocka_unit_test(meta_never_fails),
	};
	return cmocka_run_group_tests_name("vault_format", tests, NULL, NULL);
}
