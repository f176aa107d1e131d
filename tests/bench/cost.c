/* SPDX-License-Identifier: MIT */

/*
 * Runs a program and notes what it cost: seconds from start to end, seconds of
 * processor time, the most memory in KiB, and the most proportional memory, where
 * what n processes share counts as an n-th, of a look now and then.  Ends as the
 * program does.
 *
 *	cost FILE PROGRAM [ARGUMENT ...]
 */

#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY_MS 50

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* In KiB; 0 when it is not to be had. */
static long
proportional(pid_t pid)
{
	char  name[64], line[256];
	long  kib = 0;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/smaps_rollup", (int)pid);
	if ((file = fopen(name, "re")) == NULL)
		return 0;
	while (fgets(line, sizeof(line), file) != NULL)
		/* NOLINTNEXTLINE(cert-err34-c) */
		if (sscanf(line, "Pss: %ld kB", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

/* Until it ends. */
static long
most_proportional(pid_t pid)
{
	struct pollfd end = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	long          most = 0, kib;

	if (end.fd < 0)
		err(1, "pidfd_open");
	while (poll(&end, 1, LOOK_EVERY_MS) == 0)
		if ((kib = proportional(pid)) > most)
			most = kib;
	close(end.fd);
	return most;
}

int
main(int argc, char **argv)
{
	struct rusage usage;
	double        start = now();
	FILE         *file;
	pid_t         pid;
	long          most;
	int           status;

	if (argc < 3)
		errx(2, "usage: cost FILE PROGRAM [ARGUMENT ...]");
	if ((pid = fork()) < 0)
		err(1, "fork");
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	most = most_proportional(pid);
	if (wait4(pid, &status, 0, &usage) != pid)
		err(1, "wait4");
	if ((file = fopen(argv[1], "we")) == NULL)
		err(1, "%s", argv[1]);
	fprintf(file, "%.6f %.6f %ld %ld\n", now() - start,
	    seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
	    most);
	fclose(file);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
