/* The command line against a backend that answers from a script: what it asks, writes and returns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "kiyya/buf.h"
#include "kiyya/cli.h"
#include "kiyya/link.h"
#include "kiyya/str.h"
#include "kiyya/thread.h"

#define DEADLINE_MS 10000
#define WORDS_MAX   16
#define ID1         "1111111111111111111111111111111111111111"
#define ID2         "2222222222222222222222222222222222222222"

/* -- the backend
 * ----------------------------------------------------------------------------------- */

/* A script has a line for each thing to do, and "--" between one request and the next:
 *	NAME {…}   post that event for the request;   0 NAME {…}   as news of state
 *	done       shorthand: the last event, all well
 *	write TEXT the bytes go to the descriptor of the request
 *	signal N   a signal arrives at the front end
 *	deaf       requests to stop are ignored from now on
 *	taken      go on when the front end has taken every event (news that is unread would be
 *replaced) A request to stop is answered with the last event of what it stops. */
struct fake {
	struct link link;
	const char *script;
	struct buf asked; /* "NAME {…}" a line */
	int signal_pipe[2];
	bool deaf;
	atomic_bool quit;
	pthread_t thread;
};

static void post(struct fake *f, const char *name, uint64_t ticket, const char *body)
{
	struct err err = { 0 };
	char *json = str_fmt("{\"event\":\"%s\",\"ticket\":%llu,\"body\":%s}", name,
			     (unsigned long long)ticket, body);
	struct event *e = event_from_json(json, strlen(json), &err);
	if (!e)
		fprintf(stderr, "bad script: %s: %s\n", json, err.text);
	else
		link_post(&f->link, e);
	free(json);
}

static void post_done(struct fake *f, uint64_t ticket)
{
	post(f, "done", ticket, "{\"ok\":true,\"exit_code\":0}");
}

static void send_signal(struct fake *f, const char *number)
{
	struct signalfd_siginfo info = { 0 };
	uint64_t n = 0;
	if (str_to_u64(number, &n))
		info.ssi_signo = (uint32_t)n;
	if (write(f->signal_pipe[1], &info, sizeof(info)) != (ssize_t)sizeof(info))
		perror("writing a signal");
}

static void wait_until_taken(struct fake *f)
{
	for (int ms = 0; ms < DEADLINE_MS && mq_count(f->link.events) > 0; ms++)
		poll(NULL, 0, 1);
}

static void play_line(struct fake *f, const struct req *r, const char *line)
{
	uint64_t ticket = r->ticket;
	if (str_starts(line, "0 ")) {
		ticket = 0;
		line += 2;
	}
	if (str_eq(line, "done")) {
		post_done(f, ticket);
	} else if (str_starts(line, "write ")) {
		if (write((int)r->u.cat.fd_, line + 6, strlen(line + 6)) < 0)
			perror("writing");
	} else if (str_starts(line, "signal ")) {
		send_signal(f, line + 7);
	} else if (str_eq(line, "deaf")) {
		f->deaf = true;
	} else if (str_eq(line, "taken")) {
		wait_until_taken(f);
	} else if (strchr(line, ' ')) {
		char *name = str_dupn(line, strcspn(line, " "));
		post(f, name, ticket, strchr(line, ' ') + 1);
		free(name);
	}
}

/* Plays the script as far as the next "--". */
static void answer(struct fake *f, const struct req *r)
{
	while (*f->script) {
		size_t len = strcspn(f->script, "\n");
		char *line = str_dupn(f->script, len);
		bool end = str_eq(line, "--");
		f->script += len + (f->script[len] == '\n');
		if (!end)
			play_line(f, r, line);
		free(line);
		if (end)
			break;
	}
}

static void note_request(struct fake *f, const struct req *r)
{
	struct buf json;
	buf_init(&json, 1 << 20);
	req_to_json(r, &json);
	char *body = strstr(json.data, "\"body\":");
	json.data[json.len - 1] = '\0';
	buf_addf(&f->asked, "%s%s %s", f->asked.len ? "\n" : "", req_name(r->kind), body + 7);
	buf_release(&json);
}

static void *fake_main(void *arg)
{
	struct fake *f = arg;
	struct pollfd p = { .fd = f->link.to_backend.read_fd, .events = POLLIN };
	while (!atomic_load(&f->quit)) {
		struct req *r = link_next_request(&f->link);
		if (!r) {
			if (poll(&p, 1, DEADLINE_MS) == 0)
				break;
			continue;
		}
		note_request(f, r);
		if (r->kind == REQ_STOP && f->deaf) {
			req_free(r);
			continue;
		}
		if (r->kind == REQ_STOP)
			post(f, "done", (uint64_t)r->u.stop.of_,
			     "{\"ok\":false,\"category\":\"cancelled\",\"error\":\"stopped\"}");
		else
			answer(f, r);
		req_free(r);
	}
	return NULL;
}

static void fake_start(struct fake *f, const char *script)
{
	*f = (struct fake){ .script = script };
	link_init(&f->link);
	buf_init(&f->asked, 1 << 20);
	assert_int_equal(pipe(f->signal_pipe), 0);
	assert_true(thread_start(&f->thread, "fake", fake_main, f, NULL));
}

static void fake_stop(struct fake *f)
{
	atomic_store(&f->quit, true);
	wake_up(&f->link.to_backend);
	thread_join(f->thread);
	close(f->signal_pipe[0]);
	close(f->signal_pipe[1]);
	buf_release(&f->asked);
	link_release(&f->link);
}

/* -- running a command
 * ----------------------------------------------------------------------------- */

struct result {
	char *out, *err; /* owned */
	int code;
};

