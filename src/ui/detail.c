/* The detail pane: everything known of the row under the cursor, as text. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/quality.h"
#include "kiyya/str.h"

#define FACTS_MAX 1024

/* Facts on one line, with a dot between. */
static void add_fact(struct ui *ui, struct buf *b, const char *fact)
{
	if (str_empty(fact))
		return;
	(void)!buf_addf(b, "%s%s", b->len ? ui->canvas.glyphs->dot : "", fact);
}

static void add_size(struct ui *ui, struct buf *b, int64_t bytes)
{
	char size[16];
	if (bytes < 0)
		return;
	str_size(size, sizeof(size), (uint64_t)bytes);
	add_fact(ui, b, size);
}

static void add_duration(struct ui *ui, struct buf *b, int64_t seconds)
{
	char duration[24];
	str_duration(duration, sizeof(duration), seconds);
	add_fact(ui, b, duration);
}

static void add_date(struct ui *ui, struct buf *b, int64_t when)
{
	char iso[CLOCK_ISO_SIZE];
	if (when == TIME_UNKNOWN)
		return;
	clock_iso(when, iso);
	iso[10] = 0;
	add_fact(ui, b, iso);
}

/* Adds the facts as a paragraph, and begins anew. */
static void flush_facts(struct buf *b, struct lines *l, int width, enum role role)
{
	if (b->len > 0)
		lines_add(l, width, role, b->data);
	buf_clear(b);
}

static void write_local(struct ui *ui, const struct claim *c, struct buf *b)
{
	const struct glyphs *g = ui->canvas.glyphs;
	const struct claim_local *s = &c->local;
	if (s->offline)
		(void)!buf_addf(b, "%s in the vault", g->vault);
	if (s->downloading)
		(void)!buf_addf(b, "%s%s downloading", b->len ? "   " : "", g->downloading);
	const struct ev_player *p = ui->player ? &ui->player->u.player : NULL;
	if (p && str_eq(p->claim_id_, c->id) && !p->offline_ && p->quality_)
		(void)!buf_addf(b, "%s%s plays in %s", b->len ? "   " : "", g->playing,
				p->quality_);
	if (s->favorite)
		(void)!buf_addf(b, "%s%s favourite", b->len ? "   " : "", g->favorite);
	if (s->watched)
		(void)!buf_addf(b, "%s%s watched", b->len ? "   " : "", g->watched);
	if (s->position_seconds > 0) {
		char at[24];
		str_duration(at, sizeof(at), s->position_seconds);
		(void)!buf_addf(b, "%sleft off at %s", b->len ? "   " : "", at);
	}
}

static void write_tags(const struct claim *c, struct buf *b)
{
	for (size_t i = 0; i < c->n_tags; i++)
		(void)!buf_addf(b, "%s#%s", i ? " " : "", c->tags[i]);
}

/* Whether it is live nobody has asked yet; when it is to begin its maker has said. */
static void write_announcement(struct ui *ui, const struct claim *c, struct buf *b)
{
	char when[CLOCK_HERE_SIZE];
	if (c->kind != CLAIM_LIVESTREAM || c->release_time <= clock_wall(ui->clock))
		return;
	clock_here(c->release_time, when);
	(void)!buf_addf(b, "begins %s", when);
}

/* In which qualities it can be had, as far as that is known. */
static void add_qualities(struct ui *ui, const struct claim *c, struct buf *b)
{
	bool first = true;
	for (size_t i = 0; c->n_sources > 2 && i < c->n_sources; i++) {
		const char *quality = c->sources[i].quality;
		if (!quality_is_word(quality))
			continue;
		if (first)
			add_fact(ui, b, quality);
		else
			(void)!buf_addf(b, ", %s", quality);
		first = false;
	}
}

