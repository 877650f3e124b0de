/* Fuzzes the reader of JSON from outside and the writer of our own.
 *
 * Properties: what was read and printed reads again, and printing settles: a fraction of many digits is
 * printed as the integer it has become, which the reader keeps as text, and after that nothing moves.
 * Whatever text is written, the result is JSON, and valid UTF-8 comes back as it was. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/json.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_json: %s\n", what);
	abort();
}

static char *reprint(const char *printed)
{
	struct json *doc = json_parse(printed, strlen(printed), JSON_MAX_BYTES, NULL);
	require(doc != NULL, "what was printed does not read");
	char *again = json_print(doc);
	json_free(doc);
	return again;
}

static void check_reader(const char *text, size_t len)
{
	struct err err = { .kind = ERR_NONE };
	struct json *doc = json_parse(text, len, 1 << 16, &err);
	require((doc == NULL) == (err.kind == ERR_PARSE), "a failure without a reason");
	if (!doc)
		return;
	char *printed = json_print(doc);
	char *settled = reprint(printed), *after = reprint(settled);
	require(str_eq(settled, after), "printing does not settle");
	free(after);
	free(settled);
	free(printed);
	json_free(doc);
}

static void check_writer(const char *text)
{
	struct buf b;
	struct json_out o;
	buf_init(&b, 1 << 20);
	json_out_init(&o, &b);
	json_open(&o, NULL, '{');
	json_put_str(&o, text, text);
	json_close(&o, '}');
	if (!o.full) {
		struct json *doc = json_parse(b.data, b.len, JSON_MAX_BYTES, NULL);
		require(doc != NULL, "what was written does not read");
		if (text_is_utf8(text, strlen(text)))
			require(str_eq(json_str(json_first(doc)), text),
				"written text has changed");
		for (size_t i = 0; i < b.len; i++)
			require((unsigned char)b.data[i] >= 0x20 && b.data[i] != 0x7f,
				"a raw control");
		json_free(doc);
	}
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_reader((const char *)data, size);
	char *text = str_dupn((const char *)data, size);
	check_writer(text);
	free(text);
	return 0;
}
