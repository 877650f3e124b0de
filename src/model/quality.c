/* Words for quality. */
#include "kiyya/quality.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const int heights[] = { 2160, 1440, 1080, 720, 540, 480, 360, 240, 144 };

int quality_height(const char *s)
{
	for (size_t i = 0; s && i < sizeof(heights) / sizeof(heights[0]); i++) {
		char word[QUALITY_SIZE];
		snprintf(word, sizeof(word), "%dp", heights[i]);
		if (strcmp(word, s) == 0)
			return heights[i];
	}
	return 0;
}

bool quality_is_word(const char *s)
{
	return s && (strcmp(s, "original") == 0 || strcmp(s, "best") == 0 || quality_height(s) > 0);
}
