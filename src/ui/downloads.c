/* The pane below the list: downloads that are under way, wait, stopped, or have just come to their
 * end. */
#include "state.h"

#include "kiyya/str.h"

bool downloads_wants(const struct item *it)
{
	/* A row that was done before we looked belongs to the Queue view only. */
	return !item_is_state(it, "done") || str_eq(item_download(it)->event_, "done");
}

/* "2 active, 3 queued, 4.2 MB/s" */
static void describe(struct ui *ui, struct buf *out)
{
	static const char *const states[] = { "active", "queued", "paused", "failed", "done" };
	int64_t rate = 0;
	for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
		size_t n = 0;
		for (size_t i = 0; i < ui->pane.n; i++)
			n += item_is_state(listing_at(&ui->pane, i), states[s]);
		if (n > 0)
			(void)!buf_addf(out, "%s%zu %s", out->len ? ui->canvas.glyphs->dot : "", n,
					states[s]);
	}
	for (size_t i = 0; i < ui->pane.n; i++) {
		const struct ev_download *d = item_download(listing_at(&ui->pane, i));
		rate += str_eq(d->state_, "active") && d->rate_ > 0 ? d->rate_ : 0;
	}
	if (rate > 0) {
		char text[16];
		str_size(text, sizeof(text), (uint64_t)rate);
		(void)!buf_addf(out, "%s%s/s", out->len ? ui->canvas.glyphs->dot : "", text);
	}
}

void downloads_draw(struct ui *ui, struct rect pane)
{
	struct buf right;
	bool here = ui->focus == PANE_DOWNLOADS;
	struct rect inside = layout_inside(pane);
	buf_init(&right, 128);
	describe(ui, &right);
	draw_frame(ui, pane, "Downloads", right.data, here);
	struct table t = {
		.columns = download_columns,
		.n_columns = n_download_columns,
		.has_keys = here,
		.quiet = true,
	};
	table_draw(&t, &ui->pane, &ui->canvas, inside);
	if (ui->pane.n == 0) {
		canvas_text(&ui->canvas, inside.line, inside.column + 1, inside.columns - 2,
			    "Nothing is being downloaded.", ROLE_DIM);
		if (here)
			canvas_cursor(&ui->canvas, inside.line, inside.column);
	}
	buf_release(&right);
}
