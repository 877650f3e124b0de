/* libmpv: opened at first use, one core, its events turned into ours. */
#include "play_mpv.h"

#include <dlfcn.h>
#include <locale.h>
#include <mpv/render.h> /* and client.h by it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/picture.h"

/* Every function of libmpv that is called. */
#define RENDER_SYMBOLS(X)        \
	X(render_context_create) \
	X(render_context_free)   \
	X(render_context_render) \
	X(render_context_update) \
	X(render_context_set_update_callback)
#define SYMBOLS(X)             \
	RENDER_SYMBOLS(X)      \
	X(client_api_version)  \
	X(command_async)       \
	X(command_node_async)  \
	X(create)              \
	X(error_string)        \
	X(free)                \
	X(get_property_string) \
	X(initialize)          \
	X(load_config_file)    \
	X(observe_property)    \
	X(set_option)          \
	X(set_option_string)   \
	X(set_wakeup_callback) \
	X(terminate_destroy)   \
	X(wait_event)

struct library {
#define X(name) __typeof__(mpv_##name) *name;
	SYMBOLS(X)
#undef X
};
struct core {
	struct library lib;
	mpv_handle *mpv;
	mpv_render_context *render; /* NULL: the player draws by itself */
	bool gone;
};

/* Never closed again: other libraries that it brings start threads and register exit functions. */
static bool library_open(struct library *lib, const char *name, struct err *err)
{
	void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!handle) {
		log_info("play", NULL, "%s", dlerror());
		return err_set(err, ERR_PLAYER, 0,
			       "the player is missing: apt-get install libmpv2");
	}
