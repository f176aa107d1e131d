/* SPDX-License-Identifier: MIT */
#include "gcpsecret_error.h"

#include <string.h>

#include "fuzz.h"

void
fuzz_check_error(gcpsecret_status status, const gcpsecret_error *err)
{
	MUST(status != GCPSECRET_OK);
	MUST(status != GCPSECRET_ERR_ARGUMENT && status != GCPSECRET_ERR_NOMEM);
	MUST(err->status == status);
	MUST(memchr(err->message, '\0', sizeof(err->message)) != NULL);
	MUST(fuzz_is_message(err->message));
	for (const char *c = err->message; *c != '\0'; c++)
		MUST((unsigned char)*c < 0x7f);
	MUST(err->retry_after_s >= -1);
}
