/* What the cache costs with many claims: filling it, opening it, paging, and searching as one types.
 *
 *	bench_cache [CLAIMS [FOLDER [PART...]]]      1000000 claims, 4 GB of disk
 *
 * With a FOLDER the database stays in it for the next run; parts are fill open pages typing words store
 * like, all of them if none is named. Prints Markdown, a line a measurement: how often, and p50, p90,
 * p99 and the longest in milliseconds, and p99 of the processor's time, which a busy machine does not
 * stretch. */
#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "bench_claims.h"
#include "bench_times.h"
#include "kiyya/mem.h"
#include "kiyya/query.h"
#include "kiyya/store.h"
#include "store/claim_row.h"
#include "store/room.h"
#include "store/schema.h"

#define PAGE     50
#define COMPARED 30000 /* claims that are filled in by plain SQL, too */
#define BATCH    1000  /* of those, a transaction */
#define BUILT    20000 /* of the large database, a transaction */
#define KEY      "a long list"

struct bench {
	const char *folder; /* borrowed */
	char *db;           /* owned */
	long claims;
	int64_t in_list; /* claims of the long list, oldest first */
	struct maker make;
	struct store *store;
};

static void must(bool ok, const struct err *err)
{
	if (ok)
		return;
	fprintf(stderr, "bench_cache: %s\n", err->text);
	exit(1);
}

/* -- what is measured ---------------------------------------------------------------------------- */

static double file_gb(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? (double)st.st_size / 1e9 : 0;
}

/* How busy the machine is, too, and whether this program goes before all others. */
static void print_head(const struct bench *b)
{
	double load = 0;
	getloadavg(&load, 1);
	printf("%ld claims of about 60 words, the file (%.1f GB) in the kernel's cache, SQLite %s; "
	       "load of "
	       "the machine %.1f%s.\n\n"
	       "| %ld claims | times | p50 ms | p90 | p99 | longest | p99 of processor time |\n"
	       "| --- | --- | --- | --- | --- | --- | --- |\n",
	       b->claims, file_gb(b->db), store_library_version(), load,
	       sched_getscheduler(0) == SCHED_FIFO
		   ? ", but this goes before all others (SCHED_FIFO)"
		   : "",
	       b->claims);
}

static struct store *open_store(const char *path)
{
	struct err err = { 0 };
	struct store *s = store_open(path, clock_real(), NULL, &err);
	must(s != NULL, &err);
	return s;
}

static struct finder *open_finder(const struct bench *b)
{
	struct err err = { 0 };
	struct finder *f = store_find_open(b->db, clock_real(), &err);
	must(f != NULL, &err);
	return f;
}

static void remove_database(const char *path)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		char *file = str_fmt("%s%s", path, tails[i]);
		unlink(file);
		free(file);
	}
}

/* -- the database ------------------------------------------------------------------------------ */

/* Into memory first, and the index at last: what stands in the file is the same. */
static void build(struct bench *b)
{
	struct err err = { 0 };
	char *path = str_fmt("%s.new", b->db);
	double begun = clock_ms(CLOCK_MONOTONIC);
	remove_database(path);
	struct store *s = open_store(path);
	must(sql_script(
		 s,
		 "PRAGMA journal_mode = MEMORY; PRAGMA cache_size = -2000000;"
		 "INSERT INTO content_search (content_search, rank) VALUES ('hashsize', 16777216)",
		 &err),
	     &err);
	s->searchable = false;
	for (long at = 0; at < b->claims; at += BUILT) {
		struct page *p =
		    maker_page(&b->make, at, b->claims - at < BUILT ? b->claims - at : BUILT);
		must(store_cache_put(s, KEY, p, at, false, false, &err), &err);
		must(sql_script(s, "PRAGMA synchronous = OFF", &err), &err);
		page_free(p);
	}
	double filled = clock_ms(CLOCK_MONOTONIC);
	must(sql_script(
		 s,
		 "INSERT INTO content_search (content_search) VALUES ('rebuild');"
		 "INSERT INTO content_search (content_search, rank) VALUES ('hashsize', 1048576)",
		 &err),
	     &err);
	store_close(s);
	if (rename(path, b->db) != 0)
		perror(path);
	free(path);
	fprintf(stderr, "bench_cache: %ld claims made in %.0f s, their index in %.0f s\n",
		b->claims, (filled - begun) / 1e3, (clock_ms(CLOCK_MONOTONIC) - filled) / 1e3);
}