static void write_claim(struct ui *ui, const struct claim *c, struct lines *l, int width)
{
	struct buf b;
	buf_init(&b, FACTS_MAX);
	add_fact(ui, &b, c->channel_name);
	add_date(ui, &b, c->release_time);
	add_duration(ui, &b, c->duration);
	add_size(ui, &b, c->size);
	add_fact(ui, &b, claim_kind_word(c->kind));
	add_qualities(ui, c, &b);
	flush_facts(&b, l, width, ROLE_TEXT);
	write_announcement(ui, c, &b);
	flush_facts(&b, l, width, ROLE_GOOD);
	if (c->reposted_by) {
		(void)!buf_addf(&b, "reposted by %s", c->reposted_by);
		flush_facts(&b, l, width, ROLE_TEXT);
	}
	write_local(ui, c, &b);
	flush_facts(&b, l, width, ROLE_GOOD);
	write_tags(c, &b);
	flush_facts(&b, l, width, ROLE_DIM);
	if (!c->playable && c->kind != CLAIM_CHANNEL) {
		(void)!buf_addf(&b, "%s%s", c->kind == CLAIM_LIVESTREAM ? "" : "not playable: ",
				c->reason ? c->reason : "nobody said why");
		flush_facts(&b, l, width, ROLE_WARN);
	}
	if (!str_empty(c->description)) {
		lines_add(l, width, ROLE_TEXT, "");
		lines_add(l, width, ROLE_TEXT, c->description);
	}
	if (c->url) {
		lines_add(l, width, ROLE_TEXT, "");
		lines_add(l, width, ROLE_DIM, c->url);
	}
	buf_release(&b);
}

static void write_copy(struct ui *ui, const struct ev_copy *c, struct lines *l, int width)
{
	struct buf b;
	buf_init(&b, FACTS_MAX);
	add_fact(ui, &b, c->channel_);
	add_duration(ui, &b, c->duration_);
	add_size(ui, &b, c->size_);
	add_fact(ui, &b, c->quality_);
	flush_facts(&b, l, width, ROLE_TEXT);
	lines_add(l, width, c->complete_ ? ROLE_GOOD : ROLE_WARN,
		  !c->complete_   ? "Part of it is here; download goes on with it."
		  : c->encrypted_ ? "Sealed on this machine; plays without a network."
				  : "On this machine, not sealed; plays without a network.");
	add_date(ui, &b, c->added_at_);
	if (b.len > 0)
		lines_addf(l, width, ROLE_DIM, "added %s", b.data);
	buf_clear(&b);
	add_date(ui, &b, c->verified_at_);
	lines_addf(l, width, ROLE_DIM, "verified %s", b.len ? b.data : "never");
	if (c->file_)
		lines_add(l, width, ROLE_DIM, c->file_);
	buf_release(&b);
}

static void write_download(struct ui *ui, const struct ev_download *d, struct lines *l, int width)
{
	struct buf b;
	buf_init(&b, FACTS_MAX);
	add_fact(ui, &b, d->state_);
	add_fact(ui, &b, d->quality_);
	add_size(ui, &b, d->total_);
	add_fact(ui, &b, d->encrypted_ ? "sealed as it arrives" : "not sealed");
	flush_facts(&b, l, width, ROLE_TEXT);
	if (d->error_) {
		char key[KEY_NAME_SIZE] = "";
		lines_add(l, width, ROLE_ERROR, d->error_);
		if (d->retry_ == 1 && keymap_key_of(&ui->keymap, IN_LIST, "pause", key))
			lines_addf(l, width, ROLE_DIM, "%s tries again.", key);
	}
	buf_release(&b);
}

static void write_gateway(const struct ev_gateway *g, struct lines *l, int width)
{
	lines_addf(l, width, g->ok_ ? ROLE_GOOD : ROLE_WARN, "%s",
		   g->status_ ? g->status_ : "unknown");
	if (g->ms_ >= 0)
		lines_addf(l, width, ROLE_TEXT, "answered in %lld ms", (long long)g->ms_);
	if (g->error_)
		lines_add(l, width, ROLE_ERROR, g->error_);
	if (g->last_success_ != TIME_UNKNOWN) {
		char iso[CLOCK_ISO_SIZE];
		clock_iso(g->last_success_, iso);
		lines_addf(l, width, ROLE_DIM, "last answer %s", iso);
	}
}

/* A row that stands for several: nothing but the rows below it says more. */
static void write_group(const struct ev_episode *e, struct lines *l, int width)
{
	lines_addf(l, width, ROLE_TEXT, "%lld episode%s", (long long)e->episode_,
		   e->episode_ == 1 ? "" : "s");
	if (e->inferred_)
		lines_add(l, width, ROLE_DIM,
			  "Inferred from titles; the channel has no playlist for it.");
}

