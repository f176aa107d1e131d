/* SPDX-License-Identifier: MIT */
#include "answer.h"

int
answer_status(const struct refresh_report *report)
{
	if (report->ours)
		return 500;
	if (report->fault[0] != '\0')
		return 503;
	/* Nobody else's fault ended the run, and yet somebody failed. */
	if (report->failed > 0)
		return 500;
	return report->complete ? 200 : 503;
}
