/* request.c reads requests, and looks into them for handlers. */
#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { READ_SIZE = 8 * 1024 };

void az_conn_read(struct az_conn *c) {
	if (az_buffer_room(&c->in, READ_SIZE) != 0) {
		c->state = AZ_GONE;
		return;
	}
	ssize_t n = read(c->fd, c->in.data + c->in.length, c->in.size - c->in.length);
	if (n > 0)
		c->in.length += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		c->state = AZ_GONE;
}

/* take_head parses a copy of the head: in moves as it grows, and a head's strings must not. */
static int take_head(struct az_conn *c) {
	int n = az_head_end(c->in.data, c->in.length, &c->scanned);
	if (n <= 0)
		return n;
	c->head = malloc((size_t)n + 1);
	if (!c->head)
		return -503;
	memcpy(c->head, c->in.data, (size_t)n);
	c->head[n] = 0;
	az_buffer_drop(&c->in, (size_t)n);
	int status = az_head_parse(&c->parsed, c->head, (size_t)n);
	if (status != 0)
		return -status;
	if (c->parsed.expects && c->in.length == 0 && (c->parsed.chunked || c->parsed.length > 0))
		az_buffer_text(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
	return 1;
}

/* take_body finds a complete body at the front of in. */
static int take_body(struct az_conn *c) {
	if (!c->parsed.chunked) {
		c->from = c->to = c->parsed.length;
		return c->in.length >= c->parsed.length;
	}
	int did = az_chunks_feed(&c->chunks, c->in.data, c->in.length, &c->from, &c->to, AZ_MAX_BODY);
	if (did == AZ_CHUNKS_MORE && c->from > c->to) { /* everything was read: only data is kept */
		c->in.length = c->from = c->to;
	}
	return did;
}

int az_conn_take(struct az_conn *c) {
	int did;
	if (!c->head && (did = take_head(c)) <= 0)
		return did;
	if ((did = take_body(c)) <= 0)
		return did;
	c->body = malloc(c->to + 1);
	if (!c->body)
		return -503;
	if (c->to > 0)
		memcpy(c->body, c->in.data, c->to);
	c->body[c->to] = 0;
	az_buffer_drop(&c->in, c->from);
	c->request = (az_request){.method = c->parsed.method, .target = c->parsed.target, .path = c->parsed.path,
		.query = c->parsed.query, .body = c->body, .body_length = c->to};
	c->bodiless = strcmp(c->parsed.method, "HEAD") == 0;
	c->closes = !c->parsed.keep;
	return 1;
}

void az_conn_reset(struct az_conn *c) {
	if (c->request.release)
		c->request.release(c->request.data);
	if (c->fetch)
		c->fetch->release(c->fetch);
	free(c->head);
	free(c->body);
	free(c->parsed.copy);
	az_buffer_free(&c->headers);
	*c = (struct az_conn){.fd = c->fd, .state = c->state, .in = c->in, .out = c->out};
}

const char *az_header(const az_request *r, const char *name) {
	const struct az_head *h = &((const struct az_conn *)r)->parsed;
	for (int i = 0; i < h->count; i++)
		if (strcasecmp(h->fields[i].name, name) == 0)
			return h->fields[i].value;
	return NULL;
}

const char *az_user(const az_request *r) {
	const char *user = az_header(r, "X-AppZone-User");
	return user ? user : "";
}

const char *az_role(const az_request *r) {
	const char *role = az_header(r, "X-AppZone-Role");
	return role ? role : "";
}

int az_query(const az_request *r, const char *name, char *out, size_t size) {
	char *text = strdup(r->query), *pair = text;
	int length = -1;
	while (pair && length < 0) {
		char *next = strchr(pair, '&');
		if (next)
			*next++ = 0;
		char *value = strchr(pair, '=');
		if (value)
			*value++ = 0;
		else
			value = pair + strlen(pair);
		if (az_unescape(pair, 1) >= 0 && strcmp(pair, name) == 0) {
			length = az_unescape(value, 1);
			if (length < 0 || (size_t)length >= size)
				length = -1;
			else
				memcpy(out, value, (size_t)length + 1);
			break;
		}
		pair = next;
	}
	free(text);
	return length;
}
