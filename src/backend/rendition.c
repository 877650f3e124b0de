/* Which quality of an item is fetched when one is asked for. */
#include "rendition.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/timer.h"

struct rendition {
	struct core *core;
	rendition_fn *fn;
	void *arg;
	struct manifest *manifest;
	uint64_t timer;
	char claim_id[CLAIM_ID_SIZE], sd_hash[SD_HASH_SIZE];
	char quality[QUALITY_SIZE]; /* as asked, then as found; "": err */
	struct err err;
};

static void say(void *arg)
{
	struct rendition *r = arg;
	r->timer = 0;
	r->fn(r->arg, r->quality[0] ? r->quality : NULL, &r->err);
}

static void say_later(struct rendition *r, const char *quality)
{
	str_copy(r->quality, sizeof(r->quality), quality);
	r->timer = timer_add(r->core->timers, 0, say, r);
}

void rendition_keep(struct core *core, const char *claim_id, const char *sd_hash,
		    const struct m3u8 *master, const char *url)
{
	struct claim_source v[M3U8_MAX_VARIANTS];
	char words[M3U8_MAX_VARIANTS][QUALITY_SIZE];
	struct arena *a = arena_new();
	struct err err;
	size_t n = 0;
	for (size_t i = 0; i < master->n_variants; i++) {
		int height = m3u8_height(&master->variants[i]);
		if (!height)
			continue;
		char *address = m3u8_address(url, master->variants[i].uri);
		quality_of_height(words[n], height);
		v[n] = (struct claim_source){ .quality = words[n],
					      .type = "application/x-mpegurl",
					      .url = arena_str(a, address) };
		n++;
		free(address);
	}
	if (!store_renditions_put(core->store, claim_id, sd_hash, v, n, &err))
		log_warn("backend", claim_id, "%s", err.text);
	arena_free(a);
}

static void on_master(void *arg, const struct m3u8 *master, const char *url,
		      enum connection_end how, const struct err *err)
{
	struct rendition *r = arg;
	bool best = str_eq(r->quality, "best");
	int asked = best ? INT_MAX : quality_height(r->quality);
	const struct m3u8_variant *v = master ? m3u8_choose(master, asked) : NULL;
	if (!master && err->kind != ERR_NOT_FOUND) {
		r->err = *err;
		say_later(r, "");
	} else if (!best && !quality_is_common(asked) && (!v || m3u8_height(v) != asked)) {
		err_set(&r->err, ERR_USAGE, 0,
			"\"%s\" is no quality: original, best, or a height such as 720p",
			r->quality);
		say_later(r, "");
	} else {
		char found[QUALITY_SIZE] = "original";
		if (v) {
			quality_of_height(found, m3u8_height(v));
			rendition_keep(r->core, r->claim_id, r->sd_hash, master, url);
		}
		say_later(r, found);
	}
}

static bool is_kept(struct core *core, const struct claim *c, const char *quality)
{
	struct copy_list copies;
	struct download_list rows;
	bool kept = store_copy_find(core->store, c->id, quality, &copies, NULL);
	if (kept)
		copy_list_release(&copies);
	if (kept || !store_queue_find(core->store, c->id, &rows, NULL))
		return kept;
	for (size_t i = 0; i < rows.n; i++)
		kept = kept || str_eq(rows.v[i].quality, quality);
	download_list_release(&rows);
	return kept;
}

/* Only films are made in other qualities. */
bool rendition_has_others(const struct claim *c)
{
	for (size_t i = 0; i < c->n_sources; i++)
		if (str_eq(c->sources[i].quality, "hls"))
			return true;
	return false;
}

struct manifest *rendition_ask(struct core *core, const struct claim *c, manifest_fn *fn, void *arg,
			       struct err *err)
{
	char *url = gateway_master_url(core->settings->gateway_player_url,
				       c->stream_id[0] ? c->stream_id : c->id, c->sd_hash);
	struct manifest *m = NULL;
	if (core->offline)
		err_set(err, ERR_NET, 0,
			"--offline: nobody can be asked which qualities there are");
	else if (!url)
		err_set(err, ERR_CONFIG, 0, "gateway.player_url is empty: nobody can be asked");
	else
		m = manifest_start(core, url, fn, arg, err);
	free(url);
	return m;
}

struct rendition *rendition_start(struct core *core, const struct claim *c, const char *asked,
				  rendition_fn *fn, void *arg)
{
	struct rendition *r = NEW(struct rendition);
	*r = (struct rendition){ .core = core, .fn = fn, .arg = arg };
	str_copy(r->quality, sizeof(r->quality), asked);
	memcpy(r->claim_id, c->id, sizeof(r->claim_id));
	memcpy(r->sd_hash, c->sd_hash, sizeof(r->sd_hash));
	int height = quality_height(asked);
	bool best = str_eq(asked, "best") && !quality_type_opens(c->media_type);
	if (!height && !best)
		say_later(r, "original");
	else if (height && is_kept(core, c, asked))
		say_later(r, asked);
	else if (!rendition_has_others(c) && (best || quality_is_common(height)))
		say_later(r, "original");
	else if (!(r->manifest = rendition_ask(core, c, on_master, r, &r->err)))
		say_later(r, "");
	return r;
}

void rendition_free(struct rendition *r)
{
	if (!r)
		return;
	manifest_free(r->manifest);
	timer_drop(r->core->timers, r->timer);
	free(r);
}
