/* What the tests of the backend share. */
#include "unit.h"

#include <poll.h>
#include "backend_rig.h"
#include "kiyya/clock.h"
#include "kiyya/mem.h"

#define DEADLINE_MS 20000
#define STOP_MS     3000
#define SD_HASH                                            \
	"0123456789abcdef0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef0123456789abcdef"

void rig_set(struct rig *g, const char *key, const char *value)
{
	struct err err;
	if (!settings_set(&g->settings, settings_find(key), value, "option", &err))
		fail_msg("%s", err.text);
}

int rig_setup(void **state)
{
	struct rig *g = NEW(struct rig);
	struct err err;
	char player[64];
	temp_dir_make(g->dir);
	if (!paths_init(&g->paths, g->dir, NULL, &err))
		fail_msg("%s", err.text);
	g->acts = acts_start();
	settings_init(&g->settings);
	rig_set(g, "gateway.urls", acts_url(g->acts, "/api/v1/proxy"));
	rig_set(g, "gateway.search_url", "");
	rig_set(g, "gateway.live_url", "");
	rig_set(g, "gateway.timeout", "2s");
	snprintf(player, sizeof(player), "http://127.0.0.1:%d", acts_port(g->acts));
	rig_set(g, "gateway.player_url", player);
	rig_set(g, "download.reserve", "1M");
	link_init(&g->link);
	*state = g;
	return 0;
}

int rig_teardown(void **state)
{
	struct rig *g = *state;
	if (g->backend)
		rig_stop(g);
	for (size_t i = 0; i < g->n_heard; i++)
		event_free(g->heard[i]);
	free(g->heard);
	link_release(&g->link);
	acts_stop(g->acts);
	for (size_t i = 0; i < g->n_kept; i++)
		free(g->kept[i]);
	settings_release(&g->settings);
	paths_release(&g->paths);
	temp_dir_remove(g->dir);
	free(g);
	return 0;
}

struct backend_config rig_config(struct rig *g)
{
	return (struct backend_config){ .paths = &g->paths, .settings = &g->settings };
}

void rig_start(struct rig *g, const struct backend_config *config)
{
	struct backend_config usual = rig_config(g);
	struct err err;
	g->backend = backend_start(config ? config : &usual, &g->link, &err);
	if (!g->backend)
		fail_msg("%s", err.text);
}

static void hear_all(struct rig *g)
{
	for (struct event *e; (e = link_next_event(&g->link));) {
		g->heard = mem_grow(g->heard, g->n_heard + 1, sizeof(struct event *));
		g->heard[g->n_heard++] = e;
	}
}

void rig_hear(struct rig *g)
{
	struct pollfd p = { .fd = g->link.to_front.read_fd, .events = POLLIN };
	size_t before = g->n_heard;
	int64_t until = clock_mono_ms(clock_real()) + DEADLINE_MS;
	for (hear_all(g); g->n_heard == before; hear_all(g)) {
		int64_t left = until - clock_mono_ms(clock_real());
		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			fail_msg("nothing was heard for %d ms", DEADLINE_MS);
	}
}

void rig_stop(struct rig *g)
{
	int64_t begin = clock_mono_ms(clock_real());
	backend_stop(g->backend);
	g->backend = NULL;
	int64_t took = clock_mono_ms(clock_real()) - begin;
	if (took > STOP_MS)
		fail_msg("stopping took %lld ms", (long long)took);
	hear_all(g);
}

uint64_t rig_ask(struct rig *g, struct req *r, uint32_t slot)
{
	uint64_t ticket = link_send(&g->link, r, slot);
	assert_true(ticket > 0);
	return ticket;
}

const struct event *rig_heard(const struct rig *g, enum event_kind kind, uint64_t ticket, size_t n)
{
	for (size_t i = 0; i < g->n_heard; i++)
		if (g->heard[i]->kind == kind && g->heard[i]->ticket == ticket && n-- == 0)
			return g->heard[i];
	return NULL;
}

size_t rig_count(const struct rig *g, enum event_kind kind, uint64_t ticket)
{
	size_t n = 0;
	while (rig_heard(g, kind, ticket, n))
		n++;
	return n;
}

const struct ev_done *rig_done(struct rig *g, uint64_t ticket)
{
	const struct event *e;
	while (!(e = rig_heard(g, EV_DONE, ticket, 0)))
		rig_hear(g);
	return &e->u.done;
}

const char *rig_keep(struct rig *g, char *body)
{
	assert_true(g->n_kept < N_ROWS(g->kept));
	return g->kept[g->n_kept++] = body;
}

void rig_id(char id[CLAIM_ID_SIZE], int i)
{
	snprintf(id, CLAIM_ID_SIZE, "%08x%s", (unsigned)i + 1, "fefb7c6ad6c18cbae84c86547cd5aaaa");
}

char *rig_page(int first, int n)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	buf_add_str(&out, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"page\":1,\"items\":[");
	for (int i = first; i < first + n; i++) {
		char id[CLAIM_ID_SIZE];
		rig_id(id, i);
		buf_addf(&out,
			 "%s{\"claim_id\":\"%s\",\"name\":\"name-%d\",\"type\":\"claim\",\"value_"
			 "type\":\"stream\","
			 "\"canonical_url\":\"lbry://@channel#f/name-%d#%.2s\","
			 "\"permanent_url\":\"lbry://name-%d#%s\","
			 "\"signing_channel\":{\"claim_id\":\"" CHANNEL_ID
			 "\",\"name\":\"@channel\"},"
			 "\"value\":{\"title\":\"Title "
			 "%d\",\"stream_type\":\"video\",\"release_time\":\"%d\","
			 "\"video\":{\"duration\":60},"
			 "\"source\":{\"media_type\":\"video/"
			 "mp4\",\"size\":\"1000000\",\"sd_hash\":\"" SD_HASH "\"}}}",
			 i > first ? "," : "", id, i, i, id, i, id, i, 1700000000 - i);
	}
	buf_add_str(&out, "]}}");
	return buf_steal(&out);
}
