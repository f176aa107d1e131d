/* SPDX-License-Identifier: MIT */
#include "known.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"

#define SHORTEST 8

bool
known_open(struct known *known, const char *path)
{
	known->fd = -1;
	if (path == NULL)
		return true;
	known->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return known->fd >= 0;
}

void
known_close(struct known *known)
{
	if (known->fd >= 0)
		close(known->fd);
	known->fd = -1;
}

/* One write(2) a line, so that lines of several sandboxes do not mix. */
static void
add_line(const struct known *known, const char *text, size_t len)
{
	struct buf line;

	if (len < SHORTEST || memcmp(text, "-----", 5) == 0)
		return;
	buf_init(&line, len + 1);
	buf_add(&line, text, len);
	buf_add(&line, "\n", 1);
	/* A full disk is the test's trouble: it will find nothing. */
	if (buf_ok(&line))
		(void)!write(known->fd, line.data, line.len);
	buf_free(&line);
}

void
known_add(const struct known *known, const char *text, size_t len)
{
	const char *end;
	size_t      n;

	if (known->fd < 0 || memchr(text, '\0', len) != NULL)
		return;
	while (len > 0) {
		end = memchr(text, '\n', len);
		n = end != NULL ? (size_t)(end - text) : len;
		add_line(known, text, n);
		n += end != NULL;
		text += n;
		len -= n;
	}
}

void
known_add_text(const struct known *known, const char *text)
{
	known_add(known, text, strlen(text));
}
