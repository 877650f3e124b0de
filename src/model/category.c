/* Reads the categories of a channel from a setting. */
#include "kiyya/category.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/claim.h"
#include "kiyya/mem.h"
#include "kiyya/text.h"

/* A piece of the text without the blanks around it. */
struct piece {
	const char *at;
	size_t len;
};

static struct piece trim(const char *at, size_t len)
{
	while (len > 0 && strchr(" \t", at[len - 1]))
		len--;
	while (len > 0 && strchr(" \t", *at)) {
		at++;
		len--;
	}
	return (struct piece){ at, len };
}

/* What is before the sign; *rest goes behind it, or to the end where there is none. */
static struct piece cut(struct piece *rest, char sign)
{
	const char *at = rest->at, *end = memchr(at, sign, rest->len);
	size_t len = end ? (size_t)(end - at) : rest->len, skip = end ? len + 1 : len;
	*rest = (struct piece){ at + skip, rest->len - skip };
	return trim(at, len);
}

static bool read_name(struct piece p, char **ret, struct err *err)
{
	if (p.len == 0 || p.len > CATEGORY_MAX_NAME || !text_is_clean(p.at, p.len, false))
		return err_set(err, ERR_CONFIG, 0, "a category needs a name of at most %d bytes",
			       CATEGORY_MAX_NAME);
	*ret = str_dupn(p.at, p.len);
	return true;
}

/* Tags are asked for as the gateway keeps them: in lower case. */
static char *read_tag(struct piece p)
{
	if (p.len == 0 || p.len > CLAIM_MAX_TAG || !text_is_clean(p.at, p.len, false) ||
	    memchr(p.at, ':', p.len) || memchr(p.at, '>', p.len))
		return NULL;
	char *tag = str_dupn(p.at, p.len);
	for (char *c = tag; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	return tag;
}

static bool read_filters(struct piece rest, struct category *c, struct err *err)
{
	while (rest.len > 0) {
		char *tag = read_tag(cut(&rest, '/'));
		bool ok = tag && c->filters.n < CATEGORY_MAX;
		if (ok)
			strs_add(&c->filters, tag);
		free(tag);
		if (!ok)
			return err_set(err, ERR_CONFIG, 0,
				       "%s has a filter that is no tag, or more than %d: they "
				       "are tags with / between them",
				       c->name, CATEGORY_MAX);
	}
	return true;
}

/* "Movies: movie > comedy_movies / action_movies" */
static bool read_category(struct piece text, struct category *c, struct err *err)
{
	struct piece name = cut(&text, ':');
	if (!read_name(name, &c->name, err))
		return false;
	c->tag = read_tag(cut(&text, '>'));
	if (!c->tag)
		return err_set(err, ERR_CONFIG, 0,
			       "%s has no tag: a category is written \"Movies: movie > "
			       "comedy_movies / action_movies\"",
			       c->name);
	return read_filters(trim(text.at, text.len), c, err);
}

bool category_list_parse(struct category_list *ret, const char *text, struct err *err)
{
	struct category_list l = { 0 };
	struct piece rest = trim(text, strlen(text));
	bool ok = true;
	while (ok && rest.len > 0) {
		struct piece one = cut(&rest, ',');
		if (one.len == 0)
			continue;
		if (l.n == CATEGORY_MAX) {
			ok = err_set(err, ERR_CONFIG, 0, "more than %d categories", CATEGORY_MAX);
			break;
		}
		l.v = mem_grow(l.v, l.n + 1, sizeof(*l.v));
		l.v[l.n] = (struct category){ 0 };
		ok = read_category(one, &l.v[l.n++], err);
	}
	if (ok)
		*ret = l;
	else
		category_list_release(&l);
	return ok;
}

void category_list_release(struct category_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].tag);
		strs_release(&l->v[i].filters);
	}
	free(l->v);
	*l = (struct category_list){ 0 };
}

const struct category *category_find(const struct category_list *l, const char *name)
{
	for (size_t i = 0; name && i < l->n; i++)
		if (str_ieq(l->v[i].name, name) || str_eq(l->v[i].tag, name))
			return &l->v[i];
	return NULL;
}
