/* Commands that look at kiyya itself: ping, doctor, log. */
#include <stdlib.h>
#include "kiyya/str.h"
#include "command.h"
#include "wait.h"

#define LOG_LIMIT_MAX 100000

static int run_ping(struct cli *c)
{
	return wait_for(c, req_new(REQ_PING), NULL, NULL);
}

const struct command cli_cmd_ping = {
	.name = "ping",
	.args = "",
	.help = "one cheap call to each gateway: alive, how fast",
	.run = run_ping,
};

/* A headline before the facts of each section; gateways are one, too. */
static bool doctor_event(struct cli *c, const struct event *e, void *arg)
{
	char **section = arg;
	bool fact = e->kind == EV_FACT;
	if (c->out.json || e->ticket == 0 || (!fact && e->kind != EV_GATEWAY))
		return false;
	const char *now = fact ? e->u.fact.section_ : "gateways";
	if (!str_eq(*section, now)) {
		out_row(&c->out, "%s", now ? now : "");
		str_set(section, now);
	}
	return false;
}

static int run_doctor(struct cli *c)
{
	char *section = NULL;
	struct req *r = req_new(REQ_DOCTOR);
	r->u.doctor.probe_ = !c->config->options.offline;
	int code = wait_for(c, r, doctor_event, &section);
	free(section);
	return code;
}

const struct command cli_cmd_doctor = {
	.name = "doctor",
	.args = "",
	.help = "the state of everything, as a bug report needs it",
	.run = run_doctor,
};

static int run_log(struct cli *c)
{
	struct req *r = req_new(REQ_LOG);
	str_set(&r->u.log.which_, c->args.action->name);
	r->u.log.limit_ = args_number(&c->args, "limit", 50);
	return wait_for(c, r, NULL, NULL);
}

static const struct action log_actions[] = {
	{ "app", "[--limit N]", 0, 0, "what the program did" },
	{ "errors", "[--limit N]", 0, 0, "what failed" },
	{ "security", "[--limit N]", 0, 0, "what was refused, and use of keys" },
	{ "gateway", "[--limit N]", 0, 0, "what the gateways were asked" },
	{ "crash", "[--limit N]", 0, 0, "reports of crashes" },
	{ .name = NULL },
};

static const struct opt log_options[] = {
	{ "limit", .type = OPT_NUMBER, .arg = "N", .min = 1, .max = LOG_LIMIT_MAX,
	  .help = "rows; 50 if absent" },
	{ .name = NULL },
};

const struct command cli_cmd_log = {
	.name = "log",
	.help = "what was recorded",
	.actions = log_actions,
	.options = log_options,
	.run = run_log,
};
