/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "log.h"
#include "members.h"

void
report_begin(struct refresh_report *report)
{
	unsigned char bytes[16] = { 0 };

	memset(report, 0, sizeof(*report));
	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		memset(bytes, 0, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(report->run_id + 2 * i, 3, "%02x", bytes[i]);
}

void
report_count(
    struct refresh_report *report, enum refresh_outcome outcome, bool in_doubt)
{
	switch (outcome) {
	case REFRESH_DONE: report->refreshed++; break;
	case REFRESH_UNCHANGED: report->unchanged++; break;
	case REFRESH_REVOKED: report->revoked++; break;
	case REFRESH_RATE_LIMITED: report->rate_limited++; break;
	case REFRESH_DEFERRED:
		report->deferred++;
		report->in_doubt += in_doubt;
		break;
	case REFRESH_FAILED: report->failed++; break;
	case REFRESH_STOP: return;
	}
	report->due++;
}

void
report_unreadable(struct refresh_report *report, size_t accounts)
{
	if (accounts == 0)
		return;
	report->failed += (int64_t)accounts;
	report->due += (int64_t)accounts;
	log_line(LOG_ERROR,
	    "tokens cannot be opened: is a key missing in TOKEN_KEYS?",
	    LOG_FIELDS(LOG_INT_FIELD("accounts", (int64_t)accounts)));
}

/* What passes by itself is not our fault. */
enum blame
report_blame(tokenstore_status status)
{
	switch (status) {
	case TOKENSTORE_ERR_CONNECTION:
	case TOKENSTORE_ERR_TIMEOUT:
	case TOKENSTORE_ERR_BUSY:
	case TOKENSTORE_ERR_FULL: return OTHERS;
	default: return OURS;
	}
}

void
report_fault(
    struct refresh_report *report, enum blame blame, const char *reason)
{
	report->ours = report->ours || blame == OURS;
	if (report->fault[0] == '\0')
		snprintf(report->fault, sizeof(report->fault), "%s", reason);
}

void
report_end(struct refresh_report *report, int64_t duration_ms)
{
	report->complete = report->fault[0] == '\0' && report->failed == 0 &&
			   report->deferred == 0;
	report->duration_ms = duration_ms;
	log_line(report->complete ? LOG_INFO : LOG_ERROR,
	    report->complete ? "refresh run complete"
			     : "refresh run incomplete",
	    LOG_FIELDS(LOG_INT_FIELD("due", report->due),
		LOG_INT_FIELD("refreshed", report->refreshed),
		LOG_INT_FIELD("unchanged", report->unchanged),
		LOG_INT_FIELD("revoked", report->revoked),
		LOG_INT_FIELD("failed", report->failed),
		LOG_INT_FIELD("deferred", report->deferred),
		LOG_INT_FIELD("rate_limited", report->rate_limited),
		LOG_INT_FIELD("in_doubt", report->in_doubt),
		LOG_INT_FIELD("remaining", report->remaining),
		LOG_INT_FIELD("duration_ms", report->duration_ms),
		LOG_TEXT_FIELD(
		    report->fault[0] != '\0' ? "fault" : NULL, report->fault)));
}

bool
report_json(const struct refresh_report *report, struct buf *out)
{
	const struct {
		const char *name;
		int64_t     value;
	} counts[] = {
		{ "due", report->due },
		{ "refreshed", report->refreshed },
		{ "unchanged", report->unchanged },
		{ "revoked", report->revoked },
		{ "failed", report->failed },
		{ "deferred", report->deferred },
		{ "rate_limited", report->rate_limited },
		{ "in_doubt", report->in_doubt },
		{ "remaining", report->remaining },
		{ "duration_ms", report->duration_ms },
	};

	buf_addf(out, "{\"run_id\":\"%s\"", report->run_id);
	for (size_t i = 0; i < COUNT(counts); i++)
		buf_addf(out, ",\"%s\":%lld", counts[i].name,
		    (long long)counts[i].value);
	return buf_add_text(out, "}");
}
