/* SPDX-License-Identifier: MIT */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

/* Prints the most memory that this process had so far, in KiB; 1 when the
 * system does not tell, else 0. */
int memory_print(void);

#endif
