/* The conformance app of the C kit: what it answers is described in sandbox/guest/go/conformance. */
#define _GNU_SOURCE /* asprintf */
#include "../appzone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_KEY = 64, MAX_WAIT = 60 * 1000, MAX_LINES = 1000, BEAT = 20, MAX_VALUE = 256 * 1024 };

static void empty(az_request *r, int status) { az_respond(r, status, NULL, "", 0); }

static int number(const az_request *r, const char *name, int most) {
	char text[16];
	int n = az_query(r, name, text, sizeof text) > 0 ? atoi(text) : 0;
	return n < 0 ? 0 : n > most ? most : n;
}

static void echo(az_request *r) {
	az_add_header(r, "X-Method", r->method);
	az_add_header(r, "X-Path", r->target);
	az_respond(r, 200, az_header(r, "Content-Type"), r->body, r->body_length);
}

/* quoted returns text as the inside of a JSON string, to be freed. */
static char *quoted(const char *text, size_t length) {
	char *out = malloc(6 * length + 1);
	if (out)
		az_json_escape(out, text, length);
	return out;
}

static void env(az_request *r) {
	const char *id = getenv("APPZONE_PLUGIN_ID"), *version = getenv("APPZONE_PLUGIN_VERSION");
	char *settings = az_settings(), *user = quoted(az_user(r), strlen(az_user(r))), *role = quoted(az_role(r), strlen(az_role(r)));
	char *out = NULL;
	if (!settings || !user || !role ||
		asprintf(&out, "{\"plugin\":\"%s\",\"version\":\"%s\",\"settings\":%s,\"user\":\"%s\",\"role\":\"%s\"}",
			id ? id : "", version ? version : "", settings, user, role) < 0)
		empty(r, 500);
	else
		az_respond(r, 200, "application/json", out, strlen(out));
	free(settings);
	free(user);
	free(role);
	free(out);
}

static void identity(az_request *r) {
	az_claims c;
	char *out = NULL;
	int error = az_identity(r, &c), n = -1;
	char *reason = quoted(c.refused, strlen(c.refused)), *user = quoted(c.user, strlen(c.user)),
		*subject = quoted(c.subject, strlen(c.subject));
	if (error && reason)
		n = asprintf(&out, "{\"error\":\"%s\"}", reason);
	else if (user && subject)
		n = asprintf(&out, "{\"user\":\"%s\",\"role\":\"%s\",\"subject\":\"%s\",\"issuer\":\"%s\",\"issuedAt\":%lld,\"expiresAt\":%lld}",
			user, c.role, subject, c.issuer, c.issued_at, c.expires_at);
	if (n < 0)
		empty(r, 500);
	else
		az_respond(r, error ? 403 : 200, "application/json", out, (size_t)n);
	free(reason);
	free(user);
	free(subject);
	free(out);
}

static void fetched(az_request *r, const az_answer *a) {
	char *body = quoted(a->body, a->body_length), *out = NULL;
	int status = a->error ? 502 : 200, n = -1;
	if (a->error)
		n = asprintf(&out, "{\"error\":\"%s\"}", az_error_name(a->error));
	else if (body)
		n = asprintf(&out, "{\"status\":%d,\"body\":\"%s\"}", a->status, body);
	if (n < 0)
		empty(r, 500);
	else
		az_respond(r, status, "application/json", out, (size_t)n);
	free(body);
	free(out);
}

static void fetch(az_request *r) {
	char url[2048];
	if (az_query(r, "url", url, sizeof url) < 0)
		empty(r, 400);
	else
		az_fetch(r, url, fetched);
}

/* place writes the name of a key's file. A key is letters, digits, "-" and "_": never a path. */
static int place(const az_request *r, char *out, size_t size) {
	char key[MAX_KEY + 1];
	int n = az_query(r, "key", key, sizeof key);
	if (n <= 0 || strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != (size_t)n)
		return -1;
	snprintf(out, size, "%s/store-%s", az_data_dir(), key);
	return 0;
}

/* replace writes a file beside its place and puts it there when it is whole. */
static int replace(const char *file, const char *value, size_t length) {
	char fresh[512];
	snprintf(fresh, sizeof fresh, "%s.new", file);
	FILE *f = fopen(fresh, "wb");
	if (!f)
		return -1;
	size_t n = fwrite(value, 1, length, f);
	return fclose(f) != 0 || n != length ? -1 : rename(fresh, file);
}

static void load(az_request *r, const char *file) {
	static char value[MAX_VALUE];
	FILE *f = fopen(file, "rb");
	if (!f) {
		empty(r, 404);
		return;
	}
	size_t n = fread(value, 1, sizeof value, f);
	fclose(f);
	az_respond(r, 200, "application/octet-stream", value, n);
}

static void store(az_request *r) {
	char file[500];
	if (place(r, file, sizeof file) != 0) {
		empty(r, 400);
	} else if (strcmp(r->method, "PUT") == 0) {
		if (r->body_length > MAX_VALUE)
			empty(r, 413);
		else
			empty(r, replace(file, r->body, r->body_length) == 0 ? 204 : 500);
	} else if (strcmp(r->method, "DELETE") == 0) {
		unlink(file);
		empty(r, 204);
	} else if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0) {
		load(r, file);
	} else {
		empty(r, 405);
	}
}

static void slow(az_request *r) { az_respond(r, 200, "text/plain", "slow", 4); }

/* lines is how far a stream has come. */
struct lines {
	int next, last;
};

static void stream_line(az_request *r) {
	struct lines *l = r->data;
	char line[32];
	if (l->next <= l->last && az_send(r, line, (size_t)snprintf(line, sizeof line, "line %d\n", l->next)) != 0)
		return;
	if (l->next++ >= l->last)
		az_finish(r);
	else
		az_later(r, BEAT, stream_line);
}

static void stream(az_request *r) {
	struct lines *l = malloc(sizeof *l);
	if (!l) {
		empty(r, 500);
		return;
	}
	*l = (struct lines){1, number(r, "n", MAX_LINES)};
	r->data = l;
	r->release = free;
	az_start(r, 200, "text/plain");
	stream_line(r);
}

static void handle(az_request *r) {
	if (strcmp(r->path, "/echo") == 0) {
		echo(r);
	} else if (strcmp(r->path, "/env") == 0) {
		env(r);
	} else if (strcmp(r->path, "/identity") == 0) {
		identity(r);
	} else if (strcmp(r->path, "/fetch") == 0) {
		fetch(r);
	} else if (strcmp(r->path, "/store") == 0) {
		store(r);
	} else if (strcmp(r->path, "/slow") == 0) {
		az_later(r, (unsigned)number(r, "ms", MAX_WAIT), slow);
	} else if (strcmp(r->path, "/stream") == 0) {
		stream(r);
	} else if (strcmp(r->path, "/crash") == 0) {
		fprintf(stderr, "crashing on request\n");
		abort();
	} else {
		empty(r, 404);
	}
}

int main(void) { return az_serve(handle); }
