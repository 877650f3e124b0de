/* How well a row fits the words, told by where in it they are.
 *
 * bm25() begins by counting each word in the whole index, which for two letters takes longer than a
 * person types; this looks at nothing but the places in the row at hand. */
#include "find_rank.h"

#include <stddef.h>

#define MOST_PHRASES 64 /* beyond them it is enough that the row fits */
#define MOST_PLACES  200

/* title, channel_name, tags, description */
static const int weights[] = { 100, 50, 40, 10 };
#define N_COLUMNS ((int)(sizeof(weights) / sizeof(weights[0])))

/* Each word counts where it stands best, once more where a title begins with it, and a little for
 * each other place. */
static void fit(const Fts5ExtensionApi *api, Fts5Context *row, sqlite3_context *out, int n_values,
		sqlite3_value **values)
{
	int best[MOST_PHRASES] = { 0 }, n = 0, more = 0;
	int rc = api->xInstCount(row, &n);
	for (int i = 0; rc == SQLITE_OK && i < n && i < MOST_PLACES; i++) {
		int phrase, column, offset;
		rc = api->xInst(row, i, &phrase, &column, &offset);
		if (rc != SQLITE_OK || phrase >= MOST_PHRASES || column >= N_COLUMNS)
			continue;
		int worth = weights[column] + (column == 0 && offset == 0 ? 50 : 0);
		more += worth > best[phrase] ? best[phrase] : worth;
		best[phrase] = worth > best[phrase] ? worth : best[phrase];
	}
	if (rc != SQLITE_OK) {
		sqlite3_result_error_code(out, rc);
		return;
	}
	int sum = more / 20;
	for (int i = 0; i < MOST_PHRASES; i++)
		sum += best[i];
	sqlite3_result_int(out, sum);
}

int find_rank_register(sqlite3 *db)
{
	fts5_api *api = NULL;
	sqlite3_stmt *ask = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &ask, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_pointer(ask, 1, (void *)&api, "fts5_api_ptr", NULL);
	sqlite3_step(ask);
	rc = sqlite3_finalize(ask);
	if (rc == SQLITE_OK && !api)
		rc = SQLITE_ERROR;
	return rc == SQLITE_OK ? api->xCreateFunction(api, "fit", NULL, fit, NULL) : rc;
}
