/* What can be asked of the gateways: resolve, get, words, ping. */
#include "unit.h"

#include "../support/data.h"
#include "gateway_world.h"

static void addresses_resolve_or_say_why_not(void **state)
{
	static const struct {
		const char *what;
		enum err_kind kind;
		const char *says;
	} rows[] = {
		{ "lbry://@TestChannel#8/first-video#f", ERR_NONE, "" },
		{ "lbry://@nobody#a/nothing#b", ERR_NOT_FOUND, "no such claim" },
		{ "lbry://@chan#1/badly-signed#2", ERR_REFUSED, "did not sign" },
		{ "lbry://blocked#b", ERR_REFUSED, "blocked by @BlockList" },
		{ "not a url", ERR_NOT_FOUND, "not a valid url" },
		{ "lbry://not-in-the-reply", ERR_NOT_FOUND, "no such claim" },
	};
	size_t len;
	char *body = data_read("composed/resolve_mixed_ok_and_errors.json", &len);
	struct world w;

	world_open(&w, NULL);
	say(&w, 0, body);
	for (size_t i = 0; i < N_ROWS(rows); i++) {
		resolve(&w, rows[i].what);
		assert_int_equal(w.err.kind, rows[i].kind);
		if (rows[i].kind == ERR_NONE) {
			assert_int_equal(w.page->n, 1);
			assert_string_equal(w.page->items[0].id, ID_A);
		} else {
			assert_non_null(strstr(w.err.text, rows[i].says));
		}
		assert_true(asked(&w, 0, "m=resolve"));
		assert_true(asked(&w, 0, "\"urls\":[\""));
	}
	world_close(&w);
	free(body);
}

static void an_id_resolves_by_claim_search(void **state)
{
	size_t len;
	char *body = data_read("composed/claim_search_mixed_kinds.json", &len);
	struct world w;

	world_open(&w, NULL);
	say(&w, 0, body);
	resolve(&w, "8bdd17135686208e31a0b7a6503203b052cab617");
	assert_int_equal(w.err.kind, ERR_NONE);
	assert_int_equal(w.page->n, 1);
	assert_string_equal(w.page->items[0].title, "LIVE: nightly show");
	assert_true(asked(&w, 0, "m=claim_search"));
	assert_true(asked(&w, 0, "\"claim_ids\":[\"8bdd17135686208e31a0b7a6503203b052cab617\"]"));
	resolve(&w, "0000000000000000000000000000000000000000");
	assert_int_equal(w.err.kind, ERR_NOT_FOUND);
	world_close(&w);
	free(body);
}

static void get_gives_the_address_or_the_reason(void **state)
{
	static const struct {
		const char *file;
		enum err_kind kind;
		const char *says;
	} rows[] = {
		{ "get_free_v6", ERR_NONE, "https://player.odycdn.com/v6/streams/19b9c2" },
		{ "get_paid_lbc_token", ERR_NONE, "/api/v3/streams/paid/" },
		{ "get_protected_signed", ERR_NONE, "https://secure.odycdn.com/" },
		{ "gateway-errors/get_members", ERR_REFUSED,
		  "log in at https://odysee.com/@c:1/v:2" },
		{ "gateway-errors/get_paid_anonymous", ERR_REFUSED,
		  "log in at https://odysee.com/" },
		{ "gateway-errors/get_rental_expired", ERR_REFUSED, "rental is over" },
		{ "gateway-errors/get_unlisted", ERR_REFUSED, "unlisted" },
		{ "gateway-errors/get_scheduled", ERR_REFUSED, "not released yet" },
		{ "gateway-errors/get_no_source", ERR_REFUSED, "live, or without a file" },
		{ "gateway-errors/get_not_found", ERR_NOT_FOUND, "couldn't find claim" },
		{ "gateway-errors/get_missing_uri", ERR_REFUSED, "missing uri parameter" },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct world w;
		char name[128];
		size_t len;

		snprintf(name, sizeof(name), "composed/%s.json", rows[i].file);
		char *body = data_read(name, &len);

		print_message("%s\n", rows[i].file);
		world_open(&w, NULL);
		say(&w, 0, body);
		gateway_get(w.gateway, "lbry://@c#1/v#2", on_url, &w);
		run(&w);
		assert_int_equal(w.err.kind, rows[i].kind);
		assert_non_null(
		    strstr(rows[i].kind == ERR_NONE ? w.url : w.err.text, rows[i].says));
		assert_true(asked(&w, 0, "\"uri\":\"lbry://@c#1/v#2\",\"save_file\":false"));
		world_close(&w);
		free(body);
	}
}

static void get_refuses_strange_hosts(void **state)
{
	struct world w;

	world_open(&w, NULL);
	say(&w, 0, "{\"result\":{\"streaming_url\":\"https://evil.example/x.mp4\"}}");
	gateway_get(w.gateway, "lbry://x", on_url, &w);
	run(&w);
	assert_int_equal(w.err.kind, ERR_REFUSED);
	assert_string_equal(w.url, "");
	world_close(&w);
}

#define CLAIM(id) "{\"claim_id\":\"" id "\",\"name\":\"n\",\"value\":{\"title\":\"" id "\"}}"

