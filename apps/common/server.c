/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "connections.h"
#include "gate.h"
#include "request.h"

#define BODY_MAX 65536
#define CONNECTIONS_MAX 256
#define TIMEOUT_S 15
#define BACKLOG 256

/* A connection's memory: a request's head as large as the gate allows, and the
 * head of a response beside it. */
#define MEMORY_MAX 65536

struct server {
	struct server_config config;
	struct MHD_Daemon   *daemon;
	struct connections  *connections;
	int                  listener, port;
	atomic_bool          stopping;
};

/* One connection and what it asks for at the moment. */
struct client {
	struct connection connection;
	struct request   *request; /* NULL between two */
};

/* NULL when memory was short as it connected. */
static struct client *
client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info->socket_context;
}

static void
enter(
    struct server *server, struct MHD_Connection *connection, enum phase phase)
{
	connections_enter(
	    server->connections, &client_of(connection)->connection, phase);
}

/* Replaces whatever the response holds by the page of an error. */
static void
fill_error(struct server *server, struct request *request, int status,
    const char *reason)
{
	const struct server_config *config = &server->config;
	struct response            *response = &request->response;

	response_free(response);
	response_init(response);
	response->status = status;
	if (config->error_page != NULL) {
		config->error_page(
		    config->app, request, status, reason, response);
		return;
	}
	response_type(response, "text/plain; charset=utf-8");
	buf_addf(&response->body, "%s\n", reason);
}

/* The bytes of the body, wherever they are. */
static struct MHD_IoVec
body_of(const struct response *response)
{
	if (response->static_body != NULL)
		return (struct MHD_IoVec){ response->static_body,
			response->static_len };
	return (
	    struct MHD_IoVec){ buf_text(&response->body), response->body.len };
}

