/* buffer.c holds what was read and not used, or made and not sent. */
#include "conn.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 1024, KEPT_SIZE = 64 * 1024 };

int az_buffer_room(struct az_buffer *b, size_t more) {
	if (more <= b->size - b->length)
		return 0;
	size_t size = b->size ? b->size : FIRST_SIZE;
	while (size - b->length < more)
		size *= 2;
	char *data = realloc(b->data, size);
	if (!data)
		return -1;
	b->data = data;
	b->size = size;
	return 0;
}

int az_buffer_add(struct az_buffer *b, const void *data, size_t length) {
	if (length == 0)
		return 0;
	if (az_buffer_room(b, length) != 0)
		return -1;
	memcpy(b->data + b->length, data, length);
	b->length += length;
	return 0;
}

int az_buffer_text(struct az_buffer *b, const char *text) { return az_buffer_add(b, text, strlen(text)); }

void az_buffer_drop(struct az_buffer *b, size_t length) {
	b->length -= length;
	if (b->length > 0)
		memmove(b->data, b->data + length, b->length);
	else if (b->size > KEPT_SIZE) /* an idle connection holds no more than it needs */
		az_buffer_free(b);
}

void az_buffer_free(struct az_buffer *b) {
	free(b->data);
	*b = (struct az_buffer){0};
}
