/* The one message in the status line. */
#include "state.h"

#include <stdarg.h>
#include <stdlib.h>
#include "kiyya/buf.h"

#define MESSAGE_MAX 1024
#define MESSAGE_MS  6000

static void say(struct ui *ui, enum role role, int64_t ms, const char *prefix, const char *fmt,
		va_list ap) PRINTF_LIKE(5, 0);

static void say(struct ui *ui, enum role role, int64_t ms, const char *prefix, const char *fmt,
		va_list ap)
{
	struct buf b;
	buf_init(&b, MESSAGE_MAX);
	(void)!buf_add_str(&b, prefix);
	if (!buf_vaddf(&b, fmt, ap))
		(void)!buf_add_str(&b, "(too long to show; kiyya log has it)");
	free(ui->message);
	ui->message = buf_steal(&b);
	ui->message_role = role;
	ui->message_ends = ms > 0 ? clock_mono_ms(ui->clock) + ms : 0;
	ui->dirty = true;
	buf_release(&b);
}

void ui_say(struct ui *ui, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(ui, ROLE_STRONG, MESSAGE_MS, "", fmt, ap);
	va_end(ap);
}

void ui_say_error(struct ui *ui, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(ui, ROLE_ERROR, 0, "error: ", fmt, ap);
	va_end(ap);
}

void ui_say_nothing(struct ui *ui)
{
	if (!ui->message)
		return;
	free(ui->message);
	ui->message = NULL;
	ui->dirty = true;
}
