/* Where a picture goes: what the words of play.vo and --vo mean to a front end. */
#include "kiyya/output.h"

#include <stddef.h>
#include "kiyya/str.h"

bool output_takes_terminal(const char *vo)
{
	static const char *const words[] = { "terminal", "tct", "caca", "sixel", "kitty" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(vo, words[i]))
			return true;
	return false;
}
