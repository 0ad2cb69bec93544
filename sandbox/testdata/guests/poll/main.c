/* This guest of the tests serves several connections at once with poll(2). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX = 16 };

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";

int main(void) {
	static char heads[MAX][4096];
	static size_t lengths[MAX];
	struct pollfd fds[MAX] = {{.fd = atoi(getenv("LISTEN_FD")), .events = POLLRDNORM}};
	int n = 1;
	fcntl(fds[0].fd, F_SETFL, O_NONBLOCK);
	for (;;) {
		if (poll(fds, (nfds_t)n, -1) < 0) {
			printf("poll: %s\n", strerror(errno));
			return 1;
		}
		for (int i = n - 1; i > 0; i--) {
			if (!fds[i].revents)
				continue;
			ssize_t got = read(fds[i].fd, heads[i] + lengths[i], sizeof heads[i] - 1 - lengths[i]);
			if (got > 0) {
				lengths[i] += (size_t)got;
				heads[i][lengths[i]] = 0;
				if (!strstr(heads[i], "\r\n\r\n"))
					continue;
				write(fds[i].fd, answer, sizeof answer - 1);
			}
			close(fds[i].fd);
			n--;
			fds[i] = fds[n];
			lengths[i] = lengths[n];
			memcpy(heads[i], heads[n], sizeof heads[i]);
		}
		if (fds[0].revents && n < MAX) {
			int fd = accept(fds[0].fd, NULL, NULL);
			if (fd < 0 && errno == EAGAIN)
				continue;
			if (fd < 0) {
				printf("accept: %s\n", strerror(errno));
				return 0;
			}
			fds[n] = (struct pollfd){.fd = fd, .events = POLLRDNORM};
			lengths[n++] = 0;
		}
	}
}
