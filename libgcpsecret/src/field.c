/* SPDX-License-Identifier: MIT */
#include "field.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http.h"
#include "members.h"

#define WORD_MAX 512
#define SECRET_MAX 4096
#define PATH_LIMIT 4096
#define URL_MAX 2048
#define HEADERS_MAX 32
#define DELEGATES_MAX 16

static const char no_text[] = "is not a text";
static const char unfit[] =
    "is too long or holds a character that cannot be in one";

/* All of it from ' ' to '~', and bytes of UTF-8 if `wide`. */
static bool
is_printable(const char *text, bool wide)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f ||
		    (!wide && (unsigned char)*text > '~'))
			return false;
	return true;
}

static const char *
take_printable(struct json_object *value, size_t max, bool wide, void *at)
{
	const char *text;

	if (!put_string(value, &text))
		return no_text;
	if (strlen(text) > max || !is_printable(text, wide))
		return unfit;
	*(const char **)at = text;
	return NULL;
}

const char *
gs_take_word(struct json_object *value, const struct field_context *c, void *at)
{
	const char *text;

	(void)c;
	if (!put_string(value, &text))
		return no_text;
	if (!gs_is_plain(text) || strlen(text) > WORD_MAX)
		return unfit;
	*(const char **)at = text;
	return NULL;
}

const char *
gs_take_client_id(
    struct json_object *value, const struct field_context *c, void *at)
{
	const char *fault = gs_take_word(value, c, at);

	if (fault == NULL && strchr(*(const char **)at, ':') != NULL)
		return unfit;
	return fault;
}

const char *
gs_take_secret(
    struct json_object *value, const struct field_context *c, void *at)
{
	(void)c;
	return take_printable(value, SECRET_MAX, false, at);
}

const char *
gs_take_text(struct json_object *value, const struct field_context *c, void *at)
{
	(void)c;
	return put_string(value, at) ? NULL : no_text;
}

const char *
gs_take_path(struct json_object *value, const struct field_context *c, void *at)
{
	(void)c;
	return take_printable(value, PATH_LIMIT, true, at);
}

const char *
gs_take_domain(
    struct json_object *value, const struct field_context *c, void *at)
{
	const char *text;

	(void)c;
	if (!put_string(value, &text))
		return no_text;
	if (!gs_is_domain(text))
		return "is no domain, such as googleapis.com";
	*(const char **)at = text;
	return NULL;
}

/* The part before the query, as a base URL; the rest is text. */
static bool
is_url(const char *url, bool plain_ok)
{
	char   base[URL_MAX + 1];
	size_t len = strcspn(url, "?");

	if (strlen(url) > URL_MAX || !is_printable(url, false) ||
	    strpbrk(url, " \"\\#") != NULL)
		return false;
	memcpy(base, url, len);
	base[len] = '\0';
	return http_url_is_base(base, plain_ok);
}

/* Plain http to an address that no router passes on, where clouds keep their
 * metadata. */
static bool
is_link_local(const char *url)
{
	static const char scheme[] = "http://";
	static const char ec2[] = "[fd00:ec2::254]";
	const char       *host = url + strlen(scheme);
	char              text[INET_ADDRSTRLEN] = "";
	size_t            len;
	struct in_addr    v4;

	if (strncmp(url, scheme, strlen(scheme)) != 0)
		return false;
	if (strncasecmp(host, ec2, strlen(ec2)) == 0)
		return strchr(":/?", host[strlen(ec2)]) != NULL;
	len = strcspn(host, ":/?");
	if (len >= sizeof(text))
		return false;
	memcpy(text, host, len);
	return inet_pton(AF_INET, text, &v4) == 1 &&
	       ntohl(v4.s_addr) >> 16 == 0xa9fe;
}

const char *
gs_take_url(struct json_object *value, const struct field_context *c, void *at)
{
	const char *url;

	if (!put_string(value, &url))
		return no_text;
	if (!is_url(url, false) || (http_url_is_loopback(url) && !c->loopback))
		return "is no https URL";
	*(const char **)at = url;
	return NULL;
}

const char *
gs_take_near_url(
    struct json_object *value, const struct field_context *c, void *at)
{
	const char *url;

	(void)c;
	if (!put_string(value, &url))
		return no_text;
	if (!is_url(url, is_link_local(url)))
		return "is no https URL, nor one of http on this machine or "
		       "its link";
	*(const char **)at = url;
	return NULL;
}

const char *
gs_take_region_url(
    struct json_object *value, const struct field_context *c, void *at)
{
	static const char place[] = "{region}";
	const char       *url, *found;
	struct buf        sample;
	bool              ok;

