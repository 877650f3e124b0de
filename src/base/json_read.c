/* Reads JSON from outside: checks first, then lets cJSON parse, then answers questions about
 * values. */
#include "kiyya/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_scan.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

/* struct json is never defined: it is cJSON's node under a name of ours, so that nobody else needs
 * cJSON's header. */
static const cJSON *node(const struct json *v)
{
	return (const cJSON *)(const void *)v;
}

static const struct json *value(const cJSON *n)
{
	return (const struct json *)(const void *)n;
}

struct json *json_parse(const char *text, size_t len, size_t max_bytes, struct err *err)
{
	size_t most = max_bytes < JSON_MAX_BYTES ? max_bytes : JSON_MAX_BYTES;
	if (len > most) {
		err_set(err, ERR_PARSE, 0, "%zu bytes of JSON, at most %zu are read", len, most);
		return NULL;
	}
	if (!text_is_utf8(text, len)) {
		err_set(err, ERR_PARSE, 0, "not JSON: the text is not UTF-8");
		return NULL;
	}

	cJSON *doc = NULL;
	struct buf rewritten;
	buf_init(&rewritten, 2 * (size_t)JSON_MAX_BYTES);
	if (!json_scan(text, len, &rewritten, err))
		goto out;
	doc = rewritten.len > 0 ? cJSON_ParseWithLength(rewritten.data, rewritten.len)
				: cJSON_ParseWithLength(text, len);
	if (!doc) /* what the scan lets through: half a surrogate pair; or no memory */
		err_set(err, ERR_PARSE, 0, "not JSON: a broken \\u pair, or too large");
out:
	buf_release(&rewritten);
	return (struct json *)(void *)doc;
}

void json_free(struct json *doc)
{
	cJSON_Delete((cJSON *)(void *)doc);
}

static const cJSON *find(const cJSON *obj, const char *key, size_t len)
{
	if (!cJSON_IsObject(obj))
		return NULL;
	for (const cJSON *m = obj->child; m; m = m->next) {
		if (strncmp(m->string, key, len) == 0 && m->string[len] == '\0')
			return m;
	}
	return NULL;
}

const struct json *json_get(const struct json *obj, const char *key)
{
	return value(find(node(obj), key, strlen(key)));
}

const struct json *json_path(const struct json *obj, const char *dotted)
{
	const cJSON *at = node(obj);
	for (const char *part = dotted; at; part++) {
		size_t n = strcspn(part, ".");
		at = find(at, part, n);
		part += n;
		if (*part == '\0')
			break;
	}
	return value(at);
}

const struct json *json_at(const struct json *arr, size_t i)
{
	const struct json *v = json_is_array(arr) ? json_first(arr) : NULL;
	while (v && i-- > 0)
		v = json_next(v);
	return v;
}

const struct json *json_first(const struct json *v)
{
	return json_is_array(v) || json_is_object(v) ? value(node(v)->child) : NULL;
}

const struct json *json_next(const struct json *v)
{
	return v ? value(node(v)->next) : NULL;
}

const char *json_key(const struct json *member)
{
	return member ? node(member)->string : NULL;
}

size_t json_count(const struct json *v)
{
	size_t n = 0;
	for (const struct json *m = json_first(v); m; m = json_next(m))
		n++;
	return n;
}

bool json_is_object(const struct json *v)
{
	return cJSON_IsObject(node(v));
}

bool json_is_array(const struct json *v)
{
	return cJSON_IsArray(node(v));
}

bool json_is_string(const struct json *v)
{
	return cJSON_IsString(node(v));
}

bool json_is_null(const struct json *v)
{
	return cJSON_IsNull(node(v));
}

const char *json_str(const struct json *v)
{
	return json_is_string(v) ? node(v)->valuestring : NULL;
}

bool json_bool(const struct json *v, bool fallback)
{
	return cJSON_IsBool(node(v)) ? cJSON_IsTrue(node(v)) : fallback;
}

/* A number that is whole and inside what a double counts without gaps. */
static bool exact_integer(const cJSON *n, double *ret)
{
	const double gapless = 9007199254740992.0; /* 2^53 */
	if (!cJSON_IsNumber(n) || !(fabs(n->valuedouble) <= gapless) ||
	    n->valuedouble != (double)(int64_t)n->valuedouble)
		return false;
	*ret = n->valuedouble;
	return true;
}

bool json_i64(const struct json *v, int64_t *ret)
{
	double d;
	if (json_is_string(v))
		return str_to_i64(json_str(v), ret);
	if (!exact_integer(node(v), &d))
		return false;
	*ret = (int64_t)d;
	return true;
}

bool json_u64(const struct json *v, uint64_t *ret)
{
	double d;
	if (json_is_string(v))
		return str_to_u64(json_str(v), ret);
	if (!exact_integer(node(v), &d) || d < 0)
		return false;
	*ret = (uint64_t)d;
	return true;
}

bool json_double(const struct json *v, double *ret)
{
	int64_t whole;
	if (json_is_string(v)) {
		if (!json_i64(v, &whole))
			return false;
		*ret = (double)whole;
		return true;
	}
	if (!cJSON_IsNumber(node(v)) || !isfinite(node(v)->valuedouble))
		return false;
	*ret = node(v)->valuedouble;
	return true;
}

char *json_print(const struct json *v)
{
	char *text = v ? cJSON_PrintUnformatted(node(v)) : NULL;
	if (v && !text)
		mem_die("no memory to print JSON");
	return text;
}
