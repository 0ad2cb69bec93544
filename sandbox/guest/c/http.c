#include "http.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_METHOD = 32, MAX_CHUNK_LINE = 256, MAX_TRAILER = 4096 };

int az_head_end(const char *buf, size_t length, size_t *scanned) {
	for (size_t i = *scanned; i < length && i < AZ_MAX_HEAD; i++) {
		if (buf[i] == 0)
			return -400;
		if (buf[i] != '\n')
			continue;
		if (i < 2 || buf[i - 1] != '\r')
			return -400;
		if (buf[i - 2] == '\n')
			return (int)i + 1;
	}
	*scanned = length;
	return length >= AZ_MAX_HEAD ? -431 : 0;
}

int az_is_name(const char *text) {
	static const char others[] = "!#$%&'*+-.^_`|~";
	if (!*text)
		return 0;
	for (; *text; text++) {
		char c = *text, lower = (char)(c | 0x20);
		if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && !strchr(others, c))
			return 0;
	}
	return 1;
}

int az_is_value(const char *text) {
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
			return 0;
	return 1;
}

int az_parse_length(const char *text, size_t *length) {
	size_t n = 0;
	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > (SIZE_MAX - 9) / 10)
			return -1;
		n = n * 10 + (size_t)(*text - '0');
	}
	*length = n;
	return 0;
}

static int hex(char c) {
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int az_unescape(char *text, int plus) {
	char *out = text;
	for (char *in = text; *in; in++) {
		int c = *in;
		if (c == '+' && plus)
			c = ' ';
		if (c == '%') {
			int high = hex(in[1]), low = high < 0 ? -1 : hex(in[2]);
			if (low < 0)
				return -1;
			c = high << 4 | low;
			in += 2;
		}
		*out++ = (char)c;
	}
	*out = 0;
	return (int)(out - text);
}

/* cut ends text at the first separator and returns what follows, or NULL. */
static char *cut(char *text, const char *separator) {
	char *at = strstr(text, separator);
	if (!at)
		return NULL;
	*at = 0;
	return at + strlen(separator);
}

/* parse_target checks the target and makes path and query of a copy. */
static int parse_target(struct az_head *h) {
	for (const char *c = h->target; *c; c++)
		if (*c <= ' ' || *c >= 0x7f || *c == '#')
			return 400;
	if (strcmp(h->method, "CONNECT") == 0)
		return 501;
	if (strncasecmp(h->target, "http://", 7) == 0) { /* as proxies ask: the path counts */
		char *path = h->target + 7 + strcspn(h->target + 7, "/?");
		if (*path != '/')
			*--path = '/';
		h->target = path;
	}
	if (h->target[0] != '/' && (strcmp(h->target, "*") != 0 || strcmp(h->method, "OPTIONS") != 0))
		return 400;
	h->copy = strdup(h->target);
	if (!h->copy)
		return 503;
	h->path = h->copy;
	h->query = cut(h->path, "?");
	if (!h->query)
		h->query = h->path + strlen(h->path);
	else if (strlen(h->path) + strlen(h->query) + 1 != strlen(h->target))
		return 400;
	int length = az_unescape(h->path, 0);
	return length < 0 || strlen(h->path) != (size_t)length ? 400 : 0; /* a zero byte is no part of a path */
}

static int parse_line(struct az_head *h, char *line) {
	h->method = line;
	h->target = cut(line, " ");
	char *version = h->target ? cut(h->target, " ") : NULL;
	if (!version || !az_is_name(h->method))
		return 400;
	if (strlen(h->method) > MAX_METHOD)
		return 501;
	h->old = strcmp(version, "HTTP/1.0") == 0;
	if (!h->old && strcmp(version, "HTTP/1.1") != 0)
		return strncmp(version, "HTTP/", 5) == 0 && strlen(version) == 8 ? 505 : 400;
	return parse_target(h);
}

static int parse_field(struct az_head *h, char *line) {
	if (h->count == AZ_MAX_HEADERS)
		return 431;
	char *value = cut(line, ":");
	if (!value || !az_is_name(line)) /* a folded line has a space in its name */
		return 400;
	value += strspn(value, " \t");
	size_t n = strlen(value);
	while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
		value[--n] = 0;
	if (!az_is_value(value))
		return 400;
	h->fields[h->count++] = (struct az_field){line, value};
	return 0;
}

/* names tells whether a list of options holds one of them. */
static int names(const char *list, const char *option) {
	size_t length = strlen(option);
	while (*list) {
		list += strspn(list, " \t,");
		size_t n = strcspn(list, " \t,");
		if (n == length && strncasecmp(list, option, n) == 0)
			return 1;
		list += n;
	}
	return 0;
}

/* frame finds the body's length. What another reader could take for another one is refused. */
static int frame(struct az_head *h) {
	int lengths = 0, codings = 0, hosts = 0, closes = 0;
	h->keep = !h->old;
	for (int i = 0; i < h->count; i++) {
		const char *name = h->fields[i].name, *value = h->fields[i].value;
		if (strcasecmp(name, "Content-Length") == 0) {
			lengths++;
			if (az_parse_length(value, &h->length) != 0)
				return 400;
		} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
			codings++;
			h->chunked = strcasecmp(value, "chunked") == 0;
		} else if (strcasecmp(name, "Host") == 0) {
			hosts++;
		} else if (strcasecmp(name, "Connection") == 0) {
			if (names(value, "close"))
				closes = 1;
			else if (h->old && names(value, "keep-alive"))
				h->keep = 1;
		} else if (strcasecmp(name, "Expect") == 0) {
			if (strcasecmp(value, "100-continue") != 0)
				return 417;
			h->expects = !h->old;
		}
	}
	h->keep = h->keep && !closes;
	if (hosts > 1 || (hosts == 0 && !h->old))
		return 400;
	if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0) || (codings > 0 && h->old))
		return 400;
	if (codings > 0 && !h->chunked)
		return 501;
	return h->length > AZ_MAX_BODY ? 413 : 0;
}

