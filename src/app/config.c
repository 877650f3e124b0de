/* The configuration file, read into the settings. */
#include "config.h"

#include <stdlib.h>
#include "kiyya/buf.h"
#include "kiyya/config_text.h"
#include "kiyya/file.h"
#include "kiyya/str.h"

struct loading {
	struct settings *settings;
	const char *path;
	struct strs *warnings;
};

static bool take_pair(void *arg, int line, const char *key, const char *value, struct err *err)
{
	struct loading *l = arg;
	int known = settings_find(key);
	if (known >= 0 && !settings_set(l->settings, known, value, "file", err))
		return false;
	char *warning = NULL;
	if (known < 0)
		warning = str_fmt("%s:%d: unknown key %s; did you mean %s?", l->path, line, key,
				  settings_nearest(key));
	else if (!settings_acts(known))
		warning = str_fmt("%s:%d: %s does nothing in this version", l->path, line, key);
	if (warning)
		strs_add(l->warnings, warning);
	free(warning);
	return true;
}

bool config_load(struct settings *s, const char *path, bool required, struct strs *warnings,
		 struct err *err)
{
	struct buf text;
	struct err why = { 0 };
	bool ok = file_read_all(path, CONFIG_MAX_BYTES, &text, &why);
	if (!ok && why.kind == ERR_NOT_FOUND && !required)
		return true;
	if (!ok) {
		if (why.kind == ERR_LIMIT)
			why.kind = ERR_CONFIG;
		if (err)
			*err = why;
		return err_wrap(err, "reading the configuration");
	}
	struct loading l = { .settings = s, .path = path, .warnings = warnings };
	ok = config_read_text(path, text.data, text.len, take_pair, &l, err);
	buf_release(&text);
	return ok;
}

void config_say_warnings(FILE *out, const struct strs *warnings)
{
	for (size_t i = 0; i < warnings->n; i++)
		fprintf(out, "kiyya: warning: %s\n", warnings->v[i]);
}
