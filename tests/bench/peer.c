/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base64.h"
#include "internal.h"

#define CONNECTIONS 64
#define REQUEST_MAX 8192
#define ANSWER_MAX 131072

/* All that it says, head and body. */
static void
make_answer(struct buf *answer, size_t payload)
{
	struct buf body;
	char      *data = malloc(payload);

	buf_init(&body, ANSWER_MAX);
	buf_init(answer, ANSWER_MAX);
	if (data == NULL)
		errx(1, "out of memory");
	memset(data, 'x', payload);
	buf_addf(&body,
	    "{\"access_token\":\"" PEER_TOKEN "\",\"expires_in\":3599,"
	    "\"token_type\":\"Bearer\",\"name\":"
	    "\"projects/123456789012/secrets/bench/versions/7\","
	    "\"payload\":{\"data\":\"");
	base64_encode(&body, data, payload, BASE64_STANDARD);
	buf_addf(&body, "\",\"dataCrc32c\":\"%u\"}}", gs_crc32c(data, payload));
	buf_addf(answer,
	    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	    "Metadata-Flavor: Google\r\nContent-Length: %zu\r\n\r\n",
	    body.len);
	buf_add(answer, body.data, body.len);
	if (!buf_ok(&body) || !buf_ok(answer))
		errx(1, "out of memory");
	buf_free(&body);
	free(data);
}

static bool
send_all(int fd, const struct buf *answer)
{
	ssize_t n;

	for (size_t at = 0; at < answer->len; at += (size_t)n)
		if ((n = send(fd, answer->data + at, answer->len - at,
			 MSG_NOSIGNAL)) <= 0)
			return false;
	return true;
}

/* A request comes in one piece, since it is short. */
static bool
serve(int fd, const struct buf *answer)
{
	char    request[REQUEST_MAX];
	ssize_t n = recv(fd, request, sizeof(request), 0);

	return n > 4 && memcmp(request + n - 4, "\r\n\r\n", 4) == 0 &&
	       send_all(fd, answer);
}

static int
take(int listener)
{
	const int yes = 1;
	int       fd = accept(listener, NULL, NULL);

	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return fd;
}

static void
run(int listener, const struct buf *answer)
{
	struct pollfd fds[1 + CONNECTIONS];

	for (size_t i = 1; i <= CONNECTIONS; i++)
		fds[i] = (struct pollfd){ -1, POLLIN, 0 };
	fds[0] = (struct pollfd){ listener, POLLIN, 0 };
	while (poll(fds, 1 + CONNECTIONS, -1) > 0) {
		for (size_t i = 1; i <= CONNECTIONS; i++) {
			if (fds[i].fd < 0 && fds[0].revents != 0) {
				fds[i].fd = take(listener);
				fds[0].revents = 0;
			} else if (fds[i].revents != 0 &&
				   !serve(fds[i].fd, answer)) {
				close(fds[i].fd);
				fds[i].fd = -1;
			}
		}
	}
}

void
peer_start(struct peer *peer, size_t payload)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t          len = sizeof(at);
	struct buf         answer;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(listener, CONNECTIONS) != 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &len) != 0 ||
	    (peer->pid = fork()) < 0)
		err(1, "peer");
	if (peer->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		make_answer(&answer, payload);
		run(listener, &answer);
		_exit(1);
	}
	close(listener);
	peer->port = ntohs(at.sin_port);
}

void
peer_stop(struct peer *peer)
{
	kill(peer->pid, SIGKILL);
	waitpid(peer->pid, NULL, 0);
}
