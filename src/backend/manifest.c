/* An HLS playlist of the player host: asked for, read, handed out. */
#include "manifest.h"

#include <stdlib.h>
#include "kiyya/buf.h"

struct manifest {
	manifest_fn *fn;
	void *arg;
	struct connection *connection;
	struct buf body;
	char *url; /* where redirects led */
};

static bool on_begins(void *arg, const struct http_head *head, int64_t total, bool whole,
		      struct err *err)
{
	struct manifest *m = arg;
	if (total > M3U8_MAX_BYTES)
		return err_set(err, ERR_REFUSED, 0, "a playlist of over %u bytes", M3U8_MAX_BYTES);
	str_set(&m->url, head->final_url);
	return true;
}

static void on_bytes(void *arg, const void *data, size_t n)
{
	struct manifest *m = arg;
	buf_add(&m->body, data, n); /* not more than was announced, so it fits */
}

static void on_ended(void *arg, enum connection_end how, const struct err *err)
{
	struct manifest *m = arg;
	struct m3u8 p;
	struct err why;
	if (how != CONNECTION_DONE) {
		m->fn(m->arg, NULL, NULL, how, err);
	} else if (!str_starts(m->body.data, "#EXTM3U")) {
		err_set(&why, ERR_NOT_FOUND, 0, "the player host has no playlist of it");
		m->fn(m->arg, NULL, NULL, CONNECTION_FAILED, &why);
	} else if (!m3u8_parse(&p, m->body.data, m->body.len, m->url, &why)) {
		/* It came whole: asking again brings the same. */
		why.kind = ERR_REFUSED;
		m->fn(m->arg, NULL, NULL, CONNECTION_FAILED, &why);
	} else {
		char *url = str_dup(m->url);
		m->fn(m->arg, &p, url, how, NULL);
		free(url);
		m3u8_release(&p);
	}
}

struct manifest *manifest_start(struct core *core, const char *url, manifest_fn *fn, void *arg,
				struct err *err)
{
	struct manifest *m = NEW(struct manifest);
	*m = (struct manifest){ .fn = fn, .arg = arg };
	struct connection_events events = {
		.arg = m, .begins = on_begins, .bytes = on_bytes, .ended = on_ended
	};
	struct piece piece = { .url = url, .end = PIECE_ALL, .total = SIZE_UNKNOWN };
	buf_init(&m->body, M3U8_MAX_BYTES);
	m->connection = connection_start(core, &piece, &events, err);
	if (m->connection)
		return m;
	manifest_free(m);
	return NULL;
}

void manifest_free(struct manifest *m)
{
	if (!m)
		return;
	connection_free(m->connection);
	buf_release(&m->body);
	free(m->url);
	free(m);
}

int64_t manifest_retry_after_s(const struct manifest *m)
{
	return connection_retry_after_s(m->connection);
}
