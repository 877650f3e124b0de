/* Settings: the defaults, units, bounds, lists, and what a bad value is answered with. */
#include "unit.h"
#include "kiyya/settings.h"
#include "kiyya/text.h"

static int setup(void **state)
{
	struct settings *s = calloc(1, sizeof(*s));
	settings_init(s);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	settings_release(*state);
	free(*state);
	return 0;
}

static void set(struct settings *s, const char *key, const char *value)
{
	struct err err = { 0 };
	int i = settings_find(key);
	assert_true(i >= 0);
	if (!settings_set(s, i, value, "option", &err))
		fail_msg("%s = %s: %s", key, value, err.text);
	assert_string_equal(s->text[i], value);
	assert_string_equal(s->source[i], "option");
}

static void test_defaults(void **state)
{
	struct settings *s = *state;
	for (int i = 0; i < SETTING_COUNT; i++) {
		assert_string_equal(s->text[i], setting_defs[i].def);
		assert_string_equal(s->source[i], "default");
		assert_int_equal(settings_find(setting_defs[i].key), i);
		assert_true(setting_defs[i].meaning[0]);
		set(s, setting_defs[i].key, setting_defs[i].def);
	}
	assert_int_equal(s->gateway_urls.n, 3);
	assert_string_equal(s->gateway_urls.v[1], "https://api.lbry.tv/api/v1/proxy");
	assert_int_equal(s->gateway_timeout, 10000);
	assert_int_equal(s->gateway_allow_hosts.n, 0);
	assert_string_equal(s->channel_default, "@kiyyamovies:b");
	assert_int_equal(s->cache_ttl, 30 * 60 * 1000);
	assert_int_equal(s->cache_max_items, 100000);
	assert_true(s->download_encrypt);
	assert_int_equal(s->download_parallel, 3);
	assert_int_equal(s->download_connections, 4);
	assert_int_equal(s->download_rate, 0);
	assert_int_equal(s->download_reserve, 200 << 20);
	assert_int_equal(s->key_timeout, 15 * 60 * 1000);
	assert_int_equal(s->key_idle_lock, 0);
	assert_int_equal(s->server_port, 0);
	assert_false(s->ui_slow_line);
	assert_string_equal(s->update_manifest_url, "");
}

static void test_times(void **state)
{
	static const struct {
		const char *value;
		int64_t ms;
	} rows[] = {
		{ "0", 0 },
		{ "00", 0 },
		{ "0s", 0 },
		{ "1ms", 1 },
		{ "500ms", 500 },
		{ "10s", 10000 },
		{ "010s", 10000 },
		{ "30m", 30 * 60000 },
		{ "24h", 24 * 3600000LL },
		{ "7d", 7 * 86400000LL },
		{ "9223372036854775807ms", INT64_MAX },
		{ "106751991167d", 106751991167LL * 86400000 },
	};
	struct settings *s = *state;
	EACH_ROW (r, rows) {
		set(s, "key.timeout", r->value);
		assert_true(s->key_timeout == r->ms);
	}
}

static void test_sizes(void **state)
{
	static const struct {
		const char *value;
		int64_t bytes;
	} rows[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "65536", 65536 },
		{ "1K", 1024 },
		{ "200M", 200LL << 20 },
		{ "3G", 3LL << 30 },
		{ "2T", 2LL << 40 },
		{ "8388607T", 8388607LL << 40 },
	};
	struct settings *s = *state;
	EACH_ROW (r, rows) {
		set(s, "vault.quota", r->value);
		assert_true(s->vault_quota == r->bytes);
	}
}

static void test_lists(void **state)
{
	static const struct {
		const char *value;
		size_t n;
		const char *last;
	} rows[] = {
		{ "", 0, NULL },
		{ ",", 0, NULL },
		{ " , , ", 0, NULL },
		{ "a.example", 1, "a.example" },
		{ "a.example,b.example", 2, "b.example" },
		{ "  a.example ,\tb.example  , ", 2, "b.example" },
	};
	struct settings *s = *state;
	EACH_ROW (r, rows) {
		set(s, "gateway.allow_hosts", r->value);
		assert_int_equal(s->gateway_allow_hosts.n, r->n);
		if (r->n)
			assert_string_equal(s->gateway_allow_hosts.v[r->n - 1], r->last);
	}
}

static void test_good(void **state)
{
	static const struct {
		const char *key, *value;
	} rows[] = {
		{ "download.encrypt", "no" },     { "download.encrypt", "yes" },
		{ "cache.max_items", "100" },     { "cache.max_items", "100000000" },
		{ "download.parallel", "1" },     { "download.parallel", "16" },
		{ "download.connections", "1" },  { "download.connections", "16" },
		{ "download.retries", "0" },      { "download.retries", "1000" },
		{ "server.port", "0" },           { "server.port", "65535" },
		{ "download.quality", "720p" },   { "download.quality", "best" },
		{ "play.quality", "original" },   { "play.quality", "144p" },
		{ "ui.start", "home" },           { "ui.start", "channel" },
		{ "channel.default", "@Кино:1" }, { "play.command", "mpv --fs" },
	};
	EACH_ROW (r, rows)
		set(*state, r->key, r->value);
}

/* Each is refused with ERR_CONFIG, a sentence that begins with the key and quotes the value, and changes
 * nothing. */
