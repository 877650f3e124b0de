/* Commands that show a picture, here or elsewhere: play, serve. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/output.h"
#include "kiyya/str.h"
#include "bar.h"
#include "command.h"
#include "keys.h"
#include "wait.h"

#define LOOPBACK "http://127.0.0.1:"

/* What a command shows while something plays or is served. */
struct watching {
	struct bar bar;
	bool said_ssh, playing;
	bool picture; /* the player draws on our terminal, on its other screen */
	char *state;  /* of the player, when it was drawn; owned */
};

/* How somebody at another machine reaches the server: said once, for its port. */
static void say_ssh(struct cli *c, const char *url)
{
	char host[256] = "HOST";
	if (!str_starts(url, LOOPBACK))
		return;
	const char *port = url + strlen(LOOPBACK);
	int len = (int)strspn(port, "0123456789");
	if (gethostname(host, sizeof(host)) != 0 || !host[0])
		str_copy(host, sizeof(host), "HOST");
	host[sizeof(host) - 1] = '\0';
	out_note(&c->out, "from another machine, first: ssh -L %.*s:127.0.0.1:%.*s %s", len, port,
		 len, port, host);
}

/* The other screen of the terminal, so that this one is afterwards as it was; with colours, cursor and modes. */
static void take_screen(struct watching *w)
{
	static const char take[] = "\033[?1049h\033[H";
	w->picture = isatty(STDOUT_FILENO) && write(STDOUT_FILENO, take, sizeof(take) - 1) > 0;
}

static void give_screen_back(struct watching *w)
{
	static const char back[] = "\033[0m\033[?25h\033[?1049l";
	fflush(stdout); /* the player's last words are in its buffer, and belong to the picture */
	if (w->picture && write(STDOUT_FILENO, back, sizeof(back) - 1) > 0)
		w->picture = false;
}

static void show_position(struct watching *w, const struct ev_player *p)
{
	char position[24] = "", duration[24] = "";
	str_duration(position, sizeof(position), p->position_seconds_);
	str_duration(duration, sizeof(duration), p->duration_);
	const char *from = p->offline_ ? "vault" : p->quality_ ? p->quality_ : "";
	char *right = str_fmt("%s  %s%s%s%s%s%s", p->state_ ? p->state_ : "", position,
			      duration[0] ? " of " : "", duration, *from ? "  (" : "", from,
			      *from ? ")" : "");
	bar_draw(&w->bar, p->title_ ? p->title_ : "", right);
	str_set(&w->state, p->state_);
	free(right);
}

static bool watch_event(struct cli *c, const struct event *e, void *arg)
{
	struct watching *w = arg;
	switch ((int)e->kind) {
	case EV_SERVE:
		if (e->ticket == 0)
			return false;
		bar_clear(&w->bar);
		out_event(&c->out, e);
		if (!w->said_ssh && e->u.serve.url_)
			say_ssh(c, e->u.serve.url_);
		w->said_ssh = true;
		return true;
	case EV_PLAYER:
		if (c->config->playing && !w->playing)
			c->config->playing(c->config->playing_arg);
		w->playing = true;
		if (c->out.json)
			out_event(&c->out, e);
		else if (bar_due(&w->bar) || !str_eq(w->state, e->u.player.state_))
			show_position(w, &e->u.player);
		return true;
	case EV_DONE:
		if (e->ticket)
			give_screen_back(w); /* the player has gone: what is said now is to stay */
		bar_clear(&w->bar);
		return false;
	case EV_NOTE:
	case EV_ROW_FAILED:
		bar_clear(&w->bar);
		return false;
	default:
		return false;
	}
}

static int watch(struct cli *c, struct req *r, bool with_bar, bool with_picture)
{
	struct watching w = { 0 };
	bar_init(&w.bar, &c->out);
	if (with_picture)
		take_screen(&w);
	if (!with_bar || w.bar.to != c->out.err) /* standard output is for rows and addresses */
		w.bar.to = NULL;
	int code = wait_for(c, r, watch_event, &w);
	give_screen_back(&w);
	bar_clear(&w.bar);
	free(w.state);
	return code;
}

/* The same keys as in the browser, as far as they make sense without it. */
static void player_key(struct cli *c, char key)
{
	static const struct {
		char key;
		const char *command;
		int64_t amount;
	} keys[] = {
		{ ' ', "pause", 0 },   { '<', "seek", -10 },   { '>', "seek", 10 },
		{ ',', "seek", -60 },  { '.', "seek", 60 },    { '-', "volume", -5 },
		{ '+', "volume", 5 },  { '_', "mute", 0 },     { 'q', "stop", 0 },
		{ ']', "speed", 10 },  { '[', "speed", -10 },  { '=', "speed", 0 },
		{ '&', "audio", 0 },   { '"', "subtitle", 0 }, { '\\', "quality", -1 },
		{ '|', "quality", 1 },
	};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].key != key)
			continue;
		struct req *r = req_new(REQ_PLAYER);
		str_set(&r->u.player.command_, keys[i].command);
		r->u.player.amount_ = keys[i].amount;
		if (str_eq(keys[i].command, "quality"))
			str_set(&r->u.player.quality_, keys[i].amount < 0 ? "lower" : "higher");
		link_send(c->config->link, r, 0);
		return;
	}
}

