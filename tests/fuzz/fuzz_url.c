/* Fuzzes addresses of claims. Input: the address.
 *
 * Properties: the canonical form begins with lbry:// and is text without a control byte or a blank; read again it is
 * itself; its web form leads back to the same claim; a claim id is 40 hex digits. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/str.h"
#include "kiyya/text.h"
#include "kiyya/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_url: %s\n", what);
	abort();
}

static void check_canonical(const struct url *u)
{
	require(str_starts(u->lbry, "lbry://") && u->lbry[7], "a canonical form that is none");
	require(text_is_utf8(u->lbry, strlen(u->lbry)), "a canonical form that is not UTF-8");
	for (const char *c = u->lbry + strlen("lbry://"); *c; c++)
		require((unsigned char)*c > ' ' && !strchr(":%?&=;\"\\<>{}|^~`[]", *c),
			"a character that no name may hold");
	require(u->is_channel == (u->lbry[7] == '@' && !strchr(u->lbry + 7, '/')),
		"a channel that is none");
}

/* Another way to write it: the same claim. */
static void check_same(const struct url *u, const char *text, const char *what)
{
	struct url again;
	require(strlen(text) > URL_MAX || url_parse(&again, text, NULL), what);
	if (strlen(text) > URL_MAX)
		return;
	require(str_eq(again.lbry, u->lbry), what);
	require(str_eq(again.claim_id, u->claim_id) && again.is_channel == u->is_channel, what);
	url_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct url u;
	struct err err = { .kind = ERR_NONE };
	char *text = str_dupn((const char *)data, size);
	if (!url_parse(&u, text, &err)) {
		require(err.kind == ERR_USAGE && text_is_clean(err.text, strlen(err.text), false),
			"refused without a reason");
		free(text);
		return 0;
	}
	require(!u.claim_id[0] || claim_id_ok(u.claim_id), "a claim id that is none");
	require(u.lbry || u.claim_id[0], "neither an address nor an id");
	if (u.lbry) {
		check_canonical(&u);
		check_same(&u, u.lbry, "the canonical form reads as something else");
		char *web = url_web(u.lbry);
		check_same(&u, web, "the web form leads elsewhere");
		free(web);
	} else {
		check_same(&u, u.claim_id, "a claim id reads as something else");
	}
	url_release(&u);
	free(text);
	return 0;
}
