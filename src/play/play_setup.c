/* What the player is told before it starts. */
#include "play_setup.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

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
/* With a window the player has its own keys there, so that q closes it; else none. */
static const struct pair with_window[] = {
	{ "input-default-bindings", "yes" },
	{ "input-vo-keyboard", "yes" },
	{ "osc", "yes" },
};
static const struct pair without_window[] = {
	{ "input-default-bindings", "no" },
	{ "input-vo-keyboard", "no" },
	{ "osc", "no" },
};
/* Nothing of a film is left on the disk. After a configuration file, so that an old habit in it
 * does not undo this; before what the user asked for by name. */
static const struct pair no_traces[] = {
	{ "cache-on-disk", "no" }, { "save-position-on-quit", "no" }, { "resume-playback", "no" },
	{ "log-file", "" },        { "stream-record", "" },           { "stream-dump", "" },
};
/* Our own server: neither token nor film goes to a proxy, and a film that is really a playlist
 * opens nothing. An empty proxy is one that ffmpeg does not look for in the environment. */
static const struct pair local_only[] = {
	{ "stream-lavf-o", "http_proxy=" },
	{ "access-references", "no" },
	{ "demuxer-lavf-o", "protocol_whitelist=[http,tcp]" },
};
/* A playlist of the player host names its segments; it may not name files of this machine. */
static const struct pair online_only[] = {
	{ "demuxer-lavf-o", "protocol_whitelist=[http,https,httpproxy,tcp,tls,crypto,data]" },
};

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

static bool is_word(const char *s, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_/";
	return len > 0 && len < 100 && strspn(s, letters) >= len;
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
	*ret_vo = str_eq(vo, "terminal") ? "tct" : vo;
	return is_word(vo, strlen(vo)) ||
	       err_set(err, ERR_USAGE, 0, "\"%.40s\" is no video output", vo);
}

static bool add_user_option(struct play_setup *s, const char *option, struct err *err)
{
	const char *equals = strchr(option, '=');
	size_t len = equals ? (size_t)(equals - option) : 0;
	if (!is_word(option, len))
		return err_set(err, ERR_USAGE, 0, "\"%.60s\" is no player option: name=value",
			       option);
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
	ADD_PAIRS(s, basics);
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
		add(s, SETTING_VO, "vo", vo);
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
	*s = (struct play_setup){ 0 };
}
