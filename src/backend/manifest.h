/* An HLS playlist of the player host: asked for, read, handed out. Backend thread. */
#ifndef KIYYA_BACKEND_MANIFEST_H
#define KIYYA_BACKEND_MANIFEST_H

#include "connection.h"
#include "kiyya/m3u8.h"

/* p: borrowed, NULL on failure. url: where it was found in the end, which its names belong to. Once; the manifest may be
 * freed from inside. */
typedef void manifest_fn(void *arg, const struct m3u8 *p, const char *url, enum connection_end how,
			 const struct err *err);
struct manifest;
struct manifest *manifest_start(struct core *core, const char *url, manifest_fn *fn, void *arg,
				struct err *err);
void manifest_free(struct manifest *m); /* stops; NULL is fine */
int64_t manifest_retry_after_s(const struct manifest *m);

#endif