static char *read_back(FILE *f)
{
	char *text = calloc(1, 1 << 20);
	assert_non_null(text);
	rewind(f);
	size_t n = fread(text, 1, (1 << 20) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static int split(char *words, char *argv[WORDS_MAX])
{
	int argc = 0;
	argv[argc++] = (char *)"kiyya";
	for (char *w = words; *w && argc + 1 < WORDS_MAX;) {
		argv[argc++] = w;
		w += strcspn(w, " ");
		if (*w)
			*w++ = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

/* As main does it: the whole line, then the command. */
static int run_line(const char *words, struct link *link, struct cli_config config)
{
	char *copy = str_dup(words), *argv[WORDS_MAX];
	int argc = split(copy, argv), code = 2;
	struct cli_line line;
	struct err err;
	if (cli_read_line(&line, argc, argv, &err)) {
		config.link = link;
		config.options = line.options;
		code = cli_run(&config, line.argc, line.argv);
		cli_line_release(&line);
	} else {
		fprintf(config.err, "kiyya: %s\n", err.text);
	}
	free(copy);
	return code;
}

static struct result run(struct fake *f, const char *words)
{
	int in_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	FILE *out = tmpfile(), *err = tmpfile();
	assert_true(in_fd >= 0);
	assert_non_null(out);
	assert_non_null(err);
	struct result r;
	r.code = run_line(
	    words, f ? &f->link : NULL,
	    (struct cli_config){
		.signal_fd = f ? f->signal_pipe[0] : 0, .in_fd = in_fd, .out = out, .err = err });
	close(in_fd);
	r.out = read_back(out);
	r.err = read_back(err);
	return r;
}

static void result_release(struct result *r)
{
	free(r->out);
	free(r->err);
}

struct row {
	const char *words;  /* the command line */
	const char *script; /* what the backend does; NULL: it must not be asked */
	const char *asked;  /* what it is asked; NULL: whatever */
	const char *out, *err;
	int code;
};

static void check_row(const struct row *row)
{
	struct fake f;
	fake_start(&f, row->script ? row->script : "done");
	struct result r = run(&f, row->words);
	print_message("         %s\n", row->words);
	if (row->asked || !row->script)
		assert_string_equal(f.asked.data, row->asked ? row->asked : "");
	if (row->out)
		assert_string_equal(r.out, row->out);
	if (row->err)
		assert_string_equal(r.err, row->err);
	assert_int_equal(r.code, row->code);
	result_release(&r);
	fake_stop(&f);
}

#define CHECK(rows)                                                      \
	for (size_t i_ = 0; i_ < sizeof(rows) / sizeof((rows)[0]); i_++) \
	check_row(&(rows)[i_])

/* -- rows, as JSON and for people
 * ------------------------------------------------------------------ */

#define CLAIM(id, title)                                                                        \
	"{\"claim_id\":\"" id "\",\"title\":\"" title "\",\"kind\":\"video\",\"release_time\":" \
	"\"2024-03-01T10:00:00Z\",\"duration\":2530,\"size\":1200000000,\"tags\":[],"           \
	"\"playable\":true,\"sources\":[],\"offline\":true,\"downloading\":false,"              \
	"\"favorite\":false,\"watched\":true}"
#define PERSON(id, title) id "  2024-03-01     42:10     1.2 GB  o--w  " title "\n"

static void test_catalog(void **state)
{
	static const struct row rows[] = {
		{ "list @c --json",
		  "page {\"claims\":[" CLAIM(ID1, "A") "," CLAIM(ID2, "B") "]}\ndone",
		  "browse "
		  "{\"channel\":\"@c\",\"page\":1,\"limit\":50,\"all\":false,\"refresh\":false,"
		  "\"wait_fresh\":true}",
		  CLAIM(ID1, "A") "\n" CLAIM(ID2, "B") "\n", "", 0 },
		{ "--json list --tag movie --tag=comedy @c --order oldest --page 3 --limit 7 --all "
		  "--refresh",
		  "done",
		  "browse {\"channel\":\"@c\",\"tags\":[\"movie\",\"comedy\"],\"order\":\"oldest\","
		  "\"page\":3,\"limit\":7,\"all\":true,\"refresh\":true,\"wait_fresh\":true}",
		  "", "", 0 },
		{ "list @c", "page {\"claims\":[" CLAIM(ID1, "A") "]}\ndone", NULL,
		  PERSON(ID1, "A"), "", 0 },
		/* a stored page and the fresh one that overlaps it */
		{ "list @c",
		  "page {\"first\":0,\"cached\":true,\"claims\":[" CLAIM(
		      ID1, "A") "]}\n"
				"page {\"first\":0,\"claims\":[" CLAIM(ID1, "A") "," CLAIM(
				    ID2, "B") "]}\ndone",
		  NULL, PERSON(ID1, "A") PERSON(ID2, "B"), "", 0 },
		{ "list @c -v",
		  "page {\"cached\":true,\"fetched_at\":\"2026-01-02T03:04:05Z\"}\ndone", NULL, "",
		  "kiyya: stored, of 2026-01-02T03:04:05Z\n", 0 },
		{ "list @c", "note {\"text\":\"no gateway answers; this is of yesterday\"}\ndone",
		  NULL, "", "kiyya: no gateway answers; this is of yesterday\n", 0 },
		{ "list @c -q",
		  "note {\"text\":\"a\",\"level\":\"info\"}\nnote "
		  "{\"text\":\"b\",\"level\":\"warn\"}\ndone",
		  NULL, "", "kiyya: b\n", 0 },
		{ "list @c --json",
		  "done {\"ok\":false,\"error\":\"listing @c: all gateways failed\","
		  "\"category\":\"network\",\"exit_code\":4}",
		  NULL, "", "kiyya: listing @c: all gateways failed\n", 4 },
		{ "list @c", "done {\"ok\":false,\"error\":\"no\",\"category\":\"refused\"}", NULL,
		  "", "kiyya: no\n", 5 },
		{ "show " ID1 " --json", "page {\"claims\":[" CLAIM(ID1, "A") "]}\ndone",
		  "show {\"item\":\"" ID1 "\",\"refresh\":false}", CLAIM(ID1, "A") "\n", "", 0 },
		{ "show " ID1, "page {\"claims\":[" CLAIM(ID1, "A") "]}\ndone", NULL,
		  "title        A\nid           " ID1 "\nkind         video\nreleased     "
		  "2024-03-01T10:00:00Z\nduration     42:10\nsize         1.2 GB\nplayable     "
		  "yes\n"
		  "offline      yes\nwatched      yes\n",
		  "", 0 },
	};
	CHECK(rows);
}

#define DOWNLOAD(event, state, have)                                                         \
	"{" event "\"claim_id\":\"" ID1                                                      \
	"\",\"title\":\"A\",\"quality\":\"original\",\"state\":\"" state "\",\"have\":" have \
	",\"total\":100,\"encrypted\":true}"

static void test_download(void **state)
{
	static const struct row rows[] = {
		{ "download x y --quality 720p --no-encrypt --queue-only", "done",
		  "download {\"items\":[\"x\",\"y\"],\"quality\":\"720p\",\"encrypt\":0,"
		  "\"queue_only\":true}",
		  "", "", 0 },
		{ "download x --encrypt", "done",
		  "download {\"items\":[\"x\"],\"encrypt\":1,\"queue_only\":false}", "", "", 0 },
		{ "download x --json",
		  "download " DOWNLOAD("", "queued",
				       "0") "\n"
					    "download " DOWNLOAD(
						"\"event\":\"progress\",", "active",
						"50") "\ntaken\n"
						      "download " DOWNLOAD(
							  "\"event\":\"done\",", "done",
							  "100") "\n"
								 "0 download " DOWNLOAD(
								     "\"event\":\"done\",", "done",
								     "100") "\ndone",
		  "download {\"items\":[\"x\"],\"queue_only\":false}",
		  DOWNLOAD("\"event\":\"progress\",", "active",
			   "50") "\n" DOWNLOAD("\"event\":\"done\",", "done", "100") "\n",
		  "", 0 },
		{ "download x",
		  "0 download " DOWNLOAD("\"event\":\"progress\",", "active",
					 "50") "\ntaken\n"
					       "0 download " DOWNLOAD("\"event\":\"done\",", "done",
								      "100") "\ndone",
		  NULL, ID1 "  done     100%      100 B  original  A\n", "", 0 },
		{ "download x --queue-only", "download " DOWNLOAD("", "queued", "0") "\ndone", NULL,
		  ID1 "  queued     0%      100 B  original  A\n", "", 0 },
		{ "download x y --json",
		  "row_failed {\"claim_id\":\"y\",\"error\":\"not "
		  "there\",\"category\":\"not_found\"}\n"
		  "download " DOWNLOAD("\"event\":\"done\",", "done",
				       "100") "\n"
					      "done {\"ok\":false,\"error\":\"1 of 2 items "
					      "failed\",\"exit_code\":13}",
		  NULL,
		  "{\"claim_id\":\"y\",\"error\":\"not "
		  "there\",\"category\":\"not_found\",\"retry\":false}\n" DOWNLOAD(
		      "\"event\":\"done\",", "done", "100") "\n",
		  "kiyya: y: not there\nkiyya: 1 of 2 items failed\n", 13 },
		{ "download x",
		  "download " DOWNLOAD("\"event\":\"progress\",", "active",
				       "50") "\ntaken\nsignal 2",
		  "download {\"items\":[\"x\"],\"queue_only\":false}\nstop {\"of\":1}",
		  ID1 "  active    50%      100 B  original  A\n", "", 130 },
		{ "download x", "signal 28\nsignal 15", NULL, "", "", 143 },
		{ "download x --encrypt --no-encrypt", NULL, NULL, "",
		  "kiyya: download: --encrypt and --no-encrypt exclude each other\n", 2 },
		{ "queue --json", "download " DOWNLOAD("", "paused", "3") "\ndone",
		  "queue {\"done\":false}", DOWNLOAD("", "paused", "3") "\n", "", 0 },
		{ "queue --done", "done", "queue {\"done\":true}", "", "", 0 },
		{ "queue pause " ID1 " abcd", "done",
		  "queue_act {\"action\":\"pause\",\"items\":[\"" ID1 "\",\"abcd\"],\"all\":false}",
		  "", "", 0 },
		{ "queue retry --all", "done", "queue_act {\"action\":\"retry\",\"all\":true}", "",
		  "", 0 },
		{ "queue run", "done {\"ok\":false,\"error\":\"2 items wait\",\"exit_code\":7}",
		  "queue_run {}", "", "kiyya: 2 items wait\n", 7 },
		{ "queue pause", NULL, NULL, "", "kiyya: queue: pause needs ITEM… or --all\n", 2 },
		{ "queue pause x --all", NULL, NULL, "",
		  "kiyya: queue: pause needs either ITEM… or --all, not both\n", 2 },
		{ "queue up --all", NULL, NULL, "",
		  "kiyya: queue: --all goes with pause, resume, retry and cancel\n", 2 },
		{ "queue run --done", NULL, NULL, "",
		  "kiyya: queue: --done goes with the list of the queue only\n", 2 },
	};
	CHECK(rows);
}

#define COPY                                                                               \
	"{\"claim_id\":\"" ID1 "\",\"title\":\"A\",\"quality\":\"original\",\"size\":100," \
	"\"stored_size\":8292,\"encrypted\":true,\"complete\":true,\"file\":\"/v/x.kyv\"," \
	"\"added_at\":\"2024-03-01T10:00:00Z\"}"

static void test_vault(void **state)
{
	static const struct row rows[] = {
		{ "offline --json", "copy " COPY "\ndone", "offline {}", COPY "\n", "", 0 },
		{ "offline", "copy " COPY "\ndone", NULL,
		  ID1 "  2024-03-01         -      100 B  original  complete  sealed  A\n", "", 0 },
		{ "cat x --range 0-9 --quality 720p", "write BYTES\ndone", NULL, "BYTES", "", 0 },
		{ "cat x",
		  "done {\"ok\":false,\"error\":\"x is damaged\",\"category\":\"integrity\"}", NULL,
		  "", "kiyya: x is damaged\n", 8 },
		{ "cat x --range 9-0", NULL, NULL, "",
		  "kiyya: cat: --range is A-B or A-, not \"9-0\"\n", 2 },
		{ "verify --no-hash --json",
		  "verify {\"claim_id\":\"" ID1
		  "\",\"ok\":false,\"chunks\":3,\"bad\":[1],\"header\":\"ok\","
		  "\"publisher_hash\":\"unchecked\"}\ndone {\"ok\":false,\"exit_code\":8}",
		  "verify {\"all\":true,\"no_hash\":true}",
		  "{\"claim_id\":\"" ID1
		  "\",\"ok\":false,\"chunks\":3,\"bad\":[1],\"header\":\"ok\","
		  "\"publisher_hash\":\"unchecked\"}\n",
		  "", 8 },
		{ "verify x",
		  "verify {\"claim_id\":\"" ID1
		  "\",\"ok\":true,\"chunks\":3,\"bad\":[],\"header\":\"ok\","
		  "\"publisher_hash\":\"match\",\"quality\":\"original\",\"title\":\"A\"}\ndone",
		  "verify {\"items\":[\"x\"],\"all\":false,\"no_hash\":false}",
		  ID1 "  ok       original  3 chunks, 0 bad  header ok  hash match  A\n", "", 0 },
		{ "verify x --all", NULL, NULL, "",
		  "kiyya: verify: either ITEM… or --all, not both\n", 2 },
		{ "rm x", NULL, NULL, "",
		  "kiyya: rm: there is no terminal to ask on: --yes does it unasked\n", 2 },
		{ "rm x y --yes --quality 480p --json", "copy " COPY "\ndone",
		  "remove {\"items\":[\"x\",\"y\"],\"quality\":\"480p\"}", COPY "\n", "", 0 },
		{ "key status --json",
		  "key "
		  "{\"state\":\"unlocked\",\"slots\":[\"key_file\",\"passphrase\"],\"ring\":\"ab\"}"
		  "\ndone",
		  "key {\"action\":\"status\"}",
		  "{\"state\":\"unlocked\",\"slots\":[{\"type\":\"key_file\"},{\"type\":"
		  "\"passphrase\"}],"
		  "\"ring\":\"ab\"}\n",
		  "", 0 },
		{ "key init",
		  "key {\"state\":\"unlocked\",\"slots\":[\"key_file\"],\"ring\":\"ab\"}\ndone",
		  "key {\"action\":\"init\"}", "state  unlocked\nring   ab\nslot   key_file\n", "",
		  0 },
	};
	CHECK(rows);
}

static void test_play(void **state)
{
	static const struct row rows[] = {
		{ "play x --audio --vo null --start 1:10 --quality best -- --ao=null --pause "
		  "--no-osc --a=b=c",
		  "0 player {\"state\":\"playing\",\"position_seconds\":70}\ndone",
		  "play "
		  "{\"item\":\"x\",\"quality\":\"best\",\"audio\":true,\"vo\":\"null\",\"start\":"
		  "70,"
		  "\"url\":false,\"options\":[\"ao=null\",\"pause=yes\",\"osc=no\",\"a=b=c\"]}",
		  "", "", 0 },
		{ "play x --start 0",
		  "note {\"text\":\"resuming\"}\ndone {\"ok\":false,\"error\":\"no picture\","
		  "\"category\":\"player\"}",
		  "play {\"item\":\"x\",\"audio\":false,\"start\":0,\"url\":false}", "",
		  "kiyya: resuming\nkiyya: no picture\n", 12 },
		{ "play x -- bad", NULL, NULL, "",
		  "kiyya: play: behind -- stand the player's options, --name=value, not \"bad\"\n",
		  2 },
		{ "play x -- --", NULL, NULL, "",
		  "kiyya: play: behind -- stand the player's options, --name=value, not \"--\"\n",
		  2 },
		{ "play x --start soon", NULL, NULL, "",
		  "kiyya: play: --start is seconds or [[h:]m:]s, not \"soon\"\n", 2 },
		{ "play x --json",
		  "player {\"state\":\"playing\",\"muted\":false,\"offline\":true}\ntaken\nsignal "
		  "2",
		  NULL, "{\"state\":\"playing\",\"muted\":false,\"offline\":true}\n", "", 130 },
		{ "serve x y --port 8080 -q",
		  "serve {\"claim_id\":\"" ID1 "\",\"url\":\"http://127.0.0.1:8080/movies/1\"}\n"
		  "serve {\"claim_id\":\"" ID2
		  "\",\"url\":\"http://127.0.0.1:8080/movies/2\"}\nsignal 15",
		  "serve {\"items\":[\"x\",\"y\"],\"port\":8080}\nstop {\"of\":1}",
		  "http://127.0.0.1:8080/movies/1\nhttp://127.0.0.1:8080/movies/2\n", "", 0 },
		{ "serve --json",
		  "serve {\"claim_id\":\"" ID1
		  "\",\"url\":\"http://127.0.0.1:8080/movies/1\"}\nsignal 2",
		  NULL, "{\"claim_id\":\"" ID1 "\",\"url\":\"http://127.0.0.1:8080/movies/1\"}\n",
		  NULL, 0 },
		{ "serve", "done {\"ok\":false,\"error\":\"the port is taken\",\"exit_code\":1}",
		  "serve {\"port\":0}", "", "kiyya: the port is taken\n", 1 },
		{ "serve --port 70000", NULL, NULL, "",
		  "kiyya: serve: --port is a number from 0 to 65535, not \"70000\"\n", 2 },
	};
	CHECK(rows);
}

static void test_library(void **state)
{
	static const struct row rows[] = {
		{ "favorite add x", "done", "favorite {\"action\":\"add\",\"item\":\"x\"}", "", "",
		  0 },
		{ "favorite list --json", "page {\"claims\":[" CLAIM(ID1, "A") "]}\ndone",
		  "favorite {\"action\":\"list\"}", CLAIM(ID1, "A") "\n", "", 0 },
		{ "favorite rm", NULL, NULL, "", "kiyya: favorite: rm ITEM: something is missing\n",
		  2 },
		{ "favorite lst", NULL, NULL, "",
		  "kiyya: favorite: unknown action lst; did you mean list?\n", 2 },
		{ "watched x y --not", "done", "watched {\"items\":[\"x\",\"y\"],\"not\":true}", "",
		  "", 0 },
		{ "progress set x 1:30", "done",
		  "progress {\"action\":\"set\",\"item\":\"x\",\"seconds\":90}", "", "", 0 },
		{ "progress get x --json",
		  "progress {\"claim_id\":\"" ID1
		  "\",\"position_seconds\":90,\"watched\":false}\ndone",
		  "progress {\"action\":\"get\",\"item\":\"x\"}",
		  "{\"claim_id\":\"" ID1 "\",\"position_seconds\":90,\"watched\":false}\n", "", 0 },
		{ "progress list",
		  "progress {\"claim_id\":\"" ID1 "\",\"position_seconds\":90,"
		  "\"duration\":100,\"watched\":true,\"title\":\"A\"}\ndone",
		  NULL, ID1 "      1:30      1:40           -  watched  A\n", "", 0 },
		{ "progress set x soon", NULL, NULL, "",
		  "kiyya: progress: a position is seconds or [[h:]m:]s, not \"soon\"\n", 2 },
		{ "progress clear x", "done", "progress {\"action\":\"clear\",\"item\":\"x\"}", "",
		  "", 0 },
		{ "progress clear", NULL, NULL, "",
		  "kiyya: progress: there is no terminal to ask on: --yes does it unasked\n", 2 },
		{ "progress clear --yes", "done", "progress {\"action\":\"clear\"}", "", "", 0 },
	};
	CHECK(rows);
}

static void test_upkeep(void **state)
{
	static const struct row rows[] = {
		{ "ping --json",
		  "gateway {\"url\":\"http://a\",\"ok\":true,\"http_status\":200,\"ms\":12}\ndone",
		  "ping {}", "{\"url\":\"http://a\",\"ok\":true,\"http_status\":200,\"ms\":12}\n",
		  "", 0 },
		{ "ping",
		  "gateway {\"url\":\"http://a\",\"ok\":false,\"error\":\"refused\"}\n"
		  "done {\"ok\":false,\"error\":\"no gateway answers\",\"exit_code\":4}",
		  NULL, "bad   -                -     -  http://a: refused\n",
		  "kiyya: no gateway answers\n", 4 },
		{ "doctor",
		  "fact {\"section\":\"disk\",\"key\":\"free\",\"value\":\"3 GB\",\"ok\":true}\n"
		  "fact {\"section\":\"disk\",\"key\":\"used\",\"value\":\"9 GB\",\"ok\":false}\n"
		  "gateway {\"url\":\"http://a\",\"ok\":true}\ndone",
		  "doctor {\"probe\":true}",
		  "disk\n    free                 3 GB\n  ! used                 9 GB\ngateways\n"
		  "ok    -                -     -  http://a\n",
		  "", 0 },
		{ "doctor --json --offline",
		  "fact {\"section\":\"disk\",\"key\":\"free\",\"ok\":true}\ndone",
		  "doctor {\"probe\":false}",
		  "{\"section\":\"disk\",\"key\":\"free\",\"ok\":true}\n", "", 0 },
		{ "log errors --limit 3 --json",
		  "log "
		  "{\"time\":\"2024-03-01T10:00:00Z\",\"level\":\"error\",\"message\":\"x\","
		  "\"code\":7}\ndone",
		  "log {\"which\":\"errors\",\"limit\":3}",
		  "{\"time\":\"2024-03-01T10:00:00Z\",\"level\":\"error\",\"message\":\"x\","
		  "\"code\":7}\n",
		  "", 0 },
		{ "log app",
		  "log {\"time\":\"2024-03-01T10:00:00Z\",\"level\":\"info\",\"component\":\"net\","
		  "\"message\":\"x\"}\ndone",
		  "log {\"which\":\"app\",\"limit\":50}", "2024-03-01T10:00:00Z  info   net: x\n",
		  "", 0 },
		{ "log", NULL, NULL, "", "kiyya: log: what to do is missing: see kiyya help log\n",
		  2 },
		{ "config get ui.mouse", "config {\"key\":\"ui.mouse\",\"value\":\"no\"}\ndone",
		  "config {\"action\":\"get\",\"key\":\"ui.mouse\"}", "no\n", "", 0 },
		{ "config list --json",
		  "config "
		  "{\"key\":\"ui.mouse\",\"value\":\"no\",\"default\":\"yes\",\"source\":\"file\"}"
		  "\ndone",
		  "config {\"action\":\"list\"}",
		  "{\"key\":\"ui.mouse\",\"value\":\"no\",\"default\":\"yes\",\"source\":\"file\"}"
		  "\n",
		  "", 0 },
		{ "config list",
		  "config {\"key\":\"ui.mouse\",\"value\":\"no\",\"source\":\"file\"}\ndone", NULL,
		  "ui.mouse = no  (file)\n", "", 0 },
		{ "config set ui.mouse no", "done",
		  "config {\"action\":\"set\",\"key\":\"ui.mouse\",\"value\":\"no\"}", "", "", 0 },
		{ "config set ui.muose no", NULL, NULL, "",
		  "kiyya: config: unknown key ui.muose; did you mean ui.mouse?\n", 2 },
		{ "config path", "config {\"value\":\"/c/kiyya.conf\"}\ndone",
		  "config {\"action\":\"path\"}", "/c/kiyya.conf\n", "", 0 },
		{ "config init", "config {\"value\":\"/\"}\ndone", "config {\"action\":\"path\"}",
		  "", "kiyya: config: there is no terminal to ask on: --yes does it unasked\n", 2 },
		{ "config init", "config {\"value\":\"/no/such/kiyya.conf\"}\ndone\n--\ndone",
		  "config {\"action\":\"path\"}\nconfig {\"action\":\"init\"}", "", "", 0 },
		{ "cache stats --json",
		  "cache {\"claims\":3,\"queries\":1,\"bytes\":9,\"hits\":2,\"misses\":1}\ndone",
		  "cache {\"action\":\"stats\"}",
		  "{\"claims\":3,\"queries\":1,\"bytes\":9,\"hits\":2,\"misses\":1}\n", "", 0 },
		{ "cache drop x", "done", "cache {\"action\":\"drop\",\"item\":\"x\"}", "", "", 0 },
		{ "cache clear", NULL, NULL, "",
		  "kiyya: cache: there is no terminal to ask on: --yes does it unasked\n", 2 },
		{ "db version",
		  "db {\"version\":1,\"latest\":2,\"path\":\"/d\",\"bytes\":4096}\ndone",
		  "db {\"action\":\"version\",\"dry_run\":false}",
		  "version  1 of 2\nsize     4.1 kB\npath     /d\n", "", 0 },
		{ "db migrate --dry-run", "done", "db {\"action\":\"migrate\",\"dry_run\":true}",
		  "", "", 0 },
		{ "db check --dry-run", NULL, NULL, "", "kiyya: db: --dry-run goes with migrate\n",
		  2 },
		{ "db backup /no/such/file", "done",
		  "db {\"action\":\"backup\",\"file\":\"/no/such/file\",\"dry_run\":false}", "", "",
		  0 },
		{ "db backup /dev/null", NULL, NULL, "",
		  "kiyya: db: there is no terminal to ask on: --yes does it unasked\n", 2 },
	};
	CHECK(rows);
}

static void test_misuse(void **state)
{
	static const struct row rows[] = {
		{ "lsit @c", NULL, NULL, "", "kiyya: unknown command lsit; did you mean list?\n",
		  2 },
		{ "list", NULL, NULL, "", "kiyya: list: expected @CHANNEL: something is missing\n",
		  2 },
		{ "list @a @b", NULL, NULL, "",
		  "kiyya: list: expected @CHANNEL: that is too much\n", 2 },
		{ "list @a --lmit 3", NULL, NULL, "",
		  "kiyya: list: unknown option --lmit; did you mean --limit?\n", 2 },
		{ "list @a -x", NULL, NULL, "", NULL, 2 },
		{ "list @a --limit", NULL, NULL, "", "kiyya: list: --limit needs a value: N\n", 2 },
		{ "list @a --limit 0", NULL, NULL, "",
		  "kiyya: list: --limit is a number from 1 to 10000, not \"0\"\n", 2 },
		{ "list @a --limit 3 --limit 4", NULL, NULL, "",
		  "kiyya: list: --limit is given twice\n", 2 },
		{ "list @a --all=yes", NULL, NULL, "", "kiyya: list: --all takes no value\n", 2 },
		{ "list @a --order latest", NULL, NULL, "",
		  "kiyya: list: --order is one of newest|oldest|trending|name, not \"latest\"\n",
		  2 },
		{ "list @a --order newest|oldest", NULL, NULL, "", NULL, 2 },
		{ "list @a --json=yes", NULL, NULL, "", "kiyya: --json takes no value\n", 2 },
		{ "list @a --home", NULL, NULL, "", "kiyya: --home needs a value: DIR\n", 2 },
		{ "download x --quality 721p", NULL, NULL, "",
		  "kiyya: download: --quality is original, best or a height such as 720p, not "
		  "\"721p\"\n",
		  2 },
		{ "show -- --odd", "done", "show {\"item\":\"--odd\",\"refresh\":false}", "", "",
		  0 },
		{ "ping x", NULL, NULL, "", "kiyya: ping: expected: that is too much\n", 2 },
	};
	CHECK(rows);
}

/* What a hostile title holds never reaches the terminal. */
static void test_hostile_text(void **state)
{
	static const struct row rows[] = {
		{ "favorite list",
		  "page {\"claims\":[{\"claim_id\":\"" ID1
		  "\",\"title\":\"A\\u001b]52;c;x\\u0007\\u202eB\\nC\","
		  "\"kind\":\"video\",\"playable\":true}]}\ndone",
		  NULL, ID1 "           -         -          -  ----  A]52;c;xB C\n", "", 0 },
		{ "offline",
		  "copy {\"claim_id\":\"" ID1 "\",\"title\":\"A\\u009bB\\u001b[2J\"}\ndone", NULL,
		  ID1 "           -         -          -  -         partial   plain   AB[2J\n", "",
		  0 },
		{ "offline --json", "copy {\"title\":\"A\\u009bB\\u001b[2J\"}\ndone", NULL,
		  "{\"title\":\"A\\u009bB\\u001b[2J\",\"encrypted\":false,\"complete\":false}\n",
		  "", 0 },
		{ "offline",
		  "note {\"text\":\"A\\u001b[2J\"}\ndone {\"ok\":false,\"error\":\"B\\u001bc\"}",
		  NULL, "", "kiyya: A[2J\nkiyya: Bc\n", 1 },
	};
	CHECK(rows);
}

/* -- without a backend
 * ----------------------------------------------------------------------------- */

static void test_help(void **state)
{
	struct result r = run(NULL, "help");
	assert_int_equal(r.code, 0);
	assert_non_null(strstr(r.out, "\n  list  "));
	assert_non_null(strstr(r.out, "--gateway URL"));
	result_release(&r);

	r = run(NULL, "help list");
	assert_int_equal(r.code, 0);
	assert_non_null(strstr(r.out, "--tag TAG …"));
	result_release(&r);

	r = run(NULL, "help lsit");
	assert_int_equal(r.code, 2);
	assert_string_equal(r.err, "kiyya: help: unknown command lsit; did you mean list?\n");
	result_release(&r);

	assert_true(cli_is_command("queue"));
	assert_false(cli_is_command("@queue"));
	assert_true(cli_needs_backend("ping"));
	assert_false(cli_needs_backend("help"));
	assert_false(cli_needs_backend("@channel"));
	assert_false(cli_print_help(stdout, "nothing"));
}

static void test_completion(void **state)
{
	static const char *const shells[] = { "bash", "zsh", "fish" };
	for (size_t i = 0; i < 3; i++) {
		char *words = str_fmt("completion %s", shells[i]);
		struct result r = run(NULL, words);
		assert_int_equal(r.code, 0);
		assert_non_null(strstr(r.out, "kiyya"));
		assert_non_null(strstr(r.out, "queue-only"));
		assert_non_null(strstr(r.out, "newest oldest trending name"));
		result_release(&r);
		free(words);
	}
	assert_false(cli_print_completion(stdout, "tcsh"));
}

/* -- the line
 * -------------------------------------------------------------------------------------- */

static void test_line(void **state)
{
	static const struct {
		const char *words, *left; /* what is left, joined by '|' */
		bool json, help;
		const char *home, *gateways, *screen;
	} rows[] = {
		{ "list @c", "list|@c", false, false, NULL, "", NULL },
		{ "--json list @c", "list|@c", true, false, NULL, "", NULL },
		{ "list @c --json", "list|@c", true, false, NULL, "", NULL },
		{ "list --tag --json @c", "list|--tag|--json|@c", false, false, NULL, "", NULL },
		{ "list --tag=x --home /h @c", "list|--tag=x|@c", false, false, "/h", "", NULL },
		{ "--gateway a --gateway=b ping", "ping", false, false, NULL, "a b ", NULL },
		{ "--home list list", "list", false, false, "list", "", NULL },
		{ "list -- --json", "list|--|--json", false, false, NULL, "", NULL },
		{ "-- list", "list", false, false, NULL, "", NULL },
		{ "play x -- --home=y", "play|x|--|--home=y", false, false, NULL, "", NULL },
		{ "list -h", "list", false, true, NULL, "", NULL },
		{ "@c --odd", "@c|--odd", false, false, NULL, "", NULL },
		{ "--screen 80x24 @c", "@c", false, false, NULL, "", "80x24" },
		{ "-", "-", false, false, NULL, "", NULL },
		{ "", "", false, false, NULL, "", NULL },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *copy = str_dup(rows[i].words), *argv[WORDS_MAX];
		int argc = split(copy, argv);
		struct cli_line l;
		struct buf left, gateways;
		buf_init(&left, 4096);
		buf_init(&gateways, 4096);
		assert_true(cli_read_line(&l, argc, argv, NULL));
		for (int w = 0; w < l.argc; w++)
			buf_addf(&left, "%s%s", w ? "|" : "", l.argv[w]);
		for (size_t g = 0; g < l.gateways.n; g++)
			buf_addf(&gateways, "%s ", l.gateways.v[g]);
		assert_string_equal(left.data, rows[i].left);
		assert_string_equal(gateways.data, rows[i].gateways);
		assert_null(l.argv[l.argc]);
		assert_int_equal(l.options.json, rows[i].json);
		assert_int_equal(l.help, rows[i].help);
		assert_true(str_eq(l.home, rows[i].home));
		assert_true(str_eq(l.screen, rows[i].screen));
		cli_line_release(&l);
		buf_release(&left);
		buf_release(&gateways);
		free(copy);
	}
}

/* -- a terminal
 * ------------------------------------------------------------------------------------ */

struct terminal {
	int master, slave;
	FILE *screen; /* the slave, written to */
};

static void terminal_open(struct terminal *t)
{
	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(t->master >= 0);
	assert_int_equal(grantpt(t->master), 0);
	assert_int_equal(unlockpt(t->master), 0);
	struct winsize size = { .ws_col = 80, .ws_row = 24 };
	assert_int_equal(ioctl(t->master, TIOCSWINSZ, &size), 0);
	t->slave = open(ptsname(t->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(t->slave >= 0);
	t->screen = fdopen(dup(t->slave), "w");
	assert_non_null(t->screen);
}

/* What was written to it, as far as it is there. */
static char *terminal_read(struct terminal *t)
{
	char *text = calloc(1, 65536);
	assert_non_null(text);
	size_t n = 0;
	struct pollfd p = { .fd = t->master, .events = POLLIN };
	while (n < 65535 && poll(&p, 1, 0) == 1 && (p.revents & POLLIN)) {
		ssize_t got = read(t->master, text + n, 65535 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return text;
}

static void terminal_close(struct terminal *t)
{
	fclose(t->screen);
	close(t->slave);
	close(t->master);
}

/* Runs with the terminal for questions and answers; what is typed is there before. */
static struct result run_on_terminal(struct fake *f, const char *words, const char *typed,
				     bool out_too, const char *extra)
{
	struct terminal t;
	terminal_open(&t);
	if (typed)
		assert_int_equal(write(t.master, typed, strlen(typed)), strlen(typed));
	FILE *out = out_too ? fdopen(dup(t.slave), "w") : tmpfile();
	assert_non_null(out);
	char *line = str_fmt("%s%s", words, extra);
	struct result r;
	r.code = run_line(
	    line, &f->link,
	    (struct cli_config){
		.signal_fd = f->signal_pipe[0], .in_fd = t.slave, .out = out, .err = t.screen });
	free(line);
	if (out_too)
		fclose(out);
	r.out = out_too ? str_dup("") : read_back(out);
	fflush(t.screen);
	r.err = terminal_read(&t);
	terminal_close(&t);
	return r;
}

static void test_asking(void **state)
{
	static const struct {
		const char *typed, *asked;
		int code;
	} rows[] = {
		{ "y\n", "remove {\"items\":[\"x\"]}", 0 },
		{ "YES\n", "remove {\"items\":[\"x\"]}", 0 },
		{ "n\n", "", 2 },
		{ "\n", "", 2 },
		{ "yeah\n", "", 2 },
		{ "\004", "", 2 }, /* the end of the input */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake f;
		fake_start(&f, "done");
		struct result r = run_on_terminal(&f, "rm x", rows[i].typed, false, "");
		assert_non_null(strstr(r.err, "delete x from the vault? [y/N] "));
		assert_string_equal(f.asked.data, rows[i].asked);
		assert_int_equal(r.code, rows[i].code);
		result_release(&r);
		fake_stop(&f);
	}
}

static void test_asking_interrupted(void **state)
{
	struct fake f;
	fake_start(&f, "done");
	send_signal(&f, "2");
	struct result r = run_on_terminal(&f, "rm x", NULL, false, "");
	assert_int_equal(r.code, 130);
	assert_string_equal(f.asked.data, "");
	result_release(&r);
	fake_stop(&f);
}

static void test_cat_refuses_terminal(void **state)
{
	struct fake f;
	fake_start(&f, "done");
	struct result r = run_on_terminal(&f, "cat x", NULL, true, "");
	assert_int_equal(r.code, 2);
	assert_non_null(strstr(r.err, "standard output is a terminal"));
	assert_string_equal(f.asked.data, "");
	result_release(&r);
	fake_stop(&f);
}

/* The bar is on the terminal while it runs, in one line, and gone before the row. */
static void test_progress_bar(void **state)
{
	static const struct {
		const char *extra, *gauge; /* gauge NULL: no bar at all */
	} rows[] = {
		{ "", "A  " },
		{ "", "██████████░░░░░░░░░░   50%  50 B of 100 B" },
		{ " --ascii", "##########----------   50%" },
		{ " -q", NULL },
		{ " --json", NULL },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake f;
		fake_start(&f, "download " DOWNLOAD("\"event\":\"progress\",", "active",
						    "50") "\ntaken\n"
							  "download " DOWNLOAD(
							      "\"event\":\"progress\",", "active",
							      "60") "\ntaken\n"
								    "download " DOWNLOAD(
									"\"event\":\"done\",",
									"done", "100") "\ndone");
		struct result r = run_on_terminal(&f, "download x", NULL, false, rows[i].extra);
		assert_int_equal(r.code, 0);
		if (rows[i].gauge) {
			assert_non_null(strstr(r.err, rows[i].gauge));
			assert_null(strstr(r.err, " 60%")); /* too soon after the first */
			assert_int_equal(r.err[strlen(r.err) - 1], '\r');
			assert_null(strchr(r.err, '\n'));
		} else {
			assert_string_equal(r.err, "");
		}
		result_release(&r);
		fake_stop(&f);
	}
}

static void test_player_line(void **state)
{
	struct fake f;
	fake_start(&f, "0 player {\"state\":\"playing\",\"title\":\"A\",\"position_seconds\":70,"
		       "\"duration\":2530,\"offline\":true}\ndone");
	struct result r = run_on_terminal(&f, "play x", NULL, false, "");
	assert_int_equal(r.code, 0);
	assert_non_null(strstr(r.err, "playing  1:10 of 42:10  (vault)"));
	assert_string_equal(r.out, "");
	result_release(&r);
	fake_stop(&f);
}

static void test_ssh_line(void **state)
{
	struct fake f;
	fake_start(&f, "serve {\"url\":\"http://127.0.0.1:8080/movies/1\"}\n"
		       "serve {\"url\":\"http://127.0.0.1:8080/movies/2\"}\ndone");
	struct result r = run(&f, "serve");
	const char *line = strstr(r.err, "ssh -L 8080:127.0.0.1:8080 ");
	assert_non_null(line);
	assert_null(strstr(line + 1, "ssh -L"));
	result_release(&r);
	fake_stop(&f);
}

/* A reader that goes away ends the command, quietly, as a closed pipe does. */
static void test_closed_pipe(void **state)
{
	struct fake f;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	FILE *out = fdopen(ends[1], "w"), *err = tmpfile();
	assert_non_null(out);
	assert_non_null(err);
	fake_start(&f, "page {\"claims\":[" CLAIM(ID1, "A") "]}");
	int code =
	    run_line("favorite list", &f.link, (struct cli_config){ .out = out, .err = err });
	assert_int_equal(code, 128 + SIGPIPE);
	fclose(out);
	char *said = read_back(err);
	assert_string_equal(said, "");
	free(said);
	fake_stop(&f);
}

static void test_full_disk(void **state)
{
	static const char *const lines[] = { "favorite list", "help" };
	for (size_t i = 0; i < 2; i++) {
		struct fake f;
		FILE *out = fopen("/dev/full", "w"), *err = tmpfile();
		if (!out)
			skip();
		fake_start(&f, "page {\"claims\":[" CLAIM(ID1, "A") "]}");
		int code =
		    run_line(lines[i], &f.link, (struct cli_config){ .out = out, .err = err });
		assert_int_equal(code, 6);
		fclose(out);
		char *said = read_back(err);
		assert_true(str_starts(said, "kiyya: writing standard output: "));
		free(said);
		fake_stop(&f);
	}
}

/* A backend that does not stop: the second signal does not wait for it. */
static void test_impatience(void **state)
{
	struct fake f;
	fake_start(&f, "deaf\nsignal 15\nsignal 2");
	struct result r = run(&f, "ping");
	assert_int_equal(r.code, 143);
	result_release(&r);
	fake_stop(&f);
}

static void test_backend_gone(void **state)
{
	struct fake f;
	fake_start(&f, "");
	mq_close(f.link.requests);
	struct result r = run(&f, "ping");
	assert_int_equal(r.code, 1);
	assert_string_equal(r.err, "kiyya: ping: the backend is gone\n");
	result_release(&r);
	fake_stop(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_catalog),
		cmocka_unit_test(test_download),
		cmocka_unit_test(test_vault),
		cmocka_unit_test(test_play),
		cmocka_unit_test(test_library),
		cmocka_unit_test(test_upkeep),
		cmocka_unit_test(test_misuse),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_asking),
		cmocka_unit_test(test_asking_interrupted),
		cmocka_unit_test(test_cat_refuses_terminal),
		cmocka_unit_test(test_progress_bar),
		cmocka_unit_test(test_player_line),
		cmocka_unit_test(test_ssh_line),
		cmocka_unit_test(test_closed_pipe),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_impatience),
		cmocka_unit_test(test_backend_gone),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
