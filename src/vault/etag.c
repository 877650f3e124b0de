/* The ETag of a vault file. */
#include <sodium.h>
#include <string.h>
#include "kiyya/str.h"
#include "kiyya/vault.h"

bool vault_etag(const char *file_id, char etag[VAULT_FILE_ID_HEX])
{
	unsigned char id[16], tag[16];
	if (!hex_decode(id, sizeof(id), file_id))
		return false;
	crypto_generichash(tag, sizeof(tag), id, sizeof(id), NULL, 0);
	hex_encode(etag, tag, sizeof(tag));
	return true;
}
