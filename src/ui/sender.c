/* Bytes of a picture on their way to a terminal that may be slow. */
#include "sender.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "blocks.h"
#include "kiyya/str.h"

/* The largest picture, each cell in two colours of its own. */
#define WAITING_MAX (8 << 20)
/* A terminal that takes nothing for so long has gone, or is stopped with ^S. */
#define PATIENCE_MS 1000

void sender_open(struct sender *s, int terminal)
{
	const char *name = ttyname(terminal);
	*s = (struct sender){ .fd = terminal };
	buf_init(&s->waiting, WAITING_MAX);
	int fd = name ? open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	s->fd = fd;
	s->own = true;
}

void sender_close(struct sender *s)
{
	if (s->own)
		close(s->fd);
	buf_release(&s->waiting);
	free(s->tail);
	*s = (struct sender){ .fd = -1 };
}

void sender_put(struct sender *s, const char *head, const char *bytes, size_t n, const char *tail)
{
	buf_clear(&s->waiting);
	s->gone = 0;
	str_set(&s->tail, tail);
	if (!buf_add_str(&s->waiting, head) || !buf_add(&s->waiting, bytes, n) ||
	    !buf_add_str(&s->waiting, tail))
		buf_clear(&s->waiting);
}

/* False: it takes no more now. An error that is none of patience ends the picture. */
static bool write_some(struct sender *s)
{
	while (s->gone < s->waiting.len) {
		ssize_t n = write(s->fd, s->waiting.data + s->gone, s->waiting.len - s->gone);
		if (n > 0)
			s->gone += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			return false;
		else if (n == 0 || errno != EINTR)
			s->gone = s->waiting.len;
	}
	return true;
}

bool sender_go_on(struct sender *s)
{
	bool all = write_some(s);
	if (all)
		buf_clear(&s->waiting);
	s->gone = all ? 0 : s->gone;
	return all;
}

bool sender_cut(struct sender *s)
{
	size_t left = s->waiting.len - s->gone;
	if (left == 0)
		return false;
	size_t n = blocks_line_end(s->waiting.data + s->gone, left);
	bool dropped = n < left && s->gone + n + strlen(s->tail) < s->waiting.len;
	if (n < left) {
		buf_cut(&s->waiting, s->gone + n);
		(void)!buf_add_str(&s->waiting, s->tail);
	}
	while (!sender_go_on(s)) {
		struct pollfd fd = { .fd = s->fd, .events = POLLOUT };
		if (poll(&fd, 1, PATIENCE_MS) == 1)
			continue;
		buf_clear(&s->waiting);
		s->gone = 0;
		return true;
	}
	return dropped;
}
