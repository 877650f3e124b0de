/* What the tests of the backend share: a home in a temporary directory, a gateway that plays a list of acts, a backend
 * on a link, and everything it ever said. */
#ifndef KIYYA_TESTS_BACKEND_RIG_H
#define KIYYA_TESTS_BACKEND_RIG_H

#include "../support/acts_server.h"
#include "kiyya/backend.h"
#include "kiyya/store.h"

#define CHANNEL_ID "fcf909d82ac7fefb7c6ad6c18cbae84c86547cd5"
#define CHANNEL    "@channel:" CHANNEL_ID /* nobody has to be asked for its id */
#define EMPTY_PAGE "{\"jsonrpc\":\"2.0\",\"result\":{\"items\":[]},\"id\":0}"

struct rig {
	char dir[256];
	struct paths paths;
	struct settings settings;
	struct acts *acts; /* gateway and player host */
	struct link link;
	struct backend *backend;
	struct event **heard; /* everything, in order */
	size_t n_heard;
	char *kept[8]; /* bodies of the acts */
	size_t n_kept;
};

int rig_setup(void **state); /* *state is the rig; the backend is not started */
int rig_teardown(void **state);
void rig_set(struct rig *g, const char *key, const char *value);

struct backend_config rig_config(struct rig *g);
void rig_start(struct rig *g, const struct backend_config *config); /* NULL: rig_config */
/* Stops it within 3 s, and hears what was left. */
void rig_stop(struct rig *g);

/* Hears what has come; waits for something if there is nothing yet. */
void rig_hear(struct rig *g);
uint64_t rig_ask(struct rig *g, struct req *r, uint32_t slot);
/* The EV_DONE of a ticket; waits for it. Borrowed until the teardown. */
const struct ev_done *rig_done(struct rig *g, uint64_t ticket);
/* The n-th event of that kind and ticket, from 0; NULL if it was not heard. */
const struct event *rig_heard(const struct rig *g, enum event_kind kind, uint64_t ticket, size_t n);
size_t rig_count(const struct rig *g, enum event_kind kind, uint64_t ticket);

/* Moves a body of an act, which the server reads until it is stopped; borrowed back. */
const char *rig_keep(struct rig *g, char *body);
/* A gateway's page of n claims of the channel: ids that begin with `first`, first + 1, … Owned. */
char *rig_page(int first, int n);
void rig_id(char id[CLAIM_ID_SIZE], int i);

#endif
