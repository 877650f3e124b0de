/* What libcurl's result codes mean to a person. */
#include "net.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/text.h"

static const struct {
	CURLcode code;
	enum err_kind kind;
	const char *why;
	bool detail; /* libcurl's own words help */
} faults[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, ERR_NET, "name not found: is the network up?", false },
	{ CURLE_COULDNT_RESOLVE_PROXY, ERR_NET, "the proxy's name was not found", false },
	{ CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT, "no connection in time", false },
	{ CURLE_GOT_NOTHING, ERR_NET, "closed the connection without an answer", false },
	{ CURLE_PARTIAL_FILE, ERR_NET, "closed the connection before the end", false },
	{ CURLE_RECV_ERROR, ERR_NET, "the connection broke", true },
	{ CURLE_SEND_ERROR, ERR_NET, "the connection broke", true },
	{ CURLE_HTTP2, ERR_NET, "the connection broke", true },
	{ CURLE_HTTP2_STREAM, ERR_NET, "the connection broke", true },
	{ CURLE_PEER_FAILED_VERIFICATION, ERR_NET, "its certificate is not trusted", true },
	{ CURLE_SSL_CONNECT_ERROR, ERR_NET, "no secure connection", true },
	{ CURLE_SSL_CACERT_BADFILE, ERR_CONFIG, "net.ca_file cannot be read", false },
	{ CURLE_PROXY, ERR_NET, "the proxy refused", true },
	{ CURLE_BAD_CONTENT_ENCODING, ERR_PARSE, "the compressed answer is broken", false },
	{ CURLE_WEIRD_SERVER_REPLY, ERR_PARSE, "the answer is not HTTP", false },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_PARSE, "the answer is not HTTP", false },
	{ CURLE_HTTP_RETURNED_ERROR, ERR_NET, "the answer is not HTTP", false },
	{ CURLE_OUT_OF_MEMORY, ERR_INTERNAL, "out of memory", false },
};

static bool fault_connect(const struct call *c, struct err *err)
{
	long number = 0;

	if (c->refused_address)
		return err_set(err, ERR_REFUSED, 0,
			       "%s: its name leads to a private address that is not a configured "
			       "endpoint",
			       c->place.shown);
	(void)curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &number);
	return err_set(err, ERR_NET, (int)number, "%s: no connection: %s", c->place.shown,
		       number != 0 ? strerror((int)number) : "nobody answers");
}

/* libcurl's sentence, safe to show: a certificate's subject is chosen by the other side. */
static bool fault_detail(const struct call *c, enum err_kind kind, const char *why, CURLcode code,
			 struct err *err)
{
	const char *raw = c->detail[0] != '\0' ? c->detail : curl_easy_strerror(code);
	char *clean = text_clean(raw, strlen(raw), 160, false);

	(void)err_set(err, kind, 0, "%s: %s: %s", c->place.shown, why, clean);
	free(clean);
	return false;
}

void fault_of(struct call *c, CURLcode code, struct err *err)
{
	if (c->stopped) {
		*err = c->err;
		if (err->kind == ERR_NONE)
			(void)err_set(err, ERR_CANCELLED, 0, "%s: stopped", c->place.shown);
		return;
	}
	if (code == CURLE_COULDNT_CONNECT) {
		(void)fault_connect(c, err);
		return;
	}
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i].code != code)
			continue;
		if (faults[i].detail)
			(void)fault_detail(c, faults[i].kind, faults[i].why, code, err);
		else
			(void)err_set(err, faults[i].kind, 0, "%s: %s", c->place.shown,
				      faults[i].why);
		return;
	}
	(void)fault_detail(c, ERR_NET, "the request failed", code, err);
}