/* Plays r, with the keys of the terminal where that is a keyboard of ours. */
static int watch_player(struct cli *c, struct req *r)
{
	const struct req_play *p = &r->u.play;
	/* The setting is about the browser, which alone has panes. */
	if (!p->vo_ && c->config->settings && str_eq(c->config->settings->play_vo, "pane"))
		str_set(&r->u.play.vo_, "auto");
	const char *vo = p->vo_ || !c->config->settings ? p->vo_ : c->config->settings->play_vo;
	bool picture = !p->audio_ && !p->url_ && output_takes_terminal(vo);
	struct keys keys = { 0 };
	if (!p->url_ && !str_eq(vo, "address") && !c->out.json)
		keys_start(&keys, c->config->in_fd);
	if (keys.on)
		c->on_key = player_key;
	int code = watch(c, r, !picture, picture);
	keys_stop(&keys);
	return code;
}

/* `--name=value`, `--name` and `--no-name` as "name=value". */
static bool add_player_options(const struct args *a, struct strs *ret, struct err *err)
{
	for (int i = 0; i < a->n_rest; i++) {
		const char *word = a->rest[i], *name = word + 2;
		bool no = str_starts(name, "no-") && !strchr(word, '=');
		if (!str_starts(word, "--") || !*name || *name == '=' || (no && !name[3]))
			return err_set(
			    err, ERR_USAGE, 0,
			    "behind -- stand the player's options, --name=value, not \"%s\"", word);
		char *pair = strchr(name, '=')
				 ? str_dup(name)
				 : str_fmt("%s=%s", no ? name + 3 : name, no ? "no" : "yes");
		strs_add(ret, pair);
		free(pair);
	}
	return true;
}

static int run_play(struct cli *c)
{
	struct err err;
	struct req *r = req_new(REQ_PLAY);
	struct req_play *p = &r->u.play;
	if (!add_player_options(&c->args, &p->options_, &err)) {
		req_free(r);
		return cli_misuse(c, "%s", err.text);
	}
	str_set(&p->item_, c->args.words[0]);
	str_set(&p->quality_, args_text(&c->args, "quality"));
	str_set(&p->vo_, args_text(&c->args, "vo"));
	p->start_ = args_number(&c->args, "start", MSG_UNKNOWN);
	p->audio_ = args_has(&c->args, "audio");
	p->url_ = args_has(&c->args, "url");
	return watch_player(c, r);
}

static const struct opt play_options[] = {
	{ "quality", .type = OPT_QUALITY, .arg = "Q",
	  .help = "original, best or a height such as 720p; remembered for the item" },
	{ "audio", .help = "sound only" },
	{ "vo", .type = OPT_TEXT, .arg = "VO",
	  .help = "auto, window, terminal, audio, or an mpv output" },
	{ "start", .type = OPT_SECONDS, .arg = "T",
	  .help = "seconds or [[h:]m:]s; where you stopped if absent" },
	{ "url", .help = "no player: print where one elsewhere can get it, and wait" },
	{ .name = NULL },
};

const struct command cli_cmd_play = {
	.name = "play",
	.args = "ITEM [-- MPV-OPTION…]",
	.help = "play an item, from the vault if it is there",
	.min = 1,
	.max = 1,
	.flags = CMD_REST,
	.options = play_options,
	.run = run_play,
};

static int run_serve(struct cli *c)
{
	struct req *r = req_new(REQ_SERVE);
	args_words(&c->args, 0, &r->u.serve.items_);
	r->u.serve.port_ = args_number(&c->args, "port",
				       c->config->settings ? c->config->settings->server_port : 0);
	return watch(c, r, false, false);
}

static const struct opt serve_options[] = {
	{ "port", .type = OPT_NUMBER, .arg = "N", .max = 65535,
	  .help = "0: any free one; the setting if absent" },
	{ .name = NULL },
};

const struct command cli_cmd_serve = {
	.name = "serve",
	.args = "[ITEM…]",
	.help = "serve copies on 127.0.0.1 until interrupted; every complete one without ITEM",
	.max = ANY_NUMBER,
	.flags = CMD_SIGNAL_ENDS,
	.options = serve_options,
	.run = run_serve,
};
