/* What the player is told before it starts. */
#include "play_setup.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/picture.h"

struct pair {
	const char *name, *value;
};

/* A quiet engine that plays one address and then waits, and looks at nothing else. */
static const struct pair basics[] = {
	{ "config", "no" },
	{ "terminal", "no" },
	{ "input-terminal", "no" },
	{ "load-scripts", "no" },
	{ "ytdl", "no" },
	{ "idle", "yes" },
	{ "keep-open", "no" },
	{ "force-window", "no" },
	{ "autoload-files", "no" },
	{ "sub-auto", "no" },
	{ "audio-file-auto", "no" },
	{ "load-unsafe-playlists", "no" },
	{ "cache", "yes" },
	{ "demuxer-max-bytes", "32MiB" },
	{ "demuxer-max-back-bytes", "8MiB" },
	{ "demuxer-readahead-secs", "10" },
	{ "network-timeout", "60" }, /* a source waits 30 s for a chunk, and then says so */
};
/* A film that is here from end to end: as much is read ahead as the player takes of any file. What is opened, sent and
 * never seen costs the first frame its processor. */
static const struct pair complete_only[] = {
	{ "cache-secs", "1" },
	{ "demuxer-readahead-secs", "1" },
};
/* With a window the player has its own keys there, so that q closes it; else none. */
static const struct pair with_window[] = {
	{ "input-default-bindings", "yes" },
	{ "input-vo-keyboard", "yes" },
	{ "osc", "yes" },
};
static const struct pair without_window[] = {
	{ "input-default-bindings", "no" }, { "input-vo-keyboard", "no" }, { "osc", "no" },
	{ "load-stats-overlay", "no" }, /* scripts that answer keys; their start takes as long as a film's */
	{ "load-osd-console", "no" },
};
/* Nothing of a film is left on the disk. After a configuration file, so that an old habit in it
 * does not undo this; before what the user asked for by name. */
static const struct pair no_traces[] = {
	{ "cache-on-disk", "no" }, { "save-position-on-quit", "no" }, { "resume-playback", "no" },
	{ "log-file", "" },        { "stream-record", "" },           { "stream-dump", "" },
};
/* Our own server: neither token nor film goes to a proxy, and a film that is really a playlist opens
 * nothing. An empty proxy is one that ffmpeg does not look for in the environment. A damaged film is asked
 * for again once, not for ten seconds: our server does not change its mind. */
static const struct pair local_only[] = {
	{ "stream-lavf-o", "http_proxy=,reconnect_delay_max=1" },
	{ "access-references", "no" },
	{ "demuxer-lavf-o", "protocol_whitelist=[http,tcp]" },
};
/* A playlist of the player host names its segments; it may not name files of this machine. */
static const struct pair online_only[] = {
	{ "demuxer-lavf-o", "protocol_whitelist=[http,https,httpproxy,tcp,tls,crypto,data]" },
};

/* The outputs that may be asked for by name: libmpv itself takes any word, and then plays without a
 * picture. Not among them: image, which writes the film to the disk, and libmpv, which waits for a
 * program to draw it. */
static const struct output {
	const char *name;
	bool window;
} outputs[] = {
	{ "caca", false },    { "dmabuf-wayland", true },
	{ "drm", false },     { "gpu", true },
	{ "gpu-next", true }, { "kitty", false },
	{ "null", false },    { "sdl", true },
	{ "sixel", false },   { "tct", false },
	{ "vaapi", true },    { "vdpau", true },
	{ "wlshm", true },    { "x11", true },
	{ "xv", true },
};

static const struct output *find_output(const char *name)
{
	for (size_t i = 0; i < sizeof(outputs) / sizeof(*outputs); i++)
		if (str_eq(outputs[i].name, name))
			return &outputs[i];
	return NULL;
}

static void add(struct play_setup *s, enum setting_from from, const char *name, const char *value)
{
	s->settings = mem_grow(s->settings, s->n + 1, sizeof(*s->settings));
	s->settings[s->n++] = (struct setting){ from, str_dup(name), str_dup(value) };
}

static void add_pairs(struct play_setup *s, const struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(s, SETTING_OURS, pairs[i].name, pairs[i].value);
}
#define ADD_PAIRS(setup, table) add_pairs(setup, table, sizeof(table) / sizeof(*(table)))

static bool has_display(void)
{
	return !str_empty(getenv("DISPLAY")) || !str_empty(getenv("WAYLAND_DISPLAY"));
}

