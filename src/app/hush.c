/* Standard error in a file while the screen is up or something plays. */
#include "hush.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/path.h"

/* Part of the crash hook's state: whoever dies gives the real one back first. */
static int real_stderr = -1;

void hush_begin(const char *state_dir)
{
	char *file = path_join(state_dir, "stderr.log");
	int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	free(file);
	if (fd < 0)
		return;
	real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (real_stderr >= 0)
		dup2(fd, STDERR_FILENO);
	close(fd);
}

FILE *hush_person(void)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f)
		setvbuf(f, NULL, _IONBF, 0);
	else if (fd >= 0)
		close(fd);
	return f;
}

void hush_end(void)
{
	if (real_stderr < 0)
		return;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	real_stderr = -1;
}
