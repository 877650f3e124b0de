/* The list of claims: looked up by id, name, words and address. */
#include "catalog.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/mem.h"
#include "kiyya/text.h"

struct catalog *catalog_new(void)
{
	return NEW(struct catalog);
}

static void entry_free(struct entry *e)
{
	if (e->fd >= 0)
		close(e->fd);
	free(e->name);
	free(e->title);
	free(e->description);
	free(e->language);
	free(e->media_type);
	free(e->file);
	free(e->hls);
	free(e->picture);
	free(e->fee_amount);
	free(e->fee_currency);
	free(e->haystack);
	strs_release(&e->tags);
	strs_release(&e->items);
	free(e);
}

void catalog_free(struct catalog *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		entry_free(c->v[i]);
	free(c->v);
	free(c);
}

const struct entry *catalog_by_id(const struct catalog *c, const char *id)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->v[i]->id, id))
			return c->v[i];
	return NULL;
}

const struct entry *catalog_by_name(const struct catalog *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->v[i]->name, name))
			return c->v[i];
	return NULL;
}

bool entry_matches_text(const struct entry *e, const char *folded)
{
	char *words = str_dup(folded), *rest = words;
	bool all = true;
	while (all && rest != NULL) {
		const char *word = strsep(&rest, " \"");
		all = strstr(e->haystack, word) != NULL;
	}
	free(words);
	return all;
}

bool entry_has_tag(const struct entry *e, const char *tag)
{
	return strs_has(&e->tags, tag);
}

bool entry_is_restricted(const struct entry *e, const char *what)
{
	for (size_t i = 0; i < e->tags.n; i++) {
		const char *tag = e->tags.v[i];
		if (str_starts(tag, "c:") && str_eq(tag + 2, what))
			return true;
		size_t len = strlen(what);
		if (strncmp(tag, what, len) == 0 && tag[len] == ':')
			return true;
	}
	return false;
}

const struct entry *entry_stream(const struct entry *e)
{
	return e->kind == ENTRY_REPOST ? e->original : e;
}

/* -- addresses -----------------------------------------------------------------------------------
 */

struct part {
	char name[256];
	char id[41]; /* a prefix, "" for none */
};

/* One name with its modifier, up to '/' or the end; returns where it stopped, NULL if it is none.
 */
static const char *read_part(const char *s, struct part *part)
{
	*part = (struct part){ 0 };
	size_t at = s[0] == '@';
	size_t len = at + strcspn(s + at, "=&#:$@%?;\"/\\<>{}|^~`[] \t\r\n");
	if (len == at || len >= sizeof(part->name))
		return NULL;
	memcpy(part->name, s, len);
	s += len;
	if (*s == ':' || *s == '#') {
		len = strspn(++s, "0123456789abcdef");
		if (len == 0 || len > 40)
			return NULL;
		memcpy(part->id, s, len);
		s += len;
	} else if (*s == '$') {
		s += 1 + strspn(s + 1, "0123456789");
	}
	return *s == '/' || *s == '\0' ? s : NULL;
}

static const struct entry *find_part(const struct catalog *c, const struct part *part,
				     const struct entry *channel)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct entry *e = c->v[i];
		if (str_ieq(e->name, part->name) && str_starts(e->id, part->id) &&
		    (channel == NULL || e->channel == channel))
			return e;
	}
	return NULL;
}

enum address_kind catalog_resolve(const struct catalog *c, const char *url,
				  const struct entry **ret)
{
	*ret = NULL;
	const char *s = str_starts(url, "lbry://") ? url + strlen("lbry://") : url;
	struct part first, second;
	s = read_part(s, &first);
	if (s == NULL)
		return ADDRESS_INVALID;
	if (*s == '\0') {
		*ret = find_part(c, &first, NULL);
		return first.name[0] == '@' ? ADDRESS_CHANNEL : ADDRESS_STREAM;
	}
	if (first.name[0] != '@')
		return ADDRESS_INVALID;
	s = read_part(s + 1, &second);
	if (s == NULL || *s != '\0' || second.name[0] == '@')
		return ADDRESS_INVALID;
	const struct entry *channel = find_part(c, &first, NULL);
	if (channel == NULL)
		return ADDRESS_CHANNEL;
	*ret = find_part(c, &second, channel);
	return ADDRESS_STREAM;
}
