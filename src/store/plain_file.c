/* Plain files that are being filled: which of their chunks are safe. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "room.h"
#include "stmt.h"

#define PAGES_MOST 65536 /* 16 TiB */

void plain_row_release(struct plain_row *r)
{
	free(r->bits);
	*r = (struct plain_row){ 0 };
}

/* Also of files that nobody has any more. */
static bool begin(struct store *s, const char *file, const char *id, int64_t size, struct err *err)
{
	return sql_run(s, err,
		       "DELETE FROM plain_files WHERE file NOT IN "
		       "(SELECT file FROM download_queue WHERE file IS NOT NULL "
		       "UNION ALL SELECT file FROM offline_meta)") &&
	       sql_run(s, err, "DELETE FROM plain_files WHERE file = ?", sql_text(file)) &&
	       sql_run(s, err, "INSERT INTO plain_files (file, id, size) VALUES (?, ?, ?)",
		       sql_text(file), sql_text(id), sql_known(size, SIZE_UNKNOWN));
}

bool store_plain_begin(struct store *s, const char *file, const char *id, int64_t size,
		       struct err *err)
{
	return tx_begin(s, TX_KEEP, err) && tx_end(s, begin(s, file, id, size, err), err);
}

bool store_plain_size(struct store *s, const char *file, int64_t size, struct err *err)
{
	return sql_change(s, TX_KEEP, err, "UPDATE plain_files SET size = ? WHERE file = ?",
			  sql_known(size, SIZE_UNKNOWN), sql_text(file));
}

static bool put(struct store *s, const char *file, const struct plain_page *v, size_t n,
		struct err *err)
{
	bool ok = true;
	for (size_t i = 0; i < n && ok; i++)
		ok = sql_run(s, err,
			     "INSERT OR REPLACE INTO plain_chunks (file, page, bits) "
			     "SELECT file, ?, ? FROM plain_files WHERE file = ?",
			     sql_int(v[i].number), sql_blob(v[i].bits, PLAIN_PAGE_BYTES),
			     sql_text(file));
	return ok;
}

bool store_plain_put(struct store *s, const char *file, const struct plain_page *v, size_t n,
		     struct err *err)
{
	return tx_begin(s, TX_LAZY, err) && tx_end(s, put(s, file, v, n, err), err);
}

bool store_plain_forget(struct store *s, const char *file, struct err *err)
{
	return sql_change(s, TX_KEEP, err, "DELETE FROM plain_files WHERE file = ?",
			  sql_text(file));
}

/* Pages that are none say nothing. */
static bool read_pages(struct store *s, const char *file, struct plain_row *r, struct err *err)
{
	struct stmt *q =
	    sql_query(s, err, "SELECT page, bits FROM plain_chunks WHERE file = ? ORDER BY page",
		      sql_text(file));
	while (sql_next(q)) {
		int64_t page = col_int(q, 0, -1);
		const void *bits = col_blob(q, 1, PLAIN_PAGE_BYTES);
		if (page < 0 || page >= PAGES_MOST || !bits)
			continue;
		size_t end = (size_t)(page + 1) * PLAIN_PAGE_BYTES;
		r->bits = mem_grow(r->bits, end, 1);
		memset(r->bits + r->n_bits, 0, end - r->n_bits);
		r->n_bits = end;
		memcpy(r->bits + end - PLAIN_PAGE_BYTES, bits, PLAIN_PAGE_BYTES);
	}
	return sql_done(q, err);
}

bool store_plain_read(struct store *s, const char *file, struct plain_row *ret, struct err *err)
{
	struct plain_row r = { .size = SIZE_UNKNOWN };
	struct stmt *q =
	    sql_query(s, err, "SELECT id, size FROM plain_files WHERE file = ?", sql_text(file));
	if (sql_next(q)) {
		const char *id = col_text(q, 0);
		if (id && str_is_hex(id, sizeof(r.id) - 1))
			str_copy(r.id, sizeof(r.id), id);
		r.size = col_int(q, 1, SIZE_UNKNOWN);
	}
	if (!sql_done(q, err) || !read_pages(s, file, &r, err)) {
		plain_row_release(&r);
		return false;
	}
	*ret = r;
	return true;
}
