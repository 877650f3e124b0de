/* The one filter for secrets: what no log, error or report may show becomes a few stars. */
#include "kiyya/log.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define KEY_DIGITS 64 /* hexadecimal digits of a 256-bit key, or of anything longer */

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t\n\"'<>,;()[]{}", c) != NULL;
}

static size_t word_length(const char *s)
{
	size_t n = 0;
	while (!ends_word(s[n]))
		n++;
	return n;
}

/* Puts at most three stars in place of n bytes and closes the gap, so the text never grows. */
static char *star_out(char *at, size_t n)
{
	size_t stars = n < 3 ? n : 3;
	memset(at, '*', stars);
	memmove(at + stars, at + n, strlen(at + n) + 1);
	return at + stars;
}

/* Tokens of our own server: whoever has one can watch. */
static void redact_tokens(char *text)
{
	const char prefix[] = "/movies/";
	for (char *at = text; (at = strstr(at, prefix)) != NULL;) {
		at += sizeof(prefix) - 1;
		size_t n = strcspn(at, " \t\n\"'<>,;()[]{}/?#");
		at = star_out(at, n);
	}
}

/* In an address: the query, which may carry signatures, and a user name with its password. */
static void redact_addresses(char *text)
{
	for (char *at = text; *at != '\0'; at += *at != '\0') {
		size_t n = word_length(at);
		char *host = memmem(at, n, "://", 3);
		char *path = host ? host + 3 : at[0] == '/' ? at : NULL;
		if (host) {
			size_t authority = strcspn(path, "/?# \t\n\"'<>,;()[]{}");
			char *user_end = memrchr(path, '@', authority);
			if (user_end)
				path = star_out(path, (size_t)(user_end - path));
		}
		char *query = path ? memchr(path, '?', word_length(path)) : NULL;
		if (query)
			star_out(query + 1, word_length(query + 1));
		at += word_length(at);
	}
}

/* The value after the words "name=" or "name:", with a scheme such as Bearer before it. */
static void redact_value(char *at)
{
	static const char *const schemes[] = { "bearer", "basic", "digest" };
	at += *at == '"'; /* "token": "…" */
	at += strspn(at, " \t");
	if (*at != '=' && *at != ':')
		return;
	at++;
	at += strspn(at, " \t\"'");
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t n = strlen(schemes[i]);
		if (strncasecmp(at, schemes[i], n) == 0 && at[n] == ' ')
			at += n + 1;
	}
	star_out(at, word_length(at));
}

static void redact_named(char *text)
{
	static const char *const names[] = { "passphrase", "password", "passwd",        "token",
					     "secret",     "cookie",   "authorization", "key" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (char *at = text; (at = strcasestr(at, names[i])) != NULL;) {
			at += strlen(names[i]);
			redact_value(at);
		}
	}
}

static void redact_key_digits(char *text)
{
	for (char *at = text; *at != '\0';) {
		size_t n = strspn(at, "0123456789abcdefABCDEF");
		if (n >= KEY_DIGITS)
			at = star_out(at, n);
		else
			at += n > 0 ? n : 1;
	}
}

void log_redact(char *text)
{
	redact_tokens(text);
	redact_addresses(text);
	redact_named(text);
	redact_key_digits(text);
}
