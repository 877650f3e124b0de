/* Answers ping, doctor and log. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/file.h"
#include "kiyya/json.h"
#include "kiyya/play.h"
#include "kiyya/stream.h"
#include "playback.h"
#include "route.h"
#include "ticket.h"

/* -- gateways ------------------------------------------------------------------------------------ */

static void post_gateway(struct ticket *t, const struct gateway_health *h)
{
	struct event *e = ticket_event(t, EV_GATEWAY);
	struct ev_gateway *g = &e->u.gateway;
	g->url_ = str_dup(h->url);
	g->ok_ = str_eq(h->status, "healthy");
	if (h->http_status)
		g->http_status_ = h->http_status;
	if (h->ms >= 0)
		g->ms_ = h->ms;
	if (h->error[0])
		g->error_ = str_dup(h->error);
	g->last_success_ = h->last_success;
	g->status_ = str_dup(h->status);
	link_post(t->core->link, e);
}

struct ping {
	struct core *core;
	struct ticket *ticket;
	uint64_t call;
	int n_ok, n;
	bool must_answer; /* ping, not the doctor */
};

static void ping_cancel(void *arg)
{
	struct ping *p = arg;
	gateway_cancel(p->core->gateway, p->call);
	free(p);
}

static void on_ping(void *arg, const struct gateway_health *h)
{
	struct ping *p = arg;
	if (h) {
		p->n++;
		p->n_ok += !h->error[0];
		post_gateway(p->ticket, h);
		return;
	}
	struct err err;
	if (!p->n_ok && p->must_answer) {
		err_set(&err, ERR_NET, 0, "none of %d gateways answers", p->n);
		ticket_done(p->ticket, &err);
	} else {
		ticket_done(p->ticket, NULL);
	}
	free(p);
}

static void ping_start(struct core *core, struct ticket *t, struct gateway *g, bool must_answer)
{
	struct ping *p = NEW(struct ping);
	*p = (struct ping){ .core = core, .ticket = t, .must_answer = must_answer };
	ticket_on_cancel(t, ping_cancel, p);
	p->call = gateway_ping(g, on_ping, p);
}

void answer_ping(struct core *core, struct ticket *t, const struct req_ping *r)
{
	struct err err;
	struct gateway *g = core_gateway(core, &err);
	if (g)
		ping_start(core, t, g, true);
	else
		ticket_done(t, &err);
}

/* -- doctor ---------------------------------------------------------------------------------------- */

static void fact(struct ticket *t, const char *section, const char *key, bool ok, const char *fmt,
		 ...) PRINTF_LIKE(5, 6);
static void fact(struct ticket *t, const char *section, const char *key, bool ok, const char *fmt,
		 ...)
{
	struct buf text;
	buf_init(&text, 4096);
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	struct event *e = ticket_event(t, EV_FACT);
	e->u.fact.section_ = str_dup(section);
	e->u.fact.key_ = str_dup(key);
	e->u.fact.value_ = buf_steal(&text);
	e->u.fact.ok_ = ok;
	link_post(t->core->link, e);
}

static void facts_of_libraries(struct ticket *t)
{
	fact(t, "program", "kiyya", true, "%s", PACKAGE_VERSION);
	fact(t, "program", "libcurl", true, "%s", http_library_version());
	fact(t, "program", "sqlite", true, "%s", store_library_version());
	fact(t, "program", "libsodium", true, "%s", vault_library_version());
	fact(t, "program", "libmicrohttpd", true, "%s", stream_library_version());
	char *player = play_library_version();
	fact(t, "program", "player", !str_starts(player, "not found"), "%s", player);
	free(player);
}

static void facts_of_places(struct ticket *t)
{
	struct core *core = t->core;
	fact(t, "files", "configuration", true, "%s", core->paths->config_file);
	fact(t, "files", "database", core->store != NULL, "%s",
	     core->store ? core->paths->db : core->boot_error.text);
	fact(t, "files", "vault", true, "%s", core->vault_dir);
	fact(t, "files", "log", true, "%s", core->paths->log_file);
	uint64_t space;
	struct err err;
	if (file_free_space(core->vault_dir, &space, &err)) {
		char text[16];
		str_size(text, sizeof(text), space);
		fact(t, "files", "free space", space > (uint64_t)core->settings->download_reserve,
		     "%s", text);
	} else {
		fact(t, "files", "free space", false, "%s", err.text);
	}
	int pid = core->lock ? 0 : lock_holder(core->paths->lock);
	if (pid)
		fact(t, "files", "queue worked off by", true, "process %d", pid);
}

static void facts_of_database(struct ticket *t)
{
	struct store *s = t->core->store;
	struct store_cache_stats c;
	struct err err;
	fact(t, "database", "version", store_version(s) == store_latest_version(), "%d",
	     store_version(s));
	if (store_cache_stats(s, &c, &err))
		fact(t, "database", "cache", true,
		     "%" PRId64 " claims, %" PRId64 " lists, %" PRId64 " hits, %" PRId64 " misses",
		     c.claims, c.queries, c.hits, c.misses);
	struct download_list rows;
	if (store_queue_list(s, false, &rows, &err)) {
		size_t failed = 0;
		for (size_t i = 0; i < rows.n; i++)
			failed += rows.v[i].state == DOWNLOAD_FAILED;
		fact(t, "downloads", "queue", !failed, "%zu rows, %zu failed", rows.n, failed);
		download_list_release(&rows);
	}
	struct copy_list copies;
	if (store_copy_list(s, &copies, &err)) {
		int64_t bytes = 0;
		for (size_t i = 0; i < copies.n; i++)
			bytes += copies.v[i].size > 0 ? copies.v[i].size : 0;
		char text[16];
		str_size(text, sizeof(text), (uint64_t)bytes);
		fact(t, "downloads", "vault", true, "%zu copies, %s", copies.n, text);
		copy_list_release(&copies);
	}
}

