/* The player on a real libmpv, without picture or sound, fed by the local server with a clip that
 * ffmpeg makes. */
#include <arpa/inet.h>
#include <dirent.h>
#include <locale.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "http_wire.h"
#include "kiyya/file.h"
#include "kiyya/picture.h"
#include "kiyya/str.h"
#include "odd_source.h"
#include "play_mpv.h"
#include "play_room.h"
#include "play_setup.h"

static void test_to_the_end(void **state)
{
	struct room *r = *state;
	NEED_CLIP(r);
	grant_clip(r);
	open_player(r, true, NULL);
	load(r, 10);
	wait_state(r, PLAY_LOADING); /* nobody has waited for the player to be there */
	wait_state(r, PLAY_PLAYING);
	wait_position(r, 11);
	assert_true(r->last.duration > CLIP_SECONDS - 0.5 && r->last.duration < CLIP_SECONDS + 0.5);
	wait_state(r, PLAY_ENDED);
	assert_true(r->last.position > CLIP_SECONDS - 1);
	/* The same player again, from the beginning. */
	load(r, 0);
	wait_state(r, PLAY_PLAYING);
	assert_true(r->last.position < 2);
	command(r, "stop", 0);
	wait_state(r, PLAY_STOPPED);
}

static void test_commands(void **state)
{
	struct room *r = *state;
	NEED_CLIP(r);
	grant_clip(r);
	open_player(r, true, NULL);
	load(r, 0);
	wait_state(r, PLAY_PLAYING);
	command(r, "pause", 0);
	wait_state(r, PLAY_PAUSED);
	double before = r->last.position;
	command(r, "seek", 6);
	while (!r->last.seeked)
		next(r);
	wait_position(r, before + 4);
	assert_int_equal(r->last.state, PLAY_PAUSED);
	command(r, "volume", -30);
	while (r->last.volume != 70)
		next(r);
	assert_false(r->last.seeked);
	command(r, "mute", 0);
	while (!r->last.muted)
		next(r);
	command(r, "pause", 0);
	wait_state(r, PLAY_PLAYING);
	assert_int_equal(r->last.audio.at, 1);
	assert_int_equal(r->last.audio.of, 1);
	assert_int_equal(r->last.subtitle.of, 0);
	command(r, "audio", 0);
	while (r->last.audio.at != 0)
		next(r);
	command(r, "audio", 0);
	while (r->last.audio.at != 1)
		next(r);
	command(r, "speed", 300);
	while (r->last.speed < 3.99 || r->last.speed > 4.01)
		next(r);
	command(r, "speed", 0);
	while (r->last.speed != 1)
		next(r);
	command(r, "speed", 300);
	wait_state(r, PLAY_ENDED);
	struct err err = { 0 };
	assert_false(play_command(r->play, "quit", 0, &err));
	assert_int_equal(err.kind, ERR_USAGE);
}

/* All of this before the player has even been loaded. */
static void test_in_a_hurry(void **state)
{
	struct room *r = *state;
	NEED_CLIP(r);
	grant_clip(r);
	open_player(r, true, NULL);
	load(r, 0);
	command(r, "pause", 0);
	command(r, "stop", 0);
	wait_state(r, PLAY_STOPPED);
	load(r, 3);
	load(r, 5);
	command(r, "mute", 0);
	command(r, "pause", 0);
	wait_state(r, PLAY_PAUSED);
	wait_position(r, 4.5);
	assert_true(r->last.position < 6);
	while (!r->last.muted)
		next(r);
	/* And a newer film replaces one that is being opened. */
	for (int i = 0; i < 5; i++)
		load(r, 0);
	command(r, "pause", 0);
	wait_state(r, PLAY_PLAYING);
	assert_true(r->last.position < 2);
	for (int i = 0; i < 3; i++) {
		close_player(r);
		open_player(r, true, NULL);
	}
}

static void expect_failure(struct room *r, enum err_kind kind)
{
	open_player(r, true, NULL);
	load(r, 0);
	wait_state(r, PLAY_FAILED);
	if (r->last.why.kind != kind || str_empty(r->last.why.text))
		fail_msg("kind %d: %s", r->last.why.kind, r->last.why.text);
	close_player(r);
}

static void test_failures(void **state)
{
	struct room *r = *state;
	grant(r, odd_source_new(&(struct odd_rules){ .size = 300000 }), "video/mp4");
	expect_failure(r, ERR_PLAYER);
	grant(r, odd_source_new(&(struct odd_rules){ .size = 0 }), "video/mp4");
	expect_failure(r, ERR_NET);
	stream_withdraw(r->stream, r->url);
	expect_failure(r, ERR_NET);
	grant(r,
	      odd_source_new(&(struct odd_rules){
		  .size = 300000, .fails_at_once = true, .failure = ERR_DAMAGED }),
	      "video/mp4");
	expect_failure(r, ERR_NET);
}

