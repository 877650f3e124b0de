/* What front ends and the backend say to each other: requests go down, events come up.
 *
 * Each message is one line in REQUESTS or EVENTS and one FIELDS list. From these come the structs, copying
 * and freeing, the JSON form (what `kiyya --json` prints and what the control socket and scripts speak), and
 * doc/messages.md. A message owns everything it points to and is moved, never shared.
 *
 * A request has a slot and a ticket. A newer request of the same slot (not 0) supersedes the older one.
 * Every ticket gets any number of events and exactly one EV_DONE, the last.
 * Events with ticket 0 are news of state (EV_DOWNLOAD, EV_PLAYER): a newer one replaces an unread older one. */
#ifndef KIYYA_MSG_H
#define KIYYA_MSG_H

#include <stdbool.h>
#include <stdint.h>
#include "kiyya/claim.h"
#include "kiyya/err.h"
#include "kiyya/json.h"
#include "kiyya/str.h"

/* Field types: C type, and what "unknown" is (absent in JSON).
 *   STR  char *, owned, NULL unknown       INT  int64_t, MSG_UNKNOWN unknown
 *   TIME int64_t unix seconds, TIME_UNKNOWN unknown, RFC 3339 in JSON
 *   BOOL bool, always written              STRS struct strs, empty is absent
 *   SHARE struct share: have of total; total MSG_UNKNOWN unknown
 *   INTS array of integers as struct ints, always written
 *   PAGE struct page *, owned, written as an array of claims
 *   SECRET char *, owned, wiped when it is freed, NULL unknown; never in JSON, neither way */
#define MSG_UNKNOWN INT64_MIN
struct share {
	int64_t have, total;
};
struct ints {
	int64_t *v;
	size_t n;
};
void ints_add(struct ints *l, int64_t v);

#define MSG_C_STR char *
#define MSG_C_INT int64_t
#define MSG_C_TIME int64_t
#define MSG_C_BOOL bool
#define MSG_C_SHARE struct share
#define MSG_C_STRS struct strs
#define MSG_C_INTS struct ints
#define MSG_C_PAGE struct page *
#define MSG_C_SECRET char *

/* X(NAME, name, "who answers", "what it asks for") */
#define REQUESTS(X)                                                                                \
	X(BROWSE, browse, "catalog", "claims of a channel: EV_PAGE, stored ones first")            \
	X(HOME, home, "home", "the rows of the first view: EV_SHELF each, stored ones first")       \
	X(RELATED, related, "related", "stored claims with most tags in common: EV_PAGE")           \
	X(SEARCH, search, "search", "claims by words: EV_FOUND, those stored here first")          \
	X(SEARCHES, searches, "search", "what was searched: EV_SEARCHED each, newest first")       \
	X(SHOW, show, "catalog", "one claim, resolved: EV_PAGE of one")                            \
	X(SERIES, series, "series", "series of a channel: EV_EPISODE each, in order")               \
	X(PLAYLISTS, playlists, "playlists", "collections of a channel: EV_PAGE")                   \
	X(PLAYLIST, playlist, "playlists", "claims of a collection in its order, gone ones too: EV_PAGE") \
	X(PING, ping, "diagnostics", "one cheap call to each gateway: EV_GATEWAY each")            \
	X(DOCTOR, doctor, "diagnostics", "state of everything: EV_FACT, EV_GATEWAY")               \
	X(CONFIG, config, "configure", "settings: EV_CONFIG")                                      \
	X(DOWNLOAD, download, "follow-up of the queue", "queue items and run them: EV_DOWNLOAD")   \
	X(QUEUE, queue, "download", "rows of the queue: EV_DOWNLOAD each")                         \
	X(QUEUE_ACT, queue_act, "download", "pause resume retry cancel discard up down")           \
	X(QUEUE_RUN, queue_run, "download", "work the queue off: EV_DOWNLOAD, done when it is")    \
	X(LIMIT, limit, "limit", "how downloads go from now on, until the end: EV_CONFIG")         \
	X(OFFLINE, offline, "keep", "copies in the vault: EV_COPY each")                           \
	X(VERIFY, verify, "verify", "authenticate copies: EV_WORK, EV_VERIFY each")                \
	X(REPAIR, repair, "repair", "fetch anew what is bad in copies: EV_WORK, EV_VERIFY each")   \
	X(CAT, cat, "cat", "decrypted bytes of a copy, written to a descriptor")                   \
	X(EXPORT, export, "export", "a decrypted copy as a plain file: EV_WORK, EV_EXPORT")        \
	X(REMOVE, remove, "remove", "delete copies, files and rows: EV_COPY each, as it was")      \
	X(IMPORT, import, "import", "take in a vault file from elsewhere: EV_WORK, EV_COPY")       \
	X(SCAN, scan, "scan", "rows of the vault's files that no row names: EV_COPY each")         \
	X(SERVE, serve, "playback", "addresses on the loopback server: EV_SERVE; lasts until STOP") \
	X(PLAY, play, "playback", "play an item: EV_PLAYER; done when the player is")              \
	X(PLAYER, player, "playback", "a command to the running player")                           \
	X(PROGRESS, progress, "library", "positions: EV_PROGRESS")                                 \
	X(FAVORITE, favorite, "library", "favourites: EV_PAGE")                                    \
	X(WATCHED, watched, "library", "mark as watched or not")                                   \
	X(FOLLOW, follow, "follow", "follow channels: EV_CHANNEL each")                            \
	X(UNFOLLOW, unfollow, "follow", "follow them no more: EV_CHANNEL each, as it was")         \
	X(FOLLOWING, following, "follow", "followed channels by name: EV_CHANNEL each")            \
	X(FEED, feed, "feed", "claims of followed channels, newest first: EV_PAGE, stored first")  \
	X(LATER, later, "later", "the watch-later list: EV_PAGE")                                  \
	X(HISTORY, history, "later", "what was played, newest first: EV_PAGE")                     \
	X(REFRESH, refresh, "feed", "ask for what is new in followed channels: EV_PAGE of that")   \
	X(KEY, key, "keys", "the vault's keys: EV_KEY; EV_ASK where a passphrase is wanted")       \
	X(CACHE, cache, "tidy", "the metadata cache: EV_CACHE")                                    \
	X(DB, db, "tidy", "the database file: EV_DB")                                              \
	X(LOG, log, "diagnostics", "what was recorded: EV_LOG each")                               \
	X(STOP, stop, "ticket", "end what a ticket still has open")