/* Hands out the first half of a body, then breaks off. */
static ssize_t
read_half(void *ctx, uint64_t at, char *to, size_t size)
{
	const struct MHD_IoVec body = body_of(ctx);
	size_t                 left = body.iov_len / 2 - (size_t)at;

	if (left == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (size > left)
		size = left;
	memcpy(to, (const char *)body.iov_base + at, size);
	return (ssize_t)size;
}

static struct MHD_Response *
pack(struct response *response)
{
	const struct MHD_IoVec body = body_of(response);
	struct MHD_Response   *packed;

	if (response->wire == WIRE_TRUNCATE)
		packed = MHD_create_response_from_callback(
		    body.iov_len, 4096, read_half, response, NULL);
	else
		packed = MHD_create_response_from_iovec(&body, 1, NULL, NULL);
	for (size_t i = 0; packed != NULL && i < response->header_count; i++) {
		if (MHD_add_response_header(packed, response->headers[i].name,
			response->headers[i].value) != MHD_YES) {
			MHD_destroy_response(packed);
			packed = NULL;
		}
	}
	return packed;
}

/* Sends the request's response; MHD_NO closes the connection. */
static enum MHD_Result
respond(struct server *server, struct request *request)
{
	const struct server_config *config = &server->config;
	struct response            *response = &request->response;
	struct MHD_Response        *packed;
	enum MHD_Result             queued;

	if (!response_ok(response))
		fill_error(server, request, 500, "something went wrong here");
	if (config->finish != NULL)
		config->finish(config->app, request, response);
	if (atomic_load(&server->stopping))
		response_header(response, "Connection", "close");
	if (response->wire == WIRE_DROP || !response_ok(response) ||
	    (packed = pack(response)) == NULL)
		return MHD_NO;
	request->answered = true;
	enter(server, request->connection, PHASE_SENDING);
	queued = MHD_queue_response(
	    request->connection, (unsigned)response->status, packed);
	MHD_destroy_response(packed);
	return queued;
}

/* Adds "GET, HEAD, POST": the methods of all routes, or of those on the path
 * of the request. */
static void
add_allow(struct server *server, struct request *request, bool on_path)
{
	const struct server_config *config = &server->config;
	struct buf                  allow;

	buf_init(&allow, 128);
	for (size_t i = 0; i < config->route_count; i++) {
		const struct route *route = &config->routes[i];

		if ((on_path && !request_match(request, route->path)) ||
		    strstr(buf_text(&allow), route->method) != NULL)
			continue;
		buf_addf(&allow, "%s%s%s", allow.len > 0 ? ", " : "",
		    route->method,
		    strcmp(route->method, "GET") == 0 ? ", HEAD" : "");
	}
	response_header(&request->response, "Allow", buf_text(&allow));
	buf_free(&allow);
}

/* Answers before the body was read, which ends the connection. */
static enum MHD_Result
turn_away(struct server *server, struct request *request, int status,
    const char *reason)
{
	fill_error(server, request, status, reason);
	response_header(&request->response, "Connection", "close");
	if (status == 405)
		add_allow(server, request, false);
	return respond(server, request);
}

static const struct route *
find_route(struct server *server, struct request *request, bool *path_known)
{
	*path_known = false;
	for (size_t i = 0; i < server->config.route_count; i++) {
		const struct route *route = &server->config.routes[i];

		if (!request_match(request, route->path))
			continue;
		*path_known = true;
		if (strcmp(route->method, request->method) == 0)
			return route;
	}
	return NULL;
}

/* The request is whole: lets its handler answer. */
static enum MHD_Result
answer(struct server *server, struct request *request)
{
	const struct route *route;
	const char         *fault;
	bool                path_known;

	enter(server, request->connection, PHASE_WORKING);
	if (!buf_ok(&request->body))
		fill_error(server, request, 413, "the body is too large");
	else if ((fault = request_read_form(request)) != NULL)
		fill_error(server, request, 400, fault);
	else if ((route = find_route(server, request, &path_known)) != NULL)
		route->handle(server->config.app, request, &request->response);
	else if (!path_known)
		fill_error(server, request, 404, "there is no such page");
	else {
		fill_error(
		    server, request, 405, "this method is not served here");
		add_allow(server, request, true);
	}
	return respond(server, request);
}

/* The head of a request is there. */
static enum MHD_Result
admit(struct server *server, struct request *request, const char *method,
    const char *version)
{
	const struct refusal *refusal = gate_check(&server->config,
	    request->connection, method, request->target.data, version);
	const char           *fault;

	request->seen = true;
	request->method = strcmp(method, "HEAD") == 0 ? "GET" : method;
	if (refusal != NULL)
		return turn_away(
		    server, request, refusal->status, refusal->reason);
	if ((fault = request_read(request)) != NULL)
		return turn_away(server, request, 400, fault);
	return MHD_YES;
}

/* libmicrohttpd: the request line is there. */
static void *
on_target(void *ctx, const char *target, struct MHD_Connection *connection)
{
	struct server *server = ctx;
	struct client *client = client_of(connection);

	if (client == NULL)
		return NULL;
	enter(server, connection, PHASE_RECEIVING);
	client->request =
	    request_new(connection, target, server->config.body_max);
	return client->request;
}

/* libmicrohttpd: first the head, then each piece of the body, then its end.
 * NOLINTBEGIN(readability-function-size): so many parameters are its idea. */
static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *data_len,
    void **request_ctx)
{
	struct server  *server = ctx;
	struct request *request = *request_ctx;

	(void)connection, (void)url;
	if (request == NULL)
		return MHD_NO;
	if (!request->seen)
		return admit(server, request, method, version);
	if (*data_len > 0) {
		/* Too much is read on, not kept, and refused at its end: only
		 * then does libmicrohttpd take an answer. */
		buf_add(&request->body, data, *data_len);
		*data_len = 0;
		return MHD_YES;
	}
	return answer(server, request);
}
/* NOLINTEND(readability-function-size) */

/* libmicrohttpd: the response has left, or never will. */
static void
on_completed(void *ctx, struct MHD_Connection *connection, void **request_ctx,
    enum MHD_RequestTerminationCode how)
{
	struct server              *server = ctx;
	const struct server_config *config = &server->config;
	struct client              *client = client_of(connection);
	struct request             *request = *request_ctx;

	(void)how;
	if (request == NULL)
		return;
	if (request->answered && config->log != NULL)
		config->log(config->app, request, request->response.status,
		    body_of(&request->response).iov_len,
		    clock_steady_ms() - request->began_ms);
	request_free(request);
	client->request = NULL;
	enter(server, connection, PHASE_WAITING);
}

/* libmicrohttpd: a connection was made, or is about to be closed. */
static void
on_connection(void *ctx, struct MHD_Connection *connection, void **client_ctx,
    enum MHD_ConnectionNotificationCode what)
{
	struct server *server = ctx;
	struct client *client = *client_ctx;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		client = *client_ctx = calloc(1, sizeof(*client));
		if (client != NULL)
			connections_add(server->connections,
			    &client->connection,
			    MHD_get_connection_info(
				connection, MHD_CONNECTION_INFO_CONNECTION_FD)
				->connect_fd);
	} else if (client != NULL) {
		connections_remove(server->connections, &client->connection);
		/* Of a request that it gave up for want of memory (hundreds of
		 * query fields do it) libmicrohttpd never says the end. */
		request_free(client->request);
		free(client);
	}
}

