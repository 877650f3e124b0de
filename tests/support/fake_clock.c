/* A clock that tests turn by hand. */
#include "fake_clock.h"

static int64_t fake_mono(const struct clock *c)
{
	return ((const struct fake_clock *)(const void *)c)->now_ms;
}

static int64_t fake_wall(const struct clock *c)
{
	const struct fake_clock *f = (const struct fake_clock *)(const void *)c;

	return f->wall_start + f->now_ms / 1000;
}

void fake_clock_init(struct fake_clock *c, int64_t wall)
{
	*c = (struct fake_clock){
		.clock = { .mono_ms = fake_mono, .wall = fake_wall },
		.wall_start = wall,
	};
}

void fake_clock_add(struct fake_clock *c, int64_t ms)
{
	c->now_ms += ms;
}
