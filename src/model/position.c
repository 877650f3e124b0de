/* What to remember of where somebody stopped. */
#include "kiyya/position.h"

#define EARLY_S 30

enum position_rule position_judge(int64_t position, int64_t duration)
{
	int64_t early = EARLY_S;
	if (duration > 0) {
		/* Whichever of 95 % and min(60 s, 5 %) before the end comes first: that is 95 %. */
		int64_t twentieth = duration / 20;
		if (position >= duration - twentieth)
			return POSITION_FINISHED;
		if (twentieth < early)
			early = twentieth;
	}
	return position < early || position <= 0 ? POSITION_TOO_EARLY : POSITION_KEEP;
}
