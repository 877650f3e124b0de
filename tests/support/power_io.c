/* A disk that loses power. */
#include "power_io.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"

#define PAGE   4096u
#define SECTOR 512u
#define NO_CUT SIZE_MAX

/* A file: what the page cache has lies behind fd, what the disk has in memory. */
struct node {
	int fd; /* holds the inode, so that its number stays its own */
	ino_t ino;
	unsigned char *disk; /* pages written back, also beyond size */
	bool *dirty;         /* of each page: not written back since it was written */
	size_t pages;
	size_t size; /* on the disk */
	size_t cut;  /* it was cut to this, which the disk does not know yet */
};

/* A name that was made (no from), changed or removed (no to). */
struct change {
	char *from, *to;
	ino_t dir; /* whose sync makes it durable */
	size_t node;
};

struct name {
	char *path;
	size_t node;
};

static struct {
	char root[300];
	struct luck luck;
	struct node *nodes;
	struct name *names; /* on the disk */
	struct change *changes;
	size_t n_nodes, n_names, n_changes;
	unsigned count, at;
	enum power_way way;
	bool out, met, full;
} power;

uint64_t luck_below(struct luck *l, uint64_t n)
{
	l->state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t x = l->state;
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (x ^ (x >> 31)) % n;
}

static bool one_in(uint64_t n)
{
	return luck_below(&power.luck, n) == 0;
}

static void die(const char *what, const char *path)
{
	fprintf(stderr, "power_io: %s: %s\n", what, path);
	abort();
}

static void need(bool ok, const char *path)
{
	if (!ok)
		die(strerror(errno), path);
}

/* -- files --------------------------------------------------------------------- */

static size_t length_of(const struct node *f)
{
	struct stat st;
	need(fstat(f->fd, &st) == 0, "fstat");
	return (size_t)st.st_size;
}

/* What the page cache has of a page; zeros behind the end. */
static void page_now(const struct node *f, size_t page, unsigned char out[PAGE])
{
	memset(out, 0, PAGE);
	need(pread(f->fd, out, PAGE, (off_t)(page * PAGE)) >= 0, "pread");
}

static void make_room(struct node *f, size_t pages)
{
	if (pages <= f->pages)
		return;
	f->disk = mem_grow(f->disk, pages, PAGE);
	f->dirty = mem_grow(f->dirty, pages, sizeof(*f->dirty));
	memset(f->disk + f->pages * PAGE, 0, (pages - f->pages) * PAGE);
	memset(f->dirty + f->pages, 0, (pages - f->pages) * sizeof(*f->dirty));
	f->pages = pages;
}

static void write_back(struct node *f, size_t page)
{
	page_now(f, page, f->disk + page * PAGE);
	f->dirty[page] = false;
}

static void settle_cut(struct node *f)
{
	if (f->cut == NO_CUT)
		return;
	if (f->cut < f->pages * PAGE)
		memset(f->disk + f->cut, 0, f->pages * PAGE - f->cut);
	f->size = f->size < f->cut ? f->size : f->cut;
	f->cut = NO_CUT;
}

static struct node *node_of(ino_t ino, const char *path)
{
	for (size_t i = 0; i < power.n_nodes; i++)
		if (power.nodes[i].ino == ino)
			return &power.nodes[i];
	die("a file that was not made through struct io", path);
	return NULL;
}

static size_t node_at(const char *path)
{
	struct stat st;
	need(stat(path, &st) == 0, path);
	return (size_t)(node_of(st.st_ino, path) - power.nodes);
}

static size_t node_add(const char *path)
{
	struct stat st;
	struct node f = { .fd = open(path, O_RDWR | O_CLOEXEC), .cut = NO_CUT };
	need(f.fd >= 0 && fstat(f.fd, &st) == 0, path);
	f.ino = st.st_ino;
	power.nodes = mem_grow(power.nodes, power.n_nodes + 1, sizeof(*power.nodes));
	power.nodes[power.n_nodes] = f;
	return power.n_nodes++;
}

/* -- names --------------------------------------------------------------------- */

static ino_t dir_of(const char *path)
{
	char *copy = str_dup(path);
	struct stat st;
	need(stat(dirname(copy), &st) == 0, path);
	free(copy);
	return st.st_ino;
}

