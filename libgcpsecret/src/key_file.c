/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jwt.h"
#include "key_file.h"
#include "members.h"

#define FILE_MAX 65536
#define FIT_MAX 512
#define UNIVERSE "googleapis.com"

#define NEED(name) \
	MEMBER_REQUIRED(struct key_file, name, put_string, NULL, #name)
#define MAY(name) MEMBER(struct key_file, name, put_string, NULL, #name)

static const struct member type_member[] = {
	NEED(type),
};

static const struct member service_members[] = {
	NEED(client_email),
	NEED(private_key),
	MAY(private_key_id),
	MAY(project_id),
	MAY(quota_project_id),
	MAY(universe_domain),
};

static const struct member user_members[] = {
	NEED(client_id),
	NEED(client_secret),
	NEED(refresh_token),
	MAY(account),
	MAY(project_id),
	MAY(quota_project_id),
	MAY(universe_domain),
};

/* The types that are understood, and what a file of that type holds. */
static const struct kind {
	const char          *type;
	enum source          source;
	const struct member *members;
	size_t               count;
} kinds[] = {
	{ "service_account", SOURCE_SERVICE_ACCOUNT, service_members,
	    COUNT(service_members) },
	{ "authorized_user", SOURCE_USER, user_members, COUNT(user_members) },
};

static gcpsecret_status
unreadable(gcpsecret_error *err, const char *label, int error)
{
	char text[128];

	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS, "%s: %s", label,
	    strerror_r(error, text, sizeof(text)));
}

/* Adds up to the end of the file; false with errno set on failure. */
static bool
read_all(int fd, struct buf *text)
{
	char    part[4096];
	ssize_t n;

	do {
		n = read(fd, part, sizeof(part));
		if (n > 0 && !buf_add(text, part, (size_t)n)) {
			errno =
			    text->len + (size_t)n > FILE_MAX ? EFBIG : ENOMEM;
			n = -1;
		}
	} while (n > 0 || (n < 0 && errno == EINTR));
	wipe(part, sizeof(part));
	return n == 0;
}

static gcpsecret_status
read_file(
    const char *path, const char *label, struct buf *text, gcpsecret_error *err)
{
	struct stat st;
	bool        ok;
	int         error;
	/* Opening a FIFO must not wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return unreadable(err, label, errno);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: not a regular file", label);
	}
	ok = read_all(fd, text);
	error = errno;
	close(fd);
	if (ok)
		return GCPSECRET_OK;
	if (error == ENOMEM)
		return gs_no_memory(err);
	if (error == EFBIG)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: larger than 64 KiB, so no credentials file", label);
	return unreadable(err, label, error);
}

/* Like members_decode(), but a member of the wrong type is refused even where
 * it may be absent: credentials are not the place for guesses.  An empty text
 * counts as absent; gcloud writes some. */
static gcpsecret_status
decode(struct key_file *file, const struct member *members, size_t count,
    const char *label, gcpsecret_error *err)
{
	for (const struct member *m = members; m < members + count; m++) {
		struct json_object *value = members_get(file->document, m->key);
		const char         *text = NULL;

		if (value != NULL && !m->put(value, &text))
			return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
			    "%s: \"%s\" is not a text", label, m->key);
		if (text != NULL && *text == '\0')
			text = NULL;
		if (text == NULL && m->required)
			return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
			    "%s: \"%s\" is missing", label, m->key);
		*(const char **)(void *)((char *)file + m->offset) = text;
	}
	return GCPSECRET_OK;
}

static const struct kind *
kind_of(const char *type)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(kinds[i].type, type) == 0)
			return &kinds[i];
	return NULL;
}

/* What ends up in a header, a message or a JWT must be fit for it. */
static bool
is_fit(const char *text)
{
	return text == NULL || (gs_is_plain(text) && strlen(text) <= FIT_MAX);
}

static const char *
unfit_member(const struct key_file *file)
{
	const struct {
		const char *name, *text;
	} members[] = {
		{ "client_email", file->client_email },
		{ "private_key_id", file->private_key_id },
		{ "account", file->account },
		{ "quota_project_id", file->quota_project_id },
	};

	for (size_t i = 0; i < COUNT(members); i++)
		if (!is_fit(members[i].text))
			return members[i].name;
	return NULL;
}

static gcpsecret_status
check(struct key_file *file, const char *label, gcpsecret_error *err)
{
	const char *fault = unfit_member(file);

	if (fault != NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: \"%s\" is too long or holds a character that cannot "
		    "be in one",
		    label, fault);
	if (file->universe_domain != NULL &&
	    strcmp(file->universe_domain, UNIVERSE) != 0)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: made for the universe %s; only " UNIVERSE
		    " is supported",
		    label, file->universe_domain);
	if (file->source != SOURCE_SERVICE_ACCOUNT)
		return GCPSECRET_OK;
	file->key = gs_jwt_key(file->private_key, &fault);
	if (file->key == NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: \"private_key\" %s; create a new key for %s", label,
		    fault, file->client_email);
	return GCPSECRET_OK;
}

static gcpsecret_status
read_document(struct key_file *file, const char *label, gcpsecret_error *err)
{
	const struct kind *kind;
	gcpsecret_status   status;

	if (!json_object_is_type(file->document, json_type_object))
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: not a JSON object", label);
	status = decode(file, type_member, COUNT(type_member), label, err);
	if (status != GCPSECRET_OK)
		return status;
	if ((kind = kind_of(file->type)) == NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: type \"%.40s\" is not supported; service_account and "
		    "authorized_user are",
		    label, file->type);
	file->source = kind->source;
	status = decode(file, kind->members, kind->count, label, err);
	return status == GCPSECRET_OK ? check(file, label, err) : status;
}

gcpsecret_status
gs_key_file_load(struct key_file *file, const char *path, const char *label,
    gcpsecret_error *err)
{
	struct buf       text;
	gcpsecret_status status;

	memset(file, 0, sizeof(*file));
	buf_init(&text, FILE_MAX);
	status = read_file(path, label, &text, err);
	if (status == GCPSECRET_OK) {
		file->document = members_parse(buf_text(&text), text.len);
		if (file->document == NULL && errno == ENOMEM)
			status = gs_no_memory(err);
		else
			status = read_document(file, label, err);
	}
	buf_free(&text);
	if (status != GCPSECRET_OK)
		gs_key_file_free(file);
	return status;
}

void
gs_key_file_free(struct key_file *file)
{
	EVP_PKEY_free(file->key);
	gs_json_free(file->document);
	memset(file, 0, sizeof(*file));
}
