/* What playing a sealed film costs over playing the plain file: libmpv in this process, set up as for every film, once
 * pointed at our server over the vault, once at the file; and once at the file as libmpv comes, with no word from us.
 *
 *	bench_play FILM DIR ROUNDS
 *
 * Seals FILM into a vault under DIR, then in each round, in turns, one line a round and kind:
 *
 *	first OURS THEIRS     milliseconds from the wish to the first frame; ours opens the vault's file and makes an address
 *	unset OURS THEIRS     the same, theirs by the libmpv that we told nothing
 *	seek OURS THEIRS      milliseconds to the first frame after a seek to a key frame: the median of a round's SEEKS
 *
 * Warm: libmpv is loaded and started, the vault unlocked, the server runs, the files are in the page cache. Pictures are
 * decoded and go nowhere (vo=null), so is sound. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "kiyya/stream.h"
#include "kiyya/str.h"
#include "kiyya/vault.h"
#include "kiyya/wake.h"
#include "play/play_mpv.h"

#define SEEKS       15
#define GIVE_UP_MS  30000
#define SEALED_NAME "film.kyv"

static _Noreturn void die(const char *what, const struct err *err)
{
	fprintf(stderr, "bench_play: %s%s%s\n", what, err ? ": " : "", err ? err->text : "");
	exit(1);
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct bench {
	const char *film;
	char *dir, *keyring, *rings, *key;
	struct vault *vault;
	struct stream *stream;
	struct wake wake;
	uint64_t random;
};

/* -- the vault ----------------------------------------------------------------------------------- */