/* -- filling ----------------------------------------------------------------------------------- */

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

static void settle_all(struct settler *z, struct times *t)
{
	struct err err = { 0 };
	for (bool more = true; more;) {
		struct span begun = span_begin();
		must(store_settle(z, &more, &err), &err);
		times_end(t, begun);
	}
}

static struct settler *open_settler(const char *path)
{
	struct err err = { 0 };
	struct settler *z = store_settler_open(path, &err);
	must(z != NULL, &err);
	return z;
}

/* Both take turns, batch by batch, so that what else the machine does hits both alike. */
static void bench_fill(struct bench *b)
{
	struct err err = { 0 };
	struct span ours = { 0 }, theirs = { 0 };
	char *paths[] = { str_fmt("%s/fill.db", b->folder), str_fmt("%s/plain.db", b->folder) };
	remove_database(paths[0]);
	remove_database(paths[1]);
	struct store *s = open_store(paths[0]), *plain = open_store(paths[1]);
	must(sql_script(plain, insert_trigger, &err), &err);
	struct settler *z = open_settler(paths[0]);
	struct times settling = { 0 };
	for (long at = 0; at < COMPARED; at += BATCH) {
		struct page *p = maker_page(&b->make, at, BATCH);
		struct span begun = span_begin();
		must(store_cache_put(s, NULL, p, 0, false, false, &err), &err);
		settle_all(z, &settling); /* the peer does it within */
		span_add(&ours, begun);
		begun = span_begin();
		insert_rows(plain, p, at + 1);
		span_add(&theirs, begun);
		page_free(p);
	}
	printf("Filling in %d claims, %d at a time: %.0f a second; by plain INSERT with FTS5's "
	       "triggers %.0f: **%.2f** times as fast (%.2f in processor time).\n\n",
	       COMPARED, BATCH, COMPARED / ours.ms * 1e3, COMPARED / theirs.ms * 1e3,
	       theirs.ms / ours.ms, theirs.cpu / ours.cpu);
	fflush(stdout);
	times_release(&settling);
	store_settler_close(z);
	store_close(s);
	store_close(plain);
	for (size_t i = 0; i < 2; i++) {
		remove_database(paths[i]);
		free(paths[i]);
	}
}

/* -- reading ----------------------------------------------------------------------------------- */

static void read_page(struct bench *b, int64_t first)
{
	struct err err = { 0 };
	struct page *p = store_cache_page(b->store, KEY, first, PAGE, &err);
	must(p != NULL && p->n == PAGE, &err);
	page_free(p);
}

static void bench_open(struct bench *b)
{
	struct times t = { 0 };
	for (int i = 0; i < 200; i++) {
		store_close(b->store);
		struct span begun = span_begin();
		b->store = open_store(b->db);
		read_page(b, 0);
		times_end(&t, begun);
	}
	times_print(&t, "open and first page");
}

static void bench_pages(struct bench *b)
{
	struct times t = { 0 };
	for (int i = 0; i < 5000; i++) {
		uint64_t pages = (uint64_t)(b->in_list - PAGE + 1);
		int64_t first = (int64_t)(maker_random(&b->make) % pages);
		struct span begun = span_begin();
		read_page(b, first);
		times_end(&t, begun);
	}
	times_print(&t, "any page of 50");
}

