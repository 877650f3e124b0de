/* Followed channels, as other files of this room need them. */
#ifndef KIYYA_BACKEND_FOLLOW_H
#define KIYYA_BACKEND_FOLLOW_H

#include "core.h"

/* EV_CHANNEL of one. */
void post_channel(const struct ticket *t, const struct follow *f);

#endif
