/* doc/messages.md, written from the tables so that it cannot differ from them. */
#include "fields.h"

static const char *const type_words[] = {
	[FIELD_STR] = "text",      [FIELD_INT] = "integer", [FIELD_TIME] = "time",
	[FIELD_BOOL] = "yes/no",   [FIELD_STRS] = "texts",  [FIELD_INTS] = "integers",
	[FIELD_SHARE] = "part of", [FIELD_PAGE] = "claims", [FIELD_SECRET] = "secret",
};

static void write_message(struct buf *out, const struct message *m)
{
	buf_addf(out, "\n### %s\n\n%s. Answered in `%s`.\n", m->name, m->what, m->who);
	if (m->n_fields)
		buf_add_str(out, "\n| field | type | meaning |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < m->n_fields; i++)
		buf_addf(out, "| `%s` | %s | %s |\n", m->fields[i].name,
			 type_words[m->fields[i].type], m->fields[i].meaning);
}

void msg_write_doc(struct buf *out)
{
	buf_add_str(
	    out,
	    "# Messages\n\nMade from `include/kiyya/msg.h` by `make doc/messages.md`; do not "
	    "edit.\n\n"
	    "A front end sends requests, the backend posts events. One message a line as JSON:\n"
	    "`{\"req\":\"browse\",\"slot\":1,\"ticket\":7,\"body\":{…}}`, "
	    "`{\"event\":\"page\",…}`. "
	    "What is unknown is absent.\n\n## Requests\n");
	for (int k = 0; k < REQ_COUNT; k++)
		write_message(out, req_message((enum req_kind)k));
	buf_add_str(out, "\n## Events\n");
	for (int k = 0; k < EV_COUNT; k++)
		write_message(out, event_message((enum event_kind)k));
}
