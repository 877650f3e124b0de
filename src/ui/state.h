/* The whole screen as data: what commands change, events feed and draw.c shows. Private to this
 * room. */
#ifndef UI_STATE_H
#define UI_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "canvas.h"
#include "command.h"
#include "film.h"
#include "keymap.h"
#include "kiyya/clock.h"
#include "kiyya/msg.h"
#include "kiyya/ui.h"
#include "layout.h"
#include "lines.h"
#include "masked.h"
#include "prompt.h"
#include "terminal.h"
#include "view.h"

#define UI_MAX_VIEWS 9

/* What an answered request changes in the rows that are shown. */
enum effect {
	EFFECT_NONE,
	EFFECT_FAVORITE,
	EFFECT_NO_FAVORITE,
	EFFECT_WATCHED,
	EFFECT_NOT_WATCHED
};

/* A request that has not been answered in full. */
struct ticket {
	uint64_t id;
	uint32_t slot;
	enum req_kind kind;
	enum effect effect;
	struct strs items; /* claim ids that effect is about */
	bool stale; /* a newer request of its slot was sent: what still comes is not wanted */
};

/* Slots: views have 1 + their number. */
enum {
	SLOT_VIEW = 1,
	SLOT_PLAY = 100,
	SLOT_DETAIL,
	SLOT_LOG,
	SLOT_FOLLOWING,
	SLOT_RELATED,
	SLOT_NEXT,
	SLOT_WORK
};

/* What the bottom line is typing into. */
struct asking {
	void (*changed)(struct ui *ui, const char *text); /* NULL: nobody wants to know */
	void (*entered)(struct ui *ui, const char *text);
	void (*left)(struct ui *ui); /* NULL */
	bool completes;              /* Tab completes command names */
};

/* A question that y answers, or one of its keys; everything else is no. */
struct question {
	char *text;       /* owned; NULL: none is asked */
	const char *keys; /* NULL: y or n */
	void (*yes)(struct ui *ui, const struct strs *items);
	void (*chosen)(struct ui *ui, uint32_t key); /* with keys, instead */
	struct strs items;
};

/* Text over the panes: help, a log, a link. */
struct text_page {
	bool open;
	char *title; /* owned */
	void (*write)(struct ui *ui, struct lines *l, int width);
	struct lines lines;
	int width;         /* that lines were wrapped at */
	struct strs notes; /* what write shows; owned */
};

/* What is like the claim in the detail pane: rows at its end, which the cursor can go to. */
struct related {
	char of[CLAIM_ID_SIZE]; /* "": nothing was asked for */
	struct page *page;      /* owned; NULL: has not come */
	long at;                /* that is selected; -1 none */
	struct item item;       /* of it; no resources of its own but what it caches */
	size_t line;            /* of the detail in which the first of them stands */
};

/* What plays after what is playing. */
struct upnext {
	struct strs queue;      /* claim ids, in order */
	size_t queue_at;        /* the next of them */
	bool audio;             /* sound only, as the first was asked for */
	char *channel;          /* owned; of the episode that plays; NULL: it is none */
	char of[CLAIM_ID_SIZE]; /* the episode whose next one is sought; "": none */
	char *series;           /* owned; of it, once its row has come */
	char *id, *title;       /* owned; the next one; NULL: not known */
	bool ended;             /* what played came to its end by itself */
	int64_t due;            /* mono ms when the next one begins; 0: it does not */
};

struct ui {
	const struct ui_config *config;
	const struct clock *clock;
	struct term *term;
	struct canvas canvas;
	struct layout layout;
	struct keymap keymap;

	struct view views[UI_MAX_VIEWS];
	size_t view;       /* index of the one shown */
	size_t first_view; /* that it began with: what is behind all others */
	enum pane focus;
	bool detail_open;

	struct rows queue;   /* EV_DOWNLOAD rows: the Queue view and the pane both list them */
	struct listing pane; /* the pane below */
	struct lines detail;
	char detail_key[ITEM_KEY_SIZE]; /* row that detail shows */
	struct page *detail_page;       /* owned; the claim of a row that came without one; NULL */

	struct related related;

	struct text_page page;
	struct prompt
	    prompts[4]; /* addresses, filters, commands, searches: each has its own history */
	struct prompt *prompt; /* the one being typed into; NULL none */
	struct asking asking;
	struct question question;
	struct masked masked; /* the passphrase being typed */
	const char *asked;    /* its label, while something else is being typed; NULL */
	int64_t last_key;     /* mono ms */
	bool idle_locked;     /* since then */

	char *message; /* owned; in the status line; NULL none */
	enum role message_role;
	int64_t message_ends; /* mono ms; 0: with the next key */
	char *searched;       /* owned; folded; for n and N */

