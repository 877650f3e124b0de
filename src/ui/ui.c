/* The loop of the screen: waits for keys, events, signals and timers, and draws when something has
 * changed. */
#include "state.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "kiyya/file.h"
#include "kiyya/link.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"

#define PROGRESS_MS      500   /* numbers that run are drawn this often at most */
#define PROGRESS_SLOW_MS 2000  /* on a slow line */
#define AGE_MS           60000 /* "cached 12 min ago" grows older */
#define KEYS_AT_ONCE     256
#define KEYS_FILE_MAX    65536

struct view *ui_view(struct ui *ui)
{
	return &ui->views[ui->view];
}

struct view *ui_view_of(struct ui *ui, const struct view_ops *ops)
{
	size_t i = 0;
	while (i + 1 < n_views && ui->views[i].ops != ops)
		i++;
	return &ui->views[i];
}

void ui_show_view(struct ui *ui, size_t i)
{
	ui->view = i;
	ui->focus = PANE_LIST;
	ui->detail_open = false;
	if (ui->page.open)
		page_close(ui);
	struct view *v = ui_view(ui);
	/* A list that comes whole, from this machine, is cheap: it is asked for each time. */
	if (!ui_is_loading(ui, v->slot) && (v->state == VIEW_NEW || !v->ops->near_end))
		v->ops->load(ui, v, false);
}

void ui_reload(struct ui *ui, const struct view_ops *ops)
{
	struct view *v = ui_view_of(ui, ops);
	if (v->state != VIEW_NEW)
		v->ops->load(ui, v, false);
}

/* -- beginning and end ------------------------------------------------------------------------- */

static void init_view(struct ui *ui, size_t i)
{
	struct view *v = &ui->views[i];
	const struct view_ops *ops = view_table[i];
	*v = (struct view){ .ops = ops,
			    .slot = SLOT_VIEW + (uint32_t)i,
			    .columns = ops->columns,
			    .n_columns = ops->n_columns,
			    .empty = ops->empty,
			    .fetched_at = TIME_UNKNOWN };
	v->own = ops->own_size > 0 ? mem_new(ops->own_size) : NULL;
	listing_init(&v->listing, &v->rows, ops->sorts, NULL);
}

static int rank(const struct item *it)
{
	static const char *const states[] = { "active", "queued", "paused", "failed" };
	int i = 0;
	while (i < 4 && !item_is_state(it, states[i]))
		i++;
	return i;
}

static int sort_by_state(const struct item *a, const struct item *b)
{
	return rank(a) - rank(b);
}

static const struct sort pane_sorts[] = {
	{ "state", sort_by_state },
	{ "title", sort_by_title },
	{ NULL, NULL },
};

static void read_keys(struct ui *ui)
{
	const char *file = ui->config->settings->ui_keys;
	struct err err = { 0 };
	struct buf text;
	if (str_empty(file))
		return;
	buf_init(&text, KEYS_FILE_MAX);
	if (!file_read_all(file, KEYS_FILE_MAX, &text, &err) ||
	    !keymap_read(&ui->keymap, text.data, file, &err))
		ui_say_error(ui, "%s", err.text);
	buf_release(&text);
}

struct ui *ui_new(const struct ui_config *config, struct term *term)
{
	struct ui *ui = NEW(struct ui);
	int columns, lines;
	ui->config = config;
	ui->related.at = -1;
	ui->clock = clock_real();
	ui->last_key = clock_mono_ms(ui->clock);
	ui->term = term;
	term->ops->size(term, &columns, &lines);
	canvas_init(&ui->canvas, columns, lines, glyphs_get(config->ascii || term->ascii));
	keymap_init(&ui->keymap);
	film_init(ui);
	for (size_t i = 0; i < sizeof(ui->prompts) / sizeof(ui->prompts[0]); i++)
		prompt_init(&ui->prompts[i]);
	for (size_t i = 0; i < n_views; i++)
		init_view(ui, i);
	listing_init(&ui->pane, &ui->queue, pane_sorts, downloads_wants);
	return ui;
}

