/* The local server over the vault and over plain files: the table of ranges over finished and over arriving ones, and many
 * readers of one sealed file at once. */
#include "vault_support.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "backend/arrival.h"
#include "backend/partfile.h"
#include "http_wire.h"
#include "kiyya/clock.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/stream.h"
#include "odd_source.h"
#include "range_table.h"

#define READERS   64u
#define ROUNDS    12u
#define FILM_SEED 5u
#define FILM_SIZE (UINT64_C(120) << 20)
#define RANGE_MAX 300000u
#define GROWS_MAX (24u << 20)

/* -- the table ------------------------------------------------------------------------------------ */

static void put_chunk(void *arg, uint64_t off, const void *data, size_t n)
{
	check_ok(vault_write_chunk(arg, off / VAULT_CHUNK, data, n, err));
}

/* The small ones are finished; of the one of 5 GiB only the records are there that are asked for. */
static struct source *sealed_file(void *arg, const struct table_file *f)
{
	struct box *b = arg;
	struct vault_meta meta = { .title = f->name };
	char name[32];
	snprintf(name, sizeof(name), "%s.kyv", f->name);
	struct vault_writer *w;
	struct source *s;
	check_ok(w = vault_create(b->v, name, &meta, f->size, err));
	table_fill(f, put_chunk, w);
	if (vault_have_bytes(w) == f->size)
		check_ok(vault_finish(w, name, NULL, err));
	vault_writer_free(w);
	check_ok(s = vault_open(b->v, name, err));
	return s;
}

static void test_table(void **state)
{
	struct served s;
	table_serve(&s, sealed_file, *state);
	table_check(&s);
	table_stop(&s);
}

/* -- the table, over plain files ------------------------------------------------------------------- */

static void put_plain(void *arg, uint64_t off, const void *data, size_t n)
{
	if (n) /* an empty file has no chunk */
		check_ok(part_write(arg, off / VAULT_CHUNK, data, n, err));
}

/* The small ones are whole; of the one of 5 GiB only the chunks are there that are asked for. */
static struct source *plain_file(void *arg, const struct table_file *f)
{
	struct box *b = arg;
	char name[40], last[32];
	snprintf(last, sizeof(last), "%s.plain", f->name);
	snprintf(name, sizeof(name), "%s.part", last);
	struct part *p = part_new(TABLE_ETAG, f->size);
	struct part_writer *w;
	struct source *s;
	check_ok(w = part_create(p, b->vault, name, NULL, err));
	table_fill(f, put_plain, w);
	bool whole = part_have(p) == f->size;
	if (whole)
		check_ok(part_finish(w, last, err));
	part_close(w);
	check_ok(s = part_open(p, b->vault, whole ? last : name, err));
	part_unref(p);
	return s;
}

static void test_plain_table(void **state)
{
	struct served s;
	table_serve(&s, plain_file, *state);
	table_check(&s);
	table_stop(&s);
}

/* -- the table, while it comes --------------------------------------------------------------------- */

/* A download that fetches nothing but what is waited for. */
struct coming {
	struct box *box;
	bool plain;
	struct wake wake;
	struct one {
		const struct table_file *file;
		struct vault_writer *writer; /* this, */
		struct part *part;           /* or these */
		struct part_writer *part_writer;
		struct arrival *arrival;
	} one[TABLE_FILES];
	size_t n;
	atomic_bool stop;
	atomic_uint fetched;
};

static bool is_there(struct one *o, uint64_t i)
{
	struct chunkset there = { 0 };
	if (o->writer)
		return vault_has_chunk(o->writer, i);
	part_there(o->part, &there);
	bool has = chunkset_has(&there, i);
	chunkset_release(&there);
	return has;
}

