/* Files of test data, found wherever the tests are built. */
#ifndef KIYYA_TESTS_DATA_H
#define KIYYA_TESTS_DATA_H

#include <stddef.h>

/* tests/data/NAME, whole; owned. Ends the test program when it is not there. */
char *data_read(const char *name, size_t *ret_len);
/* A file beside the project that need not be there; NULL then. */
char *data_read_beside(const char *name, size_t *ret_len);

#endif
