/* SPDX-License-Identifier: MIT */
#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

#define CONNECTIONS_MAX 256
#define REQUESTS_MAX 4096
#define REQUEST_SIZE (4 << 20)

struct connection {
	int    fd; /* -1 once closed */
	char  *in; /* what came and is not a whole request yet */
	size_t len;
};

struct loopback {
	const struct loopback_answer *script;
	size_t                        script_len;
	int                           listener, wake[2];
	int                           port;
	char                          url[40];
	pthread_t                     thread;
	pthread_mutex_t               lock; /* guards what follows */
	struct connection             connections[CONNECTIONS_MAX];
	size_t                        connection_count;
	struct loopback_request      *requests[REQUESTS_MAX];
	size_t                        request_count;
};

/* The end of the head: behind its empty line; NULL when it is not whole. */
static char *
end_of_head(const char *text)
{
	char *end = strstr(text, "\r\n\r\n");

	return end != NULL ? end + 4 : NULL;
}

/* Finds a header between the first line and the empty one. */
static const char *
find_header(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = strstr(text, "\r\n");
	     line != NULL && strncmp(line, "\r\n\r\n", 4) != 0;
	     line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, len) == 0 &&
		    line[2 + len] == ':')
			return line + 3 + len + strspn(line + 3 + len, " \t");
	return NULL;
}

bool
loopback_header(const struct loopback_request *request, const char *name,
    char *value, size_t size)
{
	const char *found = find_header(request->text, name);

	if (found == NULL)
		return false;
	snprintf(value, size, "%.*s", (int)strcspn(found, "\r"), found);
	return true;
}

/* The length of the first whole request in a connection's bytes; else 0. */
static size_t
whole_request(const struct connection *c)
{
	const char *length, *body = end_of_head(c->in);
	size_t      len;

	if (body == NULL)
		return 0;
	length = find_header(c->in, "Content-Length");
	len = (size_t)(body - c->in) +
	      (length != NULL ? strtoul(length, NULL, 10) : 0);
	return c->len >= len ? len : 0;
}

/* Moves the first `len` bytes out of the connection into the record. */
static void
record(struct loopback *peer, size_t connection, size_t len)
{
	struct connection       *c = &peer->connections[connection];
	struct loopback_request *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	assert_true(peer->request_count < REQUESTS_MAX);
	r->text = malloc(len + 1);
	assert_non_null(r->text);
	memcpy(r->text, c->in, len);
	r->text[len] = '\0';
	r->len = len;
	sscanf(r->text, "%15[^ ] %2047[^ ]", r->method, r->target);
	r->body = end_of_head(r->text);
	r->body_len = len - (size_t)(r->body - r->text);
	r->connection = connection;
	c->len -= len;
	memmove(c->in, c->in + len, c->len + 1);

	pthread_mutex_lock(&peer->lock);
	peer->requests[peer->request_count++] = r;
	pthread_mutex_unlock(&peer->lock);
}

static bool
send_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* Writes the head of a made-up answer; its length. */
static size_t
make_head(
    const struct loopback_answer *a, size_t body_len, char *head, size_t size)
{
	int n = snprintf(head, size,
	    "HTTP/1.1 %d Scripted\r\nContent-Length: %zu\r\n%s\r\n", a->status,
	    body_len, a->headers != NULL ? a->headers : "");

	assert_true(n > 0 && (size_t)n < size);
	return (size_t)n;
}

static size_t
at_most(size_t len, size_t *left)
{
	size_t n = len < *left ? len : *left;

	*left -= n;
	return n;
}

/* Answers once; false when the connection is to be closed. */
static bool
answer(struct loopback *peer, int fd, const struct loopback_answer *a)
{
	struct pollfd wake = { .fd = peer->wake[0], .events = POLLIN };
	char          head[16384];
	const char   *body = a->raw != NULL ? a->raw : a->body;
	size_t        body_len = a->raw != NULL ? a->raw_len : a->body_len;
	size_t        left = a->cut ? a->cut_at : SIZE_MAX, n;

	/* Ends early when the server is stopped. */
	if (a->delay_ms > 0 && poll(&wake, 1, a->delay_ms) != 0)
		return false;
	if (a->silent)
		return false;
	if (body != NULL && body_len == 0)
		body_len = strlen(body);
	if (a->raw == NULL) {
		n = make_head(a, body_len, head, sizeof(head));
		if (!send_all(fd, head, at_most(n, &left)))
			return false;
	}
	return send_all(fd, body, at_most(body_len, &left)) && !a->cut &&
	       !a->close;
}

static void
hang_up(struct connection *c)
{
	close(c->fd);
	c->fd = -1;
}

