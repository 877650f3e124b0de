/* How far the user has watched what. */
#include <stdlib.h>
#include <string.h>
#include "claim_row.h"
#include "kiyya/mem.h"
#include "room.h"
#include "row.h"
#include "stmt.h"

// clang-format off
#define PROGRESS_FIELDS(X) \
	X(claim_id, HEX) X(title, TEXT) X(position_seconds, COUNT) X(duration, COUNT) \
	X(watched, FLAG)
// clang-format on
#define AS_FIELD(name, kind) FIELD_OF(kind, struct progress, name)
#define AS_NAME(name, kind)  #name ", "
#define AS_MARK(name, kind)  "?, "
static const struct field fields[] = { PROGRESS_FIELDS(AS_FIELD)
					   FIELD_OF(INT, struct progress, updated_at) };
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS  PROGRESS_FIELDS(AS_NAME) "updated_at"

void progress_release(struct progress *p)
{
	free(p->title);
	*p = (struct progress){ .position_seconds = -1, .duration = DURATION_UNKNOWN };
}

void progress_list_release(struct progress_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		progress_release(&l->v[i]);
	free(l->v);
	*l = (struct progress_list){ 0 };
}

bool store_progress_put(struct store *s, const struct progress *p, struct err *err)
{
	if (!store_want_id(p->claim_id, err))
		return false;
	struct sql_value v[N_FIELDS];
	row_values(p, fields, N_FIELDS, v);
	if (p->updated_at <= 0)
		v[N_FIELDS - 1] = sql_int(clock_wall(s->clock));
	/* Who knows no title or duration does not take away the known one. */
	return sql_change_values(
	    s, TX_KEEP, err,
	    "INSERT INTO progress (" COLUMNS ") "
	    "VALUES (" PROGRESS_FIELDS(
		AS_MARK) "?) "
			 "ON CONFLICT (claim_id) DO UPDATE SET "
			 "title = coalesce(excluded.title, title), "
			 "position_seconds = excluded.position_seconds, "
			 "duration = coalesce(excluded.duration, duration), "
			 "watched = excluded.watched, updated_at = excluded.updated_at",
	    v, N_FIELDS);
}

bool store_progress_get(struct store *s, const char *claim_id, struct progress *ret,
			struct err *err)
{
	if (!store_want_id(claim_id, err))
		return false;
	struct progress p = { 0 };
	struct stmt *q = sql_query(s, err, "SELECT " COLUMNS " FROM progress WHERE claim_id = ?",
				   sql_text(claim_id));
	bool found = sql_next(q);
	if (found)
		row_read(q, 0, &p, fields, N_FIELDS, NULL);
	if (!sql_done(q, err)) {
		progress_release(&p);
		return false;
	}
	if (!found)
		return err_set(err, ERR_NOT_FOUND, 0, "no position of %s is kept", claim_id);
	*ret = p;
	return true;
}

bool store_progress_list(struct store *s, struct progress_list *ret, struct err *err)
{
	struct progress_list l = { 0 };
	size_t cap = 0;
	struct stmt *q = sql_query(s, err,
				   "SELECT " COLUMNS " FROM progress "
				   "ORDER BY updated_at DESC, claim_id");
	while (sql_next(q)) {
		if (l.n == cap) {
			cap = cap ? 2 * cap : 16;
			l.v = mem_grow(l.v, cap, sizeof(*l.v));
		}
		row_read(q, 0, &l.v[l.n], fields, N_FIELDS, NULL);
		if (l.v[l.n].claim_id[0])
			l.n++;
		else
			progress_release(&l.v[l.n]);
	}
	if (!sql_done(q, err)) {
		progress_list_release(&l);
		return false;
	}
	*ret = l;
	return true;
}

struct page *store_progress_begun(struct store *s, int64_t limit, struct err *err)
{
	static const char sql[] = "SELECT " KEPT_COLUMNS("b") //
	    " FROM progress AS b " KEPT_JOINS("b") "WHERE b.position_seconds > 0 AND NOT b.watched "
						   "ORDER BY b.updated_at DESC, b.claim_id LIMIT ?";
	return claim_row_kept(sql_query(s, err, sql, sql_int(limit)), err);
}

bool store_progress_clear(struct store *s, const char *claim_id, struct err *err)
{
	if (!store_choice_clear(s, claim_id, err))
		return false;
	if (!claim_id)
		return sql_change(s, TX_KEEP, err, "DELETE FROM progress");
	return store_want_id(claim_id, err) &&
	       sql_change(s, TX_KEEP, err, "DELETE FROM progress WHERE claim_id = ?",
			  sql_text(claim_id));
}
