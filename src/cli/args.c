/* Words and options of one command, sorted and checked by its tables. */
#include "args.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/quality.h"
#include "kiyya/since.h"
#include "kiyya/str.h"
#include "command.h"

bool opt_takes_value(const struct opt *o)
{
	return o->type != OPT_FLAG;
}

const struct opt *opt_find(const struct opt *table, const char *word, const char **ret_value)
{
	*ret_value = NULL;
	bool is_long = str_starts(word, "--");
	const char *name = word + (is_long ? 2 : 1);
	size_t len = is_long ? strcspn(name, "=") : strlen(name);
	for (const struct opt *o = table; o && o->name; o++) {
		bool same = is_long ? strlen(o->name) == len && strncmp(o->name, name, len) == 0
				    : len == 1 && o->letter == name[0];
		if (!same)
			continue;
		if (is_long && name[len] == '=')
			*ret_value = name + len + 1;
		return o;
	}
	return NULL;
}

static const char *nearest_option(const struct command *command, const char *word)
{
	const struct opt *const tables[] = { command->options, everywhere_options };
	const char *best = "help";
	size_t least = SIZE_MAX;
	for (size_t t = 0; t < 2; t++)
		for (const struct opt *o = tables[t]; o && o->name; o++) {
			size_t d = str_distance(word + strspn(word, "-"), o->name);
			if (d < least) {
				least = d;
				best = o->name;
			}
		}
	return best;
}

static const struct action *nearest_action(const struct command *command, const char *word)
{
	const struct action *best = command->actions;
	for (const struct action *a = best; a->name; a++)
		if (str_distance(word, a->name) < str_distance(word, best->name))
			best = a;
	return best;
}

static bool is_choice(const char *choices, const char *text)
{
	size_t len = strlen(text);
	for (const char *at = choices; len > 0; at++) {
		size_t n = strcspn(at, "|");
		if (n == len && strncmp(at, text, n) == 0)
			return true;
		at += n;
		if (!*at)
			break;
	}
	return false;
}

/* "A-B" or "A-" with A not behind B. */
static bool is_range(const char *text)
{
	const char *dash = strchr(text, '-');
	if (!dash)
		return false;
	char *first = str_dupn(text, (size_t)(dash - text));
	uint64_t a, b;
	bool ok = str_to_u64(first, &a);
	free(first);
	return ok && (!dash[1] || (str_to_u64(dash + 1, &b) && a <= b));
}

static bool check_value(const struct opt *o, const char *text, struct err *err)
{
	int64_t n;
	switch (o->type) {
	case OPT_FLAG:
	case OPT_TEXT:
		return true;
	case OPT_FILE:
		return *text || err_set(err, ERR_USAGE, 0, "--%s needs a name", o->name);
	case OPT_CHOICE:
		return is_choice(o->arg, text) ||
		       err_set(err, ERR_USAGE, 0, "--%s is one of %s, not \"%s\"", o->name, o->arg,
			       text);
	case OPT_NUMBER:
		return (str_to_i64(text, &n) && n >= o->min && n <= o->max) ||
		       err_set(err, ERR_USAGE, 0, "--%s is a number from %lld to %lld, not \"%s\"",
			       o->name, (long long)o->min, (long long)o->max, text);
	case OPT_SECONDS:
		return str_to_seconds(text, &n) ||
		       err_set(err, ERR_USAGE, 0, "--%s is seconds or [[h:]m:]s, not \"%s\"",
			       o->name, text);
	case OPT_SINCE:
		return since_parse(text, &(struct since){ 0 }) ||
		       err_set(err, ERR_USAGE, 0,
			       "--%s is seconds, [[h:]m:]s, 7d or a date such as 2026-01-31, not "
			       "\"%s\"",
			       o->name, text);
	case OPT_QUALITY:
		return quality_is_word(text) ||
		       err_set(err, ERR_USAGE, 0,
			       "--%s is original, best or a height such as 720p, not \"%s\"",
			       o->name, text);
	case OPT_RANGE:
		return is_range(text) ||
		       err_set(err, ERR_USAGE, 0, "--%s is A-B or A-, not \"%s\"", o->name, text);
	}
	return false;
}