/* Which output. *ret_vo: its name for the player, NULL for its own choice; *ret_video: any at all.
 */
static bool choose_output(const struct play_options *o, const char **ret_vo, bool *ret_video,
			  bool *ret_window, struct err *err)
{
	const char *vo = str_empty(o->vo) ? "auto" : o->vo;
	*ret_vo = NULL;
	*ret_window = false;
	*ret_video = !o->audio_only && !str_eq(vo, "audio");
	if (!*ret_video)
		return true;
	if (str_eq(vo, "auto")) {
		*ret_video = *ret_window = has_display();
		return true;
	}
	if (str_eq(vo, "window")) {
		*ret_window = true;
		return has_display() ||
		       err_set(err, ERR_PLAYER, 0,
			       "there is no display for a window; try --vo terminal, or --audio");
	}
	if (str_eq(vo, "pane")) {
		*ret_vo = "libmpv";
		return (o->picture && picture_has_screen(o->picture)) ||
		       err_set(err, ERR_USAGE, 0,
			       "the pane is the browser's: try --vo terminal, or w there");
	}
	const struct output *output = find_output(str_eq(vo, "terminal") ? "tct" : vo);
	if (!output)
		return err_set(err, ERR_USAGE, 0, "there is no video output \"%.40s\"", vo);
	*ret_vo = output->name;
	*ret_window = output->window && has_display();
	return true;
}

/* The player's own list, "first,second". */
static bool are_outputs(const char *list)
{
	struct strs names = { 0 };
	strs_split(&names, list);
	bool ok = true;
	for (size_t i = 0; i < names.n; i++)
		ok = ok && find_output(names.v[i]);
	strs_release(&names);
	return ok;
}

static bool is_option_name(const char *s, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_/";
	return len > 0 && len < 100 && strspn(s, letters) >= len;
}

static bool add_user_option(struct play_setup *s, const char *option, struct err *err)
{
	const char *equals = strchr(option, '=');
	size_t len = equals ? (size_t)(equals - option) : 0;
	if (!is_option_name(option, len))
		return err_set(err, ERR_USAGE, 0, "\"%.60s\" is no player option: name=value",
			       option);
	if (str_starts(option, "vo=") && !are_outputs(equals + 1))
		return err_set(err, ERR_USAGE, 0, "there is no video output \"%.40s\"", equals + 1);
	char *name = str_dupn(option, len);
	add(s, SETTING_USER, name, equals + 1);
	free(name);
	return true;
}

static bool add_headers(struct play_setup *s, const struct strs *headers, struct err *err)
{
	for (size_t i = 0; i < headers->n; i++) {
		if (strpbrk(headers->v[i], "\r\n") || !strchr(headers->v[i], ':'))
			return err_set(err, ERR_INTERNAL, 0, "a header for the player is none");
		strs_add(&s->headers, headers->v[i]);
	}
	return true;
}

bool play_setup_init(struct play_setup *s, const struct play_options *o, struct err *err)
{
	*s = (struct play_setup){ 0 };
	const char *vo;
	bool video;
	if (!choose_output(o, &vo, &video, &s->window, err))
		return false;
	if (str_eq(vo, "libmpv"))
		s->picture = picture_hold(o->picture);
	ADD_PAIRS(s, basics);
	if (o->complete)
		ADD_PAIRS(s, complete_only);
	if (s->window)
		ADD_PAIRS(s, with_window);
	else
		ADD_PAIRS(s, without_window);
	if (!str_empty(o->mpv_config))
		add(s, SETTING_FILE, NULL, o->mpv_config);
	ADD_PAIRS(s, no_traces);
	if (o->local)
		ADD_PAIRS(s, local_only);
	else
		ADD_PAIRS(s, online_only);
	if (!video)
		add(s, SETTING_OURS, "vid", "no");
	if (vo)
		add(s, SETTING_OURS, "vo", vo);
	bool ok = o->local || !o->headers || add_headers(s, o->headers, err);
	for (size_t i = 0; ok && o->options && i < o->options->n; i++)
		ok = add_user_option(s, o->options->v[i], err);
	if (!ok)
		play_setup_release(s);
	return ok;
}

void play_setup_release(struct play_setup *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->settings[i].name);
		free(s->settings[i].value);
	}
	free(s->settings);
	strs_release(&s->headers);
	picture_drop(s->picture);
	*s = (struct play_setup){ 0 };
}
