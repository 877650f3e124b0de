/* The default keys, and a person's own read over them. */
#include "keymap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "keys.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "view.h"

#define LINE_LIMIT 1024

/* Everywhere but in the list of the Queue. */
#define NOT_IN_QUEUE \
	((IN_ALL & ~IN_LIST) | IN_CHANNELS | IN_LIBRARY | IN_STATUS | IN_SEARCH | IN_SERIES)

/* In the order of the help: moving, opening, playing, downloading, marking, finding, the program.
 */
// clang-format off
static const struct {
	unsigned where;
	const char *key, *line;
} defaults[] = {
	{ IN_ALL, "j", "down" },
	{ IN_ALL, "<Down>", "down" },
	{ IN_ALL, "k", "up" },
	{ IN_ALL, "<Up>", "up" },
	{ IN_ALL, "^D", "down half" },
	{ IN_ALL, "^U", "up half" },
	{ IN_ALL, "^F", "down page" },
	{ IN_ALL, "<PgDn>", "down page" },
	{ IN_ALL, "^B", "up page" },
	{ IN_ALL, "<PgUp>", "up page" },
	{ IN_ALL, "g", "first" },
	{ IN_ALL, "<Home>", "first" },
	{ IN_ALL, "G", "last" },
	{ IN_ALL, "<End>", "last" },
	{ IN_ALL, "<WheelDown>", "down 3" },
	{ IN_ALL, "<WheelUp>", "up 3" },
	{ IN_PANES, "<Tab>", "focus next" },
	{ IN_PANES, "<S-Tab>", "focus previous" },
	{ IN_PANES, "l", "focus right" },
	{ IN_PANES, "<Right>", "focus right" },
	{ IN_PANES, "h", "focus left" },
	{ IN_PANES, "<Left>", "focus left" },
	{ IN_PANES, "<Enter>", "open" },
	{ IN_ALL, "q", "back" },
	{ IN_ALL, "<Esc>", "back stay" },
	{ IN_PAGE, "<Enter>", "back" },
	{ IN_PAGE, "<Space>", "down page" },

	{ IN_PANES, "p", "play" },
	{ IN_PANES, "P", "play start" },
	{ IN_PANES, "a", "audio" },
	{ IN_PANES, "w", "pane" },
	{ IN_PANES, "Z", "pane large" },
	{ IN_PANES, "}", "episode next" },
	{ IN_PANES, "{", "episode previous" },
	{ IN_DETAIL, "<Space>", "player pause" },
	{ IN_ALL, "^P", "player pause" },
	{ IN_ALL, "^X", "player stop" },
	{ IN_ALL, ">", "seek +10" },
	{ IN_ALL, "<", "seek -10" },
	{ IN_ALL, ".", "seek +60" },
	{ IN_ALL, ",", "seek -60" },
	{ NOT_IN_QUEUE, "+", "volume +5" },
	{ NOT_IN_QUEUE, "-", "volume -5" },
	{ IN_ALL, "_", "mute" },
	{ IN_ALL, "]", "speed +10" },
	{ IN_ALL, "[", "speed -10" },
	{ IN_ALL, "=", "speed" },
	{ IN_PANES, "f", "quality" },
	{ IN_ALL, "\\", "quality lower" },
	{ IN_ALL, "|", "quality higher" },
	{ IN_ALL, "&", "track audio" },
	{ IN_ALL, "\"", "track subtitle" },

	{ IN_PANES, "d", "download" },
	{ IN_PANES, "x", "pause" },
	{ IN_PANES, "X", "pause all" },
	{ IN_QUEUE | IN_DOWNLOADS, "R", "retry" },
	{ IN_QUEUE, "+", "limit parallel +1" },
	{ IN_QUEUE, "-", "limit parallel -1" },
	{ IN_QUEUE | IN_DOWNLOADS, "J", "queue-down" },
	{ IN_QUEUE | IN_DOWNLOADS, "K", "queue-up" },
	{ IN_PANES, "c", "cancel" },
	{ IN_PANES, "D", "delete" },
	{ IN_LIBRARY, "V", "verify" },
	{ IN_LIBRARY, "M", "repair" },
	{ IN_LIBRARY, "E", "export" },
	{ IN_LIBRARY, "T", "scan" },

	{ IN_LIST | IN_DOWNLOADS, "<Space>", "mark" },
	{ IN_LIST | IN_DOWNLOADS, "v", "range" },
	{ IN_LIST | IN_DOWNLOADS, "*", "invert" },
	{ IN_PANES, "u", "unmark" },
	{ IN_PANES, "b", "favorite" },
	{ IN_PANES, "m", "watched" },
	{ IN_PANES, "W", "later" },
	{ IN_PANES, "H", "history" },
	{ IN_PANES, "y", "copy" },
	{ IN_PANES, "o", "link" },
	{ IN_PANES, "L", "log" },

	{ IN_PANES, "(", "lock" },
	{ IN_PANES, ")", "unlock" },
	{ IN_PANES, "/", "filter" },
	{ IN_PANES, "F", "search" },
	{ IN_PANES, "n", "next" },
	{ IN_PANES, "N", "previous" },
	{ IN_PANES, "s", "sort" },
	{ IN_PANES, "S", "reverse" },
	{ IN_PANES, "i", "follow" },
	{ IN_PANES, "I", "unfollow" },
	{ IN_PANES, "C", "following" },
	{ IN_PANES, "U", "feed" },
	{ IN_PANES, "O", "goto" },
	{ IN_PANES, "#", "category" },
	{ IN_PANES, "A", "playlists" },
	{ IN_PANES, "r", "refresh" },
	{ IN_PANES, "z", "stop" },

	{ IN_ALL, ":", "command" },
	{ IN_ALL, "?", "help" },
	{ IN_ALL, "^L", "redraw" },
	{ IN_ALL, "^Z", "suspend" },
	{ IN_ALL, "Q", "quit" },
	{ IN_ALL, "^C", "quit" },
};
// clang-format on

