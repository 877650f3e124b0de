/* What tests of the store need: a folder of their own, a clock to turn, claims made up by number.
 */
#include "store_kit.h"

#include <dirent.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "kiyya/mem.h"

#define START 1700000000

static struct kit *kit_of(const struct clock *c)
{
	return (struct kit *)((char *)(uintptr_t)c - offsetof(struct kit, clock));
}

static int64_t kit_wall(const struct clock *c)
{
	return kit_of(c)->now;
}

static int64_t kit_mono(const struct clock *c)
{
	return kit_of(c)->now * 1000;
}

int kit_setup(void **state)
{
	struct kit *k = NEW(struct kit);
	const char *tmp = getenv("TMPDIR");
	snprintf(k->dir, sizeof(k->dir), "%s/kiyya-store-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(k->dir))
		return -1;
	snprintf(k->db, sizeof(k->db), "%s/kiyya.db", k->dir);
	k->clock = (struct clock){ .wall = kit_wall, .mono_ms = kit_mono };
	k->now = START;
	*state = k;
	kit_reopen(k, NULL);
	return 0;
}

void kit_close(struct kit *k)
{
	store_close(k->store);
	k->store = NULL;
}

void kit_reopen(struct kit *k, char **ret_note)
{
	struct err err = { 0 };
	kit_close(k);
	k->store = store_open(k->db, &k->clock, ret_note, &err);
	if (!k->store)
		fail_msg("%s", err.text);
}

char *kit_path(struct kit *k, const char *name)
{
	return str_fmt("%s/%s", k->dir, name);
}

int kit_teardown(void **state)
{
	struct kit *k = *state;
	kit_close(k);
	DIR *d = opendir(k->dir);
	for (struct dirent *e; d && (e = readdir(d));) {
		char *path = kit_path(k, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
		free(path);
	}
	if (d)
		closedir(d);
	int rc = rmdir(k->dir);
	free(k);
	return rc;
}

static int walk_files(struct kit *k, const char *begins, char **ret_last)
{
	int n = 0;
	DIR *d = opendir(k->dir);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		if (!str_starts(e->d_name, begins))
			continue;
		n++;
		if (ret_last)
			str_set(ret_last, e->d_name);
	}
	closedir(d);
	return n;
}

int kit_count_files(struct kit *k, const char *begins)
{
	return walk_files(k, begins, NULL);
}

char *kit_find_file(struct kit *k, const char *begins)
{
	char *name = NULL;
	walk_files(k, begins, &name);
	char *path = name ? kit_path(k, name) : NULL;
	free(name);
	return path;
}

void kit_id(int n, char id[CLAIM_ID_SIZE])
{
	/* The digits that differ come first and last, so that prefixes are short and unique. */
	snprintf(id, CLAIM_ID_SIZE, "%08x%024x%08x", (unsigned)n * 2654435761u, 0u, (unsigned)n);
}

struct claim *kit_add_claim(struct page *p, int n)
{
	struct claim *c = page_add(p);
	char text[200];
	kit_id(n, c->id);
	kit_id(n, c->stream_id);
	kit_id(1000000 + n % 3, c->channel_id);
	c->kind = CLAIM_VIDEO;
	snprintf(text, sizeof(text), "Film number %d of the évening", n);
	c->title = arena_str(p->arena, text);
	snprintf(text, sizeof(text), "film-%d", n);
	c->name = arena_str(p->arena, text);
	snprintf(text, sizeof(text), "@channel%d", n % 3);
	c->channel_name = arena_str(p->arena, text);
	c->description = arena_str(p->arena, "First line\nsecond line");
	snprintf(text, sizeof(text), "lbry://@channel%d#a/film-%d#%x", n % 3, n, n % 16);
	c->url = arena_str(p->arena, text);
	c->media_type = "video/mp4";
	c->thumbnail_url = "https://thumbs.example/1.jpg";
	c->tags = arena_take(p->arena, 2 * sizeof(*c->tags));
	c->tags[0] = "movie";
	c->tags[1] = n % 2 ? "comedy" : "action";
	c->n_tags = 2;
	c->sources = arena_take(p->arena, sizeof(*c->sources));
	c->sources[0] =
	    (struct claim_source){ "original", "video/mp4", "https://player.example/x.mp4" };
	c->n_sources = 1;
	memset(c->sd_hash, 'a', SD_HASH_LEN);
	memset(c->source_hash, 'b', SD_HASH_LEN);
	c->release_time = START - n * 60;
	c->duration = 90 + n;
	c->size = 1000000 + n;
	c->playable = true;
	return c;
}

struct page *kit_page(int from, int to)
{
	struct page *p = page_new();
	for (int n = from; n < to; n++)
		kit_add_claim(p, n);
	return p;
}

void kit_download(struct download *d, int n)
{
	download_init(d);
	kit_id(n, d->claim_id);
	kit_id(n, d->stream_id);
	str_copy(d->quality, sizeof(d->quality), "original");
	d->title = str_fmt("Film %d", n);
	d->channel = str_dup("@channel");
	d->media_type = str_dup("video/mp4");
	d->url = str_dup("https://player.example/x.mp4");
	d->size = 5000 + n;
}

void kit_copy(struct copy *c, int n, const char *quality)
{
	copy_init(c);
	kit_id(n, c->claim_id);
	str_copy(c->quality, sizeof(c->quality), quality);
	c->title = str_fmt("Film %d", n);
	c->channel = str_dup("@channel");
	c->media_type = str_dup("video/mp4");
	c->file = str_fmt("%08x%s.kv", n, quality);
	memset(c->file_id, 'c', sizeof(c->file_id) - 1);
	c->size = 5000 + n;
	c->generation = 3;
	c->complete = true;
	c->publisher_hash = str_dup("match");
}

static sqlite3 *open_raw(struct kit *k)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(k->db, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

void kit_sql(struct kit *k, const char *sql)
{
	sqlite3 *db = open_raw(k);
	char *why = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
}

int64_t kit_number(struct kit *k, const char *sql)
{
	sqlite3 *db = open_raw(k);
	sqlite3_stmt *q;
	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return n;
}

void kit_assert_sound(struct kit *k)
{
	char *text = NULL;
	struct err err = { 0 };
	if (!store_check(k->store, &text, &err))
		fail_msg("%s", err.text);
	assert_string_equal(text, "ok");
	free(text);
}

bool kit_tidy(struct store *s, enum store_tidy_what what, int64_t limit, struct err *err)
{
	struct store_tidy t = { .what = what, .limit = limit };
	bool more = true;
	while (more)
		if (!store_cache_tidy(s, &t, &more, err))
			return false;
	return true;
}
