/* Fuzzes the reading of titles.
 *
 * Properties: what a title says is read back from its printed form as it was; series and rest begin and end without
 * blanks; a key does not change with case and punctuation, nor by being made again; a season's title and an
 * episode's are not the same. */
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/season.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_title: %s\n", what);
	abort();
}

static void check_edges(const char *s)
{
	size_t n = strlen(s);
	require(n > 0 && s[0] != ' ' && s[n - 1] != ' ', "a part with blanks at its edges");
	require(text_is_utf8(s, n), "a part that is not UTF-8");
}

static void check_printed(const struct season_title *t)
{
	struct season_title again;
	char *printed = season_title_print(t);
	require(season_title_read(&again, printed), "a printed title that is not read back");
	require(str_eq(t->series, again.series) && t->season == again.season &&
		    t->episode == again.episode && str_eq(t->rest, again.rest),
		"a printed title that is read back as another");
	season_title_release(&again);
	free(printed);
}

/* Other case, other punctuation, the same name. */
static void check_key(const char *name)
{
	char *key = text_key(name), *changed = str_fmt("«%s»!", name);
	for (char *c = changed; *c; c++) {
		if (*c == ' ')
			*c = '-';
		*c = (char)((unsigned char)*c < 0x80 ? toupper((unsigned char)*c) : *c);
	}
	char *other = text_key(changed), *again = text_key(key);
	require(str_eq(key, other), "a key that changes with case or punctuation");
	require(str_eq(key, again), "a key whose key is another");
	free(again);
	free(other);
	free(changed);
	free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *title = text_clean((const char *)data, size, CLAIM_MAX_TITLE, false);
	struct season_title t;
	check_key(title);
	if (season_title_read(&t, title)) {
		check_edges(t.series);
		if (t.rest)
			check_edges(t.rest);
		check_printed(&t);
		check_key(t.series);
		season_title_release(&t);
	}
	if (season_title_read_season(&t, title)) {
		check_edges(t.series);
		require(t.episode == SEASON_UNKNOWN && !t.rest, "a season with an episode");
		season_title_release(&t);
	}
	free(title);
	return 0;
}
