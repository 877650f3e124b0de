/* Where the player's tests play. */
#include "play_room.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kiyya/clock.h"
#include "kiyya/file.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"

#define CLIP_MOST (16u << 20)

static struct studio studio;

static bool run_ffmpeg(const char *const *args)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		execvp("ffmpeg", (char *const *)(uintptr_t)args);
		_exit(127);
	}
	int status;
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool make_clips(void)
{
	char *mp4 = str_fmt("%s/clip.mp4", studio.dir), *ts = str_fmt("%s/clip.ts", studio.dir);
	char *seconds = str_fmt("%d", CLIP_SECONDS);
	// clang-format off
	const char *const encode[] = {
		"ffmpeg", "-v", "error",
		"-f", "lavfi", "-i", "testsrc=size=160x120:rate=25",
		"-f", "lavfi", "-i", "sine=frequency=440",
		"-t", seconds, "-c:v", "mpeg4", "-g", "25", "-b:v", "1M", "-c:a", "aac",
		"-movflags", "+faststart", mp4, NULL
	};
	// clang-format on
	const char *const wrap[] = { "ffmpeg", "-v", "error", "-i", mp4, "-c", "copy", ts, NULL };
	bool ok = run_ffmpeg(encode) && run_ffmpeg(wrap) &&
		  file_read_all(mp4, CLIP_MOST, &studio.mp4, NULL) &&
		  file_read_all(ts, CLIP_MOST, &studio.ts, NULL);
	unlink(mp4);
	unlink(ts);
	free(mp4);
	free(ts);
	free(seconds);
	return ok;
}

int play_room_open(void **state)
{
	const char *tmp = getenv("TMPDIR");
	studio.dir = str_fmt("%s/kiyya-play-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(studio.dir));
	setenv("HOME", studio.dir, 1);
	setenv("XDG_CACHE_HOME", studio.dir, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	studio.has_clip = make_clips();
	*state = &studio;
	return 0;
}

int play_room_close(void **state)
{
	buf_release(&studio.mp4);
	buf_release(&studio.ts);
	/* What fontconfig may have left; the test of traces has looked at it. */
	int rc = 0;
	pid_t pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", studio.dir, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &rc, 0);
	free(studio.dir);
	return rc;
}

int play_room_enter(void **state)
{
	struct room *r = NEW(struct room);
	struct err err = { 0 };
	r->studio = &studio;
	wake_init(&r->wake);
	r->stream = stream_start(0, clock_real(), &err);
	assert_non_null(r->stream);
	*state = r;
	return 0;
}

int play_room_leave(void **state)
{
	struct room *r = *state;
	play_free(r->play);
	stream_stop(r->stream);
	wake_release(&r->wake);
	free(r->url);
	free(r);
	return 0;
}

void grant(struct room *r, struct source *source, const char *type)
{
	struct stream_item item = { .source = source,
				    .media_type = type,
				    .last_modified = TIME_UNKNOWN };
	free(r->url);
	r->url = stream_grant(r->stream, &item, NULL);
	assert_non_null(r->url);
}

void grant_clip(struct room *r)
{
	grant(r, source_bytes_new(r->studio->mp4.data, r->studio->mp4.len), "video/mp4");
}

struct play *try_player(struct room *r, bool local, const char *const *options, struct err *err)
{
	struct strs list = { 0 };
	strs_add(&list, "ao=null");
	for (; options && *options; options++)
		strs_add(&list, *options);
	struct play *p =
	    play_new(&r->wake,
		     &(struct play_options){ .vo = "null", .local = local, .options = &list }, err);
	strs_release(&list);
	return p;
}

void open_player(struct room *r, bool local, const char *const *options)
{
	struct err err = { 0 };
	r->play = try_player(r, local, options, &err);
	if (!r->play)
		fail_msg("%s", err.text);
}

void close_player(struct room *r)
{
	play_free(r->play);
	r->play = NULL;
}

int64_t now_ms(void)
{
	return clock_mono_ms(clock_real());
}

void next(struct room *r)
{
	int64_t deadline = now_ms() + 20000;
	while (!play_next(r->play, &r->last)) {
		struct pollfd p = { .fd = r->wake.read_fd, .events = POLLIN };
		int64_t left = deadline - now_ms();
		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			fail_msg("nothing more from the player, state %d at %g s", r->last.state,
				 r->last.position);
		wake_clear(&r->wake);
	}
}

void wait_state(struct room *r, enum play_state state)
{
	do {
		next(r);
		if (r->last.state == PLAY_FAILED && state != PLAY_FAILED)
			fail_msg("failed: %s", r->last.why.text);
	} while (r->last.state != state);
}

void wait_position(struct room *r, double position)
{
	while (r->last.position < position)
		next(r);
}

void load(struct room *r, double start)
{
	struct err err = { 0 };
	if (!play_load(r->play, r->url, start, &err))
		fail_msg("%s", err.text);
}

void command(struct room *r, const char *name, double amount)
{
	struct err err = { 0 };
	if (!play_command(r->play, name, amount, &err))
		fail_msg("%s", err.text);
}
