/* Fuzz: a reply of the livestream service is read; what comes out is an address a player may be given, ids and moments,
 * or a reason. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/gateway.h"
#include "kiyya/text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_claim(const struct livestream_claim *c)
{
	demand(claim_id_ok(c->id));
	demand(c->release_time == TIME_UNKNOWN || c->release_time > 0);
}

static void check(const struct livestream *l)
{
	size_t n = strlen(l->url);

	demand(l->live == (n > 0));
	demand(n <= URL_MAX && text_is_clean(l->url, n, false));
	demand(strpbrk(l->url, " \"\\\r\n") == NULL);
	demand(n == 0 || strncmp(l->url, "http://", 7) == 0 || strncmp(l->url, "https://", 8) == 0);
	demand(l->n_announced <= LIVESTREAM_ANNOUNCED_MOST);
	for (size_t i = 0; i < l->n_announced; i++)
		check_claim(&l->announced[i]);
	if (l->now.id[0] != '\0')
		check_claim(&l->now);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct livestream l;
	struct err err = { .kind = ERR_NONE };
	struct json *doc = json_parse((const char *)data, len, JSON_MAX_BYTES, NULL);

	if (doc == NULL)
		return 0;
	if (gateway_read_livestream(&l, doc, &err))
		check(&l);
	else
		demand((err.kind == ERR_PARSE || err.kind == ERR_REFUSED) && err.text[0] != '\0' &&
		       text_is_clean(err.text, strlen(err.text), false));
	json_free(doc);
	return 0;
}
