/* Where things are: the directories of kiyya (XDG Base Directory, or all below KIYYA_HOME), and names
 * that must stay inside a folder. */
#ifndef KIYYA_PATH_H
#define KIYYA_PATH_H

#include <stdbool.h>
#include "kiyya/err.h"

struct paths { /* owned strings, absolute */
	char *config_dir, *config_file;
	char *data_dir, *db, *vault_dir, *keyring, *keyring_dir, *key_file, *lock;
	char *state_dir, *log_file, *crash_dir;
	char *cache_dir, *control_socket;
};

/* home: as KIYYA_HOME, or NULL for the environment's (KIYYA_HOME, else XDG_*_HOME, else $HOME/…).
 * config_file: NULL for KIYYA_CONFIG, else the default. On failure p is empty. Creates nothing. */
bool paths_init(struct paths *p, const char *home, const char *config_file, struct err *err) MUST_USE;
void paths_release(struct paths *p);
/* Makes the directories, 0700, and refuses one that another user may write. */
bool paths_create(const struct paths *p, struct err *err) MUST_USE;

/* A plain name for a file of this title, with the ending "." + extension (NULL: none): no slash, no control characters,
 * no dot, dash or blank at its beginning, at most 255 bytes, cut on a grapheme. Owned. */
char *path_name_of_title(const char *title, const char *extension);
/* Makes a directory of ours and those above it, 0700, where it is not there; ERR_CONFIG if others may write to it. */
bool path_make_dir(const char *dir, struct err *err) MUST_USE;
char *path_join(const char *dir, const char *name); /* owned */
/* One plain file name: not empty, not . or .., no slash, no control characters, at most 255 bytes. */
bool path_is_name(const char *name);
/* open(2) of a plain name inside dir with O_NOFOLLOW|O_CLOEXEC; -1 and *err if it would leave it. */
int path_open_in(const char *dir, const char *name, int flags, unsigned mode, struct err *err);

#endif
