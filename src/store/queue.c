/* The download queue: one row for each claim and quality, in the user's order. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/path.h"
#include "queue_row.h"
#include "room.h"
#include "row.h"
#include "stmt.h"

/* X(member and column, kind); id, state, position and done_at are not among them. */
// clang-format off
#define QUEUE_FIELDS(X) \
	X(claim_id, HEX) X(stream_id, HEX) X(quality, CHARS) \
	X(title, TEXT) X(channel, TEXT) X(media_type, TEXT) X(url, TEXT) \
	X(sd_hash, HEX) X(source_hash, HEX) \
	X(size, COUNT) X(duration, COUNT) X(release_time, TIME) X(have, INT) \
	X(file, TEXT) X(encrypted, FLAG) X(retries, INT) \
	X(last_modified, TIME) X(etag, TEXT) X(category, TEXT) X(error, TEXT) \
	X(retry, FLAG) X(added_at, INT)
// clang-format on
#define AS_FIELD(name, kind) FIELD_OF(kind, struct download, name)
#define AS_NAME(name, kind)  #name ", "
#define AS_MARK(name, kind)  "?, "
#define AS_SET(name, kind)   #name " = ?, "
static const struct field fields[] = { QUEUE_FIELDS(AS_FIELD) };
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                       \
	QUEUE_FIELDS(AS_NAME)                                                         \
	"id, state, position, "                                                       \
	"(SELECT total FROM segment_lists AS l WHERE l.file = download_queue.file), " \
	"(SELECT count(*) FROM segments AS g WHERE g.file = download_queue.file)"

static void read_row(struct stmt *q, struct download *d)
{
	download_init(d);
	row_read(q, 0, d, fields, N_FIELDS, NULL);
	d->id = col_int(q, N_FIELDS, 0);
	if (!download_state_of(col_text(q, N_FIELDS + 1), &d->state))
		d->state = DOWNLOAD_PAUSED; /* not ours; harmless so */
	d->position = col_int(q, N_FIELDS + 2, 0);
	d->segments = col_int(q, N_FIELDS + 3, 0);
	d->segments_have = col_int(q, N_FIELDS + 4, 0);
	if (d->have < 0)
		d->have = 0;
	if (d->file && !path_is_name(d->file)) {
		log_warn("store", d->claim_id, "the queue names a file that is no plain name");
		free(d->file);
		d->file = NULL;
	}
}

/* Rows that have no claim id any more are left out: nothing could be done with them. */
static bool read_rows(struct stmt *q, struct download_list *ret, struct err *err)
{
	struct download_list l = { 0 };
	size_t cap = 0;
	while (sql_next(q)) {
		struct download d;
		read_row(q, &d);
		if (!claim_id_ok(d.claim_id) || !d.quality[0]) {
			download_release(&d);
			continue;
		}
		if (l.n == cap) {
			cap = cap ? 2 * cap : 16;
			l.v = mem_grow(l.v, cap, sizeof(*l.v));
		}
		l.v[l.n++] = d;
	}
	if (!sql_done(q, err)) {
		download_list_release(&l);
		return false;
	}
	*ret = l;
	return true;
}

void download_list_release(struct download_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		download_release(&l->v[i]);
	free(l->v);
	*l = (struct download_list){ 0 };
}

static bool find_same(struct store *s, const struct download *d, struct download_list *ret,
		      struct err *err)
{
	return read_rows(sql_query(s, err,
				   "SELECT " COLUMNS " FROM download_queue "
				   "WHERE claim_id = ? AND quality = ?",
				   sql_text(d->claim_id), sql_text(d->quality)),
			 ret, err);
}

static bool insert(struct store *s, struct download *d, struct err *err)
{
	struct sql_value v[N_FIELDS + 1];
	if (d->added_at <= 0)
		d->added_at = clock_wall(s->clock);
	row_values(d, fields, N_FIELDS, v);
	v[N_FIELDS] = sql_text(download_state_word(d->state));
	if (!sql_run_values(
		s, err,
		"INSERT INTO download_queue (" QUEUE_FIELDS(
		    AS_NAME) "state, position) "
			     "VALUES (" QUEUE_FIELDS(AS_MARK) "?, "
							      "(SELECT coalesce(max(position), 0) "
							      "+ 1 FROM download_queue))",
		v, N_FIELDS + 1))
		return false;
	d->id = sql_last_id(s);
	return sql_number(s, err, &d->position, 0,
			  "SELECT position FROM download_queue WHERE id = ?", sql_int(d->id));
}

