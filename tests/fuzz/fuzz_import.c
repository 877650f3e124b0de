/* Fuzzes lists of channels: plain, OPML, Odysee's preferences.
 *
 * Properties: what is read is clean, bounded and in order, and no entry stands there twice; whatever of it is the address
 * of a channel can be written in both formats and read back as the same channel. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/channel_list.h"
#include "kiyya/str.h"
#include "kiyya/text.h"
#include "kiyya/url.h"

#define ID "0123456789abcdef0123456789abcdef01234567"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_import: %s\n", what);
	abort();
}

/* A channel's name and a title, through a file and back. */
static void check_round_trip(const char *name, const char *title, enum channel_format format)
{
	struct buf b;
	struct url u;
	struct channel_list l;
	char *lbry = str_fmt("lbry://%s#" ID, name);
	buf_init(&b, CHANNEL_LIST_MAX_BYTES);
	channel_list_begin(&b, format);
	channel_list_write(&b, format, name, ID, title);
	channel_list_end(&b, format);
	require(channel_list_read(&l, b.data, b.len, NULL), "our own list cannot be read");
	require(l.n == 1 && l.n_foreign == 0, "our own list has not one entry");
	require(url_parse(&u, l.v[0].address, NULL), "the address is none any more");
	require(str_eq(u.lbry, lbry), "it is another channel");
	url_release(&u);
	channel_list_release(&l);
	buf_release(&b);
	free(lbry);
}

static void check_entry(const struct channel_list *l, size_t i)
{
	const struct channel_entry *e = &l->v[i];
	struct url u;
	size_t len = strlen(e->address);
	require(e->line > 0 && (i == 0 || e->line >= l->v[i - 1].line), "entries out of order");
	require(len <= CHANNEL_LIST_MAX_ADDRESS, "an address that is too long");
	require(text_is_clean(e->address, len, false), "an address that is not clean");
	if (!url_parse(&u, e->address, NULL))
		return;
	if (u.is_channel && len < 1024) { /* the web form of a long name may be too long */
		const char *name = u.lbry + strlen("lbry://");
		char *bare = str_dupn(name, strcspn(name, "#$"));
		if (text_is_clean(bare, strlen(bare), false) && strlen(bare) < 500) {
			check_round_trip(bare, e->address, CHANNEL_PLAIN);
			check_round_trip(bare, e->address, CHANNEL_OPML);
		}
		free(bare);
	}
	url_release(&u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct channel_list l;
	struct err err = { 0 };
	if (!channel_list_read(&l, (const char *)data, size, &err)) {
		require(err.kind == ERR_USAGE || err.kind == ERR_LIMIT, "an error of another kind");
		return 0;
	}
	require(l.n <= CHANNEL_LIST_MAX_ENTRIES, "too many entries");
	for (size_t i = 0; i < l.n && i < 50; i++)
		check_entry(&l, i);
	channel_list_release(&l);
	return 0;
}
