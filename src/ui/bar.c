/* The lines around the panes: views above; player, state and keys below. */
#include "state.h"

#include <stdio.h>
#include <string.h>
#include "kiyya/quality.h"
#include "kiyya/str.h"

#define BAR_MAX   512
#define LABEL_MAX 32

/* -- above ------------------------------------------------------------------------------------- */

#define BRAND      " kiyya "
#define BRAND_FROM 92 /* columns; under these the views need what there is */
#define NAMES_FROM 66 /* columns; under these only the view shown has a name */

/* The name of a view as the top line has it. */
static void view_label(const struct ui *ui, size_t i, char *out, size_t size)
{
	int columns = ui->canvas.columns;
	if (columns < NAMES_FROM && i != ui->view)
		snprintf(out, size, "%zu ", i + 1);
	else
		snprintf(out, size, columns < BRAND_FROM ? "%zu %s " : " %zu %s ", i + 1,
			 view_table[i]->name);
}

int bar_view_at(struct ui *ui, int column)
{
	bool narrow = ui->canvas.columns < BRAND_FROM;
	int at = narrow ? 1 : (int)strlen(BRAND);
	for (size_t i = 0; i < n_views; i++) {
		char label[LABEL_MAX];
		view_label(ui, i, label, sizeof(label));
		int end = at + (int)strlen(label);
		if (column >= at && column < end)
			return (int)i;
		at = end;
	}
	return -1;
}

/* What is worth knowing at any time: no network, how fast it downloads. */
static void describe_state(struct ui *ui, char *out, size_t size)
{
	const struct ev_status *s = ui->status ? &ui->status->u.status : NULL;
	out[0] = 0;
	if (!s)
		return;
	if (str_eq(s->gateway_, "offline"))
		str_copy(out, size, "offline ");
	else if (str_eq(s->gateway_, "down"))
		str_copy(out, size, "no gateway answers ");
	else if (str_eq(s->gateway_, "degraded"))
		str_copy(out, size, "gateway unsteady ");
	size_t used = strlen(out);
	if (s->active_ > 0) {
		char rate[16];
		str_size(rate, sizeof(rate), s->rate_ > 0 ? (uint64_t)s->rate_ : 0);
		snprintf(out + used, size - used, "%s%lld %s/s ", ui->canvas.glyphs->downloading,
			 (long long)s->active_, rate);
	}
}

void bar_draw_top(struct ui *ui)
{
	struct canvas *c = &ui->canvas;
	int line = ui->layout.top;
	canvas_paint(c, line, 0, c->columns, ROLE_BAR);
	bool narrow = c->columns < BRAND_FROM;
	int at = canvas_text(c, line, 0, c->columns, narrow ? " " : BRAND, ROLE_STRONG);
	for (size_t i = 0; i < n_views; i++) {
		char label[LABEL_MAX];
		view_label(ui, i, label, sizeof(label));
		at += canvas_text(c, line, at, c->columns - at, label,
				  i == ui->view ? ROLE_BAR_HERE : ROLE_BAR);
	}
	char state[128];
	describe_state(ui, state, sizeof(state));
	canvas_text_right(c, line, at, c->columns - at, state, ROLE_BAR);
}

/* -- the player -------------------------------------------------------------------------------- */

/* "360p  12:03 / 1:42:10  vol 80 %": of a stream its quality, which may change. */
static void describe_player(const struct ev_player *p, char *out, size_t size)
{
	char at[24], of[24], quality[QUALITY_SIZE + 2] = "";
	if (!p->offline_ && quality_is_word(p->quality_))
		snprintf(quality, sizeof(quality), "%.15s  ", p->quality_);
	str_duration(at, sizeof(at), p->position_seconds_);
	str_duration(of, sizeof(of), p->duration_);
	if (str_eq(p->state_, "loading"))
		snprintf(out, size, "%sloading", quality);
	else
		snprintf(out, size, "%s%s%s%s", quality, at, of[0] || p->live_ ? " / " : "",
			 p->live_ ? "live" : of);
	size_t used = strlen(out);
	if (p->speed_ > 0 && p->speed_ != 100)
		used += (size_t)snprintf(out + used, size - used, "  %lld.%02lldx",
					 (long long)p->speed_ / 100, (long long)p->speed_ % 100);
	if (p->muted_)
		snprintf(out + used, size - used, "  muted");
	else if (p->volume_ >= 0)
		snprintf(out + used, size - used, "  vol %lld %%", (long long)p->volume_);
}

