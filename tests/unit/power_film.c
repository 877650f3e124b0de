/* A film on a disk that loses power: downloading it, and what must be there afterwards. */
#include "power_world.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/hash.h"
#include "kiyya/str.h"

#define CHUNK ((uint64_t)VAULT_CHUNK)

uint64_t film_chunks(const struct film *f)
{
	return f->size ? (f->size + CHUNK - 1) / CHUNK : 1;
}

static size_t chunk_len(const struct film *f, uint64_t i)
{
	uint64_t rest = f->size - i * CHUNK;
	return rest < CHUNK ? (size_t)rest : VAULT_CHUNK;
}

static void chunk_fill(const struct film *f, uint64_t i, unsigned char *dst)
{
	plain_fill(f->seed, i * CHUNK, dst, chunk_len(f, i));
}

const struct vault_meta film_meta = { .title = "title 0",
				      .duration = INT64_MIN,
				      .release_time = INT64_MIN,
				      .size = INT64_MIN,
				      .last_modified = INT64_MIN };

/* -- running ------------------------------------------------------------------- */

struct front {
	const struct film *film;
	uint64_t i;
};

static void front_is_right(void *arg, const void *data, size_t n)
{
	struct front *front = arg;
	static unsigned char want[VAULT_CHUNK];
	plain_fill(front->film->seed, front->i++ * CHUNK, want, n);
	must(memcmp(want, data, n) == 0);
}

static struct vault_writer *begin(struct world *w, struct film *f, struct err *err)
{
	struct front front = { f, 0 };
	struct err why = { 0 };
	const char *there = world_has(w, f->name)   ? f->name
			    : world_has(w, f->part) ? f->part
						    : NULL;
	struct vault_writer *writer =
	    there ? vault_resume(w->box.v, there, front_is_right, &front, &why) : NULL;
	if (writer || (there && (f->created || why.kind != ERR_DAMAGED))) {
		if (!writer)
			*err = why;
		return writer;
	}
	/* A beginning that nobody was told of: anew. */
	char path[600];
	snprintf(path, sizeof(path), "%s/%s", w->box.vault, f->part);
	if (there && !file_remove(power_io(), path, err))
		return NULL;
	writer = vault_create(w->box.v, f->part, &film_meta,
			      f->late ? SOURCE_SIZE_UNKNOWN : f->size, err);
	f->created = f->created || acked(writer != NULL);
	return writer;
}

static bool sync_film(struct film *f, struct vault_writer *writer, struct err *err)
{
	bool there[FILM_CHUNKS];
	for (uint64_t i = 0; i < film_chunks(f); i++)
		there[i] = vault_has_chunk(writer, i);
	if (!acked(vault_writer_sync(writer, err)))
		return false;
	for (uint64_t i = 0; i < film_chunks(f); i++)
		f->kept[i] = f->kept[i] || there[i];
	return true;
}

static bool learn_size(struct film *f, struct vault_writer *writer, struct err *err)
{
	/* A whole last chunk is written once more, as the last: until the next sync it is nobody's promise. */
	f->kept[film_chunks(f) - 1] = false;
	bool ok = vault_set_size(writer, f->size, err);
	f->sized = f->sized || acked(ok);
	return ok;
}

static bool retitle(struct film *f, struct vault_writer *writer, struct err *err)
{
	char title[40];
	snprintf(title, sizeof(title), "title %u", ++f->title_try);
	struct vault_meta meta = vault_writer_info(writer)->meta;
	meta.title = title;
	if (!acked(vault_set_meta(writer, &meta, err)))
		return false;
	f->title = f->title_try;
	return true;
}

