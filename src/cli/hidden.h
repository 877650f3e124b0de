/* A line typed on the terminal that is not shown: passphrases. */
#ifndef KIYYA_CLI_HIDDEN_H
#define KIYYA_CLI_HIDDEN_H

#include <stdbool.h>
#include "command.h"

/* What a typed line is for; the words of EV_ASK. Returns it (owned, str_burn), "" for an empty one where that means
 * something; NULL: the person does not want to, or a signal came (*ret_signal, else 0). The terminal is as it was
 * before in every case. */
char *hidden_ask(struct cli *c, const char *what, int *ret_signal);

#endif
