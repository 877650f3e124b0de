/* The message tables, made from the X-macros of msg.h.
 *
 * A FIELDS list does not say whose fields they are, but offsetof must know. So each message gets a
 * function in which `body` is its struct, and the table is a constant inside it. */
#include "fields.h"

#define FIELD(TYPE, field, meaning) { #field, FIELD_##TYPE, offsetof(body, field##_), meaning },
#define N_FIELDS(list)              (sizeof(list) / sizeof((list)[0]) - 1) /* each ends with a nameless one */

// clang-format off
#define X(NAME, name_, who_, what_)                                                                \
	static const struct message *req_message_##name_(void)                                     \
	{                                                                                          \
		typedef struct req_##name_ body;                                                   \
		static const struct field fields[] = {                                             \
			REQ_##NAME##_FIELDS(FIELD) { NULL, FIELD_STR, sizeof(body), NULL },        \
		};                                                                                 \
		static const struct message m = {                                                  \
			.name = #name_, .who = who_, .what = what_,                                \
			.fields = fields, .n_fields = N_FIELDS(fields),                            \
		};                                                                                 \
		return &m;                                                                         \
	}
REQUESTS(X)
#undef X

#define X(NAME, name_, who_, what_)                                                                \
	static const struct message *event_message_##name_(void)                                   \
	{                                                                                          \
		typedef struct ev_##name_ body;                                                    \
		static const struct field fields[] = {                                             \
			EV_##NAME##_FIELDS(FIELD) { NULL, FIELD_STR, sizeof(body), NULL },         \
		};                                                                                 \
		static const struct message m = {                                                  \
			.name = #name_, .who = who_, .what = what_,                                \
			.fields = fields, .n_fields = N_FIELDS(fields),                            \
		};                                                                                 \
		return &m;                                                                         \
	}
EVENTS(X)
#undef X
// clang-format on

const struct message *req_message(enum req_kind kind)
{
	static const struct message *(*const of_kind[])(void) = {
#define X(NAME, name, who, what) [REQ_##NAME] = req_message_##name,
		REQUESTS(X)
#undef X
	};
	return of_kind[kind]();
}

const struct message *event_message(enum event_kind kind)
{
	static const struct message *(*const of_kind[])(void) = {
#define X(NAME, name, who, what) [EV_##NAME] = event_message_##name,
		EVENTS(X)
#undef X
	};
	return of_kind[kind]();
}
