/* Commands about the files of copies: verify, repair, export, scan; and what comes of them. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/path.h"
#include "kiyya/str.h"

#define DAMAGE_TITLE "Copies that are not as they should be"
#define BAD_SHOWN    20

/* One piece of long work at a time: a newer request of its slot would end it. */
static bool is_at_work(struct ui *ui)
{
	if (!ui_is_loading(ui, SLOT_WORK))
		return false;
	ui_say(ui, "still at work on copies; :stop ends that");
	return true;
}

static void send_work(struct ui *ui, struct req *r)
{
	if (ui->page.open && str_eq(ui->page.title, DAMAGE_TITLE))
		page_close(ui);
	ui_send(ui, r, SLOT_WORK);
	ui_unmark(ui);
}

/* The rows that are meant, of which there are copies; "all": none, which means every copy. False: nothing to do. */
static bool find_meant(struct ui *ui, const char *arg, struct strs *ret)
{
	if (is_at_work(ui))
		return false;
	if (str_eq(arg, "all"))
		return true;
	ui_targets(ui, ret);
	return ret->n > 0;
}

void cmd_verify(struct ui *ui, const char *arg)
{
	struct req *r = req_new(REQ_VERIFY);
	if (find_meant(ui, arg, &r->u.verify.items_))
		send_work(ui, r);
	else
		req_free(r);
}

void cmd_repair(struct ui *ui, const char *arg)
{
	struct req *r = req_new(REQ_REPAIR);
	if (find_meant(ui, arg, &r->u.repair.items_))
		send_work(ui, r);
	else
		req_free(r);
}

void cmd_scan(struct ui *ui, const char *arg)
{
	if (!is_at_work(ui))
		send_work(ui, req_new(REQ_SCAN));
}

/* -- export ------------------------------------------------------------------------------------ */

static char *with_home(const char *path)
{
	const char *home = getenv("HOME");
	if (home && (str_eq(path, "~") || str_starts(path, "~/")))
		return path_join(home, path[1] ? path + 2 : "");
	return str_dup(path);
}

static void send_export(struct ui *ui, const char *item, const char *quality, const char *to,
			bool overwrite)
{
	struct req *r = req_new(REQ_EXPORT);
	r->u.export.item_ = str_dup(item);
	r->u.export.quality_ = str_dup(quality);
	r->u.export.to_ = str_dup(to);
	r->u.export.overwrite_ = overwrite;
	send_work(ui, r);
}

static void entered_export(struct ui *ui, const char *text)
{
	if (*text)
		cmd_export(ui, text);
}

void cmd_export(struct ui *ui, const char *arg)
{
	const struct item *it = ui_item(ui);
	if (!arg) {
		ui_prompt(ui, PROMPT_ADDRESS, "export to (a directory, a file): ", "",
			  (struct asking){ .entered = entered_export });
	} else if (it && item_claim_id(it)[0] && !is_at_work(ui)) {
		char *to = with_home(arg);
		const struct ev_copy *c = item_copy(it);
		send_export(ui, item_claim_id(it), c ? c->quality_ : NULL, to, false);
		free(to);
	}
}

/* items: claim id, quality, file. */
static void yes_overwrite(struct ui *ui, const struct strs *items)
{
	if (!is_at_work(ui))
		send_export(ui, items->v[0], items->v[1], items->v[2], true);
}

static void take_export(struct ui *ui, const struct ev_export *x)
{
	if (!x->exists_) {
		ui_say(ui, "exported: %s", x->file_);
		return;
	}
	struct strs items = { 0 };
	strs_add(&items, x->claim_id_);
	strs_add(&items, x->quality_);
	strs_add(&items, x->file_);
	ui_ask(ui, yes_overwrite, &items, "overwrite %s?", x->file_);
	strs_release(&items);
}

/* -- what comes of them ------------------------------------------------------------------------ */

static void take_work(struct ui *ui, const struct ev_work *w)
{
	static const struct {
		const char *what, *shown;
	} words[] = { { "verify", "verifying" },
		      { "repair", "repairing" },
		      { "export", "exporting" },
		      { "import", "taking in" } };
	const char *shown = w->what_ ? w->what_ : "";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(w->what_, words[i].what))
			shown = words[i].shown;
	char count[48] = "", share[16] = "";
	if (w->copies_ > 1)
		snprintf(count, sizeof(count), " %lld of %lld", (long long)w->number_,
			 (long long)w->copies_);
	if (w->total_ > 0 && w->have_ >= 0 && w->have_ <= w->total_)
		snprintf(share, sizeof(share), " %d %%",
			 (int)((double)w->have_ / (double)w->total_ * 100));
	ui_say(ui, "%s%s%s: %s", shown, count, share, w->title_ ? w->title_ : "");
}

static void add_damage(struct ui *ui, const struct ev_verify *v)
{
	if (!ui->page.open || !str_eq(ui->page.title, DAMAGE_TITLE)) {
		strs_release(&ui->page.notes);
		page_open(ui, DAMAGE_TITLE, page_write_notes);
		strs_add(&ui->page.notes, ":repair fetches again what is bad, and nothing else.");
	}
	struct buf b;
	buf_init(&b, 2000);
	(void)!buf_addf(&b, "%s (%s): header %s, hash %s", v->title_ ? v->title_ : v->claim_id_,
			v->quality_, v->header_, v->publisher_hash_);
	for (size_t i = 0; i < v->bad_.n && i < BAD_SHOWN; i++)
		(void)!buf_addf(&b, "%s%lld", i ? ", " : ", bad chunks: ", (long long)v->bad_.v[i]);
	if (v->bad_.n > BAD_SHOWN)
		(void)!buf_addf(&b, " and %zu more", v->bad_.n - BAD_SHOWN);
	strs_add(&ui->page.notes, b.data ? b.data : "");
	ui->page.width = 0; /* wrap anew */
	buf_release(&b);
}

static void take_verdict(struct ui *ui, const struct ev_verify *v)
{
	char size[16];
	if (!v->ok_) {
		add_damage(ui, v);
	} else if (v->fetched_ > 0) {
		str_size(size, sizeof(size), (uint64_t)v->fetched_);
		ui_say(ui, "repaired with %s: %s", size, v->title_ ? v->title_ : "");
	} else {
		ui_say(ui, "good, hash %s: %s", v->publisher_hash_, v->title_ ? v->title_ : "");
	}
}

void work_take(struct ui *ui, const struct event *e)
{
	if (e->kind == EV_WORK)
		take_work(ui, &e->u.work);
	else if (e->kind == EV_VERIFY)
		take_verdict(ui, &e->u.verify);
	else if (e->kind == EV_EXPORT)
		take_export(ui, &e->u.export);
}
