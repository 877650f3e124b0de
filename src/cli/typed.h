/* A line from the terminal, while signals are heard. */
#ifndef KIYYA_CLI_TYPED_H
#define KIYYA_CLI_TYPED_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/cli.h"

/* Reads one line, without its end, into line[size]. False when the input ended, when a signal came first (*ret_signal,
 * else 0), and for a line that does not fit or has a NUL: that one is read to its end, so that no shell finds the rest. */
bool typed_line(const struct cli_config *config, char *line, size_t size, int *ret_signal);

#endif