bool store_queue_add(struct store *s, struct download *d, bool *ret_was_there, struct err *err)
{
	if (!store_want_id(d->claim_id, err))
		return false;
	if (!d->quality[0])
		return err_set(err, ERR_USAGE, 0, "a download needs a quality");
	if (!tx_begin(s, TX_KEEP, err))
		return false;
	struct download_list same = { 0 };
	bool ok = find_same(s, d, &same, err) && (same.n > 0 || insert(s, d, err));
	ok = tx_end(s, ok, err);
	if (ok && same.n > 0) {
		download_release(d);
		*d = same.v[0];
		same.v[0] = (struct download){ 0 };
	}
	if (ok && ret_was_there)
		*ret_was_there = same.n > 0;
	download_list_release(&same);
	return ok;
}

bool queue_update_row(struct store *s, const struct download *d, struct err *err)
{
	struct sql_value v[N_FIELDS + 4];
	row_values(d, fields, N_FIELDS, v);
	v[N_FIELDS] = sql_text(download_state_word(d->state));
	/* It was done when a row first said so. */
	v[N_FIELDS + 1] = v[N_FIELDS + 2] =
	    d->state == DOWNLOAD_DONE ? sql_int(clock_wall(s->clock)) : sql_text(NULL);
	v[N_FIELDS + 3] = sql_int(d->id);
	if (!sql_run_values(s, err,
			    "UPDATE download_queue SET " QUEUE_FIELDS(
				AS_SET) "state = ?, "
					"done_at = coalesce(min(done_at, ?), ?) WHERE id = ?",
			    v, N_FIELDS + 4))
		return false;
	return sql_changed(s) == 1 ||
	       err_set(err, ERR_NOT_FOUND, 0, "the download is not in the queue any more");
}

bool store_queue_update(struct store *s, const struct download *d, struct err *err)
{
	return store_want_id(d->claim_id, err) && tx_begin(s, TX_KEEP, err) &&
	       tx_end(s, queue_update_row(s, d, err), err);
}

bool store_queue_remove(struct store *s, int64_t id, struct err *err)
{
	return sql_change(s, TX_KEEP, err, "DELETE FROM download_queue WHERE id = ?", sql_int(id));
}

bool store_queue_list(struct store *s, bool done, struct download_list *ret, struct err *err)
{
	return read_rows(
	    sql_query(s, err,
		      "SELECT " COLUMNS " FROM download_queue "
		      "WHERE ? OR state <> 'done' "
		      "ORDER BY state = 'done', "
		      "CASE state WHEN 'done' THEN -done_at ELSE position END, id DESC",
		      sql_int(done)),
	    ret, err);
}

bool store_queue_find(struct store *s, const char *item, struct download_list *ret, struct err *err)
{
	char id[CLAIM_ID_SIZE];
	return store_find_item(s, PLACE_QUEUE, item, id, err) &&
	       read_rows(sql_query(s, err,
				   "SELECT " COLUMNS " FROM download_queue "
				   "WHERE claim_id = ? ORDER BY position",
				   sql_text(id)),
			 ret, err);
}

/* The row that waits next to this one, upwards or downwards. */
static bool find_neighbour(struct store *s, int64_t position, int by, int64_t *ret_id,
			   int64_t *ret_position, struct err *err)
{
	static const char up[] = "SELECT id, position FROM download_queue "
				 "WHERE state <> 'done' AND position < ? "
				 "ORDER BY position DESC LIMIT 1";
	static const char down[] = "SELECT id, position FROM download_queue "
				   "WHERE state <> 'done' AND position > ? "
				   "ORDER BY position LIMIT 1";
	struct stmt *q = by < 0 ? sql_query(s, err, up, sql_int(position))
				: sql_query(s, err, down, sql_int(position));
	int64_t id = 0, at = 0;
	if (sql_next(q)) {
		id = col_int(q, 0, 0);
		at = col_int(q, 1, 0);
	}
	if (!sql_done(q, err))
		return false;
	*ret_id = id;
	*ret_position = at;
	return true;
}

static bool set_position(struct store *s, int64_t id, int64_t position, struct err *err)
{
	return sql_run(s, err, "UPDATE download_queue SET position = ? WHERE id = ?",
		       sql_int(position), sql_int(id));
}

static bool swap_with_neighbour(struct store *s, int64_t id, int by, struct err *err)
{
	int64_t position, other, other_position;
	if (!sql_number(s, err, &position, -1, "SELECT position FROM download_queue WHERE id = ?",
			sql_int(id)))
		return false;
	if (position < 0)
		return err_set(err, ERR_NOT_FOUND, 0, "the download is not in the queue any more");
	if (!find_neighbour(s, position, by, &other, &other_position, err))
		return false;
	return other == 0 ||
	       (set_position(s, id, other_position, err) && set_position(s, other, position, err));
}

bool store_queue_move(struct store *s, int64_t id, int by, struct err *err)
{
	return tx_begin(s, TX_KEEP, err) && tx_end(s, swap_with_neighbour(s, id, by, err), err);
}

bool store_queue_recover(struct store *s, struct err *err)
{
	return sql_change(s, TX_KEEP, err,
			  "UPDATE download_queue SET state = 'queued' WHERE state = 'active'");
}
