/* A stand-in for the gateway, the search service and the player host, for tests and for the demo.
 *
 *	fixture_gateway --media DIR [--gateways N] [--port N] [--claims N] [--marked FILE] …
 *
 * Listens on 127.0.0.1 only, prints "port A B C" when it is ready, and ends on SIGTERM, on POST
 * /_quit or, with --until-eof, when its standard input closes. Every port is a gateway and a search
 * service over the same catalogue; the player host that claims point at is on the first. How to make
 * it misbehave and to read what it was asked: control.c. --tls FILE, a certificate and its key: the
 * last of the ports speaks TLS.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "kiyya/file.h"
#include "kiyya/mem.h"

#define BODY_MAX (1u << 20)
#define PEM_MAX  (64u << 10)

struct options {
	const char *media, *catalog, *marked, *tls;
	uint64_t port, gateways, claims, ties, rate, each;
	bool rate_limit, until_eof;
};

/* -- one request ------------------------------------------------------------------------------ */

static const struct {
	const char *prefix;
	enum where where;
	enum MHD_Result (*serve)(struct request *rq);
} places[] = {
	{ "/api/v1/proxy", WHERE_GATEWAY, serve_gateway },
	{ "/api/v2/status", WHERE_GATEWAY, serve_gateway },
	{ "/search", WHERE_SEARCH, serve_search },
	{ "/livestream/is_live", WHERE_LIVE, serve_live },
	{ "/content/", WHERE_LIVE, serve_live },
	{ "/v6/", WHERE_PLAYER, serve_player },
	{ "/speech/", WHERE_PLAYER, serve_player },
	{ "/_", WHERE_CONTROL, serve_control },
};

const char *request_header(const struct request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->connection, MHD_HEADER_KIND, name);
}

const char *request_argument(const struct request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->connection, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result serve(struct request *rq)
{
	struct fixture *f = rq->at->fixture;
	size_t i = 0, n = sizeof(places) / sizeof(places[0]);
	while (i < n && !str_starts(rq->path, places[i].prefix))
		i++;
	rq->where = i < n ? places[i].where : WHERE_OTHER;
	if (rq->where == WHERE_CONTROL)
		return places[i].serve(rq);

	rq->line = record_begin(f->record, rq->at->index, rq->where, rq->method, rq->target);
	record_connection(f->record, rq->line, rq->conn->number);
	record_range(f->record, rq->line, request_header(rq, MHD_HTTP_HEADER_RANGE));
	record_from(f->record, rq->line, request_header(rq, MHD_HTTP_HEADER_REFERER),
		    request_header(rq, MHD_HTTP_HEADER_ORIGIN));
	char *words = str_fmt("%s %s", rq->method, rq->target);
	if (acts_take(f->acts, rq->where, rq->at->index, words, &rq->act))
		record_act(f->record, rq->line, act_word(rq->act.kind));
	free(words);
	if (act_answers(rq->act.kind))
		return serve_act(rq);
	if (i == n)
		return reply_text(rq, 404, TEXT_PLAIN, "404 page not found\n", NULL);
	return places[i].serve(rq);
}

static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct request *rq = NEW(struct request);
	*rq = (struct request){ .at = cls, .target = str_dup(target), .connection = connection };
	buf_init(&rq->body, BODY_MAX);
	return rq;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *data,
				  size_t *data_size, void **con_cls)
{
	struct request *rq = *con_cls;
	if (!rq->started) {
		rq->started = true;
		rq->conn = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			       ->socket_context;
		return MHD_YES;
	}
	if (*data_size > 0) {
		if (!buf_add(&rq->body, data, *data_size))
			return MHD_NO;
		*data_size = 0;
		return MHD_YES;
	}
	rq->path = path;
	rq->method = method;
	return serve(rq);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
			 enum MHD_RequestTerminationCode why)
{
	struct request *rq = *con_cls;
	if (rq == NULL)
		return;
	if (rq->line != NULL)
		record_end(rq->at->fixture->record, rq->line);
	if (rq->last)
		fixture_stop(rq->at->fixture);
	buf_release(&rq->body);
	free(rq->target);
	free(rq);
	*con_cls = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct endpoint *e = cls;
	struct conn *c = *socket_context;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		pace_free(c->pace);
		free(c);
		return;
	}
	int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	/* Else the end of each range waits 40 ms for an acknowledgement. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	c = NEW(struct conn);
	c->number = atomic_fetch_add(&e->fixture->accepted, 1) + 1;
	*socket_context = c;
}

/* -- listening -------------------------------------------------------------------------------- */