static void unname(struct name *names, size_t *n, const char *path)
{
	for (size_t i = 0; i < *n; i++) {
		if (!str_eq(names[i].path, path))
			continue;
		free(names[i].path);
		names[i] = names[--*n];
		return;
	}
}

static void apply(const struct change *c, struct name **names, size_t *n)
{
	if (c->from)
		unname(*names, n, c->from);
	if (!c->to)
		return;
	unname(*names, n, c->to);
	*names = mem_grow(*names, *n + 1, sizeof(**names));
	(*names)[(*n)++] = (struct name){ str_dup(c->to), c->node };
}

static void change_add(const char *from, const char *to, size_t node)
{
	power.changes = mem_grow(power.changes, power.n_changes + 1, sizeof(*power.changes));
	power.changes[power.n_changes++] =
	    (struct change){ from ? str_dup(from) : NULL, to ? str_dup(to) : NULL,
			     dir_of(to ? to : from), node };
}

static void change_release(struct change *c)
{
	free(c->from);
	free(c->to);
}

static void sync_names(ino_t dir)
{
	size_t kept = 0;
	for (size_t i = 0; i < power.n_changes; i++) {
		if (power.changes[i].dir != dir) {
			power.changes[kept++] = power.changes[i];
			continue;
		}
		apply(&power.changes[i], &power.names, &power.n_names);
		change_release(&power.changes[i]);
	}
	power.n_changes = kept;
}

/* -- operations ---------------------------------------------------------------- */

enum turn { GO, GO_THEN_OUT, REFUSE };

static enum turn refuse(int why)
{
	errno = why;
	return REFUSE;
}

/* What becomes of the operation that begins now. */
static enum turn next_turn(bool writes)
{
	if (power.out)
		return refuse(EIO);
	if (power.full) {
		power.full = false;
		return refuse(ENOSPC);
	}
	bool counts = writes || (power.way != POWER_SHORT && power.way != POWER_TORN);
	if (!counts || ++power.count != power.at)
		return GO;
	switch (power.way) {
	case POWER_CUT:
	case POWER_KILL:
		power.out = power.met = true;
		return one_in(2) ? GO_THEN_OUT : refuse(EIO);
	case POWER_EIO:
	case POWER_ENOSPC:
		power.met = true;
		return refuse(power.way == POWER_EIO ? EIO : ENOSPC);
	case POWER_SHORT:
	case POWER_TORN:
		power.met = true;
		power.full = power.way == POWER_TORN;
	case POWER_STAYS:
		break;
	}
	return GO;
}

static int end_of_turn(enum turn turn, int result)
{
	if (turn != GO_THEN_OUT)
		return result;
	errno = EIO;
	return -1;
}

static ssize_t power_write_at(int fd, const void *data, size_t n, off_t off)
{
	bool before = power.met;
	enum turn turn = next_turn(n > 1);
	if (turn == REFUSE)
		return -1;
	if (power.met && !before && turn == GO)
		n /= 2;
	struct stat st;
	need(fstat(fd, &st) == 0, "a write");
	struct node *f = node_of(st.st_ino, "a write");
	ssize_t put = pwrite(fd, data, n, off);
	need(put == (ssize_t)n, "a write");
	size_t end = (size_t)off + n;
	make_room(f, (end + PAGE - 1) / PAGE);
	for (size_t page = (size_t)off / PAGE; page * PAGE < end; page++) {
		f->dirty[page] = true;
		if (one_in(16)) /* the system does so when it likes */
			write_back(f, page);
	}
	return end_of_turn(turn, 0) == 0 ? put : -1;
}

/* The system gives up on pages that it could not write: some are on the disk, the others are gone. */
static void lose_pages(struct node *f)
{
	size_t len = length_of(f);
	for (size_t page = 0; page < f->pages; page++) {
		if (!f->dirty[page])
			continue;
		f->dirty[page] = false;
		size_t at = page * PAGE;
		if (one_in(2))
			write_back(f, page);
		else if (at < len)
			need(pwrite(f->fd, f->disk + at, len - at < PAGE ? len - at : PAGE,
				    (off_t)at) > 0,
			     "losing pages");
	}
}