static void test_bad(void **state)
{
	static const struct {
		const char *key, *value, *sentence;
	} rows[] = {
		{ "ui.mouse", "", "ui.mouse must be yes or no, not \"\"" },
		{ "ui.mouse", "true", "ui.mouse must be yes or no, not \"true\"" },
		{ "ui.mouse", "Yes", "ui.mouse must be yes or no, not \"Yes\"" },
		{ "key.timeout", "",
		  "key.timeout must be a time such as 500ms, 10s, 30m, 24h or 7d, not \"\"" },
		{ "key.timeout", "10", "key.timeout must be a time" },
		{ "key.timeout", "s", "key.timeout must be a time" },
		{ "key.timeout", "-1s", "key.timeout must be a time" },
		{ "key.timeout", "+1s", "key.timeout must be a time" },
		{ "key.timeout", "1.5s", "key.timeout must be a time" },
		{ "key.timeout", "1 s", "key.timeout must be a time" },
		{ "key.timeout", "1S", "key.timeout must be a time" },
		{ "key.timeout", "1w", "key.timeout must be a time" },
		{ "key.timeout", "1s1", "key.timeout must be a time" },
		{ "key.timeout", "106751991168d", "key.timeout must be a time" },
		{ "key.timeout", "9223372036854775808ms", "key.timeout must be a time" },
		{ "key.timeout", "99999999999999999999d", "key.timeout must be a time" },
		{ "vault.quota", "",
		  "vault.quota must be a size such as 200M (K M G T), not \"\"" },
		{ "vault.quota", "-1", "vault.quota must be a size" },
		{ "vault.quota", "1k", "vault.quota must be a size" },
		{ "vault.quota", "1MB", "vault.quota must be a size" },
		{ "vault.quota", "0x10", "vault.quota must be a size" },
		{ "vault.quota", "8388608T", "vault.quota must be a size" },
		{ "cache.max_items", "99",
		  "cache.max_items must be from 100 to 100000000, not \"99\"" },
		{ "cache.max_items", "100000001", "cache.max_items must be from" },
		{ "download.parallel", "0", "download.parallel must be from 1 to 16, not \"0\"" },
		{ "download.parallel", "17", "download.parallel must be from" },
		{ "download.parallel", "", "download.parallel must be from 1 to 16, not \"\"" },
		{ "download.parallel", "many",
		  "download.parallel must be from 1 to 16, not \"many\"" },
		{ "download.connections", "0", "download.connections must be from 1 to 16" },
		{ "download.retries", "-1", "download.retries must be from 0 to 1000" },
		{ "download.retries", "1001", "download.retries must be from 0 to 1000" },
		{ "server.port", "-1", "server.port must be from 0 to 65535" },
		{ "server.port", "65536", "server.port must be from 0 to 65535" },
		{ "server.port", "80 ", "server.port must be from 0 to 65535" },
		{ "server.port", "0x50", "server.port must be from 0 to 65535" },
		{ "server.port", "99999999999999999999", "server.port must be from 0 to 65535" },
		{ "download.quality", "",
		  "download.quality must be original, best, or a height such as 720p, not \"\"" },
		{ "download.quality", "4k",
		  "download.quality must be original, best, or a height" },
		{ "play.quality", "hls", "play.quality must be original, best, or a height" },
		{ "ui.start", "queue", "ui.start must be channel or home, not \"queue\"" },
	};
	struct settings *s = *state;
	EACH_ROW (r, rows) {
		struct err err = { 0 };
		int i = settings_find(r->key);
		char *before = str_dup(s->text[i]);
		if (settings_set(s, i, r->value, "file", &err))
			fail_msg("%s = \"%s\" is taken", r->key, r->value);
		assert_int_equal(err.kind, ERR_CONFIG);
		if (!str_starts(err.text, r->sentence))
			fail_msg("%s = \"%s\": %s", r->key, r->value, err.text);
		assert_string_equal(s->text[i], before);
		assert_string_equal(s->source[i], "default");
		free(before);
	}
	assert_true(s->ui_mouse && s->download_parallel == 3 && s->server_port == 0);
	assert_string_equal(s->download_quality, "original");
}

/* A value as long and as bad as it likes is quoted short and clean. */
static void test_hostile(void **state)
{
	char *value = malloc((1 << 20) + 1);
	for (size_t i = 0; i < 1 << 20; i++)
		value[i] = "\xd0\x81\033\n"[i % 4];
	value[1 << 20] = 0;
	for (int i = 0; i < SETTING_COUNT; i++) {
		struct err err = { 0 };
		if (settings_set(*state, i, value, "file", &err))
			continue; /* text may be anything */
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_true(strlen(err.text) < 200);
		assert_true(text_is_utf8(err.text, strlen(err.text)));
		assert_null(strpbrk(err.text, "\033\n"));
	}
	free(value);
}

static void test_names(void **state)
{
	assert_int_equal(settings_find(""), -1);
	assert_int_equal(settings_find("gateway"), -1);
	assert_int_equal(settings_find("gateway.urlsx"), -1);
	assert_int_equal(settings_find("Gateway.urls"), -1);
	static const struct {
		const char *wrong, *near;
	} rows[] = {
		{ "gatway.urls", "gateway.urls" },
		{ "gateway.url", "gateway.urls" },
		{ "ui.muose", "ui.mouse" },
		{ "download.paralel", "download.parallel" },
		{ "cache.maxitems", "cache.max_items" },
		{ "history.position", "history.positions" },
	};
	EACH_ROW (r, rows)
		assert_string_equal(settings_nearest(r->wrong), r->near);
	assert_non_null(settings_nearest(""));
	for (int i = 0; i < SETTING_COUNT; i++)
		assert_string_equal(settings_nearest(setting_defs[i].key), setting_defs[i].key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_times, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lists, setup, teardown),
		cmocka_unit_test_setup_teardown(test_good, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
