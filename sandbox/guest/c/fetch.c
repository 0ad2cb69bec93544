/* fetch.c asks other servers, over HTTP/1.0: an answer ends with its connection. */
#include "conn.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MAX_HOST = 260, READ_SIZE = 8 * 1024 };

/* get is one fetch. What the loop sees comes first. */
struct get {
	struct az_fetch fetch;
	int connected, complete;
	struct az_buffer out, in;
	az_answer answer;
	void (*then)(az_request *, const az_answer *);
};

/* finish ends f, and gives its descriptor back. */
static int finish(struct get *f, int error) {
	f->answer.error = error;
	f->complete = 1;
	if (f->fetch.fd >= 0)
		close(f->fetch.fd);
	f->fetch.fd = -1;
	return 1;
}

/* split takes an http URL apart into host:port, and the rest of it. */
static int split(const char *url, char *address, const char **host, size_t *length, const char **path) {
	for (const char *c = url; *c; c++)
		if (*c <= ' ' || *c >= 0x7f)
			return -1;
	if (strncmp(url, "http://", 7) != 0)
		return -1;
	*host = url + 7;
	*length = strcspn(*host, "/?#");
	*path = *host + *length;
	if (*length == 0 || *length > MAX_HOST || memchr(*host, '@', *length) || memchr(*host, '\\', *length))
		return -1;
	const char *last = *host + *length - 1;
	while (last > *host && *last >= '0' && *last <= '9')
		last--;
	int has_port = *last == ':' && last > *host && last < *host + *length - 1;
	snprintf(address, MAX_HOST + 8, "%.*s%s", (int)*length, *host, has_port ? "" : ":80");
	return 0;
}

/* begin dials, and has the request ready. It returns 0, or an errno. */
static int begin(struct get *f, const char *url) {
	char address[MAX_HOST + 8];
	const char *host, *path;
	size_t length;
	if (split(url, address, &host, &length, &path) != 0)
		return EINVAL;
	int bad = az_buffer_text(&f->out, "GET ");
	bad |= az_buffer_text(&f->out, *path == '/' ? "" : "/");
	bad |= az_buffer_add(&f->out, path, strcspn(path, "#"));
	bad |= az_buffer_text(&f->out, " HTTP/1.0\r\nHost: ");
	bad |= az_buffer_add(&f->out, host, length);
	bad |= az_buffer_text(&f->out, "\r\nConnection: close\r\n\r\n");
	return bad ? ENOMEM : az_dial(address, &f->fetch.fd);
}

/* parse makes the answer of all that was read. */
static int parse(struct get *f) {
	size_t scanned = 0, length = 0;
	int n = az_head_end(f->in.data, f->in.length, &scanned), has_length = 0;
	if (n <= 0)
		return finish(f, f->in.length == 0 ? ECONNRESET : EPROTO);
	char *line = f->in.data;
	line[n - 2] = 0;
	int status = 0;
	if (strncmp(line, "HTTP/1.", 7) != 0 || strlen(line) < 12 || line[8] != ' ' || (status = atoi(line + 9)) < 200 || status > 999)
		return finish(f, EPROTO);
	while ((line = strstr(line, "\r\n")) != NULL && line[2]) {
		line += 2;
		if (strncasecmp(line, "Transfer-Encoding:", 18) == 0)
			return finish(f, EPROTO); /* HTTP/1.0 has none */
		if (strncasecmp(line, "Content-Length:", 15) != 0)
			continue;
		char digits[24];
		const char *value = line + 15 + strspn(line + 15, " \t");
		snprintf(digits, sizeof digits, "%.*s", (int)strcspn(value, " \t\r"), value);
		if (has_length++ || az_parse_length(digits, &length) != 0)
			return finish(f, EPROTO);
	}
	size_t body = f->in.length - (size_t)n;
	if (has_length && body != length)
		return finish(f, body < length ? ECONNRESET : EPROTO);
	f->answer = (az_answer){.status = status, .body = f->in.data + n, .body_length = body};
	return finish(f, 0);
}

static int step(struct az_fetch *fetch) {
	struct get *f = (struct get *)fetch;
	if (f->complete)
		return 1;
	if (az_now() >= f->fetch.due)
		return finish(f, ETIMEDOUT);
	if (!f->connected) {
		int error = az_dial_status(f->fetch.fd);
		if (error != 0)
			return error == EAGAIN ? 0 : finish(f, error);
		f->connected = 1;
	}
	while (f->out.length > 0) {
		ssize_t n = write(f->fetch.fd, f->out.data, f->out.length);
		if (n <= 0)
			return errno == EAGAIN ? 0 : finish(f, errno);
		az_buffer_drop(&f->out, (size_t)n);
	}
	f->fetch.events = POLLIN;
	for (;;) {
		if (f->in.length > AZ_MAX_HEAD + AZ_MAX_ANSWER)
			return finish(f, EFBIG);
		if (az_buffer_room(&f->in, READ_SIZE) != 0)
			return finish(f, ENOMEM);
		ssize_t n = read(f->fetch.fd, f->in.data + f->in.length, READ_SIZE);
		if (n < 0)
			return errno == EAGAIN ? 0 : finish(f, errno);
		if (n == 0)
			return parse(f);
		f->in.length += (size_t)n;
	}
}

static void done(struct az_fetch *fetch, az_request *r) {
	struct get *f = (struct get *)fetch;
	f->then(r, &f->answer);
}

static void release(struct az_fetch *fetch) {
	struct get *f = (struct get *)fetch;
	finish(f, 0);
	az_buffer_free(&f->in);
	az_buffer_free(&f->out);
	free(f);
}

void az_fetch(az_request *r, const char *url, void (*then)(az_request *, const az_answer *)) {
	struct az_conn *c = (struct az_conn *)r;
	struct get *f = calloc(1, sizeof *f);
	if (!f) {
		fprintf(stderr, "no memory for a fetch\n"); /* the request is answered with 500 */
		return;
	}
	f->fetch = (struct az_fetch){.fd = -1, .events = POLLOUT, .due = az_now() + AZ_FETCH_SECONDS * 1000LL,
		.step = step, .done = done, .release = release};
	f->then = then;
	if (c->fetch)
		c->fetch->release(c->fetch);
	c->fetch = &f->fetch;
	int error = begin(f, url);
	if (error != 0)
		finish(f, error);
}
