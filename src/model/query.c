/* Search words: reading what was typed, and printing it for people, the index and the services. */
#include "kiyya/query.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/text.h"
#include "query_parts.h"

#define MOST_EPISODES 4 /* each asks the index for some twenty phrases */

/* -- reading ----------------------------------------------------------------------------------- */

/* A plain word on its way to becoming a term. */
struct words {
	struct strs typed, lower;
};

static void add_term(struct query *q, struct query_term t)
{
	q->terms = mem_grow(q->terms, q->n_terms + 1, sizeof(*q->terms));
	q->terms[q->n_terms++] = t;
}

/* Something that the index can know: a letter or a digit of any script. */
static bool has_letter(const char *s)
{
	for (; *s; s++)
		if (isalnum((unsigned char)*s) || (unsigned char)*s >= 0x80)
			return true;
	return false;
}

static size_t count_episodes(const struct query *q)
{
	size_t n = 0;
	for (size_t i = 0; i < q->n_terms; i++)
		n += q->terms[i].text == NULL;
	return n;
}

/* Words that stood side by side become terms; those of an episode become one. */
static void take_words(struct query *q, struct words *w)
{
	for (size_t i = 0, used; i < w->typed.n; i += used) {
		struct query_term t = { 0 };
		used =
		    count_episodes(q) < MOST_EPISODES
			? query_read_episode(w->lower.v + i, w->lower.n - i, &t.season, &t.episode)
			: 0;
		if (used == 0) {
			t = (struct query_term){ .text = str_dup(w->typed.v[i]) };
			used = 1;
		}
		add_term(q, t);
	}
	strs_release(&w->typed);
	strs_release(&w->lower);
}