static int power_sync(int fd, bool data_only)
{
	struct stat st;
	need(fstat(fd, &st) == 0, "a sync");
	bool dir = S_ISDIR(st.st_mode);
	struct node *f = dir ? NULL : node_of(st.st_ino, "a sync");
	enum turn turn = next_turn(false);
	if (turn == REFUSE) {
		int why = errno;
		if (f && !power.out)
			lose_pages(f);
		errno = why;
		return -1;
	}
	if (dir) {
		sync_names(st.st_ino);
		return end_of_turn(turn, 0);
	}
	settle_cut(f);
	f->size = length_of(f);
	make_room(f, (f->size + PAGE - 1) / PAGE);
	for (size_t page = 0; page < f->pages; page++)
		if (f->dirty[page])
			write_back(f, page);
	return end_of_turn(turn, 0);
}

static int power_truncate(int fd, off_t len)
{
	enum turn turn = next_turn(false);
	if (turn == REFUSE)
		return -1;
	struct stat st;
	need(fstat(fd, &st) == 0 && ftruncate(fd, len) == 0, "a truncation");
	struct node *f = node_of(st.st_ino, "a truncation");
	if ((size_t)len < f->cut)
		f->cut = (size_t)len;
	for (size_t page = ((size_t)len + PAGE - 1) / PAGE; page < f->pages; page++)
		f->dirty[page] = false;
	if (one_in(2))
		settle_cut(f);
	return end_of_turn(turn, 0);
}

static int power_rename(const char *from, const char *to)
{
	enum turn turn = next_turn(false);
	if (turn == REFUSE)
		return -1;
	size_t node = node_at(from);
	need(rename(from, to) == 0, from);
	change_add(from, to, node);
	return end_of_turn(turn, 0);
}

static int power_create(const char *path, unsigned mode)
{
	enum turn turn = next_turn(false);
	if (turn == REFUSE)
		return -1;
	int fd = io_real()->create(path, mode);
	if (fd < 0)
		return -1;
	change_add(NULL, path, node_add(path));
	if (end_of_turn(turn, 0) == 0)
		return fd;
	close(fd);
	errno = EIO;
	return -1;
}

static int power_remove(const char *path)
{
	enum turn turn = next_turn(false);
	if (turn == REFUSE)
		return -1;
	struct stat st;
	if (stat(path, &st) != 0)
		return -1;
	size_t node = node_at(path);
	need(unlink(path) == 0, path);
	change_add(path, NULL, node);
	return end_of_turn(turn, 0);
}

const struct io *power_io(void)
{
	static const struct io io = {
		.write_at = power_write_at,
		.sync = power_sync,
		.truncate = power_truncate,
		.rename = power_rename,
		.create = power_create,
		.remove = power_remove,
	};
	return &io;
}

/* -- the cut ------------------------------------------------------------------- */

/* How much of what was pending got through: nothing, all, or each by itself. */
static bool gets_through(unsigned mood)
{
	return mood == 0 ? false : mood == 1 ? true : one_in(2);
}

static unsigned new_mood(bool some)
{
	return some ? (unsigned)luck_below(&power.luck, 4) : 0;
}

/* The names on the disk, and those changes that were on their way. In order for each file. */
static void names_that_survive(bool some)
{
	bool *stuck = mem_grow(NULL, power.n_nodes + 1, sizeof(*stuck));
	memset(stuck, 0, power.n_nodes * sizeof(*stuck));
	unsigned mood = new_mood(some);
	for (size_t i = 0; i < power.n_changes; i++) {
		struct change *c = &power.changes[i];
		if (!stuck[c->node] && gets_through(mood))
			apply(c, &power.names, &power.n_names);
		else
			stuck[c->node] = true;
		change_release(c);
	}
	power.n_changes = 0;
	free(stuck);
}

static void page_that_survives(struct node *f, size_t page)
{
	unsigned char now[PAGE];
	page_now(f, page, now);
	size_t n = one_in(8) ? luck_below(&power.luck, PAGE / SECTOR + 1) * SECTOR : PAGE;
	memcpy(f->disk + page * PAGE, now, n);
}

static void content_that_survives(struct node *f, bool some)
{
	size_t now = length_of(f);
	unsigned mood = new_mood(some);
	bool was_cut = some && f->cut != NO_CUT && one_in(2);
	if (was_cut)
		settle_cut(f);
	for (size_t page = 0; page < f->pages; page++)
		if (f->dirty[page] && gets_through(mood))
			page_that_survives(f, page);
	if (!some)
		return;
	if (now > f->size && one_in(3))
		f->size = now;
	else if (now > f->size && one_in(2))
		f->size += luck_below(&power.luck, now - f->size);
	make_room(f, (f->size + PAGE - 1) / PAGE);
}