#define X(sym)                                                       \
	lib->sym = (__typeof__(lib->sym))dlsym(handle, "mpv_" #sym); \
	if (!lib->sym)                                               \
		return err_set(err, ERR_PLAYER, 0, "this libmpv has no mpv_" #sym);
	SYMBOLS(X)
#undef X
	return true;
}

/* ---- starting ---- */

static mpv_handle *create(const struct library *lib, struct err *err)
{
	mpv_handle *mpv = lib->create();
	if (mpv)
		return mpv;
	const char *numbers = setlocale(LC_NUMERIC, NULL);
	if (!str_eq(numbers, "C"))
		err_set(err, ERR_PLAYER, 0, "the player needs LC_NUMERIC to be C, not %s", numbers);
	else
		err_set(err, ERR_PLAYER, 0, "the player could not be started");
	return NULL;
}

static bool apply(struct core *c, const struct setting *s, struct err *err)
{
	int rc = s->from == SETTING_FILE ? c->lib.load_config_file(c->mpv, s->value)
					 : c->lib.set_option_string(c->mpv, s->name, s->value);
	if (rc >= 0)
		return true;
	switch (s->from) {
	case SETTING_OURS:
		if (rc == MPV_ERROR_OPTION_NOT_FOUND)
			return true;
		break;
	case SETTING_USER:
		if (rc == MPV_ERROR_OPTION_NOT_FOUND)
			return err_set(err, ERR_USAGE, rc, "the player has no option \"%s\"",
				       s->name);
		return err_set(err, ERR_USAGE, rc, "the player does not take %s=%s", s->name,
			       s->value);
	case SETTING_FILE:
		return err_set(err, ERR_CONFIG, rc, "play.mpv_config: %s cannot be read", s->value);
	}
	return err_set(err, ERR_PLAYER, rc, "the player's option %s: %s", s->name,
		       c->lib.error_string(rc));
}

/* As a list, not as text: a comma in a header must not make two of it. */
static bool apply_headers(struct core *c, const struct strs *headers, struct err *err)
{
	if (headers->n == 0)
		return true;
	mpv_node *nodes = mem_array(headers->n, sizeof(*nodes));
	for (size_t i = 0; i < headers->n; i++)
		nodes[i] = (mpv_node){ .format = MPV_FORMAT_STRING, .u.string = headers->v[i] };
	mpv_node_list list = { .num = (int)headers->n, .values = nodes };
	mpv_node node = { .format = MPV_FORMAT_NODE_ARRAY, .u.list = &list };
	int rc = c->lib.set_option(c->mpv, "http-header-fields", MPV_FORMAT_NODE, &node);
	free(nodes);
	return rc >= 0 || err_set(err, ERR_PLAYER, rc, "the player does not take headers: %s",
				  c->lib.error_string(rc));
}

static const struct {
	const char *name;
	mpv_format format;
	enum core_event_kind kind;
} watched[] = {
	{ "time-pos", MPV_FORMAT_DOUBLE, CORE_POSITION },
	{ "duration", MPV_FORMAT_DOUBLE, CORE_DURATION },
	{ "pause", MPV_FORMAT_FLAG, CORE_PAUSED },
	{ "volume", MPV_FORMAT_DOUBLE, CORE_VOLUME },
	{ "mute", MPV_FORMAT_FLAG, CORE_MUTED },
	{ "speed", MPV_FORMAT_DOUBLE, CORE_SPEED },
	{ "demuxer-cache-duration", MPV_FORMAT_DOUBLE, CORE_AHEAD },
	{ "paused-for-cache", MPV_FORMAT_FLAG, CORE_WAITING },
	{ "track-list", MPV_FORMAT_NODE, CORE_TRACKS },
};
#define WATCHED (sizeof(watched) / sizeof(*watched))

/* Keys of the player's own window that would write to the disk: pictures of the film, and where it
 * was left. */
static void disarm_keys(struct core *c)
{
	static const char *const keys[][2] = {
		{ "s", "ignore" },     { "S", "ignore" }, { "Ctrl+s", "ignore" },
		{ "Alt+s", "ignore" }, { "Q", "quit" },
	};
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		core_command(c, (const char *[]){ "keybind", keys[i][0], keys[i][1], NULL }, NULL);
}

static bool start(struct core *c, const struct play_setup *setup, struct err *err)
{
	for (size_t i = 0; i < setup->n; i++)
		if (!apply(c, &setup->settings[i], err))
			return false;
	if (!apply_headers(c, &setup->headers, err))
		return false;
	int rc = c->lib.initialize(c->mpv);
	if (rc < 0)
		return err_set(err, ERR_PLAYER, rc, "starting the player: %s",
			       c->lib.error_string(rc));
	for (size_t i = 0; i < WATCHED; i++)
		c->lib.observe_property(c->mpv, i, watched[i].name, watched[i].format);
	if (setup->window)
		disarm_keys(c);
	return true;
}

struct core *core_new(const char *library, const struct play_setup *setup, void (*wake)(void *arg),
		      void *arg, struct err *err)
{
	struct core *c = NEW(struct core);
	bool ok = library_open(&c->lib, library, err) && (c->mpv = create(&c->lib, err)) &&
		  start(c, setup, err);
	if (!ok) {
		core_free(c);
		return NULL;
	}
	c->lib.set_wakeup_callback(c->mpv, wake, arg);
	return c;
}

void core_free(struct core *c)
{
	if (!c)
		return;
	if (c->render)
		c->lib.render_context_free(c->render);
	if (c->mpv) {
		c->lib.set_wakeup_callback(c->mpv, NULL, NULL);
		c->lib.terminate_destroy(c->mpv);
	}
	free(c);
}

/* ---- saying something ---- */

static bool sent(struct core *c, int rc, struct err *err)
{
	return rc >= 0 || err_set(err, ERR_PLAYER, rc, "the player: %s", c->lib.error_string(rc));
}

/* By name, as later versions put another argument between flags and options. */
bool core_load(struct core *c, const char *url, double start_at, uint64_t serial, struct err *err)
{
	char start_text[32];
	if (start_at <= 0) /* a seek to the beginning would cost time, too */
		str_copy(start_text, sizeof(start_text), "none");
	else
		snprintf(start_text, sizeof(start_text), "%.3f", start_at);
	/* libmpv only reads what it is given here; its types have no const. */
	char *option_keys[] = { (char[]){ "start" } };
	mpv_node option_values[] = { { .format = MPV_FORMAT_STRING, .u.string = start_text } };
	mpv_node_list options = { .num = 1, .values = option_values, .keys = option_keys };
	char *keys[] = { (char[]){ "name" }, (char[]){ "url" }, (char[]){ "flags" },
			 (char[]){ "options" } };
	mpv_node values[] = {
		{ .format = MPV_FORMAT_STRING, .u.string = (char[]){ "loadfile" } },
		{ .format = MPV_FORMAT_STRING, .u.string = str_dup(url) },
		{ .format = MPV_FORMAT_STRING, .u.string = (char[]){ "replace" } },
		{ .format = MPV_FORMAT_NODE_MAP, .u.list = &options },
	};
	mpv_node_list list = { .num = 4, .values = values, .keys = keys };
	mpv_node command = { .format = MPV_FORMAT_NODE_MAP, .u.list = &list };
	int rc = c->lib.command_node_async(c->mpv, serial, &command);
	free(values[1].u.string);
	return sent(c, rc, err);
}

bool core_command(struct core *c, const char *const *args, struct err *err)
{
	/* An array of pointers to const, which libmpv's type cannot say. */
	return sent(c, c->lib.command_async(c->mpv, 0, (const char **)(uintptr_t)args), err);
}

/* ---- listening ---- */

/* The stream itself broke, or what came cannot be played. */
static void reason(const struct core *c, int code, struct err *ret)
{
	if (code == MPV_ERROR_LOADING_FAILED)
		err_set(ret, ERR_NET, code, "the stream could not be opened");
	else if (code == MPV_ERROR_AO_INIT_FAILED)
		err_set(ret, ERR_PLAYER, code,
			"no sound device works here: kiyya play --url plays it elsewhere");
	else
		err_set(ret, ERR_PLAYER, code, "the player cannot play this: %s",
			c->lib.error_string(code));
}

static bool read_ended(const struct core *c, const mpv_event_end_file *e, struct core_event *ret)
{
	ret->kind = CORE_ENDED;
	ret->entry = e->playlist_entry_id;
	ret->next = e->playlist_insert_id;
	switch (e->reason) {
	case MPV_END_FILE_REASON_EOF:
		ret->how = CORE_AT_END;
		return true;
	case MPV_END_FILE_REASON_STOP:
	case MPV_END_FILE_REASON_QUIT:
		ret->how = CORE_BY_STOP;
		return true;
	case MPV_END_FILE_REASON_REDIRECT:
		ret->how = CORE_BY_REDIRECT;
		return true;
	case MPV_END_FILE_REASON_ERROR:
		break;
	}
	ret->how = e->error == MPV_ERROR_AO_INIT_FAILED ? CORE_BY_NO_SOUND : CORE_BY_ERROR;
	reason(c, e->error, &ret->why);
	return true;
}

static const mpv_node *member(const mpv_node *map, const char *key, mpv_format format)
{
	for (int i = 0; map->format == MPV_FORMAT_NODE_MAP && i < map->u.list->num; i++)
		if (str_eq(map->u.list->keys[i], key))
			return map->u.list->values[i].format == format ? &map->u.list->values[i]
								       : NULL;
	return NULL;
}

/* The film says what its language is called: only what cannot do harm is kept of it. */
static void copy_lang(char *out, size_t size, const char *lang)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-";
	size_t len = strspn(lang, letters);
	if (lang[len] || len >= size)
		len = 0;
	memcpy(out, lang, len);
	out[len] = 0;
}