int az_head_parse(struct az_head *h, char *buf, size_t length) {
	memset(h, 0, sizeof *h);
	buf[length - 2] = 0; /* the empty line */
	char *rest = cut(buf, "\r\n");
	if (!rest)
		return 400;
	int status = parse_line(h, buf);
	while (status == 0 && *rest) {
		char *line = rest;
		rest = cut(line, "\r\n");
		status = parse_field(h, line);
	}
	return status != 0 ? status : frame(h);
}

enum { SIZE, EXTENSION, SIZE_END, DATA, DATA_CR, DATA_LF, TRAILER_START, TRAILER, TRAILER_END, LAST };

/* step takes one byte of what is around the data. It returns 0, 1 at the end, or minus a status. */
static int step(struct az_chunks *c, char b, size_t room) {
	switch (c->state) {
	case SIZE:
		if (hex(b) >= 0) {
			if (++c->digits > 7)
				return -413;
			c->left = c->left << 4 | (size_t)hex(b);
			return 0;
		}
		if (c->digits == 0)
			return -400;
		if (b == ';' || b == ' ' || b == '\t')
			c->state = EXTENSION;
		else if (b == '\r')
			c->state = SIZE_END;
		else
			return -400;
		return 0;
	case EXTENSION:
		if (b == '\r')
			c->state = SIZE_END;
		else if (++c->line > MAX_CHUNK_LINE || ((unsigned char)b < ' ' && b != '\t') || b == 0x7f)
			return -400;
		return 0;
	case SIZE_END:
		c->state = c->left > 0 ? DATA : TRAILER_START;
		return b != '\n' ? -400 : c->left > room ? -413 : 0;
	case DATA_CR:
		c->state = DATA_LF;
		return b == '\r' ? 0 : -400;
	case DATA_LF:
		c->state = SIZE;
		c->digits = c->line = 0;
		return b == '\n' ? 0 : -400;
	case TRAILER_START:
		if (b == '\r') {
			c->state = LAST;
			return 0;
		}
		if (b == ' ' || b == '\t' || b == ':')
			return -400;
		c->state = TRAILER;
		/* fall through */
	case TRAILER:
		if (b == '\r')
			c->state = TRAILER_END;
		else if (++c->trailer > MAX_TRAILER || ((unsigned char)b < ' ' && b != '\t') || b == 0x7f)
			return -400;
		return 0;
	case TRAILER_END:
		c->state = TRAILER_START;
		return b == '\n' ? 0 : -400;
	default:
		return b == '\n' ? 1 : -400;
	}
}

int az_chunks_feed(struct az_chunks *c, char *buf, size_t length, size_t *from, size_t *to, size_t room) {
	while (*from < length) {
		if (c->state == DATA) {
			size_t n = length - *from < c->left ? length - *from : c->left;
			memmove(buf + *to, buf + *from, n);
			*from += n;
			*to += n;
			c->left -= n;
			if (c->left == 0)
				c->state = DATA_CR;
			continue;
		}
		int did = step(c, buf[(*from)++], room - *to);
		if (did != 0)
			return did;
	}
	return AZ_CHUNKS_MORE;
}
