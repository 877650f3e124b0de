/* Addresses of claims: lbry://, https://odysee.com/…, @channel:x/name:y, claim ids. Pure; any thread.
 * Grammar: lbry-sdk lbry/schema/url.py; web forms: odysee-frontend util/lbryURI. */
#ifndef KIYYA_URL_H
#define KIYYA_URL_H

#include <stdbool.h>
#include "kiyya/claim.h"
#include "kiyya/err.h"

#define URL_MAX 2048

struct url {
	char claim_id[CLAIM_ID_SIZE]; /* "" unless the address is a bare id or names the full id */
	char *lbry;                   /* canonical lbry:// form with '#'; NULL for a bare id; owned */
	bool is_channel;              /* @name without a stream */
};
/* ERR_USAGE with a sentence. ret is initialised on success: url_release. */
bool url_parse(struct url *ret, const char *text, struct err *err) MUST_USE;
void url_release(struct url *u);
/* https://odysee.com/… of an lbry:// address; owned. */
char *url_web(const char *lbry);

#endif
