/* What the files of the store share: the connection and what it remembers between calls. */
#ifndef KIYYA_STORE_ROOM_H
#define KIYYA_STORE_ROOM_H

#include <sqlite3.h>
#include "kiyya/store.h"

#define STORE_APPLICATION_ID 0x4B697979 /* "Kiyy" */
#define STORE_MAX_TOUCHED    32

struct stmt_slot;
struct store {
	sqlite3 *db;
	char *path;
	const struct clock *clock;
	struct stmt_slot *stmts; /* a growing list; few enough to walk */
	size_t n_stmts;
	bool lazy;       /* synchronous is NORMAL just now */
	int version;     /* of the newest migration applied */
	bool searchable; /* FTS5 is there, content_search is kept */
	struct { /* stretches of lists that were read: they get their last_used with the next write
		  */
		int64_t list, first, end;
	} touched[STORE_MAX_TOUCHED];
	size_t n_touched;
	int64_t in_hand;      /* the list that was written or read last; 0: none */
	int64_t hits, misses; /* not yet added to the stored counts */
	bool unsettled;       /* claims were put, and nobody has asked since */
};

/* Fills *err from the last error of a connection; returns false. path may be NULL. A damaged file
 * is noted beside it, so that the next start looks through all of it. */
bool store_fail(sqlite3 *db, const char *path, int rc, const char *doing, struct err *err);
bool store_is_damage(int rc);                                       /* the file, not the moment */
char *store_folder_of(const char *path);                            /* owned */
bool store_create_file(const char *path, struct err *err) MUST_USE; /* private, new */
/* The connection as every one of ours is set up, read-write, on an existing file. */
bool store_connect(struct store *s, struct err *err) MUST_USE;
/* The same for reading only: a second one beside the store's, with less memory. */
bool store_connect_reader(struct store *s, struct err *err) MUST_USE;

/* Id of the one claim that `item` (id, unique prefix, address) means in a place; ERR_NOT_FOUND. */
enum store_place { PLACE_CACHE, PLACE_QUEUE, PLACE_OFFLINE, PLACE_LATER };
bool store_find_item(struct store *s, enum store_place place, const char *item,
		     char id[CLAIM_ID_SIZE], struct err *err) MUST_USE;
/* ERR_USAGE unless it is one. */
bool store_want_id(const char *claim_id, struct err *err) MUST_USE;
/* The lookup form of an lbry address; owned, NULL if it is none. */
char *store_url_key(const char *url);

/* Remembers that rows [first, end) of a list, or (list 0) the claim whose row id is `first`, were
 * read. */
void store_touch(struct store *s, int64_t list, int64_t first, int64_t end);
/* Writes down what was read and counted since. In a transaction. */
bool store_note_use(struct store *s, struct err *err) MUST_USE;

#endif