static void fetch_chunk(struct coming *c, struct one *o, uint64_t i)
{
	unsigned char chunk[VAULT_CHUNK];
	uint64_t off = i * VAULT_CHUNK;
	size_t n = o->file->size - off < VAULT_CHUNK ? (size_t)(o->file->size - off) : VAULT_CHUNK;
	if (is_there(o, i)) { /* the wish was older than what came */
		arrival_came(o->arrival);
		return;
	}
	for (size_t k = 0; k < n; k++)
		chunk[k] = odd_byte(off + k);
	check_ok(o->writer ? vault_write_chunk(o->writer, i, chunk, n, err)
			   : part_write(o->part_writer, i, chunk, n, err));
	atomic_fetch_add(&c->fetched, 1);
	arrival_came(o->arrival);
}

static void *fetch_wishes(void *arg)
{
	struct coming *c = arg;
	uint64_t wishes[ARRIVAL_WISHES];
	while (!atomic_load(&c->stop)) {
		struct pollfd p = { .fd = c->wake.read_fd, .events = POLLIN };
		poll(&p, 1, -1);
		wake_clear(&c->wake);
		for (size_t i = 0; i < c->n; i++) {
			size_t n = arrival_wishes(c->one[i].arrival, wishes);
			while (n)
				fetch_chunk(c, &c->one[i], wishes[--n]);
		}
	}
	return NULL;
}

static struct source *coming_file(void *arg, const struct table_file *f)
{
	struct coming *c = arg;
	struct one *o = &c->one[c->n++];
	struct vault_meta meta = { .title = f->name };
	struct source *s;
	char name[40];
	snprintf(name, sizeof(name), "%s%s.part", f->name, c->plain ? ".plain" : "");
	o->file = f;
	o->arrival = arrival_new(&c->wake);
	if (c->plain) {
		o->part = part_new(TABLE_ETAG, f->size);
		check_ok(o->part_writer = part_create(o->part, c->box->vault, name, NULL, err));
		check_ok(s = part_open(o->part, c->box->vault, name, err));
	} else {
		check_ok(o->writer = vault_create(c->box->v, name, &meta, f->size, err));
		check_ok(s = vault_open(c->box->v, name, err));
	}
	return arrival_open(o->arrival, s);
}

static void check_table_while_it_comes(struct box *box, bool plain)
{
	struct coming c = { .box = box, .plain = plain };
	struct served s;
	pthread_t thread;
	atomic_init(&c.stop, false);
	atomic_init(&c.fetched, 0);
	wake_init(&c.wake);
	table_serve(&s, coming_file, &c);
	assert_int_equal(pthread_create(&thread, NULL, fetch_wishes, &c), 0);
	table_check(&s);
	/* One of each small file that has bytes, and the two of the large one that are asked for. */
	assert_int_equal(atomic_load(&c.fetched), 3 + 2);
	table_stop(&s);
	atomic_store(&c.stop, true);
	wake_up(&c.wake);
	pthread_join(thread, NULL);
	for (size_t i = 0; i < c.n; i++) {
		vault_writer_free(c.one[i].writer);
		part_close(c.one[i].part_writer);
		part_unref(c.one[i].part);
		arrival_unref(c.one[i].arrival);
	}
	wake_release(&c.wake);
}

static void test_table_while_it_comes(void **state)
{
	check_table_while_it_comes(*state, false);
}

static void test_plain_table_while_it_comes(void **state)
{
	check_table_while_it_comes(*state, true);
}

/* -- many readers --------------------------------------------------------------------------------- */

struct crowd {
	int port;
	char path[64];
	pthread_barrier_t together;
};
struct reader {
	struct crowd *crowd;
	uint64_t random;
	bool wrong;
};

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static bool range_is_right(int fd, struct reader *r)
{
	static const char ask[] =
	    "GET %s HTTP/1.1\r\nHost: localhost\r\nRange: bytes=%" PRIu64 "-%" PRIu64 "\r\n\r\n";
	uint64_t first = next_random(&r->random) % (FILM_SIZE - RANGE_MAX);
	size_t n = 1 + (size_t)(next_random(&r->random) % RANGE_MAX);
	wire_sendf(fd, ask, r->crowd->path, first, first + n - 1);
	struct wire_reply reply;
	wire_receive(fd, false, &reply);
	unsigned char *want = mem_array(n, 1);
	plain_fill(FILM_SEED, first, want, n);
	bool right = reply.status == 206 && reply.body_len == n && memcmp(reply.body, want, n) == 0;
	free(want);
	wire_reply_release(&reply);
	return right;
}

