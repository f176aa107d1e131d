/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"
#include "test.h"

#define REQUEST_MAX 65536

static int
open_wire(const char *base)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port =
		    htons((uint16_t)strtoul(strrchr(base, ':') + 1, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void
ask(int fd, const char *request, const char *lines, const char *body)
{
	struct buf text;

	buf_init(&text, REQUEST_MAX);
	buf_addf(&text,
	    "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s",
	    request, lines);
	if (body != NULL)
		buf_addf(
		    &text, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
	else
		buf_add_text(&text, "\r\n");
	assert_true(buf_ok(&text));
	assert_int_equal(
	    send(fd, text.data, text.len, MSG_NOSIGNAL), (int)text.len);
	buf_free(&text);
}

void
wire_call(const char *base, const char *request, const char *lines,
    const char *body, struct wire_answer *answer)
{
	int     fd = open_wire(base);
	size_t  len = 0;
	ssize_t n = 1;

	ask(fd, request, lines, body);
	while (n > 0 && len < sizeof(answer->text) - 1) {
		n = recv(
		    fd, answer->text + len, sizeof(answer->text) - 1 - len, 0);
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	answer->text[len] = '\0';
	answer->status = len > 12 ? (int)strtol(answer->text + 9, NULL, 10) : 0;
}

void
wire_leave(const char *base, const char *request)
{
	int fd = open_wire(base);

	ask(fd, request, "", "");
	close(fd);
}
