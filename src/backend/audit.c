/* The security log. */
#include "audit.h"

#include <stdarg.h>
#include <stdio.h>

void audit(struct core *core, const char *event, const char *severity, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_info("security", NULL, "%s: %s", event, text);
	struct log_row row = { .time = clock_wall(core->clock),
			       .level = "info",
			       .component = "vault",
			       .message = text,
			       .event = event,
			       .severity = severity,
			       .code = INT64_MIN,
			       .ms = INT64_MIN,
			       .http_status = INT64_MIN };
	struct err why;
	if (core->store && !store_log_put(core->store, "security", &row, &why))
		log_warn("security", NULL, "not recorded: %s", why.text);
}
