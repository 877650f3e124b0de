/* The player host: /v6/streams, with its Referer rule, its redirect to HLS and its plain-text
 * refusals. */
#include "fixture.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/clock.h"
#include "kiyya/mem.h"
#include "range.h"

#define ORIGIN           "https://odysee.com"
#define VISITS_MAX       10
#define VISITS_WINDOW_US (120 * INT64_C(1000000))

/* -- the rate limit: more than 10 different claims within 120 s ------------------------------- */

struct visits {
	pthread_mutex_t lock; /* guards the rest */
	struct {
		char id[41];
		int64_t at;
	} v[VISITS_MAX];
	size_t n;
};

struct visits *visits_new(void)
{
	struct visits *v = NEW(struct visits);
	pthread_mutex_init(&v->lock, NULL);
	return v;
}

void visits_free(struct visits *v)
{
	if (v == NULL)
		return;
	pthread_mutex_destroy(&v->lock);
	free(v);
}

/* False: one claim too many. */
static bool visit(struct visits *v, const char *id)
{
	int64_t now = now_us();
	bool ok = true;
	pthread_mutex_lock(&v->lock);
	size_t i = 0;
	while (i < v->n && !str_eq(v->v[i].id, id)) {
		if (now - v->v[i].at > VISITS_WINDOW_US)
			v->v[i] = v->v[--v->n];
		else
			i++;
	}
	if (i < VISITS_MAX) {
		str_copy(v->v[i].id, sizeof(v->v[i].id), id);
		v->v[i].at = now;
		v->n += i == v->n;
	} else {
		ok = false;
	}
	pthread_mutex_unlock(&v->lock);
	return ok;
}

/* -- who may have what ------------------------------------------------------------------------ */

static bool is_allowed(const struct request *rq)
{
	const char *referer = request_header(rq, MHD_HTTP_HEADER_REFERER);
	const char *agent = request_header(rq, MHD_HTTP_HEADER_USER_AGENT);
	return str_eq(request_header(rq, MHD_HTTP_HEADER_ORIGIN), ORIGIN) ||
	       (referer != NULL &&
		(strstr(referer, "odysee.com") != NULL || strstr(referer, "odysee.tv") != NULL)) ||
	       (agent != NULL && (str_starts(agent, "LBRY/") || str_starts(agent, "Roku/"))) ||
	       str_eq(request_header(rq, "X-Requested-With"), "com.odysee.app");
}

static enum MHD_Result refuse(struct request *rq, unsigned status, const char *why)
{
	return reply_text(rq, status, TEXT_PLAIN, why, NULL);
}

/* The refusal of a claim that is there but not for everybody; 0: it may be had. */
static unsigned refusal(const struct entry *e, const char **ret_why)
{
	static const struct {
		const char *what;
		unsigned status;
		const char *why;
	} kinds[] = {
		{ "members-only", 401, "edge credentials missing" },
		{ "purchase", 401, "edge credentials missing" },
		{ "rental", 401, "edge credentials missing" },
		{ "unlisted", 401, "edge credentials missing" },
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (entry_is_restricted(e, kinds[i].what)) {
			*ret_why = kinds[i].why;
			return kinds[i].status;
		}
	}
	*ret_why = e->fee_amount != NULL ? "paid stream"
		   : e->blocked          ? "this content cannot be accessed"
					 : "blob not found";
	return e->fee_amount != NULL ? 402 : e->blocked ? 403 : e->fd < 0 ? 503 : 0;
}

/* -- bytes ------------------------------------------------------------------------------------ */

static enum MHD_Result reply_bad_range(struct request *rq, uint64_t size)
{
	struct headers h = { 0 };
	headers_add(&h, MHD_HTTP_HEADER_CONTENT_RANGE, "bytes */%" PRIu64, size);
	return reply_text(rq, 416, TEXT_PLAIN, "invalid range\n", &h);
}

/* All of the bytes, or the part that was asked for. */
static enum MHD_Result reply_range(struct request *rq, const char *type, struct reply_bytes bytes,
				   struct headers *h)
{
	const struct fixture *f = rq->at->fixture;
	uint64_t size = bytes.len, first, last;
	uint64_t told = size + (f->wrong_length ? 1000 : 0);
	bool head = str_eq(rq->method, MHD_HTTP_METHOD_HEAD);
	const char *range =
	    head || f->ignore_range ? NULL : request_header(rq, MHD_HTTP_HEADER_RANGE);
	switch (range_read(range, size, &first, &last)) {
	case RANGE_WHOLE:
		bytes.announced = told;
		return reply_file(rq, 200, type, &bytes, h);
	case RANGE_PART:
		bytes.off = first;
		bytes.len = bytes.announced = last - first + 1;
		headers_add(h, MHD_HTTP_HEADER_CONTENT_RANGE,
			    "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, first + f->wrong_range,
			    last + f->wrong_range, told);
		return reply_file(rq, 206, type, &bytes, h);
	case RANGE_BAD:
		break;
	}
	if (bytes.close_fd)
		close(bytes.fd);
	return reply_bad_range(rq, size);
}

static void add_common(struct headers *h)
{
	headers_add(h, "Access-Control-Allow-Origin", "*");
	headers_add(h, "X-Powered-By", "fixture");
	headers_add(h, "Server", "Odysee media player");
}

