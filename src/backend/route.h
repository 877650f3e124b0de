/* Which function answers which request. */
#ifndef KIYYA_BACKEND_ROUTE_H
#define KIYYA_BACKEND_ROUTE_H

#include "core.h"

/* Takes the request over. */
void route(struct core *core, struct req *r);

/* The answering functions: each ends t by ticket_done, now or later. r is borrowed for the call. */
#define ANSWER(name) void answer_##name(struct core *core, struct ticket *t, const struct req_##name *r)
ANSWER(browse);
ANSWER(home);
ANSWER(related);
ANSWER(search);
ANSWER(searches);
ANSWER(show);
ANSWER(series);
ANSWER(playlists);
ANSWER(playlist);
ANSWER(ping);
ANSWER(doctor);
ANSWER(config);
ANSWER(download);
ANSWER(queue);
ANSWER(queue_act);
ANSWER(queue_run);
ANSWER(limit);
ANSWER(offline);
ANSWER(verify);
ANSWER(repair);
ANSWER(cat);
ANSWER(export);
ANSWER(remove);
ANSWER(import);
ANSWER(scan);
ANSWER(serve);
ANSWER(play);
ANSWER(player);
ANSWER(progress);
ANSWER(favorite);
ANSWER(watched);
ANSWER(follow);
ANSWER(unfollow);
ANSWER(following);
ANSWER(feed);
ANSWER(later);
ANSWER(history);
ANSWER(refresh);
ANSWER(key);
ANSWER(cache);
ANSWER(db);
ANSWER(log);
ANSWER(stop);

#endif
