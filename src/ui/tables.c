/* Prints the tables of keys and commands, for people and as JSON Lines. */
#include "kiyya/ui.h"

#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "keymap.h"
#include "keys.h"
#include "kiyya/buf.h"
#include "kiyya/json.h"
#include "kiyya/str.h"

#define ROW_MAX 4096

static void print_row(FILE *out, const char *const *names, const char *const *values, size_t n)
{
	struct buf b;
	struct json_out o;
	buf_init(&b, ROW_MAX);
	json_out_init(&o, &b);
	json_open(&o, NULL, '{');
	for (size_t i = 0; i < n; i++)
		if (!str_empty(values[i]))
			json_put_str(&o, names[i], values[i]);
	json_close(&o, '}');
	fprintf(out, "%s\n", b.data);
	buf_release(&b);
}

void ui_print_keys(FILE *out, bool json)
{
	static const char *const names[] = { "key", "where", "command", "help" };
	struct keymap m;
	keymap_init(&m);
	for (size_t i = 0; i < m.n; i++) {
		const struct binding *b = &m.v[i];
		const struct command *c = command_find(b->line, strcspn(b->line, " "));
		char key[KEY_NAME_SIZE], where[128];
		key_to_name(b->key, key);
		keymap_where(b->where, where, sizeof(where));
		const char *values[] = { key, where, b->line, c ? c->help : "" };
		if (json)
			print_row(out, names, values, 4);
		else
			fprintf(out, "%-9s  %-24s  %-18s  %s\n", key, where, b->line, values[3]);
	}
	keymap_release(&m);
}

void ui_print_actions(FILE *out, bool json)
{
	static const char *const names[] = { "name", "argument", "help" };
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];
		const char *values[] = { c->name, c->argument, c->help };
		if (json)
			print_row(out, names, values, 3);
		else
			fprintf(out, "%-10s  %-34s  %s\n", c->name, c->argument, c->help);
	}
}