/* F(TYPE, name, "meaning") */
#define REQ_BROWSE_FIELDS(F)                                                                       \
	F(STR, channel, "@channel in any address form")                                            \
	F(STRS, tags, "all must match")                                                            \
	F(STR, order, "newest oldest trending name; absent: newest")                               \
	F(INT, page, "from 1, in units of limit")                                                  \
	F(INT, limit, "rows")                                                                      \
	F(BOOL, all, "every page")                                                                 \
	F(BOOL, refresh, "ask the gateway even when the stored list is fresh")                     \
	F(BOOL, wait_fresh, "past the TTL ask first, fall back to what is stored (command line)")
#define REQ_HOME_FIELDS(F)                                                                         \
	F(INT, limit, "claims a row; unknown: 10")                                                 \
	F(BOOL, refresh, "ask the gateway even when the stored lists are fresh")
#define REQ_RELATED_FIELDS(F)                                                                      \
	F(STR, item, "a claim id that is stored")                                                  \
	F(INT, limit, "claims; unknown: 10")
#define REQ_SEARCH_FIELDS(F)                                                                       \
	F(STR, text, "words, phrases in quotes, filters")                                          \
	F(STR, channel, "only claims of this @channel, in any address form")                       \
	F(STR, from, "local remote; absent: local, and remote when that is thin")                  \
	F(INT, limit, "rows; unknown: 20")                                                         \
	F(BOOL, typing, "the last word may go on, and nothing is remembered")
#define REQ_SEARCHES_FIELDS(F)                                                                     \
	F(STR, action, "list clear; absent: list")                                                 \
	F(INT, limit, "rows; unknown: 50")
#define REQ_SHOW_FIELDS(F)                                                                         \
	F(STR, item, "an ITEM")                                                                    \
	F(BOOL, refresh, "resolve even when it is stored")
#define REQ_SERIES_FIELDS(F)                                                                       \
	F(STR, channel, "@channel in any address form")                                            \
	F(BOOL, refresh, "ask the gateway even when the stored lists are fresh")                   \
	F(BOOL, claims, "before the episodes their claims, one a row: EV_PAGE")
#define REQ_PLAYLISTS_FIELDS(F)                                                                    \
	F(STR, channel, "@channel in any address form")                                            \
	F(BOOL, refresh, "ask the gateway even when the stored list is fresh")
