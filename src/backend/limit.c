/* Answers limit: how many downloads at once, over how many connections, how fast, for as long as this process lives. */
#include <stddef.h>
#include <stdlib.h>
#include "engine.h"
#include "route.h"
#include "tempo.h"
#include "ticket.h"

static const struct {
	const char *name;
	enum setting_key key;
	size_t live, setting; /* where the number is in struct limits, in struct settings */
} known[] = {
	{ "parallel", SET_download_parallel, offsetof(struct limits, parallel),
	  offsetof(struct settings, download_parallel) },
	{ "connections", SET_download_connections, offsetof(struct limits, connections),
	  offsetof(struct settings, download_connections) },
	{ "rate", SET_download_rate, offsetof(struct limits, rate),
	  offsetof(struct settings, download_rate) },
};
#define N_KNOWN (sizeof(known) / sizeof(known[0]))

/* "+1" and "-1" begin from what counts now; everything else is read as the configuration reads it. */
static bool read_value(int key, const char *text, int64_t now, size_t at, int64_t *ret,
		       struct err *err)
{
	char *sum = NULL;
	uint64_t by;
	if (text && (text[0] == '+' || text[0] == '-') && str_to_u64(text + 1, &by) &&
	    by <= INT32_MAX) {
		now += text[0] == '+' ? (int64_t)by : -(int64_t)by;
		sum = str_fmt("%lld", (long long)now);
	}
	struct settings scratch;
	settings_init(&scratch);
	bool ok = settings_set(&scratch, key, sum ? sum : text ? text : "", "option", err);
	if (ok)
		*ret = *(int64_t *)(void *)((char *)&scratch + at);
	settings_release(&scratch);
	free(sum);
	return ok;
}

void answer_limit(struct core *core, struct ticket *t, const struct req_limit *r)
{
	struct err err;
	size_t i = 0;
	while (i < N_KNOWN && !str_eq(known[i].name, r->key_))
		i++;
	if (i == N_KNOWN) {
		err_set(&err, ERR_USAGE, 0, "limit knows parallel, connections and rate");
		ticket_done(t, &err);
		return;
	}
	int64_t *live = (int64_t *)(void *)((char *)&core->limits + known[i].live);
	if (!read_value(known[i].key, r->value_, *live, known[i].setting, live, &err)) {
		ticket_done(t, &err);
		return;
	}
	if (known[i].key == SET_download_rate)
		tempo_rate_was_set(core);
	struct event *e = ticket_event(t, EV_CONFIG);
	e->u.config.key_ = str_dup(setting_defs[known[i].key].key);
	e->u.config.value_ = str_fmt("%lld", (long long)*live);
	e->u.config.meaning_ = str_dup(setting_defs[known[i].key].meaning);
	link_post(core->link, e);
	engine_limits_changed(core->engine);
	ticket_done(t, NULL);
}
