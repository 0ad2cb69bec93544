/* conn.h is what the files of the kit's server share. Plugins do not use it. */
#ifndef APPZONE_CONN_H
#define APPZONE_CONN_H

#include "http.h"

/* A buffer that grows. */
struct az_buffer {
	char *data;
	size_t length, size;
};

/* These return -1 when there is no memory. */
int az_buffer_room(struct az_buffer *b, size_t more);
int az_buffer_add(struct az_buffer *b, const void *data, size_t length);
int az_buffer_text(struct az_buffer *b, const char *text);
/* az_buffer_drop takes bytes away from the front. */
void az_buffer_drop(struct az_buffer *b, size_t length);
void az_buffer_free(struct az_buffer *b);

enum az_state {
	AZ_READING,   /* a request */
	AZ_WORKING,   /* the handler owes an answer, or its end */
	AZ_SENDING,   /* what is left of a complete answer */
	AZ_LINGERING, /* the client may still send; closing at once would destroy the answer on its way */
	AZ_GONE,
};

struct az_fetch;

/* One connection. The request comes first: handlers get its address. */
struct az_conn {
	az_request request;
	int fd;
	enum az_state state;
	struct az_buffer in, out;
	size_t discarded; /* while lingering */

	size_t scanned;      /* of a head that is not complete */
	char *head;          /* the head, apart from in, or NULL */
	struct az_head parsed;
	struct az_chunks chunks;
	size_t from, to;     /* of in: up to where chunks were read, and where their data ends */
	char *body;

	struct az_buffer headers; /* of the response */
	int started, chunked, bodiless, closes;

	long long due; /* when then is called, in ms of az_now; 0 is never */
	void (*then)(az_request *);
	struct az_fetch *fetch; /* or NULL */
};

/* az_now is a clock in ms that only goes forward. */
long long az_now(void);

/* az_conn_read reads what arrived. az_conn_take makes a request of it: 1 for one, 0 for more to come,
 * or minus the status to answer. az_conn_reset forgets the request. */
void az_conn_read(struct az_conn *c);
int az_conn_take(struct az_conn *c);
void az_conn_reset(struct az_conn *c);

/* az_conn_flush sends what it can. az_conn_refuse answers an error and closes. */
void az_conn_flush(struct az_conn *c);
void az_conn_refuse(struct az_conn *c, int status);

/* What a request waits for besides time. The loop calls it by these pointers alone, so that a plugin that
 * fetches nothing has nothing of it, and imports nothing of the host. */
struct az_fetch {
	int fd;        /* -1 if it is complete */
	short events;  /* of fd, to wait for */
	long long due; /* when it is given up */
	int (*step)(struct az_fetch *);                 /* 1: complete */
	void (*done)(struct az_fetch *, az_request *);  /* tells the handler */
	void (*release)(struct az_fetch *);
};

#endif