#define REQ_PLAYLIST_FIELDS(F)                                                                     \
	F(STR, item, "an ITEM that is a collection")                                               \
	F(BOOL, refresh, "ask the gateway even when its items are fresh")
#define REQ_PING_FIELDS(F)
#define REQ_DOCTOR_FIELDS(F) F(BOOL, probe, "ask the gateways too")
#define REQ_CONFIG_FIELDS(F)                                                                       \
	F(STR, action, "list get set path init")                                                   \
	F(STR, key, "section.name")                                                                \
	F(STR, value, "for set")
#define REQ_DOWNLOAD_FIELDS(F)                                                                     \
	F(STRS, items, "ITEMs")                                                                    \
	F(STR, quality, "absent: the setting's")                                                   \
	F(INT, encrypt, "1 yes, 0 no, unknown: the setting's")                                     \
	F(BOOL, queue_only, "done as soon as they are queued")
#define REQ_QUEUE_FIELDS(F) F(BOOL, done, "finished rows too")
#define REQ_QUEUE_ACT_FIELDS(F)                                                                    \
	F(STR, action, "pause resume retry cancel discard up down")                                \
	F(STRS, items, "ITEMs")                                                                    \
	F(BOOL, all, "every row it applies to")
#define REQ_QUEUE_RUN_FIELDS(F)
#define REQ_LIMIT_FIELDS(F)                                                                        \
	F(STR, key, "parallel connections rate")                                                   \
	F(STR, value, "as in the configuration; +N and -N: so many more or fewer")
#define REQ_OFFLINE_FIELDS(F)
#define REQ_VERIFY_FIELDS(F)                                                                       \
	F(STRS, items, "ITEMs")                                                                    \
	F(BOOL, all, "every copy")                                                                 \
	F(BOOL, no_hash, "without the publisher's hash")
#define REQ_CAT_FIELDS(F)                                                                          \
	F(STR, item, "an ITEM")                                                                    \
	F(STR, quality, "which copy")                                                              \
	F(STR, range, "A-B or A-, inclusive")                                                      \
	F(INT, fd, "where to")
#define REQ_REPAIR_FIELDS(F) F(STRS, items, "ITEMs; none: every copy")
#define REQ_EXPORT_FIELDS(F)                                                                       \
	F(STR, item, "an ITEM")                                                                    \
	F(STR, quality, "which copy")                                                              \
	F(STR, to, "a file, or a directory: named by title there")                                 \
	F(BOOL, overwrite, "what is there already; else EV_EXPORT says so, and nothing is done")
#define REQ_REMOVE_FIELDS(F)                                                                       \
	F(STRS, items, "ITEMs")                                                                    \
	F(STR, quality, "absent: every copy")                                                      \
	F(BOOL, watched, "all that are complete and were watched, instead of items")               \
	F(BOOL, dry_run, "only say which")
#define REQ_IMPORT_FIELDS(F) F(STR, file, "the vault file")
#define REQ_SCAN_FIELDS(F)
#define REQ_SERVE_FIELDS(F)                                                                        \
	F(STRS, items, "none: every complete copy")                                                \
	F(INT, port, "0: any")
#define REQ_PLAY_FIELDS(F)                                                                         \
	F(STR, item, "an ITEM")                                                                    \
	F(STR, quality, "absent: the setting's")                                                   \
	F(BOOL, audio, "sound only")                                                               \
	F(STR, vo, "absent: the setting's")                                                        \
	F(INT, start, "seconds; unknown: resume")                                                  \
	F(BOOL, url, "no player: give the address (EV_SERVE) and wait")                            \
	F(STRS, options, "mpv options, name=value")
#define REQ_PLAYER_FIELDS(F)                                                                       \
	F(STR, command, "pause seek volume speed mute audio subtitle quality stop")                \
	F(INT, amount, "seconds, per cent …")                                                      \
	F(STR, quality, "for quality: lower, higher, original, best, 720p")
#define REQ_PROGRESS_FIELDS(F)                                                                     \
	F(STR, action, "get set list clear")                                                       \
	F(STR, item, "an ITEM")                                                                    \
	F(INT, seconds, "for set")
#define REQ_FAVORITE_FIELDS(F)                                                                     \
	F(STR, action, "add rm list")                                                              \
	F(STR, item, "an ITEM")
