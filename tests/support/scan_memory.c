/* Looks for byte strings in all writable memory of a process (proc(5): maps, mem), as root could.
 *
 *	scan_memory PID <NEEDLES      a line each: NAME HEX
 *
 * Prints "found NAME ADDRESS MAPPING" for each place, and last "scanned N bytes". Exit: 0 nothing found, 1 something,
 * 2 the memory cannot be read. Each needle is looked for as it is, and as a row of 32-bit characters, which is how
 * terminal libraries keep what is typed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"

#define NEEDLES 64
#define LONGEST 1024
#define BLOCK   (1u << 20)
#define PAGE    4096u

struct needle {
	char name[64];
	unsigned char bytes[4 * LONGEST];
	size_t len;
};

static size_t read_needles(struct needle *list)
{
	char line[2 * LONGEST + 128], hex[2 * LONGEST + 1], name[32];
	size_t n = 0;
	while (n + 1 < NEEDLES && fgets(line, sizeof(line), stdin)) {
		struct needle *one = &list[n], *wide = &list[n + 1];
		if (sscanf(line, "%31s %2048s", name, hex) != 2)
			continue;
		one->len = strlen(hex) / 2;
		if (one->len < 4 || !hex_decode(one->bytes, one->len, hex))
			continue;
		snprintf(one->name, sizeof(one->name), "%s", name);
		snprintf(wide->name, sizeof(wide->name), "%s/32", name);
		for (size_t i = 0; i < one->len; i++)
			wide->bytes[4 * i] = one->bytes[i];
		wide->len = 4 * one->len;
		n += 2;
	}
	return n;
}

struct scan {
	int mem, pagemap;
	struct needle *needles;
	size_t n;
	unsigned long long bytes;
	unsigned long found;
	unsigned char *block; /* BLOCK, and before it what may be a needle's beginning */
};

static void look(struct scan *s, size_t len, unsigned long long address, const char *mapping)
{
	for (size_t i = 0; i < s->n; i++) {
		const unsigned char *at = s->block, *end = s->block + len;
		while (
		    (at = memmem(at, (size_t)(end - at), s->needles[i].bytes, s->needles[i].len))) {
			printf("found %s %llx %s\n", s->needles[i].name,
			       address + (unsigned long long)(at - s->block), mapping);
			s->found++;
			at++;
		}
	}
}

/* How many of the pages from an address on are all in memory or in swap, or all not (proc(5), pagemap); the many
 * gigabytes that are only reserved are not read. */
static size_t run_of_pages(const struct scan *s, unsigned long long at, size_t most,
			   bool *ret_there)
{
	uint64_t entries[BLOCK / PAGE];
	size_t want = most / PAGE < BLOCK / PAGE ? most / PAGE : BLOCK / PAGE;
	ssize_t got = pread(s->pagemap, entries, want * 8, (off_t)(at / PAGE * 8));
	size_t n = got > 0 ? (size_t)got / 8 : 0, same = 1;
	*ret_there = n == 0 || entries[0] >> 62 != 0;
	while (same < n && (entries[same] >> 62 != 0) == *ret_there)
		same++;
	return n == 0 ? want : same;
}

/* Guard pages of libsodium cannot be read by the process itself, but by us. */
static void scan_mapping(struct scan *s, unsigned long long from, unsigned long long to,
			 const char *mapping)
{
	const size_t overlap = 4 * LONGEST;
	size_t kept = 0;
	for (unsigned long long at = from; at < to;) {
		bool there;
		size_t want =
		    run_of_pages(s, at, to - at < BLOCK ? (size_t)(to - at) : BLOCK, &there);
		want *= PAGE;
		if (!there) {
			kept = 0;
			at += want;
			continue;
		}
		ssize_t got = pread(s->mem, s->block + kept, want, (off_t)at);
		if (got <= 0) { /* a hole */
			kept = 0;
			at += PAGE;
			continue;
		}
		s->bytes += (unsigned long long)got;
		look(s, kept + (size_t)got, at - kept, mapping);
		at += (unsigned long long)got;
		size_t have = kept + (size_t)got;
		kept = have < overlap ? have : overlap;
		memmove(s->block, s->block + have - kept, kept);
	}
}

int main(int argc, char **argv)
{
	static struct needle needles[NEEDLES];
	char path[64], line[4096];
	struct scan s = { .needles = needles, .n = read_needles(needles) };
	if (argc != 2 || !s.n) {
		fputs("scan_memory PID <NEEDLES\n", stderr);
		return 2;
	}
	snprintf(path, sizeof(path), "/proc/%s/mem", argv[1]);
	s.mem = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%s/pagemap", argv[1]);
	s.pagemap = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%s/maps", argv[1]);
	FILE *maps = fopen(path, "re");
	if (s.mem < 0 || !maps) {
		perror(path);
		return 2;
	}
	s.block = mem_new(BLOCK + 4 * LONGEST);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long long from, to;
		char rights[8], name[2048] = "[anonymous]";
		if (sscanf(line, "%llx-%llx %7s %*s %*s %*s %2047s", &from, &to, rights, name) < 3)
			continue;
		bool private_anonymous = !strchr(line, '/');
		if (rights[1] == 'w' || private_anonymous)
			scan_mapping(&s, from, to, name);
	}
	printf("scanned %llu bytes\n", s.bytes);
	return s.found ? 1 : s.bytes ? 0 : 2;
}
