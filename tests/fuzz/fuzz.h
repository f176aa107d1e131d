/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_H
#define FUZZ_H

/*
 * What the fuzz targets share.  A target is one file with this function, which
 * returns 0 for any bytes and ends the program where something that must hold
 * does not.  libFuzzer calls it, and replay.c in the ordinary tests.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, with a word about where, unless it holds. */
#define MUST(condition) \
	((condition) ? (void)0 : fuzz_broken(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_broken(const char *what, const char *file, int line);

/* A copy with a NUL behind it and not a byte more, to be ended with free(). */
char *fuzz_text(const void *data, size_t size);

/* Cuts the text at the next `c` and returns what is behind it; "" without. */
char *fuzz_cut(char *text, char c);

/* One line, readable anywhere. */
bool fuzz_is_message(const char *text);

#endif
