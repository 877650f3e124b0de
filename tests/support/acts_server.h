/* An HTTP server on 127.0.0.1, inside the test, that plays a list of acts, one a request; the last
 * act stays. Requests are answered on its own threads; what was asked is read after they were
 * answered.
 *
 *	struct acts *a = acts_start();
 *	acts_add(a, (struct act){ .kind = ACT_STATUS, .status = 500 });
 *	acts_add(a, (struct act){ .kind = ACT_OK, .body = "{}" });
 *	… acts_url(a, "/x") … acts_asked(a, 0)->method …
 *	acts_stop(a);
 */
#ifndef KIYYA_TESTS_ACTS_SERVER_H
#define KIYYA_TESTS_ACTS_SERVER_H

#include <stdbool.h>
#include <stddef.h>

enum act_kind {
	ACT_OK,      /* 200 and the body */
	ACT_STATUS,  /* that status and the body */
	ACT_HANG,    /* takes the request and says nothing until the server stops */
	ACT_STALL,   /* announces the body, sends half of it, then nothing until the server stops */
	ACT_CUT,     /* announces the body, sends half of it, then closes */
	ACT_CLOSE,   /* closes without an answer */
	ACT_ENDLESS, /* 200 and bytes for ever */
	ACT_SLOW,    /* the body, a few bytes at a time */
	ACT_BYTES,   /* 200 and `size` bytes of acts_byte(i); answers a Range of the form a-b or a-
			with 206 */
};
struct act {
	enum act_kind kind;
	int status;
	const char *body;      /* borrowed until acts_stop; NULL: "" */
	const char *location;  /* sent as Location: NULL none; copied */
	const char *header[4]; /* "Name: value" lines; borrowed until acts_stop */
	size_t size; /* of ACT_BYTES; of the body of ACT_OK where it is no string */
};
struct acts_request {
	char *method, *target; /* target with its query */
	char *headers;         /* "name: value\n", names in lower case, for strstr */
	char *body;
};

struct acts;
struct acts *acts_start(void);
struct acts *acts_start_tls(void);  /* https, with a certificate that nobody trusts */
const char *acts_certificate(void); /* PEM, to be trusted on purpose */
void acts_stop(struct acts *a);
void acts_add(struct acts *a, struct act act);
const char *acts_url(struct acts *a, const char *path); /* borrowed until acts_stop */
int acts_port(const struct acts *a);
size_t acts_count(struct acts *a);
/* Borrowed until acts_stop. */
const struct acts_request *acts_asked(struct acts *a, size_t i);
unsigned char acts_byte(size_t i);

/* A port on which nobody listens while the process lives. */
int acts_dead_port(void);

#endif
