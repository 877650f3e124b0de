/* A real terminal, through ncurses: the only file that knows curses.
 *
 * The crash hook may have to give the terminal back from a signal handler, where curses must not be
 * called; what it needs (a few bytes and the terminal's settings from before) is kept ready in one
 * static, the only mutable one of this room. */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/ui.h"
#include "sender.h"
#include "terminal.h"

#define ESC_DELAY_MS 50
#define RESTORE_MAX  128

/* Keys that terminfo does not name, as curses will call them. */
enum { CODE_PASTE_BEGIN = KEY_MAX + 1, CODE_PASTE_END, CODE_ALIVE };

#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
/* What comes between is shown at once, by terminals that know this; others pass over it. */
#define SYNC_ON  "\033[?2026h"
#define SYNC_OFF "\033[?2026l"
/* Asks for a sign of life, which comes when all before it has been taken: a line may hold seconds of
 * pictures in its buffers, and keys would wait behind them. */
#define ARE_YOU_THERE "\033[5n"
#define YES_I_AM      "\033[0n"
#define LAST_WORD_MS  300
#define CURSOR_OFF    "\033[?25l"
#define CURSOR_ON     "\033[?25h"

struct term_curses {
	struct term term; /* first */
	SCREEN *screen;
	const struct theme *theme;
	bool color, utf8, paste, sync, answers;
	mmask_t mouse;
	struct sender sender; /* of pictures */
	bool shown;           /* the cursor */
};

static struct {
	volatile sig_atomic_t armed;
	struct termios before;
	char bytes[RESTORE_MAX];
	size_t n;
} restore;

static struct term_curses *of(struct term *t)
{
	return (struct term_curses *)t;
}

/* Bytes for the terminal that curses does not know of. */
static void send_raw(const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(STDOUT_FILENO, bytes, n);
		if (done <= 0)
			return;
		bytes += done;
		n -= (size_t)done;
	}
}

static void send_str(const char *s)
{
	send_raw(s, strlen(s));
}

/* -- giving it back ---------------------------------------------------------------------------- */

static void restore_add(const char *s)
{
	/* Padding ($<5>) is for hardware that has gone; a capability with it is left out. */
	if (!s || s == (char *)-1 || strstr(s, "$<"))
		return;
	size_t len = strlen(s);
	if (restore.n + len > sizeof(restore.bytes))
		return;
	memcpy(restore.bytes + restore.n, s, len);
	restore.n += len;
}

static void arm_restore(const struct term_curses *c, const struct termios *before)
{
	restore.before = *before;
	restore.n = 0;
	if (c->sync)
		restore_add(SYNC_OFF);
	if (c->paste)
		restore_add(PASTE_OFF);
	if (c->mouse)
		restore_add("\033[?1006;1000l");
	restore_add(tigetstr("sgr0"));
	restore_add(tigetstr("cnorm"));
	restore_add(tigetstr("rmkx"));
	restore_add(tigetstr("rmcup"));
	restore.armed = 1;
}

void ui_restore_terminal(void)
{
	if (!restore.armed)
		return;
	restore.armed = 0;
	send_raw(restore.bytes, restore.n);
	tcsetattr(STDIN_FILENO, TCSANOW, &restore.before);
}

/* -- drawing ----------------------------------------------------------------------------------- */

static void curses_size(struct term *t, int *ret_columns, int *ret_lines)
{
	getmaxyx(stdscr, *ret_lines, *ret_columns);
}

static attr_t attributes(const struct term_curses *c, enum role role)
{
	unsigned look = c->theme->look[role].attr;
	return ((look & LOOK_BOLD) ? A_BOLD : 0) | ((look & LOOK_DIM) ? A_DIM : 0) |
	       ((look & LOOK_REVERSE) ? A_REVERSE : 0) |
	       ((look & LOOK_UNDERLINE) ? A_UNDERLINE : 0);
}

/* A cell in wide characters: one that takes room, then those that lean on it. Returns how many.
 * Curses goes by wcwidth, the canvas by graphemes; where they differ, the canvas is right about the
 * room, so a sign that curses thinks too wide is replaced, and one that it thinks too narrow is
 * followed by a blank. */
