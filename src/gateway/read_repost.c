/* The id a repost points at: plain hex, or in older replies base64 of its bytes backwards. */
#include <string.h>
#include "parts.h"

#define ID_BYTES  (CLAIM_ID_LEN / 2)
#define ID_BASE64 28 /* 20 bytes: 27 digits and one '=' */

static bool decode_base64(unsigned char out[ID_BYTES], const char *s)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = 0, n_bits = 0;
	size_t n = 0;

	if (strlen(s) != ID_BASE64 || s[ID_BASE64 - 1] != '=')
		return false;
	for (size_t i = 0; i < ID_BASE64 - 1; i++) {
		const char *digit = strchr(digits, s[i]);

		if (digit == NULL)
			return false;
		bits = bits << 6 | (unsigned)(digit - digits);
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		out[n++] = (unsigned char)(bits >> n_bits);
	}
	return n == ID_BYTES;
}

bool read_reposted_id(const struct json *value, char id[CLAIM_ID_SIZE])
{
	unsigned char bytes[ID_BYTES], forward[ID_BYTES];
	const char *hash = json_str(json_get(value, "claim_hash"));

	if (read_id(json_get(value, "claim_id"), id))
		return true;
	if (hash == NULL || !decode_base64(bytes, hash))
		return false;
	for (size_t i = 0; i < ID_BYTES; i++)
		forward[i] = bytes[ID_BYTES - 1 - i];
	hex_encode(id, forward, ID_BYTES);
	return true;
}
