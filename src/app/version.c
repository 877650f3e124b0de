/* `kiyya --version`. */
#include "version.h"

#include "kiyya/channel_list.h"
#include "kiyya/http.h"
#include "kiyya/store.h"
#include "kiyya/stream.h"
#include "kiyya/vault.h"

void version_print(FILE *out)
{
	fprintf(out, "kiyya %s\n", PACKAGE_VERSION);
	fprintf(out, "libcurl %s\n", http_library_version());
	fprintf(out, "sqlite %s\n", store_library_version());
	fprintf(out, "libsodium %s\n", vault_library_version());
	fprintf(out, "expat %s\n", channel_list_library_version());
	fprintf(out, "libmicrohttpd %s\n", stream_library_version());
}
