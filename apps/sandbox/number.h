/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_NUMBER_H
#define SANDBOX_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* A decimal number that is all of the text; false, with *number spoilt, when it
 * is none or lies outside. */
bool number_read(const char *text, int64_t low, int64_t high, int64_t *number);
bool number_read_real(
    const char *text, double low, double high, double *number);

#endif
