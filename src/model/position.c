/* What to remember of where somebody stopped. */
#include "kiyya/position.h"

#define EARLY_S 30
#define LATE_S  60

enum position_rule position_judge(int64_t position, int64_t duration)
{
	int64_t early = EARLY_S, late = LATE_S;
	if (duration > 0) {
		int64_t twentieth = duration / 20;
		if (twentieth < early)
			early = twentieth;
		if (twentieth < late)
			late = twentieth;
		if (position >= duration - late)
			return POSITION_FINISHED;
	}
	return position < early || position <= 0 ? POSITION_TOO_EARLY : POSITION_KEEP;
}