static int forget_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (type == FTW_F)
		need(unlink(path) == 0, path);
	return 0;
}

static void put_back(const struct name *name)
{
	const struct node *f = &power.nodes[name->node];
	int fd = io_real()->create(name->path, 0600);
	need(fd >= 0, name->path);
	/* In pages, so that holes stay holes. */
	static const unsigned char zeros[PAGE];
	for (size_t at = 0; at < f->size; at += PAGE) {
		size_t n = f->size - at < PAGE ? f->size - at : PAGE;
		if (memcmp(f->disk + at, zeros, n) != 0)
			need(pwrite(fd, f->disk + at, n, (off_t)at) == (ssize_t)n, name->path);
	}
	need(ftruncate(fd, (off_t)f->size) == 0, name->path);
	close(fd);
}

/* -- from outside -------------------------------------------------------------- */

/* What the page cache should have is what is there: else something was written past struct io. */
static int check_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (type != FTW_F)
		return 0;
	const struct node *f = node_of(st->st_ino, path);
	for (size_t page = 0; page < f->pages && page * PAGE < (size_t)st->st_size; page++) {
		unsigned char now[PAGE];
		page_now(f, page, now);
		size_t rest = (size_t)st->st_size - page * PAGE;
		if (!f->dirty[page] && f->cut == NO_CUT &&
		    memcmp(now, f->disk + page * PAGE, rest < PAGE ? rest : PAGE) != 0)
			die("bytes that were not written through struct io", path);
	}
	return 0;
}

static void check_names(void)
{
	struct name *names = NULL;
	size_t n = 0;
	for (size_t i = 0; i < power.n_names; i++)
		apply(&(struct change){ .to = power.names[i].path, .node = power.names[i].node },
		      &names, &n);
	for (size_t i = 0; i < power.n_changes; i++)
		apply(&power.changes[i], &names, &n);
	for (size_t i = 0; i < n; i++) {
		if (access(names[i].path, F_OK) != 0)
			die("a name that was not taken away through struct io", names[i].path);
		free(names[i].path);
	}
	free(names);
}

static int learn_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (type != FTW_F)
		return 0;
	size_t i = node_add(path);
	struct node *f = &power.nodes[i];
	f->size = (size_t)st->st_size;
	make_room(f, (f->size + PAGE - 1) / PAGE);
	for (size_t page = 0; page < f->pages; page++)
		write_back(f, page);
	apply(&(struct change){ .to = (char *)path, .node = i }, &power.names, &power.n_names);
	return 0;
}

void power_off(void)
{
	for (size_t i = 0; i < power.n_nodes; i++) {
		close(power.nodes[i].fd);
		free(power.nodes[i].disk);
		free(power.nodes[i].dirty);
	}
	for (size_t i = 0; i < power.n_names; i++)
		free(power.names[i].path);
	for (size_t i = 0; i < power.n_changes; i++)
		change_release(&power.changes[i]);
	free(power.nodes);
	free(power.names);
	free(power.changes);
	memset(&power, 0, sizeof(power));
}

void power_on(const char *root, uint64_t seed)
{
	power_off();
	power.luck.state = seed;
	str_copy(power.root, sizeof(power.root), root);
	need(nftw(root, learn_file, 8, FTW_PHYS) == 0, root);
}

void power_at(unsigned nth, enum power_way way)
{
	power.count = 0;
	power.at = nth;
	power.way = way;
	power.met = power.full = false;
}

unsigned power_count(void)
{
	return power.count;
}

bool power_was_met(void)
{
	return power.met;
}

bool power_is_out(void)
{
	return power.out;
}

void power_again(void)
{
	power.out = false;
	power_at(0, POWER_STAYS);
}

void power_restore(bool some)
{
	need(nftw(power.root, check_file, 8, FTW_PHYS) == 0, power.root);
	check_names();
	names_that_survive(some);
	for (size_t i = 0; i < power.n_nodes; i++)
		content_that_survives(&power.nodes[i], some);
	need(nftw(power.root, forget_file, 8, FTW_PHYS) == 0, power.root);
	for (size_t i = 0; i < power.n_names; i++)
		put_back(&power.names[i]);
	char root[sizeof(power.root)];
	memcpy(root, power.root, sizeof(root));
	power_on(root, power.luck.state);
}
