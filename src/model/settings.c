/* The table of settings, and how a written value becomes a checked one. */
#include "kiyya/settings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/amount.h"
#include "kiyya/mem.h"
#include "kiyya/quality.h"

const struct setting_def setting_defs[SETTING_COUNT] = {
#define X(section, name, type, def, meaning) \
	[SET_##section##_##name] = { #section "." #name, SETTING_##type, def, meaning },
	SETTINGS(X)
#undef X
};

static bool parse_bool(const char *s, bool *ret)
{
	bool yes = strcmp(s, "yes") == 0;
	if (!yes && strcmp(s, "no") != 0)
		return false;
	*ret = yes;
	return true;
}

static bool parse_TEXT(const char *s, char **ret)
{
	str_set(ret, s);
	return true;
}

static bool parse_LIST(const char *s, struct strs *ret)
{
	strs_release(ret);
	strs_split(ret, s);
	return true;
}

static bool parse_CATEGORIES(const char *s, struct category_list *ret)
{
	struct category_list l;
	if (!category_list_parse(&l, s, NULL))
		return false;
	category_list_release(ret);
	*ret = l;
	return true;
}

static bool parse_SCHEDULE(const char *s, struct schedule *ret)
{
	return schedule_parse(ret, s, NULL);
}

static bool parse_BOOL(const char *s, bool *ret)
{
	return parse_bool(s, ret);
}

static bool parse_TIME_MS(const char *s, int64_t *ret)
{
	return amount_ms(s, ret);
}

static bool parse_BYTES(const char *s, int64_t *ret)
{
	return amount_bytes(s, ret);
}

static bool parse_INT(const char *s, int64_t *ret)
{
	return str_to_i64(s, ret);
}

static void drop_TEXT(char **v)
{
	free(*v);
}
static void drop_LIST(struct strs *v)
{
	strs_release(v);
}
static void drop_CATEGORIES(struct category_list *v)
{
	category_list_release(v);
}
static void drop_SCHEDULE(struct schedule *v)
{
}
static void drop_BOOL(bool *v)
{
}
static void drop_TIME_MS(int64_t *v)
{
}
static void drop_BYTES(int64_t *v)
{
}
static void drop_INT(int64_t *v)
{
}

static const char *const wanted[] = {
	[SETTING_TEXT] = "text",
	[SETTING_LIST] = "a list with commas",
	[SETTING_BOOL] = "yes or no",
	[SETTING_TIME_MS] = "a time such as 500ms, 10s, 30m, 24h or 7d",
	[SETTING_BYTES] = "a size such as 200M (K M G T)",
	[SETTING_INT] = "a number",
};

/* Bounds of the numbers; keys that are not here may be anything their type allows. */
static const struct {
	enum setting_key key;
	int64_t min, max;
} bounds[] = {
	{ SET_cache_max_items, 100, 100000000 }, { SET_download_parallel, 1, 16 },
	{ SET_download_connections, 1, 16 },     { SET_download_retries, 0, 1000 },
	{ SET_server_port, 0, 65535 },
};

static bool is_start(const char *value)
{
	return strcmp(value, "channel") == 0 || strcmp(value, "home") == 0;
}

/* Texts that are one of a few words. */
static const struct {
	enum setting_key key;
	bool (*is_word)(const char *value);
	const char *wanted;
} words[] = {
	{ SET_download_quality, quality_is_word, "original, best, or a height such as 720p" },
	{ SET_play_quality, quality_is_word, "original, best, or a height such as 720p" },
	{ SET_ui_start, is_start, "channel or home" },
};

static bool is_word(int key, const char *value, struct err *err)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((int)words[i].key == key && !words[i].is_word(value))
			return err_set(err, ERR_CONFIG, 0, "%s must be %s, not \"%.60s\"",
				       setting_defs[key].key, words[i].wanted, value);
	return true;
}

static bool in_bounds(int key, const char *value, struct err *err)
{
	int64_t v = 0;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		if ((int)bounds[i].key != key)
			continue;
		if (str_to_i64(value, &v) && v >= bounds[i].min && v <= bounds[i].max)
			return true;
		return err_set(err, ERR_CONFIG, 0, "%s must be from %lld to %lld, not \"%.60s\"",
			       setting_defs[key].key, (long long)bounds[i].min,
			       (long long)bounds[i].max, value);
	}
	return true;
}

static bool say_wrong(int key, const char *value, struct err *err)
{
	struct category_list l;
	struct schedule times;
	/* So long a value wants to know where. */
	if (setting_defs[key].type == SETTING_CATEGORIES)
		return category_list_parse(&l, value, err) ||
		       err_wrap(err, "%s", setting_defs[key].key);
	if (setting_defs[key].type == SETTING_SCHEDULE)
		return schedule_parse(&times, value, err) ||
		       err_wrap(err, "%s", setting_defs[key].key);
	return err_set(err, ERR_CONFIG, 0, "%s must be %s, not \"%.60s\"", setting_defs[key].key,
		       wanted[setting_defs[key].type], value);
}

bool settings_set(struct settings *s, int key, const char *value, const char *source,
		  struct err *err)
{
	if (!in_bounds(key, value, err) || !is_word(key, value, err))
		return false;
	bool ok = false;
	switch ((enum setting_key)key) {
#define X(section, name, type, def, meaning)                    \
	case SET_##section##_##name:                            \
		ok = parse_##type(value, &s->section##_##name); \
		break;
		SETTINGS(X)
#undef X
	case SETTING_COUNT:
		break;
	}
	if (!ok)
		return say_wrong(key, value, err);
	str_set(&s->text[key], value);
	s->source[key] = source;
	return true;
}

void settings_init(struct settings *s)
{
	*s = (struct settings){ 0 };
	for (int i = 0; i < SETTING_COUNT; i++) {
		struct err err;
		if (!settings_set(s, i, setting_defs[i].def, "default", &err))
			mem_die(err.text); /* a default of ours that our own check refuses */
	}
}

void settings_release(struct settings *s)
{
#define X(section, name, type, def, meaning) drop_##type(&s->section##_##name);
	SETTINGS(X)
#undef X
	for (int i = 0; i < SETTING_COUNT; i++)
		free(s->text[i]);
	*s = (struct settings){ 0 };
}

bool settings_acts(int key)
{
	static const enum setting_key waiting[] = {
		SET_app_linger,
		SET_update_manifest_url,
	};
	for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++)
		if ((int)waiting[i] == key)
			return false;
	return true;
}

int settings_find(const char *key)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		if (strcmp(setting_defs[i].key, key) == 0)
			return i;
	return -1;
}

const char *settings_nearest(const char *key)
{
	const char *best = setting_defs[0].key;
	size_t least = SIZE_MAX;
	for (int i = 0; i < SETTING_COUNT; i++) {
		size_t d = str_distance(key, setting_defs[i].key);
		if (d < least) {
			least = d;
			best = setting_defs[i].key;
		}
	}
	return best;
}
