/*
 * appzone.h is the kit for WASM plugins of App Zone written in C. It needs the C library alone.
 *
 * A plugin calls az_serve with a handler and answers each request at once (az_respond), piece by
 * piece (az_start, az_send, az_finish), after a while (az_later) or when another server has answered
 * (az_fetch). There is one thread: a handler that computes for long holds up the others, one that
 * waits by az_later or az_fetch does not.
 *
 * What is malformed or ambiguous is answered with an error and the connection closed, before the
 * handler sees it. A request and what it points to live until its response is complete, or its client
 * is gone, which ends what is pending without a further call.
 */
#ifndef APPZONE_H
#define APPZONE_H

#include <stddef.h>

/* Bounds. A request beyond them is answered with the status named. */
enum {
	AZ_MAX_HEAD = 16 * 1024,        /* bytes of request line and headers: 431 */
	AZ_MAX_HEADERS = 64,            /* headers: 431 */
	AZ_MAX_BODY = 1024 * 1024,      /* bytes of a body, which is read before the handler runs: 413 */
	AZ_MAX_CONNECTIONS = 128,       /* at once; others wait */
	AZ_MAX_OUTPUT = 4 * 1024 * 1024,/* bytes that wait for a slow client: its connection ends */
	AZ_MAX_ANSWER = 1024 * 1024,    /* bytes of an answer to az_fetch: EFBIG */
	AZ_FETCH_SECONDS = 30,          /* for a whole az_fetch: ETIMEDOUT */
};

typedef struct az_request {
	const char *method; /* as it was sent */
	const char *target; /* path and query, as they were sent */
	const char *path;   /* decoded once; may hold ".." */
	const char *query;  /* what follows the first "?", as it was sent, or "" */
	const char *body;   /* ends with a zero byte that is not counted */
	size_t body_length;
	void *data;         /* the handler's own, for its later steps; NULL at first */
	void (*release)(void *data); /* called with data when the request ends, unless NULL */
} az_request;

/* az_header returns the value of the first header of that name, in any case, or NULL. */
const char *az_header(const az_request *r, const char *name);

/* az_query decodes the first parameter of that name into out. It returns its length, or -1 if there
 * is none, its encoding is wrong, or it does not fit with its final zero byte. */
int az_query(const az_request *r, const char *name, char *out, size_t size);

/* az_user and az_role say who asks, or "". The host writes these headers; clients cannot. */
const char *az_user(const az_request *r);
const char *az_role(const az_request *r);

/* Who asks, as the host signed it. */
typedef struct az_claims {
	char user[256];    /* the member's name, or "plugin:" and the id of a plugin */
	char role[32];     /* "admin", "user", "agent" or "plugin" */
	char subject[256]; /* what to remember who asks by; now the same as user */
	char issuer[256];  /* the public URL of the host that says so */
	long long issued_at, expires_at; /* seconds since 1970 */
	char refused[128]; /* after EACCES: why it is not believed */
} az_claims;

/* az_identity says who asks by the signed token: its signature, its time, and that it is for this plugin
 * are verified. It returns 0, or an errno: EACCES where it is not believed, EFBIG where it does not fit. */
int az_identity(const az_request *r, az_claims *out);

/* az_add_header adds a header to the response, before it is started. Control characters in value
 * become spaces. Content-Length, Transfer-Encoding and Connection belong to the server. */
void az_add_header(az_request *r, const char *name, const char *value);

/* az_respond answers completely. type is the Content-Type, or NULL. */
void az_respond(az_request *r, int status, const char *type, const void *body, size_t length);

/* az_start begins a response of unknown length, az_send sends a part of it, az_finish ends it.
 * az_send returns -1 when the client is gone. */
void az_start(az_request *r, int status, const char *type);
int az_send(az_request *r, const void *part, size_t length);
void az_finish(az_request *r);

/* az_later calls then after some milliseconds. */
void az_later(az_request *r, unsigned ms, void (*then)(az_request *r));

/* What another server answered. */
typedef struct az_answer {
	int error;  /* 0, or an errno: EACCES for an address that was not granted, ENOENT for no such name */
	int status;
	const char *body;
	size_t body_length;
} az_answer;

/* az_fetch gets an http URL and calls then with the answer, which lives during the call. Redirects
 * are not followed. */
void az_fetch(az_request *r, const char *url, void (*then)(az_request *r, const az_answer *answer));

/* az_dial begins a connection to "host:port" and returns 0, or an errno. *fd does not block; it is
 * writable once az_dial_status is no longer EAGAIN but 0, or the errno why there is no connection. */
int az_dial(const char *address, int *fd);
int az_dial_status(int fd);

/* az_error_name is "EACCES" for EACCES, "ENOTFOUND" for ENOENT, and so on. */
const char *az_error_name(int error);

/* az_serve serves until the host stops the plugin, and returns 0 then, or 1 with a message on the
 * standard error. */
int az_serve(void (*handler)(az_request *r));

/* az_data_dir is the plugin's private folder, kept across restarts and versions. */
const char *az_data_dir(void);

/* az_settings returns the settings as JSON, "{}" where there are none, to be freed by the caller;
 * NULL if they cannot be read. */
char *az_settings(void);

/* az_json_escape writes text as the inside of a JSON string and a final zero byte. out holds
 * 6 * length + 1 bytes. It returns the length. Bytes from 0x80 on stay as they are. */
size_t az_json_escape(char *out, const char *text, size_t length);

#endif