#define REQ_WATCHED_FIELDS(F)                                                                      \
	F(STRS, items, "ITEMs")                                                                    \
	F(BOOL, not, "take the mark away")
#define REQ_FOLLOW_FIELDS(F)                                                                       \
	F(STRS, channels, "@channels in any address form")                                         \
	F(BOOL, listed, "they stood in a list: each failure is a row, also a single one")
#define REQ_UNFOLLOW_FIELDS(F)                                                                     \
	F(STRS, channels, "@channels in any address form; what is followed is enough to know them")
#define REQ_FOLLOWING_FIELDS(F)
#define REQ_FEED_FIELDS(F)                                                                         \
	F(BOOL, unwatched, "without what was watched")                                             \
	F(TIME, since, "released then or later")                                                   \
	F(INT, limit, "rows")                                                                      \
	F(STR, after, "claim id of a row: those behind it, as they are stored")                    \
	F(INT, first, "index of the first row that is asked for; goes with after")                 \
	F(BOOL, refresh, "ask the gateway even when what is stored is fresh")                      \
	F(BOOL, wait_fresh, "past the TTL ask first, fall back to what is stored (command line)")
#define REQ_LATER_FIELDS(F)                                                                        \
	F(STR, action, "add rm list")                                                              \
	F(STR, item, "an ITEM")
#define REQ_HISTORY_FIELDS(F) F(STR, action, "list clear")
#define REQ_REFRESH_FIELDS(F) F(STRS, channels, "followed ones; none: all")
#define REQ_KEY_FIELDS(F)                                                                          \
	F(STR, action, "init status open unlock lock passwd rotate export import forget answer")   \
	F(STR, file, "for export and import")                                                      \
	F(STR, id, "for forget: a master key's")                                                   \
	F(BOOL, overwrite, "import: replace another ring of the same key")                         \
	F(BOOL, here, "lock: other processes keep their keys")                                     \
	F(SECRET, passphrase, "answer: what was typed; unknown: nothing, the person does not want to")
#define REQ_CACHE_FIELDS(F)                                                                        \
	F(STR, action, "stats cleanup clear drop optimize")                                        \
	F(STR, item, "for drop")
#define REQ_DB_FIELDS(F)                                                                           \
	F(STR, action, "version check migrate backup")                                             \
	F(STR, file, "for backup")                                                                 \
	F(BOOL, dry_run, "only say what would happen")
#define REQ_LOG_FIELDS(F)                                                                          \
	F(STR, which, "app errors security gateway crash")                                         \
	F(INT, limit, "rows")
#define REQ_STOP_FIELDS(F) F(INT, of, "the ticket")

#define EVENTS(X)                                                                                  \
	X(PAGE, page, "catalog", "claims, in order")                                               \
	X(SHELF, shelf, "home", "a row of the first view, as it is now")                           \
	X(FOUND, found, "search", "claims that were searched for, best first")                     \
	X(SEARCHED, searched, "search", "words that were searched for")                            \
	X(DOWNLOAD, download, "download", "a row of the queue, as it is now")                      \
	X(COPY, copy, "keep", "a copy in the vault")                                               \
	X(EPISODE, episode, "series", "an episode of a series, at its place")                      \
	X(GATEWAY, gateway, "diagnostics", "a gateway's health")                                   \
	X(FACT, fact, "diagnostics", "one thing the doctor found")                                 \
	X(CONFIG, config, "configure", "a setting")                                                \
	X(VERIFY, verify, "verify", "what verifying or repairing a copy found")                    \
	X(WORK, work, "work", "how far long work on copies has come")                              \
	X(EXPORT, export, "export", "a plain file was written, or would have to be overwritten")   \
	X(SERVE, serve, "playback", "where an item is served")                                     \
	X(PLAYER, player, "playback", "the player, as it is now")                                  \
	X(PROGRESS, progress, "library", "a position")                                             \
	X(CHANNEL, channel, "follow", "a followed channel")                                        \
	X(KEY, key, "keys", "the state of the vault's keys")                                       \
	X(ASK, ask, "unlock", "a passphrase is wanted: answered by KEY answer")                    \
	X(CACHE, cache, "tidy", "the metadata cache in numbers")                                   \
	X(DB, db, "tidy", "the database in numbers")                                               \
	X(LOG, log, "diagnostics", "one recorded line")                                            \
	X(STATUS, status, "backend", "what the top line shows")                                    \
	X(NOTE, note, "backend", "a sentence for the person; not an answer")                       \
	X(ROW_FAILED, row_failed, "backend", "one item of several failed")                         \
	X(DONE, done, "ticket", "the last event of a ticket")

