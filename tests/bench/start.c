/* SPDX-License-Identifier: MIT */

/*
 * What a program costs that reads one secret and ends, with the library and with
 * libcurl alone: the processor time from its start to its end, and the most
 * memory that it had.  Each program is run anew in each round, for the same
 * secret of a peer on this machine, and prints its own VmHWM.
 *
 *	start PROGRAM-OF-THE-LIBRARY PROGRAM-OF-LIBCURL
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer.h"
#include "rounds.h"

#define ROUNDS 41

struct program {
	const char *path;
	double      us[ROUNDS], kib[ROUNDS];
};

static double
micros(struct timeval t)
{
	return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

static void
run(struct program *program, const char *host, int round)
{
	struct rusage usage;
	int           out[2], status;
	FILE         *from;
	pid_t         pid;

	if (pipe(out) != 0 || (pid = fork()) < 0)
		err(1, "fork");
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		execl(program->path, program->path, host, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	from = fdopen(out[0], "r");
	/* NOLINTNEXTLINE(cert-err34-c) */
	if (from == NULL || fscanf(from, "%lf", &program->kib[round]) != 1)
		errx(1, "%s says nothing", program->path);
	fclose(from);
	if (wait4(pid, &status, 0, &usage) != pid || status != 0)
		errx(1, "%s failed", program->path);
	program->us[round] = micros(usage.ru_utime) + micros(usage.ru_stime);
}

int
main(int argc, char **argv)
{
	static struct program programs[2];
	static double         ratios[2][ROUNDS];
	char                  host[32];
	struct peer           peer;

	if (argc != 3)
		errx(2, "usage: start LIBRARY-PROGRAM LIBCURL-PROGRAM");
	programs[0].path = argv[1];
	programs[1].path = argv[2];
	peer_start(&peer, 40);
	snprintf(host, sizeof(host), "127.0.0.1:%d", peer.port);
	for (int round = 0; round < ROUNDS; round++) {
		run(&programs[1], host, round);
		run(&programs[0], host, round);
		ratios[0][round] =
		    programs[0].us[round] / programs[1].us[round];
		ratios[1][round] =
		    programs[0].kib[round] / programs[1].kib[round];
	}
	peer_stop(&peer);
	printf("one secret, from exec to exit, medians of %d rounds\n", ROUNDS);
	printf("bare libcurl  %8.0f us %8.0f KiB\n",
	    rounds_median(programs[1].us, ROUNDS),
	    rounds_median(programs[1].kib, ROUNDS));
	printf("libgcpsecret  %8.0f us %8.0f KiB\n",
	    rounds_median(programs[0].us, ROUNDS),
	    rounds_median(programs[0].kib, ROUNDS));
	printf("ratio         %8.2f    %8.2f\n",
	    rounds_median(ratios[0], ROUNDS), rounds_median(ratios[1], ROUNDS));
	return 0;
}