/* What is only worth its place where there is room: which sound, which text, how much has come. */
static void describe_tracks(const struct ev_player *p, char *out, size_t size)
{
	out[0] = 0;
	if (p->audio_ && !str_starts(p->audio_, "1 of 1"))
		snprintf(out, size, "audio %s", p->audio_);
	size_t used = strlen(out);
	if (p->subtitle_)
		snprintf(out + used, size - used, "%ssubtitle %s", used ? "  " : "", p->subtitle_);
	used = strlen(out);
	if (p->ahead_ >= 0)
		snprintf(out + used, size - used, "%s+%lld s", used ? "  " : "",
			 (long long)p->ahead_);
}

#define TRACKS_FROM 90 /* columns */

static void draw_position(struct ui *ui, int line, int from, int to, const struct ev_player *p)
{
	const struct glyphs *g = ui->canvas.glyphs;
	if (p->duration_ <= 0 || p->position_seconds_ < 0 || to - from < 4)
		return;
	int64_t full = p->position_seconds_ * (to - from) / p->duration_;
	for (int i = from; i < to; i++)
		canvas_text(&ui->canvas, line, i, 1, i - from < full ? g->bar_full : g->bar_empty,
			    ROLE_BUSY);
}

static void draw_player(struct ui *ui, int line, int columns)
{
	struct canvas *c = &ui->canvas;
	const struct glyphs *g = c->glyphs;
	const struct ev_player *p = &ui->player->u.player;
	char state[96];
	describe_player(p, state, sizeof(state));
	bool paused = str_eq(p->state_, "paused");
	int end = canvas_text_right(c, line, 0, columns - 1, state, ROLE_STRONG);
	if (columns >= TRACKS_FROM) {
		char tracks[96];
		describe_tracks(p, tracks, sizeof(tracks));
		end = tracks[0] ? canvas_text_right(c, line, 0, end - 2, tracks, ROLE_DIM) : end;
	}
	canvas_text(c, line, 1, 1, paused ? g->paused : g->playing, ROLE_BUSY);
	int room = columns >= 70 ? end / 2 : end - 4;
	int at = 3 + canvas_text(c, line, 3, room, p->title_ ? p->title_ : "playing", ROLE_TEXT);
	if (paused)
		at += canvas_text(c, line, at, end - at, "  paused", ROLE_WARN);
	else if (p->waiting_)
		at += canvas_text(c, line, at, end - at, "  waiting for more", ROLE_WARN);
	draw_position(ui, line, at + 2, end - 2, p);
}

void bar_draw_player(struct ui *ui)
{
	if (ui->player && ui->layout.player >= 0)
		draw_player(ui, ui->layout.player, ui->canvas.columns);
}

/* -- below ------------------------------------------------------------------------------------- */

static void describe_age(struct ui *ui, int64_t since, struct buf *b)
{
	int64_t minutes = (clock_wall(ui->clock) - since) / 60;
	if (minutes < 1)
		(void)!buf_add_str(b, "just now");
	else if (minutes < 120)
		(void)!buf_addf(b, "%lld min ago", (long long)minutes);
	else if (minutes < 48 * 60)
		(void)!buf_addf(b, "%lld h ago", (long long)minutes / 60);
	else
		(void)!buf_addf(b, "%lld days ago", (long long)minutes / (24 * 60));
}

/* "cached 12 min ago · refreshing" */
static void describe_view(struct ui *ui, struct buf *b)
{
	const struct view *v = ui_view(ui);
	const char *dot = ui->canvas.glyphs->dot;
	size_t marked = listing_count_marked(ui_listing(ui));
	bool loading = ui_is_loading(ui, v->slot);
	if (marked > 0)
		(void)!buf_addf(b, "%zu marked", marked);
	if (v->fetched_at != TIME_UNKNOWN) {
		(void)!buf_addf(b, "%s%s ", b->len ? dot : "", v->cached ? "cached" : "fetched");
		describe_age(ui, v->fetched_at, b);
	}
	if (loading)
		(void)!buf_addf(b, "%s%s", b->len ? dot : "",
				v->rows.n > 0 ? "refreshing" : "loading");
	else if (v->state == VIEW_FAILED && v->rows.n > 0)
		(void)!buf_addf(b, "%snot refreshed", b->len ? dot : "");
}

#define MAX_LINES 7