static size_t to_wide(const struct term_curses *c, const struct cell *cell,
		      wchar_t out[CCHARW_MAX + 1])
{
	wchar_t all[CELL_BYTES + 1];
	mbstate_t state = { 0 };
	const char *from = cell->text;
	size_t n = c->utf8 || (unsigned char)cell->text[0] < 0x80
		       ? mbsrtowcs(all, &from, CELL_BYTES, &state)
		       : (size_t)-1;
	size_t used = 0;
	for (size_t i = 0; n != (size_t)-1 && i < n && used < CCHARW_MAX; i++) {
		int width = wcwidth(all[i]);
		if (used == 0 ? width > 0 && width <= cell->width : width == 0)
			out[used++] = all[i];
		else if (used == 0)
			break;
	}
	if (used == 0)
		out[used++] = L'?';
	out[used] = 0;
	return used;
}

static void curses_put(struct term *t, int line, int column, const struct cell *cell)
{
	const struct term_curses *c = of(t);
	wchar_t wide[CCHARW_MAX + 1];
	cchar_t out;
	if (cell->width == 0)
		return;
	to_wide(c, cell, wide);
	attr_t attr = attributes(c, (enum role)cell->role);
	short pair = c->color ? (short)(cell->role + 1) : 0;
	if (setcchar(&out, wide, attr, pair, NULL) == OK)
		mvadd_wch(line, column, &out);
	if (wcwidth(wide[0]) < cell->width && setcchar(&out, L" ", attr, pair, NULL) == OK)
		mvadd_wch(line, column + 1, &out);
}

static void curses_cursor(struct term *t, int line, int column)
{
	of(t)->shown = line >= 0;
	curs_set(line < 0 ? 0 : 1);
	if (line >= 0)
		move(line, column);
}

/* It does not know the question, or what it said was lost. */
static void curses_mute(struct term *t)
{
	of(t)->answers = false;
	t->unanswered = 0;
}

static void curses_flush(struct term *t)
{
	t->torn = sender_cut(&of(t)->sender) || t->torn;
	t->out_fd = -1;
	refresh();
}

/* -- pictures ---------------------------------------------------------------------------------- */

static void curses_more(struct term *t)
{
	struct sender *s = &of(t)->sender;
	t->out_fd = sender_go_on(s) ? -1 : s->fd;
}

/* Curses leaves attributes off and the cursor where it believes it: so is it after a picture, and while
 * one is sent the cursor does not run about in it. */
static void curses_picture(struct term *t, const char *bytes, size_t n)
{
	struct term_curses *c = of(t);
	int line, column;
	getyx(curscr, line, column);
	char *head = str_fmt("%s%s", c->sync ? SYNC_ON : "", c->shown ? CURSOR_OFF : "");
	char *tail =
	    str_fmt("\033[m\033[%d;%dH%s%s%s", line + 1, column + 1, c->shown ? CURSOR_ON : "",
		    c->sync ? SYNC_OFF : "", c->answers ? ARE_YOU_THERE : "");
	t->unanswered += c->answers;
	sender_put(&c->sender, head, bytes, n, tail);
	free(head);
	free(tail);
	curses_more(t);
}

static void curses_resized(struct term *t)
{
	struct winsize w;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0)
		resizeterm(w.ws_row, w.ws_col);
}

/* Curses only says what it thinks has changed: cursor and colours are said anew, too. A player that drew on the terminal
 * leaves its last words in the buffer of stdout: they are not to come out later, on the shell's screen. */
static void curses_spoilt(struct term *t)
{
	const char *plain = tigetstr("sgr0");
	fflush(stdout);
	curs_set(0);
	curs_set(1);
	if (plain && plain != (char *)-1 && !strstr(plain, "$<"))
		send_str(plain);
	clearok(curscr, TRUE);
}

static void curses_redo(struct term *t, int line, int lines)
{
	wredrawln(stdscr, line, lines);
}

/* -- keys -------------------------------------------------------------------------------------- */

