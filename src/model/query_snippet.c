/* The piece of a text in which the words of a search are. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/text.h"
#include "query_parts.h"

#define SNIPPET_BYTES 160
#define BEFORE_BYTES  50         /* of it stand before the words, at most */
#define LOOK_BYTES    (16 << 10) /* a longer description is looked at so far */

/* What is looked for, folded as the text will be. */
struct needles {
	struct strs v;
	size_t longest;  /* bytes */
	bool first[256]; /* the bytes that they begin with */
};

static void add_needle(void *arg, const char *text)
{
	struct needles *n = arg;
	char *folded = text_fold(text);
	size_t len = strlen(folded);
	if (len > 0) {
		strs_add(&n->v, folded);
		n->first[(unsigned char)folded[0]] = true;
	}
	n->longest = len > n->longest ? len : n->longest;
	free(folded);
}

static void collect(struct needles *n, const struct query *q)
{
	for (size_t i = 0; i < q->n_terms; i++)
		if (q->terms[i].text)
			add_needle(n, q->terms[i].text);
		else
			query_each_form(q->terms[i].season, q->terms[i].episode, add_needle, n);
}

static bool is_word_byte(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Whether a needle begins at this word of the text; they are folded word by word, so that places in
 * the text stay what they are. */
static bool begins_here(const struct needles *n, const char *text, size_t left)
{
	unsigned char first = (unsigned char)*text;
	if (first < 0x80 && !n->first[tolower(first)])
		return false;
	size_t most = 2 * n->longest + 8; /* marks that folding drops take their room */
	char *piece = str_dupn(text, left < most ? left : most);
	char *folded = text_fold(piece);
	bool found = false;
	for (size_t i = 0; i < n->v.n && !found; i++)
		found = str_starts(folded, n->v.v[i]);
	free(folded);
	free(piece);
	return found;
}

/* Where in the text the first of the words is; NULL: nowhere. */
static const char *find(const struct needles *n, const char *text)
{
	size_t len = strlen(text);
	if (len > LOOK_BYTES)
		len = LOOK_BYTES;
	for (size_t i = 0; i < len; i++) {
		bool starts = is_word_byte(text[i]) && (i == 0 || !is_word_byte(text[i - 1]));
		if (starts && begins_here(n, text + i, len - i))
			return text + i;
	}
	return NULL;
}

/* The text around `at`, whole words on one line, with … where something was left out. */
static char *cut_around(const char *text, const char *at)
{
	const char *from = at - text > BEFORE_BYTES ? at - BEFORE_BYTES : text;
	while (from > text && from < at && from[-1] != ' ' && from[-1] != '\n')
		from++;
	size_t len = strlen(from);
	bool more = len > SNIPPET_BYTES;
	if (more) {
		len = SNIPPET_BYTES;
		size_t word = len;
		while (word > SNIPPET_BYTES / 2 && from[word] != ' ' && from[word] != '\n')
			word--;
		if (word > SNIPPET_BYTES / 2)
			len = word;
	}
	/* text_clean ends on a grapheme and makes one line of it. */
	char *line = text_clean(from, strlen(from), len, false);
	char *cut = str_fmt("%s%s%s", from > text ? "…" : "", line, more ? "…" : "");
	free(line);
	return cut;
}

static char *join_tags(const struct claim *c)
{
	struct buf b;
	buf_init(&b, QUERY_MAX_TEXT);
	for (size_t i = 0; i < c->n_tags; i++)
		(void)!buf_addf(&b, "%s%s", i ? ", " : "", c->tags[i]);
	char *text = buf_steal(&b);
	buf_release(&b);
	return text;
}

char *query_snippet(const struct query *q, const struct claim *c)
{
	struct needles n = { 0 };
	collect(&n, q);
	char *tags = join_tags(c);
	const char *const texts[] = { c->description, c->title, tags, c->channel_name };
	char *snippet = NULL;
	for (size_t i = 0; n.v.n && i < sizeof(texts) / sizeof(texts[0]) && !snippet; i++) {
		const char *at = texts[i] ? find(&n, texts[i]) : NULL;
		if (at)
			snippet = cut_around(texts[i], at);
	}
	if (!snippet && !str_empty(c->description))
		snippet = cut_around(c->description, c->description);
	free(tags);
	strs_release(&n.v);
	return snippet;
}
