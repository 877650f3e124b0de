/* Answers the same questions for rows of every kind. */
#include "item.h"

#include <stdio.h>
#include <stdlib.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static void key_set(char key[ITEM_KEY_SIZE], const char *a, const char *b)
{
	snprintf(key, ITEM_KEY_SIZE, "%s/%s", or_empty(a), or_empty(b));
}

void item_key_of_download(char key[ITEM_KEY_SIZE], const struct ev_download *d)
{
	key_set(key, d->claim_id_, d->quality_);
}

void item_init_event(struct item *it, struct event *e)
{
	*it = (struct item){ .event = e };
	if (e->kind == EV_DOWNLOAD)
		item_key_of_download(it->key, &e->u.download);
	else if (e->kind == EV_COPY)
		key_set(it->key, e->u.copy.claim_id_, e->u.copy.quality_);
	else if (e->kind == EV_CHANNEL)
		key_set(it->key, "channel", e->u.channel.claim_id_);
	else if (e->kind == EV_SHELF)
		key_set(it->key, e->u.shelf.kind_, e->u.shelf.title_);
	else if (e->kind == EV_FACT)
		key_set(it->key, e->u.fact.section_, e->u.fact.key_);
	else if (e->kind == EV_GATEWAY)
		key_set(it->key, "gateway", e->u.gateway.url_);
}

void item_init_claim(struct item *it, struct claim *c)
{
	*it = (struct item){ .claim = c };
	key_set(it->key, c->id, NULL);
}

void item_release(struct item *it)
{
	event_free(it->event);
	free(it->folded);
	*it = (struct item){ 0 };
}

const struct ev_download *item_download(const struct item *it)
{
	return it->event && it->event->kind == EV_DOWNLOAD ? &it->event->u.download : NULL;
}

const struct ev_copy *item_copy(const struct item *it)
{
	return it->event && it->event->kind == EV_COPY ? &it->event->u.copy : NULL;
}

const struct ev_episode *item_episode(const struct item *it)
{
	return it->event && it->event->kind == EV_EPISODE ? &it->event->u.episode : NULL;
}

const struct ev_shelf *item_shelf(const struct item *it)
{
	return it->event && it->event->kind == EV_SHELF ? &it->event->u.shelf : NULL;
}

bool item_is_heading(const struct item *it)
{
	return item_shelf(it) && !str_eq(item_shelf(it)->kind_, ITEM_CHOICE);
}

const struct ev_channel *item_channel_row(const struct item *it)
{
	return it->event && it->event->kind == EV_CHANNEL ? &it->event->u.channel : NULL;
}

bool item_is_state(const struct item *it, const char *state)
{
	const struct ev_download *d = item_download(it);
	return d && str_eq(d->state_, state);
}

const char *item_claim_id(const struct item *it)
{
	const struct ev_download *d = item_download(it);
	const struct ev_copy *c = item_copy(it);
	return it->claim ? it->claim->id
	       : d       ? or_empty(d->claim_id_)
	       : c       ? or_empty(c->claim_id_)
			 : "";
}

const char *item_title(const struct item *it)
{
	const struct ev_download *d = item_download(it);
	const struct ev_copy *c = item_copy(it);
	const char *title = it->claim ? it->claim->title : d ? d->title_ : c ? c->title_ : NULL;
	if (!title && item_episode(it))
		title = item_episode(it)->title_;
	if (!title && item_shelf(it))
		title = item_shelf(it)->tags_.n > 1 ? item_shelf(it)->tags_.v[1]
						    : item_shelf(it)->title_;
	if (!title && item_channel_row(it))
		title = str_empty(item_channel_row(it)->title_) ? item_channel_row(it)->name_
								: item_channel_row(it)->title_;
	if (!title && it->event && it->event->kind == EV_FACT)
		title = it->event->u.fact.key_;
	if (!title && it->event && it->event->kind == EV_GATEWAY)
		title = it->event->u.gateway.url_;
	return str_empty(title) ? item_claim_id(it) : title;
}

const char *item_channel(const struct item *it)
{
	const struct ev_copy *c = item_copy(it);
	const struct ev_channel *row = item_channel_row(it);
	return it->claim ? it->claim->channel_name : c ? c->channel_ : row ? row->name_ : NULL;
}

const char *item_quality(const struct item *it)
{
	const struct ev_download *d = item_download(it);
	const struct ev_copy *c = item_copy(it);
	return d ? d->quality_ : c ? c->quality_ : NULL;
}

int64_t item_size(const struct item *it)
{
	const struct ev_download *d = item_download(it);
	const struct ev_copy *c = item_copy(it);
	int64_t size = it->claim ? it->claim->size : d ? d->total_ : c ? c->size_ : -1;
	return size < 0 ? -1 : size;
}

int64_t item_duration(const struct item *it)
{
	const struct ev_copy *c = item_copy(it);
	int64_t seconds = it->claim ? it->claim->duration : c ? c->duration_ : -1;
	return seconds < 0 ? -1 : seconds;
}

int64_t item_time(const struct item *it)
{
	const struct ev_copy *c = item_copy(it);
	const struct ev_channel *row = item_channel_row(it);
	return it->claim ? it->claim->release_time
	       : c       ? c->added_at_
	       : row     ? row->followed_at_
			 : TIME_UNKNOWN;
}

const char *item_folded(struct item *it)
{
	if (!it->folded) {
		char *all = str_fmt("%s %s", item_title(it), or_empty(item_channel(it)));
		it->folded = text_fold(all);
		free(all);
	}
	return it->folded;
}
