/* The worker pool: lanes keep order, results come home, closing loses nothing; and a stress. */
#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "kiyya/chores.h"
#include "kiyya/wake.h"

struct job {
	pthread_t home;
	atomic_bool *gate;  /* run() waits until it is open */
	atomic_int *inside; /* how many of this lane run now */
	atomic_bool overlapped;
	bool ran, done, done_at_home;
	int number, *order, *n_order;
};

static void job_run(void *arg)
{
	struct job *j = arg;
	while (j->gate && !atomic_load(j->gate))
		sched_yield();
	if (j->inside && atomic_fetch_add(j->inside, 1) > 0)
		atomic_store(&j->overlapped, true);
	j->ran = true;
	if (j->inside)
		atomic_fetch_sub(j->inside, 1);
}

static void job_done(void *arg)
{
	struct job *j = arg;
	j->done = true;
	j->done_at_home = pthread_equal(j->home, pthread_self()) != 0;
	if (j->order)
		j->order[(*j->n_order)++] = j->number;
}

static void finish_all(struct chores *c, const struct wake *w)
{
	while (chores_pending(c) > 0) {
		struct pollfd p = { .fd = w->read_fd, .events = POLLIN };
		assert_int_equal(poll(&p, 1, 10000), 1); /* a lost wake-up ends here */
		wake_clear(w);
		chores_finish(c);
	}
}

static void test_a_job_runs_and_comes_home(void **state)
{
	struct wake w;
	struct err err;
	wake_init(&w);
	struct chores *c = chores_new(1, &w, &err);
	struct job j = { .home = pthread_self() };
	chores_add(c, 0, job_run, job_done, &j);
	finish_all(c, &w);
	assert_true(j.ran && j.done && j.done_at_home);
	chores_finish(c);
	chores_free(c);
	chores_free(NULL);
	wake_release(&w);
}

#define JOBS  200
#define LANES 3

static void test_lanes_run_one_at_a_time_in_order(void **state)
{
	struct wake w;
	struct err err;
	static struct job jobs[JOBS];
	atomic_int inside[LANES + 1] = { 0 };
	int order[LANES + 1][JOBS], n_order[LANES + 1] = { 0 };
	wake_init(&w);
	struct chores *c = chores_new(4, &w, &err);
	for (int i = 0; i < JOBS; i++) {
		unsigned lane = (unsigned)i % (LANES + 1);
		jobs[i] = (struct job){ .home = pthread_self(),
					.inside = lane ? &inside[lane] : NULL,
					.number = i,
					.order = order[lane],
					.n_order = &n_order[lane] };
		chores_add(c, lane, job_run, job_done, &jobs[i]);
	}
	finish_all(c, &w);
	for (int i = 0; i < JOBS; i++) {
		assert_true(jobs[i].ran && jobs[i].done_at_home);
		assert_false(jobs[i].overlapped);
	}
	for (int lane = 1; lane <= LANES; lane++)
		for (int i = 1; i < n_order[lane]; i++)
			assert_true(order[lane][i] > order[lane][i - 1]);
	chores_free(c);
	wake_release(&w);
}

static void test_a_busy_lane_holds_up_nobody_else(void **state)
{
	struct wake w;
	struct err err;
	atomic_bool gate = false;
	wake_init(&w);
	struct chores *c = chores_new(2, &w, &err);
	struct job slow = { .home = pthread_self(), .gate = &gate };
	struct job same_lane = { .home = pthread_self() }, other = { .home = pthread_self() };
	chores_add(c, 7, job_run, job_done, &slow);
	chores_add(c, 7, job_run, job_done, &same_lane);
	chores_add(c, 0, job_run, job_done, &other);
	while (!other.done) {
		struct pollfd p = { .fd = w.read_fd, .events = POLLIN };
		assert_int_equal(poll(&p, 1, 10000), 1);
		wake_clear(&w);
		chores_finish(c);
	}
	assert_false(slow.done);
	assert_false(same_lane.done);
	atomic_store(&gate, true);
	finish_all(c, &w);
	assert_true(same_lane.ran);
	chores_free(c);
	wake_release(&w);
}

static void *open_gate(void *gate)
{
	atomic_store((atomic_bool *)gate, true);
	return NULL;
}

/* What has begun is waited for; what has not comes home without having run. */
static void test_closing_gives_everything_back(void **state)
{
	struct wake w;
	struct err err;
	atomic_bool gate = false;
	struct job jobs[20];
	pthread_t opener;
	wake_init(&w);
	struct chores *c = chores_new(1, &w, &err);
	for (int i = 0; i < 20; i++) {
		jobs[i] = (struct job){ .home = pthread_self(), .gate = &gate };
		chores_add(c, 1, job_run, job_done, &jobs[i]);
	}
	assert_int_equal(pthread_create(&opener, NULL, open_gate, &gate), 0);
	chores_free(c);
	pthread_join(opener, NULL);
	for (int i = 0; i < 20; i++)
		assert_true(jobs[i].done && jobs[i].done_at_home);
	wake_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_job_runs_and_comes_home),
		cmocka_unit_test(test_lanes_run_one_at_a_time_in_order),
		cmocka_unit_test(test_a_busy_lane_holds_up_nobody_else),
		cmocka_unit_test(test_closing_gives_everything_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
