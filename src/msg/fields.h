/* What the generated parts of msg.h know of a message: its fields, by type and place in the struct. */
#ifndef KIYYA_MSG_FIELDS_H
#define KIYYA_MSG_FIELDS_H

#include <stddef.h>
#include "kiyya/msg.h"

enum field_type {
	FIELD_STR,
	FIELD_INT,
	FIELD_TIME,
	FIELD_BOOL,
	FIELD_STRS,
	FIELD_SHARE,
	FIELD_INTS,
	FIELD_PAGE,
	FIELD_SECRET
};

struct field {
	const char *name;
	enum field_type type;
	size_t offset; /* in the message's own struct (struct req_browse …) */
	const char *meaning;
};
struct message {
	const char *name; /* "browse" */
	const char *who, *what;
	const struct field *fields;
	size_t n_fields;
};
const struct message *req_message(enum req_kind kind);
const struct message *event_message(enum event_kind kind);

/* The place of a field in a message's body. */
void *field_at(void *body, const struct field *f);
const void *field_in(const void *body, const struct field *f);

#endif
