/* Words for quality. */
#include "kiyya/quality.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define HEIGHT_LEAST 16

int quality_height(const char *s)
{
	int n = 0, height = 0;
	while (s && n < 4 && s[n] >= '0' && s[n] <= '9')
		height = height * 10 + (s[n++] - '0');
	bool ok = n > 0 && s[0] != '0' && strcmp(s + n, "p") == 0 && height >= HEIGHT_LEAST;
	return ok ? height : 0;
}

bool quality_is_common(int height)
{
	static const int heights[] = { 2160, 1440, 1080, 720, 540, 480, 360, 240, 144 };
	for (size_t i = 0; i < sizeof(heights) / sizeof(heights[0]); i++)
		if (heights[i] == height)
			return true;
	return false;
}

void quality_of_height(char word[QUALITY_SIZE], int height)
{
	snprintf(word, QUALITY_SIZE, "%dp", height);
}

/* The player's library reads whatever is called a video or a sound; of anything else it is a guess. */
bool quality_type_opens(const char *media_type)
{
	return !media_type || !*media_type || strncmp(media_type, "video/", 6) == 0 ||
	       strncmp(media_type, "audio/", 6) == 0;
}

bool quality_is_word(const char *s)
{
	return s && (strcmp(s, "original") == 0 || strcmp(s, "best") == 0 || quality_height(s) > 0);
}
