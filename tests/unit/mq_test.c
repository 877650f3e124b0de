/* The queue between threads: order, caps, newest wins, and a stress with room for two. */
#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "kiyya/mem.h"
#include "kiyya/mq.h"
#include "kiyya/thread.h"
#include "kiyya/wake.h"

struct note {
	int key, value;
};

static atomic_int dropped;

static void drop(void *msg)
{
	free(msg);
	atomic_fetch_add(&dropped, 1);
}

static struct note *note_new(int key, int value)
{
	struct note *n = NEW(struct note);
	*n = (struct note){ .key = key, .value = value };
	return n;
}

static int pop_value(struct mq *q)
{
	struct note *n = mq_pop(q);
	int value = n ? n->value : -1;
	free(n);
	return value;
}

static bool is_readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, ms) == 1;
}

static void test_first_in_first_out_and_a_cap(void **state)
{
	struct wake w;
	wake_init(&w);
	dropped = 0;
	struct mq *q = mq_new(2, &w, drop);
	assert_null(mq_pop(q));
	assert_false(is_readable(w.read_fd, 0));
	assert_true(mq_push(q, note_new(0, 1)));
	assert_true(is_readable(w.read_fd, 0));
	wake_clear(&w);
	assert_false(is_readable(w.read_fd, 0));
	assert_true(mq_push(q, note_new(0, 2)));
	struct note *refused = note_new(0, 3);
	assert_false(mq_push(q, refused));
	assert_int_equal(refused->value, 3); /* still ours */
	assert_int_equal(mq_count(q), 2);
	assert_int_equal(pop_value(q), 1);
	assert_true(mq_push(q, refused));
	assert_int_equal(pop_value(q), 2);
	assert_int_equal(dropped, 0);
	mq_free(q); /* with one inside */
	assert_int_equal(dropped, 1);
	mq_free(NULL);
	wake_release(&w);
}

static bool same_key(const void *old, const void *msg)
{
	return ((const struct note *)old)->key == ((const struct note *)msg)->key;
}

static void test_the_newest_replaces_in_place(void **state)
{
	dropped = 0;
	struct mq *q = mq_new(2, NULL, drop);
	assert_true(mq_push_newest(q, note_new(1, 10), same_key));
	assert_true(mq_push_newest(q, note_new(2, 20), same_key));
	assert_true(mq_push_newest(q, note_new(1, 11), same_key)); /* full, yet it has a place */
	assert_int_equal(dropped, 1);
	struct note *other = note_new(3, 30);
	assert_false(mq_push_newest(q, other, same_key));
	free(other);
	assert_int_equal(pop_value(q), 11);
	assert_int_equal(pop_value(q), 20);
	assert_true(mq_push_newest(q, note_new(1, 12), same_key)); /* the read one is gone */
	assert_int_equal(pop_value(q), 12);
	mq_free(q);
}

static void test_a_closed_queue_takes_nothing_but_gives(void **state)
{
	struct mq *q = mq_new(4, NULL, drop);
	assert_true(mq_push(q, note_new(0, 1)));
	mq_close(q);
	struct note *late = note_new(0, 2);
	assert_false(mq_push(q, late));
	assert_false(mq_push_newest(q, late, same_key));
	free(late);
	assert_int_equal(pop_value(q), 1);
	assert_int_equal(pop_value(q), -1);
	mq_free(q);
}

#define SENDERS 4
#define EACH    400

struct sender {
	struct mq *q;
	int id;
};

static void *send_all(void *arg)
{
	struct sender *self = arg;
	for (int i = 0; i < EACH; i++) {
		struct note *n = note_new(self->id, i);
		while (!mq_push(self->q, n))
			sched_yield();
	}
	return NULL;
}

static void test_many_senders_through_a_tiny_queue(void **state)
{
	struct wake w;
	struct err err;
	pthread_t threads[SENDERS];
	struct sender senders[SENDERS];
	int next[SENDERS] = { 0 }, total = 0;
	wake_init(&w);
	struct mq *q = mq_new(2, &w, drop);
	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){ .q = q, .id = i };
		assert_true(thread_start(&threads[i], "sender", send_all, &senders[i], &err));
	}
	while (total < SENDERS * EACH) {
		assert_true(is_readable(w.read_fd, 10000)); /* a lost wake-up ends here */
		wake_clear(&w);
		for (struct note *n; (n = mq_pop(q)); total++) {
			assert_int_equal(n->value, next[n->key]++); /* each sender's order holds */
			free(n);
		}
	}
	for (int i = 0; i < SENDERS; i++)
		thread_join(threads[i]);
	assert_int_equal(mq_count(q), 0);
	mq_free(q);
	wake_release(&w);
}

static void *send_newest(void *arg)
{
	struct sender *self = arg;
	for (int i = 1; i <= EACH; i++) {
		if (!mq_push_newest(self->q, note_new(self->id, i), same_key))
			abort(); /* one place for each key: never full */
	}
	return NULL;
}

static void test_state_messages_never_fill_the_queue(void **state)
{
	struct wake w;
	struct err err;
	pthread_t threads[SENDERS];
	struct sender senders[SENDERS];
	int last[SENDERS] = { 0 }, ended = 0;
	wake_init(&w);
	struct mq *q = mq_new(SENDERS, &w, drop);
	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){ .q = q, .id = i };
		assert_true(thread_start(&threads[i], "sender", send_newest, &senders[i], &err));
	}
	while (ended < SENDERS) {
		assert_true(is_readable(w.read_fd, 10000));
		wake_clear(&w);
		for (struct note *n; (n = mq_pop(q));) {
			assert_true(n->value > last[n->key]);
			last[n->key] = n->value;
			ended += n->value == EACH; /* the last word always arrives */
			free(n);
		}
	}
	for (int i = 0; i < SENDERS; i++)
		thread_join(threads[i]);
	mq_free(q);
	wake_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_in_first_out_and_a_cap),
		cmocka_unit_test(test_the_newest_replaces_in_place),
		cmocka_unit_test(test_a_closed_queue_takes_nothing_but_gives),
		cmocka_unit_test(test_many_senders_through_a_tiny_queue),
		cmocka_unit_test(test_state_messages_never_fill_the_queue),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
