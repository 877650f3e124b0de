/* Runs a fuzz target once over each file given, and each file in a directory given: what stands in
 * for libFuzzer in an ordinary build. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "kiyya/file.h"
#include "kiyya/path.h"

#define SEED_MAX (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool run_file(const char *path)
{
	struct buf b;
	struct err err = { 0 };
	if (!file_read_all(path, SEED_MAX, &b, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return false;
	}
	LLVMFuzzerTestOneInput((const uint8_t *)b.data, b.len);
	buf_release(&b);
	return true;
}

static bool run_dir(const char *path)
{
	DIR *dir = opendir(path);
	if (!dir) {
		perror(path);
		return false;
	}
	bool ok = true;
	for (struct dirent *e; (e = readdir(dir));) {
		if (e->d_name[0] == '.')
			continue;
		char *file = path_join(path, e->d_name);
		ok = run_file(file) && ok;
		free(file);
	}
	closedir(dir);
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = true;
	for (int i = 1; i < argc; i++) {
		struct stat st;
		bool is_dir = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);
		ok = (is_dir ? run_dir(argv[i]) : run_file(argv[i])) && ok;
	}
	return ok ? 0 : 1;
}
