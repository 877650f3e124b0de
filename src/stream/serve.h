/* One request, from its headers to the kind of its response. Called on the server's threads. */
#ifndef STREAM_SERVE_H
#define STREAM_SERVE_H

#include <microhttpd.h>
#include "conns.h"
#include "grant.h"

struct server {
	struct grants *grants;
	struct conns *conns;
	int port;
};

/* MHD_AccessHandlerCallback; cls is the struct server. */
enum MHD_Result serve_request(void *cls, struct MHD_Connection *mhd, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **state);
struct conn *serve_conn(struct MHD_Connection *mhd);

#endif
