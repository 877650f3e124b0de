/* The qualities of a film that is played from the player host. */
#include "kiyya/ladder.h"

#include <limits.h>
#include <stdlib.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"

void ladder_init(struct ladder *l, const char *url, int64_t bits, bool opens)
{
	*l = (struct ladder){ .n = 1, .opens = opens };
	l->v[0] = (struct rung){ .quality = "original", .url = str_dup(url), .bits = bits };
}

void ladder_release(struct ladder *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].url);
	*l = (struct ladder){ 0 };
}

/* One of each height, the highest first: choosing for one less each time finds them so. */
void ladder_add(struct ladder *l, const struct m3u8 *master, const char *url)
{
	int below = INT_MAX;
	while (l->n < sizeof(l->v) / sizeof(l->v[0])) {
		const struct m3u8_variant *v = m3u8_choose(master, below);
		if (!v || m3u8_height(v) > below)
			return;
		below = m3u8_height(v) - 1;
		struct rung *r = &l->v[l->n++];
		*r = (struct rung){ .url = m3u8_address(url, v->uri),
				    .bits = v->average ? v->average : v->bandwidth };
		quality_of_height(r->quality, m3u8_height(v));
	}
}

bool ladder_best_is_original(const struct ladder *l)
{
	return l->opens && l->v[0].bits <= LADDER_HOST_BITS;
}

static size_t find(const struct ladder *l, const char *quality)
{
	int height = quality_height(quality);
	if (l->n == 1 || str_eq(quality, "original"))
		return 0;
	if (!height)
		return ladder_best_is_original(l) ? 0 : 1;
	size_t i = 1;
	while (i + 1 < l->n && quality_height(l->v[i].quality) > height)
		i++;
	return i;
}

void ladder_ask(struct ladder *l, const char *quality)
{
	l->top = l->at = find(l, quality);
	if (l->v[l->at].gone)
		(void)ladder_drop(l);
}

const struct rung *ladder_at(const struct ladder *l)
{
	return &l->v[l->at];
}

/* Below the original only what takes less of the line than it does is lower. */
static bool may_step_to(const struct ladder *l, size_t i)
{
	const struct rung *original = &l->v[0], *r = &l->v[i];
	if (r->gone || i < l->top)
		return false;
	return i == 0 || l->top > 0 || original->gone || !original->bits ||
	       r->bits < original->bits;
}

bool ladder_step(struct ladder *l, int by)
{
	for (size_t i = l->at; by < 0 ? i + 1 < l->n : i > 0;) {
		i = by < 0 ? i + 1 : i - 1;
		if (!may_step_to(l, i))
			continue;
		l->at = i;
		return true;
	}
	return false;
}

bool ladder_choose(struct ladder *l, int by)
{
	for (size_t i = l->at; by < 0 ? i + 1 < l->n : i > 0;) {
		i = by < 0 ? i + 1 : i - 1;
		if (l->v[i].gone)
			continue;
		l->top = l->at = i;
		return true;
	}
	return false;
}

bool ladder_drop(struct ladder *l)
{
	size_t top = l->top;
	l->v[l->at].gone = true;
	if (ladder_step(l, -1))
		return true;
	if (ladder_choose(l, -1) || ladder_choose(l, 1)) {
		l->top = l->at < top ? l->at : top;
		return true;
	}
	return false;
}
