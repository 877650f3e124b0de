/* The configuration file, read into the settings. Main thread, before anything else runs. */
#ifndef KIYYA_APP_CONFIG_H
#define KIYYA_APP_CONFIG_H

#include <stdbool.h>
#include <stdio.h>
#include "kiyya/err.h"
#include "kiyya/settings.h"

#define CONFIG_MAX_BYTES (1u << 20)

/* Reads the file at path into s (source "file"). A missing file is an empty one unless the person
 * named it (required): then ERR_NOT_FOUND. A bad value: ERR_CONFIG "file:line: key: what is wrong".
 * Keys that nobody knows are no error: a sentence each is added to warnings. */
bool config_load(struct settings *s, const char *path, bool required, struct strs *warnings,
		 struct err *err) MUST_USE;
/* "kiyya: warning: file:line: unknown key …", a line each. */
void config_say_warnings(FILE *out, const struct strs *warnings);

#endif
