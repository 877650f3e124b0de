/* Which kind of file a download goes to, and what it is called. */
#include "sink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/hash.h"

#define PLAIN_END ".plain"
#define PART_END  ".part"

struct sink *sink_new(struct core *core, const struct download *row, bool create)
{
	return row->encrypted ? sink_vault_new(core, row, create)
			      : sink_plain_new(core, row, create);
}

char *sink_new_name(bool encrypted)
{
	char id[33];
	random_hex(id, 16);
	return str_fmt("%s%s" PART_END, id, encrypted ? "" : PLAIN_END);
}

bool sink_name_is_plain(const char *name)
{
	return str_ends(name, PLAIN_END) || str_ends(name, PLAIN_END PART_END);
}

void sink_last_name(const char *part, char ret[SINK_NAME_SIZE])
{
	snprintf(ret, SINK_NAME_SIZE, "%.32s%s", part,
		 sink_name_is_plain(part) ? PLAIN_END : ".kyv");
}

static bool delete (const char *dir, const char *name, struct err *err)
{
	char *path = path_join(dir, name);
	bool gone = unlink(path) == 0 || errno == ENOENT || err_sys(err, "deleting %s", path);
	free(path);
	return gone;
}

bool sink_delete(const char *dir, const char *name, struct err *err)
{
	char last[SINK_NAME_SIZE];
	sink_last_name(name, last);
	return delete (dir, name, err) && (!str_ends(name, PART_END) || delete (dir, last, err));
}