#define EV_PAGE_FIELDS(F)                                                                          \
	F(PAGE, claims, "the claims")                                                              \
	F(INT, first, "index of the first of them in the list")                                    \
	F(BOOL, cached, "from the store, maybe stale")                                             \
	F(BOOL, more, "there is more behind them")                                                 \
	F(TIME, fetched_at, "when the gateway said so")
#define EV_SHELF_FIELDS(F)                                                                         \
	F(INT, place, "from 0; a later one of the same place replaces it")                         \
	F(STR, kind, "continue featured added category")                                           \
	F(STR, title, "for people; of a category its name")                                        \
	F(STR, channel, "whose category it is")                                                    \
	F(STRS, tags, "what the claims have in common")                                            \
	F(PAGE, claims, "the first of them; none: an empty row")                                   \
	F(BOOL, cached, "from the store, maybe stale")                                             \
	F(TIME, fetched_at, "when the gateway said so")
#define EV_FOUND_FIELDS(F)                                                                         \
	F(PAGE, claims, "the claims")                                                              \
	F(INT, first, "index of the first of them among all that were found")                      \
	F(STRS, snippets, "for each claim where the words are in it; \"\": there is no text")      \
	F(STR, from, "local remote newest")
#define EV_SEARCHED_FIELDS(F)                                                                      \
	F(STR, words, "as they were typed")                                                        \
	F(INT, times, "")                                                                          \
	F(TIME, searched_at, "the last time")
#define EV_DOWNLOAD_FIELDS(F)                                                                      \
	F(STR, event, "absent, or progress done failed removed")                                   \
	F(STR, claim_id, "")                                                                       \
	F(STR, title, "")                                                                          \
	F(STR, quality, "")                                                                        \
	F(STR, state, "queued active paused done failed")                                          \
	F(INT, have, "plaintext bytes")                                                            \
	F(INT, total, "plaintext bytes")                                                           \
	F(SHARE, segments, "what has come, while total is unknown and they are counted")           \
	F(INT, rate, "bytes a second")                                                             \
	F(INT, eta, "seconds")                                                                     \
	F(STR, error, "")                                                                          \
	F(STR, category, "")                                                                       \
	F(INT, retry, "1 if trying again can help, 0 if not; JSON true or false")                  \
	F(BOOL, encrypted, "")
#define EV_COPY_FIELDS(F)                                                                          \
	F(STR, claim_id, "")                                                                       \
	F(STR, title, "")                                                                          \
	F(STR, quality, "")                                                                        \
	F(INT, size, "plaintext bytes")                                                            \
	F(INT, stored_size, "the file's bytes")                                                    \
	F(BOOL, encrypted, "")                                                                     \
	F(BOOL, complete, "")                                                                      \
	F(STR, file, "absolute")                                                                   \
	F(TIME, added_at, "")                                                                      \
	F(TIME, verified_at, "")                                                                   \
	F(STR, channel, "")                                                                        \
	F(INT, duration, "seconds")
#define EV_EPISODE_FIELDS(F)                                                                       \
	F(STR, series, "")                                                                         \
	F(INT, season, "unknown below Unsorted")                                                   \
	F(INT, episode, "unknown below Unsorted, and where nobody says")                           \
	F(STR, claim_id, "")                                                                       \
	F(STR, title, "")                                                                          \
	F(BOOL, inferred, "guessed from the title; false: a playlist says so")                     \
	F(BOOL, missing, "a playlist names it, and it is gone")
#define EV_GATEWAY_FIELDS(F)                                                                       \
	F(STR, url, "")                                                                            \
	F(BOOL, ok, "answered just now, or the last time it was asked")                            \
	F(INT, http_status, "")                                                                    \
	F(INT, ms, "")                                                                             \
	F(STR, error, "")                                                                          \
	F(TIME, last_success, "")                                                                  \
	F(STR, status, "healthy degraded down unknown")
#define EV_FACT_FIELDS(F)                                                                          \
	F(STR, section, "")                                                                        \
	F(STR, key, "")                                                                            \
	F(STR, value, "")                                                                          \
	F(BOOL, ok, "false: worth a look")