static void release_view(struct view *v)
{
	if (v->ops->release)
		v->ops->release(v);
	listing_release(&v->listing);
	rows_release(&v->rows);
	free(v->own);
	free(v->why);
}

void ui_free(struct ui *ui)
{
	if (!ui)
		return;
	masked_drop(&ui->masked);
	film_release(ui);
	ui->term->ops->end(ui->term);
	for (size_t i = 0; i < n_views; i++)
		release_view(&ui->views[i]);
	listing_release(&ui->pane);
	rows_release(&ui->queue);
	lines_release(&ui->detail);
	page_free(ui->detail_page);
	related_release(&ui->related);
	lines_release(&ui->page.lines);
	strs_release(&ui->page.notes);
	free(ui->page.title);
	for (size_t i = 0; i < sizeof(ui->prompts) / sizeof(ui->prompts[0]); i++)
		prompt_release(&ui->prompts[i]);
	strs_release(&ui->question.items);
	free(ui->question.text);
	free(ui->message);
	free(ui->searched);
	upnext_release(&ui->upnext);
	req_free(ui->held);
	free(ui->held_title);
	free(ui->vo);
	event_free(ui->player);
	event_free(ui->status);
	while (ui->n_tickets > 0)
		ui_close_ticket(ui, &ui->tickets[ui->n_tickets - 1]);
	free(ui->tickets);
	keymap_release(&ui->keymap);
	canvas_release(&ui->canvas);
	free(ui);
}

void ui_start(struct ui *ui)
{
	if (ui->config->crash_note)
		ui_say_error(ui, "%s", ui->config->crash_note);
	read_keys(ui);
	bool home = !ui->config->place && str_eq(ui->config->settings->ui_start, "home");
	ui->first_view = (size_t)(ui_view_of(ui, home ? &view_home : &view_channels) - ui->views);
	ui->view = ui->first_view;
	for (size_t i = 0; i < n_views; i++)
		if (ui->views[i].ops->init)
			ui->views[i].ops->init(ui, &ui->views[i]);
	ui_view(ui)->ops->load(ui, ui_view(ui), false);
	ui_draw(ui);
	struct view *queue = ui_view_of(ui, &view_queue);
	queue->ops->load(ui, queue, false);
}

/* -- the loop ---------------------------------------------------------------------------------- */

void ui_resize(struct ui *ui)
{
	int columns, lines;
	ui->term->ops->size(ui->term, &columns, &lines);
	canvas_resize(&ui->canvas, columns, lines);
	detail_forget(ui);
	ui->dirty = true;
}

/* Curses told of a new size draws at the next key: not while the player has the terminal. */
static void take_resize(struct ui *ui)
{
	if (ui->given)
		return;
	ui->term->ops->resized(ui->term);
	ui_resize(ui);
}