	struct upnext upnext;
	char *vo;             /* owned; what was answered to where to play; NULL: as play.vo says */
	bool port_kept;       /* the server's port was */
	struct req *held;     /* the play that waits for that answer; owned; NULL none */
	char *held_title;     /* owned */
	bool picture;         /* what is to be played draws itself on our terminal */
	bool given;           /* and does now: nothing of ours is drawn, keys are the player's */
	struct event *player; /* EV_PLAYER; owned; NULL: nothing plays */
	struct film film;
	struct event *status; /* EV_STATUS; owned; NULL: not known yet */

	struct ticket *tickets; /* owned */
	size_t n_tickets;

	int64_t last_draw; /* mono ms */
	bool dirty;        /* draw now */
	bool stirred;      /* draw when progress may be drawn again */
	bool more_keys;    /* the terminal had more than are taken at once */
	bool quit;
	int signal;         /* that ended it */
	int64_t last_click; /* mono ms */
	struct key last_click_at;
};

/* -- ui.c: the loop ---------------------------------------------------------------------------- */
struct ui *ui_new(const struct ui_config *config, struct term *term); /* term moves in */
void ui_free(struct ui *ui);                                          /* gives the terminal back */
void ui_start(struct ui *ui); /* first frame, first requests */
/* Waits until something happens, at most `most` ms (-1: as long as it takes), and does it. */
void ui_step(struct ui *ui, int most);
/* Does what has happened already, without waiting. */
void ui_settle(struct ui *ui);
void ui_resize(struct ui *ui);
struct view *ui_view(struct ui *ui); /* the one shown */
struct view *ui_view_of(struct ui *ui, const struct view_ops *ops);
void ui_show_view(struct ui *ui, size_t i);
void ui_reload(struct ui *ui, const struct view_ops *ops); /* if it has been loaded at all */

/* -- ask.c: requests --------------------------------------------------------------------------- */
/* Sends and remembers; 0 (and the status line says so): the backend has gone. */
uint64_t ui_send(struct ui *ui, struct req *r, uint32_t slot);
/* The same; when it is answered well, effect happens to items (copied). */
void ui_send_for(struct ui *ui, struct req *r, enum effect effect, const struct strs *items);
struct ticket *ui_ticket(struct ui *ui, uint64_t id); /* NULL: not open */
void ui_close_ticket(struct ui *ui, struct ticket *t);
/* Asks the backend to end what the slot has open. */
bool ui_stop_slot(struct ui *ui, uint32_t slot);
/* Whether something was asked that will be answered soon (a film playing is not waited for). */
bool ui_is_waiting(const struct ui *ui);
bool ui_is_loading(const struct ui *ui, uint32_t slot);

/* -- events.c ---------------------------------------------------------------------------------- */
void ui_take_event(struct ui *ui, struct event *e); /* moves */

/* -- upnext.c: the play queue and the next episode ---------------------------------------------- */
/* Something is to be played: the marked rows in their order, else the one under the cursor; returns the first. */
const struct item *upnext_begin(struct ui *ui);
void upnext_take_episode(struct ui *ui, const struct ev_episode *e); /* of SLOT_NEXT */
void upnext_player_over(struct ui *ui, bool by_itself);              /* the last news of a player */
void upnext_play_done(struct ui *ui, bool ok);                       /* and it has gone */
bool upnext_takes(struct ui *ui, uint32_t code); /* a key, while one is about to begin */
int64_t upnext_ms(const struct ui *ui);          /* until something has to be done; -1: never */
void upnext_tick(struct ui *ui);
void upnext_release(struct upnext *u);

/* -- cmd_play.c --------------------------------------------------------------------------------- */
/* Plays what comes next: from where one left off, as the one before was asked for. title: NULL unknown. */
void ui_play(struct ui *ui, const char *claim_id, const char *title);
void ui_play_held(struct ui *ui); /* now that one knows where */
/* A key while the terminal is the player's. */
void ui_key_to_player(struct ui *ui, uint32_t code);
/* The player has gone from it. */
void ui_take_screen_back(struct ui *ui);

/* -- where.c: over SSH ---------------------------------------------------------------------------- */
const char *where_vo(const struct ui *ui); /* play.vo, or what was answered */
bool where_is_silent(
    const struct ui *ui);       /* the picture is seen afar, where the sound is not heard */
bool where_asks(struct ui *ui); /* asks, if it has to be asked; then calls ui_play_held */
void where_note_address(struct ui *ui, const char *url); /* how to reach it, on the page of notes */

