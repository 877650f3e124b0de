/* Answers config: settings shown, and one line of the configuration file changed. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/config_text.h"
#include "kiyya/file.h"
#include "route.h"
#include "ticket.h"

#define CONFIG_MAX (1u << 20)

static void post_setting(struct ticket *t, int key)
{
	const struct settings *s = t->core->settings;
	struct event *e = ticket_event(t, EV_CONFIG);
	e->u.config.key_ = str_dup(setting_defs[key].key);
	e->u.config.value_ = str_dup(s->text[key]);
	e->u.config.default_ = str_dup(setting_defs[key].def);
	e->u.config.source_ = str_dup(s->source[key]);
	e->u.config.meaning_ = str_dup(setting_defs[key].meaning);
	link_post(t->core->link, e);
}

static int find_key(const char *name, struct err *err)
{
	int key = settings_find(name ? name : "");
	if (key < 0)
		err_set(err, ERR_USAGE, 0, "there is no setting \"%.60s\": did you mean %s?",
			name ? name : "", settings_nearest(name ? name : ""));
	return key;
}

static bool config_list(struct ticket *t, const struct req_config *r, struct err *err)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		post_setting(t, i);
	return true;
}

static bool config_get(struct ticket *t, const struct req_config *r, struct err *err)
{
	int key = find_key(r->key_, err);
	if (key >= 0)
		post_setting(t, key);
	return key >= 0;
}

/* The value is tried on a scratch copy first: a file that kiyya would refuse is never written. */
static bool value_ok(int key, const char *value, struct err *err)
{
	struct settings scratch;
	settings_init(&scratch);
	bool ok = settings_set(&scratch, key, value, "file", err);
	settings_release(&scratch);
	return ok;
}

static bool config_set(struct ticket *t, const struct req_config *r, struct err *err)
{
	const char *file = t->core->paths->config_file, *value = r->value_ ? r->value_ : "";
	int key = find_key(r->key_, err);
	if (key < 0 || !value_ok(key, value, err))
		return false;
	struct buf old;
	if (!file_read_all(file, CONFIG_MAX, &old, err)) {
		if (err->kind != ERR_NOT_FOUND)
			return false;
		buf_init(&old, CONFIG_MAX);
	}
	char *text = config_edit_text(old.data, setting_defs[key].key, value);
	bool ok = text || err_set(err, ERR_USAGE, 0, "a value is one line of text");
	ok = ok && paths_create(t->core->paths, err) &&
	     file_write_atomic(NULL, file, text, strlen(text), 0600, err);
	free(text);
	buf_release(&old);
	return ok;
}

static void post_path(struct ticket *t)
{
	struct event *e = ticket_event(t, EV_CONFIG);
	e->u.config.key_ = str_dup("path");
	e->u.config.value_ = str_dup(t->core->paths->config_file);
	link_post(t->core->link, e);
}

static bool config_path(struct ticket *t, const struct req_config *r, struct err *err)
{
	post_path(t);
	return true;
}

static bool config_init(struct ticket *t, const struct req_config *r, struct err *err)
{
	char *text = config_commented_file();
	bool ok =
	    paths_create(t->core->paths, err) &&
	    file_write_atomic(NULL, t->core->paths->config_file, text, strlen(text), 0600, err);
	free(text);
	if (ok)
		post_path(t);
	return ok;
}

static const struct {
	const char *action;
	bool (*answer)(struct ticket *t, const struct req_config *r, struct err *err);
} actions[] = {
	{ "list", config_list }, { "get", config_get },   { "set", config_set },
	{ "path", config_path }, { "init", config_init },
};

void answer_config(struct core *core, struct ticket *t, const struct req_config *r)
{
	struct err err = { 0 };
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (!str_eq(actions[i].action, r->action_))
			continue;
		bool ok = actions[i].answer(t, r, &err);
		ticket_done(t, ok ? NULL : &err);
		return;
	}
	err_set(&err, ERR_USAGE, 0, "config knows list, get, set, path and init");
	ticket_done(t, &err);
}