/* The name of a row of Home, or a category. */
static void write_shelf(struct ui *ui, const struct ev_shelf *s, struct lines *l, int width)
{
	char key[KEY_NAME_SIZE] = "";
	const struct category *c =
	    category_find(&ui->config->settings->catalog_categories, s->title_);
	if (s->tags_.n > 0) {
		struct buf b;
		buf_init(&b, FACTS_MAX);
		for (size_t i = 0; i < s->tags_.n; i++)
			(void)!buf_addf(&b, "%s#%s", i ? " " : "", s->tags_.v[i]);
		flush_facts(&b, l, width, ROLE_DIM);
		buf_release(&b);
	}
	if (keymap_key_of(&ui->keymap, IN_LIST, "open", key))
		lines_addf(l, width, ROLE_TEXT, "%s shows all of it.", key);
	if (c && c->filters.n > 0 && s->tags_.n < 2 &&
	    keymap_key_of(&ui->keymap, IN_LIST, "category", key))
		lines_addf(l, width, ROLE_TEXT, "%s chooses a part of it.", key);
}

const struct claim *detail_claim(struct ui *ui)
{
	const struct item *it = listing_current(&ui_view(ui)->listing);
	const struct page *p = ui->detail_page;
	if (!it || it->claim)
		return it ? it->claim : NULL;
	return p && p->n > 0 && str_eq(p->items[0].id, item_claim_id(it)) ? &p->items[0] : NULL;
}

static void write_item(struct ui *ui, const struct item *it, struct lines *l, int width)
{
	lines_add(l, width, ROLE_STRONG, item_title(it));
	if (it->claim && item_episode(it) && item_episode(it)->inferred_)
		lines_add(l, width, ROLE_DIM,
			  "Its place in the series is inferred from its title.");
	if (!str_empty(it->snippet) && !str_eq(it->snippet, item_title(it)))
		lines_add(l, width, ROLE_GOOD, it->snippet);
	if (it->claim)
		write_claim(ui, it->claim, l, width);
	else if (item_copy(it))
		write_copy(ui, item_copy(it), l, width);
	else if (item_download(it))
		write_download(ui, item_download(it), l, width);
	else if (item_episode(it))
		write_group(item_episode(it), l, width);
	else if (item_shelf(it))
		write_shelf(ui, item_shelf(it), l, width);
	else if (it->event->kind == EV_FACT)
		lines_add(l, width, ROLE_TEXT,
			  it->event->u.fact.value_ ? it->event->u.fact.value_ : "");
	else if (it->event->kind == EV_GATEWAY)
		write_gateway(&it->event->u.gateway, l, width);
	/* What was asked for when the row was opened. */
	const struct claim *asked = it->claim ? NULL : detail_claim(ui);
	if (asked) {
		lines_add(l, width, ROLE_TEXT, "");
		write_claim(ui, asked, l, width);
	}
	related_write(ui, l, width);
}

void detail_forget(struct ui *ui)
{
	lines_clear(&ui->detail);
}

void detail_scroll(struct ui *ui, int by)
{
	lines_scroll(&ui->detail, by, layout_inside(ui->layout.pane[PANE_DETAIL]).lines);
}

void detail_draw(struct ui *ui, struct rect pane)
{
	struct rect inside = layout_inside(pane);
	/* The pane shows the list's row, whichever pane has the keys. */
	const struct item *it = listing_current(&ui_view(ui)->listing);
	if (!it || strcmp(ui->detail_key, it->key) != 0) {
		detail_forget(ui);
		ui->detail.top = 0;
	}
	str_copy(ui->detail_key, sizeof(ui->detail_key), it ? it->key : "");
	inside.column++;
	inside.columns -= 2;
	if (it && ui->detail.n == 0)
		write_item(ui, it, &ui->detail, inside.columns);
	detail_scroll(ui, 0);
	draw_frame(ui, pane, "Detail", "", ui->focus == PANE_DETAIL);
	if (it)
		lines_draw(&ui->detail, &ui->canvas, inside);
	if (ui->focus == PANE_DETAIL)
		canvas_cursor(&ui->canvas, inside.line, inside.column);
	related_draw(ui, inside);
	if (ui->detail.n > ui->detail.top + (size_t)inside.lines)
		canvas_text_right(&ui->canvas, pane.line + pane.lines - 1, inside.column,
				  inside.columns, " more below ", ROLE_DIM);
}