#define EV_CONFIG_FIELDS(F)                                                                        \
	F(STR, key, "")                                                                            \
	F(STR, value, "")                                                                          \
	F(STR, default, "")                                                                        \
	F(STR, source, "default file environment option")                                          \
	F(STR, meaning, "")
#define EV_VERIFY_FIELDS(F)                                                                        \
	F(STR, claim_id, "")                                                                       \
	F(STR, quality, "")                                                                        \
	F(BOOL, ok, "")                                                                            \
	F(INT, chunks, "")                                                                         \
	F(INTS, bad, "chunks that do not open, from 0")                                            \
	F(STR, header, "ok one_slot bad")                                                          \
	F(STR, publisher_hash, "match mismatch absent not_original unchecked")                     \
	F(STR, title, "")                                                                          \
	F(INT, fetched, "plaintext bytes that repairing fetched")
#define EV_WORK_FIELDS(F)                                                                          \
	F(STR, what, "verify repair export import")                                                \
	F(STR, claim_id, "")                                                                       \
	F(STR, title, "")                                                                          \
	F(INT, number, "of the copy, from 1")                                                      \
	F(INT, copies, "that there are to work on")                                                \
	F(INT, have, "bytes of this copy that are done, where that is known")                      \
	F(INT, total, "bytes")
#define EV_EXPORT_FIELDS(F)                                                                        \
	F(STR, claim_id, "")                                                                       \
	F(STR, title, "")                                                                          \
	F(STR, quality, "")                                                                        \
	F(STR, file, "absolute, unless it was given otherwise")                                    \
	F(INT, size, "bytes")                                                                      \
	F(BOOL, exists, "it was there already, and nothing was done")
#define EV_SERVE_FIELDS(F)                                                                         \
	F(STR, claim_id, "")                                                                       \
	F(STR, title, "")                                                                          \
	F(STR, quality, "")                                                                        \
	F(STR, url, "")
#define EV_PLAYER_FIELDS(F)                                                                        \
	F(STR, state, "loading playing paused ended stopped failed")                               \
	F(STR, claim_id, "")                                                                       \
	F(STR, title, "")                                                                          \
	F(STR, quality, "")                                                                        \
	F(INT, position_seconds, "")                                                               \
	F(INT, duration, "seconds")                                                                \
	F(INT, volume, "per cent")                                                                 \
	F(BOOL, muted, "")                                                                         \
	F(INT, speed, "per cent")                                                                  \
	F(STR, audio, "track: 2 of 3, am; none")                                                   \
	F(STR, subtitle, "the same")                                                               \
	F(INT, ahead, "of what is still coming: seconds that are here and not played yet")         \
	F(BOOL, waiting, "stands still until more has come")                                       \
	F(BOOL, offline, "played from the vault")                                                  \
	F(BOOL, live, "as it is sent: there is no duration, and no position is kept")              \
	F(STR, error, "")
#define EV_PROGRESS_FIELDS(F)                                                                      \
	F(STR, claim_id, "")                                                                       \
	F(STR, title, "")                                                                          \
	F(INT, position_seconds, "")                                                               \
	F(INT, duration, "seconds")                                                                \
	F(BOOL, watched, "")                                                                       \
	F(TIME, updated_at, "")
#define EV_CHANNEL_FIELDS(F)                                                                       \
	F(STR, claim_id, "")                                                                       \
	F(STR, name, "with @")                                                                     \
	F(STR, title, "")                                                                          \
	F(TIME, followed_at, "")
#define EV_KEY_FIELDS(F)                                                                           \
	F(STR, state, "absent unlocked locked")                                                    \
	F(STRS, slots, "types")                                                                    \
	F(STR, ring, "master key id")                                                              \
	F(INT, agent_seconds, "")
#define EV_ASK_FIELDS(F)                                                                           \
	F(STR, what, "open; new: twice; first: twice, empty for a key file; keep: empty to leave it behind") \
	F(BOOL, again, "the one before was wrong")
#define EV_CACHE_FIELDS(F)                                                                         \
	F(INT, claims, "")                                                                         \
	F(INT, queries, "")                                                                        \
	F(INT, bytes, "")                                                                          \
	F(INT, hits, "")                                                                           \
	F(INT, misses, "")
