/* How fast downloads may be just now. */
#include "tempo.h"

static int part_now(const struct core *core)
{
	const struct schedule *s = &core->settings->download_schedule;
	int weekday, minute;
	if (!s->n)
		return SCHEDULE_NONE;
	clock_local(clock_wall(core->clock), &weekday, &minute);
	return schedule_part_at(s, weekday, minute);
}

int64_t tempo_rate(struct core *core)
{
	int part = part_now(core);
	if (part != core->limits.instead)
		core->limits.instead = SCHEDULE_NONE;
	return part == SCHEDULE_NONE || part == core->limits.instead
		   ? core->limits.rate
		   : core->settings->download_schedule.v[part].rate;
}

void tempo_rate_was_set(struct core *core)
{
	core->limits.instead = part_now(core);
}
