/* Fuzz: a reply's text becomes a page; whatever comes out is clean, bounded and well formed. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/gateway.h"
#include "kiyya/text.h"

#define PLAYER "https://player.odycdn.com"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void demand_clean(const char *s, bool newlines)
{
	demand(s == NULL || text_is_clean(s, strlen(s), newlines));
}

static void check(const struct claim *c)
{
	demand(claim_id_ok(c->id) && claim_id_ok(c->stream_id));
	demand(c->channel_id[0] == '\0' || claim_id_ok(c->channel_id));
	demand(c->title != NULL && strlen(c->title) <= CLAIM_MAX_TITLE);
	demand(c->playable == (c->reason == NULL));
	demand(!c->playable || c->n_sources > 0);
	demand(c->n_tags <= CLAIM_MAX_TAGS);
	demand(c->duration == DURATION_UNKNOWN || c->duration > 0);
	demand(c->size == SIZE_UNKNOWN || c->size > 0);
	demand_clean(c->title, false);
	demand_clean(c->name, false);
	demand_clean(c->channel_name, false);
	demand_clean(c->description, true);
	demand_clean(c->thumbnail_url, false);
	demand_clean(c->media_type, false);
	demand_clean(c->url, false);
	demand_clean(c->reason, false);
	demand_clean(c->reposted_by, false);
	for (size_t i = 0; i < c->n_tags; i++)
		demand_clean(c->tags[i], false);
	for (size_t i = 0; i < c->n_sources; i++)
		demand(strncmp(c->sources[i].url, PLAYER "/v6/streams/",
			       strlen(PLAYER "/v6/streams/")) == 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct json *doc = json_parse((const char *)data, len, JSON_MAX_BYTES, NULL);

	if (doc == NULL)
		return 0;
	struct page *page = page_new();
	const struct json *result = json_get(doc, "result");

	const struct gateway_reading with = { .player_url = PLAYER, .now = 1700000000 };

	(void)!gateway_read_page(page, result != NULL ? result : doc, &with, NULL);
	(void)!gateway_read_claim(page, doc, &with, NULL);
	for (size_t i = 0; i < page->n; i++)
		check(&page->items[i]);
	page_free(page);
	json_free(doc);
	return 0;
}
