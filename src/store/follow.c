/* Followed channels, and what they have published. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/text.h"
#include "kiyya/url.h"
#include "claim_row.h"
#include "room.h"

#define MIN_PREFIX 4

// clang-format off
static const struct field fields[] = {
	FIELD_OF(HEX, struct follow, claim_id)
	FIELD_OF(TEXT, struct follow, name)
	FIELD_OF(TEXT, struct follow, title)
	FIELD_OF(TEXT, struct follow, url)
	FIELD_OF(INT, struct follow, followed_at)
};
// clang-format on
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS  "claim_id, name, title, url, followed_at"

void follow_release(struct follow *f)
{
	free(f->name);
	free(f->title);
	free(f->url);
	*f = (struct follow){ 0 };
}

void follow_list_release(struct follow_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		follow_release(&l->v[i]);
	free(l->v);
	*l = (struct follow_list){ 0 };
}

bool store_follow_put(struct store *s, struct follow *f, struct err *err)
{
	if (!store_want_id(f->claim_id, err))
		return false;
	if (f->followed_at <= 0)
		f->followed_at = clock_wall(s->clock);
	struct sql_value v[N_FIELDS];
	row_values(f, fields, N_FIELDS, v);
	return sql_change_values(s, TX_KEEP, err,
				 "INSERT INTO follows (" COLUMNS ") VALUES (?, ?, ?, ?, ?) "
				 "ON CONFLICT (claim_id) DO UPDATE SET name = excluded.name, "
				 "title = coalesce(excluded.title, title), "
				 "url = coalesce(excluded.url, url)",
				 v, N_FIELDS) &&
	       sql_number(s, err, &f->followed_at, f->followed_at,
			  "SELECT followed_at FROM follows WHERE claim_id = ?",
			  sql_text(f->claim_id));
}

bool store_follow_remove(struct store *s, const char *claim_id, struct err *err)
{
	return store_want_id(claim_id, err) &&
	       sql_change(s, TX_KEEP, err, "DELETE FROM follows WHERE claim_id = ?",
			  sql_text(claim_id));
}

bool store_follow_list(struct store *s, struct follow_list *ret, struct err *err)
{
	struct follow_list l = { 0 };
	size_t cap = 0;
	struct stmt *q = sql_query(
	    s, err, "SELECT " COLUMNS " FROM follows ORDER BY name COLLATE NOCASE, claim_id");
	while (sql_next(q)) {
		if (l.n == cap) {
			cap = cap ? 2 * cap : 16;
			l.v = mem_grow(l.v, cap, sizeof(*l.v));
		}
		l.v[l.n] = (struct follow){ 0 };
		row_read(q, 0, &l.v[l.n], fields, N_FIELDS, NULL);
		if (l.v[l.n].claim_id[0] && l.v[l.n].name)
			l.n++;
		else
			follow_release(&l.v[l.n]);
	}
	if (!sql_done(q, err)) {
		follow_list_release(&l);
		return false;
	}
	*ret = l;
	return true;
}

/* What an item says of a channel: some first digits of its id, its name, or both. */
struct wanted {
	char *name; /* owned; NULL any */
	char *id;   /* owned; "" any */
};

static bool read_wanted(struct wanted *w, const char *item, struct err *err)
{
	size_t n = strlen(item);
	*w = (struct wanted){ 0 };
	if (n >= MIN_PREFIX && n <= CLAIM_ID_LEN && str_is_hex(item, n)) {
		w->id = str_dup(item);
		return true;
	}
	struct url u;
	if (!url_parse(&u, item, err))
		return false;
	const char *name = u.lbry ? u.lbry + strlen("lbry://") : "";
	const char *hash = strchr(name, '#');
	w->id = str_dup(u.claim_id[0] ? u.claim_id : hash ? hash + 1 : "");
	/* A full id is enough, whatever it is called by now. */
	w->name =
	    u.claim_id[0] ? NULL : str_dupn(name, hash ? (size_t)(hash - name) : strlen(name));
	bool channel = u.is_channel || !u.lbry;
	url_release(&u);
	return channel || err_set(err, ERR_USAGE, 0, "%.100s is not a channel", item);
}

static bool is_wanted(const struct wanted *w, const struct follow *f)
{
	return str_starts(f->claim_id, w->id) && (!w->name || str_ieq(w->name, f->name));
}

bool store_follow_find(struct store *s, const char *item, struct follow *ret, struct err *err)
{
	struct wanted w = { 0 };
	struct follow_list l = { 0 };
	struct follow *found = NULL;
	size_t n = 0;
	bool ok = read_wanted(&w, item, err) && store_follow_list(s, &l, err);
	for (size_t i = 0; ok && i < l.n; i++)
		if (is_wanted(&w, &l.v[i]) && n++ == 0)
			found = &l.v[i];
	if (ok && n != 1) {
		char *shown = text_clean(item, strlen(item), 100, false);
		ok = err_set(err, ERR_NOT_FOUND, 0,
			     n ? "several followed channels are called %s: give more of the id"
			       : "%s is not followed",
			     shown);
		free(shown);
	}
	if (ok) {
		*ret = *found;
		*found = (struct follow){ 0 };
	}
	follow_list_release(&l);
	free(w.name);
	free(w.id);
	return ok;
}
