/* What goes back: the few kinds of response, with the headers each needs. */
#ifndef STREAM_REPLY_H
#define STREAM_REPLY_H

#include <microhttpd.h>
#include <stdint.h>
#include "body.h"
#include "grant.h"
#include "kiyya/range.h"

/* A status and its sentence; name and value: one header more, or NULL. */
enum MHD_Result reply_status(struct MHD_Connection *mhd, unsigned status, const char *name,
			     const char *value);
/* The item is as the client knows it (304), or is not (412). */
enum MHD_Result reply_unchanged(struct MHD_Connection *mhd, const struct grant *g);
enum MHD_Result reply_unsatisfiable(struct MHD_Connection *mhd, uint64_t size);
/* What a GET would bring, without it. */
enum MHD_Result reply_head(struct MHD_Connection *mhd, const struct grant *g, uint64_t size);
/* The source would not give its first block. */
enum MHD_Result reply_trouble(struct MHD_Connection *mhd, struct grant *g, const struct err *why);

/* Adds all of the item, or n parts of it, to b. What a multipart body needs for its header goes to
 * ret_boundary. */
#define BOUNDARY_SIZE 33
void reply_fill(struct body *b, const struct grant *g, uint64_t size, const struct range *parts,
		size_t n, char ret_boundary[BOUNDARY_SIZE]);
/* 200 (n == 0) or 206. body is moved in; g is borrowed until the response is over. */
enum MHD_Result reply_item(struct MHD_Connection *mhd, struct grant *g, uint64_t size,
			   const struct range *parts, size_t n, const char *boundary,
			   struct body *body);

#endif
