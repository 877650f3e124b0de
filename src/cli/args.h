/* Words and options of one command, sorted and checked by its tables. */
#ifndef KIYYA_CLI_ARGS_H
#define KIYYA_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/cli.h"
#include "kiyya/err.h"

enum opt_type {
	OPT_FLAG,    /* no value */
	OPT_TEXT,    /* any */
	OPT_FILE,    /* any; completed as a file name */
	OPT_CHOICE,  /* one of the words in arg, "a|b|c" */
	OPT_NUMBER,  /* min to max */
	OPT_SECONDS, /* seconds, or [[h:]m:]s */
	OPT_SINCE,   /* that long ago, or a date */
	OPT_QUALITY, /* original, best, 720p */
	OPT_RANGE    /* A-B or A- */
};

struct opt {
	const char *name; /* without the dashes; NULL ends the table */
	char letter;      /* 0 none */
	enum opt_type type;
	bool many;       /* may be given several times */
	const char *arg; /* what the help calls the value; the choices */
	const char *help;
	int64_t min, max;
	size_t at; /* of those that work everywhere: the place in struct cli_line */
};

extern const struct opt everywhere_options[]; /* end with name NULL */
extern const struct opt browser_options[];    /* of `kiyya` without a command */

struct command;
struct action;
struct args {
	const struct action *action; /* NULL: none was given */
	char **words;                /* the list is owned, the words are borrowed */
	int n_words;
	char **rest; /* behind -- (CMD_REST) */
	int n_rest;
	struct given {
		const struct opt *opt;
		const char *text;
	} * given; /* owned */
	int n_given;
};

/* argv[0] is the command's name. ERR_USAGE with a sentence that says what would be right. */
bool args_parse(struct args *ret, const struct command *command, int argc, char **argv,
		struct err *err) MUST_USE;
void args_release(struct args *a);

bool args_has(const struct args *a, const char *option);
const char *args_text(const struct args *a,
		      const char *option); /* NULL: not given; the last one wins */
/* Of OPT_NUMBER and OPT_SECONDS. */
int64_t args_number(const struct args *a, const char *option, int64_t fallback);
/* Every value of an option that may be given several times. */
void args_all(const struct args *a, const char *option, struct strs *ret);
/* The words from the i-th on. */
void args_words(const struct args *a, int from, struct strs *ret);
bool args_action_is(const struct args *a, const char *name);

/* "--name" or "-n" in a table; NULL none. *ret_value: what stands behind '=', else NULL. */
const struct opt *opt_find(const struct opt *table, const char *word, const char **ret_value);
bool opt_takes_value(const struct opt *o);

#endif
