/* What may be read, and by which token. */
#include "grant.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/hash.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"

/* We give out one per play and one per served item; more than this is a leak of tokens, not a use.
 */
#define GRANTS_MOST 4096

struct grant {
	atomic_int refs;
	char token[TOKEN_LEN + 1];
	int64_t expires_ms; /* monotonic; INT64_MAX never */
	char *media_type;
	char etag[33];
	int64_t last_modified;
	char etag_field[36], date_field[CLOCK_HTTP_SIZE]; /* as they are sent; "" none */
	pthread_mutex_t lock; /* guards source (it is used by one thread at a time) and trouble */
	struct source *source;
	struct err trouble;
	struct grant *next;
};
struct grants {
	const struct clock *clock;
	pthread_mutex_t lock; /* guards the list and n */
	struct grant *first;
	size_t n;
};

struct grants *grants_new(const struct clock *clock)
{
	struct grants *t = NEW(struct grants);
	t->clock = clock;
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

void grants_free(struct grants *t)
{
	if (!t)
		return;
	while (t->first) {
		struct grant *g = t->first;
		t->first = g->next;
		grant_unref(g);
	}
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static bool is_expired(const struct grants *t, const struct grant *g)
{
	return g->expires_ms != INT64_MAX && clock_mono_ms(t->clock) >= g->expires_ms;
}

/* Takes the expired grants out of the list; returns them, to be freed where no lock is held. */
static struct grant *take_expired(struct grants *t)
{
	struct grant *gone = NULL;
	for (struct grant **at = &t->first; *at;) {
		struct grant *g = *at;
		if (!is_expired(t, g)) {
			at = &g->next;
			continue;
		}
		*at = g->next;
		t->n--;
		g->next = gone;
		gone = g;
	}
	return gone;
}

/* A claim may say it is a web page; a browser would run that under our address. Only what is played
 * keeps its name. */
static const char *safe_media_type(const char *type)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789!#$&^_.+-";
	if (type && (str_starts(type, "video/") || str_starts(type, "audio/"))) {
		const char *subtype = type + strlen("video/");
		size_t len = strspn(subtype, allowed);
		if (len > 0 && len < 100 && subtype[len] == '\0')
			return type;
	}
	return "application/octet-stream";
}

static struct grant *grant_new(const struct grants *t, struct stream_item *item)
{
	struct grant *g = NEW(struct grant);
	atomic_init(&g->refs, 1);
	random_hex(g->token, TOKEN_LEN / 2);
	g->expires_ms = item->expires_in_s > 0 ? clock_mono_ms(t->clock) + item->expires_in_s * 1000
					       : INT64_MAX;
	g->media_type = str_dup(safe_media_type(item->media_type));
	if (str_is_hex(item->etag, sizeof(item->etag) - 1))
		memcpy(g->etag, item->etag, sizeof(g->etag));
	g->last_modified = item->last_modified;
	if (*g->etag)
		snprintf(g->etag_field, sizeof(g->etag_field), "\"%s\"", g->etag);
	if (g->last_modified != TIME_UNKNOWN)
		clock_http(g->last_modified, g->date_field);
	pthread_mutex_init(&g->lock, NULL);
	g->source = item->source;
	item->source = NULL;
	return g;
}

bool grants_add(struct grants *t, struct stream_item *item, char ret_token[TOKEN_LEN + 1],
		struct err *err)
{
	struct grant *g = grant_new(t, item);
	pthread_mutex_lock(&t->lock);
	struct grant *gone = take_expired(t);
	bool ok = t->n < GRANTS_MOST;
	if (ok) {
		str_copy(ret_token, TOKEN_LEN + 1, g->token);
		g->next = t->first;
		t->first = g;
		t->n++;
	}
	pthread_mutex_unlock(&t->lock);
	while (gone) {
		struct grant *next = gone->next;
		grant_unref(gone);
		gone = next;
	}
	if (ok)
		return true;
	grant_unref(g);
	return err_set(err, ERR_LIMIT, 0, "the local server has %d items open already",
		       GRANTS_MOST);
}

/* Looks at every byte, so that the time taken tells nothing about how much of a guess was right. */
static bool token_is(const char *a, const char *b)
{
	unsigned char diff = 0;
	for (size_t i = 0; i < TOKEN_LEN; i++)
		diff |= (unsigned char)(a[i] ^ b[i]);
	return diff == 0;
}

struct grant *grants_find(struct grants *t, const char *token)
{
	struct grant *found = NULL;
	pthread_mutex_lock(&t->lock);
	for (struct grant *g = t->first; g; g = g->next)
		if (token_is(g->token, token))
			found = g;
	if (found && is_expired(t, found))
		found = NULL;
	if (found)
		atomic_fetch_add(&found->refs, 1);
	pthread_mutex_unlock(&t->lock);
	return found;
}

struct grant *grants_take(struct grants *t, const char *token)
{
	struct grant *found = NULL;
	pthread_mutex_lock(&t->lock);
	for (struct grant **at = &t->first; *at && !found;) {
		if (token_is((*at)->token, token)) {
			found = *at;
			*at = found->next;
			t->n--;
		} else {
			at = &(*at)->next;
		}
	}
	pthread_mutex_unlock(&t->lock);
	return found;
}

void grants_cancel_all(struct grants *t)
{
	pthread_mutex_lock(&t->lock);
	for (struct grant *g = t->first; g; g = g->next)
		source_cancel(g->source);
	pthread_mutex_unlock(&t->lock);
}

void grant_unref(struct grant *g)
{
	if (!g || atomic_fetch_sub(&g->refs, 1) != 1)
		return;
	source_free(g->source);
	pthread_mutex_destroy(&g->lock);
	free(g->media_type);
	free(g);
}

/* Without the lock: cancelling is for any thread, and must not wait for a clone being made. */
void grant_cancel(struct grant *g)
{
	source_cancel(g->source);
}

struct source *grant_open(struct grant *g, struct err *err)
{
	pthread_mutex_lock(&g->lock);
	struct source *s = source_clone(g->source, err);
	pthread_mutex_unlock(&g->lock);
	return s;
}

const char *grant_media_type(const struct grant *g)
{
	return g->media_type;
}

struct validators grant_validators(const struct grant *g)
{
	return (struct validators){ .etag = g->etag, .last_modified = g->last_modified };
}

const char *grant_etag_field(const struct grant *g)
{
	return g->etag_field;
}

const char *grant_date_field(const struct grant *g)
{
	return g->date_field;
}

void grant_note_trouble(struct grant *g, const struct err *why)
{
	pthread_mutex_lock(&g->lock);
	if (g->trouble.kind == ERR_NONE)
		g->trouble = *why;
	pthread_mutex_unlock(&g->lock);
}

bool grant_trouble(struct grant *g, struct err *ret)
{
	pthread_mutex_lock(&g->lock);
	bool any = g->trouble.kind != ERR_NONE;
	if (any)
		*ret = g->trouble;
	pthread_mutex_unlock(&g->lock);
	return any;
}
