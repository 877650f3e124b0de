/* The terminal as a keyboard while something plays. */
#include "keys.h"

#include <unistd.h>

void keys_start(struct keys *k, int fd)
{
	*k = (struct keys){ .fd = fd };
	pid_t foreground = tcgetpgrp(fd);
	if (foreground >= 0 &&
	    foreground != getpgrp()) /* a job in the background must not touch it */
		return;
	if (tcgetattr(fd, &k->before) != 0)
		return;
	struct termios raw = k->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	k->on = tcsetattr(fd, TCSADRAIN, &raw) == 0;
}

void keys_stop(struct keys *k)
{
	if (k->on)
		tcsetattr(k->fd, TCSADRAIN, &k->before);
	k->on = false;
}