static const struct {
	const char *word;
	unsigned bit;
} contexts[] = {
#define X(NAME, word, bit) { word, bit },
	CONTEXTS(X)
#undef X
};

static void add(struct keymap *m, unsigned where, uint32_t key, const char *line)
{
	m->v = mem_grow(m->v, m->n + 1, sizeof(*m->v));
	m->v[m->n++] = (struct binding){ .where = where, .key = key, .line = str_dup(line) };
}

void keymap_init(struct keymap *m)
{
	*m = (struct keymap){ 0 };
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		uint32_t key;
		if (key_parse(defaults[i].key, strlen(defaults[i].key), &key))
			add(m, defaults[i].where, key, defaults[i].line);
	}
	for (size_t i = 0; i < n_views && i < 9; i++) {
		char *line = str_fmt("view %s", view_table[i]->word);
		add(m, IN_ALL, (uint32_t)('1' + i), line);
		free(line);
	}
}

void keymap_release(struct keymap *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->v[i].line);
	free(m->v);
	*m = (struct keymap){ 0 };
}

const char *keymap_find(const struct keymap *m, unsigned active, uint32_t key)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].key == key && (m->v[i].where & active) != 0)
			return m->v[i].line[0] ? m->v[i].line : NULL;
	return NULL;
}

bool keymap_key_of(const struct keymap *m, unsigned active, const char *line, char out[16])
{
	for (size_t i = 0; i < m->n; i++) {
		const struct binding *b = &m->v[i];
		/* A binding that an earlier one hides is none. */
		if ((b->where & active) == 0 || strcmp(b->line, line) != 0 ||
		    keymap_find(m, active, b->key) != b->line)
			continue;
		key_to_name(b->key, out);
		return true;
	}
	return false;
}

static unsigned context_of(const char *word, size_t len)
{
	if (len == 3 && strncmp(word, "all", 3) == 0)
		return IN_ALL;
	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (strlen(contexts[i].word) == len && strncmp(contexts[i].word, word, len) == 0)
			return contexts[i].bit;
	return 0;
}

/* One line of the file, put before the defaults so that it wins. */
static bool read_line(struct keymap *m, const char *line, struct err *err)
{
	size_t len = strcspn(line, " \t");
	unsigned where = context_of(line, len);
	if (!where)
		return err_set(err, ERR_CONFIG, 0, "no context \"%.*s\"", (int)len, line);
	line += len + strspn(line + len, " \t");
	len = strcspn(line, " \t");
	uint32_t key;
	if (!key_parse(line, len, &key))
		return err_set(err, ERR_CONFIG, 0, "no key \"%.*s\"", (int)len, line);
	line += len + strspn(line + len, " \t");
	bool none = strcmp(line, "none") == 0;
	if (!none && !command_find(line, strcspn(line, " ")))
		return err_set(err, ERR_CONFIG, 0, "no command \"%s\"; kiyya actions lists them",
			       line);
	add(m, where, key, none ? "" : line);
	struct binding own = m->v[m->n - 1];
	memmove(m->v + 1, m->v, (m->n - 1) * sizeof(*m->v));
	m->v[0] = own;
	return true;
}

bool keymap_read(struct keymap *m, const char *text, const char *file, struct err *err)
{
	for (int number = 1; *text; number++) {
		size_t len = strcspn(text, "\n");
		char *line = str_dupn(text, len < LINE_LIMIT ? len : LINE_LIMIT);
		size_t end = strlen(line);
		while (end > 0 && strchr(" \t\r", line[end - 1]))
			line[--end] = 0;
		const char *begin = line + strspn(line, " \t");
		bool ok = *begin == 0 || *begin == '#' || read_line(m, begin, err);
		free(line);
		if (!ok)
			return err_wrap(err, "%s:%d", file, number);
		text += len + (text[len] == '\n');
	}
	return true;
}

void keymap_where(unsigned where, char *out, size_t size)
{
	out[0] = 0;
	if ((where & IN_ALL) == IN_ALL) {
		str_copy(out, size, "everywhere");
		return;
	}
	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
		if (!(where & contexts[i].bit))
			continue;
		size_t used = strlen(out);
		snprintf(out + used, size - used, "%s%s", used ? " " : "", contexts[i].word);
	}
}