/* Which commands the bottom line names, where; the first ones first where there is little room. */
static const struct {
	unsigned where;
	const char *lines[MAX_LINES];
} hints[] = {
	{ IN_PAGE, { "help", "back", "down page" } },
	{ IN_DETAIL, { "help", "back", "play", "download", "favorite", "link" } },
	{ IN_DOWNLOADS, { "help", "back", "pause", "cancel", "retry", "delete" } },
	{ IN_LIBRARY, { "help", "open", "play", "delete", "filter" } },
	{ IN_QUEUE, { "help", "open", "pause", "cancel", "retry", "queue-up" } },
	{ IN_STATUS, { "help", "open", "refresh", "log" } },
	{ IN_HOME, { "help", "open", "play", "download", "category", "refresh" } },
	{ IN_SERIES, { "help", "open", "play", "download", "episode next", "filter" } },
	{ IN_CHANNELS, { "help", "open", "play", "download", "filter", "mark" } },
};

#define MAX_HINTS 9

/* The command lines to name here, the help first; ends with NULL. */
static void hints_here(struct ui *ui, const char *ret_lines[MAX_HINTS])
{
	size_t row = 0, n = 0;
	while (row + 1 < sizeof(hints) / sizeof(hints[0]) && !(hints[row].where & ui_context(ui)))
		row++;
	for (int i = 0; i < MAX_LINES && hints[row].lines[i]; i++) {
		ret_lines[n++] = hints[row].lines[i];
		if (i == 0 && ui->player)
			ret_lines[n++] = "player pause";
	}
	ret_lines[n] = NULL;
}

/* How many hints fit, and their columns. */
static int measure_hints(struct ui *ui, const char *const *lines, int room, int *ret_n)
{
	int used = 0;
	*ret_n = 0;
	for (int i = 0; lines[i]; i++) {
		char key[KEY_NAME_SIZE];
		const struct command *c = command_find(lines[i], strcspn(lines[i], " "));
		if (!c || !keymap_key_of(&ui->keymap, ui_context(ui), lines[i], key))
			continue;
		int need = (int)(strlen(key) + 1 + strlen(c->hint)) + (used ? 2 : 0);
		if (used + need > room)
			break;
		used += need;
		*ret_n = i + 1;
	}
	return used;
}

/* From left to right; the help, which is first in the table, stands last. */
static void draw_hints(struct ui *ui, int line, int from)
{
	struct canvas *c = &ui->canvas;
	const char *lines[MAX_HINTS];
	hints_here(ui, lines);
	int n, at = c->columns - 1;
	at -= measure_hints(ui, lines, c->columns - 1 - from, &n);
	for (int i = 1; i <= n; i++) {
		char key[KEY_NAME_SIZE];
		const char *bound = lines[i == n ? 0 : i];
		if (!keymap_key_of(&ui->keymap, ui_context(ui), bound, key))
			continue;
		const struct command *command = command_find(bound, strcspn(bound, " "));
		at += canvas_text(c, line, at, c->columns - at, key, ROLE_KEY) + 1;
		at += canvas_text(c, line, at, c->columns - at, command->hint, ROLE_DIM) + 2;
	}
}

static void draw_question(struct ui *ui, int line)
{
	struct canvas *c = &ui->canvas;
	const char *answers = ui->question.keys ? "" : " y/n"; /* else the text names them */
	int room = c->columns - 2 - (int)strlen(answers);
	int at = 1 + canvas_text(c, line, 1, room, ui->question.text, ROLE_PROMPT);
	at += canvas_text(c, line, at, c->columns - at, answers, ROLE_KEY);
	canvas_cursor(c, line, at < c->columns ? at : c->columns - 1);
}

void bar_draw_status(struct ui *ui)
{
	struct canvas *c = &ui->canvas;
	int line = ui->layout.status;
	if (ui->masked.text) {
		masked_draw(&ui->masked, c, line, 1, c->columns - 1);
		return;
	}
	if (ui->question.text) {
		draw_question(ui, line);
		return;
	}
	if (ui->prompt) {
		prompt_draw(ui->prompt, c, line, 1, c->columns - 1);
		return;
	}
	if (ui->message && ui->message_role == ROLE_ERROR) {
		canvas_text(c, line, 1, c->columns - 1, ui->message, ROLE_ERROR);
		return;
	}
	if (!ui->message && ui->player && ui->layout.player < 0) {
		draw_player(ui, line, c->columns);
		return;
	}
	struct buf b;
	buf_init(&b, BAR_MAX);
	if (!ui->message)
		describe_view(ui, &b);
	int used = canvas_text(c, line, 1, c->columns - 2, ui->message ? ui->message : b.data,
			       ui->message ? ui->message_role : ROLE_DIM);
	draw_hints(ui, line, used + 3);
	buf_release(&b);
}
