/* Inside of net: the handle and its calls. */
#ifndef KIYYA_NET_NET_H
#define KIYYA_NET_NET_H

#include <curl/curl.h>
#include "header.h"
#include "hosts.h"
#include "kiyya/buf.h"
#include "kiyya/http.h"
#include "pace.h"
#include "proxy.h"

struct call {
	struct call *next;
	struct http *http; /* borrowed */
	uint64_t id;
	struct http_call ask; /* url, body, if_range and headers are not used from here */
	CURL *easy;
	struct curl_slist *lines; /* request headers */
	char *url;                /* where it is being asked now; owned */
	char *body;               /* of a POST; owned */
	struct place place;       /* of url */
	struct header header;
	struct pace pace;
	struct buf gathered;
	struct err err; /* why a callback stopped it */
	char detail[CURL_ERROR_SIZE];
	size_t discarded; /* body of a redirect */
	int redirects;
	bool in_multi;
	bool dead;      /* cancelled from inside a callback: freed after this turn */
	bool following; /* this response is a redirect that we follow */
	bool proxied, refused_address, stopped;
	bool paused;      /* asked for */
	bool curl_paused; /* libcurl holds bytes back */
};

struct http {
	CURLM *multi;
	struct call *calls; /* oldest first */
	uint64_t last_id;
	struct hosts hosts;
	struct proxies proxies;
	char *ca_file;
	bool performing;  /* libcurl is on the stack: it must not be re-entered */
	size_t callbacks; /* run so far */
};

/* -- call.c: one transfer ---------------------------------------------------------------------- */
struct call *call_new(struct http *h, const struct http_call *ask, struct err *err);
void call_free(struct call *c);
/* Points the easy handle at c->url. ERR_REFUSED when the rules forbid it. */
bool call_aim(struct call *c, struct err *err) MUST_USE;
void call_head(const struct call *c, struct http_head *ret);

/* -- receive.c: what libcurl hands us ------------------------------------------------------------
 */
bool receive_attach(struct call *c);

/* -- fault.c -------------------------------------------------------------------------------------
 */
/* The error of a transfer that ended with code; c->err if a callback stopped it. */
void fault_of(struct call *c, CURLcode code, struct err *err);

static inline int64_t net_now(void)
{
	return clock_mono_ms(clock_real());
}

#endif
