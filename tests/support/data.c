/* Files of test data. */
#include "data.h"

#include <stdlib.h>
#include "kiyya/file.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"

static char *read_below(const char *folder, const char *name, size_t *ret_len)
{
	const char *top = getenv("top_srcdir");
	char *path = str_fmt("%s/%s/%s", top != NULL ? top : ".", folder, name), *text = NULL;
	struct buf b;

	if (file_read_all(path, 16u << 20, &b, NULL)) {
		*ret_len = b.len;
		text = buf_steal(&b);
		buf_release(&b);
	}
	free(path);
	return text;
}

char *data_read(const char *name, size_t *ret_len)
{
	char *text = read_below("tests/data", name, ret_len);

	if (text == NULL)
		mem_die("a file of test data is missing: is top_srcdir set?");
	return text;
}

char *data_read_beside(const char *name, size_t *ret_len)
{
	return read_below("../shared/fixtures", name, ret_len);
}
