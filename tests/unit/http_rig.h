/* What the tests of http share: a handle beside a misbehaving server, and a record of what came
 * of a call. */
#ifndef KIYYA_TESTS_HTTP_RIG_H
#define KIYYA_TESTS_HTTP_RIG_H

#include "../support/acts_server.h"
#include "kiyya/buf.h"
#include "kiyya/clock.h"
#include "kiyya/http.h"

#define DEADLINE_MS 20000

struct rig {
	struct acts *acts;
	struct http *http;
};

/* What came of one call. */
struct result {
	struct http *http;
	uint64_t id;
	bool done, failed, headed;
	int status;
	int64_t length, range_first, range_last, range_total, retry_after_s;
	char final_url[256], etag[64], location[256], type[64];
	struct err err;
	struct buf body; /* of on_data or on_done */
	/* what on_data does */
	size_t pause_at, cancel_at, fail_at;
	bool paused;
};

int rig_setup(void **state);
int rig_teardown(void **state);

void result_init(struct result *r, struct rig *f);
/* Callbacks that fill a struct result. */
bool on_data(void *arg, const void *data, size_t n, struct err *err);
void on_done(void *arg, const struct http_head *head, const char *body, size_t len,
	     const struct err *err);
/* A GET that fills r. */
struct http_call get(struct result *r, const char *url);
void start(struct result *r, const struct http_call *call);
void run(struct result *r);                  /* until it is done */
void fetch(struct result *r, struct rig *f); /* a GET of /x with the acts already set */

#endif
