/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
			    (size_t)n > text->max - text->len ? EFBIG : ENOMEM;
			n = -1;
		}
	} while (n > 0 || (n < 0 && errno == EINTR));
	wipe(part, sizeof(part));
	return n == 0;
}

gcpsecret_status
gs_file_read(const char *path, const char *label, const char *thing,
    struct buf *text, gcpsecret_error *err)
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
		    "%s: larger than %zu KiB, so no %s", label,
		    text->max / 1024, thing);
	return unreadable(err, label, error);
}
