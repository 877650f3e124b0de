/* Feeds in an OPML file. The one door to expat. */
#include "opml.h"

#include <expat.h>
#include <limits.h>
#include <string.h>
#include "kiyya/channel_list.h"
#include "kiyya/mem.h"

struct reader {
	XML_Parser parser;
	bool (*fn)(void *arg, int line, const char *url, struct err *err);
	void *arg;
	struct err *err;
	bool is_opml, stopped; /* stopped: *err says why */
};

static int line_of(struct reader *r)
{
	XML_Size line = XML_GetCurrentLineNumber(r->parser);
	return line < INT_MAX ? (int)line : INT_MAX;
}

static void stop(struct reader *r)
{
	r->stopped = true;
	XML_StopParser(r->parser, XML_FALSE);
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **pairs)
{
	struct reader *r = arg;
	r->is_opml |= strcmp(name, "opml") == 0;
	if (r->stopped || strcmp(name, "outline") != 0)
		return;
	for (size_t i = 0; pairs[i]; i += 2) {
		if (strcmp(pairs[i], "xmlUrl") != 0)
			continue;
		if (!r->fn(r->arg, line_of(r), pairs[i + 1], r->err))
			stop(r);
		return;
	}
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
		       const XML_Char *public_id, int has_subset)
{
	struct reader *r = arg;
	err_set(r->err, ERR_USAGE, 0, "line %d: a document type is not read", line_of(r));
	stop(r);
}

static bool finish(struct reader *r, enum XML_Status status)
{
	if (r->stopped)
		return false;
	if (status != XML_STATUS_OK)
		return err_set(r->err, ERR_USAGE, 0, "line %d: %s", line_of(r),
			       XML_ErrorString(XML_GetErrorCode(r->parser)));
	return r->is_opml || err_set(r->err, ERR_USAGE, 0, "this is XML, but no OPML");
}

bool opml_read(const char *text, size_t len,
	       bool (*fn)(void *arg, int line, const char *url, struct err *err), void *arg,
	       struct err *err)
{
	if (len > INT_MAX)
		return err_set(err, ERR_LIMIT, 0, "the list is too long");
	struct reader r = { .parser = XML_ParserCreate(NULL), .fn = fn, .arg = arg, .err = err };
	if (!r.parser)
		mem_die("out of memory");
	XML_SetUserData(r.parser, &r);
	XML_SetStartElementHandler(r.parser, on_start);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	bool ok = finish(&r, XML_Parse(r.parser, text, (int)len, XML_TRUE));
	XML_ParserFree(r.parser);
	return ok;
}

const char *channel_list_library_version(void)
{
	return XML_ExpatVersion() + strlen("expat_");
}
