/* Fuzzes the configuration file's text. Input: a value, a NUL, a file.
 *
 * Properties: what is read is clean; a file that can be read can still be read after an edit; the
 * edit gives the value back, leaves every other setting alone, and done twice is as done once. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/config_text.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

#define KEY "a.b"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	char *value;       /* of KEY, the last */
	struct buf others; /* every other pair */
};

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_config: %s\n", what);
	abort();
}

static bool take_pair(void *arg, int line, const char *key, const char *value, struct err *err)
{
	struct seen *s = arg;
	require(line > 0 && *key && !strpbrk(key, " \t=[]#\""), "a key that is none");
	require(text_is_utf8(value, strlen(value)), "a value that is not UTF-8");
	for (const char *p = value; *p; p++)
		require((unsigned char)*p >= ' ' || *p == '\t', "a control character in a value");
	if (str_eq(key, KEY))
		str_set(&s->value, value);
	else
		buf_addf(&s->others, "%s=%s\n", key, value);
	return true;
}

static bool read_text(struct seen *s, const char *text, size_t len)
{
	*s = (struct seen){ 0 };
	buf_init(&s->others,
		 (len + 64) * (len + 64)); /* a section stands before each of its keys */
	return config_read_text("f", text, len, take_pair, s, NULL);
}

static void seen_release(struct seen *s)
{
	free(s->value);
	buf_release(&s->others);
}

static void check_edit(const char *text, const char *value, const struct seen *before)
{
	char *once = config_edit_text(text, KEY, value);
	if (!once)
		return;
	struct seen after;
	require(read_text(&after, once, strlen(once)), "the edit broke the file");
	require(str_eq(after.value, value), "the value does not come back");
	require(str_eq(after.others.data, before->others.data), "the edit touched another key");
	char *twice = config_edit_text(once, KEY, value);
	require(str_eq(once, twice), "the second edit changed something");
	free(twice);
	free(once);
	seen_release(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *input = mem_new(size + 1);
	if (size > 0)
		memcpy(input, data, size);
	size_t value_len = strlen(input);
	size_t at = value_len < size ? value_len + 1 : size;
	struct seen before;
	bool ok = read_text(&before, input + at, size - at);
	if (ok)
		check_edit(input + at, input, &before);
	seen_release(&before);
	free(input);
	return 0;
}
