/* The sealed metadata: what vault_meta holds as JSON that always fits its place in the header. */
#ifndef VAULT_META_H
#define VAULT_META_H

#include <stddef.h>
#include "kiyya/buf.h"
#include "kiyya/str.h"
#include "kiyya/vault.h"

/* Empty: META_NONE. Names that a newer kiyya wrote are carried along. */
struct meta {
	struct vault_meta known; /* strings in owned */
	struct strs owned;
	struct strs other_names, other_values; /* values as JSON */
};
extern const struct meta META_NONE;

void meta_release(struct meta *m);
/* Text that is no JSON object leaves m empty: the bytes are true, only their writer was odd. */
void meta_parse(struct meta *m, const char *text, size_t len);
/* Replaces what is known and keeps the other names. Strings are copied and cleaned. */
void meta_set(struct meta *m, const struct vault_meta *known);
/* At most `max` bytes: what does not fit is shortened or left out, first source, then the title's
 * end. */
void meta_print(const struct meta *m, size_t max, struct buf *out);

#endif