/* A sealed chunk in the middle of the film does not open. */
static void test_damage(void **state)
{
	struct room *r = *state;
	NEED_CLIP(r);
	const struct buf *clip = &r->studio->mp4;
	grant(r,
	      odd_source_new(&(struct odd_rules){ .bytes = (const unsigned char *)clip->data,
						  .size = clip->len,
						  .fails_at = clip->len / 4,
						  .failure = ERR_DAMAGED }),
	      "video/mp4");
	open_player(r, true, NULL);
	load(r, 0);
	wait_state(r, PLAY_PLAYING);
	wait_state(r, PLAY_FAILED);
	assert_int_equal(r->last.why.kind, ERR_NET);
	struct err why = { 0 };
	assert_true(stream_trouble(r->stream, r->url, &why));
	assert_int_equal(why.kind, ERR_DAMAGED);
}

static void test_options(void **state)
{
	struct room *r = *state;
	struct err err = { 0 };
	static const char *const bad[] = { "volume", "=3",       "a b=c",
					   "",       "vo=image", "vo=null,nothing" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_null(try_player(r, true, (const char *[]){ bad[i], NULL }, &err));
		assert_int_equal(err.kind, ERR_USAGE);
	}
	static const struct {
		const char *option, *says;
	} unknown[] = {
		{ "no-such-option=1", "no option \"no-such-option\"" },
		{ "volume=loud", "volume=loud" },
	};
	grant(r, source_bytes_new("x", 1), NULL);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		open_player(r, true, (const char *[]){ unknown[i].option, NULL });
		load(r, 0);
		wait_state(r, PLAY_FAILED);
		assert_int_equal(r->last.why.kind, ERR_USAGE);
		assert_non_null(strstr(r->last.why.text, unknown[i].says));
		assert_false(play_load(r->play, r->url, 0, &err));
		close_player(r);
	}
	open_player(r, true, NULL);
	assert_false(play_load(r->play, "/etc/passwd", 0, &err));
	assert_false(play_load(r->play, "edl://x", 0, &err));
	assert_int_equal(err.kind, ERR_USAGE);
}

/* ---- what others must not see ---- */

static int listen_any(int *ret_port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	getsockname(fd, (struct sockaddr *)&at, &len);
	*ret_port = ntohs(at.sin_port);
	return fd;
}

/* Whether somebody has called, or does so within ms; the player gets on meanwhile. A request is
 * answered with 404. */