static void words_go_to_the_search_service(void **state)
{
	struct world w;

	world_open(&w, "/search");
	say(&w, 2,
	    "[{\"claimId\":\"" ID_B "\",\"name\":\"b\"},{\"claimId\":\"bad\"},"
	    "{\"claimId\":\"" ID_A "\"},{\"claimId\":\"" ID_C "\"}]");
	say(&w, 0, "{\"result\":{\"items\":[" CLAIM(ID_A) "," CLAIM(ID_B) "]}}");
	query(&w, &(struct claim_query){ .channel_id = ID_C,
					 .text = "caf\xc3\xa9 & co",
					 .page = 2,
					 .page_size = 20,
					 .released_before = TIME_UNKNOWN });
	assert_int_equal(w.err.kind, ERR_NONE);
	assert_string_equal(acts_asked(w.acts[2], 0)->method, "GET");
	assert_string_equal(acts_asked(w.acts[2], 0)->target,
			    "/search?s=caf%C3%A9%20%26%20co&size=20&from=20&claimType=file"
			    "&channel_id=" ID_C);
	assert_int_equal(w.page->n, 2);
	assert_string_equal(w.page->items[0].id, ID_B); /* its ranking is kept */
	assert_string_equal(w.page->items[1].id, ID_A);
	assert_false(w.last_page);
	world_close(&w);
}

static void the_gateways_search_when_the_service_cannot(void **state)
{
	static const struct {
		struct act act;
		const char *text;
		size_t service_asked;
	} rows[] = {
		{ { .kind = ACT_STATUS, .status = 502 }, "hello", 1 },
		{ { .kind = ACT_OK, .body = "{\"success\":false}" }, "hello", 1 },
		{ { .kind = ACT_HANG }, "hello", 1 },
		{ { .kind = ACT_OK, .body = "[]" }, "he", 0 },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct world w;
		char text[64];

		world_open(&w, "/search");
		add(&w, 2, rows[i].act);
		say(&w, 0, "{\"result\":{\"items\":[" CLAIM(ID_A) "]}}");
		query(&w, &(struct claim_query){ .text = rows[i].text,
						 .released_before = TIME_UNKNOWN });
		assert_int_equal(w.err.kind, ERR_NONE);
		assert_int_equal(w.page->n, 1);
		assert_int_equal(acts_count(w.acts[2]), rows[i].service_asked);
		snprintf(text, sizeof(text), "\"text\":\"%s\"", rows[i].text);
		assert_true(asked(&w, 0, text));
		world_close(&w);
	}
}

static void a_type_is_asked_for(void **state)
{
	struct world w;

	world_open(&w, NULL);
	say(&w, 0, EMPTY_PAGE);
	say(&w, 0, EMPTY_PAGE);
	query(&w, &(struct claim_query){ .channel_id = ID_A, .released_before = TIME_UNKNOWN });
	assert_true(asked(&w, 0, "\"claim_type\":[\"stream\",\"repost\"]"));
	query(&w, &(struct claim_query){
		      .channel_id = ID_A, .type = "collection", .released_before = TIME_UNKNOWN });
	assert_true(strstr(acts_asked(w.acts[0], 1)->body, "\"claim_type\":[\"collection\"]"));
	world_close(&w);
}

static void nothing_found_asks_nobody_further(void **state)
{
	struct strs none = { .n = 0 };
	struct world w;

	world_open(&w, "/search");
	say(&w, 2, "[]");
	query(&w, &(struct claim_query){ .text = "hello", .released_before = TIME_UNKNOWN });
	assert_int_equal(w.page->n, 0);
	assert_true(w.last_page);
	/* an empty list of ids would be no filter at all over there */
	query(&w, &(struct claim_query){ .claim_ids = &none, .released_before = TIME_UNKNOWN });
	assert_int_equal(w.page->n, 0);
	assert_int_equal(acts_count(w.acts[0]), 0);
	world_close(&w);
}

static void on_ping(void *arg, const struct gateway_health *h)
{
	struct world *w = arg;

	if (h == NULL)
		w->done = true;
	else
		w->pings++;
}

static void ping_asks_each(void **state)
{
	struct world w;

	world_open(&w, NULL);
	say(&w, 0, "{\"result\":{\"is_running\":true}}");
	add(&w, 1, (struct act){ .kind = ACT_HANG });
	say(&w, 2, "{\"error\":{\"code\":-32080,\"message\":\"authentication token missing\"}}");
	gateway_health_restore(w.gateway, acts_url(w.acts[1], PATH), 1600000000, 2);
	assert_string_equal(gateway_health_of(w.gateway, 1)->status, "degraded");
	gateway_ping(w.gateway, on_ping, &w);
	run(&w);
	assert_int_equal(w.pings, 3);
	assert_int_equal(gateway_count(w.gateway), 3);
	assert_true(asked(&w, 0, "m=status"));
	assert_string_equal(gateway_health_of(w.gateway, 0)->status, "healthy");
	assert_int_equal(gateway_health_of(w.gateway, 0)->last_success, 1700000000);
	assert_string_equal(gateway_health_of(w.gateway, 1)->status, "down");
	assert_int_equal(gateway_health_of(w.gateway, 1)->last_success, 1600000000);
	assert_string_equal(gateway_health_of(w.gateway, 2)->status, "healthy"); /* it did answer */
	gateway_ping(w.gateway, on_ping, &w); /* left to gateway_free */
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_resolve_or_say_why_not),
		cmocka_unit_test(an_id_resolves_by_claim_search),
		cmocka_unit_test(get_gives_the_address_or_the_reason),
		cmocka_unit_test(get_refuses_strange_hosts),
		cmocka_unit_test(words_go_to_the_search_service),
		cmocka_unit_test(the_gateways_search_when_the_service_cannot),
		cmocka_unit_test(a_type_is_asked_for),
		cmocka_unit_test(nothing_found_asks_nobody_further),
		cmocka_unit_test(ping_asks_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
