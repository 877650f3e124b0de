/* What plays after what is playing: the rest of what was marked, else the next episode of the series, after a pause in
 * which one can say no. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/season.h"
#include "kiyya/str.h"
#include "view.h"

#define PAUSE_MS 10000

static void forget_next(struct upnext *u)
{
	str_set(&u->series, NULL);
	str_set(&u->id, NULL);
	str_set(&u->title, NULL);
	u->of[0] = 0;
	u->due = 0;
}

void upnext_release(struct upnext *u)
{
	forget_next(u);
	str_set(&u->channel, NULL);
	strs_release(&u->queue);
	u->queue_at = 0;
}

/* -- beginning ----------------------------------------------------------------------------------- */

static void ask_next(struct ui *ui, const char *id)
{
	struct upnext *u = &ui->upnext;
	forget_next(u);
	if (!u->channel)
		return;
	str_copy(u->of, sizeof(u->of), id);
	struct req *r = req_new(REQ_SERIES);
	r->u.series.channel_ = str_dup(u->channel);
	ui_send(ui, r, SLOT_NEXT);
}

static bool is_episode(struct ui *ui, const struct item *it)
{
	struct season_title t;
	if (view_series_has(ui, item_claim_id(it)))
		return true;
	if (!season_title_read(&t, item_title(it)))
		return false;
	season_title_release(&t);
	return true;
}

static const struct item *first_marked(struct ui *ui, struct strs *ret_rest)
{
	const struct listing *l = ui_listing(ui);
	const struct item *first = NULL;
	for (size_t i = 0; !related_item(ui) && i < l->n; i++) {
		const struct item *it = listing_at(l, i);
		if (!it->marked || !item_claim_id(it)[0])
			continue;
		if (first)
			strs_add(ret_rest, item_claim_id(it));
		else
			first = it;
	}
	return first;
}

const struct item *upnext_begin(struct ui *ui)
{
	struct upnext *u = &ui->upnext;
	upnext_release(u);
	u->ended = false;
	const struct item *it = first_marked(ui, &u->queue);
	if (it)
		ui_unmark(ui);
	else
		it = ui_item(ui);
	if (!it || !item_claim_id(it)[0] || !is_episode(ui, it))
		return it;
	bool by_id = it->claim && it->claim->channel_id[0];
	str_set(&u->channel, by_id ? it->claim->channel_id : item_channel(it));
	ask_next(ui, item_claim_id(it));
	return it;
}

/* -- the next episode ---------------------------------------------------------------------------- */

/* They come by series, season and episode: the next of the same series is the next, also over a season's end. */
void upnext_take_episode(struct ui *ui, const struct ev_episode *e)
{
	struct upnext *u = &ui->upnext;
	if (!e->claim_id_ || !u->of[0] || e->season_ < 0)
		return;
	if (str_eq(e->claim_id_, u->of)) {
		str_set(&u->series, e->series_);
	} else if (u->series && !u->id && !e->missing_ && str_eq(u->series, e->series_)) {
		str_set(&u->id, e->claim_id_);
		str_set(&u->title, e->title_);
	}
}

/* -- the end of what played ------------------------------------------------------------------------ */

static void play_next(struct ui *ui)
{
	struct upnext *u = &ui->upnext;
	char *id = u->id, *title = u->title;
	u->id = u->title = NULL;
	ask_next(ui, id);
	ui_play(ui, id, title);
	free(id);
	free(title);
}

void upnext_player_over(struct ui *ui, bool by_itself)
{
	ui->upnext.ended = by_itself;
}

void upnext_play_done(struct ui *ui, bool ok)
{
	struct upnext *u = &ui->upnext;
	bool go_on = ok && u->ended;
	u->ended = false;
	if (!go_on) {
		upnext_release(u);
	} else if (u->queue_at < u->queue.n) {
		ui_play(ui, u->queue.v[u->queue_at++], NULL);
	} else if (u->id) {
		u->due = clock_mono_ms(ui->clock) + PAUSE_MS;
		upnext_tick(ui);
	}
}

bool upnext_takes(struct ui *ui, uint32_t code)
{
	struct upnext *u = &ui->upnext;
	if (!u->due)
		return false;
	if (code == K_ENTER || code == 'n') {
		play_next(ui);
		return true;
	}
	if (code != K_ESC)
		return false;
	forget_next(u);
	ui_say_nothing(ui);
	return true;
}

int64_t upnext_ms(const struct ui *ui)
{
	if (!ui->upnext.due)
		return -1;
	int64_t left = ui->upnext.due - clock_mono_ms(ui->clock);
	return left > 0 ? (left - 1) % 1000 + 1 : 0; /* the next whole second of what is left */
}

void upnext_tick(struct ui *ui)
{
	struct upnext *u = &ui->upnext;
	if (!u->due)
		return;
	int64_t left = u->due - clock_mono_ms(ui->clock);
	if (left <= 0)
		play_next(ui);
	else
		ui_say(ui, "next: %s in %lld s  Enter now, Esc not", u->title ? u->title : u->id,
		       (long long)(left + 999) / 1000);
}
