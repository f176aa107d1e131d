/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"

#define FILE_LIMIT 65536
#define REFERENCE "sm://"

/* Until all is read at start: time for a slow metadata server, and no more. */
#define SECRET_TIMEOUT_MS 30000

void
source_free(struct source *source)
{
	gcpsecret_client_free(source->secrets);
	source->secrets = NULL;
}

const char *
source_variable(const struct source *source, const char *name)
{
	size_t len = strlen(name);

	for (char *const *e = source->environment; *e != NULL; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			return *e + len + 1;
	return NULL;
}

static void
explain(char why[SOURCE_WHY_SIZE], const char *reason)
{
	snprintf(why, SOURCE_WHY_SIZE, "%s", reason);
}

/* Takes a NUL-terminated value of `len` bytes over as text without its newline;
 * NULL, and the memory wiped, when there is a NUL inside. */
static char *
as_text(char *data, size_t len, char why[SOURCE_WHY_SIZE])
{
	if (strlen(data) != len) {
		explain(why, "holds a NUL byte: it must be text");
		wipe(data, len);
		free(data);
		return NULL;
	}
	if (len > 0 && data[len - 1] == '\n')
		data[--len] = '\0';
	if (len > 0 && data[len - 1] == '\r')
		data[len - 1] = '\0';
	return data;
}

/* Reads exactly `len` bytes; NULL when that fails. */
static char *
read_whole(int fd, size_t len)
{
	char   *data = calloc(1, len + 1);
	size_t  have = 0;
	ssize_t n = 1;

	while (data != NULL && have < len && n > 0) {
		n = read(fd, data + have, len - have);
		have += n > 0 ? (size_t)n : 0;
	}
	if (data != NULL && have < len) {
		wipe(data, len);
		free(data);
		return NULL;
	}
	return data;
}

char *
source_file(const char *path, char why[SOURCE_WHY_SIZE])
{
	/* A FIFO or a device could keep us waiting for ever. */
	int         fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char       *data = NULL;

	if (fd < 0) {
		explain(why, "names a file that cannot be opened");
		return NULL;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > FILE_LIMIT)
		explain(why, "must name a regular file of at most 64 KiB");
	else if ((data = read_whole(fd, (size_t)st.st_size)) == NULL)
		explain(why, "names a file that cannot be read");
	else
		data = as_text(data, (size_t)st.st_size, why);
	close(fd);
	return data;
}

bool
source_is_reference(const char *value)
{
	return strncmp(value, REFERENCE, strlen(REFERENCE)) == 0;
}

/* Whether the failure is about this one secret. */
static bool
is_particular(gcpsecret_status status)
{
	switch (status) {
	case GCPSECRET_ERR_ARGUMENT:
	case GCPSECRET_ERR_CHECKSUM:
	case GCPSECRET_ERR_FORBIDDEN:
	case GCPSECRET_ERR_NOT_FOUND:
	case GCPSECRET_ERR_STATE: return true;
	default: return false;
	}
}

static gcpsecret_status
access_secret(struct source *source, const char *reference,
    gcpsecret_payload **secret, gcpsecret_error *err)
{
	gcpsecret_status status;

	if (source->secrets == NULL) {
		status = gcpsecret_client_new(&source->secrets, err);
		if (status != GCPSECRET_OK)
			return status;
		gcpsecret_client_set_timeout_ms(
		    source->secrets, SECRET_TIMEOUT_MS);
		/* Reading twice does no harm, not starting does. */
		gcpsecret_client_set_retry_on(source->secrets,
		    GCPSECRET_RETRY_ACCESS | GCPSECRET_RETRY_READ |
			GCPSECRET_RETRY_SERVER);
	}
	return gcpsecret_resolve(source->secrets, reference, secret, err);
}

char *
source_secret(
    struct source *source, const char *reference, char why[SOURCE_WHY_SIZE])
{
	gcpsecret_payload *secret;
	gcpsecret_error    err;
	char              *data;

	if (access_secret(source, reference, &secret, &err) != GCPSECRET_OK) {
		source->secrets_failed = !is_particular(err.status);
		snprintf(
		    why, SOURCE_WHY_SIZE, "could not be read: %s", err.message);
		return NULL;
	}
	data = calloc(1, secret->len + 1);
	if (data == NULL) {
		explain(why, "could not be read: out of memory");
	} else {
		memcpy(data, secret->data, secret->len);
		data = as_text(data, secret->len, why);
	}
	gcpsecret_payload_free(secret);
	return data;
}