static bool somebody_calls(struct room *r, int listener, int ms, char *request, size_t size)
{
	int64_t deadline = now_ms() + ms;
	struct pollfd p[2] = { { .fd = listener, .events = POLLIN },
			       { .fd = r->wake.read_fd, .events = POLLIN } };
	for (;;) {
		int64_t left = deadline - now_ms();
		if (poll(p, 2, left > 0 ? (int)left : 0) <= 0)
			return false;
		if (p[0].revents)
			break;
		wake_clear(&r->wake);
		play_next(r->play, &r->last);
	}
	int fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	size_t len = 0;
	memset(request, 0, size);
	while (len + 1 < size && !strstr(request, "\r\n\r\n") &&
	       wire_read(fd, request + len, 1) == 1)
		len++;
	wire_sendf(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
	close(fd);
	return true;
}

static void set_proxy(const char *value)
{
	static const char *const names[] = { "http_proxy", "HTTP_PROXY", "https_proxy",
					     "all_proxy" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		value ? setenv(names[i], value, 1) : unsetenv(names[i]);
}

static void test_proxy(void **state)
{
	struct room *r = *state;
	NEED_CLIP(r);
	int port;
	int catcher = listen_any(&port);
	char proxy[64], request[4096];
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d/", port);
	set_proxy(proxy);
	grant_clip(r);
	open_player(r, true, NULL);
	load(r, 11);
	wait_state(r, PLAY_ENDED);
	assert_false(somebody_calls(r, catcher, 0, request, sizeof(request)));
	/* It would have seen it: for an address elsewhere the proxy is asked. */
	close_player(r);
	open_player(r, false, NULL);
	assert_true(play_load(r->play, "http://player.example/film.mp4", 0, NULL));
	assert_true(somebody_calls(r, catcher, 10000, request, sizeof(request)));
	assert_non_null(strstr(request, "player.example"));
	wait_state(r, PLAY_FAILED);
	assert_int_equal(r->last.why.kind, ERR_NET);
	set_proxy(NULL);
	close(catcher);
}

static void test_request_headers(void **state)
{
	struct room *r = *state;
	int port;
	int server = listen_any(&port);
	struct strs headers = { 0 }, options = { 0 };
	strs_add(&headers, "Referer: https://odysee.com/");
	strs_add(&headers, "X-Odd: a, b");
	strs_add(&options, "ao=null");
	struct play_options o = { .vo = "null", .headers = &headers, .options = &options };
	r->play = play_new(&r->wake, &o, NULL);
	strs_release(&headers);
	strs_release(&options);
	r->url = str_fmt("http://127.0.0.1:%d/film.mp4", port);
	load(r, 0);
	char request[4096];
	assert_true(somebody_calls(r, server, 10000, request, sizeof(request)));
	assert_non_null(strstr(request, "\r\nReferer: https://odysee.com/\r\n"));
	assert_non_null(strstr(request, "\r\nX-Odd: a, b\r\n"));
	close(server);
}

/* A film that is a list of addresses opens none of them; a playlist of the player host does. */
static void test_playlists(void **state)
{
	struct room *r = *state;
	NEED_CLIP(r);
	int port;
	int elsewhere = listen_any(&port);
	char request[4096];
	static const char *const lists[] = {
		"#EXTM3U\nhttp://127.0.0.1:%d/tracker.mp4\n",
		("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:%d/tracker.ts\n"
		 "#EXT-X-ENDLIST\n"),
		"# mpv EDL v0\nhttp://127.0.0.1:%d/tracker.mp4\n",
		"[playlist]\nFile1=http://127.0.0.1:%d/tracker.mp4\n",
		"ffconcat version 1.0\nfile http://127.0.0.1:%d/tracker.mp4\n",
	};
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		char number[8], *list = str_dup(lists[i]);
		snprintf(number, sizeof(number), "%d", port);
		char *hole = strstr(list, "%d");
		char *text = str_fmt("%.*s%s%s", (int)(hole - list), list, number, hole + 2);
		grant(r, source_bytes_new(text, strlen(text)), "video/mp4");
		free(list);
		free(text);
		open_player(r, true, NULL);
		load(r, 0);
		wait_state(r, PLAY_FAILED);
		if (somebody_calls(r, elsewhere, 0, request, sizeof(request)))
			fail_msg("list %zu was followed: %s", i, request);
		close_player(r);
	}
	close(elsewhere);

	grant(r, source_bytes_new(r->studio->ts.data, r->studio->ts.len), "video/mp2t");
	char *list =
	    str_fmt("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:%d\n#EXTINF:%d.0,\n%s\n"
		    "#EXT-X-ENDLIST\n",
		    CLIP_SECONDS, CLIP_SECONDS, r->url);
	grant(r, source_bytes_new(list, strlen(list)), "video/mp2t");
	free(list);
	open_player(r, false, (const char *[]){ "speed=4", NULL });
	load(r, 0);
	wait_state(r, PLAY_PLAYING);
	wait_state(r, PLAY_ENDED);
}

/* Only fontconfig's cache may appear in a home directory. */
static void test_traces(void **state)
{
	struct room *r = *state;
	NEED_CLIP(r);
	grant_clip(r);
	open_player(r, true, NULL);
	load(r, 11);
	wait_state(r, PLAY_ENDED);
	close_player(r);
	DIR *dir = opendir(r->studio->dir);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));)
		if (e->d_name[0] != '.' && !str_eq(e->d_name, "fontconfig"))
			fail_msg("the player left %s", e->d_name);
	closedir(dir);
}

/* ---- ends that must not be waited for ---- */

static void test_free_while_stuck(void **state)
{
	struct room *r = *state;
	grant(r, odd_source_new(&(struct odd_rules){ .size = 1 << 20, .waits_at = 1 }),
	      "video/mp4");
	open_player(r, true, NULL);
	load(r, 0);
	int64_t deadline = now_ms() + 10000;
	while (stream_open_requests(r->stream) == 0) {
		assert_true(now_ms() < deadline);
		play_next(r->play, &r->last);
		poll(NULL, 0, 5);
	}
	int64_t began = now_ms();
	close_player(r);
	assert_in_range(now_ms() - began, 0, 10000); /* two seconds, on a quiet machine */
}

/* -- pictures for a pane ----------------------------------------------------------------------- */

struct onlooker {
	struct wake wake;
	struct picture *picture;
	struct pixels pixels;
};

static bool wait_for_picture(struct onlooker *o)
{
	while (!picture_take(o->picture, &o->pixels)) {
		struct pollfd p = { .fd = o->wake.read_fd, .events = POLLIN };
		if (poll(&p, 1, 20000) != 1)
			return false;
		wake_clear(&o->wake);
	}
	return true;
}

/* How many different colours it has, counted up to `most`. */
static int count_colours(const struct pixels *p, int most)
{
	uint32_t seen[64];
	int n = 0;
	for (int i = 0; i < p->width * p->height && n < most; i++) {
		const uint8_t *at =
		    p->rgb0 + (size_t)(i / p->width) * p->stride + (size_t)(i % p->width) * 4;
		uint32_t rgb = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
		int k = 0;
		while (k < n && seen[k] != rgb)
			k++;
		if (k == n)
			seen[n++] = rgb;
	}
	return n;
}

