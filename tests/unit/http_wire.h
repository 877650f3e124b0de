/* HTTP by hand, so that a test can send what no client library would. Everything ends after ten
 * seconds. */
#ifndef TESTS_HTTP_WIRE_H
#define TESTS_HTTP_WIRE_H

#include <stdbool.h>
#include <stddef.h>

int wire_connect(int port); /* a socket to 127.0.0.1; fails the test if it cannot */
void wire_send(int fd, const char *data, size_t n);
void wire_sendf(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

struct wire_reply {
	int status;
	char *head; /* owned: the header block */
	char *body; /* owned: as it means, not as it was chunked */
	size_t body_len;
	bool whole; /* it came to the end it announced, or to the end of the connection if it
		       announced none */
};
/* no_body: the answer to a HEAD. */
void wire_receive(int fd, bool no_body, struct wire_reply *ret);
void wire_reply_release(struct wire_reply *r);
/* The value of a header field into dst; false: not there. */
bool wire_header(const struct wire_reply *r, const char *name, char *dst, size_t size);
/* Reads until n bytes came or the connection ended; how many. */
size_t wire_read(int fd, char *dst, size_t n);
/* The other side has ended the connection, within ten seconds. */
bool wire_is_ended(int fd);

#endif
