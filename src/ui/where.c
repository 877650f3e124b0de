/* Where to play, for somebody who is at another machine: asked at the first play over SSH, and kept in play.vo. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/output.h"
#include "kiyya/str.h"

#define ADDRESS  "http://127.0.0.1:"
#define HOST_MAX 256

static const struct {
	char key;
	const char *vo;
} choices[] = {
	{ '1', "address" },
	{ '2', "terminal" },
	{ '3', "audio" },
};

static bool is_afar(void)
{
	return getenv("SSH_CONNECTION") && str_empty(getenv("DISPLAY")) &&
	       str_empty(getenv("WAYLAND_DISPLAY"));
}

static void host_name(char out[HOST_MAX])
{
	if (gethostname(out, HOST_MAX) != 0 || !out[0])
		str_copy(out, HOST_MAX, "this machine");
	out[HOST_MAX - 1] = 0;
}

const char *where_vo(const struct ui *ui)
{
	return ui->vo ? ui->vo : ui->config->settings->play_vo;
}

bool where_is_silent(const struct ui *ui)
{
	return is_afar() && output_takes_terminal(where_vo(ui));
}

static void keep(struct ui *ui, const char *key, const char *value)
{
	struct req *r = req_new(REQ_CONFIG);
	r->u.config.action_ = str_dup("set");
	r->u.config.key_ = str_dup(key);
	r->u.config.value_ = str_dup(value);
	ui_send(ui, r, 0);
}

static void chosen(struct ui *ui, uint32_t code)
{
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		if ((uint32_t)choices[i].key != code)
			continue;
		str_set(&ui->vo, choices[i].vo);
		keep(ui, "play.vo", ui->vo);
		ui_play_held(ui);
	}
}

bool where_asks(struct ui *ui)
{
	const struct settings *set = ui->config->settings;
	char host[HOST_MAX];
	if (!is_afar() || !str_eq(where_vo(ui), "auto") || !str_empty(set->play_command))
		return false;
	host_name(host);
	ui_ask_which(ui, chosen, "123",
		     "play 1 on your machine, 2 here without sound, 3 on the speakers of %.20s?",
		     host);
	return true;
}

/* The address stays the same from now on, so that a tunnel once made keeps its use. */
void where_note_address(struct ui *ui, const char *url)
{
	char host[HOST_MAX];
	if (!str_starts(url, ADDRESS))
		return;
	host_name(host);
	char *port = str_dupn(url + strlen(ADDRESS), strspn(url + strlen(ADDRESS), "0123456789"));
	char *line = str_fmt("on your machine, first: ssh -L %s:127.0.0.1:%s %s", port, port, host);
	strs_add(&ui->page.notes, line);
	if (is_afar() && ui->config->settings->server_port == 0 && !ui->port_kept)
		keep(ui, "server.port", port);
	ui->port_kept = true;
	free(line);
	free(port);
}
