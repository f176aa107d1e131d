/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_INTERNAL_H
#define STRAVA_INTERNAL_H

/*
 * Shared by the files of this library and by nobody else.  The layers, each of
 * which knows only the next: what a caller asks for (activity.c, athlete.c,
 * oauth.c, ...), ask.c with endpoint.h, call.c, transport.c.  models.h makes
 * structs of what comes back.
 */

#include <json-c/json.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <strava/strava.h>

#include "buf.h"
#include "http.h"
#include "members.h"

/* Bytes of an answer of the API, and of one about tokens. */
#define ANSWER_MAX ((size_t)32 * 1024 * 1024)
#define REPLY_MAX ((size_t)64 * 1024)

/* The content type of what buf_add_field() writes. */
#define FORM_TYPE "application/x-www-form-urlencoded"

/* Bytes of an access token, a refresh token, a code or a client secret. */
#define SECRET_MAX 1024

struct strava_client {
	char             *access_token;          /* NULL: none */
	char             *api_base, *oauth_base; /* without a "/" at the end */
	char             *user_agent;
	int64_t           timeout_ms;
	int               retries;
	strava_transport  transport; /* send NULL: libcurl, by `http` */
	struct http      *http;
	struct flight    *flights; /* the calls in the air */
	strava_rate_limit limit;
	int64_t           limit_read_at; /* when `limit` was told; 0: never */
	strava_limiter   *limiter;       /* NULL: none; not the client's */
	strava_priority   priority;
	strava_log_fn     log; /* NULL: no log */
	void             *log_ctx;
	strava_log_level  log_max;
	strava_clock_fn   clock;
	void             *clock_ctx;
	atomic_bool       canceled;
};

/* client.c: seconds since the epoch by the client's clock. */
int64_t sv_now(const strava_client *client);

/* error.c: fills `err`, unless NULL, and returns `status`. */
strava_status sv_fail(strava_error *err, strava_status status, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* The same for an argument out of contract, for lack of memory, and for an
 * answer that arrived and is of no use. */
static inline strava_status
sv_fail_argument(strava_error *err, const char *what)
{
	sv_fail(err, STRAVA_ERR_ARGUMENT, "%s", what);
	return STRAVA_ERR_ARGUMENT;
}

static inline strava_status
sv_fail_memory(strava_error *err)
{
	sv_fail(err, STRAVA_ERR_NOMEM, "out of memory");
	return STRAVA_ERR_NOMEM;
}

static inline strava_status
sv_fail_format(strava_error *err, int http_status, const char *what)
{
	sv_fail(err, STRAVA_ERR_FORMAT, "%s", what);
	if (err != NULL) {
		err->http_status = http_status;
		err->in_doubt = 1;
	}
	return STRAVA_ERR_FORMAT;
}

/* text.c */

/* True for 1 to SECRET_MAX bytes of visible ASCII: harmless in a header. */
bool sv_is_secret(const char *text);

/* True for printable ASCII, spaces included, at most `max` bytes. */
bool sv_is_line(const char *text, size_t max);

/* True for UTF-8 of at most `max` bytes. */
bool sv_is_text(const char *text, size_t max);

/* True from 1970 up to the last year of four digits. */
bool sv_is_time(int64_t utc_s);

/* Writes "?" over every byte that belongs to no well-formed sequence. */
void sv_utf8_repair(char *text, size_t len);

/* Reads decimal digits; where they end, or NULL: none, or beyond an int64. */
const char *sv_read_digits(const char *text, int64_t *out);

/* Adds a number, rounded to a millionth, in decimals and with a point whatever
 * the locale; at most SV_NUMBER_MAX either way. */
#define SV_NUMBER_MAX 1e9
void sv_add_number(struct buf *b, double value);

/* transport.c: what a transport fills. */
struct strava_http_response {
	struct http_response http;
	size_t               body_max;
};
void sv_response_init(strava_http_response *response, size_t body_max);
void sv_response_clear(strava_http_response *response);
void sv_response_free(strava_http_response *response);

/* The JSON in an answer, to be ended with json_object_put(); NULL if it is
 * none, with errno as members_parse() leaves it.  Bytes that are no UTF-8 become
 * "?": one broken name must not cost the rest. */
struct json_object *sv_response_json(strava_http_response *response);

/* Hands over the body as it came, "" if empty: NUL-terminated, to be freed with
 * wipe_free(). */
strava_status sv_response_take_text(strava_http_response *response, char **text,
    size_t *len, strava_error *err);

/* Sets memory aside, so that receiving an answer takes none. */
bool sv_response_reserve(strava_http_response *response);

/* log.c: a line about a request, if the client's log wants it. */
void sv_log(const strava_client *client, strava_log_level level,
    const strava_http_request *request, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* rate_limit.c */
void sv_rate_limit_init(strava_rate_limit *limit);
/* What the headers of one answer say, -1 for what they do not. */
void sv_rate_limit_told(
    const strava_http_response *response, strava_rate_limit *told);

/* The client's last known budgets are those, as far as they were told. */
void sv_rate_limit_keep(strava_client *client, const strava_rate_limit *told);

/* Seconds until the window that is used up ends, by the client's clock. */
int64_t sv_rate_limit_wait_s(const strava_client *client);

/* values.c: put_fn for the values of <strava/types.h>. */
bool sv_put_opt_double(struct json_object *value, void *at);
bool sv_put_opt_int(struct json_object *value, void *at);
bool sv_put_opt_latlng(struct json_object *value, void *at);
bool sv_put_tri(struct json_object *value, void *at);

/* A pair [lat, lng] on the globe; false leaves *at alone. */
bool sv_put_latlng(struct json_object *value, strava_latlng *at);

/* scan.c: a strict reader of JSON that allocates nothing and keeps nothing. */
struct scan {
	const char *at, *end;
	int         depth;
};

/* The bytes between the quotes of a string, escapes as they came. */
struct slice {
	const char *data;
	size_t      len;
	bool        escaped; /* holds a backslash */
};

/* Each passes white space, then what it names; false if that is not there. */
bool sv_scan_char(struct scan *s, char c);
bool sv_scan_string(struct scan *s, struct slice *out);
bool sv_scan_int64(struct scan *s, int64_t *out); /* no fraction, no exponent */
bool sv_scan_skip(struct scan *s);                /* any one value */
bool sv_scan_end(struct scan *s);

/* An object: `member` is called behind each colon and passes the value. */
typedef bool (*scan_member_fn)(
    void *ctx, struct scan *s, const struct slice *key);
bool sv_scan_object(struct scan *s, scan_member_fn member, void *ctx);

/* token.c: a token and the memory of its strings in one allocation. */
struct token_box {
	strava_token token; /* first: the two share an address */
	char         access_token[SECRET_MAX + 1];
	char         refresh_token[SECRET_MAX + 1];
	char         scope[SECRET_MAX + 1];
	char         token_type[SECRET_MAX + 1];
};

/* How much of a token a reply holds. */
enum token_reply {
	TOKEN_WHOLE,
	TOKEN_REFRESH_ONLY, /* a refresh token that may be given up */
	TOKEN_NONE
};

/*
 * Reads Strava's answer to a code or a refresh token and fills the box with
 * what is good.  Allocates nothing.  *why says what is wrong unless the answer
 * is TOKEN_WHOLE.
 */
enum token_reply sv_token_read(struct token_box *box, const char *text,
    size_t len, int64_t now, const char **why);

#endif