static void bench_store(struct bench *b)
{
	struct times t = { 0 }, settling = { 0 };
	struct err err = { 0 };
	struct store_cache_stats stats;
	struct settler *z = open_settler(b->db);
	must(store_cache_stats(b->store, &stats, &err), &err);
	for (int i = 0; i < 400; i++) {
		struct page *p = maker_page(&b->make, (long)stats.claims + i * PAGE, PAGE);
		char *key = str_fmt("new %d", i);
		struct span begun = span_begin();
		must(store_cache_put(b->store, key, p, 0, true, false, &err), &err);
		times_end(&t, begun);
		settle_all(z, &settling);
		free(key);
		page_free(p);
	}
	times_print(&t, "gateway page of 50, new, stored");
	times_print(&settling, "— behind it, by a chore: a bite of merging");
	memory_print("after storing");
	store_settler_close(z);
}

/* -- searching --------------------------------------------------------------------------------- */

static void find_once(struct finder *f, const char *text, enum find_how how, struct times *t)
{
	struct err err = { 0 };
	struct query q;
	struct span begun = span_begin();
	must(query_parse(&q, text, how == FIND_TYPING, &err), &err);
	struct page *p = store_find(f, &q, how, 20, &err);
	must(p != NULL, &err);
	times_end(t, begun);
	page_free(p);
	query_release(&q);
}

/* A person types one or two words, and each letter from the second on asks. */
static void bench_typing(struct bench *b)
{
	struct finder *f = open_finder(b);
	struct times by_length[5] = { 0 }, all = { 0 };
	for (int i = 0; i < 300; i++) {
		char *text = str_fmt("%s %s", maker_word(&b->make), maker_word(&b->make));
		size_t len = strlen(text);
		for (size_t n = 2; n <= len; n++) {
			char *typed = str_dupn(text, n);
			bool second = strchr(typed, ' ') != NULL;
			size_t kind = second ? 4 : n > 4 ? 3 : n - 2;
			find_once(f, typed, FIND_TYPING, &by_length[kind]);
			times_note(&all, by_length[kind].ms[by_length[kind].n - 1],
				   by_length[kind].cpu[by_length[kind].n - 1]);
			free(typed);
		}
		free(text);
	}
	static const char *const names[] = { "— 2 letters", "— 3 letters", "— 4 letters",
					     "— 5 and more", "— a second word" };
	times_print(&all, "search as one types");
	for (int i = 0; i < 5; i++)
		if (by_length[i].n)
			times_print(&by_length[i], names[i]);
	memory_print("while searching");
	store_find_close(f);
}

static void bench_words(struct bench *b)
{
	struct finder *f = open_finder(b);
	struct times t = { 0 };
	for (int i = 0; i < 300; i++) {
		char *text = str_fmt("%s %s", maker_word(&b->make), maker_word(&b->make));
		find_once(f, text, FIND_WORDS, &t);
		free(text);
	}
	times_print(&t, "search, two whole words");
	for (int i = 0; i < 100; i++) {
		char *text = str_fmt("%s s%de%d", maker_word(&b->make), i % 9 + 1, i % 30 + 1);
		find_once(f, text, FIND_WORDS, &t);
		free(text);
	}
	times_print(&t, "search, a word and an episode");
	for (int i = 0; i < 100; i++) {
		char *text = str_fmt("%s dur:>90m", maker_word(&b->make));
		find_once(f, text, FIND_WORDS, &t);
		free(text);
	}
	times_print(&t, "search, a word and a filter");
	store_find_close(f);
}