static enum MHD_Result serve_original(struct request *rq, const struct entry *e)
{
	const struct fixture *f = rq->at->fixture;
	bool head = str_eq(rq->method, MHD_HTTP_METHOD_HEAD);
	bool download = str_eq(request_argument(rq, "download"), "true");
	struct headers h = { 0 };
	add_common(&h);
	if (head && e->hls != NULL && !download) {
		headers_add(&h, "Location", "/v6/streams/%s/%s/master.m3u8", e->id,
			    e->content[f->republish].sd_hash);
		return reply_text(rq, 308, TEXT_PLAIN, "", &h);
	}
	char modified[CLOCK_HTTP_SIZE];
	clock_http(e->release + (f->republish ? 86400 : 0), modified);
	headers_add(&h, "Last-Modified", "%s", modified);
	headers_add(&h, "Cache-Control", "%s",
		    head ? "no-store, No-cache" : "public, max-age=31536000");
	if (!head)
		headers_add(&h, "Accept-Ranges", "bytes");
	if (download)
		headers_add(&h, "Content-Disposition",
			    "attachment; filename=\"%s\"; filename*=UTF-8''%s", e->file, e->file);
	bool as_mp4 = str_eq(e->media_type, "video/webm") || str_eq(e->media_type, "video/m4v");
	return reply_range(rq, as_mp4 ? "video/mp4" : e->media_type,
			   (struct reply_bytes){
			       .fd = e->fd,
			       .len = e->content[0].size,
			       .inverted = f->change_content || f->republish,
			   },
			   &h);
}

/* A whole file of its own, opened for this reply. */
static enum MHD_Result serve_path(struct request *rq, const char *path, const char *type,
				  struct headers *h)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse(rq, 404, "stream not found");
	if (fstat(fd, &st) != 0)
		mem_die("fstat of an open file");
	return reply_range(rq, type,
			   (struct reply_bytes){
			       .fd = fd,
			       .len = (uint64_t)st.st_size,
			       .close_fd = true,
			   },
			   h);
}

static enum MHD_Result serve_hls(struct request *rq, const struct entry *e, const char *sd_hash,
				 const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_.";
	const struct fixture *f = rq->at->fixture;
	if (e->hls == NULL || !str_eq(sd_hash, e->content[f->republish].sd_hash) ||
	    strspn(name, letters) != strlen(name) || name[0] == '.')
		return refuse(rq, 404, "stream not found");
	struct headers h = { 0 };
	add_common(&h);
	headers_add(&h, "Cache-Control", "public, max-age=21239");
	headers_add(&h, "X-Cache", "HIT");
	char *path = str_fmt("%s/%s", e->hls, name);
	enum MHD_Result result = serve_path(
	    rq, path, str_ends(name, ".m3u8") ? "application/x-mpegurl" : "video/mp2t", &h);
	free(path);
	return result;
}

/* /speech/<name>:<id>.<ext>: the pictures. */
static enum MHD_Result serve_picture(struct request *rq, const char *rest)
{
	char *name = str_dupn(rest, strcspn(rest, ":"));
	const struct entry *e = catalog_by_name(rq->at->fixture->catalog, name);
	struct headers h = { 0 };
	enum MHD_Result result = e != NULL && e->picture != NULL
				     ? serve_path(rq, e->picture, "image/jpeg", &h)
				     : refuse(rq, 404, "not found");
	free(name);
	return result;
}

/* -- paths ------------------------------------------------------------------------------------ */

/* What follows /v6/streams/: <claim id>/<sd hash>[.ext], or <claim id>/<sd hash>/<file>. */
static enum MHD_Result serve_stream(struct request *rq, const char *rest)
{
	struct fixture *f = rq->at->fixture;
	char id[41];
	const char *slash = strchr(rest, '/');
	if (slash == NULL || slash - rest != 40)
		return refuse(rq, 404, "could not resolve stream URI");
	str_copy(id, sizeof(id), rest);
	const char *file = strchr(slash + 1, '/');
	if (file == NULL && !is_allowed(rq))
		return refuse(rq, 401, "this content cannot be accessed at the moment");
	if (file == NULL && f->visits != NULL && !visit(f->visits, id))
		return refuse(rq, 429, "Try again later");
	const struct entry *e = catalog_by_id(f->catalog, id);
	if (e == NULL || !e->has_source)
		return refuse(rq, 404, "could not resolve stream URI");
	const char *why;
	unsigned status = refusal(e, &why);
	if (status != 0)
		return refuse(rq, status, why);
	if (file == NULL)
		return serve_original(rq, e);
	char *sd_hash = str_dupn(slash + 1, (size_t)(file - slash - 1));
	enum MHD_Result result = serve_hls(rq, e, sd_hash, file + 1);
	free(sd_hash);
	return result;
}

enum MHD_Result serve_player(struct request *rq)
{
	static const char streams[] = "/v6/streams/", speech[] = "/speech/";
	if (!str_eq(rq->method, MHD_HTTP_METHOD_GET) && !str_eq(rq->method, MHD_HTTP_METHOD_HEAD))
		return refuse(rq, 405, "");
	if (str_starts(rq->path, streams))
		return serve_stream(rq, rq->path + strlen(streams));
	if (str_starts(rq->path, speech))
		return serve_picture(rq, rq->path + strlen(speech));
	return refuse(rq, 404, "404 page not found\n");
}