#define EV_DB_FIELDS(F)                                                                            \
	F(INT, version, "")                                                                        \
	F(INT, latest, "")                                                                         \
	F(STR, path, "")                                                                           \
	F(INT, bytes, "")                                                                          \
	F(STR, check, "ok, or what is wrong")
#define EV_LOG_FIELDS(F)                                                                           \
	F(TIME, time, "")                                                                          \
	F(STR, level, "")                                                                          \
	F(STR, component, "")                                                                      \
	F(STR, claim_id, "")                                                                       \
	F(STR, message, "")                                                                        \
	F(STR, category, "errors")                                                                 \
	F(INT, code, "errors")                                                                     \
	F(STR, event, "security")                                                                  \
	F(STR, severity, "security")                                                               \
	F(STR, gateway, "gateway")                                                                 \
	F(INT, ms, "gateway")                                                                      \
	F(INT, http_status, "gateway")
#define EV_STATUS_FIELDS(F)                                                                        \
	F(INT, queued, "")                                                                         \
	F(INT, active, "")                                                                         \
	F(INT, paused, "")                                                                         \
	F(INT, failed, "")                                                                         \
	F(INT, rate, "bytes a second, all downloads")                                              \
	F(STR, gateway, "healthy degraded down unknown offline")                                   \
	F(BOOL, holder, "this process works the queue off")                                        \
	F(INT, holder_pid, "who does, if another process")
#define EV_NOTE_FIELDS(F)                                                                          \
	F(STR, text, "")                                                                           \
	F(STR, level, "info warn error")
#define EV_ROW_FAILED_FIELDS(F)                                                                    \
	F(STR, claim_id, "or the ITEM as given")                                                   \
	F(STR, error, "")                                                                          \
	F(STR, category, "")                                                                       \
	F(BOOL, retry, "")
#define EV_DONE_FIELDS(F)                                                                          \
	F(BOOL, ok, "")                                                                            \
	F(STR, error, "why not: a sentence")                                                       \
	F(STR, category, "")                                                                       \
	F(INT, exit_code, "of the command line")                                                   \
	F(BOOL, retry, "")

enum req_kind {
#define X(NAME, name, who, what) REQ_##NAME,
	REQUESTS(X)
#undef X
	    REQ_COUNT
};
enum event_kind {
#define X(NAME, name, who, what) EV_##NAME,
	EVENTS(X)
#undef X
	    EV_COUNT
};

#define MSG_MEMBER(TYPE, field, meaning) MSG_C_##TYPE field##_;
/* A field `title` is the member `title_`, so that words like `default` and `not` can be fields. */
#define X(NAME, name, who, what)                                                                   \
	struct req_##name {                                                                        \
		REQ_##NAME##_FIELDS(MSG_MEMBER) char none_;                                        \
	};
REQUESTS(X)
#undef X
#define X(NAME, name, who, what)                                                                   \
	struct ev_##name {                                                                         \
		EV_##NAME##_FIELDS(MSG_MEMBER) char none_;                                         \
	};
EVENTS(X)
#undef X

struct req {
	enum req_kind kind;
	uint32_t slot;
	uint64_t ticket; /* > 0, chosen by the front end */
	union {
#define X(NAME, name, who, what) struct req_##name name;
		REQUESTS(X)
#undef X
	} u;
};
struct event {
	enum event_kind kind;
	uint32_t slot;
	uint64_t ticket; /* 0: news of state */
	union {
#define X(NAME, name, who, what) struct ev_##name name;
		EVENTS(X)
#undef X
	} u;
};

/* Everything unknown, false and empty. */
struct req *req_new(enum req_kind kind);
void req_free(void *req); /* struct req *; NULL is fine */
const char *req_name(enum req_kind kind);
struct event *event_new(enum event_kind kind);
void event_free(void *event);
const char *event_name(enum event_kind kind);

/* One JSON object with every field that is known: {"req":"browse","slot":1,"ticket":7,"body":{…}}. */
void req_to_json(const struct req *r, struct buf *out);
struct req *req_from_json(const char *text, size_t len, struct err *err); /* owned; ERR_PARSE */
void event_to_json(const struct event *e, struct buf *out);
struct event *event_from_json(const char *text, size_t len, struct err *err);
/* Only the fields, without event/slot/ticket: the contract's row (a EV_PAGE has none: print its claims). */
void event_row_to_json(const struct event *e, struct buf *out);
/* The message list as Markdown, for doc/messages.md. */
void msg_write_doc(struct buf *out);

#endif
