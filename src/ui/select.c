/* What a command is about: the row under the cursor, or the rows that are marked. */
#include "state.h"

#include <string.h>
#include "kiyya/str.h"

struct listing *ui_listing(struct ui *ui)
{
	return ui->focus == PANE_DOWNLOADS ? &ui->pane : &ui_view(ui)->listing;
}

struct item *ui_item(struct ui *ui)
{
	if (related_item(ui))
		return related_item(ui);
	return listing_current(ui_listing(ui));
}

size_t ui_each_target(struct ui *ui, void (*fn)(void *arg, struct item *it), void *arg)
{
	struct listing *l = ui_listing(ui);
	size_t marked = related_item(ui) ? 0 : listing_count_marked(l);
	if (marked == 0) {
		struct item *it = ui_item(ui);
		if (!it || !item_claim_id(it)[0])
			return 0;
		fn(arg, it);
		return 1;
	}
	for (size_t i = 0; i < l->n; i++)
		if (listing_at(l, i)->marked)
			fn(arg, listing_at(l, i));
	return marked;
}

static void add_ids(struct ui *ui, const struct item *it, struct strs *ids)
{
	const struct view *v = ui_view(ui);
	const char *id = item_claim_id(it);
	if (!id[0] && v->ops->claims && ui->focus != PANE_DOWNLOADS)
		v->ops->claims(v, it, ids);
	else if (id[0] && !strs_has(ids, id))
		strs_add(ids, id);
}

void ui_targets(struct ui *ui, struct strs *ret_ids)
{
	struct listing *l = ui_listing(ui);
	bool marked = listing_count_marked(l) > 0;
	*ret_ids = (struct strs){ 0 };
	if (related_item(ui)) {
		strs_add(ret_ids, item_claim_id(related_item(ui)));
		return;
	}
	for (size_t i = 0; i < l->n; i++)
		if (marked ? listing_at(l, i)->marked : i == l->cursor)
			add_ids(ui, listing_at(l, i), ret_ids);
}

void ui_each_claim(struct ui *ui, const char *id, void (*fn)(void *arg, struct claim *c), void *arg)
{
	for (size_t i = 0; i < n_views; i++) {
		struct rows *rows = &ui->views[i].rows;
		for (size_t j = 0; j < rows->n; j++)
			if (rows->v[j].claim && strcmp(rows->v[j].claim->id, id) == 0)
				fn(arg, rows->v[j].claim);
	}
	struct page *more[] = { ui->detail_page, ui->related.page };
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		for (size_t j = 0; more[i] && j < more[i]->n; j++)
			if (strcmp(more[i]->items[j].id, id) == 0)
				fn(arg, &more[i]->items[j]);
}

const struct ev_download *ui_download_of(struct ui *ui, const struct item *it)
{
	if (item_download(it))
		return item_download(it);
	for (size_t i = 0; i < ui->queue.n; i++)
		if (str_eq(item_claim_id(&ui->queue.v[i]), item_claim_id(it)))
			return item_download(&ui->queue.v[i]);
	return NULL;
}

void ui_unmark(struct ui *ui)
{
	struct rows *rows = ui_listing(ui)->rows;
	for (size_t i = 0; i < rows->n; i++)
		rows->v[i].marked = false;
}