static void add_word(struct words *w, const char *text, size_t len)
{
	char *word = text_clean(text, len, len, false); /* no mark without a letter before it */
	if (has_letter(word)) {
		strs_add(&w->typed, word);
		for (char *p = word; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		strs_add(&w->lower, word);
	}
	free(word);
}

/* A phrase has its blanks in order, so that it prints as it reads. */
static void add_phrase(struct query *q, const char *text, size_t len)
{
	struct buf b;
	buf_init(&b, QUERY_MAX_TEXT);
	for (size_t i = 0; i < len; i++)
		if (text[i] != ' ')
			(void)!buf_add_char(&b, text[i]);
		else if (b.len && b.data[b.len - 1] != ' ')
			(void)!buf_add_char(&b, ' ');
	if (b.len && b.data[b.len - 1] == ' ')
		buf_cut(&b, b.len - 1);
	if (has_letter(b.data))
		add_term(q, (struct query_term){ .text = buf_steal(&b), .phrase = true });
	buf_release(&b);
}

/* NAME:VALUE or NAME:"VALUE" at text; returns its length, 0: it is no filter. */
static size_t filter_at(const char *text, char **ret_name, char **ret_value)
{
	size_t name = strcspn(text, " \":");
	if (text[name] != ':' || !query_is_filter(text, name))
		return 0;
	const char *value = text + name + 1;
	bool quoted = *value == '"';
	value += quoted;
	size_t len = strcspn(value, quoted ? "\"" : " \"");
	*ret_name = str_dupn(text, name);
	*ret_value = str_dupn(value, len);
	return (size_t)(value - text) + len + (quoted && value[len] == '"');
}

static bool read_filter(struct query *q, const char *name, const char *value, bool unfinished,
			struct err *err)
{
	struct err why = { 0 };
	if (query_read_filter(q, name, value, &why) || unfinished)
		return true;
	if (err)
		*err = why;
	return false;
}

static bool read_all(struct query *q, const char *at, bool typing, struct err *err)
{
	struct words w = { 0 };
	bool ok = true;
	for (at += strspn(at, " "); ok && *at; at += strspn(at, " ")) {
		char *name, *value;
		size_t len = filter_at(at, &name, &value);
		if (len > 0) {
			ok = read_filter(q, name, value, typing && !at[len], err);
			free(name);
			free(value);
			at += len;
		} else if (*at == '"') {
			take_words(q, &w);
			len = strcspn(++at, "\"");
			add_phrase(q, at, len);
			at += len + (at[len] == '"');
		} else {
			len = strcspn(at, " \"");
			add_word(&w, at, len);
			at += len;
		}
	}
	take_words(q, &w);
	return ok;
}

static size_t characters(const char *s)
{
	size_t n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

bool query_parse(struct query *ret, const char *text, bool typing, struct err *err)
{
	size_t len = strlen(text);
	char *clean = text_clean(text, len, QUERY_MAX_TEXT / 4, false);
	struct query q = { .longer = -1, .shorter = -1, .since = TIME_UNKNOWN, .ago = -1 };
	bool ok = characters(clean) <= QUERY_MAX_CHARS ||
		  err_set(err, ERR_USAGE, 0, "that is more than %d characters to search for",
			  QUERY_MAX_CHARS);
	ok = ok && read_all(&q, clean, typing, err);
	free(clean);
	if (ok)
		*ret = q;
	else
		query_release(&q);
	return ok;
}

void query_release(struct query *q)
{
	for (size_t i = 0; i < q->n_terms; i++)
		free(q->terms[i].text);
	free(q->terms);
	free(q->channel_name);
	strs_release(&q->tags);
	*q = (struct query){ 0 };
}

void query_copy(struct query *dst, const struct query *src)
{
	*dst = *src;
	dst->terms = NULL;
	dst->n_terms = 0;
	for (size_t i = 0; i < src->n_terms; i++) {
		struct query_term t = src->terms[i];
		t.text = str_dup(t.text);
		add_term(dst, t);
	}
	dst->channel_name = str_dup(src->channel_name);
	strs_copy(&dst->tags, &src->tags);
}

bool query_is_empty(const struct query *q)
{
	return q->n_terms == 0 && !query_has_filters(q);
}

/* -- printing ---------------------------------------------------------------------------------- */

static void print_term(struct buf *b, const struct query_term *t, bool quotes)
{
	const char *quote = quotes && t->phrase ? "\"" : "";
	const char *blank = b->len ? " " : "";
	if (t->text)
		(void)!buf_addf(b, "%s%s%s%s", blank, quote, t->text, quote);
	else
		(void)!buf_addf(b, "%sS%02dE%02d", blank, t->season, t->episode);
}

char *query_print(const struct query *q)
{
	struct buf b;
	buf_init(&b, QUERY_MAX_TEXT);
	for (size_t i = 0; i < q->n_terms; i++)
		print_term(&b, &q->terms[i], true);
	query_print_filters(q, &b);
	char *text = buf_steal(&b);
	buf_release(&b);
	return text;
}

char *query_words(const struct query *q)
{
	struct buf b;
	buf_init(&b, QUERY_MAX_TEXT);
	for (size_t i = 0; i < q->n_terms; i++)
		print_term(&b, &q->terms[i], false);
	char *text = buf_steal(&b);
	buf_release(&b);
	return text;
}

/* -- for the index ----------------------------------------------------------------------------- */

static void quote(struct buf *b, const char *text)
{
	(void)!buf_add_char(b, '"');
	for (; *text; text++)
		(void)!buf_addf(b, *text == '"' ? "\"\"" : "%c", *text);
	(void)!buf_add_char(b, '"');
}

static void add_form(void *arg, const char *form)
{
	struct buf *b = arg;
	if (b->data[b->len - 1] != '(')
		(void)!buf_add_str(b, " OR ");
	quote(b, form);
}

/* Only quoted texts may stand side by side; a choice in brackets needs its AND. */
static void add_choice(struct buf *b, const struct query_term *t, bool prefix)
{
	(void)!buf_add_str(b, b->len ? " AND (" : "(");
	query_each_form(t->season, t->episode, add_form, b);
	if (prefix) /* "s1e1" may become "s1e12" */
		(void)!buf_addf(b, " OR \"s%de%d\"* OR \"s%02de%d\"*", t->season, t->episode,
				t->season, t->episode);
	(void)!buf_add_char(b, ')');
}

static void add_column(struct buf *b, const char *column, const char *text)
{
	if (!text || !has_letter(text))
		return;
	(void)!buf_addf(b, "%s{%s} : ", b->len ? " " : "", column);
	quote(b, text);
}

/* One letter says nothing yet, and half of all claims have a word that begins with it. */
static bool is_letter(const struct query_term *t)
{
	return !t->phrase && characters(t->text) == 1 && isalnum((unsigned char)*t->text);
}

static void add_words(struct buf *b, const struct query *q, bool prefix)
{
	for (size_t i = 0; i < q->n_terms; i++) {
		const struct query_term *t = &q->terms[i];
		bool goes_on = prefix && i + 1 == q->n_terms && t->text && !t->phrase;
		if (!t->text || (goes_on && i > 0 && is_letter(t)))
			continue;
		(void)!buf_add_str(b, b->len ? " " : "");
		quote(b, t->text);
		if (goes_on && !is_letter(t))
			(void)!buf_add_char(b, '*');
	}
}

char *query_fts(const struct query *q, bool prefix)
{
	struct buf b;
	buf_init(&b, QUERY_MAX_TEXT);
	add_words(&b, q, prefix);
	add_column(&b, "channel_name", q->channel_name);
	for (size_t i = 0; i < q->tags.n; i++)
		add_column(&b, "tags", q->tags.v[i]);
	for (size_t i = 0; i < q->n_terms; i++)
		if (!q->terms[i].text)
			add_choice(&b, &q->terms[i], prefix && i + 1 == q->n_terms);
	char *text = b.len ? buf_steal(&b) : NULL;
	buf_release(&b);
	return text;
}

/* -- for a scan -------------------------------------------------------------------------------- */

static void add_pattern(void *arg, const char *text)
{
	struct buf b;
	buf_init(&b, QUERY_MAX_TEXT);
	(void)!buf_add_char(&b, '%');
	for (; *text; text++)
		(void)!buf_addf(&b, strchr("%_\\", *text) ? "\\%c" : "%c", *text);
	(void)!buf_add_char(&b, '%');
	json_put_str(arg, NULL, b.data);
	buf_release(&b);
}

char *query_like(const struct query *q)
{
	struct buf b;
	struct json_out o;
	buf_init(&b, QUERY_MAX_TEXT * 4);
	json_out_init(&o, &b);
	json_open(&o, NULL, '[');
	for (size_t i = 0; i < q->n_terms; i++) {
		const struct query_term *t = &q->terms[i];
		json_open(&o, NULL, '[');
		if (t->text)
			add_pattern(&o, t->text);
		else
			query_each_form(t->season, t->episode, add_pattern, &o);
		json_close(&o, ']');
	}
	json_close(&o, ']');
	char *text = buf_steal(&b);
	buf_release(&b);
	return text;
}
