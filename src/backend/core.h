/* What the backend thread owns, shared by the files of this room. Everything here is used on that thread only;
 * services that cost time to start are started at the first need. */
#ifndef KIYYA_BACKEND_CORE_H
#define KIYYA_BACKEND_CORE_H

#include <stdbool.h>
#include <stdint.h>
#include "kiyya/backend.h"
#include "kiyya/chores.h"
#include "kiyya/clock.h"
#include "kiyya/err.h"
#include "kiyya/gateway.h"
#include "kiyya/http.h"
#include "kiyya/link.h"
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/path.h"
#include "kiyya/settings.h"
#include "kiyya/store.h"
#include "kiyya/str.h"
#include "kiyya/timer.h"
#include "kiyya/vault.h"
#include "kiyya/wake.h"
#include "plain.h"

struct engine;
struct hooks;
struct playback;
struct unlock;
struct ticket;
struct doorbell;
struct seeker;
struct reconcile;
struct settle;
struct sweep;

/* Settings that a request may change while we run. */
struct limits {
	int64_t parallel, connections, rate;
	int instead; /* rate counts, and not this part of the schedule; SCHEDULE_NONE */
};

struct core {
	const struct paths *paths;
	const struct settings *settings;
	struct limits limits; /* begin as the settings say */
	const struct clock *clock;
	struct link *link;
	bool offline;   /* no network at all */
	unsigned umask; /* of files that are exported */
	bool work_off;  /* this process works the whole queue off while it lives */
	enum asks asks;
	char *passphrase;     /* given and not used yet; NULL none */
	char *new_passphrase; /* likewise, for a ring to be changed or exported */

	struct timers *timers;
	struct chores *chores;
	unsigned last_lane; /* chores' lanes only have to differ */
	unsigned sync_lane; /* of what waits for the disk and nothing else: one at a time; 0 not needed yet */
	struct wake chores_wake, player_wake, readers_wake;
	struct store *store; /* NULL: boot_error says why, and so does every answer */
	struct err boot_error;
	char *vault_dir;

	struct ticket *tickets; /* open ones */
	struct lock *lock;      /* held: this process may write queue, vault and keys */
	unsigned lock_holds;    /* pieces of work that need it to their end */
	struct doorbell *doorbell;
	unsigned transfers; /* that run now: they share what memory bytes on their way may take */
	uint64_t claimed;   /* bytes that these have still to write */
	int64_t quota_ms;   /* when the vault was measured last, mono */
	struct plain_pool plains; /* for their bytes */
	struct known_part *parts; /* plain files that are filled or read (parts.h) */
	struct sweep *trim;       /* the cache is over its size; NULL: no */
	struct engine *engine;
	struct playback *playback;
	struct hooks *hooks; /* NULL: none has been run */
	struct unlock *unlock;
	struct reconcile *reconcile; /* NULL: this process does not hold the lock */

	/* by core_http(), core_gateway(), core_vault() */
	struct http *http;
	struct gateway *gateway;
	struct vault *vault;
	struct seeker *seeker;        /* by seek_start() */
	struct settle *settle;        /* by settle_turn() */
	char featured[CLAIM_ID_SIZE]; /* at home: one a session; "" not chosen yet */
};

bool core_boot(struct core *core, struct err *err);
void core_shut(struct core *core);

/* NULL and ERR_NET when --offline forbids it. */
struct http *core_http(struct core *core, struct err *err);
struct gateway *core_gateway(struct core *core, struct err *err);
struct vault *core_vault(struct core *core, struct err *err);
/* Takes the lock if this process does not have it. ERR_BUSY naming the PID. */
bool core_take_lock(struct core *core, struct err *err);
/* The same for a piece of work of some length: nothing lets go of the lock until core_let_lock. */
bool core_hold_lock(struct core *core, struct err *err);
void core_let_lock(struct core *core);
/* Lets go of it, unless the process works the queue off or something holds it. */
void core_drop_lock(struct core *core);

#endif