/* Nobody goes on before all are there, so that all of them read at once. */
static void *read_ranges(void *arg)
{
	struct reader *r = arg;
	int fd = wire_connect(r->crowd->port);
	for (unsigned i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(&r->crowd->together);
		r->wrong = !range_is_right(fd, r) || r->wrong;
	}
	close(fd);
	return NULL;
}

/* The readers' process: it begins before the server's has threads, and hears the address. Ends with the number of readers
 * that got something else. */
static int be_the_crowd(int from)
{
	struct crowd crowd = { 0 };
	char url[128] = "";
	if (read(from, url, sizeof(url) - 1) <= 0 ||
	    sscanf(url, "http://127.0.0.1:%d%63s", &crowd.port, crowd.path) != 2)
		return 255;
	struct reader readers[READERS];
	pthread_t threads[READERS];
	pthread_barrier_init(&crowd.together, NULL, READERS);
	int wrong = 0;
	for (unsigned i = 0; i < READERS; i++) {
		readers[i] =
		    (struct reader){ &crowd, UINT64_C(0x2545f4914f6cdd1d) * (i + 1), false };
		if (pthread_create(&threads[i], NULL, read_ranges, &readers[i]) != 0)
			return 254;
	}
	for (unsigned i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		wrong += readers[i].wrong;
	}
	return wrong;
}

/* Bytes; the most since begin_watching. */
static uint64_t resident(const char *field)
{
	char line[256];
	uint64_t kib = 0;
	FILE *f = fopen("/proc/self/status", "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (str_starts(line, field))
			kib = strtoull(strchr(line, ':') + 1, NULL, 10);
	fclose(f);
	return kib << 10;
}

static bool begin_watching(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "we");
	bool ok = f && fputs("5", f) >= 0;
	return f && fclose(f) == 0 && ok;
}

static void test_many_readers(void **state)
{
	struct box *b = *state;
	int pipe_fds[2];
	assert_int_equal(pipe(pipe_fds), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(pipe_fds[1]);
		_exit(be_the_crowd(pipe_fds[0]));
	}
	close(pipe_fds[0]);
	plain_seal(b, "film.kyv", FILM_SEED, FILM_SIZE);
	struct stream *stream;
	struct stream_item item = { .last_modified = TIME_UNKNOWN };
	check_ok(stream = stream_start(0, clock_real(), err));
	check_ok(item.source = vault_open(b->v, "film.kyv", err));
	char *url;
	check_ok(url = stream_grant(stream, &item, err));

	bool watched = begin_watching();
	uint64_t before = resident("VmRSS:");
	assert_int_equal(write(pipe_fds[1], url, strlen(url)), strlen(url));
	close(pipe_fds[1]);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	uint64_t grown = resident(watched ? "VmHWM:" : "VmRSS:") - before;
	print_message("%u readers: %.1f MiB more\n", READERS, (double)grown / 1048576);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_in_range(grown, 0, GROWS_MAX);
#endif
	stream_stop(stream);
	free(url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, box_setup, box_teardown),
		cmocka_unit_test_setup_teardown(test_table_while_it_comes, box_setup, box_teardown),
		cmocka_unit_test_setup_teardown(test_plain_table, box_setup, box_teardown),
		cmocka_unit_test_setup_teardown(test_plain_table_while_it_comes, box_setup,
						box_teardown),
		cmocka_unit_test_setup_teardown(test_many_readers, box_setup, box_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
