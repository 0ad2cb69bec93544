/* appzone.c is the kit's part that has nothing to do with HTTP. */
#include "appzone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_SETTINGS = 1024 * 1024 };

__attribute__((import_module("appzone_v1"), import_name("dial")))
int32_t appzone_v1_dial(const char *address, size_t length, int32_t *fd);

__attribute__((import_module("appzone_v1"), import_name("dial_status")))
int32_t appzone_v1_dial_status(int32_t fd);

int az_dial(const char *address, int *fd) {
	int32_t got = -1, error = appzone_v1_dial(address, strlen(address), &got);
	if (error != 0)
		return error;
	if (fcntl(got, F_SETFL, O_NONBLOCK) != 0) {
		error = errno;
		close(got);
		return error;
	}
	*fd = got;
	return 0;
}

int az_dial_status(int fd) { return appzone_v1_dial_status(fd); }

const char *az_error_name(int error) {
	static const struct { int error; const char *name; } known[] = {
		{EACCES, "EACCES"}, {ECONNREFUSED, "ECONNREFUSED"}, {ECONNRESET, "ECONNRESET"}, {EFBIG, "EFBIG"},
		{EHOSTUNREACH, "EHOSTUNREACH"}, {EINVAL, "EINVAL"}, {EMFILE, "EMFILE"}, {ENETUNREACH, "ENETUNREACH"},
		{ENOENT, "ENOTFOUND"}, {ENOMEM, "ENOMEM"}, {EPROTO, "EPROTO"}, {ETIMEDOUT, "ETIMEDOUT"},
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].error == error)
			return known[i].name;
	return "EIO";
}

const char *az_data_dir(void) {
	const char *dir = getenv("APPZONE_DATA_DIR");
	return dir && *dir ? dir : "/data";
}

char *az_settings(void) {
	const char *name = getenv("APPZONE_SETTINGS_FILE");
	FILE *f = name && *name ? fopen(name, "rb") : NULL;
	if (!f)
		return name && *name && errno != ENOENT ? NULL : strdup("{}");
	char *text = malloc(MAX_SETTINGS + 1);
	size_t n = text ? fread(text, 1, MAX_SETTINGS + 1, f) : 0;
	int bad = !text || ferror(f) || n > MAX_SETTINGS;
	fclose(f);
	if (bad) {
		free(text);
		return NULL;
	}
	text[n] = 0;
	char *fitting = realloc(text, n + 1);
	return fitting ? fitting : text;
}

size_t az_json_escape(char *out, const char *text, size_t length) {
	char *begin = out;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == '"' || c == '\\') {
			*out++ = '\\';
			*out++ = (char)c;
		} else if (c < ' ') {
			out += sprintf(out, "\\u%04x", c);
		} else {
			*out++ = (char)c;
		}
	}
	*out = 0;
	return (size_t)(out - begin);
}
