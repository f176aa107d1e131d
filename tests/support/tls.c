/* SPDX-License-Identifier: MIT */
#include "tls.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

struct tls {
	SSL_CTX        *context;
	int             listener, port, to_port, wake[2];
	pthread_t       thread;
	pthread_mutex_t lock; /* guards what follows */
	unsigned char  *client;
	int             client_len;
};

static int
any_certificate(int ok, X509_STORE_CTX *store)
{
	(void)ok, (void)store;
	return 1;
}

static struct sockaddr_in
loopback_at(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static void
remember_client(struct tls *tls, SSL *ssl)
{
	X509          *certificate = SSL_get1_peer_certificate(ssl);
	unsigned char *der = NULL;
	int            len = i2d_X509(certificate, &der);

	X509_free(certificate);
	pthread_mutex_lock(&tls->lock);
	OPENSSL_free(tls->client);
	tls->client = der;
	tls->client_len = len;
	pthread_mutex_unlock(&tls->lock);
}

/* Passes bytes on, both ways, until somebody hangs up. */
static void
pass_on(const struct tls *tls, SSL *ssl, int to)
{
	struct pollfd fds[] = { { SSL_get_fd(ssl), POLLIN, 0 },
		{ to, POLLIN, 0 }, { tls->wake[0], POLLIN, 0 } };
	char          part[4096];
	int           n = 1;

	while (n > 0) {
		if (SSL_pending(ssl) == 0 && poll(fds, 3, -1) < 0)
			return;
		if (SSL_pending(ssl) > 0 || fds[0].revents != 0) {
			n = SSL_read(ssl, part, sizeof(part));
			if (n > 0)
				n = (int)send(
				    to, part, (size_t)n, MSG_NOSIGNAL);
		} else if (fds[1].revents != 0) {
			n = (int)recv(to, part, sizeof(part), 0);
			if (n > 0)
				n = SSL_write(ssl, part, n);
		} else {
			return;
		}
	}
}

static void
serve(struct tls *tls, int from)
{
	struct sockaddr_in at = loopback_at(tls->to_port);
	SSL               *ssl = SSL_new(tls->context);
	int                to;

	if (SSL_set_fd(ssl, from) == 1 && SSL_accept(ssl) == 1) {
		remember_client(tls, ssl);
		to = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(to, (struct sockaddr *)&at, sizeof(at)) == 0)
			pass_on(tls, ssl, to);
		close(to);
		SSL_shutdown(ssl);
	}
	SSL_free(ssl);
	close(from);
}

static void *
run(void *ctx)
{
	struct tls   *tls = ctx;
	struct pollfd fds[] = { { tls->listener, POLLIN, 0 },
		{ tls->wake[0], POLLIN, 0 } };
	int           from;

	while (poll(fds, 2, -1) > 0 && fds[1].revents == 0) {
		from = accept4(tls->listener, NULL, NULL, SOCK_CLOEXEC);
		if (from >= 0)
			serve(tls, from);
	}
	return NULL;
}

static void
listen_on_loopback(struct tls *tls)
{
	struct sockaddr_in at = loopback_at(0);
	socklen_t          len = sizeof(at);

	tls->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(tls->listener >= 0);
	assert_int_equal(
	    bind(tls->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(tls->listener, 64), 0);
	assert_int_equal(
	    getsockname(tls->listener, (struct sockaddr *)&at, &len), 0);
	tls->port = ntohs(at.sin_port);
}

struct tls *
tls_start(const char *certificate, const char *key, int to_port)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	assert_non_null(tls);
	tls->to_port = to_port;
	tls->context = SSL_CTX_new(TLS_server_method());
	assert_non_null(tls->context);
	assert_int_equal(SSL_CTX_use_certificate_file(
			     tls->context, certificate, SSL_FILETYPE_PEM),
	    1);
	assert_int_equal(
	    SSL_CTX_use_PrivateKey_file(tls->context, key, SSL_FILETYPE_PEM),
	    1);
	SSL_CTX_set_verify(tls->context,
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, any_certificate);
	listen_on_loopback(tls);
	assert_int_equal(pipe(tls->wake), 0);
	assert_int_equal(pthread_mutex_init(&tls->lock, NULL), 0);
	assert_int_equal(pthread_create(&tls->thread, NULL, run, tls), 0);
	return tls;
}

void
tls_stop(struct tls *tls)
{
	assert_int_equal(write(tls->wake[1], "", 1), 1);
	pthread_join(tls->thread, NULL);
	close(tls->listener);
	close(tls->wake[0]);
	close(tls->wake[1]);
	pthread_mutex_destroy(&tls->lock);
	OPENSSL_free(tls->client);
	SSL_CTX_free(tls->context);
	free(tls);
}

int
tls_port(const struct tls *tls)
{
	return tls->port;
}

const unsigned char *
tls_client(struct tls *tls, size_t *len)
{
	const unsigned char *client;

	pthread_mutex_lock(&tls->lock);
	client = tls->client;
	*len = (size_t)tls->client_len;
	pthread_mutex_unlock(&tls->lock);
	return client;
}
