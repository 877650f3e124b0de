/* What tests of the store need: a folder of their own, a clock to turn, claims made up by number.
 */
#ifndef KIYYA_TESTS_STORE_KIT_H
#define KIYYA_TESTS_STORE_KIT_H

#include "kiyya/store.h"

struct kit {
	char dir[256], db[300];
	struct clock clock; /* first: handed out as a struct clock */
	int64_t now;
	struct store *store;
};

/* cmocka setup and teardown: *state is the kit, its store is open on a new file. */
int kit_setup(void **state);
int kit_teardown(void **state); /* closes, removes the folder */
/* Closes and opens again, asserting on success; the note is given back or freed. */
void kit_reopen(struct kit *k, char **ret_note);
void kit_close(struct kit *k);
char *kit_path(struct kit *k, const char *name); /* owned */
int kit_count_files(struct kit *k, const char *begins);
/* The name of the one file that begins so; owned, NULL if none. */
char *kit_find_file(struct kit *k, const char *begins);

/* Claim number n: id, title, channel, release time, tags and sources follow from it. */
void kit_id(int n, char id[CLAIM_ID_SIZE]);
struct claim *kit_add_claim(struct page *p, int n);
/* Claims [from, to). */
struct page *kit_page(int from, int to);
void kit_download(struct download *d, int n);
void kit_copy(struct copy *c, int n, const char *quality);

/* Runs SQL on the file with a connection of its own, asserting on success. */
void kit_sql(struct kit *k, const char *sql);
int64_t kit_number(struct kit *k, const char *sql);
/* Tidies to the end. */
bool kit_tidy(struct store *s, enum store_tidy_what what, int64_t limit, struct err *err);
/* Asserts that store_check says "ok". */
void kit_assert_sound(struct kit *k);

#endif
