/* The items of collections, in their order; kept as long as the collection itself is in the cache. */
#ifndef KIYYA_STORE_PLAYLIST_H
#define KIYYA_STORE_PLAYLIST_H

#include "kiyya/store.h"

/* In a transaction. */
bool playlist_put(struct store *s, const struct claim *collection, struct err *err) MUST_USE;
/* Those whose collection has left the cache. */
bool playlist_drop_strays(struct store *s, struct err *err) MUST_USE;
/* Fills in the item ids of every collection of the page. */
bool playlist_fill(struct store *s, struct page *page, struct err *err) MUST_USE;

#endif
