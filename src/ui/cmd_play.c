/* Commands that play, and that steer what is playing. */
#include "state.h"

#include <stdlib.h>
#include "kiyya/str.h"

static void play(struct ui *ui, bool audio, const char *vo, int64_t start)
{
	const struct item *it = ui_item(ui);
	if (!it || !item_claim_id(it)[0])
		return;
	if (it->claim && !it->claim->playable && !it->claim->local.offline) {
		ui_say_error(ui, "%s cannot be played: %s", item_title(it),
			     it->claim->reason ? it->claim->reason : "nobody said why");
		return;
	}
	struct req *r = req_new(REQ_PLAY);
	r->u.play.item_ = str_dup(item_claim_id(it));
	if (item_copy(it))
		r->u.play.quality_ = str_dup(item_quality(it));
	r->u.play.audio_ = audio;
	r->u.play.vo_ = str_dup(vo);
	r->u.play.start_ = start;
	if (ui_send(ui, r, SLOT_PLAY))
		ui_say(ui, "starting the player: %s", item_title(it));
}

void cmd_play(struct ui *ui, const char *arg)
{
	play(ui, false, NULL, str_eq(arg, "start") ? 0 : MSG_UNKNOWN);
}

void cmd_audio(struct ui *ui, const char *arg)
{
	play(ui, true, NULL, MSG_UNKNOWN);
}

void cmd_pane(struct ui *ui, const char *arg)
{
	bool large = str_eq(arg, "large");
	if (!film_change(ui, large) && large)
		ui_say(ui, "nothing is playing in the pane");
	else if (!ui->film.live)
		play(ui, false, "pane", MSG_UNKNOWN);
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

void cmd_mute(struct ui *ui, const char *arg)
{
	steer(ui, "mute", MSG_UNKNOWN);
}
