/* From what a person names an item by to the one claim id that is meant. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/text.h"
#include "kiyya/url.h"
#include "room.h"
#include "stmt.h"

#define MIN_PREFIX 4

/* At most two ids of a place from ?1 up to, not including, ?2: two are already too many. */
#define IDS_OF(table) \
	"SELECT DISTINCT claim_id FROM " table " WHERE claim_id >= ? AND claim_id < ? LIMIT 2"
/* The claim of an address, if it is in the place. The address itself is only known to the cache. */
#define ADDRESS_IN(table)                                       \
	"SELECT claim_id FROM content_cache WHERE url_key = ? " \
	"AND claim_id IN (SELECT claim_id FROM " table ") LIMIT 1"
static const struct {
	const char *ids, *address, *name;
} places[] = {
	[PLACE_CACHE] = { IDS_OF("content_cache"), ADDRESS_IN("content_cache"), "in the cache" },
	[PLACE_QUEUE] = { IDS_OF("download_queue"), ADDRESS_IN("download_queue"), "in the queue" },
	[PLACE_OFFLINE] = { IDS_OF("offline_meta"), ADDRESS_IN("offline_meta"), "in the vault" },
	[PLACE_LATER] = { IDS_OF("watch_later"), ADDRESS_IN("watch_later"),
			  "in the watch-later list" },
};

bool store_want_id(const char *claim_id, struct err *err)
{
	return (claim_id && claim_id_ok(claim_id)) ||
	       err_set(err, ERR_USAGE, 0, "a claim id is 40 lower-case hex digits");
}

char *store_url_key(const char *url)
{
	struct url u;
	if (!url || !url_parse(&u, url, NULL))
		return NULL;
	char *key = u.lbry;
	u.lbry = NULL;
	url_release(&u);
	return key;
}

static bool is_prefix(const char *item)
{
	size_t n = strlen(item);
	return n >= MIN_PREFIX && n <= CLAIM_ID_LEN && str_is_hex(item, n);
}

/* *ret_n: how many ids begin so (2: several); id: the first. */
static bool find_prefix(struct store *s, enum store_place place, const char *prefix,
			char id[CLAIM_ID_SIZE], int *ret_n, struct err *err)
{
	char *end = str_fmt("%sg", prefix); /* the first text after everything that begins so */
	struct stmt *q = sql_query(s, err, places[place].ids, sql_text(prefix), sql_text(end));
	int n = 0;
	while (sql_next(q)) {
		const char *found = col_text(q, 0);
		if (found && claim_id_ok(found) && n++ == 0)
			str_copy(id, CLAIM_ID_SIZE, found);
	}
	bool ok = sql_done(q, err);
	free(end);
	*ret_n = n;
	return ok;
}

/* An address names its claim by full id, or the cache knows it. "" when it is not known. */
static bool find_address(struct store *s, enum store_place place, const char *item,
			 char id[CLAIM_ID_SIZE], struct err *err)
{
	id[0] = '\0';
	struct url u;
	if (!url_parse(&u, item, NULL))
		return true;
	int n = 0;
	bool ok = true;
	if (u.claim_id[0]) {
		ok = find_prefix(s, place, u.claim_id, id, &n, err);
	} else {
		struct stmt *q = sql_query(s, err, places[place].address, sql_text(u.lbry));
		if (sql_next(q)) {
			const char *found = col_text(q, 0);
			if (found && claim_id_ok(found))
				str_copy(id, CLAIM_ID_SIZE, found);
		}
		ok = sql_done(q, err);
	}
	url_release(&u);
	return ok;
}

bool store_find_item(struct store *s, enum store_place place, const char *item,
		     char id[CLAIM_ID_SIZE], struct err *err)
{
	int n = 0;
	char found[CLAIM_ID_SIZE] = "";
	if (is_prefix(item) && !find_prefix(s, place, item, found, &n, err))
		return false;
	if (n > 1)
		return err_set(err, ERR_NOT_FOUND, 0,
			       "several claims %s begin with %s: give more of the id",
			       places[place].name, item);
	if (n == 0 && !find_address(s, place, item, found, err))
		return false;
	if (!found[0]) {
		char *shown = text_clean(item, strlen(item), 100, false);
		err_set(err, ERR_NOT_FOUND, 0, "%s is not %s", shown, places[place].name);
		free(shown);
		return false;
	}
	memcpy(id, found, CLAIM_ID_SIZE);
	return true;
}
