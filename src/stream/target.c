/* Who and what a request asks for. */
#include "target.h"

#include <string.h>
#include <strings.h>
#include "kiyya/str.h"

#define SCHEME "http://"
#define FOLDER "/movies/"

bool target_host_is_ours(const char *host, int port)
{
	static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i]);
		if (strncasecmp(host, names[i], len) != 0)
			continue;
		const char *rest = host + len;
		if (*rest == '\0')
			return true;
		uint64_t n;
		return *rest == ':' && str_to_u64(rest + 1, &n) && n == (uint64_t)port;
	}
	return false;
}

const char *target_split(const char *url, char **ret_host)
{
	*ret_host = NULL;
	if (strncasecmp(url, SCHEME, strlen(SCHEME)) != 0)
		return url;
	const char *host = url + strlen(SCHEME);
	size_t len = strcspn(host, "/");
	*ret_host = str_dupn(host, len);
	return host[len] ? host + len : "/";
}

const char *target_token(const char *path)
{
	if (!str_starts(path, FOLDER))
		return NULL;
	const char *token = path + strlen(FOLDER);
	return str_is_hex(token, TOKEN_LEN) ? token : NULL;
}
