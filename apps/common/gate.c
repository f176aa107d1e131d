/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Headers whose number or value decides. */
enum watched {
	HOST,
	CONTENT_LENGTH,
	TRANSFER_ENCODING,
	EXPECT,
	AUTHORIZATION,
	WATCHED_COUNT
};

static const char *const watched[WATCHED_COUNT] = {
	[HOST] = "Host",
	[CONTENT_LENGTH] = "Content-Length",
	[TRANSFER_ENCODING] = "Transfer-Encoding",
	[EXPECT] = "Expect",
	[AUTHORIZATION] = "Authorization",
};

/* All that the checks know about a request. */
struct facts {
	const struct server_config *config;
	const char                 *method, *target, *version;
	size_t                      header_count, header_bytes;
	bool                        malformed; /* one of them is */
	struct {
		int         count;
		const char *value; /* the last one's, never NULL if counted */
	} seen[WATCHED_COUNT];
};

static bool
is_token(const char *text, size_t len)
{
	static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
				      "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return len > 0 && strspn(text, allowed) == len;
}

/* No NUL, no control character but the tab. */
static bool
is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/*
 * Is the value where it was sent: behind its name, a colon and blanks?  Of a
 * header that goes on in a second line libmicrohttpd 0.9.75 makes another one,
 * by adding that line to a copy of the name.
 */
static bool
is_unfolded(const char *name, size_t name_len, const char *value)
{
	const char *p = name + name_len + 1;

	while (p < value && (*p == ' ' || *p == '\t'))
		p++;
	return p == value;
}

static enum MHD_Result
note_header(void *ctx, enum MHD_ValueKind kind, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
	struct facts *f = ctx;

	(void)kind;
	f->header_count++;
	f->header_bytes += name_len + value_len;
	if (value == NULL || !is_token(name, name_len) ||
	    !is_unfolded(name, name_len, value) ||
	    !is_plain(value, value_len)) {
		f->malformed = true;
		return MHD_NO;
	}
	for (size_t i = 0; i < WATCHED_COUNT; i++) {
		if (strcasecmp(name, watched[i]) == 0) {
			f->seen[i].count++;
			f->seen[i].value = value;
		}
	}
	return MHD_YES;
}

static bool
version_is_known(const struct facts *f)
{
	return strcmp(f->version, "HTTP/1.1") == 0 ||
	       strcmp(f->version, "HTTP/1.0") == 0;
}

static bool
target_is_path(const struct facts *f)
{
	return f->target[0] == '/';
}

static bool
target_is_short(const struct facts *f)
{
	return strlen(f->target) <= GATE_TARGET_MAX;
}

/* Visible ASCII; a fragment never leaves a browser. */
static bool
target_is_clean(const struct facts *f)
{
	for (const char *p = f->target; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == '#')
			return false;
	return true;
}

static bool
headers_are_few(const struct facts *f)
{
	return f->header_count <= GATE_HEADER_COUNT_MAX &&
	       f->header_bytes <= GATE_HEADERS_MAX;
}

static bool
headers_are_well_formed(const struct facts *f)
{
	return !f->malformed;
}

static bool
no_header_twice(const struct facts *f)
{
	for (size_t i = 0; i < WATCHED_COUNT; i++)
		if (f->seen[i].count > 1)
			return false;
	return true;
}

/* HTTP/1.0 did without. */
static bool
host_is_given(const struct facts *f)
{
	return f->seen[HOST].count == 1 || strcmp(f->version, "HTTP/1.0") == 0;
}

/* "name", "1.2.3.4" or "[::1]", and a port behind a colon or none. */
static bool
host_is_well_formed(const struct facts *f)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz-."
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char       *text = f->seen[HOST].value;
	size_t            len, digits;

	if (f->seen[HOST].count == 0)
		return true;
	if (text[0] == '[') {
		len = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
		if (len == 1 || text[len++] != ']')
			return false;
	} else {
		len = strspn(text, name);
	}
	if (len == 0 || text[len] == '\0')
		return len != 0;
	digits = strspn(text + len + 1, "0123456789");
	return text[len] == ':' && digits >= 1 && digits <= 5 &&
	       text[len + 1 + digits] == '\0' &&
	       strtoul(text + len + 1, NULL, 10) <= 65535;
}

