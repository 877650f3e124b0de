/* Asks servers for what they have, and says how long it took; and what opening the same chunks costs without a server.
 *
 *	bench_server get URL N          milliseconds until N connections together have all of it, each
 *	bench_server ranges URL COUNT   microseconds of a range of 64 KiB at a random place, on one kept connection: the median
 *	bench_server open FILE MIB N    milliseconds until N threads together have opened so much, each; FILE is made
 *	bench_server port               a port that nobody uses
 *
 * tests/bench/run.sh lets the servers take turns. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "kiyya/aead.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"

#define CHUNK  65536u
#define RECORD (AEAD_NONCE + CHUNK + AEAD_TAG)
#define MOST   16

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_server: %s\n", what);
	exit(1);
}

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* -- a client ---------------------------------------------------------------------------------- */

struct client {
	int fd, port;
	char path[512], buf[256 * 1024];
};

static struct client *client_new(const char *url)
{
	struct client *c = NEW(struct client);
	if (sscanf(url, "http://127.0.0.1:%d%511s", &c->port, c->path) != 2)
		die("an address is http://127.0.0.1:PORT/PATH");
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)c->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		die("no connection");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	return c;
}

static void client_free(struct client *c)
{
	close(c->fd);
	free(c);
}

/* The whole answer, whose body's length it returns. */
static uint64_t receive(struct client *c)
{
	size_t have = 0;
	char *end = NULL;
	while (!end) {
		ssize_t n = read(c->fd, c->buf + have, sizeof(c->buf) - 1 - have);
		if (n <= 0)
			die("the server hung up");
		have += (size_t)n;
		c->buf[have] = '\0';
		end = strstr(c->buf, "\r\n\r\n");
	}
	const char *length = strcasestr(c->buf, "\r\nContent-Length:");
	if (!length || length > end || strncmp(c->buf, "HTTP/1.1 20", 11) != 0)
		die("not the answer that was hoped for");
	uint64_t body = strtoull(length + strlen("\r\nContent-Length:"), NULL, 10);
	uint64_t left = body - (have - (size_t)(end + 4 - c->buf));
	while (left > 0) {
		ssize_t n = read(c->fd, c->buf, sizeof(c->buf));
		if (n <= 0)
			die("the server hung up in the middle");
		left -= (uint64_t)n;
	}
	return body;
}

static uint64_t get(struct client *c, uint64_t first, uint64_t last)
{
	char request[1024], range[64] = "";
	if (last)
		snprintf(range, sizeof(range), "Range: bytes=%llu-%llu\r\n",
			 (unsigned long long)first, (unsigned long long)last);
	int n =
	    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n",
		     c->path, c->port, range);
	if (write(c->fd, request, (size_t)n) != n)
		die("the server does not listen");
	return receive(c);
}

/* -- what is timed ------------------------------------------------------------------------------- */

struct job {
	void (*run)(struct job *j);
	struct client *client;
	const char *file;
	uint64_t chunks;
};

static void *run_job(void *arg)
{
	struct job *j = arg;
	j->run(j);
	return NULL;
}

static double run_together(struct job jobs[MOST], int n)
{
	pthread_t threads[MOST];
	double begun = now_us();
	for (int i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, run_job, &jobs[i]) != 0)
			die("no thread");
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return (now_us() - begun) / 1000;
}

static void get_all(struct job *j)
{
	get(j->client, 0, 0);
}

static void bench_get(const char *url, int n)
{
	struct job jobs[MOST];
	for (int i = 0; i < n; i++)
		jobs[i] = (struct job){ .run = get_all, .client = client_new(url) };
	printf("%.1f\n", run_together(jobs, n));
	for (int i = 0; i < n; i++)
		client_free(jobs[i].client);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* No range begins where a chunk does. */
static void bench_ranges(const char *url, size_t count)
{
	struct client *c = client_new(url);
	double *us = mem_array(count, sizeof(*us));
	uint64_t random = UINT64_C(0x2545f4914f6cdd1d), size = 0;
	if (get(c, 0, 1) != 2)
		die("no ranges here");
	const char *of = strcasestr(c->buf, "Content-Range:");
	if (of && (of = strchr(of, '/')))
		size = strtoull(of + 1, NULL, 10);
	if (size < 4 * CHUNK)
		die("the item is too small");
	for (size_t i = 0; i < count; i++) {
		random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		uint64_t first = (random >> 20) % (size - CHUNK);
		first += first % CHUNK == 0;
		double begun = now_us();
		if (get(c, first, first + CHUNK - 1) != CHUNK)
			die("a range of another length");
		us[i] = now_us() - begun;
	}
	qsort(us, count, sizeof(*us), by_size);
	printf("%.1f\n", us[count / 2]);
	free(us);
	client_free(c);
}

/* -- without a server ---------------------------------------------------------------------------- */

static const unsigned char key[AEAD_KEY], nonce[AEAD_NONCE];
static const struct aead_under under = { key, nonce, "", 0 };

/* The same record again and again. */
static void make_file(const char *file, uint64_t chunks)
{
	unsigned char *record = mem_new(RECORD);
	struct aead *aead = aead_new(NULL);
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (!aead || fd < 0)
		die("nothing to seal with, or to");
	aead_seal(aead, &under, record + AEAD_NONCE, CHUNK, record + AEAD_NONCE);
	for (uint64_t i = 0; i < chunks; i++)
		if (write(fd, record, RECORD) != (ssize_t)RECORD)
			die("the disk is full");
	close(fd);
	aead_free(aead);
	free(record);
}

static void open_all(struct job *j)
{
	unsigned char *record = mem_new(RECORD);
	struct aead *aead = aead_new(NULL);
	int fd = open(j->file, O_RDONLY | O_CLOEXEC);
	if (!aead || fd < 0)
		die("nothing to open with, or from");
	for (uint64_t i = 0; i < j->chunks; i++)
		if (pread(fd, record, RECORD, (off_t)(i * RECORD)) != (ssize_t)RECORD ||
		    !aead_open(aead, &under, record + AEAD_NONCE, CHUNK, record + AEAD_NONCE))
			die("a record does not open");
	close(fd);
	aead_free(aead);
	free(record);
}

static void bench_open(const char *file, uint64_t mib, int n)
{
	struct job jobs[MOST];
	uint64_t chunks = (mib << 20) / CHUNK;
	if (access(file, R_OK) != 0)
		make_file(file, chunks);
	for (int i = 0; i < n; i++)
		jobs[i] = (struct job){ .run = open_all, .file = file, .chunks = chunks };
	printf("%.1f\n", run_together(jobs, n));
}

static void say_free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		die("no port");
	printf("%d\n", ntohs(at.sin_port));
	close(fd);
}

static int number(const char *text, int most)
{
	uint64_t n;
	if (!str_to_u64(text, &n) || n < 1 || n > (uint64_t)most)
		die("a number is too small, too large, or none");
	return (int)n;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	if (argc == 4 && str_eq(what, "get"))
		bench_get(argv[2], number(argv[3], MOST));
	else if (argc == 4 && str_eq(what, "ranges"))
		bench_ranges(argv[2], (size_t)number(argv[3], 1000000));
	else if (argc == 5 && str_eq(what, "open"))
		bench_open(argv[2], (uint64_t)number(argv[3], 1 << 20), number(argv[4], MOST));
	else if (argc == 2 && str_eq(what, "port"))
		say_free_port();
	else
		die("get URL N | ranges URL COUNT | open FILE MIB N | port");
	return 0;
}
