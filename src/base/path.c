/* Where kiyya keeps its things, and names that must stay inside a folder. */
#include "kiyya/path.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiyya/file.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

#define NAME_MAX_BYTES 255

char *path_join(const char *dir, const char *name)
{
	return str_fmt("%s%s%s", dir, str_ends(dir, "/") ? "" : "/", name);
}

/* A path from the environment; the XDG specification has relative ones ignored. */
static const char *env_dir(const char *name)
{
	const char *dir = getenv(name);
	return dir && dir[0] == '/' ? dir : NULL;
}

static bool home_dir(char **ret, struct err *err)
{
	const char *home = env_dir("HOME");
	if (home) {
		*ret = str_dup(home);
		return true;
	}
	struct passwd entry, *found = NULL;
	char text[4096];
	if (getpwuid_r(getuid(), &entry, text, sizeof(text), &found) != 0 || !found ||
	    found->pw_dir[0] != '/')
		return err_set(
		    err, ERR_CONFIG, 0,
		    "no home directory: set HOME, or KIYYA_HOME to a directory of your own");
	*ret = str_dup(found->pw_dir);
	return true;
}

static bool make_absolute(const char *path, char **ret, struct err *err)
{
	if (path[0] == '/') {
		*ret = str_dup(path);
		return true;
	}
	char *cwd = getcwd(NULL, 0);
	if (!cwd)
		return err_sys(err, "finding the working directory");
	*ret = path_join(cwd, path);
	free(cwd);
	return true;
}

/* $XDG_x_HOME/kiyya, or the place below the home directory that the specification names instead. */
static char *xdg_dir(const char *variable, const char *home, const char *fallback)
{
	const char *dir = env_dir(variable);
	return dir ? path_join(dir, "kiyya") : str_fmt("%s/%s/kiyya", home, fallback);
}

static bool is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool place_below_home(struct paths *p, const char *home, struct err *err)
{
	char *root;
	if (!make_absolute(home, &root, err))
		return false;
	p->config_dir = path_join(root, "config");
	p->data_dir = path_join(root, "data");
	p->state_dir = path_join(root, "state");
	p->cache_dir = path_join(root, "cache");
	free(root);
	return true;
}

static bool place_by_xdg(struct paths *p, struct err *err)
{
	char *home;
	if (!home_dir(&home, err))
		return false;
	p->config_dir = xdg_dir("XDG_CONFIG_HOME", home, ".config");
	p->data_dir = xdg_dir("XDG_DATA_HOME", home, ".local/share");
	p->state_dir = xdg_dir("XDG_STATE_HOME", home, ".local/state");
	p->cache_dir = xdg_dir("XDG_CACHE_HOME", home, ".cache");
	const char *runtime = env_dir("XDG_RUNTIME_DIR");
	if (runtime && is_dir(runtime))
		p->control_socket = path_join(runtime, "kiyya/ctl");
	free(home);
	return true;
}

bool paths_init(struct paths *p, const char *home, const char *config_file, struct err *err)
{
	*p = (struct paths){ 0 };
	if (!home)
		home = getenv("KIYYA_HOME");
	if (!config_file)
		config_file = getenv("KIYYA_CONFIG");
	if (str_empty(home) ? !place_by_xdg(p, err) : !place_below_home(p, home, err))
		goto out;
	if (str_empty(config_file))
		p->config_file = path_join(p->config_dir, "kiyya.conf");
	else if (!make_absolute(config_file, &p->config_file, err))
		goto out;
	p->db = path_join(p->data_dir, "kiyya.db");
	p->vault_dir = path_join(p->data_dir, "vault");
	p->keyring = path_join(p->data_dir, "keyring");
	p->keyring_dir = path_join(p->data_dir, "keyring.d");
	p->key_file = path_join(p->data_dir, "key");
	p->lock = path_join(p->data_dir, "lock");
	p->log_file = path_join(p->state_dir, "kiyya.log");
	p->crash_dir = path_join(p->state_dir, "crash");
	if (!p->control_socket)
		p->control_socket = path_join(p->data_dir, "ctl");
	return true;
out:
	paths_release(p);
	return false;
}

void paths_release(struct paths *p)
{
	char *all[] = { p->config_dir, p->config_file,   p->data_dir,    p->db,
			p->vault_dir,  p->keyring,       p->keyring_dir, p->key_file,
			p->lock,       p->state_dir,     p->log_file,    p->crash_dir,
			p->cache_dir,  p->control_socket };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		free(all[i]);
	*p = (struct paths){ 0 };
}

static bool check_private(const char *dir, struct err *err)
{
	struct stat st;
	if (stat(dir, &st) != 0)
		return err_sys(err, "looking at the directory %s", dir);
	if (st.st_uid != geteuid())
		return err_set(err, ERR_CONFIG, 0,
			       "%s belongs to another user: choose another place with --home", dir);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, ERR_CONFIG, 0, "%s can be written by others: chmod go-w it",
			       dir);
	return true;
}

bool path_make_dir(const char *dir, struct err *err)
{
	return file_make_dirs(NULL, dir, err) && check_private(dir, err);
}

bool paths_create(const struct paths *p, struct err *err)
{
	const char *const dirs[] = { p->config_dir, p->data_dir,  p->vault_dir, p->keyring_dir,
				     p->state_dir,  p->crash_dir, p->cache_dir };
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (!path_make_dir(dirs[i], err))
			return false;
	}
	return true;
}

char *path_name_of_title(const char *title, const char *extension)
{
	size_t room = NAME_MAX_BYTES - (extension ? strlen(extension) + 1 : 0);
	char *clean = text_clean(title ? title : "", title ? strlen(title) : 0, SIZE_MAX, false);
	for (char *c = clean; *c; c++)
		if (*c == '/')
			*c = '-';
	const char *name = clean + strspn(clean, ".- ");
	size_t len = 0;
	int width;
	for (size_t n; (n = text_next(name + len, &width)) > 0 && len + n <= room; len += n)
		;
	while (len && strchr(" .", name[len - 1]))
		len--;
	char *named = str_fmt("%.*s%s%s", (int)len, len ? name : "", extension ? "." : "",
			      extension ? extension : "");
	if (!len) {
		free(named);
		named = str_fmt("untitled%s%s", extension ? "." : "", extension ? extension : "");
	}
	free(clean);
	return named;
}

bool path_is_name(const char *name)
{
	size_t len = name ? strnlen(name, NAME_MAX_BYTES + 1) : 0;
	return len > 0 && len <= NAME_MAX_BYTES && !str_eq(name, ".") && !str_eq(name, "..") &&
	       !strchr(name, '/') && text_is_clean(name, len, false);
}

int path_open_in(const char *dir, const char *name, int flags, unsigned mode, struct err *err)
{
	if (!path_is_name(name)) {
		err_set(err, ERR_REFUSED, 0, "a name that would leave %s is refused", dir);
		return -1;
	}
	int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = dir_fd >= 0 ? openat(dir_fd, name, flags | O_NOFOLLOW | O_CLOEXEC, mode) : -1;
	int why = errno;
	if (dir_fd >= 0)
		close(dir_fd);
	if (fd >= 0)
		return fd;
	errno = why;
	if (why == ENOENT)
		err_set(err, ERR_NOT_FOUND, why, "there is no %s in %s", name, dir);
	else if (why == ELOOP)
		err_set(err, ERR_REFUSED, why, "%s/%s is a symbolic link: refused", dir, name);
	else
		err_sys(err, "opening %s/%s", dir, name);
	return -1;
}
