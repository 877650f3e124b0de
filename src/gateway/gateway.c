/* The gateways as one thing: made, freed, their health, their calls by number. */
#include <stdlib.h>
#include "kiyya/mem.h"
#include "parts.h"

#define MOST_GATEWAYS 16

static char *const player_lines[] = { (char *)"Referer: https://odysee.com/",
				      (char *)"Origin: https://odysee.com" };
static const struct strs player_headers = {
	.v = (char **)player_lines,
	.n = sizeof(player_lines) / sizeof(player_lines[0]),
};

struct gateway *gateway_new(const struct gateway_config *config, struct http *http,
			    struct timers *timers, struct err *err)
{
	size_t n = config->urls != NULL ? config->urls->n : 0;

	if (n == 0 || n > MOST_GATEWAYS) {
		(void)err_set(err, ERR_CONFIG, 0, "gateway.urls: %s",
			      n == 0 ? "no gateway is configured" : "more than 16 gateways");
		return NULL;
	}
	struct gateway *g = NEW(struct gateway);

	*g = (struct gateway){
		.http = http,
		.timers = timers,
		.clock = config->clock != NULL ? config->clock : clock_real(),
		.timeout_ms = config->timeout_ms > 0 ? config->timeout_ms : 10000,
		.search_url = str_dup(config->search_url),
		.live_url = str_dup(config->live_url),
		.player_url = str_dup(config->player_url),
		.on_attempt = config->on_attempt,
		.arg = config->arg,
		.endpoints = mem_array(n, sizeof(struct endpoint)),
		.n = n,
	};
	for (size_t i = 0; i < n; i++)
		endpoint_init(&g->endpoints[i], config->urls->v[i]);
	return g;
}

void gateway_free(struct gateway *g)
{
	if (g == NULL)
		return;
	while (g->asks != NULL)
		ask_cancel(g->asks);
	while (g->pings != NULL)
		ping_cancel(g->pings);
	for (size_t i = 0; i < g->n; i++)
		endpoint_release(&g->endpoints[i]);
	free(g->endpoints);
	free(g->search_url);
	free(g->live_url);
	free(g->player_url);
	free(g);
}

void gateway_cancel(struct gateway *g, uint64_t id)
{
	for (struct ask *a = g->asks; a != NULL; a = a->next) {
		if (a->id == id) {
			ask_cancel(a);
			return;
		}
	}
	(void)ping_cancel_id(g, id);
}

struct gateway_reading gateway_reading(const struct gateway *g)
{
	return (struct gateway_reading){ .player_url = g->player_url, .now = clock_wall(g->clock) };
}

void gateway_tell(struct gateway *g, const char *url, const char *method, int64_t ms, int status,
		  const char *why)
{
	if (g->on_attempt != NULL)
		g->on_attempt(g->arg, &(struct gateway_attempt){
					  .time = clock_wall(g->clock),
					  .url = url,
					  .method = method,
					  .ms = ms,
					  .http_status = status,
					  .error = why,
				      });
}

void gateway_note(struct gateway *g, size_t i, const char *method, int64_t ms, int status,
		  const char *why)
{
	endpoint_note(&g->endpoints[i], g->clock, ms, status, why);
	gateway_tell(g, g->endpoints[i].health.url, method, ms, status, why);
}

size_t gateway_count(const struct gateway *g)
{
	return g->n;
}

const struct gateway_health *gateway_health_of(const struct gateway *g, size_t i)
{
	return i < g->n ? &g->endpoints[i].health : NULL;
}

void gateway_health_restore(struct gateway *g, const char *url, int64_t last_success, int failures)
{
	for (size_t i = 0; i < g->n; i++) {
		struct gateway_health *h = &g->endpoints[i].health;

		if (!str_eq(h->url, url))
			continue;
		h->last_success = last_success;
		h->failures = failures > 0 ? failures : 0;
		if (h->failures > 0)
			h->status = h->failures >= 3 ? "down" : "degraded";
		else if (last_success != TIME_UNKNOWN)
			h->status = "healthy";
	}
}

const struct strs *gateway_player_headers(void)
{
	return &player_headers;
}
