/* A descriptor that any thread can make readable. */
#include "kiyya/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "kiyya/mem.h"

void wake_init(struct wake *w)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
		mem_die("no descriptors left for a wake-up pipe");
	w->read_fd = fds[0];
	w->write_fd = fds[1];
}

void wake_release(struct wake *w)
{
	close(w->read_fd);
	close(w->write_fd);
	w->read_fd = w->write_fd = -1;
}

void wake_up(const struct wake *w)
{
	int saved = errno;
	/* A full pipe is readable already: nothing is lost. */
	(void)!write(w->write_fd, "", 1);
	errno = saved;
}

void wake_clear(const struct wake *w)
{
	char bytes[256];
	while (read(w->read_fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		;
}
