/* Pictures to a terminal that is slow (a pipe that nobody reads): never waited for, cut only between lines. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include "kiyya/buf.h"
#include "sender.h"

#define HEAD  "<"
#define TAIL  ">"
#define LINES 100
#define LINE  4000 /* bytes */

struct line {
	int read_fd, write_fd;
	struct sender sender;
	struct buf picture, got;
};

static void line_init(struct line *l)
{
	int fds[2];
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	l->read_fd = fds[0];
	l->write_fd = fds[1];
	sender_open(&l->sender, l->write_fd);
	assert_int_equal(l->sender.fd, l->write_fd); /* no terminal: none of its own */
	buf_init(&l->picture, 1 << 20);
	buf_init(&l->got, 1 << 20);
	for (int i = 0; i < LINES; i++) {
		size_t end = l->picture.len + LINE;
		assert_true(buf_addf(&l->picture, "\033[%d;1H", i + 1));
		while (l->picture.len < end)
			assert_true(buf_add_char(&l->picture, (char)('a' + i % 26)));
	}
}

static void line_release(struct line *l)
{
	sender_close(&l->sender);
	buf_release(&l->picture);
	buf_release(&l->got);
	close(l->read_fd);
	close(l->write_fd);
}

/* Reads up to `most` bytes of what is there. */
static void read_some(struct line *l, size_t most)
{
	char bytes[4096];
	ssize_t n = 1;
	for (size_t done = 0; done < most && n > 0; done += (size_t)n) {
		n = read(l->read_fd, bytes,
			 most - done < sizeof(bytes) ? most - done : sizeof(bytes));
		if (n > 0)
			assert_true(buf_add(&l->got, bytes, (size_t)n));
		else
			n = 0;
	}
}

static void test_the_rest_goes_later(void **state)
{
	struct line l;
	line_init(&l);
	sender_put(&l.sender, HEAD, l.picture.data, l.picture.len, TAIL);
	int turns = 0;
	while (!sender_go_on(&l.sender)) {
		read_some(&l, 10000);
		turns++;
	}
	assert_true(turns > 5);
	read_some(&l, SIZE_MAX);
	assert_int_equal(l.got.len, 1 + l.picture.len + 1);
	assert_memory_equal(l.got.data + 1, l.picture.data, l.picture.len);
	assert_int_equal(l.got.data[l.got.len - 1], '>');
	assert_false(sender_cut(&l.sender)); /* nothing waits */
	line_release(&l);
}

static void test_cut_between_lines(void **state)
{
	/* wherever in a line it stopped */
	for (size_t ahead = 8000; ahead < 8000 + LINE; ahead += 97) {
		struct line l;
		line_init(&l);
		sender_put(&l.sender, HEAD, l.picture.data, l.picture.len, TAIL);
		assert_false(sender_go_on(&l.sender));
		read_some(&l, ahead);
		assert_false(sender_go_on(&l.sender));
		read_some(&l, 2 * LINE); /* room for the end of a line */
		assert_true(sender_cut(&l.sender));
		read_some(&l, SIZE_MAX);
		assert_int_equal(l.got.data[l.got.len - 1], '>');
		assert_int_equal((l.got.len - 2) % LINE, 0); /* whole lines */
		assert_true(l.got.len < l.picture.len);
		assert_memory_equal(l.got.data + 1, l.picture.data, l.got.len - 2);
		assert_true(sender_go_on(&l.sender));
		line_release(&l);
	}
}

/* Nobody will ever read: it is given up, and nothing is left for the next. */
static void test_a_dead_line(void **state)
{
	struct line l;
	line_init(&l);
	sender_put(&l.sender, HEAD, l.picture.data, l.picture.len, TAIL);
	assert_false(sender_go_on(&l.sender));
	assert_true(sender_cut(&l.sender));
	assert_true(sender_go_on(&l.sender));
	close(l.read_fd);
	sender_put(&l.sender, HEAD, "x", 1, TAIL);
	assert_true(sender_go_on(&l.sender)); /* EPIPE is an end too */
	l.read_fd = open("/dev/null", O_RDONLY);
	line_release(&l);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_rest_goes_later),
		cmocka_unit_test(test_cut_between_lines),
		cmocka_unit_test(test_a_dead_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