/* The question that newsboat asks: every row, newest first. */
static void bench_like(struct bench *b)
{
	sqlite3 *db;
	sqlite3_stmt *q;
	struct times like = { 0 }, ours = { 0 };
	struct finder *f = open_finder(b);
	if (sqlite3_open_v2(b->db, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db,
			       "SELECT id, title FROM content_cache WHERE title LIKE ?1 OR "
			       "description LIKE ?1 ORDER BY release_time DESC LIMIT 20",
			       -1, &q, NULL) != SQLITE_OK)
		exit(1);
	for (int i = 0; i < 10; i++) {
		const char *word = maker_word(&b->make);
		char *pattern = str_fmt("%%%s%%", word);
		struct span begun = span_begin();
		sqlite3_bind_text(q, 1, pattern, -1, SQLITE_STATIC);
		while (sqlite3_step(q) == SQLITE_ROW)
			;
		sqlite3_reset(q);
		times_end(&like, begun);
		find_once(f, word, FIND_TYPING, &ours);
		free(pattern);
	}
	sqlite3_finalize(q);
	sqlite3_close(db);
	store_find_close(f);
	double theirs = times_print(&like, "search for a word by LIKE '%word%'");
	printf("\nLIKE takes **%.0f** times as long.\n",
	       theirs / times_print(&ours, "— the same words by the index"));
}

/* -- all of it ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(struct bench *b);
} parts[] = {
	{ "open", bench_open },   { "pages", bench_pages }, { "typing", bench_typing },
	{ "words", bench_words }, { "store", bench_store }, { "like", bench_like },
};
#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

static bool wants(char **names, const char *name)
{
	bool any = !*names;
	for (; *names; names++)
		any = any || str_eq(*names, name);
	return any;
}

/* In a process of its own, so that the memory of reading is a reader's. */
static void run_aside(void (*run)(struct bench *b), struct bench *b)
{
	int status = 1;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		run(b);
		exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		exit(1);
}

/* Else the first part would measure the disk. */
static void warm(struct bench *b)
{
	char *block = mem_array(1 << 20, 1);
	int fd = open(b->db, O_RDONLY);
	while (fd >= 0 && read(fd, block, 1 << 20) > 0)
		;
	if (fd >= 0)
		close(fd);
	free(block);
}

static void read_parts(struct bench *b, char **names)
{
	struct err err = { 0 };
	struct store_list list;
	run_aside(warm, b);
	b->store = open_store(b->db);
	must(store_cache_list(b->store, KEY, &list, &err), &err);
	b->in_list = list.count;
	b->make.random = 42;
	print_head(b);
	for (size_t i = 0; i < N_PARTS; i++)
		if (wants(names, parts[i].name))
			parts[i].run(b);
	store_close(b->store);
}

static void run_parts(struct bench *b, char **names)
{
	if (wants(names, "fill"))
		run_aside(bench_fill, b);
	if (access(b->db, F_OK) != 0)
		run_aside(build, b);
	bool reads = false;
	for (size_t i = 0; i < N_PARTS; i++)
		reads = reads || wants(names, parts[i].name);
	if (reads)
		read_parts(b, names);
}

int main(int argc, char **argv)
{
	int64_t claims = 1000000;
	char folder[512];
	const char *tmp = getenv("TMPDIR");
	bool keep = argc > 2;
	if (argc > 1 && (!str_to_i64(argv[1], &claims) || claims < 1000 || claims > 10000000)) {
		fprintf(stderr, "bench_cache [CLAIMS [FOLDER [PART...]]]\n");
		return 2;
	}
	snprintf(folder, sizeof(folder), "%s%s",
		 keep  ? argv[2]
		 : tmp ? tmp
		       : "/tmp",
		 keep ? "" : "/kiyya-bench-XXXXXX");
	if (!keep && !mkdtemp(folder)) {
		perror(folder);
		return 1;
	}
	struct bench *b = NEW(struct bench);
	b->folder = folder;
	b->claims = (long)claims;
	b->db = str_fmt("%s/%ld.db", folder, b->claims);
	maker_begin(&b->make);
	run_parts(b, argv + (keep ? 3 : argc));
	if (!keep) {
		remove_database(b->db);
		rmdir(folder);
	}
	free(b->db);
	free(b);
	return 0;
}
