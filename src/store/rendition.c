/* In which other qualities a film can be had, as its playlist said when it was read last. */
#include <stdlib.h>
#include "claim_row.h"
#include "room.h"

bool store_renditions_put(struct store *s, const char *claim_id, const char *sd_hash,
			  const struct claim_source *v, size_t n, struct err *err)
{
	const struct claim c = { .sources = (struct claim_source *)v, .n_sources = n };
	char *sources = claim_row_sources(&c);
	bool ok = store_want_id(claim_id, err) &&
		  sql_change(s, TX_LAZY, err,
			     "INSERT OR REPLACE INTO renditions (claim_id, sd_hash, sources) "
			     "VALUES (?, ?, coalesce(?, '[]'))",
			     sql_text(claim_id), sql_text(sd_hash), sql_text(sources));
	free(sources);
	return ok;
}