	if (!put_string(value, &url))
		return no_text;
	if ((found = strstr(url, place)) == NULL)
		return gs_take_url(value, c, at);
	buf_init(&sample, URL_MAX);
	ok = buf_addf(&sample, "%.*sus-east-1%s", (int)(found - url), url,
		 found + strlen(place)) &&
	     is_url(sample.data, false) &&
	     (c->loopback || !http_url_is_loopback(sample.data));
	buf_free(&sample);
	if (!ok)
		return "is no https URL";
	*(const char **)at = url;
	return NULL;
}

/* A name of RFC 9110. */
static bool
is_header_name(const char *name)
{
	static const char token[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789!#$%&'*+-.^_`|~";
	size_t len = strlen(name);

	return len > 0 && len <= WORD_MAX && strspn(name, token) == len;
}

const char *
gs_take_headers(
    struct json_object *value, const struct field_context *c, void *at)
{
	const char *text;

	(void)c;
	if (!json_object_is_type(value, json_type_object))
		return "is not an object";
	if (json_object_object_length(value) > HEADERS_MAX)
		return "has more than 32 members";
	json_object_object_foreach(value, name, header)
	{
		if (!is_header_name(name))
			return "has a name that no header has";
		if (take_printable(header, SECRET_MAX, false, &text) != NULL)
			return "has a value that no header has";
	}
	*(struct json_object **)at = value;
	return NULL;
}

const char *
gs_take_accounts(
    struct json_object *value, const struct field_context *c, void *at)
{
	const char *text;

	(void)c;
	if (!json_object_is_type(value, json_type_array))
		return "is not an array";
	if (json_object_array_length(value) > DELEGATES_MAX)
		return "has more than 16 elements";
	for (size_t i = 0; i < json_object_array_length(value); i++)
		if (!put_string(json_object_array_get_idx(value, i), &text) ||
		    !gs_is_plain(text) || strlen(text) > WORD_MAX)
			return "has an element that is no service account";
	*(struct json_object **)at = value;
	return NULL;
}

const char *
gs_take_flag(struct json_object *value, const struct field_context *c, void *at)
{
	(void)c;
	return put_bool(value, at) ? NULL : "is neither true nor false";
}

/* A number, not a text of one, in a range. */
static bool
take_range(struct json_object *value, int64_t least, int64_t most, void *at)
{
	int64_t n;

	if (!json_object_is_type(value, json_type_int) ||
	    !put_int64(value, &n) || n < least || n > most)
		return false;
	*(int64_t *)at = n;
	return true;
}

const char *
gs_take_timeout_ms(
    struct json_object *value, const struct field_context *c, void *at)
{
	(void)c;
	return take_range(value, 5000, 120000, at)
		   ? NULL
		   : "is not a number from 5000 to 120000";
}

const char *
gs_take_lifetime_s(
    struct json_object *value, const struct field_context *c, void *at)
{
	(void)c;
	return take_range(value, 600, 43200, at)
		   ? NULL
		   : "is not a number from 600 to 43200";
}

const char *
gs_take_format_type(
    struct json_object *value, const struct field_context *c, void *at)
{
	const char *text;

	(void)c;
	if (!put_string(value, &text))
		return no_text;
	if (strcmp(text, "text") != 0 && strcmp(text, "json") != 0)
		return "is neither \"text\" nor \"json\"";
	*(const char **)at = text;
	return NULL;
}

gcpsecret_status
gs_field_fault(const struct field_context *c, const char *key,
    const char *fault, gcpsecret_error *err)
{
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS, "%s: \"%s%s\" %s",
	    c->label, c->path, key, fault);
}

struct json_object *
gs_field_enter(struct json_object *object, const char *key,
    const struct field_context *c, struct field_context *inner,
    gcpsecret_error *err)
{
	struct json_object *value = members_get(object, key);
	const char         *fault = NULL;
	int                 len;

	*inner = *c;
	len = snprintf(inner->path, sizeof(inner->path), "%s%s.", c->path, key);
	if (value == NULL)
		fault = "is missing";
	else if (!json_object_is_type(value, json_type_object))
		fault = "is not an object";
	else if (len < 0 || (size_t)len >= sizeof(inner->path))
		fault = "is nested too deeply";
	if (fault != NULL) {
		gs_field_fault(c, key, fault, err);
		return NULL;
	}
	return value;
}

static bool
is_empty_text(struct json_object *value)
{
	return json_object_is_type(value, json_type_string) &&
	       json_object_get_string_len(value) == 0;
}

gcpsecret_status
gs_fields_take(struct json_object *object, const struct field *fields,
    size_t count, const struct field_context *c, void *out,
    gcpsecret_error *err)
{
	for (const struct field *f = fields; f < fields + count; f++) {
		struct json_object *value = members_get(object, f->key);
		const char         *fault = NULL;

		if (value != NULL && !(f->is_text && is_empty_text(value)))
			fault = f->take(value, c, (char *)out + f->offset);
		else if (f->required)
			fault = "is missing";
		if (fault != NULL)
			return gs_field_fault(c, f->key, fault, err);
	}
	return GCPSECRET_OK;
}
