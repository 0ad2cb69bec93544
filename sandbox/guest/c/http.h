/* http.h is the parser of the kit: requests' heads, and bodies in chunks. Plugins do not use it. */
#ifndef APPZONE_HTTP_H
#define APPZONE_HTTP_H

#include "appzone.h"

struct az_field {
	const char *name, *value;
};

/* A request's head. Its strings point into the buffer that was parsed. */
struct az_head {
	char *method, *target, *path, *query;
	char *copy; /* of the target, for path and query; allocated */
	struct az_field fields[AZ_MAX_HEADERS];
	int count;
	int chunked;
	int keep;   /* the client wants the connection to stay */
	int old;    /* HTTP/1.0 */
	int expects; /* 100-continue */
	size_t length;
};

/* az_head_end looks for the end of a head, from *scanned on. It returns the head's length with its
 * empty line, 0 for more to come, or minus the status to answer. */
int az_head_end(const char *buf, size_t length, size_t *scanned);

/* az_head_parse takes a complete head apart, in place. It returns 0 or the status to answer. */
int az_head_parse(struct az_head *h, char *buf, size_t length);

/* az_unescape decodes percent-encoding in place, and + as a space where plus is set. It returns the
 * length, or -1. */
int az_unescape(char *text, int plus);

/* A body in chunks, decoded byte by byte. All zero at first. */
struct az_chunks {
	int state;
	int digits;  /* of a size */
	int line;    /* bytes of a chunk's extension */
	int trailer; /* bytes of all trailers */
	size_t left; /* of a chunk */
};

enum { AZ_CHUNKS_MORE = 0, AZ_CHUNKS_END = 1 };

/* az_chunks_feed decodes in place: *from is the next byte to read, *to where data goes, both offsets in
 * buf. It returns AZ_CHUNKS_MORE, AZ_CHUNKS_END, or minus the status to answer. */
int az_chunks_feed(struct az_chunks *c, char *buf, size_t length, size_t *from, size_t *to, size_t room);

/* az_is_name and az_is_value tell what may stand in a header. */
int az_is_name(const char *text);
int az_is_value(const char *text);

/* az_parse_length reads digits alone. It returns 0, or -1. */
int az_parse_length(const char *text, size_t *length);

#endif
