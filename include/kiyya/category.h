/* The categories of a channel as a person configures them: a name, the tag behind it, and filters, which are more tags. A
 * claim is in a category when it has the tag, and behind a filter when it has both. Pure; any thread.
 *
 *	Movies: movie > comedy_movies / action_movies, Kids: kids */
#ifndef KIYYA_CATEGORY_H
#define KIYYA_CATEGORY_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/err.h"
#include "kiyya/str.h"

#define CATEGORY_MAX      20 /* categories, and filters of one */
#define CATEGORY_MAX_NAME 60 /* bytes */

struct category {
	char *name, *tag; /* owned; the tag in lower case, as tags of claims are */
	struct strs filters;
};
/* Zero-initialised is empty. */
struct category_list {
	struct category *v; /* owned */
	size_t n;
};

/* "" is none. ERR_CONFIG with a sentence; *ret is then untouched. */
bool category_list_parse(struct category_list *ret, const char *text, struct err *err) MUST_USE;
void category_list_release(struct category_list *l);
/* By its name in any ASCII case, or by its tag; NULL: none. */
const struct category *category_find(const struct category_list *l, const char *name);

#endif
