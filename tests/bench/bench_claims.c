/* Made-up claims: words of syllables, sentences of words, everything else as long as real ones have it. */
#include "bench_claims.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"

#define CHANNELS   2000
#define FIRST_TIME 1400000000

/* splitmix64: the same numbers at every run. */
uint64_t maker_random(struct maker *m)
{
	uint64_t z = (m->random += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static double uniform(struct maker *m)
{
	return (double)(maker_random(m) >> 11) / (double)(UINT64_C(1) << 53);
}

void maker_begin(struct maker *m)
{
	static const char *const syllables[] = {
		"re", "ven", "ge",  "st", "or", "mi",  "ka", "lo",
		"ta", "na",  "sha", "do", "pe", "qui", "um", "el"
	};
	for (int i = 0; i < VOCABULARY; i++) {
		/* What is said often is short. */
		int n = i < 200 ? 1 + (i & 1) : 2 + (int)(maker_random(m) % 3);
		m->words[i][0] = '\0';
		for (int k = 0; k < n; k++) {
			size_t len = strlen(m->words[i]);
			snprintf(m->words[i] + len, sizeof(m->words[i]) - len, "%s",
				 syllables[maker_random(m) % 16]);
		}
	}
}

/* Rank r comes about 1/r as often as rank 1. */
const char *maker_word(struct maker *m)
{
	int rank = (int)pow(VOCABULARY, uniform(m)) - 1;
	return m->words[rank < VOCABULARY ? rank : VOCABULARY - 1];
}

static const char *sentence(struct maker *m, struct arena *a, int n)
{
	char text[1024];
	size_t len = 0;
	for (int i = 0; i < n && len + 20 < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? " " : "",
					maker_word(m));
	return arena_str(a, text);
}

static void make_id(uint64_t n, char id[CLAIM_ID_SIZE])
{
	snprintf(id, CLAIM_ID_SIZE, "%016llx%024llx", (unsigned long long)(n * 0x9e3779b97f4a7c15u),
		 (unsigned long long)n);
}

/* Claim number n of the channel n % CHANNELS; a later number is a later release. */
static void add_claim(struct maker *m, struct page *p, long n)
{
	struct claim *c = page_add(p);
	char text[80];
	make_id((uint64_t)n, c->id);
	make_id((uint64_t)(n % CHANNELS) + (UINT64_C(1) << 40), c->channel_id);
	memcpy(c->stream_id, c->id, sizeof(c->id));
	c->kind = CLAIM_VIDEO;
	const char *title = sentence(m, p->arena, 5);
	if (n % 10 == 0) {
		char *episode = str_fmt("%s S%02ldE%02ld", title, n / 10 % 9 + 1, n / 90 % 30 + 1);
		title = arena_str(p->arena, episode);
		free(episode);
	}
	c->title = title;
	snprintf(text, sizeof(text), "@%s%ld", m->words[n % CHANNELS], n % CHANNELS);
	c->channel_name = arena_str(p->arena, text);
	snprintf(text, sizeof(text), "lbry://video-%ld#%.8s", n, c->id);
	c->url = arena_str(p->arena, text);
	c->description = sentence(m, p->arena, 50);
	c->media_type = "video/mp4";
	c->thumbnail_url = "https://thumbs.example/0123456789abcdef.jpg";
	c->tags = arena_take(p->arena, 3 * sizeof(*c->tags));
	for (c->n_tags = 0; c->n_tags < 3; c->n_tags++)
		c->tags[c->n_tags] = maker_word(m);
	c->sources = arena_take(p->arena, sizeof(*c->sources));
	c->sources[0] = (struct claim_source){ "original", "video/mp4",
					       "https://player.example/v6/streams/x.mp4" };
	c->n_sources = 1;
	memset(c->sd_hash, 'a', SD_HASH_LEN);
	memset(c->source_hash, 'b', SD_HASH_LEN);
	c->release_time = FIRST_TIME + n * 300;
	c->duration = 60 + (int64_t)(maker_random(m) % 7200);
	c->size = 100000000;
	c->playable = true;
}

struct page *maker_page(struct maker *m, long from, long n)
{
	struct page *p = page_new();
	for (long i = from; i < from + n; i++)
		add_claim(m, p, i);
	return p;
}
