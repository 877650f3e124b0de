/* The queue of misbehaviour that tests ask for. */
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

struct acts {
	pthread_mutex_t lock; /* guards the list */
	struct act *v;
	size_t n;
};

static const char *const kind_words[] = {
#define X(name, word) [ACT_##name] = word,
	ACT_KINDS(X)
#undef X
};

static const char *const where_words[] = {
#define X(name, word) [WHERE_##name] = word,
	WHERES(X)
#undef X
};

const char *act_word(enum act_kind kind)
{
	return kind_words[kind];
}

const char *where_word(enum where where)
{
	return where_words[where];
}

struct acts *acts_new(void)
{
	struct acts *a = NEW(struct acts);
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void acts_free(struct acts *a)
{
	if (a == NULL)
		return;
	pthread_mutex_destroy(&a->lock);
	free(a->v);
	free(a);
}

static bool word_index(const char *const *words, size_t n, const char *word, int *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(words[i], word)) {
			*ret = (int)i;
			return true;
		}
	}
	return false;
}

static int64_t number(const struct json *description, const char *key, int64_t otherwise)
{
	int64_t n;
	return json_i64(json_get(description, key), &n) ? n : otherwise;
}

/* The first of the members that is a string. */
static void copy_text(char *dst, size_t size, const struct json *description,
		      const char *const keys[])
{
	for (; *keys != NULL && dst[0] == '\0'; keys++) {
		const char *s = json_str(json_get(description, *keys));
		if (s != NULL)
			str_copy(dst, size, s);
	}
}

bool acts_add(struct acts *a, const struct json *description, struct err *err)
{
	const char *kind_word = json_str(json_get(description, "act"));
	const char *where_name = json_str(json_get(description, "where"));
	int kind, where = WHERE_ANY;
	if (!word_index(kind_words, sizeof(kind_words) / sizeof(kind_words[0]), kind_word, &kind))
		return err_set(err, ERR_USAGE, 0, "no such act: %s", kind_word ? kind_word : "");
	if (where_name != NULL &&
	    !word_index(where_words, sizeof(where_words) / sizeof(where_words[0]), where_name,
			&where))
		return err_set(err, ERR_USAGE, 0, "no such place: %s", where_name);
	struct act act = {
		.kind = (enum act_kind)kind,
		.where = (enum where)where,
		.endpoint = (int)number(description, "endpoint", -1),
		.times = (int)number(description, "times", 1),
		.status = (int)number(description, "status", 0),
		.code = (int)number(description, "code", -32500),
		.after = number(description, "after", 0),
		.rate = number(description, "rate", 1024),
	};
	copy_text(act.match, sizeof(act.match), description,
		  (const char *const[]){ "match", NULL });
	copy_text(act.text, sizeof(act.text), description,
		  (const char *const[]){ "url", "value", "message", NULL });

	pthread_mutex_lock(&a->lock);
	a->v = mem_grow(a->v, a->n + 1, sizeof(*a->v));
	a->v[a->n++] = act;
	pthread_mutex_unlock(&a->lock);
	return true;
}

void acts_clear(struct acts *a)
{
	pthread_mutex_lock(&a->lock);
	a->n = 0;
	pthread_mutex_unlock(&a->lock);
}

static bool fits(const struct act *act, enum where where, int endpoint, const char *request)
{
	return (act->where == WHERE_ANY || act->where == where) &&
	       (act->endpoint < 0 || act->endpoint == endpoint) &&
	       strstr(request, act->match) != NULL;
}

bool acts_take(struct acts *a, enum where where, int endpoint, const char *request, struct act *ret)
{
	bool found = false;
	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < a->n && !found; i++) {
		if (!fits(&a->v[i], where, endpoint, request))
			continue;
		found = true;
		*ret = a->v[i];
		if (a->v[i].times > 0 && --a->v[i].times == 0) {
			a->n--;
			memmove(&a->v[i], &a->v[i + 1], (a->n - i) * sizeof(*a->v));
		}
	}
	pthread_mutex_unlock(&a->lock);
	return found;
}