/* -- cmd_vault.c ------------------------------------------------------------------------------ */
void work_take(struct ui *ui, const struct event *e); /* EV_WORK, EV_VERIFY, EV_EXPORT */

/* -- input.c ----------------------------------------------------------------------------------- */
void ui_take_key(struct ui *ui, struct key key);
unsigned ui_context(struct ui *ui); /* IN_ bits */
void ui_prompt(struct ui *ui, int which, const char *label, const char *text, struct asking asking);
enum { PROMPT_ADDRESS, PROMPT_FILTER, PROMPT_COMMAND, PROMPT_SEARCH };
/* items are copied. */
void ui_ask(struct ui *ui, void (*yes)(struct ui *ui, const struct strs *items),
	    const struct strs *items, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* One of keys answers it. */
void ui_ask_which(struct ui *ui, void (*chosen)(struct ui *ui, uint32_t key), const char *keys,
		  const char *fmt, ...) PRINTF_LIKE(4, 5);

/* -- locking.c --------------------------------------------------------------------------------- */
void ui_take_key_state(struct ui *ui, const struct ev_key *k);
void ui_take_ask(struct ui *ui, const struct ev_ask *a);
void ui_show_ask(struct ui *ui); /* once nothing else is being typed */
void ui_masked_takes(struct ui *ui, uint32_t code);
/* Milliseconds until the vault is locked for want of a key press; -1: not from now on. */
int64_t ui_idle_lock_ms(const struct ui *ui);
void ui_lock_if_idle(struct ui *ui);

/* -- say.c: the status line's message ---------------------------------------------------------- */
void ui_say(struct ui *ui, const char *fmt, ...) PRINTF_LIKE(2, 3);
void ui_say_error(struct ui *ui, const char *fmt, ...)
    PRINTF_LIKE(2, 3); /* stays until the next key */
void ui_say_nothing(struct ui *ui);

/* -- select.c: what commands act on ------------------------------------------------------------ */
struct listing *ui_listing(struct ui *ui); /* that the keys move */
struct item *ui_item(struct ui *ui);       /* under its cursor; NULL none */
void ui_targets(struct ui *ui,
		struct strs *ret_ids); /* the marked rows, else that one; claim ids */
/* Calls fn for each of those rows; returns how many. */
size_t ui_each_target(struct ui *ui, void (*fn)(void *arg, struct item *it), void *arg);
/* Calls fn for each claim shown anywhere with this id. */
void ui_each_claim(struct ui *ui, const char *id, void (*fn)(void *arg, struct claim *c),
		   void *arg);

/* The download of that row's claim, as it is now; NULL: none. */
const struct ev_download *ui_download_of(struct ui *ui, const struct item *it);
void ui_unmark(struct ui *ui);

/* -- detail.c, bar.c, page.c, downloads.c, draw.c ---------------------------------------------- */
void detail_draw(struct ui *ui, struct rect pane);
/* The claim that the pane shows; NULL: another kind of row, or one whose claim is not known yet. */
const struct claim *detail_claim(struct ui *ui);
void detail_scroll(struct ui *ui, int by);
void detail_forget(struct ui *ui); /* builds it anew at the next draw */
/* -- related.c: claims like the one in the detail pane */
void related_ask(struct ui *ui); /* if the pane shows another claim than before */
void related_take(struct ui *ui, struct page *claims); /* moves */
void related_write(struct ui *ui, struct lines *l, int width);
void related_draw(struct ui *ui, struct rect inside);
/* Moves the selection, or scrolls the text over it. */
void related_move(struct ui *ui, long by);
struct item *
related_item(struct ui *ui); /* the selected one, while the pane has the keys; NULL none */
void related_release(struct related *r);
void downloads_take(struct ui *ui, struct event *e); /* an EV_DOWNLOAD; moves */
void downloads_draw(struct ui *ui, struct rect pane);
bool downloads_wants(const struct item *it);
void bar_draw_top(struct ui *ui);
void bar_draw_player(struct ui *ui);
void bar_draw_status(struct ui *ui);
int bar_view_at(struct ui *ui,
		int column); /* index of the view named there in the top line; -1 none */
void page_open(struct ui *ui, const char *title,
	       void (*write)(struct ui *ui, struct lines *l, int width));
void page_close(struct ui *ui);
void page_draw(struct ui *ui);
void page_scroll(struct ui *ui, int by);
void page_write_help(struct ui *ui, struct lines *l, int width);
void page_write_notes(struct ui *ui, struct lines *l, int width);
void ui_draw(struct ui *ui);
/* A frame with its name at the left and something at the right of its upper line. */
void draw_frame(struct ui *ui, struct rect pane, const char *name, const char *right, bool here);

#endif
