/* Waits the given number of milliseconds, at most a second: the breath between two looks in
 * wait_until. */
#include <poll.h>
#include "kiyya/str.h"

int main(int argc, char **argv)
{
	uint64_t ms;
	if (argc != 2 || !str_to_u64(argv[1], &ms) || ms > 1000)
		return 2;
	poll(NULL, 0, (int)ms);
	return 0;
}
