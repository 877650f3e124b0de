/* What the cache costs with many claims: filling it, opening it, paging, and searching as one types.
 *
 *	bench_cache [CLAIMS [DIR]]        100000 claims in a new folder below DIR (TMPDIR, /tmp)
 *
 * Prints a line a measurement: what, how often, p50 p90 p99 and the longest, in milliseconds, and
 * p99 of the processor's time, which a busy machine does not stretch. The words of the claims follow
 * Zipf's law, so that some are in nearly every claim and most in few. */
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "kiyya/mem.h"
#include "kiyya/query.h"
#include "kiyya/store.h"
#include "store/claim_row.h"
#include "store/room.h"
#include "store/schema.h"

#define VOCABULARY 20000
#define CHANNELS   2000
#define LIST_ROWS  100000 /* of the long list that is paged */
#define BATCH      1000
#define FIRST_TIME 1400000000
#define PAGE       50
#define COMPARED   50000 /* claims that are filled in by plain SQL, too */
#define KEY        "a long list"
#define FILL_SEED  7

struct bench {
	char dir[512], db[600];
	char words[VOCABULARY][16];
	uint64_t random;
	long claims;
	struct store *store;
};

static double clock_ms(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double now_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

static void must(bool ok, const struct err *err)
{
	if (ok)
		return;
	fprintf(stderr, "bench_cache: %s\n", err->text);
	exit(1);
}

/* splitmix64: the same numbers at every run. */
static uint64_t next_random(struct bench *b)
{
	uint64_t z = (b->random += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static double uniform(struct bench *b)
{
	return (double)(next_random(b) >> 11) / (double)(UINT64_C(1) << 53);
}

/* -- claims ------------------------------------------------------------------------------------ */

static void make_words(struct bench *b)
{
	static const char *const syllables[] = {
		"re", "ven", "ge",  "st", "or", "mi",  "ka", "lo",
		"ta", "na",  "sha", "do", "pe", "qui", "um", "el"
	};
	for (int i = 0; i < VOCABULARY; i++) {
		/* What is said often is short. */
		int n = i < 200 ? 1 + (i & 1) : 2 + (int)(next_random(b) % 3);
		b->words[i][0] = '\0';
		for (int k = 0; k < n; k++) {
			size_t len = strlen(b->words[i]);
			snprintf(b->words[i] + len, sizeof(b->words[i]) - len, "%s",
				 syllables[next_random(b) % 16]);
		}
	}
}

/* Rank r comes about 1/r as often as rank 1. */
static const char *any_word(struct bench *b)
{
	int rank = (int)pow(VOCABULARY, uniform(b)) - 1;
	return b->words[rank < VOCABULARY ? rank : VOCABULARY - 1];
}

static const char *sentence(struct bench *b, struct arena *a, int n)
{
	char text[1024];
	size_t len = 0;
	for (int i = 0; i < n && len + 20 < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? " " : "",
					any_word(b));
	return arena_str(a, text);
}

static void make_id(uint64_t n, char id[CLAIM_ID_SIZE])
{
	snprintf(id, CLAIM_ID_SIZE, "%016llx%024llx", (unsigned long long)(n * 0x9e3779b97f4a7c15u),
		 (unsigned long long)n);
}

/* Claim number n of the channel n % CHANNELS; a later number is a later release. */
static void add_claim(struct bench *b, struct page *p, long n)
{
	struct claim *c = page_add(p);
	char text[80];
	make_id((uint64_t)n, c->id);
	make_id((uint64_t)(n % CHANNELS) + (UINT64_C(1) << 40), c->channel_id);
	memcpy(c->stream_id, c->id, sizeof(c->id));
	c->kind = CLAIM_VIDEO;
	const char *title = sentence(b, p->arena, 5);
	if (n % 10 == 0) {
		char *episode = str_fmt("%s S%02ldE%02ld", title, n / 10 % 9 + 1, n / 90 % 30 + 1);
		title = arena_str(p->arena, episode);
		free(episode);
	}
	c->title = title;
	snprintf(text, sizeof(text), "@%s%ld", b->words[n % CHANNELS], n % CHANNELS);
	c->channel_name = arena_str(p->arena, text);
	snprintf(text, sizeof(text), "lbry://video-%ld#%.8s", n, c->id);
	c->url = arena_str(p->arena, text);
	c->description = sentence(b, p->arena, 50);
	c->media_type = "video/mp4";
	c->thumbnail_url = "https://thumbs.example/0123456789abcdef.jpg";
	c->tags = arena_take(p->arena, 3 * sizeof(*c->tags));
	for (c->n_tags = 0; c->n_tags < 3; c->n_tags++)
		c->tags[c->n_tags] = any_word(b);
	c->sources = arena_take(p->arena, sizeof(*c->sources));
	c->sources[0] = (struct claim_source){ "original", "video/mp4",
					       "https://player.example/v6/streams/x.mp4" };
	c->n_sources = 1;
	memset(c->sd_hash, 'a', SD_HASH_LEN);
	memset(c->source_hash, 'b', SD_HASH_LEN);
	c->release_time = FIRST_TIME + n * 300;
	c->duration = 60 + (int64_t)(next_random(b) % 7200);
	c->size = 100000000;
	c->playable = true;
}

static struct page *make_page(struct bench *b, long from, long n)
{
	struct page *p = page_new();
	for (long i = from; i < from + n; i++)
		add_claim(b, p, i);
	return p;
}

/* -- measurements ------------------------------------------------------------------------------ */

struct span {
	double ms, cpu;
};
struct times {
	double *ms, *cpu; /* owned */
	size_t n;
};

static struct span begin(void)
{
	return (struct span){ now_ms(), clock_ms(CLOCK_THREAD_CPUTIME_ID) };
}

static void note_times(struct times *t, double ms, double cpu)
{
	t->ms = mem_grow(t->ms, t->n + 1, sizeof(*t->ms));
	t->cpu = mem_grow(t->cpu, t->n + 1, sizeof(*t->cpu));
	t->cpu[t->n] = cpu;
	t->ms[t->n++] = ms;
}

static void end(struct times *t, struct span begun)
{
	struct span now = begin();
	note_times(t, now.ms - begun.ms, now.cpu - begun.cpu);
}

static int compare_ms(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Of n sorted numbers. */
static double at_share(const double *v, size_t n, double share)
{
	return v[(size_t)(share * (double)(n - 1) + 0.5)];
}

/* Prints and empties; returns the median. */
static double print_times(struct times *t, const char *what)
{
	qsort(t->ms, t->n, sizeof(*t->ms), compare_ms);
	qsort(t->cpu, t->n, sizeof(*t->cpu), compare_ms);
	double median = at_share(t->ms, t->n, 0.5);
	printf("%-32s %5zu  p50 %8.3f  p90 %8.3f  p99 %8.3f  max %8.3f ms  p99 cpu %8.3f\n", what,
	       t->n, median, at_share(t->ms, t->n, 0.9), at_share(t->ms, t->n, 0.99),
	       t->ms[t->n - 1], at_share(t->cpu, t->n, 0.99));
	fflush(stdout);
	free(t->ms);
	free(t->cpu);
	*t = (struct times){ 0 };
	return median;
}

static void open_store(struct bench *b)
{
	struct err err = { 0 };
	b->store = store_open(b->db, clock_real(), NULL, &err);
	must(b->store != NULL, &err);
}

/* -- filling ----------------------------------------------------------------------------------- */

static void put_batch(struct bench *b, const struct page *p)
{
	struct err err = { 0 };
	must(store_cache_put(b->store, NULL, p, 0, false, false, &err), &err);
}

static void add_span(struct span *sum, struct span begun)
{
	struct span now = begin();
	sum->ms += now.ms - begun.ms;
	sum->cpu += now.cpu - begun.cpu;
}

#define AS_NAME(column, kind, member) #column ", "
#define AS_MARK(column, kind, member) "?, "

static const char insert_trigger[] =
    "CREATE TRIGGER plain_insert AFTER INSERT ON content_cache BEGIN"
    "	INSERT INTO content_search (rowid, title, channel_name, tags, description)"
    "	VALUES (new.id, new.title, new.channel_name, new.tags, new.description);"
    "END";

/* The same rows by a plain INSERT of all columns, in transactions of the same size, with the trigger
 * that FTS5's documentation shows: what SQLite itself takes. */
static void insert_rows(struct store *s, const struct page *p, int64_t first_row)
{
	struct err err = { 0 };
	must(tx_begin(s, TX_LAZY, &err), &err);
	for (size_t i = 0; i < p->n; i++) {
		const struct claim *c = &p->items[i];
		struct sql_value v[CLAIM_N_FIELDS + 9];
		char *tags = claim_row_tags(c), *sources = claim_row_sources(c);
		const struct sql_value more[] = {
			sql_text("video"), sql_text(tags),       sql_text(sources),
			sql_text(c->url),  sql_text(c->sd_hash), sql_int(1),
			sql_int(1),        sql_int(1),           sql_int(first_row + (int64_t)i),
		};
		claim_row_values(c, v);
		memcpy(v + CLAIM_N_FIELDS, more, sizeof(more));
		must(sql_run_values(s, &err,
				    "INSERT INTO content_cache (claim_id, " CLAIM_FIELDS(AS_NAME) //
				    "kind, tags, sources, url_key, content_hash, changed_at, "
				    "fetched_at, last_used, id) VALUES (?, " CLAIM_FIELDS(
					AS_MARK) "?, ?, ?, ?, ?, ?, ?, ?, ?)",
				    v, CLAIM_N_FIELDS + 9),
		     &err);
		free(tags);
		free(sources);
	}
	must(tx_end(s, true, &err), &err);
}

/* What was filled in without the index, word by word it would take the better part of an hour. */
static void index_all(struct bench *b)
{
	struct err err = { 0 };
	double begun = now_ms();
	must(tx_begin(b->store, TX_LAZY, &err), &err);
	must(tx_end(b->store, search_index_make(b->store, &err), &err), &err);
	printf("index of %ld claims made anew: %.1f s\n", b->claims, (now_ms() - begun) / 1e3);
}

/* The same claims come once more, in the list that is paged later. */
static void fill_list(struct bench *b)
{
	struct err err = { 0 };
	long rows = b->claims < LIST_ROWS ? b->claims : LIST_ROWS;
	uint64_t random = b->random;
	double spent = 0;
	b->random = FILL_SEED;
	for (long at = 0; at < rows; at += BATCH) {
		struct page *p = make_page(b, at, rows - at < BATCH ? rows - at : BATCH);
		double begun = now_ms();
		must(store_cache_put(b->store, KEY, p, at, at == 0, false, &err), &err);
		spent += now_ms() - begun;
		page_free(p);
	}
	b->random = random;
	printf("fetched again, unchanged: %.0f claims/s\n", (double)rows / spent * 1e3);
}

/* Both take turns, batch by batch, so that what else the machine does hits both alike. */
static void bench_fill(struct bench *b)
{
	char *path = str_fmt("%s/plain.db", b->dir);
	struct err err = { 0 };
	struct store *plain = store_open(path, clock_real(), NULL, &err);
	must(plain != NULL, &err);
	must(sql_script(plain, insert_trigger, &err), &err);
	struct span ours = { 0 }, theirs = { 0 }, rest = { 0 };
	b->random = FILL_SEED;
	for (long at = 0; at < b->claims; at += BATCH) {
		long n = b->claims - at < BATCH ? b->claims - at : BATCH;
		struct page *p = make_page(b, at, n);
		bool compared = at < COMPARED;
		if (at == COMPARED)
			must(search_index_suspend(b->store, &err), &err);
		struct span begun = begin();
		put_batch(b, p);
		add_span(compared ? &ours : &rest, begun);
		begun = begin();
		if (compared)
			insert_rows(plain, p, at + 1);
		add_span(&theirs, begun);
		page_free(p);
	}
	store_close(plain);
	free(path);
	if (b->claims > COMPARED)
		index_all(b);
	fill_list(b);
	double n = (double)(b->claims < COMPARED ? b->claims : COMPARED);
	printf("fill, the first %.0f: %.0f claims/s, plain INSERT with triggers %.0f/s: "
	       "ratio %.2f, of processor time %.2f\n",
	       n, n / ours.ms * 1e3, n / theirs.ms * 1e3, theirs.ms / ours.ms,
	       theirs.cpu / ours.cpu);
	if (rest.ms > 0)
		printf("fill, the others, without the index: %.0f claims/s\n",
		       (double)(b->claims - COMPARED) / rest.ms * 1e3);
	fflush(stdout);
}

/* -- reading ----------------------------------------------------------------------------------- */

static void bench_open(struct bench *b)
{
	struct times t = { 0 };
	struct err err = { 0 };
	for (int i = 0; i < 50; i++) {
		store_close(b->store);
		struct span begun = begin();
		open_store(b);
		struct page *p = store_cache_page(b->store, KEY, 0, PAGE, &err);
		must(p != NULL, &err);
		end(&t, begun);
		page_free(p);
	}
	print_times(&t, "open and first page");
}

static void bench_pages(struct bench *b)
{
	struct times t = { 0 };
	struct err err = { 0 };
	long rows = b->claims < LIST_ROWS ? b->claims : LIST_ROWS;
	for (int i = 0; i < 2000; i++) {
		int64_t first = (int64_t)(next_random(b) % (uint64_t)(rows - PAGE));
		struct span begun = begin();
		struct page *p = store_cache_page(b->store, KEY, first, PAGE, &err);
		must(p != NULL, &err);
		end(&t, begun);
		page_free(p);
	}
	print_times(&t, "any page of 50");
}

static void bench_gateway_page(struct bench *b)
{
	struct times t = { 0 };
	struct err err = { 0 };
	for (int i = 0; i < 200; i++) {
		struct page *p = make_page(b, b->claims + i * PAGE, PAGE);
		char *key = str_fmt("new %d", i);
		struct span begun = begin();
		must(store_cache_put(b->store, key, p, 0, true, false, &err), &err);
		end(&t, begun);
		free(key);
		page_free(p);
	}
	print_times(&t, "gateway page of 50, new, stored");
}

/* -- searching --------------------------------------------------------------------------------- */

static void find_once(struct finder *f, const char *text, enum find_how how, struct times *t)
{
	struct err err = { 0 };
	struct query q;
	struct span begun = begin();
	must(query_parse(&q, text, how == FIND_TYPING, &err), &err);
	struct page *p = store_find(f, &q, how, 20, &err);
	must(p != NULL, &err);
	end(t, begun);
	page_free(p);
	query_release(&q);
}

/* A person types one or two words, and each letter from the second on asks. */
static void bench_typing(struct bench *b, struct finder *f)
{
	struct times by_length[5] = { 0 }, all = { 0 };
	for (int i = 0; i < 300; i++) {
		char *text = str_fmt("%s %s", any_word(b), any_word(b));
		size_t len = strlen(text);
		for (size_t n = 2; n <= len; n++) {
			char *typed = str_dupn(text, n);
			bool second = strchr(typed, ' ') != NULL;
			size_t kind = second ? 4 : n > 4 ? 3 : n - 2;
			find_once(f, typed, FIND_TYPING, &by_length[kind]);
			note_times(&all, by_length[kind].ms[by_length[kind].n - 1],
				   by_length[kind].cpu[by_length[kind].n - 1]);
			free(typed);
		}
		free(text);
	}
	static const char *const names[] = { "  2 letters", "  3 letters", "  4 letters",
					     "  5 and more", "  a second word" };
	print_times(&all, "search as one types");
	for (int i = 0; i < 5; i++)
		if (by_length[i].n)
			print_times(&by_length[i], names[i]);
}

static void bench_words(struct bench *b, struct finder *f)
{
	struct times t = { 0 };
	for (int i = 0; i < 300; i++) {
		char *text = str_fmt("%s %s", any_word(b), any_word(b));
		find_once(f, text, FIND_WORDS, &t);
		free(text);
	}
	print_times(&t, "search, two whole words");
	for (int i = 0; i < 100; i++) {
		char *text = str_fmt("%s s%de%d", any_word(b), i % 9 + 1, i % 30 + 1);
		find_once(f, text, FIND_WORDS, &t);
		free(text);
	}
	print_times(&t, "search, a word and an episode");
	for (int i = 0; i < 100; i++) {
		char *text = str_fmt("%s dur:>90m", any_word(b));
		find_once(f, text, FIND_WORDS, &t);
		free(text);
	}
	print_times(&t, "search, a word and a filter");
}

/* The question that newsboat asks: every row, newest first. */
static void bench_like(struct bench *b)
{
	sqlite3 *db;
	sqlite3_stmt *q;
	struct times like = { 0 }, ours = { 0 };
	struct err err = { 0 };
	struct finder *f = store_find_open(b->db, clock_real(), &err);
	must(f != NULL, &err);
	if (sqlite3_open_v2(b->db, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db,
			       "SELECT id, title FROM content_cache WHERE title LIKE ?1 OR "
			       "description LIKE ?1 ORDER BY release_time DESC LIMIT 20",
			       -1, &q, NULL) != SQLITE_OK)
		exit(1);
	for (int i = 0; i < 20; i++) {
		const char *word = any_word(b);
		char *pattern = str_fmt("%%%s%%", word);
		struct span begun = begin();
		sqlite3_bind_text(q, 1, pattern, -1, SQLITE_STATIC);
		while (sqlite3_step(q) == SQLITE_ROW)
			;
		sqlite3_reset(q);
		end(&like, begun);
		find_once(f, word, FIND_TYPING, &ours);
		free(pattern);
	}
	sqlite3_finalize(q);
	sqlite3_close(db);
	store_find_close(f);
	double theirs = print_times(&like, "the same words by LIKE '%word%'");
	printf("LIKE takes %.0f times as long\n", theirs / print_times(&ours, "  by the index"));
}

/* Pages of this process that are in memory. */
static void print_memory(void)
{
	long pages = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (!f)
		return;
	if (fscanf(f, "%ld %ld", &pages, &resident) == 2)
		printf("resident memory with both connections open: %.1f MB\n",
		       (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6);
	fclose(f);
}

static void read_and_search(struct bench *b)
{
	struct err err = { 0 };
	struct finder *f;
	bench_open(b);
	bench_pages(b);
	f = store_find_open(b->db, clock_real(), &err);
	must(f != NULL, &err);
	bench_typing(b, f);
	bench_words(b, f);
	print_memory();
	store_find_close(f);
	bench_gateway_page(b);
	bench_like(b);
}

static void remove_folder(struct bench *b)
{
	static const char *const names[] = { "kiyya.db", "kiyya.db-wal", "kiyya.db-shm",
					     "plain.db", "plain.db-wal", "plain.db-shm" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = str_fmt("%s/%s", b->dir, names[i]);
		unlink(path);
		free(path);
	}
	rmdir(b->dir);
}

/* Reading is measured in a process that has not filled anything: its memory is a reader's. */
static void begin_anew(struct bench *b, char **argv)
{
	char *claims = str_fmt("%ld", b->claims);
	char *const again[] = { argv[0], claims, b->dir, (char *)"read", NULL };
	store_close(b->store);
	execv("/proc/self/exe", again);
	perror("bench_cache: beginning anew");
	exit(1);
}

int main(int argc, char **argv)
{
	struct bench *b = NEW(struct bench);
	int64_t claims = 100000;
	const char *base = argc > 2 ? argv[2] : getenv("TMPDIR");
	if (argc > 1 && (!str_to_i64(argv[1], &claims) || claims < 1000 || claims > 10000000)) {
		fprintf(stderr, "bench_cache [CLAIMS [DIR]]\n");
		return 2;
	}
	b->claims = (long)claims;
	b->random = 42;
	bool reading = argc > 3;
	snprintf(b->dir, sizeof(b->dir), "%s%s", base ? base : "/tmp",
		 reading ? "" : "/kiyya-bench-XXXXXX");
	if (!reading && !mkdtemp(b->dir)) {
		perror(b->dir);
		return 1;
	}
	snprintf(b->db, sizeof(b->db), "%s/kiyya.db", b->dir);
	make_words(b);
	open_store(b);
	if (!reading) {
		printf("%ld claims of about 60 words, %s, SQLite %s\n", b->claims, b->dir,
		       store_library_version());
		bench_fill(b);
		begin_anew(b, argv);
	}
	read_and_search(b);
	store_close(b->store);
	remove_folder(b);
	free(b);
	return 0;
}
