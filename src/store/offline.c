/* What is in the vault: one row for each copy. */
#include <stdlib.h>
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/path.h"
#include "queue_row.h"
#include "room.h"
#include "row.h"
#include "stmt.h"

/* X(member and column, kind); the row's own id is not among them. */
// clang-format off
#define COPY_FIELDS(X) \
	X(claim_id, HEX) X(quality, CHARS) \
	X(title, TEXT) X(channel, TEXT) X(media_type, TEXT) \
	X(size, COUNT) X(duration, COUNT) X(release_time, TIME) X(verified_at, TIME) \
	X(file, TEXT) X(file_id, HEX) X(generation, INT) X(encrypted, FLAG) X(complete, FLAG) \
	X(publisher_hash, TEXT) X(sd_hash, HEX) X(source_hash, HEX)
// clang-format on
#define AS_FIELD(name, kind) FIELD_OF(kind, struct copy, name)
#define AS_NAME(name, kind)  #name ", "
#define AS_MARK(name, kind)  "?, "
#define AS_SET(name, kind)   #name " = excluded." #name ", "
static const struct field fields[] = { COPY_FIELDS(AS_FIELD)
					   FIELD_OF(TIME, struct copy, added_at) };
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS  COPY_FIELDS(AS_NAME) "added_at"

void copy_list_release(struct copy_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		copy_release(&l->v[i]);
	free(l->v);
	*l = (struct copy_list){ 0 };
}

/* Rows without a claim id or a plain file name are left out: nothing may be opened by them. */
static bool read_rows(struct stmt *q, struct copy_list *ret, struct err *err)
{
	struct copy_list l = { 0 };
	size_t cap = 0;
	while (sql_next(q)) {
		struct copy c;
		copy_init(&c);
		row_read(q, 0, &c, fields, N_FIELDS, NULL);
		if (!claim_id_ok(c.claim_id) || !c.quality[0] || !c.file || !path_is_name(c.file)) {
			log_warn("store", NULL, "a row of offline_meta is damaged: left out");
			copy_release(&c);
			continue;
		}
		if (l.n == cap) {
			cap = cap ? 2 * cap : 16;
			l.v = mem_grow(l.v, cap, sizeof(*l.v));
		}
		l.v[l.n++] = c;
	}
	if (!sql_done(q, err)) {
		copy_list_release(&l);
		return false;
	}
	*ret = l;
	return true;
}

/* When it was added stays when the row is written again. */
static bool put_row(struct store *s, const struct copy *c, struct err *err)
{
	struct sql_value v[N_FIELDS];
	row_values(c, fields, N_FIELDS, v);
	if (c->added_at == TIME_UNKNOWN)
		v[N_FIELDS - 1] = sql_int(clock_wall(s->clock));
	return sql_run_values(
	    s, err,
	    "INSERT INTO offline_meta (" COLUMNS ") "
	    "VALUES (" COPY_FIELDS(
		AS_MARK) "?) "
			 "ON CONFLICT (claim_id, quality) DO UPDATE SET " COPY_FIELDS(
			     AS_SET) "added_at = min(added_at, excluded.added_at)",
	    v, N_FIELDS);
}

static bool check(const struct copy *c, struct err *err)
{
	if (!store_want_id(c->claim_id, err))
		return false;
	if (!c->quality[0] || !c->file || !path_is_name(c->file))
		return err_set(err, ERR_USAGE, 0, "a copy needs a quality and a plain file name");
	return true;
}

bool store_copy_put(struct store *s, const struct copy *c, struct err *err)
{
	return check(c, err) && tx_begin(s, TX_KEEP, err) && tx_end(s, put_row(s, c, err), err);
}

bool store_copy_finish(struct store *s, const struct copy *c, const struct download *d,
		       struct err *err)
{
	struct download done = *d; /* strings borrowed */
	done.state = DOWNLOAD_DONE;
	return check(c, err) && store_want_id(d->claim_id, err) && tx_begin(s, TX_KEEP, err) &&
	       tx_end(s, put_row(s, c, err) && queue_update_row(s, &done, err), err);
}

bool store_copy_list(struct store *s, struct copy_list *ret, struct err *err)
{
	return read_rows(sql_query(s, err,
				   "SELECT " COLUMNS " FROM offline_meta "
				   "ORDER BY added_at DESC, id DESC"),
			 ret, err);
}

bool store_copy_find(struct store *s, const char *item, const char *quality, struct copy_list *ret,
		     struct err *err)
{
	char id[CLAIM_ID_SIZE];
	struct copy_list l;
	if (!store_find_item(s, PLACE_OFFLINE, item, id, err) ||
	    !read_rows(
		sql_query(s, err,
			  "SELECT " COLUMNS " FROM offline_meta "
			  "WHERE claim_id = ?1 AND (?2 IS NULL OR quality = ?2) "
			  "ORDER BY quality <> 'original', CAST(quality AS INTEGER) DESC, id",
			  sql_text(id), sql_text(quality)),
		&l, err))
		return false;
	if (l.n == 0)
		return err_set(err, ERR_NOT_FOUND, 0, "no copy of %s in that quality", id);
	*ret = l;
	return true;
}

bool store_copy_remove(struct store *s, const char *claim_id, const char *quality, struct err *err)
{
	return store_want_id(claim_id, err) &&
	       sql_change(s, TX_KEEP, err,
			  "DELETE FROM offline_meta WHERE claim_id = ? AND quality = ?",
			  sql_text(claim_id), sql_text(quality));
}
