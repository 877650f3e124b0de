/* In which quality somebody wanted to see something: among what the program remembers by key, as it is a word. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/str.h"
#include "room.h"
#include "stmt.h"

#define KEY "quality of "

bool store_choice_put(struct store *s, const char *claim_id, const char *quality, struct err *err)
{
	char *key = str_fmt(KEY "%s", claim_id);
	bool ok = store_want_id(claim_id, err) && store_setting_put(s, key, quality, err);
	free(key);
	return ok;
}

bool store_choice_get(struct store *s, const char *claim_id, char ret[QUALITY_SIZE])
{
	char *key = str_fmt(KEY "%s", claim_id);
	char *word = store_setting(s, key);
	bool ok = word && quality_is_word(word);
	if (ok)
		str_copy(ret, QUALITY_SIZE, word);
	free(word);
	free(key);
	return ok;
}

bool store_choice_clear(struct store *s, const char *claim_id, struct err *err)
{
	if (claim_id)
		return store_choice_put(s, claim_id, NULL, err);
	return sql_change(s, TX_KEEP, err, "DELETE FROM settings WHERE key GLOB '" KEY "*'");
}
