/* Starting and stopping what the backend thread owns. */
#include "core.h"

#include <stdlib.h>
#include "doorbell.h"
#include "engine.h"
#include "hook.h"
#include "parts.h"
#include "playback.h"
#include "reconcile.h"
#include "seek.h"
#include "settle.h"
#include "sweep.h"
#include "ticket.h"
#include "unlock.h"

static void restore_health(void *arg, const char *url, int64_t last_success, int failures)
{
	gateway_health_restore(arg, url, last_success, failures);
}

bool core_boot(struct core *core, struct err *err)
{
	core->clock = clock_real();
	core->timers = timers_new(core->clock);
	wake_init(&core->chores_wake);
	wake_init(&core->player_wake);
	wake_init(&core->readers_wake);
	core->vault_dir =
	    str_dup(str_empty(core->settings->download_dir) ? core->paths->vault_dir
							    : core->settings->download_dir);
	core->limits = (struct limits){ .parallel = core->settings->download_parallel,
					.connections = core->settings->download_connections,
					.rate = core->settings->download_rate,
					.instead = SCHEDULE_NONE };
	core->chores = chores_new(2, &core->chores_wake, err);
	if (!core->chores)
		return false;
	if (!paths_create(core->paths, err))
		return false;
	char *note = NULL;
	core->store = store_open(core->paths->db, core->clock, &note, err);
	if (note)
		post_note(core, NULL, "warn", "%s", note);
	free(note);
	if (!core->store)
		return false;
	core->unlock = unlock_new(core);
	core->engine = engine_new(core);
	core->playback = playback_new(core);
	return true;
}

void core_shut(struct core *core)
{
	tickets_stop_all(core);
	sweep_cancel(core->trim);
	seeker_free(core->seeker);
	playback_free(core->playback);
	engine_free(core->engine);
	hook_stop(core);
	core->engine = NULL; /* jobs that still come back find nothing to do */
	reconcile_stop(core->reconcile);
	unlock_stop(core->unlock);
	chores_free(
	    core->chores); /* the last jobs come back here, also the one that opens the keyring */
	if (core->unlock)
		reconcile_free(core->reconcile);
	plain_pool_release(&core->plains);
	parts_tidy(core);
	unlock_free(core->unlock);
	settle_free(core->settle);
	if (core->gateway && core->store) {
		for (size_t i = 0; i < gateway_count(core->gateway); i++) {
			const struct gateway_health *h = gateway_health_of(core->gateway, i);
			struct err why;
			if (!store_health_put(core->store, h->url, h->last_success, h->failures,
					      &why))
				log_warn("backend", NULL, "gateway health not kept: %s", why.text);
		}
	}
	gateway_free(core->gateway);
	if (core->http)
		http_free(core->http);
	vault_free(core->vault);
	doorbell_free(core->doorbell);
	lock_release(core->lock);
	store_close(core->store);
	timers_free(core->timers);
	wake_release(&core->chores_wake);
	wake_release(&core->player_wake);
	wake_release(&core->readers_wake);
	free(core->vault_dir);
	str_burn(core->passphrase);
	str_burn(core->new_passphrase);
}

struct http *core_http(struct core *core, struct err *err)
{
	if (core->offline) {
		err_set(err, ERR_NET, 0, "--offline: nothing is asked from the network");
		return NULL;
	}
	if (core->http)
		return core->http;
	const struct settings *s = core->settings;
	struct strs endpoints;
	strs_copy(&endpoints, &s->gateway_urls);
	if (!str_empty(s->gateway_player_url))
		strs_add(&endpoints, s->gateway_player_url);
	if (!str_empty(s->gateway_search_url))
		strs_add(&endpoints, s->gateway_search_url);
	if (!str_empty(s->gateway_live_url))
		strs_add(&endpoints, s->gateway_live_url);
	core->http = http_new(&(struct http_config){ .proxy = s->net_proxy,
						     .ca_file = s->net_ca_file,
						     .endpoints = &endpoints,
						     .allow_hosts = &s->gateway_allow_hosts },
			      err);
	strs_release(&endpoints);
	return core->http;
}

static void log_attempt(void *arg, const struct gateway_attempt *a)
{
	struct core *core = arg;
	struct log_row row = {
		.time = a->time,
		.level = a->error ? "warn" : "info",
		.component = "gateway",
		.message = a->error ? a->error : a->method,
		.gateway = a->url,
		.code = INT64_MIN,
		.ms = a->ms,
		.http_status = a->http_status ? a->http_status : INT64_MIN,
	};
	struct err why;
	if (core->store && !store_log_put(core->store, "gateway", &row, &why))
		log_warn("backend", NULL, "a gateway call was not recorded: %s", why.text);
}

struct gateway *core_gateway(struct core *core, struct err *err)
{
	struct http *http = core_http(core, err);
	if (!http || core->gateway)
		return http ? core->gateway : NULL;
	const struct settings *s = core->settings;
	core->gateway = gateway_new(&(struct gateway_config){ .urls = &s->gateway_urls,
							      .timeout_ms = s->gateway_timeout,
							      .search_url = s->gateway_search_url,
							      .live_url = s->gateway_live_url,
							      .player_url = s->gateway_player_url,
							      .clock = core->clock,
							      .on_attempt = log_attempt,
							      .arg = core },
				    http, core->timers, err);
	if (core->gateway)
		store_health_each(core->store, restore_health, core->gateway);
	return core->gateway;
}

struct vault *core_vault(struct core *core, struct err *err)
{
	if (!core->vault && path_make_dir(core->vault_dir, err)) /* download.dir may be new */
		core->vault =
		    vault_new(&(struct vault_paths){ .vault_dir = core->vault_dir,
						     .keyring = core->paths->keyring,
						     .keyring_dir = core->paths->keyring_dir,
						     .key_file = core->paths->key_file },
			      NULL, err);
	return core->vault;
}

bool core_take_lock(struct core *core, struct err *err)
{
	if (core->lock)
		return true;
	core->lock = lock_take(core->paths->lock, err);
	if (!core->lock)
		return false;
	core->doorbell = doorbell_new(core->paths->lock);
	return store_queue_recover(core->store, err);
}

bool core_hold_lock(struct core *core, struct err *err)
{
	if (!core_take_lock(core, err))
		return false;
	core->lock_holds++;
	return true;
}

void core_let_lock(struct core *core)
{
	core->lock_holds--;
	engine_kick(core->engine);
}

void core_drop_lock(struct core *core)
{
	if (core->work_off || !core->lock || core->lock_holds)
		return;
	doorbell_free(core->doorbell);
	core->doorbell = NULL;
	lock_release(core->lock);
	core->lock = NULL;
}
