/* The categories of the configuration: read, refused, found. */
#include "unit.h"

#include "kiyya/buf.h"
#include "kiyya/category.h"
#include "kiyya/settings.h"
#include "kiyya/str.h"

/* Written out again with one sign between the parts; owned. */
static char *print(const struct category_list *l)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < l->n; i++) {
		(void)!buf_addf(&b, "%s%s=%s", i ? "," : "", l->v[i].name, l->v[i].tag);
		for (size_t j = 0; j < l->v[i].filters.n; j++)
			(void)!buf_addf(&b, "/%s", l->v[i].filters.v[j]);
	}
	return buf_steal(&b);
}

static const struct {
	const char *text, *printed, *why; /* printed NULL: refused */
} rows[] = {
	{ "", "", NULL },
	{ " , ,", "", NULL },
	{ "Movies: movie", "Movies=movie", NULL },
	{ "Movies:movie>a/b", "Movies=movie/a/b", NULL },
	{ "  Movies and more :  Movie >  Comedy_Movies / two words ,Kids: kids,",
	  "Movies and more=movie/comedy_movies/two words,Kids=kids", NULL },
	{ "ፊልም: movie", "ፊልም=movie", NULL },
	{ "Movies: movie >", "Movies=movie", NULL },
	{ "Movies", NULL, "Movies has no tag" },
	{ "Movies:", NULL, "Movies has no tag" },
	{ "Movies: > comedy", NULL, "Movies has no tag" },
	{ ": movie", NULL, "needs a name" },
	{ "Movies: movie > a //b", NULL, "Movies has a filter that is no tag" },
	{ "Movies: movie > a > b", NULL, "Movies has a filter that is no tag" },
	{ "Movies: movie: x", NULL, "Movies has no tag" },
	{ "Mov\033[31mies: movie", NULL, "needs a name" },
	{ "Movies: mo\033vie", NULL, "Movies has no tag" },
};

static void test_reads(void **state)
{
	EACH_ROW (row, rows) {
		struct category_list l = { 0 };
		struct err err = { 0 };
		bool ok = category_list_parse(&l, row->text, &err);
		char *printed = ok ? print(&l) : NULL;
		if (!str_eq(printed, row->printed))
			fail_msg("\"%s\" is read as %s: %s", row->text,
				 printed ? printed : "nothing", err.text);
		if (!ok && !strstr(err.text, row->why))
			fail_msg("\"%s\" is refused with: %s", row->text, err.text);
		free(printed);
		category_list_release(&l);
	}
}

static void test_bounds(void **state)
{
	struct buf b;
	struct category_list l = { 0 };
	buf_init(&b, 1 << 16);
	for (int i = 0; i < CATEGORY_MAX; i++)
		(void)!buf_addf(&b, "c%d: t, ", i);
	assert_true(category_list_parse(&l, b.data, NULL));
	assert_int_equal(l.n, CATEGORY_MAX);
	category_list_release(&l);
	(void)!buf_add_str(&b, "more: t");
	assert_false(category_list_parse(&l, b.data, NULL));
	buf_clear(&b);
	(void)!buf_add_str(&b, "c: t > f");
	for (int i = 1; i < CATEGORY_MAX; i++)
		(void)!buf_add_str(&b, "/f");
	assert_true(category_list_parse(&l, b.data, NULL));
	category_list_release(&l);
	(void)!buf_add_str(&b, "/f");
	assert_false(category_list_parse(&l, b.data, NULL));
	buf_release(&b);
}

static void test_settings(void **state)
{
	struct settings s;
	struct err err = { 0 };
	settings_init(&s);
	const struct category *movies = category_find(&s.catalog_categories, "mOVIES");
	assert_non_null(movies);
	assert_string_equal(movies->tag, "movie");
	assert_true(strs_has(&movies->filters, "comedy_movies"));
	assert_ptr_equal(category_find(&s.catalog_categories, "sitcom"), movies + 2);
	assert_null(category_find(&s.catalog_categories, "comedy_movies"));
	assert_null(category_find(&s.catalog_categories, NULL));
	assert_false(settings_set(&s, SET_catalog_categories, "Kids: kids, Nothing", "file", &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.text, "catalog.categories: Nothing has no tag"));
	assert_int_equal(s.catalog_categories.n, 4);
	assert_true(settings_set(&s, SET_catalog_categories, "Kids: kids", "file", &err));
	assert_int_equal(s.catalog_categories.n, 1);
	settings_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_settings),
	};
	return cmocka_run_group_tests_name("category", tests, NULL, NULL);
}
