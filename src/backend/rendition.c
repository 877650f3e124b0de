/* Which quality of an item is fetched when one is asked for. */
#include "rendition.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/timer.h"
#include "manifest.h"

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

/* So that whoever looks at the claim sees what there is of it. */
static void keep(struct rendition *r, const struct m3u8 *master, const char *url)
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
	if (!store_renditions_put(r->core->store, r->claim_id, r->sd_hash, v, n, &err))
		log_warn("download", r->claim_id, "%s", err.text);
	arena_free(a);
}

static void on_master(void *arg, const struct m3u8 *master, const char *url,
		      enum connection_end how, const struct err *err)
{
	struct rendition *r = arg;
	int asked = quality_height(r->quality);
	const struct m3u8_variant *v = master ? m3u8_choose(master, asked) : NULL;
	if (!master && err->kind != ERR_NOT_FOUND) {
		r->err = *err;
		say_later(r, "");
	} else if (!quality_is_common(asked) && (!v || m3u8_height(v) != asked)) {
		err_set(&r->err, ERR_USAGE, 0,
			"\"%s\" is no quality: original, best, or a height such as 720p",
			r->quality);
		say_later(r, "");
	} else {
		char found[QUALITY_SIZE] = "original";
		if (v) {
			quality_of_height(found, m3u8_height(v));
			keep(r, master, url);
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
static bool may_have_others(const struct claim *c)
{
	for (size_t i = 0; i < c->n_sources; i++)
		if (str_eq(c->sources[i].quality, "hls"))
			return true;
	return false;
}

static void ask(struct rendition *r, const struct claim *c)
{
	char *url = gateway_master_url(r->core->settings->gateway_player_url,
				       c->stream_id[0] ? c->stream_id : c->id, c->sd_hash);
	if (r->core->offline)
		err_set(&r->err, ERR_NET, 0,
			"--offline: nobody can be asked which qualities there are");
	else if (!url)
		err_set(&r->err, ERR_CONFIG, 0, "gateway.player_url is empty: nobody can be asked");
	else
		r->manifest = manifest_start(r->core, url, on_master, r, &r->err);
	if (!r->manifest)
		say_later(r, "");
	free(url);
}

struct rendition *rendition_start(struct core *core, const struct claim *c, const char *asked,
				  rendition_fn *fn, void *arg)
{
	struct rendition *r = NEW(struct rendition);
	*r = (struct rendition){ .core = core, .fn = fn, .arg = arg };
	str_copy(r->quality, sizeof(r->quality), asked);
	memcpy(r->claim_id, c->id, sizeof(r->claim_id));
	memcpy(r->sd_hash, c->sd_hash, sizeof(r->sd_hash));
	if (!quality_height(asked))
		say_later(r, "original");
	else if (is_kept(core, c, asked))
		say_later(r, asked);
	else if (!may_have_others(c) && quality_is_common(quality_height(asked)))
		say_later(r, "original");
	else
		ask(r, c);
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
