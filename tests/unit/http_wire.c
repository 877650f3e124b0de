/* HTTP by hand. */
#include "http_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>
#include "kiyya/buf.h"

#define HEAD_MOST (64u << 10)
#define BODY_MOST (64u << 20)

int wire_connect(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	struct timeval limit = { .tv_sec = 10 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

void wire_send(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, data, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return; /* the test looks at the answer, or at its absence */
		data += sent;
		n -= (size_t)sent;
	}
}

void wire_sendf(int fd, const char *fmt, ...)
{
	struct buf b;
	buf_init(&b, HEAD_MOST);
	va_list ap;
	va_start(ap, fmt);
	assert_true(buf_vaddf(&b, fmt, ap));
	va_end(ap);
	wire_send(fd, b.data, b.len);
	buf_release(&b);
}

size_t wire_read(int fd, char *dst, size_t n)
{
	size_t have = 0;
	while (have < n) {
		ssize_t got = recv(fd, dst + have, n - have, 0);
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	return have;
}

/* Reads up to and including `end`. */
static bool read_until(int fd, const char *end, struct buf *out)
{
	size_t len = strlen(end);
	char c;
	while (wire_read(fd, &c, 1) == 1) {
		if (!buf_add_char(out, c))
			return false;
		if (out->len >= len && memcmp(out->data + out->len - len, end, len) == 0)
			return true;
	}
	return false;
}

static bool read_some(int fd, size_t n, struct buf *out)
{
	char block[16384];
	while (n > 0) {
		size_t want = n < sizeof(block) ? n : sizeof(block);
		size_t got = wire_read(fd, block, want);
		if (!buf_add(out, block, got) || got < want)
			return false;
		n -= got;
	}
	return true;
}

static bool read_chunked(int fd, struct buf *out)
{
	for (;;) {
		struct buf line;
		buf_init(&line, 64);
		bool ok = read_until(fd, "\r\n", &line);
		size_t n = strtoul(line.data, NULL, 16);
		buf_release(&line);
		buf_init(&line, 64);
		ok = ok && read_some(fd, n, out) && read_until(fd, "\r\n", &line);
		buf_release(&line);
		if (!ok || n == 0)
			return ok;
	}
}

bool wire_header(const struct wire_reply *r, const char *name, char *dst, size_t size)
{
	for (const char *line = r->head; (line = strstr(line, "\r\n"));) {
		line += 2;
		size_t len = strlen(name);
		if (strncasecmp(line, name, len) != 0 || line[len] != ':')
			continue;
		const char *value = line + len + 1 + strspn(line + len + 1, " ");
		snprintf(dst, size, "%.*s", (int)strcspn(value, "\r"), value);
		return true;
	}
	return false;
}

void wire_receive(int fd, bool no_body, struct wire_reply *ret)
{
	struct buf head, body;
	buf_init(&head, HEAD_MOST);
	buf_init(&body, BODY_MOST);
	*ret = (struct wire_reply){ 0 };
	ret->whole = read_until(fd, "\r\n\r\n", &head);
	ret->head = buf_steal(&head);
	if (ret->whole && strncmp(ret->head, "HTTP/1.", 7) == 0)
		ret->status = (int)strtol(ret->head + 9, NULL, 10);
	char value[64];
	if (!ret->whole || no_body || ret->status == 304) {
		/* nothing follows */
	} else if (wire_header(ret, "Content-Length", value, sizeof(value))) {
		ret->whole = read_some(fd, strtoul(value, NULL, 10), &body);
	} else if (wire_header(ret, "Transfer-Encoding", value, sizeof(value))) {
		ret->whole = read_chunked(fd, &body);
	} else {
		ret->whole = !read_some(fd, BODY_MOST, &body);
	}
	ret->body_len = body.len;
	ret->body = buf_steal(&body);
}

void wire_reply_release(struct wire_reply *r)
{
	free(r->head);
	free(r->body);
	*r = (struct wire_reply){ 0 };
}

bool wire_is_ended(int fd)
{
	char block[16384];
	size_t got;
	do
		got = wire_read(fd, block, sizeof(block));
	while (got == sizeof(block));
	/* A time-out of the socket is not an end; a reset is. */
	errno = 0;
	struct timeval now = { .tv_usec = 1000 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &now, sizeof(now));
	return recv(fd, block, 1, 0) <= 0 && errno != EAGAIN;
}
