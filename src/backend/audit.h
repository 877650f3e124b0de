/* What happened to the keys, in the security log. */
#ifndef KIYYA_BACKEND_AUDIT_H
#define KIYYA_BACKEND_AUDIT_H

#include "core.h"

/* event: "key_operation", "authentication_failure" …; severity: info warning error. No secrets in the sentence. */
void audit(struct core *core, const char *event, const char *severity, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

#endif
