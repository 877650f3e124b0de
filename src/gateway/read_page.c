/* A list of claims: bad ones skipped and said, doubles dropped, order kept. */
#include "kiyya/log.h"
#include "parts.h"

#define MOST_ITEMS 2048

static bool is_double(const struct page *page, const struct json *item)
{
	const char *id = json_str(json_get(item, "claim_id"));

	for (size_t i = 0; id != NULL && i < page->n; i++)
		if (str_eq(page->items[i].id, id))
			return true;
	return false;
}

bool gateway_read_page(struct page *into, const struct json *result,
		       const struct gateway_reading *with, struct err *err)
{
	const struct json *items = json_get(result, "items");
	size_t before = into->n;

	if (!json_is_array(items) && !json_is_null(items))
		return err_set(err, ERR_PARSE, 0, "no \"items\" in the reply");
	for (const struct json *item = json_first(items);
	     item != NULL && into->n - before < MOST_ITEMS; item = json_next(item)) {
		struct err why;
		char id[CLAIM_ID_SIZE];

		if (is_double(into, item))
			continue;
		if (!gateway_read_claim(into, item, with, &why))
			log_warn("gateway", read_id(json_get(item, "claim_id"), id) ? id : NULL,
				 "skipped: %s", why.text);
	}
	return true;
}