static void seal(struct bench *b)
{
	static unsigned char chunk[VAULT_CHUNK];
	struct err err;
	struct stat st;
	int fd = open(b->film, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		die("no such film", NULL);
	uint64_t size = (uint64_t)st.st_size;
	const struct vault_meta meta = { .title = "bench", .media_type = "video/mp4" };
	struct vault_writer *w = vault_create(b->vault, SEALED_NAME, &meta, size, &err);
	if (!w)
		die("sealing", &err);
	for (uint64_t off = 0; off < size; off += VAULT_CHUNK) {
		size_t n = size - off < VAULT_CHUNK ? (size_t)(size - off) : VAULT_CHUNK;
		if (!file_read_at(fd, chunk, n, off, &err) ||
		    !vault_write_chunk(w, off / VAULT_CHUNK, chunk, n, &err))
			die("sealing", &err);
	}
	if (!vault_finish(w, SEALED_NAME, NULL, &err))
		die("sealing", &err);
	vault_writer_free(w);
	close(fd);
}

static void set_up(struct bench *b, const char *film, const char *dir)
{
	struct err err;
	*b = (struct bench){ .film = film,
			     .dir = str_fmt("%s/vault", dir),
			     .keyring = str_fmt("%s/keyring", dir),
			     .rings = str_fmt("%s/keyring.d", dir),
			     .key = str_fmt("%s/key", dir),
			     .random = UINT64_C(0x2545f4914f6cdd1d) };
	if (mkdir(b->dir, 0700) != 0)
		die("the folder is in use", NULL);
	const struct vault_paths paths = { b->dir, b->keyring, b->rings, b->key };
	b->vault = vault_new(&paths, NULL, &err);
	if (!b->vault || !vault_unlock(b->vault, NULL, 0, NULL, &err))
		die("the vault", &err);
	seal(b);
	b->stream = stream_start(0, clock_real(), &err);
	if (!b->stream)
		die("the server", &err);
	wake_init(&b->wake);
}

static void tear_down(struct bench *b)
{
	stream_stop(b->stream);
	vault_free(b->vault);
	wake_release(&b->wake);
	free(b->dir);
	free(b->keyring);
	free(b->rings);
	free(b->key);
}

static char *address(struct bench *b)
{
	struct err err;
	struct stream_item item = { .media_type = "video/mp4", .last_modified = TIME_UNKNOWN };
	item.source = vault_open(b->vault, SEALED_NAME, &err);
	char *url = item.source ? stream_grant(b->stream, &item, &err) : NULL;
	if (!url)
		die("opening", &err);
	return url;
}

/* -- the player ---------------------------------------------------------------------------------- */

static void wake_us(void *arg)
{
	wake_up(arg);
}

static struct core *start(struct bench *b, const struct play_setup *setup)
{
	struct err err;
	struct core *c = core_new(CORE_LIBRARY, setup, wake_us, &b->wake, &err);
	if (!c)
		die("starting the player", &err);
	return c;
}

/* Set up as for every film that is all in the vault. */
static struct core *our_player(struct bench *b)
{
	struct err err;
	struct strs user = { 0 };
	struct play_setup setup;
	strs_add(&user, "ao=null");
	const struct play_options o = {
		.vo = "null", .local = true, .complete = true, .options = &user
	};
	if (!play_setup_init(&setup, &o, &err))
		die("setting up", &err);
	struct core *c = start(b, &setup);
	play_setup_release(&setup);
	strs_release(&user);
	return c;
}

static struct core *unset_player(struct bench *b)
{
	struct setting none[] = { { SETTING_OURS, (char[]){ "vo" }, (char[]){ "null" } },
				  { SETTING_OURS, (char[]){ "ao" }, (char[]){ "null" } } };
	const struct play_setup setup = { .settings = none, .n = sizeof(none) / sizeof(*none) };
	return start(b, &setup);
}

/* Until that happens; *ret_duration: what was said of it meanwhile, may be NULL. */
static void await(struct bench *b, struct core *c, enum core_event_kind kind, double *ret_duration)
{
	double until = now_ms() + GIVE_UP_MS;
	for (;;) {
		struct core_event e;
		wake_clear(&b->wake);
		while (core_next(c, &e)) {
			if (e.kind == CORE_DURATION && ret_duration)
				*ret_duration = e.number;
			if (e.kind == kind)
				return;
			if (e.kind == CORE_ENDED || e.kind == CORE_GONE)
				die("the film ended", NULL);
		}
		struct pollfd p = { .fd = b->wake.read_fd, .events = POLLIN };
		if (poll(&p, 1, 1000) < 0 || now_ms() > until)
			die("the player does nothing", NULL);
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Here and there in the film: far from what the player has in memory. While it stands still: else the last picture's time
 * on the screen has to pass first, and that is all that is measured. */
static double seek_about(struct bench *b, struct core *c, double duration)
{
	double took[SEEKS];
	struct err err;
	if (!core_command(c, (const char *[]){ "set", "pause", "yes", NULL }, &err))
		die("pausing", &err);
	await(b, c, CORE_PAUSED, NULL);
	for (size_t i = 0; i < SEEKS; i++) {
		char to[32];
		b->random = b->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		snprintf(to, sizeof(to), "%.3f",
			 duration * (double)(5 + (b->random >> 33) % 90) / 100);
		double begun = now_ms();
		if (!core_command(c, (const char *[]){ "seek", to, "absolute+keyframes", NULL },
				  &err))
			die("seeking", &err);
		await(b, c, CORE_SEEKING, NULL);
		await(b, c, CORE_RESTARTED, NULL);
		took[i] = now_ms() - begun;
	}
	qsort(took, SEEKS, sizeof(*took), by_size);
	return took[SEEKS / 2];
}

struct took {
	double first, seek;
};
enum way { SEALED, PLAIN, UNSET, WAYS };

static struct took play(struct bench *b, enum way way)
{
	struct took took;
	struct err err;
	struct core *c = way == UNSET ? unset_player(b) : our_player(b);
	double duration = 0, begun = now_ms();
	char *url = way == SEALED ? address(b) : NULL;
	if (!core_load(c, url ? url : b->film, 0, 1, &err))
		die("loading", &err);
	await(b, c, CORE_RESTARTED, &duration);
	took.first = now_ms() - begun;
	if (duration <= 0)
		await(b, c, CORE_DURATION, &duration);
	if (duration < 60)
		die("the film is too short", NULL);
	took.seek = seek_about(b, c, duration);
	core_free(c);
	if (url)
		stream_withdraw(b->stream, url);
	free(url);
	return took;
}

int main(int argc, char **argv)
{
	struct bench b;
	uint64_t rounds;
	if (argc != 4 || !str_to_u64(argv[3], &rounds) || rounds < 1 || rounds > 1000)
		die("FILM DIR ROUNDS", NULL);
	set_up(&b, argv[1], argv[2]);
	for (uint64_t i = 0; i <= rounds; i++) {
		uint64_t places = b.random;
		struct took t[WAYS] = { 0 };
		for (uint64_t turn = i; turn < i + WAYS; turn++) { /* who goes first takes turns too */
			b.random = places;                         /* the same for all */
			t[turn % WAYS] = play(&b, (enum way)(turn % WAYS));
		}
		if (i == 0)
			continue; /* the first loads libmpv, and fills the page cache */
		printf("first %.2f %.2f\nunset %.2f %.2f\nseek %.2f %.2f\n", t[SEALED].first,
		       t[PLAIN].first, t[SEALED].first, t[UNSET].first, t[SEALED].seek,
		       t[PLAIN].seek);
	}
	tear_down(&b);
	return 0;
}
