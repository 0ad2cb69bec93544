/* This guest of the tests tries everything that could lead out of its folders, and prints
 * one line for each try. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void try_read(const char *path) {
	char buf[64];
	int fd = open(path, O_RDONLY);
	if (fd < 0) {
		printf("read %s: refused\n", path);
		return;
	}
	ssize_t n = read(fd, buf, sizeof buf - 1);
	buf[n > 0 ? n : 0] = 0;
	printf("read %s: %s\n", path, buf);
	close(fd);
}

static void try_write(const char *path) {
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0) {
		printf("write %s: refused\n", path);
		return;
	}
	printf("write %s: %s\n", path, write(fd, "written", 7) == 7 ? "ok" : "failed");
	close(fd);
}

static void try_link(const char *target, const char *path) {
	printf("symlink %s: %s\n", path, symlink(target, path) == 0 ? "made" : "refused");
	printf("link %s: %s\n", path, link("/data/own", path) == 0 ? "made" : "refused");
}

static void fill(void) {
	static char block[64 * 1024];
	int fd = open("/data/big", O_RDWR | O_CREAT, 0600);
	for (int i = 0; i < 1024; i++)
		if (write(fd, block, sizeof block) < 0) {
			printf("fill: %s\n", errno == ENOSPC ? "no space" : strerror(errno));
			break;
		}
	close(fd);
	unlink("/data/big");
}

static void open_many(void) {
	int n = 0;
	while (n < 5000 && open("/data/own", O_RDONLY) >= 0)
		n++;
	printf("open: %s\n", n < 5000 ? "bounded" : "without end");
}

int main(int argc, char **argv) {
	printf("argv %d %s\n", argc, argv[0]);
	try_write("/data/own");
	try_read("/data/own");
	try_write("/tmp/own");
	try_read("/app/readme");
	try_write("/app/new");
	try_write("/app/readme");
	try_read("/etc/passwd");
	try_read("/data/../../../etc/passwd");
	try_read("../etc/passwd");
	try_read("/data/planted/passwd");
	try_read("/data/planted-file");
	try_write("/data/planted/evil");
	try_link("/etc", "/data/link");
	try_read("/data/link/passwd");
	try_read("/proc/self/environ");
	try_read("/run/appzone/settings.json");
	try_write("/run/appzone/settings.json");
	fill();
	open_many();
	fflush(stdout);
	return 7;
}
