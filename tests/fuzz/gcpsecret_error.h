/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_GCPSECRET_ERROR_H
#define FUZZ_GCPSECRET_ERROR_H

#include <gcpsecret/gcpsecret.h>

/* What holds for every failure of libgcpsecret that is not the program's fault
 * nor want of memory, and its error. */
void fuzz_check_error(gcpsecret_status status, const gcpsecret_error *err);

#endif