static void read_track(const mpv_node *track, struct core_event *ret)
{
	const mpv_node *type = member(track, "type", MPV_FORMAT_STRING);
	const mpv_node *selected = member(track, "selected", MPV_FORMAT_FLAG);
	const mpv_node *lang = member(track, "lang", MPV_FORMAT_STRING);
	struct play_track *t = !type                             ? NULL
			       : str_eq(type->u.string, "audio") ? &ret->audio
			       : str_eq(type->u.string, "sub")   ? &ret->subtitle
								 : NULL;
	if (!t)
		return;
	t->of++;
	if (!selected || !selected->u.flag)
		return;
	t->at = t->of;
	copy_lang(t->lang, sizeof(t->lang), lang ? lang->u.string : "");
}

static bool read_tracks(const mpv_node *list, struct core_event *ret)
{
	ret->kind = CORE_TRACKS;
	for (int i = 0; list->format == MPV_FORMAT_NODE_ARRAY && i < list->u.list->num; i++)
		read_track(&list->u.list->values[i], ret);
	return true;
}

static bool read_property(const mpv_event *e, struct core_event *ret)
{
	const mpv_event_property *p = e->data;
	if (e->reply_userdata >= WATCHED || p->format != watched[e->reply_userdata].format)
		return false; /* not known just now */
	if (p->format == MPV_FORMAT_NODE)
		return read_tracks(p->data, ret);
	ret->kind = watched[e->reply_userdata].kind;
	ret->number = p->format == MPV_FORMAT_FLAG ? *(int *)p->data : *(double *)p->data;
	return true;
}

/* Of the map that loadfile returns. */
static int64_t entry_of(const mpv_node *result)
{
	const mpv_node *id = member(result, "playlist_entry_id", MPV_FORMAT_INT64);
	return id ? id->u.int64 : -1;
}

static bool read_reply(const struct core *c, const mpv_event *e, struct core_event *ret)
{
	if (e->reply_userdata == 0) {
		if (e->error < 0)
			log_info("play", NULL, "the player refused: %s",
				 c->lib.error_string(e->error));
		return false;
	}
	ret->kind = CORE_ACCEPTED;
	ret->serial = e->reply_userdata;
	if (e->error < 0)
		reason(c, e->error, &ret->why);
	else
		ret->entry = entry_of(&((const mpv_event_command *)e->data)->result);
	return true;
}

