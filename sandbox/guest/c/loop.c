/* loop.c waits for everything at once, and goes on with whatever is ready. */
#include "conn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINGER_MS = 1000, MAX_DISCARDED = 256 * 1024, STOP_MS = 5000 };

static struct {
	void (*handler)(az_request *);
	int listener;
	struct az_conn *conns[AZ_MAX_CONNECTIONS];
	int count;
	int limit; /* of count: fewer than the kit's own once descriptors ran out */
	long long stops; /* when what is still in flight is given up; 0 before the stop */
} server;

long long az_now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void az_later(az_request *r, unsigned ms, void (*then)(az_request *)) {
	struct az_conn *c = (struct az_conn *)r;
	c->due = az_now() + ms;
	c->then = then;
}

/* accept_all takes what waits. It returns -1 when the host stops the plugin. */
static int accept_all(void) {
	while (server.count < server.limit) {
		int fd = accept(server.listener, NULL, NULL);
		if (fd < 0 && errno == EMFILE && server.count > 0) {
			server.limit = server.count; /* until one of those has ended */
			return 0;
		}
		if (fd < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		struct az_conn *c = calloc(1, sizeof *c);
		if (!c || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
			free(c);
			close(fd);
			continue;
		}
		c->fd = fd;
		server.conns[server.count++] = c;
	}
	return 0;
}

/* owed is called after each step of a handler: one that neither answered nor waits never will. */
static void owed(struct az_conn *c) {
	if (c->state != AZ_WORKING || c->due || c->fetch)
		return;
	fprintf(stderr, "the handler of %s %s returned without an answer\n", c->request.method, c->request.path);
	if (c->started)
		c->state = AZ_GONE;
	else
		az_conn_refuse(c, 500);
}

/* sent goes on after a response that is on its way completely. */
static void sent(struct az_conn *c) {
	if (!c->closes && !server.stops) {
		az_conn_reset(c);
		c->state = AZ_READING;
		return;
	}
	if (shutdown(c->fd, SHUT_WR) != 0) {
		c->state = AZ_GONE;
		return;
	}
	c->state = AZ_LINGERING;
	c->due = az_now() + LINGER_MS;
}

/* advance goes on with what is there, until there is nothing more to do without waiting. */
static void advance(struct az_conn *c) {
	for (;;) {
		az_conn_flush(c);
		if (c->state == AZ_SENDING && c->out.length == 0) {
			sent(c);
			continue;
		}
		if (c->state != AZ_READING || c->in.length == 0)
			return;
		int did = az_conn_take(c);
		if (did == 0) {
			az_conn_flush(c); /* the client may wait to be asked for the body */
			return;
		}
		if (did < 0) {
			az_conn_refuse(c, -did);
			continue;
		}
		c->state = AZ_WORKING;
		server.handler(&c->request);
		owed(c);
	}
}

static void readable(struct az_conn *c) {
	if (c->state == AZ_READING) {
		az_conn_read(c);
	} else if (c->state == AZ_LINGERING) {
		c->in.length = 0;
		az_conn_read(c);
		if ((c->discarded += c->in.length) > MAX_DISCARDED)
			c->state = AZ_GONE;
	}
}

/* timer runs what is due. */
static void timer(struct az_conn *c, long long now) {
	if (c->due == 0 || now < c->due)
		return;
	c->due = 0;
	if (c->state == AZ_LINGERING) {
		c->state = AZ_GONE;
	} else if (c->state == AZ_WORKING) {
		c->then(&c->request);
		owed(c);
	}
}

/* fetched goes on with a connection's fetch. */
static void fetched(struct az_conn *c, int ready, long long now) {
	struct az_fetch *f = c->fetch;
	if (!f || (!ready && now < f->due) || !f->step(f))
		return;
	c->fetch = NULL;
	if (c->state == AZ_WORKING) {
		f->done(f, &c->request);
		owed(c);
	}
	f->release(f);
}

/* sweep removes connections that are gone. */
static void sweep(void) {
	for (int i = server.count - 1; i >= 0; i--) {
		struct az_conn *c = server.conns[i];
		if (server.stops && c->state == AZ_READING)
			c->state = AZ_GONE;
		if (c->state != AZ_GONE)
			continue;
		az_conn_reset(c);
		az_buffer_free(&c->in);
		az_buffer_free(&c->out);
		close(c->fd);
		free(c);
		server.conns[i] = server.conns[--server.count];
		server.limit = AZ_MAX_CONNECTIONS;
	}
}

static short wanted(const struct az_conn *c) {
	short events = c->state == AZ_READING || c->state == AZ_LINGERING ? POLLIN : 0;
	return c->out.length > 0 ? events | POLLOUT : events;
}

static void sooner(long long *first, long long due) {
	if (due && (*first == 0 || due < *first))
		*first = due;
}

/* turn waits once. It returns -1 when poll fails. */
static int turn(void) {
	static struct pollfd fds[1 + 2 * AZ_MAX_CONNECTIONS];
	static int own[AZ_MAX_CONNECTIONS], others[AZ_MAX_CONNECTIONS];
	nfds_t n = 0;
	int accepting = !server.stops && server.count < server.limit, count = server.count;
	long long first = server.stops;
	if (accepting)
		fds[n++] = (struct pollfd){.fd = server.listener, .events = POLLIN};
	for (int i = 0; i < count; i++) {
		struct az_conn *c = server.conns[i];
		short events = wanted(c);
		own[i] = others[i] = -1;
		if (events) {
			own[i] = (int)n;
			fds[n++] = (struct pollfd){.fd = c->fd, .events = events};
		}
		sooner(&first, c->due);
		if (!c->fetch)
			continue;
		sooner(&first, c->fetch->fd < 0 ? 1 : c->fetch->due);
		if (c->fetch->fd >= 0) {
			others[i] = (int)n;
			fds[n++] = (struct pollfd){.fd = c->fetch->fd, .events = c->fetch->events};
		}
	}
	long long now = az_now();
	int timeout = first == 0 ? -1 : first <= now ? 0 : (int)(first - now);
	if (poll(fds, n, timeout) < 0)
		return errno == EINTR ? 0 : -1;
	now = az_now();
	for (int i = 0; i < count; i++) {
		struct az_conn *c = server.conns[i];
		if (own[i] >= 0 && fds[own[i]].revents & ~POLLOUT)
			readable(c);
		timer(c, now);
		fetched(c, others[i] < 0 || fds[others[i]].revents, now);
		advance(c);
	}
	if (accepting && fds[0].revents && accept_all() != 0)
		server.stops = now + STOP_MS;
	sweep();
	return 0;
}

int az_serve(void (*handler)(az_request *)) {
	const char *fd = getenv("LISTEN_FD");
	if (!fd || !*fd) {
		fprintf(stderr, "LISTEN_FD names no descriptor: start this program as a plugin of App Zone\n");
		return 1;
	}
	server.handler = handler;
	server.listener = atoi(fd);
	server.limit = AZ_MAX_CONNECTIONS;
	if (fcntl(server.listener, F_SETFL, O_NONBLOCK) != 0) {
		fprintf(stderr, "prepare the listener on descriptor %s: %s\n", fd, strerror(errno));
		return 1;
	}
	while (!server.stops || (server.count > 0 && az_now() < server.stops)) {
		if (turn() != 0) {
			fprintf(stderr, "wait for requests: %s\n", strerror(errno));
			return 1;
		}
	}
	return 0;
}
