/* JSON from outside, read with caps (size, depth, UTF-8 checked first), and JSON of our own, written.
 * The one door to cJSON. Readers: any thread, one owner per document. RFC 8259. */
#ifndef KIYYA_JSON_H
#define KIYYA_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/buf.h"
#include "kiyya/err.h"

struct json; /* a value inside a document; borrowed from the document */

#define JSON_MAX_BYTES (16u << 20)
#define JSON_MAX_DEPTH 64
#define JSON_MAX_VALUES (1u << 20) /* each costs memory far beyond its bytes */

/* Parses exactly one value, strictly. Errors: ERR_PARSE. Owned: json_free().
 * Integers are exact at any size: one of more than 15 digits, which a double might round, becomes a string
 * of its digits, as the gateway sends them (json_i64 and json_u64 read both, json_print shows the string). */
struct json *json_parse(const char *text, size_t len, size_t max_bytes, struct err *err);
void json_free(struct json *doc);

/* All readers take NULL and wrong types and answer "absent". */
const struct json *json_get(const struct json *obj, const char *key);
const struct json *json_path(const struct json *obj, const char *dotted); /* "value.source.size" */
const struct json *json_at(const struct json *arr, size_t i); /* O(i): loop with json_first/json_next */
const struct json *json_first(const struct json *v);
const struct json *json_next(const struct json *v);
const char *json_key(const struct json *member);
size_t json_count(const struct json *v); /* members of an object or array */
bool json_is_object(const struct json *v);
bool json_is_array(const struct json *v);
bool json_is_string(const struct json *v);
bool json_is_null(const struct json *v);
const char *json_str(const struct json *v); /* NULL if no string; cut at a \u0000 */
bool json_bool(const struct json *v, bool fallback);
/* A number, or a string of decimal digits (the gateway sends 64-bit integers so). */
bool json_i64(const struct json *v, int64_t *ret);
bool json_u64(const struct json *v, uint64_t *ret);
bool json_double(const struct json *v, double *ret);
char *json_print(const struct json *v); /* compact; owned, free() */

/* Writer: puts commas and escapes; text is escaped to valid UTF-8 (bad bytes become U+FFFD).
 *	struct json_out o;
 *	json_out_init(&o, &buf);
 *	json_open(&o, NULL, '{'); json_put_str(&o, "name", s); json_close(&o, '}');
 * key is NULL inside arrays. put_str skips NULL, so unknown is absent. */
struct json_out {
	struct buf *out;
	bool need_comma;
	bool full; /* the buffer's cap was reached: the text is cut and not JSON */
};
void json_out_init(struct json_out *o, struct buf *out);
void json_open(struct json_out *o, const char *key, char bracket);
void json_close(struct json_out *o, char bracket);
void json_put_str(struct json_out *o, const char *key, const char *s);
void json_put_i64(struct json_out *o, const char *key, int64_t v);
void json_put_bool(struct json_out *o, const char *key, bool v);
void json_put_time(struct json_out *o, const char *key, int64_t unix_seconds); /* RFC 3339, UTC */
void json_put_raw(struct json_out *o, const char *key, const char *json_text);

#endif
