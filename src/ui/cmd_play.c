/* Commands that play, and that steer what is playing. */
#include "state.h"

#include <stdlib.h>
#include "kiyya/output.h"
#include "kiyya/quality.h"
#include "kiyya/str.h"

void ui_play_held(struct ui *ui)
{
	struct req *r = ui->held;
	bool no_picture = ui->upnext.audio || !str_empty(ui->config->settings->play_command);
	ui->held = NULL;
	ui->picture = !no_picture && output_takes_terminal(where_vo(ui));
	if (!no_picture)
		r->u.play.vo_ = str_dup(ui->vo);
	if (ui->picture && where_is_silent(ui))
		strs_add(&r->u.play.options_, "aid=no");
	if (ui_send(ui, r, SLOT_PLAY))
		ui_say(ui, "starting the player: %s", ui->held_title);
}

static void send_play(struct ui *ui, const char *id, const char *quality, const char *title,
		      int64_t start)
{
	struct req *r = req_new(REQ_PLAY);
	r->u.play.item_ = str_dup(id);
	r->u.play.quality_ = str_dup(quality);
	r->u.play.audio_ = ui->upnext.audio;
	r->u.play.start_ = start;
	req_free(ui->held);
	ui->held = r;
	str_set(&ui->held_title, title);
	if (ui->upnext.audio || !where_asks(ui))
		ui_play_held(ui);
}

static void play(struct ui *ui, bool audio, int64_t start)
{
	const struct item *it = upnext_begin(ui);
	if (!it || !item_claim_id(it)[0])
		return;
	if (it->claim && !it->claim->playable && !it->claim->local.offline &&
	    !claim_may_be_live(it->claim)) {
		ui_say_error(ui, "%s cannot be played: %s", item_title(it),
			     it->claim->reason ? it->claim->reason : "nobody said why");
		return;
	}
	ui->upnext.audio = audio;
	send_play(ui, item_claim_id(it), item_copy(it) ? item_quality(it) : NULL, item_title(it),
		  start);
}

void ui_play(struct ui *ui, const char *claim_id, const char *title)
{
	send_play(ui, claim_id, NULL, title ? title : "the next one", MSG_UNKNOWN);
}

void cmd_play(struct ui *ui, const char *arg)
{
	play(ui, false, str_eq(arg, "start") ? 0 : MSG_UNKNOWN);
}

void cmd_audio(struct ui *ui, const char *arg)
{
	play(ui, true, MSG_UNKNOWN);
}

void cmd_pane(struct ui *ui, const char *arg)
{
	bool large = str_eq(arg, "large");
	if (!film_change(ui, large) && large)
		ui_say(ui, "nothing is playing in the pane");
	if (!ui->film.live && !large) {
		str_set(&ui->vo, "pane"); /* and so does what plays after it */
		play(ui, false, MSG_UNKNOWN);
	}
}

void cmd_episode(struct ui *ui, const char *arg)
{
	bool next = str_eq(arg, "next");
	if (!next && !str_eq(arg, "previous")) {
		ui_say_error(ui, "which episode? \"episode next\" or \"episode previous\"");
		return;
	}
	const struct item *it = ui_item(ui);
	const char *playing = ui->player ? ui->player->u.player.claim_id_ : NULL;
	bool plays = playing && view_series_has(ui, playing);
	char *id = str_dup(plays ? playing : it ? item_claim_id(it) : "");
	if (!view_series_step(ui, id, next ? 1 : -1))
		ui_say(ui, "no episode %s this one in its series", next ? "behind" : "before");
	else if (plays)
		cmd_play(ui, NULL);
	free(id);
}

static void steer(struct ui *ui, const char *command, int64_t by)
{
	if (!ui->player) {
		ui_say(ui, "nothing is playing");
		return;
	}
	struct req *r = req_new(REQ_PLAYER);
	r->u.player.command_ = str_dup(command);
	r->u.player.amount_ = by;
	ui_send(ui, r, 0);
}

/* "+10" or "-10". */
static bool signed_number(const char *arg, int64_t *ret)
{
	return arg && str_to_i64(*arg == '+' ? arg + 1 : arg, ret);
}

void cmd_player(struct ui *ui, const char *arg)
{
	bool stop = str_eq(arg, "stop");
	/* Before the first picture there is only the request to take back. */
	if (stop && !ui->player && ui_stop_slot(ui, SLOT_PLAY))
		return;
	steer(ui, stop ? "stop" : "pause", MSG_UNKNOWN);
}

void cmd_seek(struct ui *ui, const char *arg)
{
	int64_t by;
	if (signed_number(arg, &by))
		steer(ui, "seek", by);
	else
		ui_say_error(ui, "seek by how many seconds? \"seek +30\"");
}

void cmd_volume(struct ui *ui, const char *arg)
{
	int64_t by;
	if (signed_number(arg, &by))
		steer(ui, "volume", by);
	else
		ui_say_error(ui, "volume by how much? \"volume +5\"");
}

void cmd_speed(struct ui *ui, const char *arg)
{
	int64_t by = 0;
	if (!arg || signed_number(arg, &by))
		steer(ui, "speed", by);
	else
		ui_say_error(ui, "speed by how many per cent? \"speed +10\"");
}

void cmd_track(struct ui *ui, const char *arg)
{
	if (str_eq(arg, "audio") || str_eq(arg, "subtitle"))
		steer(ui, arg, MSG_UNKNOWN);
	else
		ui_say_error(ui, "which track? \"track audio\" or \"track subtitle\"");
}

static void change_quality(struct ui *ui, const char *word)
{
	struct req *r = req_new(REQ_PLAYER);
	r->u.player.command_ = str_dup("quality");
	r->u.player.quality_ = str_dup(word);
	ui_send(ui, r, 0);
}

static void entered_quality(struct ui *ui, const char *text)
{
	if (*text)
		cmd_quality(ui, text);
}

void cmd_quality(struct ui *ui, const char *arg)
{
	if (!ui->player)
		ui_say(ui, "nothing is playing");
	else if (!arg)
		ui_prompt(ui, PROMPT_QUALITY, "quality (original, best, 720p …): ", "",
			  (struct asking){ .entered = entered_quality });
	else if (str_eq(arg, "lower") || str_eq(arg, "higher") || quality_is_word(arg))
		change_quality(ui, arg);
	else
		ui_say_error(ui,
			     "a quality is original, best, a height such as 720p, lower or higher");
}

void cmd_mute(struct ui *ui, const char *arg)
{
	steer(ui, "mute", MSG_UNKNOWN);
}

/* -- while the terminal is the player's ---------------------------------------------------------- */

void ui_key_to_player(struct ui *ui, uint32_t code)
{
	static const char *const words[] = { "player", "seek",  "volume", "mute",
					     "speed",  "track", "quality" };
	if (code == 'q' || code == K_ESC || code == K_CTRL('c')) {
		cmd_player(ui, "stop");
		return;
	}
	const char *line = keymap_find(&ui->keymap, IN_DETAIL, code);
	for (size_t i = 0; line && i < sizeof(words) / sizeof(words[0]); i++)
		if (str_starts(line, words[i]) && !str_eq(line, "quality"))
			command_run(ui, line); /* but nothing is typed there */
}

void ui_take_screen_back(struct ui *ui)
{
	ui->picture = false;
	if (!ui->given)
		return;
	ui->given = false;
	ui->term->ops->resized(ui->term);
	ui_resize(ui);
	cmd_redraw(ui, NULL);
}
