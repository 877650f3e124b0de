/* The waits between tries: gateways, resting gateways, downloads. */
#include "kiyya/retry.h"

#define PLAN(steps, jitter)                                                   \
	{                                                                     \
		.steps_ms = (steps), .n = sizeof(steps) / sizeof((steps)[0]), \
		.jitter_ms = (jitter),                                        \
	}

static const int64_t gateway_steps[] = { 300, 1000 };
static const int64_t rest_steps[] = { 15000, 30000, 60000, 120000, 300000 };
static const int64_t download_steps[] = { 2000,  4000,   8000,   16000, 32000,
					  64000, 128000, 256000, 300000 };

const struct retry_plan retry_gateway = PLAN(gateway_steps, 99);
const struct retry_plan retry_rest = PLAN(rest_steps, 0);
const struct retry_plan retry_download = PLAN(download_steps, 999);

int64_t retry_wait_ms(const struct retry_plan *plan, unsigned failures, unsigned random)
{
	size_t step = failures > 0 ? failures - 1 : 0;

	if (step >= plan->n)
		step = plan->n - 1;
	return plan->steps_ms[step] + (int64_t)(random % (plan->jitter_ms + 1));
}
