/* Commands about the program itself: help, the command line, the screen, the end. */
#include "state.h"

#include "kiyya/str.h"

void cmd_help(struct ui *ui, const char *arg)
{
	page_open(ui, "Keys and commands", page_write_help);
}

static void entered_command(struct ui *ui, const char *text)
{
	command_run(ui, text);
}

void cmd_command(struct ui *ui, const char *arg)
{
	ui_prompt(ui, PROMPT_COMMAND, ":", "",
		  (struct asking){ .entered = entered_command, .completes = true });
}

void cmd_redraw(struct ui *ui, const char *arg)
{
	ui->canvas.spoilt = true;
	ui->term->ops->spoilt(ui->term);
}

void cmd_suspend(struct ui *ui, const char *arg)
{
	ui->term->ops->suspend(ui->term);
	ui_resize(ui);
}

static void yes_quit(struct ui *ui, const struct strs *items)
{
	ui->quit = true;
}

/* Downloads that end with this process; another one's go on without us. */
static size_t count_active(const struct ui *ui)
{
	size_t n = 0;
	if (ui->status && !ui->status->u.status.holder_)
		return 0;
	for (size_t i = 0; i < ui->queue.n; i++)
		n += item_is_state(&ui->queue.v[i], "active");
	return n;
}

void cmd_quit(struct ui *ui, const char *arg)
{
	size_t active = count_active(ui);
	if (active == 0)
		ui->quit = true;
	else
		ui_ask(ui, yes_quit, NULL,
		       "still downloading %zu item%s; quit? they continue next time", active,
		       active == 1 ? "" : "s");
}