/* A small send buffer, so that the bytes counted as sent are nearly those that arrived. */
static bool listen_on(uint16_t port, int *ret_fd, uint16_t *ret_port, struct err *err)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(a);
	int on = 1, send_buffer = 128 << 10;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, "making a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(send_buffer));
	if (bind(fd, (struct sockaddr *)&a, len) != 0 || listen(fd, 128) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
		err_sys(err, "listening on 127.0.0.1:%u", port);
		close(fd);
		return false;
	}
	*ret_fd = fd;
	*ret_port = ntohs(a.sin_port);
	return true;
}

/* pem: a certificate and its key, one after the other: then this one speaks TLS. */
static bool start_endpoint(struct endpoint *e, const char *pem, struct err *err)
{
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)pem },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)pem },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags =
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
	e->daemon = MHD_start_daemon(
	    pem ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, on_request, NULL,
	    MHD_OPTION_LISTEN_SOCKET, e->fd, MHD_OPTION_URI_LOG_CALLBACK, on_target, e,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, e, MHD_OPTION_ARRAY, pem ? tls : tls + 2, MHD_OPTION_END);
	if (e->daemon == NULL)
		return err_set(err, ERR_INTERNAL, 0, "the server did not start");
	e->fd = -1; /* the daemon closes it */
	return true;
}

/* -- start and stop --------------------------------------------------------------------------- */

static struct fixture *fixture_new(const struct options *o)
{
	struct fixture *f = NEW(struct fixture);
	f->catalog = catalog_new();
	f->acts = acts_new();
	f->record = record_new();
	f->throttle = pace_new((int64_t)o->rate);
	atomic_init(&f->each, (long long)o->each);
	f->visits = o->rate_limit ? visits_new() : NULL;
	f->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (f->stop_fd < 0)
		mem_die("no descriptor to stop by");
	return f;
}

void fixture_stop(struct fixture *f)
{
	eventfd_write(f->stop_fd, 1);
}

static void stop_endpoint(struct endpoint *e)
{
	if (e->daemon != NULL)
		MHD_stop_daemon(e->daemon);
	if (e->fd >= 0)
		close(e->fd);
}

static void fixture_free(struct fixture *f)
{
	fixture_stop(f);
	for (size_t i = 0; i < f->n_endpoints; i++)
		stop_endpoint(&f->endpoints[i]);
	visits_free(f->visits);
	pace_free(f->throttle);
	record_free(f->record);
	acts_free(f->acts);
	catalog_free(f->catalog);
	close(f->stop_fd);
	free(f);
}

static bool fill_catalog(struct fixture *f, const struct options *o, struct err *err)
{
	char *table = o->catalog != NULL ? str_dup(o->catalog)
		      : o->media != NULL ? str_fmt("%s/catalog.tsv", o->media)
					 : NULL;
	bool ok = table == NULL || catalog_load(f->catalog, table, o->media, err);
	free(table);
	catalog_add_many(f->catalog, (size_t)o->claims, (int64_t)o->ties);
	return ok && (o->marked == NULL || catalog_add_marked(f->catalog, o->marked, err));
}

