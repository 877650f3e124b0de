/* The settings: one table of keys with type, default and meaning, and their checked values. Pure; read by
 * any thread once loaded, changed by nobody (config set changes the file). Names and defaults: kiyya.conf(5). */
#ifndef KIYYA_SETTINGS_H
#define KIYYA_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/category.h"
#include "kiyya/err.h"
#include "kiyya/schedule.h"
#include "kiyya/str.h"

enum setting_type {
	SETTING_TEXT,
	SETTING_LIST,
	SETTING_CATEGORIES,
	SETTING_SCHEDULE,
	SETTING_BOOL,
	SETTING_TIME_MS,
	SETTING_BYTES,
	SETTING_INT
};

/* X(section, name, type, default, meaning): field name is section_name. TIME is kept in milliseconds. */
#define SETTINGS(X)                                                                                \
	X(gateway, urls, LIST,                                                                     \
	  "https://api.na-backend.odysee.com/api/v1/proxy, https://api.lbry.tv/api/v1/proxy, "     \
	  "https://api.odysee.com/api/v1/proxy",                                                   \
	  "JSON-RPC endpoints, tried in order")                                                    \
	X(gateway, timeout, TIME_MS, "10s", "to the first byte, and for any stretch under 1 KiB/s") \
	X(gateway, search_url, TEXT, "https://lighthouse.odysee.tv/search",                        \
	  "search service, the address before '?'; empty: search at the gateways")                 \
	X(gateway, live_url, TEXT, "https://api.odysee.live/livestream/is_live",                   \
	  "livestream service, the address before '?'; empty: no livestream is played")            \
	X(gateway, player_url, TEXT, "https://player.odycdn.com", "where streams are")             \
	X(gateway, allow_hosts, LIST, "", "hosts beside the approved domains that media may come from") \
	X(channel, default, TEXT, "@kiyyamovies:b", "what bare kiyya opens")                       \
	X(catalog, categories, CATEGORIES,                                                         \
	  "Movies: movie > comedy_movies / action_movies / romance_movies, "                       \
	  "Series: series > comedy_series / action_series / romance_series, "                      \
	  "Sitcoms: sitcom, Kids: kids > comedy_kids / action_kids",                               \
	  "categories of a channel, NAME: TAG > FILTER / FILTER")                                  \
	X(catalog, featured, TEXT, "hero_trailer", "tag of what is featured at home; empty: nothing is") \
	X(ui, start, TEXT, "channel", "first view: channel or home")                               \
	X(cache, ttl, TIME_MS, "30m", "how long a stored list counts as fresh")                    \
	X(cache, max_items, INT, "100000", "claims kept")                                          \
	X(download, dir, TEXT, "", "where downloads go; empty: vault below the data directory")    \
	X(download, encrypt, BOOL, "yes", "seal downloads")                                        \
	X(download, quality, TEXT, "original", "original, best, or a height such as 720p")         \
	X(download, parallel, INT, "3", "items at once")                                           \
	X(download, connections, INT, "4", "connections an item")                                  \
	X(download, rate, BYTES, "0", "bytes a second, all items together; 0: no limit")           \
	X(download, reserve, BYTES, "200M", "space to leave free")                                 \
	X(download, retries, INT, "5", "tries without a new byte before a command gives up")       \
	X(download, schedule, SCHEDULE, "", "rates by time of day: 09:00-17:00=512K, mon-fri; …")     \
	X(vault, quota, BYTES, "0", "most the vault may take; 0: no limit")                        \
	X(key, timeout, TIME_MS, "15m", "how long an unlocked key stays with the agent")           \
	X(key, idle_lock, TIME_MS, "0", "lock after this long without a key press; 0: never")      \
	X(key, command, TEXT, "", "a command that prints the passphrase")                          \
	X(play, quality, TEXT, "best", "of a stream: original, best, or a height such as 720p")    \
	X(play, vo, TEXT, "auto", "auto, window, terminal, pane, audio, or an mpv output")         \
	X(play, mpv_config, TEXT, "", "an mpv.conf to read")                                       \
	X(play, command, TEXT, "", "an external player")                                           \
	X(play, auto_upgrade, BOOL, "yes", "raise the quality of a stream again when it runs well") \
	X(server, port, INT, "0", "port of the loopback server; 0: any free one")                  \
	X(net, ca_file, TEXT, "", "certificates to trust; empty: the system's")                    \
	X(net, proxy, TEXT, "", "proxy; empty: from the environment")                              \
	X(ui, theme, TEXT, "default", "default, dark, light or mono")                              \
	X(ui, keys, TEXT, "", "a file of key bindings")                                            \
	X(ui, mouse, BOOL, "yes", "take the mouse")                                                \
	X(ui, slow_line, BOOL, "no", "draw less")                                                  \
	X(app, linger, BOOL, "yes", "go on downloading after the screen is closed")                \
	X(history, positions, BOOL, "yes", "keep where you stopped")                               \
	X(history, searches, BOOL, "yes", "keep what you searched")                                \
	X(history, played, BOOL, "yes", "keep what you played")                                    \
	X(hook, done, TEXT, "", "a command to run when a download is done")                        \
	X(hook, failed, TEXT, "", "a command to run when a download has failed")                   \
	X(hook, new, TEXT, "", "a command to run when a followed channel has something new")       \
	X(update, manifest_url, TEXT, "", "empty: no check is ever made")

/* Field types by setting type. */
#define SETTING_C_TEXT char *
#define SETTING_C_LIST struct strs
#define SETTING_C_CATEGORIES struct category_list
#define SETTING_C_SCHEDULE struct schedule
#define SETTING_C_BOOL bool
#define SETTING_C_TIME_MS int64_t
#define SETTING_C_BYTES int64_t
#define SETTING_C_INT int64_t

enum setting_key {
#define X(section, name, type, def, meaning) SET_##section##_##name,
	SETTINGS(X)
#undef X
	    SETTING_COUNT
};

struct settings {
#define X(section, name, type, def, meaning) SETTING_C_##type section##_##name;
	SETTINGS(X)
#undef X
	char *text[SETTING_COUNT];         /* as written; owned */
	const char *source[SETTING_COUNT]; /* "default", "file", "environment", "option" */
};

struct setting_def {
	const char *key; /* "gateway.urls" */
	enum setting_type type;
	const char *def, *meaning;
};
extern const struct setting_def setting_defs[SETTING_COUNT];

void settings_init(struct settings *s); /* the defaults */
void settings_release(struct settings *s);
/* False for a key of the contract that this version takes and does not act on yet. */
bool settings_acts(int key);
/* The index of a key such as "gateway.urls"; -1 if there is none. */
int settings_find(const char *key);
/* The known key nearest to a misspelt one; never NULL. */
const char *settings_nearest(const char *key);
/* Checks and stores. ERR_CONFIG naming key and what is wrong. source: one of the words above. */
bool settings_set(struct settings *s, int key, const char *value, const char *source, struct err *err)
	MUST_USE;

#endif
