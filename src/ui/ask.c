/* Requests: sends them, and remembers each until it is answered. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/link.h"
#include "kiyya/mem.h"

static struct ticket *remember(struct ui *ui, uint64_t id, uint32_t slot, enum req_kind kind)
{
	for (size_t i = 0; slot != 0 && i < ui->n_tickets; i++)
		if (ui->tickets[i].slot == slot)
			ui->tickets[i].stale = true;
	ui->tickets = mem_grow(ui->tickets, ui->n_tickets + 1, sizeof(*ui->tickets));
	struct ticket *t = &ui->tickets[ui->n_tickets++];
	*t = (struct ticket){ .id = id, .slot = slot, .kind = kind };
	return t;
}

uint64_t ui_send(struct ui *ui, struct req *r, uint32_t slot)
{
	enum req_kind kind = r->kind;
	uint64_t id = link_send(ui->config->link, r, slot);
	if (id == 0)
		ui_say_error(ui, "the part that does the work has ended; quit and start again");
	else
		remember(ui, id, slot, kind);
	ui->dirty = true;
	return id;
}

void ui_send_for(struct ui *ui, struct req *r, enum effect effect, const struct strs *items)
{
	struct ticket *t = ui_ticket(ui, ui_send(ui, r, 0));
	if (!t)
		return;
	t->effect = effect;
	strs_copy(&t->items, items);
}

struct ticket *ui_ticket(struct ui *ui, uint64_t id)
{
	for (size_t i = 0; id != 0 && i < ui->n_tickets; i++)
		if (ui->tickets[i].id == id)
			return &ui->tickets[i];
	return NULL;
}

void ui_close_ticket(struct ui *ui, struct ticket *t)
{
	size_t i = (size_t)(t - ui->tickets);
	strs_release(&t->items);
	memmove(t, t + 1, (--ui->n_tickets - i) * sizeof(*t));
}

bool ui_stop_slot(struct ui *ui, uint32_t slot)
{
	bool any = false;
	size_t n = ui->n_tickets; /* those that STOP itself adds are not looked at */
	for (size_t i = 0; i < n; i++) {
		if (ui->tickets[i].slot != slot)
			continue;
		struct req *r = req_new(REQ_STOP);
		r->u.stop.of_ = (int64_t)ui->tickets[i].id;
		ui_send(ui, r, 0);
		any = true;
	}
	return any;
}

bool ui_is_waiting(const struct ui *ui)
{
	for (size_t i = 0; i < ui->n_tickets; i++)
		if (ui->tickets[i].kind != REQ_PLAY)
			return true;
	return false;
}

bool ui_is_loading(const struct ui *ui, uint32_t slot)
{
	for (size_t i = 0; i < ui->n_tickets; i++)
		if (ui->tickets[i].slot == slot && !ui->tickets[i].stale)
			return true;
	return false;
}
