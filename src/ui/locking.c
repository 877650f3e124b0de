/* The vault's lock as the screen sees it: the passphrase that is asked for, :lock and :unlock, and the lock after a
 * time without a key. */
#include "state.h"

#include "kiyya/str.h"

static void send_key(struct ui *ui, const char *action, bool here)
{
	struct req *r = req_new(REQ_KEY);
	r->u.key.action_ = str_dup(action);
	r->u.key.here_ = here;
	ui_send(ui, r, 0);
}

void cmd_lock(struct ui *ui, const char *arg)
{
	send_key(ui, "lock", false);
}

void cmd_unlock(struct ui *ui, const char *arg)
{
	send_key(ui, "open", false);
}

void ui_take_key_state(struct ui *ui, const struct ev_key *k)
{
	if (str_eq(k->state_, "locked"))
		ui_say(ui, "the vault is locked");
	else if (str_eq(k->state_, "unlocked"))
		ui_say(ui, "the vault is open");
}

/* -- the passphrase ---------------------------------------------------------------------------- */

void ui_take_ask(struct ui *ui, const struct ev_ask *a)
{
	ui->asked = a->again_ ? "wrong passphrase; once more: " : "passphrase of the vault: ";
	ui_show_ask(ui);
}

void ui_show_ask(struct ui *ui)
{
	/* Never under the fingers of somebody who is typing something else. */
	if (!ui->asked || ui->prompt || ui->question.text)
		return;
	masked_begin(&ui->masked, ui->asked);
	ui->asked = NULL;
	ui->dirty = true;
}

static void answer(struct ui *ui, char *passphrase)
{
	struct req *r = req_new(REQ_KEY);
	r->u.key.action_ = str_dup("answer");
	r->u.key.passphrase_ = passphrase;
	ui_send(ui, r, 0);
	ui->term->ops->forget(ui->term);
}

void ui_masked_takes(struct ui *ui, uint32_t code)
{
	enum prompt_result result = masked_key(&ui->masked, code);
	if (result == PROMPT_ENTERED) {
		answer(ui, masked_take(&ui->masked));
		ui_say(ui, "opening the vault");
	} else if (result == PROMPT_LEFT) {
		masked_drop(&ui->masked);
		answer(ui, NULL);
	}
}

/* -- without a key press ----------------------------------------------------------------------- */

/* A film that is watched and downloads that run need the keys, and nobody presses any for hours. */
static bool is_in_use(const struct ui *ui)
{
	const struct ev_status *s = ui->status ? &ui->status->u.status : NULL;
	return ui->player || (s && s->holder_ && s->active_ > 0);
}

int64_t ui_idle_lock_ms(const struct ui *ui)
{
	int64_t after = ui->config->settings->key_idle_lock;
	if (after <= 0 || ui->idle_locked || is_in_use(ui))
		return -1;
	int64_t left = ui->last_key + after - clock_mono_ms(ui->clock);
	return left > 0 ? left : 0;
}

void ui_lock_if_idle(struct ui *ui)
{
	if (ui_idle_lock_ms(ui) != 0)
		return;
	ui->idle_locked = true;
	if (ui->masked.text) {
		masked_drop(&ui->masked);
		answer(ui, NULL);
	}
	send_key(ui, "lock", true);
}
