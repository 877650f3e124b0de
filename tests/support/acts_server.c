/* The misbehaving server of the net and gateway tests. */
#include "acts_server.h"

#include <ctype.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "acts_tls.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"

#define MOST_ACTS     32
#define MOST_REQUESTS 256
#define SLOW_BYTES    7

struct acts {
	struct MHD_Daemon *daemon;
	struct strs urls; /* what acts_url gave out */
	bool tls;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	/* guarded by lock */
	struct act acts[MOST_ACTS];
	size_t n_acts, next;
	struct acts_request asked[MOST_REQUESTS];
	size_t n_asked;
	bool stopping;
};

/* One request on its way. */
struct visit {
	struct acts *acts;
	struct act act;
	char *method, *target;
	char *body;
	size_t body_len;
	size_t first, size; /* of ACT_BYTES: where it begins, how long it is */
};

unsigned char acts_byte(size_t i)
{
	return (unsigned char)(i * 31 + i / 251);
}

static void wait_for_stop(struct acts *a)
{
	pthread_mutex_lock(&a->lock);
	while (!a->stopping)
		pthread_cond_wait(&a->stopped, &a->lock);
	pthread_mutex_unlock(&a->lock);
}

static enum MHD_Result add_header_text(void *arg, enum MHD_ValueKind kind, const char *key,
				       const char *value)
{
	char **text = arg, *old = *text;
	char *name = str_dup(key);

	for (char *c = name; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	*text = str_fmt("%s%s: %s\n", old, name, value != NULL ? value : "");
	free(old);
	free(name);
	return MHD_YES;
}

/* Records the request; takes the act that is its turn. */
static void take_turn(struct visit *v, struct MHD_Connection *conn)
{
	struct acts *a = v->acts;
	char *headers = str_dup("");

	MHD_get_connection_values(conn, MHD_HEADER_KIND, add_header_text, &headers);
	pthread_mutex_lock(&a->lock);
	v->act = (struct act){ .kind = ACT_STATUS, .status = 404, .body = "no act" };
	if (a->n_acts > 0)
		v->act = a->acts[a->next];
	if (a->next + 1 < a->n_acts)
		a->next++;
	if (a->n_asked < MOST_REQUESTS)
		a->asked[a->n_asked++] = (struct acts_request){
			.method = str_dup(v->method),
			.target = str_dup(v->target),
			.headers = headers,
			.body = str_dupn(v->body != NULL ? v->body : "", v->body_len),
		};
	else
		free(headers);
	pthread_mutex_unlock(&a->lock);
}

static ssize_t give_bytes(void *arg, uint64_t pos, char *buf, size_t max)
{
	struct visit *v = arg;
	const char *body = v->act.body;
	size_t len = strlen(body);

	switch (v->act.kind) {
	case ACT_CUT:
	case ACT_STALL:
		if (pos >= len / 2 && v->act.kind == ACT_STALL)
			wait_for_stop(v->acts);
		if (pos >= len / 2)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		if (max > len / 2 - pos)
			max = len / 2 - pos;
		memcpy(buf, body + pos, max);
		return (ssize_t)max;
	case ACT_ENDLESS:
		memset(buf, 'x', max);
		return (ssize_t)max;
	case ACT_SLOW:
		if (max > SLOW_BYTES)
			max = SLOW_BYTES;
		if (max > len - pos)
			max = len - pos;
		memcpy(buf, body + pos, max);
		return (ssize_t)max;
	case ACT_BYTES:
		if (max > v->size - pos)
			max = v->size - pos;
		for (size_t i = 0; i < max; i++)
			buf[i] = (char)acts_byte(v->first + pos + i);
		return (ssize_t)max;
	case ACT_OK:
	case ACT_STATUS:
	case ACT_HANG:
	case ACT_CLOSE:
		break;
	}
	return MHD_CONTENT_READER_END_OF_STREAM;
}

static enum MHD_Result answer(struct visit *v, struct MHD_Connection *conn, unsigned status,
			      struct MHD_Response *r)
{
	if (v->act.location != NULL)
		MHD_add_response_header(r, "Location", v->act.location);
	for (size_t i = 0; i < 4 && v->act.header[i] != NULL; i++) {
		char *line = str_dup(v->act.header[i]), *value = strchr(line, ':');

		*value = '\0';
		MHD_add_response_header(r, line, value + 1 + strspn(value + 1, " "));
		free(line);
	}
	enum MHD_Result ok = MHD_queue_response(conn, status, r);

	MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result answer_stream(struct visit *v, struct MHD_Connection *conn, uint64_t size)
{
	return answer(v, conn, 200,
		      MHD_create_response_from_callback(size, 16384, give_bytes, v, NULL));
}

static enum MHD_Result answer_bytes(struct visit *v, struct MHD_Connection *conn)
{
	const char *range = MHD_lookup_connection_value(conn, MHD_HEADER_KIND, "Range");
	unsigned long long first = 0, last = v->act.size - 1;
	char total[64];

	v->size = v->act.size;
	if (range == NULL || sscanf(range, "bytes=%llu-%llu", &first, &last) < 1)
		return answer_stream(v, conn, v->size);
	v->first = (size_t)first;
	v->size = (size_t)(last - first + 1);
	struct MHD_Response *r =
	    MHD_create_response_from_callback(v->size, 16384, give_bytes, v, NULL);

	snprintf(total, sizeof(total), "bytes %llu-%llu/%zu", first, last, v->act.size);
	MHD_add_response_header(r, "Content-Range", total);
	return answer(v, conn, 206, r);
}

static enum MHD_Result play(struct visit *v, struct MHD_Connection *conn)
{
	const char *body = v->act.body != NULL ? v->act.body : "";

	v->act.body = body;
	switch (v->act.kind) {
	case ACT_HANG:
		wait_for_stop(v->acts);
		return MHD_NO;
	case ACT_CLOSE:
		return MHD_NO;
	case ACT_OK:
	case ACT_STATUS:
		return answer(v, conn, v->act.kind == ACT_OK ? 200 : (unsigned)v->act.status,
			      MHD_create_response_from_buffer(
				  v->act.size ? v->act.size : strlen(body), (void *)(uintptr_t)body,
				  MHD_RESPMEM_PERSISTENT));
	case ACT_ENDLESS:
		return answer_stream(v, conn, MHD_SIZE_UNKNOWN);
	case ACT_CUT:
	case ACT_STALL:
	case ACT_SLOW:
		return answer_stream(v, conn, strlen(body));
	case ACT_BYTES:
		return answer_bytes(v, conn);
	}
	return MHD_NO;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *conn, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_size, void **state)
{
	struct visit *v = *state;

	if (v == NULL)
		return MHD_NO; /* on_target makes it */
	if (v->method == NULL) {
		v->method = str_dup(method);
		return MHD_YES;
	}
	if (*upload_size > 0) {
		v->body = mem_grow(v->body, v->body_len + *upload_size, 1);
		memcpy(v->body + v->body_len, upload, *upload_size);
		v->body_len += *upload_size;
		*upload_size = 0;
		return MHD_YES;
	}
	take_turn(v, conn);
	return play(v, conn);
}

/* The first thing the library tells: the whole target, query included. */
static void *on_target(void *arg, const char *uri, struct MHD_Connection *conn)
{
	struct visit *v = NEW(struct visit);

	v->acts = arg;
	v->target = str_dup(uri);
	return v;
}

static void on_end(void *arg, struct MHD_Connection *conn, void **state,
		   enum MHD_RequestTerminationCode code)
{
	struct visit *v = *state;

	if (v == NULL)
		return;
	free(v->method);
	free(v->target);
	free(v->body);
	free(v);
	*state = NULL;
}

static struct acts *start(bool tls)
{
	struct acts *a = NEW(struct acts);
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct MHD_OptionItem keys[] = {
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)acts_tls_key },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)acts_tls_certificate },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a->tls = tls;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->stopped, NULL);
	a->daemon = MHD_start_daemon(tls ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, on_request,
				     a, MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_URI_LOG_CALLBACK,
				     on_target, a, MHD_OPTION_NOTIFY_COMPLETED, on_end, a,
				     MHD_OPTION_ARRAY, tls ? keys : keys + 2, MHD_OPTION_END);
	if (a->daemon == NULL)
		mem_die("the test server cannot start");
	return a;
}

