/* A backend that answers from a script, and commands run against it. */
#include "scripted_backend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "kiyya/str.h"

#define DEADLINE_MS 10000

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

void fake_signal(struct fake *f, const char *number)
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
		fake_signal(f, line + 7);
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

void fake_start(struct fake *f, const char *script)
{
	*f = (struct fake){ .script = script };
	link_init(&f->link);
	buf_init(&f->asked, 1 << 20);
	assert_int_equal(pipe(f->signal_pipe), 0);
	assert_true(thread_start(&f->thread, "fake", fake_main, f, NULL));
}

void fake_stop(struct fake *f)
{
	atomic_store(&f->quit, true);
	wake_up(&f->link.to_backend);
	thread_join(f->thread);
	close(f->signal_pipe[0]);
	close(f->signal_pipe[1]);
	buf_release(&f->asked);
	link_release(&f->link);
}

char *read_back(FILE *f)
{
	char *text = calloc(1, 1 << 20);
	assert_non_null(text);
	rewind(f);
	size_t n = fread(text, 1, (1 << 20) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

int split_words(char *words, char *argv[WORDS_MAX])
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
int run_line(const char *words, struct link *link, struct cli_config config)
{
	char *copy = str_dup(words), *argv[WORDS_MAX];
	int argc = split_words(copy, argv), code = 2;
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

struct result run(struct fake *f, const char *words)
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

void result_release(struct result *r)
{
	free(r->out);
	free(r->err);
}