/* Takes the option at argv[*i], and its value, where that is the next word. */
static bool take_option(struct args *a, const struct command *command, int argc, char **argv,
			int *i, struct err *err)
{
	const char *word = argv[*i], *text;
	const struct opt *o = opt_find(command->options, word, &text);
	if (!o)
		return err_set(err, ERR_USAGE, 0, "unknown option %s; did you mean --%s?", word,
			       nearest_option(command, word));
	if (!opt_takes_value(o) && text)
		return err_set(err, ERR_USAGE, 0, "--%s takes no value", o->name);
	if (opt_takes_value(o) && !text) {
		if (*i + 1 >= argc)
			return err_set(err, ERR_USAGE, 0, "--%s needs a value: %s", o->name,
				       o->arg);
		text = argv[++*i];
	}
	if (!check_value(o, text ? text : "", err))
		return false;
	if (!o->many && args_has(a, o->name))
		return err_set(err, ERR_USAGE, 0, "--%s is given twice", o->name);
	a->given[a->n_given++] = (struct given){ .opt = o, .text = text ? text : "" };
	return true;
}

static bool check_count(const struct args *a, const struct command *command, struct err *err)
{
	const struct action *action = a->action;
	int min = action ? action->min : command->min, max = action ? action->max : command->max;
	if (a->n_words >= min && (max == ANY_NUMBER || a->n_words <= max))
		return true;
	const char *args = action ? action->args : command->args;
	return err_set(err, ERR_USAGE, 0, "%s: kiyya %s%s%s%s%s",
		       a->n_words < min ? "something is missing" : "that is too much",
		       command->name, action ? " " : "", action ? action->name : "",
		       *args ? " " : "", args);
}

/* Takes the action word off the front of the words. */
static bool take_action(struct args *a, const struct command *command, struct err *err)
{
	if (a->n_words == 0)
		return (command->flags & CMD_ACTION_OPTIONAL) ||
		       err_set(err, ERR_USAGE, 0, "what to do is missing: see kiyya help %s",
			       command->name);
	for (const struct action *action = command->actions; action->name; action++)
		if (str_eq(action->name, a->words[0]))
			a->action = action;
	if (!a->action)
		return err_set(err, ERR_USAGE, 0, "unknown action %s; did you mean %s?",
			       a->words[0], nearest_action(command, a->words[0])->name);
	a->n_words--;
	memmove(a->words, a->words + 1, (size_t)a->n_words * sizeof(a->words[0]));
	return true;
}

bool args_parse(struct args *ret, const struct command *command, int argc, char **argv,
		struct err *err)
{
	size_t most = (size_t)argc + 1;
	struct args a = {
		.words = mem_array(most, sizeof(char *)),
		.rest = mem_array(most, sizeof(char *)),
		.given = mem_array(most, sizeof(struct given)),
	};
	bool ok = true, ended = false;
	for (int i = 1; ok && i < argc; i++) {
		if (ended && (command->flags & CMD_REST))
			a.rest[a.n_rest++] = argv[i];
		else if (!ended && str_eq(argv[i], "--"))
			ended = true;
		else if (!ended && argv[i][0] == '-' && argv[i][1])
			ok = take_option(&a, command, argc, argv, &i, err);
		else
			a.words[a.n_words++] = argv[i];
	}
	ok = ok && (!command->actions || take_action(&a, command, err)) &&
	     check_count(&a, command, err);
	if (ok)
		*ret = a;
	else
		args_release(&a);
	return ok;
}

void args_release(struct args *a)
{
	free(a->words);
	free(a->rest);
	free(a->given);
	*a = (struct args){ 0 };
}

const char *args_text(const struct args *a, const char *option)
{
	for (int i = a->n_given - 1; i >= 0; i--)
		if (str_eq(a->given[i].opt->name, option))
			return a->given[i].text;
	return NULL;
}

bool args_has(const struct args *a, const char *option)
{
	return args_text(a, option) != NULL;
}

int64_t args_number(const struct args *a, const char *option, int64_t fallback)
{
	const char *text = args_text(a, option);
	int64_t n;
	if (!text || !(str_to_i64(text, &n) || str_to_seconds(text, &n)))
		return fallback;
	return n;
}

void args_all(const struct args *a, const char *option, struct strs *ret)
{
	for (int i = 0; i < a->n_given; i++)
		if (str_eq(a->given[i].opt->name, option))
			strs_add(ret, a->given[i].text);
}

void args_words(const struct args *a, int from, struct strs *ret)
{
	for (int i = from; i < a->n_words; i++)
		strs_add(ret, a->words[i]);
}

bool args_action_is(const struct args *a, const char *name)
{
	return a->action && str_eq(a->action->name, name);
}
