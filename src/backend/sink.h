/* Where the chunks of an item are kept: a sealed file of the vault, or a plain one. What seal.c needs of either; which
 * one it is nobody else has to know. */
#ifndef KIYYA_BACKEND_SINK_H
#define KIYYA_BACKEND_SINK_H

#include "chunkset.h"
#include "core.h"
#include "kiyya/copy.h"
#include "kiyya/source.h"

#define SINK_NAME_SIZE 64u

struct sink_state {
	uint64_t size;   /* SOURCE_SIZE_UNKNOWN */
	uint64_t chunks; /* 0 while the size is unknown */
	uint64_t have;   /* plaintext bytes in chunks that are there */
	bool complete;   /* the file says so already: a finish that was cut short */
};
struct sink_end { /* of a file that is whole, durable, and has its last name */
	uint64_t size;
	char file_id[VAULT_FILE_ID_HEX];
	int64_t generation; /* of a vault file */
	char name[SINK_NAME_SIZE];
};

struct sink;
struct sink_ops {
	size_t sync_every; /* so many bytes, at most, a power cut costs */
	bool beside;       /* and a kill: sync may run beside the other jobs */
	/* -- jobs, one at a time -- */
	/* Makes the file, or takes up what is there. fn (may not be called at all) gets each chunk in order while the
	 * front is unbroken. */
	bool (*open)(struct sink *s, void (*fn)(void *arg, const void *data, size_t n), void *arg,
		     struct err *err);
	bool (*set_size)(struct sink *s, uint64_t size, struct err *err);
	bool (*write)(struct sink *s, uint64_t chunk, const void *data, size_t n, struct err *err);
	bool (*sync)(struct sink *s, struct err *err);
	bool (*finish)(struct sink *s, struct sink_end *ret, struct err *err);
	void (*state)(struct sink *s, struct sink_state *ret);
	void (*there)(struct sink *s, struct chunkset *ret); /* ret is empty */
	/* -- any thread, once the file is open -- */
	struct source *(*reader)(struct sink *s, struct err *err);
	/* -- backend thread -- */
	bool (*note)(struct sink *s, struct err *err); /* after a sync or a new size; may be NULL */
	/* The file is not there: was it finished, just before a kill? ERR_NOT_FOUND: no. */
	bool (*adopt)(struct sink *s, const char *claim_id, struct sink_end *ret, struct err *err);
	void (*free)(struct sink *s);
};
struct sink { /* the first member of either kind; counted by the backend thread */
	const struct sink_ops *ops;
	unsigned users;
};
static inline struct sink *sink_ref(struct sink *s)
{
	s->users++;
	return s;
}

static inline void sink_unref(struct sink *s) /* NULL is fine */
{
	if (s && --s->users == 0)
		s->ops->free(s);
}

/* For the row's file, which is made if `create`. The vault must be unlocked for one that is encrypted. */
struct sink *sink_new(struct core *core, const struct download *row, bool create);
struct sink *sink_vault_new(struct core *core, const struct download *row, bool create);
struct sink *sink_plain_new(struct core *core, const struct download *row, bool create);

/* Names in the download folder are random: X.part, then X.kyv; X.plain.part, then X.plain. */
char *sink_new_name(bool encrypted);                             /* of a partial file; owned */
void sink_last_name(const char *part, char ret[SINK_NAME_SIZE]); /* when it is whole */
bool sink_name_is_plain(const char *name);
/* Deletes the file that a row names; of a partial one also the whole one that it may have become without the row. */
bool sink_delete(const char *dir, const char *name, struct err *err);

#endif
