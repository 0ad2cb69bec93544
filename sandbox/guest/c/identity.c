/* identity.c asks the host whether it signed who makes a request. */
#include "appzone.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

__attribute__((import_module("appzone_v1"), import_name("verify_identity")))
int32_t appzone_v1_verify_identity(const char *token, size_t length, char *out, size_t capacity, uint32_t *written);

/* copy writes the value of a line, and says whether it fits. */
static int copy(char *out, size_t size, const char *value) {
	size_t length = strlen(value);
	if (length >= size)
		return 0;
	memcpy(out, value, length + 1);
	return 1;
}

/* take reads one line, "name=value". A name that is not known yet is passed over. */
static int take(az_claims *out, char *line) {
	char *value = strchr(line, '=');
	if (!value)
		return 1;
	*value++ = 0;
	if (strcmp(line, "user") == 0)
		return copy(out->user, sizeof out->user, value);
	if (strcmp(line, "role") == 0)
		return copy(out->role, sizeof out->role, value);
	if (strcmp(line, "subject") == 0)
		return copy(out->subject, sizeof out->subject, value);
	if (strcmp(line, "issuer") == 0)
		return copy(out->issuer, sizeof out->issuer, value);
	if (strcmp(line, "issued_at") == 0)
		out->issued_at = strtoll(value, NULL, 10);
	else if (strcmp(line, "expires_at") == 0)
		out->expires_at = strtoll(value, NULL, 10);
	return 1;
}

int az_identity(const az_request *r, az_claims *out) {
	char text[2048];
	uint32_t written = 0;
	const char *token = az_header(r, "X-AppZone-Identity");
	memset(out, 0, sizeof *out);
	if (!token)
		token = "";
	int32_t error = appzone_v1_verify_identity(token, strlen(token), text, sizeof text - 1, &written);
	text[written] = 0;
	if (error == EACCES) {
		if (written >= sizeof out->refused)
			text[sizeof out->refused - 1] = 0;
		copy(out->refused, sizeof out->refused, text);
	}
	if (error != 0)
		return error;
	for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = 0;
		if (!take(out, line)) {
			memset(out, 0, sizeof *out);
			return EFBIG;
		}
	}
	return 0;
}
