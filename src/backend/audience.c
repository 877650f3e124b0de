/* Who reads an item while it is fetched. */
#include "audience.h"

#include <stdlib.h>
#include "keep.h"

struct audience {
	struct core *core;
	struct arrival *arrival; /* NULL: nobody has come yet */
	char *file;              /* that they read */
	uint64_t patience;       /* timer: somebody waits, and nothing comes */
};

struct audience *audience_new(struct core *core)
{
	struct audience *a = NEW(struct audience);
	a->core = core;
	return a;
}

static void dismiss(struct audience *a, const struct err *why)
{
	timer_drop(a->core->timers, a->patience);
	a->patience = 0;
	if (a->arrival)
		arrival_end(a->arrival, why);
	arrival_unref(a->arrival);
	a->arrival = NULL;
	str_set(&a->file, NULL);
}

void audience_free(struct audience *a, const struct err *why)
{
	if (!a)
		return;
	dismiss(a, why);
	free(a);
}

struct source *audience_open(struct audience *a, const char *file, bool encrypted, struct err *err)
{
	struct source *s = keep_open_partial(a->core, file, encrypted, err);
	if (!s)
		return NULL;
	if (!a->arrival) {
		a->arrival = arrival_new(&a->core->readers_wake);
		a->file = str_dup(file);
	}
	return arrival_open(a->arrival, s);
}

void audience_came(struct audience *a, const char *file)
{
	struct err why;
	if (!a->arrival)
		return;
	timer_drop(a->core->timers, a->patience);
	a->patience = 0;
	if (str_eq(a->file, file ? file : "")) {
		arrival_came(a->arrival);
		return;
	}
	err_set(&why, ERR_DAMAGED, 0,
		"the download has begun anew: what was played is not fetched further");
	dismiss(a, &why);
}

static void lose_patience(void *arg)
{
	struct audience *a = arg;
	struct err why;
	a->patience = 0;
	err_set(&why, ERR_TIMEOUT, 0, "nothing has come for %d seconds",
		AUDIENCE_PATIENCE_MS / 1000);
	arrival_fail(a->arrival, &why);
}

void audience_heed(struct audience *a, struct transfer *t)
{
	uint64_t chunks[ARRIVAL_WISHES];
	size_t n = a->arrival ? arrival_wishes(a->arrival, chunks) : 0;
	if (n && !a->patience)
		a->patience = timer_add(a->core->timers, AUDIENCE_PATIENCE_MS, lose_patience, a);
	for (size_t i = 0; t && i < n; i++)
		transfer_want(t, chunks[i]);
}
