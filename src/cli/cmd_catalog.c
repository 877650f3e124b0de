/* Commands that look at what is published: list, show. */
#include <string.h>
#include "kiyya/clock.h"
#include "kiyya/str.h"
#include "command.h"
#include "wait.h"

#define PAGE_MAX  100000
#define LIMIT_MAX 10000

/* Rows come in pages that may overlap: a stored one, then the fresh one. */
struct listing {
	bool begun;
	int64_t next; /* index of the first row that was not written yet */
};

static bool list_event(struct cli *c, const struct event *e, void *arg)
{
	struct listing *l = arg;
	if (e->kind != EV_PAGE || e->ticket == 0)
		return false;
	const struct ev_page *p = &e->u.page;
	int64_t first = p->first_ == MSG_UNKNOWN ? 0 : p->first_;
	if (!l->begun)
		l->next = first;
	l->begun = true;
	for (size_t i = 0; p->claims_ && i < p->claims_->n; i++) {
		if (first + (int64_t)i < l->next)
			continue;
		out_claim(&c->out, &p->claims_->items[i]);
		l->next = first + (int64_t)i + 1;
	}
	if (p->fetched_at_ != TIME_UNKNOWN) {
		char iso[CLOCK_ISO_SIZE];
		clock_iso(p->fetched_at_, iso);
		out_detail(&c->out, "%s, of %s", p->cached_ ? "stored" : "from the gateway", iso);
	}
	return true;
}

static int run_list(struct cli *c)
{
	struct req *r = req_new(REQ_BROWSE);
	struct req_browse *b = &r->u.browse;
	str_set(&b->channel_, c->args.words[0]);
	args_all(&c->args, "tag", &b->tags_);
	str_set(&b->order_, args_text(&c->args, "order"));
	b->page_ = args_number(&c->args, "page", 1);
	b->limit_ = args_number(&c->args, "limit", 50);
	b->all_ = args_has(&c->args, "all");
	b->refresh_ = args_has(&c->args, "refresh");
	b->wait_fresh_ = true;
	struct listing l = { 0 };
	return wait_for(c, r, list_event, &l);
}

static const struct opt list_options[] = {
	{ "tag", .type = OPT_TEXT, .many = true, .arg = "TAG",
	  .help = "only claims with this tag; several must all match" },
	{ "order", .type = OPT_CHOICE, .arg = "newest|oldest|trending|name",
	  .help = "newest if absent" },
	{ "page", .type = OPT_NUMBER, .arg = "N", .min = 1, .max = PAGE_MAX,
	  .help = "from 1, in units of --limit" },
	{ "limit", .type = OPT_NUMBER, .arg = "N", .min = 1, .max = LIMIT_MAX,
	  .help = "rows; 50 if absent" },
	{ "all", .help = "every page there is" },
	{ "refresh", .help = "ask the gateway even if the stored list is fresh" },
	{ .name = NULL },
};

const struct command cli_cmd_list = {
	.name = "list",
	.args = "@CHANNEL",
	.help = "the claims of a channel",
	.min = 1,
	.max = 1,
	.options = list_options,
	.run = run_list,
};

/* A line a member, the name of the member first. */
static void show_line(struct out *o, const char *name, const char *value)
{
	if (!str_empty(value))
		out_row(o, "%-12s %s", name, value);
}

static void show_number(struct out *o, const char *name, int64_t value,
			void (*print)(char *dst, size_t size, int64_t value))
{
	char text[32];
	if (value < 0)
		return;
	print(text, sizeof(text), value);
	show_line(o, name, text);
}

static void print_size(char *dst, size_t size, int64_t value)
{
	str_size(dst, size, (uint64_t)value);
}

static void show_text(struct out *o, const char *text)
{
	while (text && *text) {
		size_t len = strcspn(text, "\n");
		out_row(o, "    %.*s", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static void show_local(struct out *o, const struct claim_local *l)
{
	show_line(o, "offline", l->offline ? "yes" : "no");
	show_line(o, "downloading", l->downloading ? "yes" : NULL);
	show_line(o, "favorite", l->favorite ? "yes" : NULL);
	show_line(o, "watched", l->watched ? "yes" : NULL);
	show_number(o, "position", l->position_seconds, str_duration);
}

static void show_claim(struct out *o, const struct claim *k)
{
	char iso[CLOCK_ISO_SIZE] = "";
	if (k->release_time != TIME_UNKNOWN)
		clock_iso(k->release_time, iso);
	show_line(o, "title", k->title);
	show_line(o, "id", k->id);
	show_line(o, "address", k->url);
	show_line(o, "channel", k->channel_name);
	show_line(o, "reposted by", k->reposted_by);
	show_line(o, "kind", claim_kind_word(k->kind));
	show_line(o, "released", iso);
	show_number(o, "duration", k->duration, str_duration);
	show_number(o, "size", k->size, print_size);
	show_line(o, "type", k->media_type);
	show_line(o, "playable", k->playable ? "yes" : "no");
	show_line(o, "reason", k->reason);
	for (size_t i = 0; i < k->n_tags; i++)
		show_line(o, "tag", k->tags[i]);
	for (size_t i = 0; i < k->n_sources; i++)
		out_row(o, "%-12s %s %s", "source",
			k->sources[i].quality ? k->sources[i].quality : "-",
			k->sources[i].url ? k->sources[i].url : "-");
	show_local(o, &k->local);
	show_line(o, "thumbnail", k->thumbnail_url);
	show_text(o, k->description);
}

static bool show_event(struct cli *c, const struct event *e, void *arg)
{
	if (e->kind != EV_PAGE || e->ticket == 0)
		return false;
	const struct page *p = e->u.page.claims_;
	for (size_t i = 0; p && i < p->n; i++) {
		if (c->out.json)
			out_json_claim(&c->out, &p->items[i]);
		else
			show_claim(&c->out, &p->items[i]);
	}
	return true;
}

static int run_show(struct cli *c)
{
	struct req *r = req_new(REQ_SHOW);
	str_set(&r->u.show.item_, c->args.words[0]);
	r->u.show.refresh_ = args_has(&c->args, "refresh");
	return wait_for(c, r, show_event, NULL);
}

static const struct opt show_options[] = {
	{ "refresh", .help = "ask the gateway even if it is stored" },
	{ .name = NULL },
};

const struct command cli_cmd_show = {
	.name = "show",
	.args = "ITEM",
	.help = "everything about one claim",
	.min = 1,
	.max = 1,
	.options = show_options,
	.run = run_show,
};
