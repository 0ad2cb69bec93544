/* response.c makes responses and sends them. */
#include "conn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *reason(int status) {
	switch (status) {
	case 200: return "OK";
	case 201: return "Created";
	case 204: return "No Content";
	case 302: return "Found";
	case 303: return "See Other";
	case 304: return "Not Modified";
	case 400: return "Bad Request";
	case 401: return "Unauthorized";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 409: return "Conflict";
	case 413: return "Content Too Large";
	case 417: return "Expectation Failed";
	case 422: return "Unprocessable Content";
	case 431: return "Request Header Fields Too Large";
	case 500: return "Internal Server Error";
	case 501: return "Not Implemented";
	case 502: return "Bad Gateway";
	case 503: return "Service Unavailable";
	case 505: return "HTTP Version Not Supported";
	default: return "Status";
	}
}

/* owes tells whether a response may still be begun; a second one would be a mistake of the handler. */
static int owes(const struct az_conn *c) { return c->state == AZ_WORKING && !c->started; }

void az_add_header(az_request *r, const char *name, const char *value) {
	struct az_conn *c = (struct az_conn *)r;
	if (!owes(c) || !az_is_name(name) || strcasecmp(name, "Content-Length") == 0 ||
		strcasecmp(name, "Transfer-Encoding") == 0 || strcasecmp(name, "Connection") == 0)
		return;
	az_buffer_text(&c->headers, name);
	az_buffer_text(&c->headers, ": ");
	for (; *value; value++) {
		char one[2] = {*value, 0};
		az_buffer_text(&c->headers, az_is_value(one) ? one : " ");
	}
	az_buffer_text(&c->headers, "\r\n");
}

/* head begins the response. length is that of its body, or -1. */
static void head(struct az_conn *c, int status, const char *type, long long length) {
	char line[96];
	if (status < 200 || status > 999)
		status = 500;
	int none = status == 204 || status == 304;
	if (type)
		az_add_header(&c->request, "Content-Type", type);
	c->started = 1;
	c->chunked = length < 0 && !c->parsed.old && !none;
	c->closes = c->closes || (length < 0 && c->parsed.old);
	snprintf(line, sizeof line, "HTTP/1.1 %d %s\r\n", status, reason(status));
	az_buffer_text(&c->out, line);
	az_buffer_add(&c->out, c->headers.data, c->headers.length);
	if (c->chunked) {
		az_buffer_text(&c->out, "Transfer-Encoding: chunked\r\n");
	} else if (length >= 0 && !none) {
		snprintf(line, sizeof line, "Content-Length: %lld\r\n", length);
		az_buffer_text(&c->out, line);
	}
	if (c->closes)
		az_buffer_text(&c->out, "Connection: close\r\n");
	else if (c->parsed.old)
		az_buffer_text(&c->out, "Connection: keep-alive\r\n");
	if (az_buffer_text(&c->out, "\r\n") != 0)
		c->state = AZ_GONE;
	c->bodiless = c->bodiless || none;
}

void az_respond(az_request *r, int status, const char *type, const void *body, size_t length) {
	struct az_conn *c = (struct az_conn *)r;
	if (!owes(c))
		return;
	head(c, status, type, (long long)length);
	if (!c->bodiless && az_buffer_add(&c->out, body, length) != 0)
		c->state = AZ_GONE;
	if (c->state == AZ_WORKING)
		c->state = AZ_SENDING;
}

void az_start(az_request *r, int status, const char *type) {
	struct az_conn *c = (struct az_conn *)r;
	if (owes(c))
		head(c, status, type, -1);
}

int az_send(az_request *r, const void *part, size_t length) {
	struct az_conn *c = (struct az_conn *)r;
	char size[20];
	if (c->state != AZ_WORKING || !c->started)
		return -1;
	if (length == 0 || c->bodiless)
		return 0;
	snprintf(size, sizeof size, "%zx\r\n", length);
	if ((c->chunked && az_buffer_text(&c->out, size) != 0) || az_buffer_add(&c->out, part, length) != 0 ||
		(c->chunked && az_buffer_text(&c->out, "\r\n") != 0))
		c->state = AZ_GONE;
	else
		az_conn_flush(c);
	return c->state == AZ_GONE ? -1 : 0;
}

void az_finish(az_request *r) {
	struct az_conn *c = (struct az_conn *)r;
	if (c->state != AZ_WORKING || !c->started)
		return;
	c->state = AZ_SENDING;
	if (c->chunked && !c->bodiless && az_buffer_text(&c->out, "0\r\n\r\n") != 0)
		c->state = AZ_GONE;
}

void az_conn_flush(struct az_conn *c) {
	while (c->out.length > 0) {
		ssize_t n = write(c->fd, c->out.data, c->out.length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN && c->out.length <= AZ_MAX_OUTPUT)
			return;
		if (n <= 0) {
			c->state = AZ_GONE;
			return;
		}
		az_buffer_drop(&c->out, (size_t)n);
	}
}

void az_conn_refuse(struct az_conn *c, int status) {
	c->state = AZ_WORKING;
	c->closes = 1;
	char text[64];
	int n = snprintf(text, sizeof text, "%s\n", reason(status));
	az_respond(&c->request, status, "text/plain; charset=utf-8", text, (size_t)n);
}
