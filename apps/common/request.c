/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "clock.h"

#define TEXT_MAX (1 << 20) /* far more than the gate lets in */

static const char form_type[] = "application/x-www-form-urlencoded";

static void
make_id(char id[17])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char     bytes[8] = { 0 };

	/* Without randomness all are alike, which hurts only who reads logs. */
	(void)!getrandom(bytes, sizeof(bytes), 0);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		id[2 * i] = digits[bytes[i] >> 4];
		id[2 * i + 1] = digits[bytes[i] & 15];
	}
	id[2 * sizeof(bytes)] = '\0';
}

/* "192.0.2.1" or "2001:db8::1"; an IPv4 address on an IPv6 socket as such. */
static void
name_peer(struct MHD_Connection *connection, char *peer, size_t size)
{
	static const char               mapped[] = "::ffff:";
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address =
	    info != NULL ? info->client_addr : NULL;
	socklen_t len;

	if (address == NULL)
		return;
	len = address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					     : sizeof(struct sockaddr_in);
	if (getnameinfo(address, len, peer, (socklen_t)size, NULL, 0,
		NI_NUMERICHOST) != 0)
		peer[0] = '\0';
	if (strncmp(peer, mapped, strlen(mapped)) == 0)
		memmove(peer, peer + strlen(mapped),
		    strlen(peer) - strlen(mapped) + 1);
}

struct request *
request_new(
    struct MHD_Connection *connection, const char *target, size_t body_max)
{
	struct request *r = calloc(1, sizeof(*r));
	size_t          path_len = strcspn(target, "?");
	const char     *query = target + path_len + (target[path_len] == '?');

	if (r == NULL)
		return NULL;
	r->connection = connection;
	r->began_ms = clock_steady_ms();
	r->method = "";
	make_id(r->id);
	name_peer(connection, r->peer, sizeof(r->peer));
	response_init(&r->response);
	buf_init(&r->body, body_max);
	buf_init(&r->target, TEXT_MAX);
	buf_init(&r->path, TEXT_MAX);
	buf_init(&r->split, TEXT_MAX);
	buf_init(&r->query_text, TEXT_MAX);
	buf_init(&r->cookie_text, TEXT_MAX);
	buf_init(&r->form_text, body_max);
	if (!buf_add_text(&r->target, target) ||
	    !buf_add(&r->path, target, path_len) ||
	    !buf_add_text(&r->query_text, query)) {
		request_free(r);
		return NULL;
	}
	r->raw_query = r->target.data + (query - target);
	return r;
}

void
request_free(struct request *request)
{
	if (request == NULL)
		return;
	buf_free(&request->target);
	buf_free(&request->path);
	buf_free(&request->split);
	buf_free(&request->body);
	buf_free(&request->query_text);
	buf_free(&request->cookie_text);
	buf_free(&request->form_text);
	response_free(&request->response);
	free(request);
}

static size_t
count_slashes(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '/';
	return n;
}

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* Cuts a copy of the path at its slashes; false when short of memory. */
static bool
split_path(struct request *r)
{
	if (!buf_add_text(&r->split, r->path.data))
		return false;
	for (size_t i = 0; i < r->split.len; i++)
		if (r->split.data[i] == '/')
			r->split.data[i] = '\0';
	return true;
}

static bool
has_dot_part(const struct request *r)
{
	const char *end = r->split.data + r->split.len;

	for (const char *p = r->split.data; p < end; p += strlen(p) + 1)
		if (strcmp(p, ".") == 0 || strcmp(p, "..") == 0)
			return true;
	return false;
}

static const char *
read_path(struct request *r)
{
	size_t slashes = count_slashes(r->path.data);

	if (!fields_unescape(r->path.data, false) ||
	    count_slashes(r->path.data) != slashes || has_control(r->path.data))
		return "the path holds an escape that it must not hold";
	r->path.len = strlen(r->path.data);
	if (!split_path(r))
		return "out of memory";
	if (has_dot_part(r))
		return "the path holds a \".\" or \"..\"";
	return NULL;
}

const char *
request_read(struct request *request)
{
	const char *cookies = request_header(request, "Cookie");
	const char *fault;

	if ((fault = read_path(request)) != NULL)
		return fault;
	if (cookies != NULL) {
		if (!buf_add_text(&request->cookie_text, cookies))
			return "out of memory";
		fields_read_cookies(
		    &request->cookies, request->cookie_text.data);
	}
	return fields_read_query(&request->query, request->query_text.data);
}

const char *
request_read_form(struct request *request)
{
	const char *type = request_header(request, "Content-Type");
	size_t      len = strlen(form_type);

	if (type == NULL || request->body.len == 0 ||
	    strncasecmp(type, form_type, len) != 0 ||
	    strchr("; \t", type[len]) == NULL)
		return NULL;
	if (strlen(request->body.data) != request->body.len)
		return "the form holds a NUL";
	if (!buf_add_text(&request->form_text, request->body.data))
		return "out of memory";
	return fields_read_query(&request->form, request->form_text.data);
}

/* One part of a pattern against one of a path, both up to a slash or the end. */
static bool
match_part(struct request *r, const char *pattern, size_t pattern_len,
    size_t at, size_t len)
{
	if (pattern_len != 2 || memcmp(pattern, "{}", 2) != 0)
		return pattern_len == len &&
		       memcmp(pattern, r->path.data + at, len) == 0;
	if (len == 0 || r->part_count == REQUEST_PARTS_MAX)
		return false;
	r->parts[r->part_count++] = r->split.data + at;
	return true;
}

bool
request_match(struct request *request, const char *pattern)
{
	const char *path = request->path.data;
	size_t      at = 0, pattern_len, len;

	request->part_count = 0;
	while (*pattern == '/' && path[at] == '/') {
		pattern++;
		at++;
		if (strcmp(pattern, "{*}") == 0) {
			request->parts[request->part_count++] = path + at;
			return true;
		}
		pattern_len = strcspn(pattern, "/");
		len = strcspn(path + at, "/");
		if (!match_part(request, pattern, pattern_len, at, len))
			return false;
		pattern += pattern_len;
		at += len;
	}
	return *pattern == '\0' && path[at] == '\0';
}

const char *
request_method(const struct request *request)
{
	return request->method;
}

const char *
request_path(const struct request *request)
{
	return request->path.data;
}

const char *
request_peer(const struct request *request)
{
	return request->peer;
}

const char *
request_id(const struct request *request)
{
	return request->id;
}

const char *
request_part(const struct request *request, size_t i)
{
	return i < request->part_count ? request->parts[i] : NULL;
}

const char *
request_query(const struct request *request, const char *name)
{
	return fields_get(&request->query, name);
}

const char *
request_form(const struct request *request, const char *name)
{
	return fields_get(&request->form, name);
}

const char *
request_cookie(const struct request *request, const char *name)
{
	return fields_get(&request->cookies, name);
}

struct search {
	const char *name, *value;
	int         count;
};

static enum MHD_Result
compare_header(
    void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct search *search = ctx;

	(void)kind;
	if (strcasecmp(name, search->name) == 0) {
		search->count++;
		search->value = value != NULL ? value : "";
	}
	return MHD_YES;
}

const char *
request_header(const struct request *request, const char *name)
{
	struct search search = { .name = name };

	MHD_get_connection_values(
	    request->connection, MHD_HEADER_KIND, compare_header, &search);
	return search.count == 1 ? search.value : NULL;
}

const char *
request_raw_query(const struct request *request)
{
	return request->raw_query;
}

const char *
request_body(const struct request *request, size_t *len)
{
	if (len != NULL)
		*len = request->body.len;
	return buf_text(&request->body);
}