/* All ports are known before the first request can come: what claims point at never changes. */
static bool start_all(struct fixture *f, const struct options *o, struct err *err)
{
	for (int i = 0; i < (int)o->gateways; i++) {
		struct endpoint *e = &f->endpoints[i];
		*e = (struct endpoint){ .fixture = f, .index = i, .fd = -1 };
		f->n_endpoints++;
		if (!listen_on((uint16_t)(o->port == 0 ? 0 : o->port + (uint64_t)i), &e->fd,
			       &e->port, err))
			return false;
	}
	snprintf(f->player_url, sizeof(f->player_url), "http://127.0.0.1:%u", f->endpoints[0].port);
	struct buf pem;
	if (o->tls != NULL && !file_read_all(o->tls, PEM_MAX, &pem, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < f->n_endpoints; i++) {
		bool secure = o->tls != NULL && i + 1 == f->n_endpoints;
		ok = start_endpoint(&f->endpoints[i], secure ? pem.data : NULL, err);
	}
	if (o->tls != NULL)
		buf_release(&pem);
	if (!ok)
		return false;
	printf("port");
	for (size_t i = 0; i < f->n_endpoints; i++)
		printf(" %u", f->endpoints[i].port);
	printf("\n");
	fflush(stdout);
	return true;
}

/* Until somebody says so. */
static void wait_for_end(const struct fixture *f, const struct options *o, int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = f->stop_fd, .events = POLLIN },
		{ .fd = o->until_eof ? STDIN_FILENO : -1, .events = POLLIN },
	};
	for (;;) {
		char drop[256];
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents != 0 || fds[1].revents != 0)
			return;
		if (fds[2].revents != 0 && read(STDIN_FILENO, drop, sizeof(drop)) <= 0)
			return;
	}
}

static _Noreturn void usage(void)
{
	fputs("usage: fixture_gateway [--media DIR] [--catalog FILE] [--marked FILE] [--claims N]\n"
	      "\t[--ties N] [--tls FILE] [--gateways N] [--port N] [--rate BYTES] [--each BYTES] "
	      "[--rate-limit] [--until-eof]\n",
	      stderr);
	exit(2);
}

static void read_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "media", required_argument, NULL, 'm' },
		{ "catalog", required_argument, NULL, 'c' },
		{ "marked", required_argument, NULL, 'k' },
		{ "claims", required_argument, NULL, 'n' },
		{ "ties", required_argument, NULL, 't' },
		{ "gateways", required_argument, NULL, 'g' },
		{ "port", required_argument, NULL, 'p' },
		{ "tls", required_argument, NULL, 's' },
		{ "rate", required_argument, NULL, 'r' },
		{ "each", required_argument, NULL, 'a' },
		{ "rate-limit", no_argument, NULL, 'l' },
		{ "until-eof", no_argument, NULL, 'e' },
		{ 0 },
	};
	int c;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		const char **text = c == 'm'   ? &o->media
				    : c == 'c' ? &o->catalog
				    : c == 'k' ? &o->marked
				    : c == 's' ? &o->tls
					       : NULL;
		uint64_t *number = c == 'n'   ? &o->claims
				   : c == 'g' ? &o->gateways
				   : c == 'p' ? &o->port
				   : c == 'r' ? &o->rate
				   : c == 'a' ? &o->each
				   : c == 't' ? &o->ties
					      : NULL;
		if (text != NULL)
			*text = optarg;
		else if (number != NULL && !str_to_u64(optarg, number))
			usage();
		o->rate_limit |= c == 'l';
		o->until_eof |= c == 'e';
		if (c == '?')
			usage();
	}
	if (optind != argc || o->ties < 1 || o->gateways < 1 || o->gateways > ENDPOINTS_MAX ||
	    o->port + o->gateways > UINT16_MAX || o->claims > 100000)
		usage();
}

int main(int argc, char **argv)
{
	struct options o = { .gateways = 1, .ties = 1 };
	struct err err = { 0 };
	sigset_t ends;
	read_options(&o, argc, argv);
	/* Before the first thread, so that all of them leave the signals to the descriptor. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	int signals = signalfd(-1, &ends, SFD_CLOEXEC);

	struct fixture *f = fixture_new(&o);
	bool ok = fill_catalog(f, &o, &err) && start_all(f, &o, &err);
	if (ok)
		wait_for_end(f, &o, signals);
	else
		fprintf(stderr, "fixture_gateway: %s\n", err.text);
	fixture_free(f);
	close(signals);
	return ok ? 0 : 1;
}
