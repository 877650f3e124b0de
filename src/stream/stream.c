/* The local server: start, stop, and what it hands out. */
#include "kiyya/stream.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "conns.h"
#include "grant.h"
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "serve.h"
#include "target.h"

/* Above what may read, so that the one too many gets an answer (503) and not a reset. */
#define CONNECTIONS_MOST (2u * CONNS_READING_MOST)
/* For one request's line and headers and one response's headers. */
#define CONNECTION_MEMORY (32u * 1024)
#define THREAD_STACK      (512u * 1024)
#define UNSENT_MOST       (256 * 1024) /* bytes */

struct stream {
	struct MHD_Daemon *daemon;
	struct server server;
};

static void on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct stream *s = cls;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		conns_closed(s->server.conns, *socket_context);
		return;
	}
	int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	/* Else the last few bytes of a range wait 40 ms for the client's acknowledgement of the
	 * rest. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	/* Nothing is lost on the way; what paces itself for a far line, as BBR does, is slower here. */
	setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", sizeof("reno") - 1);
	/* A player that wants little and goes elsewhere leaves no more than that unsent in the socket, and the block behind it:
	 * what is opened and never seen takes the processor of its first frame. */
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &(int){ UNSENT_MOST }, sizeof(int));
	*socket_context = conns_opened(s->server.conns, fd);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **state,
			 enum MHD_RequestTerminationCode code)
{
	struct stream *s = cls;
	conns_done(s->server.conns, serve_conn(mhd));
}

PRINTF_LIKE(2, 0) static void on_log(void *cls, const char *fmt, va_list ap)
{
	char line[256];
	vsnprintf(line, sizeof(line), fmt, ap);
	line[strcspn(line, "\r\n")] = '\0';
	log_debug("stream", NULL, "%s", line);
}

/* A socket of our own making, so that a port in use has its sentence. */
static int listen_on(int port, int *ret_port, struct err *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		err_sys(err, "opening the local server");
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, SOMAXCONN) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
		err_sys(err, "opening the local server on 127.0.0.1:%d", port);
		close(fd);
		return -1;
	}
	*ret_port = ntohs(at.sin_port);
	return fd;
}

static struct MHD_Daemon *start_daemon(struct stream *s, int fd)
{
	/* A thread for each connection: reading a source may wait for a download. */
	return MHD_start_daemon(
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
		MHD_USE_ERROR_LOG,
	    0, NULL, NULL, serve_request, &s->server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MOST,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_THREAD_STACK_SIZE, (size_t)THREAD_STACK, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_END);
}

static void stream_free(struct stream *s)
{
	conns_free(s->server.conns);
	grants_free(s->server.grants);
	free(s);
}

struct stream *stream_start(int port, const struct clock *clock, struct err *err)
{
	if (port < 0 || port > 65535) {
		err_set(err, ERR_USAGE, 0, "there is no port %d", port);
		return NULL;
	}
	struct stream *s = NEW(struct stream);
	s->server.grants = grants_new(clock);
	s->server.conns = conns_new(clock, err);
	int fd = s->server.conns ? listen_on(port, &s->server.port, err) : -1;
	if (fd >= 0) {
		s->daemon = start_daemon(s, fd);
		if (s->daemon)
			return s;
		close(fd);
		err_set(err, ERR_INTERNAL, 0, "the local server could not be started");
	}
	stream_free(s);
	return NULL;
}

void stream_stop(struct stream *s)
{
	if (!s)
		return;
	grants_cancel_all(s->server.grants);
	conns_cut(s->server.conns, NULL);
	MHD_stop_daemon(s->daemon);
	stream_free(s);
}

int stream_port(const struct stream *s)
{
	return s->server.port;
}

size_t stream_open_requests(struct stream *s)
{
	return conns_reading(s->server.conns);
}

char *stream_grant(struct stream *s, struct stream_item *item, struct err *err)
{
	char token[TOKEN_LEN + 1];
	if (!grants_add(s->server.grants, item, token, err))
		return NULL;
	return str_fmt("http://127.0.0.1:%d/movies/%s", s->server.port, token);
}

static const char *token_of(const char *url)
{
	const char *slash = url ? strrchr(url, '/') : NULL;
	return slash && str_is_hex(slash + 1, TOKEN_LEN) ? slash + 1 : NULL;
}

bool stream_trouble(struct stream *s, const char *url, struct err *ret)
{
	const char *token = token_of(url);
	struct grant *g = token ? grants_find(s->server.grants, token) : NULL;
	bool any = g && grant_trouble(g, ret);
	grant_unref(g);
	return any;
}

void stream_withdraw(struct stream *s, const char *url)
{
	const char *token = token_of(url);
	struct grant *g = token ? grants_take(s->server.grants, token) : NULL;
	if (!g)
		return;
	grant_cancel(g);
	conns_cut(s->server.conns, g);
	grant_unref(g);
}

const char *stream_library_version(void)
{
	return MHD_get_version();
}
