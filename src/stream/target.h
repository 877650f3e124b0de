/* Who and what a request asks for: is the host really us, and which token. Pure. */
#ifndef STREAM_TARGET_H
#define STREAM_TARGET_H

#include <stdbool.h>

#define TOKEN_LEN 32 /* hex digits: 128 random bits */

/* "127.0.0.1", "localhost" or "[::1]", alone or with our port. A page on another site whose name
 * was made to point at 127.0.0.1 (DNS rebinding) still sends that name, and is refused here. */
bool target_host_is_ours(const char *host, int port);
/* Splits "http://HOST/PATH", which a client of a proxy sends, as RFC 9112 3.2.2 asks. *ret_host
 * (owned) is NULL for the usual "/PATH". */
const char *target_split(const char *url, char **ret_host);
/* The token of "/movies/TOKEN", or NULL. */
const char *target_token(const char *path);

#endif
