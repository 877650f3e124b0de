/* Questions before something is destroyed or overwritten. */
#ifndef KIYYA_CLI_ASK_H
#define KIYYA_CLI_ASK_H

#include <stdbool.h>
#include "command.h"

/* True when --yes was given or the person says so. Otherwise *ret_code is the exit code: 2 where
 * nobody can be asked or the answer is no, 128+N if a signal came. The question is a sentence
 * without its question mark. */
bool ask_yes(struct cli *c, int *ret_code, const char *question, ...) PRINTF_LIKE(3, 4);

#endif