static const struct {
	wint_t curses;
	uint32_t code;
} special[] = {
	{ KEY_UP, K_UP },
	{ KEY_DOWN, K_DOWN },
	{ KEY_LEFT, K_LEFT },
	{ KEY_RIGHT, K_RIGHT },
	{ KEY_HOME, K_HOME },
	{ KEY_FIND, K_HOME },
	{ KEY_END, K_END },
	{ KEY_SELECT, K_END },
	{ KEY_PPAGE, K_PAGE_UP },
	{ KEY_NPAGE, K_PAGE_DOWN },
	{ KEY_DC, K_DELETE },
	{ KEY_IC, K_INSERT },
	{ KEY_BTAB, K_BACK_TAB },
	{ KEY_BACKSPACE, K_BACKSPACE },
	{ KEY_ENTER, K_ENTER },
	{ KEY_RESIZE, K_RESIZED },
	{ CODE_PASTE_BEGIN, K_PASTE_BEGIN },
	{ CODE_PASTE_END, K_PASTE_END },
};

static bool mouse_key(struct key *ret)
{
	MEVENT e;
	if (getmouse(&e) != OK)
		return false;
	ret->line = e.y;
	ret->column = e.x;
	ret->code = (e.bstate & BUTTON4_PRESSED)   ? K_WHEEL_UP
		    : (e.bstate & BUTTON5_PRESSED) ? K_WHEEL_DOWN
		    : (e.bstate & BUTTON1_PRESSED) ? K_CLICK
						   : 0;
	return ret->code != 0;
}

static bool special_key(wint_t c, struct key *ret)
{
	if (c == KEY_MOUSE)
		return mouse_key(ret);
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		if (special[i].curses == c) {
			ret->code = special[i].code;
			return true;
		}
	}
	return false;
}

static bool curses_key(struct term *t, struct key *ret)
{
	wint_t c;
	for (int got; (got = get_wch(&c)) != ERR;) {
		if (got != OK && c == CODE_ALIVE) {
			t->unanswered -= t->unanswered > 0;
			continue;
		}
		*ret = (struct key){ .code = c == '\n' ? K_ENTER : (uint32_t)c };
		if (got == OK || special_key(c, ret))
			return true;
	}
	return false;
}

/* Curses keeps the keys that were read in a ring of its own. A ring that is full of blanks is not to
 * be read any more (its end is lost), but emptied. */
static void curses_forget(struct term *t)
{
	while (unget_wch(L' ') == OK)
		;
	flushinp();
	t->unanswered = 0;
}

/* -- the clipboard ----------------------------------------------------------------------------- */

/* RFC 4648, section 4. out has room for 4 * ((n + 2) / 3) + 1. */
static void base64(char *out, const unsigned char *in, size_t n)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < n; i += 3) {
		unsigned long v = (unsigned long)in[i] << 16;
		v |= i + 1 < n ? (unsigned long)in[i + 1] << 8 : 0;
		v |= i + 2 < n ? (unsigned long)in[i + 2] : 0;
		*out++ = digits[v >> 18 & 63];
		*out++ = digits[v >> 12 & 63];
		*out++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
		*out++ = i + 2 < n ? digits[v & 63] : '=';
	}
	*out = 0;
}

/* OSC 52; tmux takes it only in an envelope, or by itself, depending on its settings: it gets both.
 */
static void curses_copy(struct term *t, const char *text)
{
	size_t n = strlen(text);
	char *code = mem_new(4 * ((n + 2) / 3) + 1);
	base64(code, (const unsigned char *)text, n);
	char *plain = str_fmt("\033]52;c;%s\a", code);
	send_str(plain);
	if (getenv("TMUX")) {
		char *wrapped = str_fmt("\033Ptmux;\033%s\033\\", plain);
		send_str(wrapped);
		free(wrapped);
	}
	free(plain);
	free(code);
}

/* -- beginning, stopping, end ------------------------------------------------------------------ */

static void init_colors(struct term_curses *c)
{
	bool own = use_default_colors() == OK;
	for (int r = 0; r < ROLE_COUNT; r++) {
		struct look l = c->theme->look[r];
		short fg = l.fg < 0 && !own ? COLOR_WHITE : l.fg;
		short bg = l.bg < 0 && !own ? COLOR_BLACK : l.bg;
		init_pair((short)(r + 1), fg, bg);
	}
	/* The empty screen has the ground of plain text. */
	bkgd(COLOR_PAIR(ROLE_TEXT + 1));
}

static void enter(struct term_curses *c)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	/* Shifting the rest of a line would shift the picture in it, which curses does not know of. */
	idcok(stdscr, FALSE);
	meta(stdscr, TRUE);
	if (c->mouse) {
		mousemask(c->mouse, NULL);
		mouseinterval(0);
	}
	if (c->paste)
		send_str(PASTE_ON);
}

