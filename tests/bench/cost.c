/* SPDX-License-Identifier: MIT */

/*
 * Runs a program and notes what it cost: seconds from start to end, seconds of
 * processor time, and the most memory in KiB.  Ends as the program does.
 *
 *	cost FILE PROGRAM [ARGUMENT ...]
 */

#include <err.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

int
main(int argc, char **argv)
{
	struct rusage usage;
	double        start = now();
	FILE         *file;
	pid_t         pid;
	int           status;

	if (argc < 3)
		errx(2, "usage: cost FILE PROGRAM [ARGUMENT ...]");
	if ((pid = fork()) < 0)
		err(1, "fork");
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		err(1, "wait4");
	if ((file = fopen(argv[1], "we")) == NULL)
		err(1, "%s", argv[1]);
	fprintf(file, "%.6f %.6f %ld\n", now() - start,
	    seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
	fclose(file);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
