/* What storing pages leaves for later, done between them by a chore.
 *
 * A bite a chore: it holds the write lock of the database for a few milliseconds, and the next one
 * is begun only by the backend's own thread, so that this never waits for more than one. */
#include "settle.h"

#include <stdlib.h>

struct settle {
	bool running, wanted;
	/* the chore's while it runs */
	char *db; /* owned */
	struct settler *settler;
	bool ok, more;
	struct err err;
};

static void bite(void *arg)
{
	struct settle *z = arg;
	if (!z->settler)
		z->settler = store_settler_open(z->db, &z->err);
	z->ok = z->settler && store_settle(z->settler, &z->more, &z->err);
}

static void came_back(void *arg)
{
	struct settle *z = arg;
	z->running = false;
	if (!z->ok && z->err.kind != ERR_NONE && z->err.kind != ERR_BUSY)
		log_warn("backend", NULL, "the search index is not tidied: %s", z->err.text);
	z->wanted = z->wanted || (z->ok && z->more);
	if (z->wanted)
		return;
	/* Its memory is of no use until the next page comes. */
	store_settler_close(z->settler);
	z->settler = NULL;
}

void settle_turn(struct core *core)
{
	if (!core->store)
		return;
	struct settle *z = core->settle;
	bool wanted = store_wants_settling(core->store);
	if (wanted && !z) {
		z = core->settle = NEW(struct settle);
		z->db = str_dup(core->paths->db);
	}
	if (!z)
		return;
	z->wanted = z->wanted || wanted;
	if (z->running || !z->wanted)
		return;
	z->running = true;
	z->wanted = z->ok = false;
	z->err.kind = ERR_NONE;
	chores_add(core->chores, 0, bite, came_back, z);
}

void settle_free(struct settle *z)
{
	if (!z)
		return;
	store_settler_close(z->settler);
	free(z->db);
	free(z);
}