/* What it still says would be typed at whoever reads next. */
static void await_answers(struct term_curses *c)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
	struct key key;
	while (c->term.unanswered > 0 && poll(&fd, 1, LAST_WORD_MS) == 1 &&
	       !(fd.revents & (POLLHUP | POLLERR)))
		while (curses_key(&c->term, &key))
			;
	c->term.unanswered = 0;
}

static void leave(struct term_curses *c)
{
	if (c->paste)
		send_str(PASTE_OFF);
	sender_cut(&c->sender);
	await_answers(c);
	/* Where the screen stays, what is said next begins on an empty line. */
	move(LINES - 1, 0);
	clrtoeol();
	refresh();
	endwin();
}

/* Stops the whole job, as the terminal's own ^Z would have. */
static void stop_job(void)
{
	sigset_t stop, before;
	struct sigaction plain = { .sa_handler = SIG_DFL }, old;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigaction(SIGTSTP, &plain, &old);
	kill(0, SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &stop, &before); /* stops here, until continued */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGTSTP, &old, NULL);
}

static void curses_suspend(struct term *t)
{
	struct term_curses *c = of(t);
	leave(c);
	stop_job();
	reset_prog_mode();
	enter(c);
	curses_resized(t);
	clearok(curscr, TRUE);
	refresh();
}

static void curses_end(struct term *t)
{
	struct term_curses *c = of(t);
	restore.armed = 0;
	leave(c);
	sender_close(&c->sender);
	delscreen(c->screen);
	free(c);
}

static const struct term_ops curses_ops = {
	.size = curses_size,
	.put = curses_put,
	.cursor = curses_cursor,
	.flush = curses_flush,
	.key = curses_key,
	.resized = curses_resized,
	.spoilt = curses_spoilt,
	.redo = curses_redo,
	.suspend = curses_suspend,
	.copy = curses_copy,
	.forget = curses_forget,
	.picture = curses_picture,
	.more = curses_more,
	.mute = curses_mute,
	.end = curses_end,
};

/* A terminal that knows the mouse also knows what brackets a paste; the oldest ones show such
 * requests as text. */
static void probe(struct term_curses *c, const struct term_options *o)
{
	const char *mouse = tigetstr("kmous");
	bool modern = mouse && mouse != (char *)-1;
	c->paste = c->sync = c->answers = modern;
	c->mouse = modern && o->mouse ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0;
	c->color = !o->no_color && has_colors() && start_color() == OK;
	const char *said = getenv("COLORTERM");
	bool all = str_eq(said, "truecolor") || str_eq(said, "24bit") || tigetflag("RGB") == 1;
	c->term.ink = !c->color       ? INK_SHADES
		      : all           ? INK_TRUE
		      : COLORS >= 256 ? INK_256
				      : INK_SHADES;
}

struct term *term_curses_new(const struct term_options *o, struct err *err)
{
	struct termios before;
	if (tcgetattr(STDIN_FILENO, &before) != 0 || !isatty(STDOUT_FILENO)) {
		err_set(err, ERR_USAGE, 0,
			"not a terminal: try ssh -t, or a command (kiyya --help)");
		return NULL;
	}
	if (strcmp(setlocale(LC_CTYPE, NULL), "C") == 0)
		setlocale(LC_CTYPE, "");
	SCREEN *screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		const char *name = getenv("TERM");
		err_set(err, ERR_USAGE, 0, "the terminal \"%s\" is not known here: try TERM=vt100",
			name ? name : "");
		return NULL;
	}
	struct term_curses *c = NEW(struct term_curses);
	c->screen = screen;
	c->theme = o->theme;
	c->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	c->term = (struct term){
		.ops = &curses_ops, .fd = STDIN_FILENO, .ascii = !c->utf8, .out_fd = -1
	};
	sender_open(&c->sender, STDOUT_FILENO);
	set_escdelay(ESC_DELAY_MS);
	probe(c, o);
	define_key("\033[200~", CODE_PASTE_BEGIN);
	define_key("\033[201~", CODE_PASTE_END);
	define_key(YES_I_AM, CODE_ALIVE);
	arm_restore(c, &before);
	enter(c);
	if (c->color)
		init_colors(c);
	return &c->term;
}
