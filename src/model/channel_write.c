/* Writes lists of channels that other programs can read, and we again. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/channel_list.h"
#include "kiyya/str.h"
#include "kiyya/url.h"

void channel_list_begin(struct buf *out, enum channel_format format)
{
	switch (format) {
	case CHANNEL_PLAIN:
		buf_add_str(out, "# channels followed with kiyya, an address a line\n");
		break;
	case CHANNEL_OPML:
		buf_add_str(out,
			    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n"
			    "<head><title>Channels followed with kiyya</title></head>\n<body>\n");
		break;
	}
}

/* Of the characters that a clean text may have, these two are not XML's (XML 1.0, section 2.2). */
static bool is_foreign(const char *p)
{
	return str_starts(p, "\xef\xbf\xbe") || str_starts(p, "\xef\xbf\xbf");
}

static void add_attribute(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, " %s=\"", name);
	for (const char *p = value; *p; p++) {
		if (is_foreign(p)) {
			p += 2;
			continue;
		}
		const char *entity = *p == '&'   ? "&amp;"
				     : *p == '<' ? "&lt;"
				     : *p == '>' ? "&gt;"
				     : *p == '"' ? "&quot;"
						 : NULL;
		if (entity)
			buf_add_str(out, entity);
		else
			buf_add_char(out, *p);
	}
	buf_add_char(out, '"');
}

void channel_list_write(struct buf *out, enum channel_format format, const char *name,
			const char *claim_id, const char *title)
{
	char *lbry = str_fmt("lbry://%s#%s", name, claim_id), *web = url_web(lbry);
	char *feed = str_fmt("https://odysee.com/$/rss/%s", web + strlen("https://odysee.com/"));
	switch (format) {
	case CHANNEL_PLAIN:
		buf_addf(out, "%s\n", lbry);
		break;
	case CHANNEL_OPML:
		buf_add_str(out, "<outline type=\"rss\"");
		add_attribute(out, "text", str_empty(title) ? name : title);
		add_attribute(out, "title", str_empty(title) ? name : title);
		add_attribute(out, "xmlUrl", feed);
		add_attribute(out, "htmlUrl", web);
		buf_add_str(out, "/>\n");
		break;
	}
	free(lbry);
	free(web);
	free(feed);
}

void channel_list_end(struct buf *out, enum channel_format format)
{
	if (format == CHANNEL_OPML)
		buf_add_str(out, "</body>\n</opml>\n");
}