/* The next chunk of some connection: each has a stripe. Chunks of unknown place in the file wait. */
static bool pick(struct world *w, const struct film *f, const struct vault_writer *writer,
		 uint64_t *ret)
{
	uint64_t n = film_chunks(f);
	if (vault_writer_info(writer)->size == SOURCE_SIZE_UNKNOWN)
		n = f->size / CHUNK;
	uint64_t stripe = 1 + luck_below(&w->luck, 3);
	for (uint64_t k = 0, from = luck_below(&w->luck, n + 1) / stripe * stripe; k < n; k++) {
		uint64_t i = (from + k) % n;
		if (!vault_has_chunk(writer, i)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool go_on(struct world *w, struct film *f, struct vault_writer *writer, struct err *err)
{
	static unsigned char chunk[VAULT_CHUNK];
	for (;;) {
		bool known = vault_writer_info(writer)->size != SOURCE_SIZE_UNKNOWN;
		uint64_t i = 0;
		bool more = pick(w, f, writer, &i);
		if (!known && (!more || luck_below(&w->luck, 6) == 0)) {
			if (!learn_size(f, writer, err))
				return false;
			continue;
		}
		if (!more)
			return true;
		chunk_fill(f, i, chunk);
		if (!vault_write_chunk(writer, i, chunk, chunk_len(f, i), err) ||
		    (luck_below(&w->luck, 4) == 0 && !sync_film(f, writer, err)) ||
		    (luck_below(&w->luck, 12) == 0 && !retitle(f, writer, err)))
			return false;
	}
}

bool film_run(struct world *w, struct film *f, struct err *err)
{
	struct vault_writer *writer = begin(w, f, err);
	if (!writer)
		return false;
	for (uint64_t i = 0; i < film_chunks(f); i++)
		must(!f->kept[i] || vault_has_chunk(writer, i));
	struct vault_info info;
	bool ok = go_on(w, f, writer, err) && vault_finish(writer, f->name, &info, err);
	if (acked(ok)) {
		must(info.complete && info.size == f->size);
		f->finished = true;
	}
	vault_writer_free(writer);
	return ok;
}

/* -- checking ------------------------------------------------------------------ */

static void check_hash(const struct film *f, const char *hex)
{
	static unsigned char chunk[VAULT_CHUNK];
	struct hash *h = hash_new(HASH_SHA384);
	for (uint64_t i = 0; i < film_chunks(f); i++) {
		chunk_fill(f, i, chunk);
		hash_add(h, chunk, chunk_len(f, i));
	}
	char want[HASH_HEX_MAX];
	hash_hex(h, want);
	hash_free(h);
	must(str_eq(hex, want));
}

static void check_verdict(struct world *w, const struct film *f, const char *name, bool complete)
{
	struct vault_verdict r;
	must_do(vault_verify(w->box.v, name, true, NULL, &r, err));
	must(!f->created || !str_eq(r.header, "bad"));
	must(!f->finished || w->rewrapping || str_eq(r.header, "ok"));
	for (size_t i = 0; i < r.n_bad; i++)
		must(!complete || (f->was_complete && !f->finished && !f->there[r.bad[i]]));
	if (complete && r.n_bad == 0)
		check_hash(f, r.hash);
	vault_verdict_release(&r);
}

/* The title is the last that was acknowledged or one that was tried since. */
static void check_title(const struct film *f, const char *title)
{
	uint64_t n = 0;
	must(title && strncmp(title, "title ", 6) == 0 && str_to_u64(title + 6, &n));
	must(n >= f->title && n <= f->title_try);
}

static void check_chunks(const struct film *f, struct source *s, bool complete)
{
	static unsigned char want[VAULT_CHUNK], got[VAULT_CHUNK];
	for (uint64_t i = 0; i < film_chunks(f); i++) {
		struct err why = { 0 };
		size_t len = chunk_len(f, i);
		ssize_t n = source_read_at(s, i * CHUNK, got, len, &why);
		chunk_fill(f, i, want);
		must(n <= (ssize_t)len);
		must(n < 0 || memcmp(got, want, (size_t)n) == 0);
		bool right = n == (ssize_t)len;
		if (complete)
			must(right || (f->was_complete && !f->finished && !f->there[i]));
		else
			must(right || (!f->kept[i] && (n >= 0 || why.kind == ERR_UNFINISHED)));
	}
}

void film_check(struct world *w, struct film *f)
{
	bool moves = !str_eq(f->part, f->name);
	bool part = world_has(w, f->part), final = moves && world_has(w, f->name);
	must(!(part && final));
	must(part || final || !f->created);
	must(!f->finished || final || !moves);
	if (!part && !final)
		return;
	const char *name = final ? f->name : f->part;
	struct err why = { 0 };
	struct source *s = vault_open(w->box.v, name, &why);
	if (!s) {
		if (f->created || why.kind != ERR_DAMAGED)
			fail_msg("%s: %s does not open: %s", world_where_text(), name, why.text);
		return;
	}
	const struct vault_info info = *vault_source_info(s);
	must(info.complete || (!final && !f->was_complete && !f->finished));
	must(info.size == f->size || (f->late && !f->sized && info.size == SOURCE_SIZE_UNKNOWN));
	check_title(f, info.meta.title);
	check_chunks(f, s, info.complete);
	check_verdict(w, f, name, info.complete);
	source_free(s);
}
