/*
 * wasm-hello-c is a sample plugin: a small HTTP server in C on the C library alone. It
 * answers one request at a time, greets the member, counts visits in its private folder,
 * and shows its environment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_HEAD = 16 * 1024, MAX_NAME = 100, MAX_BODY = 64 * 1024 };

extern char **environ;

/* request is what is kept of a request's head. */
struct request {
	char method[8];
	char path[1024];
	char user[MAX_NAME + 1];
};

/* write_all sends everything, or returns -1. */
static int write_all(int fd, const char *p, size_t n) {
	while (n > 0) {
		ssize_t done = write(fd, p, n);
		if (done <= 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* read_head reads up to the empty line. It returns the head's length, or -1. */
static int read_head(int fd, char *buf, size_t size) {
	size_t n = 0;
	while (n < size - 1) {
		ssize_t got = read(fd, buf + n, size - 1 - n);
		if (got <= 0)
			return -1;
		n += (size_t)got;
		buf[n] = 0;
		if (strstr(buf, "\r\n\r\n"))
			return (int)n;
	}
	return -1;
}

/* parse takes the request line and the member's name out of a head. */
static int parse(char *head, struct request *r) {
	static const char user[] = "X-AppZone-User:";
	memset(r, 0, sizeof *r);
	if (sscanf(head, "%7s %1023s HTTP/1.", r->method, r->path) != 2)
		return -1;
	r->path[strcspn(r->path, "?")] = 0;
	for (char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
		char *value = line + 2;
		if (strncasecmp(value, user, sizeof user - 1) != 0)
			continue;
		value += sizeof user - 1;
		value += strspn(value, " ");
		size_t n = strcspn(value, "\r\n");
		if (n > MAX_NAME)
			n = MAX_NAME;
		memcpy(r->user, value, n);
	}
	return 0;
}

/* escape writes text for use in HTML. out holds six times text's length. */
static void escape(char *out, const char *text) {
	for (; *text; text++) {
		switch (*text) {
		case '<': out += sprintf(out, "&lt;"); break;
		case '>': out += sprintf(out, "&gt;"); break;
		case '&': out += sprintf(out, "&amp;"); break;
		case '"': out += sprintf(out, "&quot;"); break;
		default: *out++ = *text;
		}
	}
	*out = 0;
}

/* count adds one to the number in the private folder. */
static long count(void) {
	long n = 0;
	FILE *f = fopen("/data/visits", "r");
	if (f) {
		if (fscanf(f, "%ld", &n) != 1)
			n = 0;
		fclose(f);
	}
	n++;
	f = fopen("/data/visits.new", "w");
	if (!f)
		return -1;
	fprintf(f, "%ld\n", n);
	if (fclose(f) != 0 || rename("/data/visits.new", "/data/visits") != 0)
		return -1;
	return n;
}

static int answer(int fd, const char *status, const char *type, const char *body, int head_only) {
	char head[256];
	size_t length = strlen(body);
	snprintf(head, sizeof head,
		"HTTP/1.1 %s\r\nContent-Type: %s; charset=utf-8\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		status, type, length);
	if (write_all(fd, head, strlen(head)) < 0)
		return -1;
	return head_only ? 0 : write_all(fd, body, length);
}

static int home(int fd, const struct request *r, int head_only) {
	static char name[6 * MAX_NAME + 1], body[MAX_BODY];
	long n = count();
	if (n < 0)
		return answer(fd, "500 Internal Server Error", "text/plain", "the visit could not be counted\n", head_only);
	escape(name, r->user[0] ? r->user : "stranger");
	snprintf(body, sizeof body,
		"<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Hello</title>\n"
		"<h1>Hello, %s!</h1>\n"
		"<p>This page comes from C inside the WASM sandbox. It was asked for %ld times.</p>\n</html>\n", name, n);
	return answer(fd, "200 OK", "text/html", body, head_only);
}

static int env(int fd, int head_only) {
	static char body[MAX_BODY];
	size_t n = 0;
	body[0] = 0;
	for (char **e = environ; *e; e++) {
		size_t length = strlen(*e);
		if (n + length + 2 > sizeof body)
			break;
		memcpy(body + n, *e, length);
		n += length;
		body[n++] = '\n';
		body[n] = 0;
	}
	return answer(fd, "200 OK", "text/plain", body, head_only);
}

static void serve(int fd) {
	static char head[MAX_HEAD];
	struct request r;
	if (read_head(fd, head, sizeof head) < 0)
		return;
	if (parse(head, &r) < 0) {
		answer(fd, "400 Bad Request", "text/plain", "this is not HTTP\n", 0);
		return;
	}
	int head_only = strcmp(r.method, "HEAD") == 0;
	if (!head_only && strcmp(r.method, "GET") != 0)
		answer(fd, "405 Method Not Allowed", "text/plain", "only GET and HEAD are answered\n", 0);
	else if (strcmp(r.path, "/") == 0)
		home(fd, &r, head_only);
	else if (strcmp(r.path, "/env") == 0)
		env(fd, head_only);
	else
		answer(fd, "404 Not Found", "text/plain", "there is / and /env\n", head_only);
}

int main(void) {
	const char *listen_fd = getenv("LISTEN_FD");
	if (!listen_fd) {
		fprintf(stderr, "LISTEN_FD is not set: start this program as a plugin of App Zone\n");
		return 1;
	}
	int listener = atoi(listen_fd);
	printf("wasm-hello-c is listening\n");
	fflush(stdout);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			break; /* the host stops the plugin */
		serve(fd);
		close(fd);
	}
	printf("wasm-hello-c ends\n");
	return 0;
}