static void take_signals(struct ui *ui)
{
	struct signalfd_siginfo s;
	while (read(ui->config->signal_fd, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
		if (s.ssi_signo == SIGWINCH) {
			take_resize(ui);
		} else if (s.ssi_signo == SIGTSTP) {
			cmd_suspend(ui, NULL);
		} else if (s.ssi_signo != SIGCONT) {
			ui->signal = (int)s.ssi_signo;
			ui->quit = true;
		}
		/* One at a time, so that a blocking descriptor does no harm. */
		struct pollfd more = { .fd = ui->config->signal_fd, .events = POLLIN };
		if (poll(&more, 1, 0) <= 0)
			break;
	}
}

static void take_events(struct ui *ui)
{
	wake_clear(&ui->config->link->to_front);
	for (struct event *e; !ui->quit && (e = link_next_event(ui->config->link));)
		ui_take_event(ui, e);
}

/* A terminal may send keys without an end: signals and the screen have their turn in between. */
static void take_keys(struct ui *ui)
{
	struct key k;
	ui->more_keys = false;
	for (int n = 0; !ui->quit && ui->term->ops->key(ui->term, &k); n++) {
		ui_take_key(ui, k);
		if (n == KEYS_AT_ONCE) {
			ui->more_keys = true;
			return;
		}
	}
}

static void take_timers(struct ui *ui)
{
	if (ui->message && ui->message_ends > 0 && clock_mono_ms(ui->clock) >= ui->message_ends)
		ui_say_nothing(ui);
	ui_lock_if_idle(ui);
	upnext_tick(ui);
}

/* The shorter of two waits; a is -1 for ever, b may lie in the past. */
static int64_t sooner(int64_t a, int64_t b)
{
	b = b < 0 ? 0 : b;
	return a < 0 || b < a ? b : a;
}

static int64_t progress_ms(const struct ui *ui)
{
	return ui->config->settings->ui_slow_line ? PROGRESS_SLOW_MS : PROGRESS_MS;
}

/* Milliseconds until something has to be done unasked; -1: never. */
static int wait_ms(struct ui *ui, int most)
{
	int64_t now = clock_mono_ms(ui->clock), wait = most;
	if (ui->dirty || ui->more_keys)
		return 0;
	if (ui->stirred)
		wait = sooner(wait, ui->last_draw + progress_ms(ui) - now);
	if (ui->message && ui->message_ends > 0)
		wait = sooner(wait, ui->message_ends - now);
	if (ui_idle_lock_ms(ui) >= 0)
		wait = sooner(wait, ui_idle_lock_ms(ui));
	if (upnext_ms(ui) >= 0)
		wait = sooner(wait, upnext_ms(ui));
	if (ui_view(ui)->fetched_at != TIME_UNKNOWN)
		wait = sooner(wait, ui->last_draw + AGE_MS - now);
	return (int)wait;
}

static void draw_if_due(struct ui *ui)
{
	int64_t since = clock_mono_ms(ui->clock) - ui->last_draw;
	if (ui->quit)
		return;
	if (ui->dirty || (ui->stirred && since >= progress_ms(ui)) || since >= AGE_MS)
		ui_draw(ui);
}

void ui_step(struct ui *ui, int most)
{
	struct pollfd fds[] = {
		{ .fd = ui->term->fd, .events = POLLIN },
		{ .fd = ui->config->link->to_front.read_fd, .events = POLLIN },
		{ .fd = ui->config->signal_fd, .events = POLLIN },
		{ .fd = ui->term->out_fd, .events = POLLOUT },
	};
	int n = poll(fds, sizeof(fds) / sizeof(fds[0]), wait_ms(ui, most));
	if (n > 0 && fds[2].revents)
		take_signals(ui);
	if (n > 0 && fds[1].revents)
		take_events(ui);
	take_keys(ui);
	if (n > 0 && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
		ui_take_key(ui, (struct key){ .code = K_GONE });
	take_timers(ui);
	draw_if_due(ui);
	film_turn(ui);
}

void ui_settle(struct ui *ui)
{
	take_events(ui);
	do
		take_keys(ui);
	while (ui->more_keys);
	take_timers(ui);
	if (!ui->quit)
		ui_draw(ui);
	film_turn(ui);
}

#define SCREEN_MS 3000

/* A player that has the terminal is ended first: it would go on drawing on what we have left. */
static void wait_for_screen(struct ui *ui)
{
	int64_t end = clock_mono_ms(ui->clock) + SCREEN_MS;
	if (ui->given)
		cmd_player(ui, "stop");
	ui->quit = false;
	while (ui->given && !ui->quit && clock_mono_ms(ui->clock) < end)
		ui_step(ui, 100);
}

bool ui_run(const struct ui_config *config, int *ret_signal, struct err *err)
{
	const struct theme *theme = theme_find(config->settings->ui_theme);
	if (!theme)
		return err_set(err, ERR_CONFIG, 0,
			       "no theme \"%s\": there are default, dark, light and mono",
			       config->settings->ui_theme);
	struct term *term = term_curses_new(
	    &(struct term_options){
		.theme = theme,
		.no_color = config->no_color,
		.mouse = config->settings->ui_mouse,
	    },
	    err);
	if (!term)
		return false;
	struct ui *ui = ui_new(config, term);
	ui_start(ui);
	while (!ui->quit)
		ui_step(ui, -1);
	wait_for_screen(ui);
	*ret_signal = ui->signal;
	ui_free(ui);
	return true;
}