static bool read_event(struct core *c, const mpv_event *e, struct core_event *ret)
{
	*ret = (struct core_event){ 0 };
	/* There are many more kinds, and later versions add to them. */
	if (e->event_id == MPV_EVENT_COMMAND_REPLY)
		return read_reply(c, e, ret);
	if (e->event_id == MPV_EVENT_PROPERTY_CHANGE)
		return read_property(e, ret);
	if (e->event_id == MPV_EVENT_END_FILE)
		return read_ended(c, e->data, ret);
	if (e->event_id == MPV_EVENT_START_FILE) {
		ret->kind = CORE_STARTED;
		ret->entry = ((const mpv_event_start_file *)e->data)->playlist_entry_id;
		return true;
	}
	if (e->event_id == MPV_EVENT_SEEK) {
		ret->kind = CORE_SEEKING;
		return true;
	}
	if (e->event_id == MPV_EVENT_PLAYBACK_RESTART) {
		ret->kind = CORE_RESTARTED;
		return true;
	}
	if (e->event_id == MPV_EVENT_SHUTDOWN) {
		ret->kind = CORE_GONE;
		c->gone = true;
		return true;
	}
	return false;
}

bool core_next(struct core *c, struct core_event *ret)
{
	while (!c->gone) {
		const mpv_event *e = c->lib.wait_event(c->mpv, 0);
		if (e->event_id == MPV_EVENT_NONE)
			return false;
		if (read_event(c, e, ret))
			return true;
	}
	return false;
}

/* ---- pictures ---- */

bool core_paint_begin(struct core *c, void (*wake)(void *arg), void *arg, struct err *err)
{
	mpv_render_param params[] = { { MPV_RENDER_PARAM_API_TYPE, (char[]){ "sw" } }, { 0 } };
	int rc = c->lib.render_context_create(&c->render, c->mpv, params);
	if (rc < 0)
		return err_set(err, ERR_PLAYER, rc, "the player does not draw in a pane: %s",
			       c->lib.error_string(rc));
	c->lib.render_context_set_update_callback(c->render, wake, arg);
	return true;
}

void core_paint_end(struct core *c)
{
	c->lib.render_context_set_update_callback(c->render, NULL, NULL);
}

bool core_has_picture(struct core *c)
{
	return c->lib.render_context_update(c->render) & MPV_RENDER_UPDATE_FRAME;
}

void core_skip_picture(struct core *c)
{
	int yes = 1, no = 0;
	mpv_render_param params[] = { { MPV_RENDER_PARAM_SKIP_RENDERING, &yes },
				      { MPV_RENDER_PARAM_BLOCK_FOR_TARGET_TIME, &no },
				      { 0 } };
	c->lib.render_context_render(c->render, params);
}

bool core_paint(struct core *c, struct pixels *p)
{
	int size[] = { p->width, p->height }, no = 0;
	mpv_render_param params[] = { { MPV_RENDER_PARAM_SW_SIZE, size },
				      { MPV_RENDER_PARAM_SW_FORMAT, (char[]){ "rgb0" } },
				      { MPV_RENDER_PARAM_SW_STRIDE, &p->stride },
				      { MPV_RENDER_PARAM_SW_POINTER, p->rgb0 },
				      /* else it waits here until the picture is due */
				      { MPV_RENDER_PARAM_BLOCK_FOR_TARGET_TIME, &no },
				      { 0 } };
	return c->lib.render_context_render(c->render, params) >= 0;
}

char *core_version(const char *library, struct err *err)
{
	struct library lib;
	if (!library_open(&lib, library, err))
		return NULL;
	unsigned long api = lib.client_api_version();
	char *version = NULL;
	mpv_handle *mpv = create(&lib, NULL);
	if (mpv && lib.set_option_string(mpv, "config", "no") >= 0 &&
	    lib.set_option_string(mpv, "terminal", "no") >= 0 &&
	    lib.set_option_string(mpv, "load-scripts", "no") >= 0 && lib.initialize(mpv) >= 0)
		version = lib.get_property_string(mpv, "mpv-version");
	char *text = str_fmt("%s (client API %lu.%lu)", version ? version : "libmpv", api >> 16,
			     api & 0xffff);
	lib.free(version);
	if (mpv)
		lib.terminate_destroy(mpv);
	return text;
}
