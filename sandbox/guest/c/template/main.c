/* Hello-plugin is a plugin of App Zone: it greets who asks, and counts visits in its private folder. */
#include "appzone/appzone.h"

#include <stdio.h>
#include <string.h>

/* visit counts one more visit and returns their number, which outlives restarts and upgrades; -1 on failure. */
static long visit(void) {
	char file[256], fresh[256];
	snprintf(file, sizeof file, "%s/visits", az_data_dir());
	snprintf(fresh, sizeof fresh, "%s/visits.new", az_data_dir());
	long n = 0;
	FILE *f = fopen(file, "r");
	if (f) {
		if (fscanf(f, "%ld", &n) != 1)
			n = 0; /* an empty or damaged file starts over */
		fclose(f);
	}
	f = fopen(fresh, "w");
	if (!f)
		return -1;
	fprintf(f, "%ld\n", ++n);
	/* A rename replaces the file as a whole, whatever happens in between. */
	return fclose(f) == 0 && rename(fresh, file) == 0 ? n : -1;
}

static void handle(az_request *r) {
	static const char text[] = "text/plain; charset=utf-8";
	char body[512];
	if (strcmp(r->path, "/") != 0) {
		az_respond(r, 404, text, "", 0);
		return;
	}
	long n = visit();
	if (n < 0) {
		perror("count the visit");
		az_respond(r, 500, text, "", 0);
		return;
	}
	const char *user = az_user(r);
	snprintf(body, sizeof body, "Hello, %.200s! This is visit %ld.\n", *user ? user : "stranger", n);
	az_respond(r, 200, text, body, strlen(body));
}

int main(void) {
	printf("listening\n");
	fflush(stdout);
	return az_serve(handle);
}
