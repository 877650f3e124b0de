/* Everything a person can do, by name: one line each, from which come the functions, `?`, the
 * command line's completion, `kiyya actions` and the manual. */
#ifndef UI_COMMAND_H
#define UI_COMMAND_H

#include <stddef.h>

struct ui;

/* X(ident, "name", "argument", "hint", "help"), sorted by name. hint: what the bottom line calls
 * it. */
// clang-format off
#define COMMANDS(X)                                                                                \
	X(audio, "audio", "", "audio", "play the sound only")                                      \
	X(back, "back", "[stay]", "back", "close what is open; where nothing is: quit")                \
	X(cancel, "cancel", "", "cancel", "take out of the queue; what has arrived stays")         \
	X(category, "category", "[NAME [FILTER]]", "category", "show a category of the channel; in one, choose a filter") \
	X(command, "command", "", "command", "type a command by its name")                         \
	X(copy, "copy", "", "copy link", "copy the link to the clipboard")                         \
	X(delete, "delete", "", "delete", "delete the copy on this machine")                       \
	X(down, "down", "[N | half | page]", "down", "move down")                                  \
	X(download, "download", "[QUALITY]", "download", "download, to watch offline")                \
	X(episode, "episode", "next | previous", "episode", "go to the episode behind or before; play it if one plays") \
	X(export, "export", "DIR | FILE", "export", "write the copy as a plain file")              \
	X(favorite, "favorite", "", "favourite", "make it a favourite, or not any more")           \
	X(feed, "feed", "", "feed", "show what is new in followed channels")                       \
	X(filter, "filter", "[TEXT]", "filter", "show only what has these words")                  \
	X(first, "first", "", "first", "go to the first row")                                      \
	X(focus, "focus", "next | previous | left | right", "pane", "go to another pane")          \
	X(follow, "follow", "[ADDRESS]", "follow", "follow this channel, or another one")          \
	X(following, "following", "", "followed", "show the followed channels")                    \
	X(goto, "goto", "[ADDRESS]", "go to", "open a channel or an item by its address")          \
	X(help, "help", "", "help", "show every key and command")                                  \
	X(history, "history", "", "history", "show what was played")                               \
	X(invert, "invert", "", "invert", "mark what is not marked, and the other way round")      \
	X(last, "last", "", "last", "go to the last row")                                          \
	X(later, "later", "[list]", "later", "keep it to watch later, or not any more; show the list") \
	X(limit, "limit", "parallel | connections | rate N", "limit", "how many at once, how fast")   \
	X(link, "link", "", "link", "show the link")                                               \
	X(lock, "lock", "", "lock", "wipe the vault's keys, here and with the agent")              \
	X(log, "log", "", "log", "show what was logged about it")                                  \
	X(mark, "mark", "", "mark", "mark the row; commands act on what is marked")                \
	X(mute, "mute", "", "mute", "sound off, or on again")                                      \
	X(next, "next", "", "next", "go to the next row that has the words")                       \
	X(open, "open", "", "open", "open a channel, the details, or play from there")             \
	X(order, "order", "newest | oldest | trending | name", "order", "ask the channel in another order") \
	X(pane, "pane", "[large]", "pane", "play in a pane; hide its picture, show it again; large: over all panes") \
	X(pause, "pause", "[all]", "pause", "pause a download, or go on with it")                  \
	X(play, "play", "[start]", "play", "play, where you left off or from the start; what is marked, in order") \
	X(player, "player", "pause | stop", "pause", "pause the player, go on, or stop it")        \
	X(playlists, "playlists", "", "playlists", "show the playlists of the channel")                \
	X(previous, "previous", "", "previous", "go to the row before that has the words")         \
	X(quality, "quality", "[lower | higher | QUALITY]", "quality", "play the stream in another quality") \
	X(queue_down, "queue-down", "", "later", "move down in the queue")                         \
	X(queue_up, "queue-up", "", "sooner", "move up in the queue")                              \
	X(quit, "quit", "", "quit", "end; downloads continue at the next start")                   \
	X(range, "range", "", "range", "mark from the last marked row to here")                    \
	X(redraw, "redraw", "", "redraw", "draw the screen afresh")                                \
	X(refresh, "refresh", "", "refresh", "ask again for what is shown")                        \
	X(repair, "repair", "[all]", "repair", "fetch again what is bad in the copy")              \
	X(retry, "retry", "", "retry", "try a failed download again")                              \
	X(reverse, "reverse", "", "reverse", "turn the order round")                               \
	X(scan, "scan", "", "scan", "restore rows of files in the vault that have none")           \
	X(search, "search", "[TEXT]", "search", "look for words in everything")                    \
	X(seek, "seek", "SECONDS", "seek", "move within what is playing")                          \
	X(sort, "sort", "[ORDER]", "sort", "sort what is loaded by the next order")                \
	X(speed, "speed", "[PERCENT]", "speed", "faster, slower, or as it was made") \
	X(stop, "stop", "", "stop", "stop what is loading, or the work on copies")                                        \
	X(suspend, "suspend", "", "suspend", "stop the program; fg brings it back")                \
	X(track, "track", "audio | subtitle", "track", "the next sound track, or subtitle") \
	X(unfollow, "unfollow", "", "unfollow", "follow this channel no more (asks)")              \
	X(unlock, "unlock", "", "unlock", "open the vault; asks for the passphrase if it wants one") \
	X(unmark, "unmark", "", "unmark", "clear all marks")                                       \
	X(up, "up", "[N | half | page]", "up", "move up")                                          \
	X(verify, "verify", "[all]", "verify", "check every chunk of the copy, and its hash")      \
	X(view, "view", "NAME", "view", "go to a view")                                            \
	X(volume, "volume", "PERCENT", "volume", "louder or softer by so much")                    \
	X(watched, "watched", "", "watched", "mark as watched, or not")
// clang-format on

struct command {
	const char *name, *argument, *hint, *help;
	void (*run)(struct ui *ui, const char *arg); /* arg: NULL none */
};

#define X(ident, name, argument, hint, help) void cmd_##ident(struct ui *ui, const char *arg);
COMMANDS(X)
#undef X

extern const struct command commands[];
extern const size_t n_commands;

/* By its name, of which len bytes count; NULL: none. */
const struct command *command_find(const char *name, size_t len);
/* Runs "name argument"; an unknown name is said in the status line. */
void command_run(struct ui *ui, const char *line);
/* The longest text that every command name beginning with prefix has in common; "" if none begins
 * so. Owned. */
char *command_complete(const char *prefix, size_t *ret_matches);

#endif