struct acts *acts_start(void)
{
	return start(false);
}

struct acts *acts_start_tls(void)
{
	return start(true);
}

const char *acts_certificate(void)
{
	return acts_tls_certificate;
}

void acts_stop(struct acts *a)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stopping = true;
	pthread_cond_broadcast(&a->stopped);
	pthread_mutex_unlock(&a->lock);
	MHD_stop_daemon(a->daemon);
	for (size_t i = 0; i < a->n_asked; i++) {
		free(a->asked[i].method);
		free(a->asked[i].target);
		free(a->asked[i].headers);
		free(a->asked[i].body);
	}
	for (size_t i = 0; i < a->n_acts; i++)
		free((void *)(uintptr_t)a->acts[i].location);
	strs_release(&a->urls);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->stopped);
	free(a);
}

void acts_add(struct acts *a, struct act act)
{
	act.location = str_dup(act.location);
	pthread_mutex_lock(&a->lock);
	if (a->n_acts == MOST_ACTS)
		mem_die("too many acts");
	a->acts[a->n_acts++] = act;
	pthread_mutex_unlock(&a->lock);
}

int acts_port(const struct acts *a)
{
	return MHD_get_daemon_info(a->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

const char *acts_url(struct acts *a, const char *path)
{
	char *url = str_fmt("%s://127.0.0.1:%d%s", a->tls ? "https" : "http", acts_port(a), path);

	strs_add(&a->urls, url);
	free(url);
	return a->urls.v[a->urls.n - 1];
}

size_t acts_count(struct acts *a)
{
	pthread_mutex_lock(&a->lock);
	size_t n = a->n_asked;
	pthread_mutex_unlock(&a->lock);
	return n;
}

const struct acts_request *acts_asked(struct acts *a, size_t i)
{
	static char empty[1];
	static const struct acts_request none = { empty, empty, empty, empty };

	pthread_mutex_lock(&a->lock);
	const struct acts_request *r = i < a->n_asked ? &a->asked[i] : &none;
	pthread_mutex_unlock(&a->lock);
	return r;
}

int acts_dead_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		mem_die("no port for the test");
	return ntohs(at.sin_port); /* stays bound, is never listened on: refused for certain */
}