union address {
	struct sockaddr     any;
	struct sockaddr_in  v4;
	struct sockaddr_in6 v6;
};

/* Reads "127.0.0.1" or "::"; the length of what it stands for, or 0. */
static socklen_t
read_address(const char *text, int port, union address *address)
{
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons((uint16_t)port);
		return sizeof(address->v4);
	}
	if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons((uint16_t)port);
		return sizeof(address->v6);
	}
	return 0;
}

/* Opens the listening socket and learns its port; false leaves errno. */
static bool
listen_at(struct server *server, const union address *address, socklen_t len)
{
	union address bound = { 0 };
	int           on = 1, fd;

	fd = socket(address->any.sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	server->listener = fd;
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, &address->any, len) != 0 || listen(fd, BACKLOG) != 0 ||
	    getsockname(fd, &bound.any, &len) != 0)
		return false;
	server->port =
	    ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port
						  : bound.v4.sin_port);
	return true;
}

/* Not MHD_OPTION_STRICT_FOR_CLIENT: what that refuses, the gate refuses with a
 * page of ours. */
static bool
start_daemon(struct server *server)
{
	const struct server_config *config = &server->config;
	bool tls = config->tls_cert != NULL && config->tls_key != NULL;

	/* clang-format off */
	server->daemon = MHD_start_daemon(
	    MHD_USE_POLL | MHD_USE_INTERNAL_POLLING_THREAD |
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC |
	    (tls ? MHD_USE_TLS : 0),
	    0, NULL, NULL, on_request, server,
	    MHD_OPTION_LISTEN_SOCKET, server->listener,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
	    MHD_OPTION_CONNECTION_LIMIT, config->connections_max,
	    MHD_OPTION_CONNECTION_TIMEOUT, config->timeout_s,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX,
	    MHD_OPTION_HTTPS_MEM_CERT, config->tls_cert, /* passed over */
	    MHD_OPTION_HTTPS_MEM_KEY, config->tls_key,   /* without TLS */
	    MHD_OPTION_END);
	/* clang-format on */
	return server->daemon != NULL;
}

static void
set_defaults(struct server_config *config)
{
	if (config->body_max == 0)
		config->body_max = BODY_MAX;
	if (config->connections_max == 0)
		config->connections_max = CONNECTIONS_MAX;
	if (config->timeout_s == 0)
		config->timeout_s = TIMEOUT_S;
}

static bool
start(struct server *server, char *message, size_t message_size)
{
	const struct server_config *config = &server->config;
	union address               address;
	char                        reason[100];
	socklen_t len = read_address(config->address, config->port, &address);

	if (len == 0) {
		snprintf(message, message_size,
		    "cannot listen: %s is not an IP address", config->address);
		return false;
	}
	if (!listen_at(server, &address, len)) {
		snprintf(message, message_size,
		    "cannot listen on %s port %d: %s", config->address,
		    config->port, strerror_r(errno, reason, sizeof(reason)));
		return false;
	}
	server->connections =
	    connections_new((int64_t)config->timeout_s * 1000);
	if (server->connections == NULL || !start_daemon(server)) {
		snprintf(message, message_size, "cannot start the server: %s",
		    config->tls_cert != NULL ? "its certificate or key is no "
					       "good, or memory is short"
					     : "memory or threads are short");
		return false;
	}
	return true;
}

struct server *
server_start(
    const struct server_config *config, char *message, size_t message_size)
{
	struct server *server = calloc(1, sizeof(*server));

	if (server == NULL) {
		snprintf(message, message_size, "out of memory");
		return NULL;
	}
	server->config = *config;
	server->listener = -1;
	set_defaults(&server->config);
	if (!start(server, message, message_size)) {
		server_stop(server, 0);
		return NULL;
	}
	return server;
}

int
server_port(const struct server *server)
{
	return server->port;
}

void
server_stop(struct server *server, int64_t drain_ms)
{
	if (server == NULL)
		return;
	atomic_store(&server->stopping, true);
	if (server->daemon != NULL) {
		/* Takes the socket away from libmicrohttpd: it is ours again. */
		MHD_quiesce_daemon(server->daemon);
		connections_drain(server->connections, drain_ms);
		MHD_stop_daemon(server->daemon);
	}
	connections_free(server->connections);
	if (server->listener >= 0)
		close(server->listener);
	free(server);
}
