/* `kiyya --version`. */
#ifndef KIYYA_APP_VERSION_H
#define KIYYA_APP_VERSION_H

#include <stdio.h>

/* "kiyya X.Y.Z", then a line a library. Does not load the player. */
void version_print(FILE *out);

#endif