static void fact_of_error(void *arg, const struct log_row *row)
{
	char when[CLOCK_ISO_SIZE];
	clock_iso(row->time, when);
	fact(arg, "last errors", when, false, "%s", row->message ? row->message : "");
}

static void facts_of_key(struct ticket *t)
{
	struct err err;
	struct vault *v = core_vault(t->core, &err);
	if (!v)
		fact(t, "vault", "key", false, "%s", err.text);
	else
		fact(t, "vault", "key", true, "%s",
		     vault_has_keyring(v) ? "there is a keyring"
					  : "none yet: made at the first download");
	int port = playback_port(t->core->playback);
	if (port)
		fact(t, "vault", "local server", true, "127.0.0.1:%d", port);
}

void answer_doctor(struct core *core, struct ticket *t, const struct req_doctor *r)
{
	struct err err;
	facts_of_libraries(t);
	facts_of_places(t);
	if (!core->store) {
		ticket_done(t, &core->boot_error);
		return;
	}
	facts_of_database(t);
	facts_of_key(t);
	store_log_each(core->store, "errors", 5, fact_of_error, t, NULL);
	struct gateway *g = r->probe_ ? core_gateway(core, &err) : core->gateway;
	if (g && r->probe_) {
		ping_start(core, t, g, false);
		return;
	}
	for (size_t i = 0; g && i < gateway_count(g); i++)
		post_gateway(t, gateway_health_of(g, i));
	ticket_done(t, NULL);
}

/* -- log -------------------------------------------------------------------------------------------- */

static void set(char **field, const char *value)
{
	*field = str_dup(value);
}

static void post_log_row(void *arg, const struct log_row *row)
{
	struct ticket *t = arg;
	struct event *e = ticket_event(t, EV_LOG);
	struct ev_log *l = &e->u.log;
	l->time_ = row->time;
	set(&l->level_, row->level);
	set(&l->component_, row->component);
	set(&l->claim_id_, row->claim_id);
	set(&l->message_, row->message);
	set(&l->category_, row->category);
	set(&l->event_, row->event);
	set(&l->severity_, row->severity);
	set(&l->gateway_, row->gateway);
	l->code_ = row->code;
	l->ms_ = row->ms;
	l->http_status_ = row->http_status;
	link_post(t->core->link, e);
}

/* One line of the log file. */
static void post_app_line(struct ticket *t, const char *line, size_t len)
{
	struct json *doc = json_parse(line, len, 65536, NULL);
	if (!doc)
		return; /* the line that is being written */
	struct event *e = ticket_event(t, EV_LOG);
	struct ev_log *l = &e->u.log;
	clock_from_iso(json_str(json_get(doc, "time")), &l->time_);
	set(&l->level_, json_str(json_get(doc, "level")));
	set(&l->component_, json_str(json_get(doc, "component")));
	set(&l->claim_id_, json_str(json_get(doc, "claim_id")));
	set(&l->message_, json_str(json_get(doc, "message")));
	json_free(doc);
	link_post(t->core->link, e);
}

/* The newest lines of the log file, newest first. */
static bool log_app(struct ticket *t, int64_t limit, struct err *err)
{
	struct buf text;
	if (!file_read_all(t->core->paths->log_file, 16u << 20, &text, err))
		return err->kind == ERR_NOT_FOUND;
	size_t end = text.len;
	while (limit > 0 && end > 0) {
		size_t begin = end - (text.data[end - 1] == '\n');
		size_t stop = begin;
		while (begin > 0 && text.data[begin - 1] != '\n')
			begin--;
		if (stop > begin) {
			post_app_line(t, text.data + begin, stop - begin);
			limit--;
		}
		end = begin;
	}
	buf_release(&text);
	return true;
}

/* One row a crash report: its file, and what its first line says. */
static bool log_crash(struct ticket *t, int64_t limit, struct err *err)
{
	DIR *dir = opendir(t->core->paths->crash_dir);
	if (!dir)
		return true; /* never crashed */
	for (struct dirent *d; limit > 0 && (d = readdir(dir));) {
		if (d->d_name[0] == '.')
			continue;
		char *path = path_join(t->core->paths->crash_dir, d->d_name);
		struct event *e = ticket_event(t, EV_LOG);
		set(&e->u.log.component_, "crash");
		e->u.log.message_ = path;
		link_post(t->core->link, e);
		limit--;
	}
	closedir(dir);
	return true;
}

void answer_log(struct core *core, struct ticket *t, const struct req_log *r)
{
	struct err err = { 0 };
	int64_t limit = r->limit_ > 0 && r->limit_ <= 10000 ? r->limit_ : 50;
	const char *which = r->which_ ? r->which_ : "app";
	bool ok;
	if (str_eq(which, "app"))
		ok = log_app(t, limit, &err);
	else if (str_eq(which, "crash"))
		ok = log_crash(t, limit, &err);
	else if (str_eq(which, "errors") || str_eq(which, "security") || str_eq(which, "gateway"))
		ok = store_log_each(core->store, which, limit, post_log_row, t, &err);
	else
		ok = err_set(&err, ERR_USAGE, 0,
			     "log knows app, errors, security, gateway and crash");
	ticket_done(t, ok ? NULL : &err);
}
