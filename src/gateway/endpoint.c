/* One gateway: how it has been, and whether it is left alone for a while. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/retry.h"
#include "kiyya/text.h"
#include "parts.h"

#define DOWN_AFTER 3

void endpoint_show_host(char *dst, size_t size, const char *url)
{
	const char *host = strstr(url, "://");

	host = host != NULL ? host + 3 : url;
	char *owned = str_dupn(host, strcspn(host, "/?#"));
	(void)str_copy(dst, size, owned);
	free(owned);
}

void endpoint_init(struct endpoint *e, const char *url)
{
	*e = (struct endpoint){
		.health = { .url = str_dup(url),
			    .status = "unknown",
			    .last_success = TIME_UNKNOWN,
			    .ms = -1 },
	};
	endpoint_show_host(e->shown, sizeof(e->shown), url);
}

void endpoint_release(struct endpoint *e)
{
	free(e->health.url);
}

bool endpoint_rests(const struct endpoint *e, int64_t now)
{
	return e->rest_until > now;
}

void endpoint_rest(struct endpoint *e, int64_t now, int64_t seconds)
{
	e->rest_until = now + seconds * 1000;
	e->told_to_rest = true;
}

static void note_failure(struct endpoint *e, int64_t now, const char *why)
{
	struct gateway_health *h = &e->health;
	char *clean = text_clean(why, strlen(why), sizeof(h->error) - 1, false);

	(void)str_copy(h->error, sizeof(h->error), clean);
	free(clean);
	h->failures++;
	h->status = h->failures >= DOWN_AFTER ? "down" : "degraded";
	if (h->failures >= DOWN_AFTER)
		e->rest_until =
		    now + retry_wait_ms(&retry_rest, (unsigned)(h->failures - DOWN_AFTER + 1), 0);
	e->told_to_rest = false;
}

void endpoint_note(struct endpoint *e, const struct clock *clock, int64_t ms, int status,
		   const char *why)
{
	struct gateway_health *h = &e->health;

	h->ms = ms;
	h->http_status = status;
	if (why != NULL) {
		note_failure(e, clock_mono_ms(clock), why);
		return;
	}
	h->failures = 0;
	h->error[0] = '\0';
	h->status = "healthy";
	h->last_success = clock_wall(clock);
	e->rest_until = 0;
	e->told_to_rest = false;
}
