/* Rows made from what lies sealed in a vault file: for files from elsewhere, and for a lost database. */
#ifndef KIYYA_BACKEND_RESTORE_H
#define KIYYA_BACKEND_RESTORE_H

#include "core.h"

/* The row of this file, into an empty ret. ERR_DAMAGED: it does not say which claim it is of. */
bool restore_row(struct copy *ret, const struct vault_info *info, const char *file, struct err *err);

/* What the rows say of a file of the vault directory. */
struct known_files {
	struct copy_list copies;
	struct download_list rows; /* of the queue, done ones too */
};
bool known_files_read(struct core *core, struct known_files *ret, struct err *err);
void known_files_release(struct known_files *k);
bool known_files_has(const struct known_files *k, const char *name);
const struct copy *known_files_copy(const struct known_files *k, const char *claim_id,
				    const char *quality); /* NULL: none */
/* A row of the queue for it that is not done; NULL: none. */
const struct download *known_files_waiting(const struct known_files *k, const char *claim_id,
					   const char *quality);

/* The plain names in the vault directory, at most VAULT_FILES_MAX; *ret_more: there are others. Any thread. */
#define VAULT_FILES_MAX 100000u
bool vault_files_list(const char *dir, struct strs *ret, bool *ret_more, struct err *err);

#endif