/* Reads what came, answers what is whole. */
static void
serve(struct loopback *peer, size_t connection)
{
	struct connection *c = &peer->connections[connection];
	ssize_t            n;
	size_t             len, i;

	n = recv(c->fd, c->in + c->len, REQUEST_SIZE - c->len, 0);
	if (n <= 0) {
		hang_up(c);
		return;
	}
	c->len += (size_t)n;
	c->in[c->len] = '\0';
	while (c->fd >= 0 && (len = whole_request(c)) != 0) {
		i = peer->request_count;
		if (i >= peer->script_len)
			i = peer->script_len - 1;
		record(peer, connection, len);
		if (!answer(peer, c->fd, &peer->script[i]))
			hang_up(c);
	}
}

static void
take(struct loopback *peer)
{
	int                fd = accept(peer->listener, NULL, NULL), on = 1;
	struct connection *c = &peer->connections[peer->connection_count];

	if (fd < 0)
		return;
	/* Head and body are two writes, which nobody should wait between. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	assert_true(peer->connection_count < CONNECTIONS_MAX);
	c->fd = fd;
	c->in = malloc(REQUEST_SIZE + 1);
	assert_non_null(c->in);
	c->in[0] = '\0';
	pthread_mutex_lock(&peer->lock);
	peer->connection_count++;
	pthread_mutex_unlock(&peer->lock);
}

static void *
run(void *ctx)
{
	struct loopback *peer = ctx;
	struct pollfd    fds[2 + CONNECTIONS_MAX];
	size_t           count;

	for (;;) {
		fds[0] = (struct pollfd){ peer->wake[0], POLLIN, 0 };
		fds[1] = (struct pollfd){ peer->listener, POLLIN, 0 };
		count = peer->connection_count;
		for (size_t i = 0; i < count; i++)
			fds[2 + i] = (struct pollfd){ peer->connections[i].fd,
				POLLIN, 0 };
		if (poll(fds, (nfds_t)(2 + count), -1) < 0 || fds[0].revents)
			return NULL;
		for (size_t i = 0; i < count; i++)
			if (fds[2 + i].revents)
				serve(peer, i);
		if (fds[1].revents)
			take(peer);
	}
}

static void
listen_on_loopback(struct loopback *peer)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t          len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(peer->listener >= 0);
	assert_int_equal(
	    bind(peer->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(peer->listener, 64), 0);
	assert_int_equal(
	    getsockname(peer->listener, (struct sockaddr *)&at, &len), 0);
	peer->port = ntohs(at.sin_port);
	snprintf(
	    peer->url, sizeof(peer->url), "http://127.0.0.1:%d", peer->port);
}

struct loopback *
loopback_start(const struct loopback_answer *script, size_t count)
{
	struct loopback *peer = calloc(1, sizeof(*peer));

	assert_non_null(peer);
	assert_true(count > 0);
	peer->script = script;
	peer->script_len = count;
	listen_on_loopback(peer);
	assert_int_equal(pipe(peer->wake), 0);
	assert_int_equal(pthread_mutex_init(&peer->lock, NULL), 0);
	assert_int_equal(pthread_create(&peer->thread, NULL, run, peer), 0);
	return peer;
}

void
loopback_stop(struct loopback *peer)
{
	assert_int_equal(write(peer->wake[1], "", 1), 1);
	pthread_join(peer->thread, NULL);
	for (size_t i = 0; i < peer->connection_count; i++) {
		if (peer->connections[i].fd >= 0)
			hang_up(&peer->connections[i]);
		free(peer->connections[i].in);
	}
	for (size_t i = 0; i < peer->request_count; i++) {
		free(peer->requests[i]->text);
		free(peer->requests[i]);
	}
	close(peer->listener);
	close(peer->wake[0]);
	close(peer->wake[1]);
	pthread_mutex_destroy(&peer->lock);
	free(peer);
}

int
loopback_port(const struct loopback *peer)
{
	return peer->port;
}

const char *
loopback_url(const struct loopback *peer)
{
	return peer->url;
}

size_t
loopback_count(struct loopback *peer)
{
	size_t count;

	pthread_mutex_lock(&peer->lock);
	count = peer->request_count;
	pthread_mutex_unlock(&peer->lock);
	return count;
}

size_t
loopback_connections(struct loopback *peer)
{
	size_t count;

	pthread_mutex_lock(&peer->lock);
	count = peer->connection_count;
	pthread_mutex_unlock(&peer->lock);
	return count;
}

const struct loopback_request *
loopback_request(struct loopback *peer, size_t i)
{
	const struct loopback_request *request = NULL;

	pthread_mutex_lock(&peer->lock);
	if (i < peer->request_count)
		request = peer->requests[i];
	pthread_mutex_unlock(&peer->lock);
	assert_non_null(request);
	return request;
}
