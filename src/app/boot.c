/* Setting the house up and taking it down. */
#include "boot.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "config.h"
#include "crash.h"
#include "kiyya/log.h"
#include "kiyya/str.h"
#include "passphrase.h"

/* The command line's gateways win over the environment's, those over the file's. */
static bool layer_gateways(struct settings *s, const struct strs *given, struct err *err)
{
	const char *env = getenv("KIYYA_GATEWAYS");
	if (!str_empty(env) && !settings_set(s, SET_gateway_urls, env, "environment", err))
		return err_wrap(err, "KIYYA_GATEWAYS");
	if (!given->n)
		return true;
	struct buf list;
	buf_init(&list, 1 << 16);
	for (size_t i = 0; i < given->n; i++)
		buf_addf(&list, "%s%s", i ? "," : "", given->v[i]);
	bool ok = settings_set(s, SET_gateway_urls, list.data, "option", err);
	buf_release(&list);
	return ok;
}

static bool load_settings(struct boot *b, const struct cli_line *line, struct err *err)
{
	struct strs warnings = { 0 };
	bool named = line->config_file || !str_empty(getenv("KIYYA_CONFIG"));
	bool ok = config_load(&b->settings, b->paths.config_file, named, &warnings, err) &&
		  layer_gateways(&b->settings, &line->gateways, err);
	config_say_warnings(stderr, &warnings);
	strs_release(&warnings);
	return ok;
}

/* Signals arrive on one descriptor; every thread has them blocked. */
static int open_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	static const int wanted[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCONT };
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

bool boot_begin(struct boot *b, const struct cli_line *line, struct err *err)
{
	*b = (struct boot){ .signal_fd = -1, .offline = line->options.offline };
	settings_init(&b->settings);
	link_init(&b->link);
	const char *level = line->options.verbose ? "debug" : getenv("KIYYA_LOG");
	const char *file = line->config_file ? line->config_file : getenv("KIYYA_CONFIG");
	if (!paths_init(&b->paths, line->home, file, err) || !load_settings(b, line, err) ||
	    !passphrase_read("KIYYA_PASSPHRASE", &b->passphrase, err) ||
	    !passphrase_read("KIYYA_NEW_PASSPHRASE", &b->new_passphrase, err) ||
	    !paths_create(&b->paths, err)) {
		boot_end(b);
		return false;
	}
	struct err why;
	if (!log_open(b->paths.log_file, level, &why))
		cli_say_error(&why); /* logging that fails does not stop the program */
	b->crash_note = crash_last_note(b->paths.crash_dir);
	crash_install(b->paths.crash_dir);
	b->signal_fd = open_signals();
	return true;
}

bool boot_backend(struct boot *b, bool browser, enum asks asks, struct err *err)
{
	b->backend = backend_start(&(struct backend_config){ .paths = &b->paths,
							     .settings = &b->settings,
							     .offline = b->offline,
							     .umask = b->umask,
							     .work_off = browser,
							     .asks = asks,
							     .passphrase = b->passphrase,
							     .new_passphrase = b->new_passphrase },
				   &b->link, err);
	b->passphrase = b->new_passphrase = NULL;
	return b->backend != NULL;
}

void boot_end(struct boot *b)
{
	backend_stop(b->backend);
	str_burn(b->passphrase);
	str_burn(b->new_passphrase);
	link_release(&b->link);
	settings_release(&b->settings);
	paths_release(&b->paths);
	if (b->signal_fd >= 0)
		close(b->signal_fd);
	free(b->crash_note);
	log_close();
}
