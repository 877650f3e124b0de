/* Addresses on the local server. */
#include "grants.h"

#include <stdlib.h>
#include <string.h>
#include "keep.h"
#include "kiyya/stream.h"

void grants_release(struct grants *g)
{
	if (g->stream)
		stream_stop(g->stream);
	while (g->first) {
		struct grant *one = g->first;
		g->first = one->next;
		along_free(one->along);
		free(one->url);
		free(one);
	}
}

/* source moves. The id of a plain file is random and nothing else: it may be seen. */
static struct grant *give(struct grants *g, const struct copy *c, struct source *source, int port,
			  struct err *err)
{
	if (!g->stream)
		g->stream = stream_start(port, g->core->clock, err);
	if (!g->stream) {
		source_free(source);
		return NULL;
	}
	struct stream_item item = { .source = source,
				    .media_type = c->media_type,
				    .last_modified = c->added_at };
	if (c->encrypted)
		vault_etag(c->file_id, item.etag);
	else
		str_copy(item.etag, sizeof(item.etag), c->file_id);
	char *url = stream_grant(g->stream, &item, err);
	if (!url)
		return NULL;
	struct grant *one = NEW(struct grant);
	memcpy(one->claim_id, c->claim_id, sizeof(one->claim_id));
	one->url = url;
	one->next = g->first;
	g->first = one;
	return one;
}

const char *grants_give(struct grants *g, const struct copy *c, int port, struct err *err)
{
	struct source *source = keep_open(g->core, c, err);
	if (!source)
		return NULL;
	struct grant *one = give(g, c, source, port, err);
	return one ? one->url : NULL;
}

const char *grants_give_along(struct grants *g, const struct copy *c, struct source *source,
			      struct along *along, int port, struct err *err)
{
	struct grant *one = give(g, c, source, port, err);
	if (!one)
		return NULL;
	one->along = along;
	return one->url;
}

static void take_back(struct grants *g, struct grant **p)
{
	struct grant *one = *p;
	*p = one->next;
	stream_withdraw(g->stream, one->url);
	along_free(one->along);
	free(one->url);
	free(one);
}

void grants_take_back(struct grants *g, const char *url)
{
	for (struct grant **p = &g->first; *p; p = &(*p)->next) {
		if (str_eq((*p)->url, url)) {
			take_back(g, p);
			return;
		}
	}
}

void grants_take_back_claim(struct grants *g, const char *claim_id)
{
	for (struct grant **p = &g->first; *p;) {
		if (str_eq((*p)->claim_id, claim_id))
			take_back(g, p);
		else
			p = &(*p)->next;
	}
}
