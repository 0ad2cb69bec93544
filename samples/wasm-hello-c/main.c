/*
 * wasm-hello-c is a sample plugin: a small HTTP server in C with the kit of sandbox/guest/c. It
 * greets the member, counts visits in its private folder, and shows its environment.
 */
#include "../../sandbox/guest/c/appzone.h"

#include <stdio.h>
#include <string.h>

enum { MAX_NAME = 100, MAX_PAGE = 64 * 1024 };

static const char plain[] = "text/plain; charset=utf-8";

extern char **environ;

/* escape writes text for use in HTML, and cuts what does not fit. */
static void escape(char *out, size_t size, const char *text) {
	size_t n = 0;
	for (; *text && n + 7 < size; text++) {
		switch (*text) {
		case '<': n += (size_t)sprintf(out + n, "&lt;"); break;
		case '>': n += (size_t)sprintf(out + n, "&gt;"); break;
		case '&': n += (size_t)sprintf(out + n, "&amp;"); break;
		case '"': n += (size_t)sprintf(out + n, "&quot;"); break;
		default: out[n++] = *text;
		}
	}
	out[n] = 0;
}

/* count adds one to the number in the private folder, and returns it; -1 on failure. */
static long count(void) {
	long n = 0;
	FILE *f = fopen("/data/visits", "r");
	if (f) {
		if (fscanf(f, "%ld", &n) != 1)
			n = 0; /* an empty or damaged file starts over */
		fclose(f);
	}
	f = fopen("/data/visits.new", "w");
	if (!f)
		return -1;
	fprintf(f, "%ld\n", ++n);
	/* A rename replaces the file as a whole, whatever happens in between. */
	return fclose(f) == 0 && rename("/data/visits.new", "/data/visits") == 0 ? n : -1;
}

static void home(az_request *r) {
	char name[6 * MAX_NAME + 1], page[1024];
	long n = count();
	if (n < 0) {
		az_respond(r, 500, plain, "the visit could not be counted\n", 31);
		return;
	}
	escape(name, sizeof name, *az_user(r) ? az_user(r) : "stranger");
	snprintf(page, sizeof page,
		"<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Hello</title>\n"
		"<h1>Hello, %s!</h1>\n"
		"<p>This page comes from C inside the WASM sandbox. It was asked for %ld times.</p>\n</html>\n", name, n);
	az_respond(r, 200, "text/html; charset=utf-8", page, strlen(page));
}

static void env(az_request *r) {
	static char page[MAX_PAGE];
	size_t n = 0;
	for (char **e = environ; *e && n + strlen(*e) + 2 < sizeof page; e++)
		n += (size_t)sprintf(page + n, "%s\n", *e);
	az_respond(r, 200, plain, page, n);
}

static void handle(az_request *r) {
	if (strcmp(r->method, "HEAD") != 0 && strcmp(r->method, "GET") != 0)
		az_respond(r, 405, plain, "only GET and HEAD are answered\n", 31);
	else if (strcmp(r->path, "/") == 0)
		home(r);
	else if (strcmp(r->path, "/env") == 0)
		env(r);
	else
		az_respond(r, 404, plain, "there is / and /env\n", 20);
}

int main(void) {
	printf("wasm-hello-c is listening\n");
	fflush(stdout);
	int failed = az_serve(handle);
	printf("wasm-hello-c ends\n");
	return failed;
}