static void test_pane(void **state)
{
	struct room *r = *state;
	NEED_CLIP(r);
	struct onlooker o = { 0 };
	struct err err = { 0 };
	struct strs silent = { 0 };
	strs_add(&silent, "ao=null");
	wake_init(&o.wake);
	o.picture = picture_new();
	picture_open(o.picture, &o.wake);
	picture_want(o.picture, 40, 30);
	grant_clip(r);
	r->play =
	    play_new(&r->wake,
		     &(struct play_options){
			 .vo = "pane", .picture = o.picture, .local = true, .options = &silent },
		     &err);
	strs_release(&silent);
	assert_non_null(r->play);
	load(r, 0);
	wait_state(r, PLAY_PLAYING);
	for (int i = 0; i < 10; i++)
		assert_true(wait_for_picture(&o));
	assert_int_equal(o.pixels.width, 40);
	assert_int_equal(o.pixels.height, 30);
	assert_in_range(count_colours(&o.pixels, 8), 8, 8);

	/* nobody looks: the film goes on all the same */
	picture_want(o.picture, 0, 0);
	double at = r->last.position;
	wait_position(r, at + 1);
	command(r, "pause", 0);
	wait_state(r, PLAY_PAUSED);
	/* it stands still, and is painted for another size */
	picture_want(o.picture, 64, 20);
	assert_true(wait_for_picture(&o));
	assert_int_equal(o.pixels.width, 64);
	assert_in_range(count_colours(&o.pixels, 8), 8, 8);
	close_player(r);
	assert_false(picture_is_live(o.picture));
	picture_close(o.picture);
	picture_drop(o.picture);
	pixels_release(&o.pixels);
	wake_release(&o.wake);
}

static void test_library(void **state)
{
	struct play_setup none = { 0 };
	struct err err = { 0 };
	assert_null(core_new("libmpv-that-is-not-there.so.9", &none, NULL, NULL, &err));
	assert_int_equal(err.kind, ERR_PLAYER);
	assert_non_null(strstr(err.text, "apt-get install libmpv2"));
	assert_null(core_new("libc.so.6", &none, NULL, NULL, &err));
	assert_non_null(strstr(err.text, "mpv_"));
	char *version = play_library_version();
	assert_true(str_starts(version, "mpv "));
	print_message("%s\n", version);
	free(version);
	static const char *const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR" };
	bool set = false;
	for (size_t i = 0; i < 4 && !set; i++)
		set = setlocale(LC_NUMERIC, locales[i]) != NULL;
	if (set) {
		assert_null(core_new(CORE_LIBRARY, &none, NULL, NULL, &err));
		assert_non_null(strstr(err.text, "LC_NUMERIC"));
	}
	setlocale(LC_NUMERIC, "C");
}

/* The user's file counts, but not where it would keep the film. */
static void test_config_file(void **state)
{
	struct room *r = *state;
	NEED_CLIP(r);
	char *path = str_fmt("%s/.mpv-of-user", r->studio->dir);
	char *copy = str_fmt("%s/copy.mp4", r->studio->dir);
	char *text = str_fmt("volume=33\nsave-position-on-quit=yes\nstream-record=%s\n", copy);
	assert_true(file_write_atomic(NULL, path, text, strlen(text), 0600, NULL));
	struct strs options = { 0 };
	strs_add(&options, "ao=null");
	struct play_options o = {
		.vo = "null", .local = true, .mpv_config = path, .options = &options
	};
	r->play = play_new(&r->wake, &o, NULL);
	grant_clip(r);
	load(r, 11);
	while (r->last.volume != 33)
		next(r);
	wait_state(r, PLAY_ENDED);
	close_player(r);
	assert_int_equal(access(copy, F_OK), -1);
	unlink(path);
	r->play = play_new(&r->wake, &o, NULL);
	load(r, 11);
	wait_state(r, PLAY_FAILED);
	assert_int_equal(r->last.why.kind, ERR_CONFIG);
	strs_release(&options);
	free(text);
	free(copy);
	free(path);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, play_room_enter, play_room_leave)
	const struct CMUnitTest tests[] = {
		T(test_library),          T(test_to_the_end),
		T(test_commands),         T(test_in_a_hurry), T(test_failures),
		T(test_damage),           T(test_options),    T(test_proxy),
		T(test_request_headers),  T(test_playlists),  T(test_config_file),
		T(test_free_while_stuck), T(test_traces),     T(test_pane),
	};
	return cmocka_run_group_tests(tests, play_room_open, play_room_close);
}
