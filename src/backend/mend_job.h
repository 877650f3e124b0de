/* What mending a copy does on the disk: jobs of one lane, for mend.c. */
#ifndef KIYYA_BACKEND_MEND_JOB_H
#define KIYYA_BACKEND_MEND_JOB_H

#include <stdatomic.h>
#include "core.h"
#include "mend_fetch.h"

struct mend_job { /* a running job's; between jobs the owner's */
	void *owner;
	struct core *core;
	struct copy copy;
	atomic_bool stop;
	bool ok; /* of the last job; else err */
	struct err err;

	uint64_t size, wanted; /* bytes */
	struct chunk_run *runs;
	size_t n_runs;         /* 0: nothing has to be fetched */
	bool usable;           /* the file is the copy's */
	bool keep_old;         /* it is another film's */
	bool tried_all;        /* everything is being fetched, for the last time */
	bool all_again;        /* settling found that everything has to be fetched */
	bool header_mended;
	const char *hash_word; /* match mismatch absent not_original */
	char final_name[64];
	struct vault_info info; /* of what the copy is now */

	struct vault_writer *old, *side; /* side: what is fetched */
	char *side_name;
};
void mend_job_init(struct mend_job *j, struct core *core, const struct copy *c);
void mend_job_release(struct mend_job *j); /* removes what was fetched and not used */

/* Bytes on their way into the side file: whole chunks, but for the film's last one. */
struct mend_piece {
	void *owner;
	struct mend_job *job;
	bool ran, ok;
	struct err err;
	uint64_t first; /* chunk */
	size_t len;
	unsigned char data[];
};

/* The jobs: look and settle take a struct mend_job, write a struct mend_piece. */
void mend_job_look(void *job);
void mend_job_write(void *piece);
void mend_job_settle(void *job);

#endif