static bool
host_is_ours(const struct facts *f)
{
	const struct server_config *config = f->config;

	return config->host == NULL || f->seen[HOST].count == 0 ||
	       strcasecmp(f->seen[HOST].value, config->host) == 0 ||
	       (config->probe_path != NULL &&
		   strcmp(f->target, config->probe_path) == 0);
}

static bool
encoding_is_chunked(const struct facts *f)
{
	return f->seen[TRANSFER_ENCODING].count == 0 ||
	       strcasecmp(f->seen[TRANSFER_ENCODING].value, "chunked") == 0;
}

static bool
framing_is_single(const struct facts *f)
{
	return f->seen[TRANSFER_ENCODING].count == 0 ||
	       (f->seen[CONTENT_LENGTH].count == 0 &&
		   strcmp(f->version, "HTTP/1.1") == 0);
}

/* What is no number at all, libmicrohttpd has refused. */
static bool
length_is_allowed(const struct facts *f)
{
	/* Beyond its range strtoull(3) gives its largest value. */
	return f->seen[CONTENT_LENGTH].count == 0 ||
	       strtoull(f->seen[CONTENT_LENGTH].value, NULL, 10) <=
		   f->config->body_max;
}

static bool
expectation_is_known(const struct facts *f)
{
	return f->seen[EXPECT].count == 0 ||
	       strcasecmp(f->seen[EXPECT].value, "100-continue") == 0;
}

static bool
is_read_only(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* Nobody reads the body of a GET, so somebody might take it for a request. */
static bool
body_is_expected(const struct facts *f)
{
	return !is_read_only(f->method) ||
	       (f->seen[TRANSFER_ENCODING].count == 0 &&
		   (f->seen[CONTENT_LENGTH].count == 0 ||
		       strtoull(f->seen[CONTENT_LENGTH].value, NULL, 10) == 0));
}

static bool
method_is_routed(const struct facts *f)
{
	const char *method = is_read_only(f->method) ? "GET" : f->method;

	for (size_t i = 0; i < f->config->route_count; i++)
		if (strcmp(f->config->routes[i].method, method) == 0)
			return true;
	return false;
}

/* In this order; a check may rely on those before it. */
static const struct check {
	bool (*passes)(const struct facts *facts);
	struct refusal refusal;
} checks[] = {
	{ version_is_known, { 505, "only HTTP/1.1 and 1.0 are spoken here" } },
	{ target_is_path, { 400, "the request is not for a path" } },
	{ target_is_short, { 414, "the address is too long" } },
	{ target_is_clean,
	    { 400, "the address holds a character that must be escaped" } },
	{ headers_are_few, { 431, "the headers are too large" } },
	{ headers_are_well_formed, { 400, "a header is malformed" } },
	{ no_header_twice, { 400, "a header is given twice" } },
	{ host_is_given, { 400, "the Host header is missing" } },
	{ host_is_well_formed, { 400, "the Host header is malformed" } },
	{ host_is_ours, { 421, "this host is not served here" } },
	{ encoding_is_chunked, { 501, "the transfer encoding is unknown" } },
	{ framing_is_single, { 400, "the body has a length and an encoding" } },
	{ length_is_allowed, { 413, "the body is too large" } },
	{ expectation_is_known, { 417, "the expectation is unknown" } },
	{ method_is_routed, { 405, "this method is not served here" } },
	{ body_is_expected, { 400, "a GET request has no body" } },
};

const struct refusal *
gate_check(const struct server_config *config,
    struct MHD_Connection *connection, const char *method, const char *target,
    const char *version)
{
	struct facts facts = { .config = config,
		.method = method,
		.target = target,
		.version = version };

	MHD_get_connection_values_n(
	    connection, MHD_HEADER_KIND, note_header, &facts);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!checks[i].passes(&facts))
			return &checks[i].refusal;
	return NULL;
}
