/* What libcurl hands us while a transfer runs: sockets to open, header lines, bytes. */
#include "net.h"

#include <sys/socket.h>

#define REDIRECT_BODY_MOST (64u << 10)

/* libcurl takes any number but the one it offered for an error. */
static size_t stop(struct call *c, size_t offered)
{
	c->stopped = true;
	return offered != 0 ? 0 : 1;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct call *c = arg;

	if (!c->proxied && !hosts_is_endpoint(&c->http->hosts, &c->place) &&
	    address_is_private(&a->addr)) {
		c->refused_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The final headers are here: is this what was asked for? */
static bool headers_complete(struct call *c)
{
	const struct header *h = &c->header;

	c->following = is_redirect(h->status) && h->location[0] != '\0' && !c->ask.no_redirect;
	if (c->following)
		return true;
	if (c->ask.identity && h->encoded)
		return err_set(&c->err, ERR_PARSE, 0, "%s compressed what must come as it is",
			       c->place.shown);
	if (c->ask.on_data == NULL && c->ask.method != HTTP_HEAD && h->length > 0 &&
	    (uint64_t)h->length > c->gathered.max)
		return err_set(&c->err, ERR_LIMIT, 0, "%s: an answer of %lld bytes is too much",
			       c->place.shown, (long long)h->length);
	if (c->ask.on_head == NULL)
		return true;
	struct http_head head;

	call_head(c, &head);
	c->http->callbacks++;
	return c->ask.on_head(c->ask.arg, &head, &c->err);
}

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	struct call *c = arg;
	size_t len = size * n;

	if (c->dead)
		return stop(c, len);
	pace_bytes(&c->pace, net_now(), (int64_t)len);
	bool complete = header_add_line(&c->header, data, len, clock_wall(clock_real()));

	if (c->header.bytes > HEADER_MOST_BYTES) {
		(void)err_set(&c->err, ERR_LIMIT, 0, "%s: its headers do not end", c->place.shown);
		return stop(c, len);
	}
	if (complete && !headers_complete(c))
		return stop(c, len);
	return len;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct call *c = arg;
	size_t len = size * n;

	if (c->dead)
		return stop(c, len);
	int64_t now = net_now();

	if (c->paused || now < c->pace.free_at) {
		c->curl_paused = true; /* it comes again when the loop lets go */
		return CURL_WRITEFUNC_PAUSE;
	}
	pace_bytes(&c->pace, now, (int64_t)len);
	pace_spend(&c->pace, now, (int64_t)len);
	if (c->following) {
		c->discarded += len;
		return c->discarded > REDIRECT_BODY_MOST ? stop(c, len) : len;
	}
	if (c->ask.on_data != NULL) {
		c->http->callbacks++;
		return c->ask.on_data(c->ask.arg, data, len, &c->err) ? len : stop(c, len);
	}
	if (buf_add(&c->gathered, data, len))
		return len;
	(void)err_set(&c->err, ERR_LIMIT, 0, "%s: the answer is over %zu bytes", c->place.shown,
		      c->gathered.max);
	return stop(c, len);
}

bool receive_attach(struct call *c)
{
	return curl_easy_setopt(c->easy, CURLOPT_OPENSOCKETFUNCTION, on_socket) == CURLE_OK &&
	       curl_easy_setopt(c->easy, CURLOPT_OPENSOCKETDATA, c) == CURLE_OK &&
	       curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
	       curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, c) == CURLE_OK &&
	       curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
	       curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c) == CURLE_OK;
}
