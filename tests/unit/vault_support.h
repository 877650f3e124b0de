/* A vault in a folder of its own, files to spoil, and a disk that fails when told to. */
#ifndef VAULT_SUPPORT_H
#define VAULT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "kiyya/file.h"
#include "kiyya/vault.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Fails the test with the sentence. */
#define check_ok(expr)                                        \
	do {                                                  \
		struct err err_ = { 0 };                      \
		struct err *err = &err_;                      \
		if (!(expr))                                  \
			fail_msg("%s: %s", #expr, err_.text); \
	} while (0)
/* Expects a failure of this kind, with a sentence. */
#define check_fails(want, expr)                                                        \
	do {                                                                           \
		struct err err_ = { 0 };                                               \
		struct err *err = &err_;                                               \
		if (expr)                                                              \
			fail_msg("%s: it worked", #expr);                              \
		if (err_.kind != (want) || err_.text[0] == '\0')                       \
			fail_msg("%s: %s, not %s: %s", #expr, err_category(err_.kind), \
				 err_category(want), err_.text);                       \
	} while (0)

struct box {
	char root[256], vault[300], keyring[300], rings[300], key[300];
	struct vault *v;
};
struct vault_paths box_paths(const struct box *b);
/* cmocka setup and teardown: *state is a struct box with an unlocked vault. */
int box_setup(void **state);
int box_teardown(void **state);
/* The folder only; b->v is NULL. */
void box_make(struct box *b);
void box_remove(struct box *b);

/* The plaintext of tests: byte at offset off of the text called seed. */
void plain_fill(unsigned seed, uint64_t off, unsigned char *dst, size_t n);
/* Writes chunk i of such a text. */
bool plain_write(struct vault_writer *w, unsigned seed, uint64_t i, struct err *err);
/* Seals a whole file. */
void plain_seal(struct box *b, const char *name, unsigned seed, uint64_t size);
/* The file reads as that text, with reads of step bytes. */
void plain_check(struct box *b, const char *name, unsigned seed, uint64_t size, size_t step);

/* Files as bytes. */
unsigned char *bytes_read(const struct box *b, const char *name, size_t *ret_n); /* owned */
void bytes_write(const struct box *b, const char *name, const void *data, size_t n);
void bytes_patch(const struct box *b, const char *name, uint64_t off, const void *data, size_t n);
void bytes_cut(const struct box *b, const char *name, uint64_t len);

/* A disk of which the nth call fails. One at a time: the counters are the test program's. */
enum fault_way { FAULT_NONE, FAULT_FAILS, FAULT_TEARS /* half of it is written, then an error */ };
void fault_arm(unsigned nth, enum fault_way way); /* from 1 */
bool fault_was_met(void);
const struct io *fault_io(void);

#endif
