/* SPDX-License-Identifier: MIT */
#include "proxy.h"

#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

#define CONNECTIONS_MAX 256 /* at once; more are closed */
#define PIECE_SIZE 16384
#define TEXT_MAX 512

struct address {
	union {
		struct sockaddr    any;
		struct sockaddr_in in;
		struct sockaddr_un un;
	};
	socklen_t len;
};

struct connection {
	struct proxy  *proxy;
	pthread_t      thread;
	uint64_t       number;
	bool           used, over; /* over: wants nothing but to be joined */
	int            fds[2]; /* to be read: UP the client, DOWN the server */

	uint64_t       plan; /* the one that the rest goes by */
	bool           armed;
	enum proxy_way way;
	size_t         left;           /* of what may still pass that way */
	bool           asking;         /* what passed last went up */
	char           tail[TEXT_MAX]; /* of the bytes that may hold the text */
	size_t         tail_len;
};

struct proxy {
	struct address      here, there;
	int                 listener;
	char                dir[80]; /* of our own socket; "" for TCP */
	pthread_t           thread;
	proxy_watch_fn      watch;
	void               *watch_ctx;
	pthread_mutex_t     lock; /* guards what follows */
	pthread_cond_t      change;
	bool                stopping;
	struct proxy_plan   plan;
	uint64_t            plans; /* the number of this one */
	struct proxy_counts counts;
	struct connection   connections[CONNECTIONS_MAX];
};

/* splitmix64: the n-th number of a seed. */
static uint64_t
draw(uint64_t seed, uint64_t n)
{
	uint64_t z = seed + (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* From here on the connection goes by the newest plan.  Wants the lock. */
static void
adopt(struct connection *c)
{
	struct proxy            *proxy = c->proxy;
	const struct proxy_plan *plan = &proxy->plan;
	uint64_t                 drawn;

	c->plan = proxy->plans;
	c->armed = plan->text == NULL && plan->request == 0;
	c->way = plan->way;
	c->left = plan->after;
	c->tail_len = 0;
	if (plan->within == 0)
		return;
	drawn = draw(plan->seed, c->number);
	c->way = (drawn & 1) != 0 ? PROXY_UP : PROXY_DOWN;
	c->left = (size_t)((drawn >> 1) % plan->within);
}

/* Looks for the plan's text; how many bytes of this piece come before its end, 0
 * when it is not there. */
static size_t
find_text(struct connection *c, const char *bytes, size_t len)
{
	const char *text = c->proxy->plan.text;
	size_t      text_len = strlen(text), before = c->tail_len, keep;
	char        both[TEXT_MAX + PIECE_SIZE];
	const char *found;

	memcpy(both, c->tail, before);
	memcpy(both + before, bytes, len);
	found = memmem(both, before + len, text, text_len);
	keep = before + len < text_len ? before + len : text_len - 1;
	memcpy(c->tail, both + before + len - keep, keep);
	c->tail_len = keep;
	return found != NULL ? (size_t)(found - both) + text_len - before : 0;
}

/* Begins to count where the plan says so; returns how many bytes of this piece
 * come before that. */
static size_t
arm(struct connection *c, enum proxy_way way, const char *bytes, size_t len)
{
	struct proxy *proxy = c->proxy;
	bool          begins = way == PROXY_UP && !c->asking;
	size_t        before = 0;

	c->asking = way == PROXY_UP;
	proxy->counts.requests += begins;
	if (c->armed)
		return 0;
	if (proxy->plan.text != NULL) {
		if (way == proxy->plan.text_way)
			before = find_text(c, bytes, len);
		c->armed = before > 0;
	} else if (proxy->plan.request != 0 && begins) {
		c->armed = proxy->counts.requests == proxy->plan.request;
	}
	return before;
}

/* How much of a piece passes, and what happens then. */
static size_t
judge(struct connection *c, enum proxy_way way, const char *bytes, size_t len,
    enum proxy_act *act)
{
	struct proxy            *proxy = c->proxy;
	const struct proxy_plan *plan = &proxy->plan;
	size_t                   before;

	*act = PROXY_PASS;
	if (c->plan != proxy->plans)
		adopt(c);
	before = arm(c, way, bytes, len);
	if (plan->act == PROXY_PASS || !c->armed || way != c->way ||
	    (plan->times != 0 && proxy->counts.hits >= plan->times))
		return len;
	if (len - before <= c->left) {
		c->left -= len - before;
		return len;
	}
	*act = plan->act;
	proxy->counts.hits++;
	pthread_cond_broadcast(&proxy->change);
	return before + c->left;
}

static bool
send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static void
wait_for_the_next_plan(struct connection *c)
{
	struct proxy *proxy = c->proxy;

	pthread_mutex_lock(&proxy->lock);
	while (!proxy->stopping && c->plan == proxy->plans)
		pthread_cond_wait(&proxy->change, &proxy->lock);
	pthread_mutex_unlock(&proxy->lock);
}

/* Passes one piece on; false when the connection is over. */
static bool
pass(struct connection *c, enum proxy_way way)
{
	struct proxy  *proxy = c->proxy;
	char           bytes[PIECE_SIZE];
	ssize_t        n = recv(c->fds[way], bytes, sizeof(bytes), 0);
	enum proxy_act act;
	size_t         len;
	int            delay_ms;

	if (n <= 0)
		return false;
	pthread_mutex_lock(&proxy->lock);
	len = judge(c, way, bytes, (size_t)n, &act);
	proxy->counts.bytes[way] += len;
	delay_ms = proxy->plan.delay_ms;
	pthread_mutex_unlock(&proxy->lock);
	if (delay_ms > 0)
		clock_sleep_ms(delay_ms, NULL);
	if (!send_all(c->fds[!way], bytes, len))
		return false;
	if (proxy->watch != NULL && len > 0)
		proxy->watch(proxy->watch_ctx, c->number, way, bytes, len);
	if (act == PROXY_HOLE)
		wait_for_the_next_plan(c);
	return act == PROXY_PASS;
}

static int
dial(const struct address *there)
{
	int fd = socket(there->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, &there->any, there->len) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void
hang_up(struct connection *c)
{
	pthread_mutex_lock(&c->proxy->lock);
	for (int way = 0; way < 2; way++) {
		if (c->fds[way] >= 0)
			close(c->fds[way]);
		c->fds[way] = -1;
	}
	c->over = true;
	pthread_mutex_unlock(&c->proxy->lock);
}

static void *
serve(void *ctx)
{
	struct connection *c = ctx;
	int                fd = dial(&c->proxy->there);
	bool               alive = fd >= 0;

	pthread_mutex_lock(&c->proxy->lock);
	c->fds[PROXY_DOWN] = fd;
	alive = alive && !c->proxy->stopping;
	pthread_mutex_unlock(&c->proxy->lock);
	while (alive) {
		struct pollfd fds[2] = { { c->fds[PROXY_UP], POLLIN, 0 },
			{ c->fds[PROXY_DOWN], POLLIN, 0 } };

		if (poll(fds, 2, -1) < 0)
			break;
		for (int way = 0; alive && way < 2; way++)
			if (fds[way].revents != 0)
				alive = pass(c, (enum proxy_way)way);
	}
	hang_up(c);
	return NULL;
}

/* A place for one more; NULL when there is none.  Wants the lock. */
static struct connection *
find_place(struct proxy *proxy)
{
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *c = &proxy->connections[i];

		if (!c->used)
			return c;
		if (c->over) {
			pthread_join(c->thread, NULL);
			return c;
		}
	}
	return NULL;
}

static void
take(struct proxy *proxy, int fd)
{
	struct connection *c;

	pthread_mutex_lock(&proxy->lock);
	c = proxy->stopping ? NULL : find_place(proxy);
	if (c == NULL) {
		close(fd);
	} else {
		*c = (struct connection){ .proxy = proxy,
			.number = ++proxy->counts.connections,
			.used = true,
			.fds = { fd, -1 } };
		adopt(c);
		if (pthread_create(&c->thread, NULL, serve, c) != 0)
			errx(1, "the proxy cannot start a thread");
	}
	pthread_mutex_unlock(&proxy->lock);
}

static void *
listen_on(void *ctx)
{
	struct proxy *proxy = ctx;
	int           fd;

	while ((fd = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		take(proxy, fd);
	return NULL;
}

static struct proxy *
start(struct proxy *proxy)
{
	struct address *here = &proxy->here;

	proxy->listener =
	    socket(here->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (proxy->listener < 0 ||
	    bind(proxy->listener, &here->any, here->len) != 0 ||
	    listen(proxy->listener, 128) != 0 ||
	    (here->any.sa_family == AF_INET &&
		getsockname(proxy->listener, &here->any, &here->len) != 0))
		err(1, "the proxy cannot listen");
	pthread_mutex_init(&proxy->lock, NULL);
	pthread_cond_init(&proxy->change, NULL);
	if (pthread_create(&proxy->thread, NULL, listen_on, proxy) != 0)
		errx(1, "the proxy cannot start a thread");
	return proxy;
}

static struct proxy *new (void)
{
	struct proxy *proxy = calloc(1, sizeof(*proxy));

	if (proxy == NULL)
		errx(1, "out of memory");
	return proxy;
}

static struct address
loopback_address(int port)
{
	return (
	    struct address){ .in = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
		.len = sizeof(struct sockaddr_in) };
}

static struct address
socket_address(const char *dir, int port)
{
	struct address address = { .un.sun_family = AF_UNIX,
		.len = sizeof(struct sockaddr_un) };
	size_t         size = sizeof(address.un.sun_path);
	int            n =
	    snprintf(address.un.sun_path, size, "%s/.s.PGSQL.%d", dir, port);

	if (n < 0 || (size_t)n >= size)
		errx(1, "%s is too long for a socket", dir);
	return address;
}

struct proxy *
proxy_to_port(int port)
{
	struct proxy *proxy = new ();

	proxy->there = loopback_address(port);
	proxy->here = loopback_address(0);
	return start(proxy);
}

int
proxy_port(const struct proxy *proxy)
{
	return ntohs(proxy->here.in.sin_port);
}

struct proxy *
proxy_to_postgres(const char *conninfo)
{
	const char   *tmp = secure_getenv("TMPDIR");
	struct proxy *proxy = new ();
	const char   *at = strstr(conninfo, " port=");
	char          dir[128];
	int           port;

	if (at == NULL || sscanf(conninfo, "host=%127s", dir) != 1)
		errx(1, "no unix socket: %s", conninfo);
	port = (int)strtol(at + strlen(" port="), NULL, 10);
	proxy->there = socket_address(dir, port);
	snprintf(proxy->dir, sizeof(proxy->dir), "%s/proxy.XXXXXX",
	    tmp != NULL && strlen(tmp) < 60 ? tmp : "/tmp");
	if (mkdtemp(proxy->dir) == NULL)
		err(1, "cannot make %s", proxy->dir);
	proxy->here = socket_address(proxy->dir, port);
	return start(proxy);
}

void
proxy_conninfo(
    const struct proxy *proxy, const char *conninfo, char *out, size_t size)
{
	const char *rest = strchr(conninfo, ' ');

	if (proxy->dir[0] == '\0' || rest == NULL)
		errx(1, "no unix socket: %s", conninfo);
	snprintf(out, size, "host=%s%s", proxy->dir, rest);
}

/* Wakes every thread that moves bytes: its connection is over.  Wants the
 * lock. */
static void
shut_all(struct proxy *proxy)
{
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		for (int way = 0; way < 2; way++)
			if (proxy->connections[i].used &&
			    proxy->connections[i].fds[way] >= 0)
				shutdown(
				    proxy->connections[i].fds[way], SHUT_RDWR);
}

void
proxy_cut(struct proxy *proxy)
{
	pthread_mutex_lock(&proxy->lock);
	shut_all(proxy);
	pthread_mutex_unlock(&proxy->lock);
}

void
proxy_stop(struct proxy *proxy)
{
	if (proxy == NULL)
		return;
	pthread_mutex_lock(&proxy->lock);
	proxy->stopping = true;
	shut_all(proxy);
	pthread_cond_broadcast(&proxy->change);
	pthread_mutex_unlock(&proxy->lock);
	shutdown(proxy->listener, SHUT_RDWR);
	pthread_join(proxy->thread, NULL);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		if (proxy->connections[i].used)
			pthread_join(proxy->connections[i].thread, NULL);
	close(proxy->listener);
	if (proxy->dir[0] != '\0') {
		unlink(proxy->here.un.sun_path);
		rmdir(proxy->dir);
	}
	pthread_cond_destroy(&proxy->change);
	pthread_mutex_destroy(&proxy->lock);
	free(proxy);
}

void
proxy_watch(struct proxy *proxy, proxy_watch_fn fn, void *ctx)
{
	proxy->watch = fn;
	proxy->watch_ctx = ctx;
}

void
proxy_plan(struct proxy *proxy, const struct proxy_plan *plan)
{
	if (plan->text != NULL &&
	    (plan->text[0] == '\0' || strlen(plan->text) > TEXT_MAX))
		errx(1, "a plan's text has 1 to %d bytes", TEXT_MAX);
	pthread_mutex_lock(&proxy->lock);
	proxy->plan = *plan;
	proxy->plans++;
	proxy->counts.requests = 0;
	proxy->counts.hits = 0;
	pthread_cond_broadcast(&proxy->change);
	pthread_mutex_unlock(&proxy->lock);
}

struct proxy_counts
proxy_counts(struct proxy *proxy)
{
	struct proxy_counts counts;

	pthread_mutex_lock(&proxy->lock);
	counts = proxy->counts;
	pthread_mutex_unlock(&proxy->lock);
	return counts;
}

bool
proxy_await_hit(struct proxy *proxy, int64_t timeout_ms)
{
	int64_t until = clock_deadline_ms(timeout_ms);

	while (proxy_counts(proxy).hits == 0)
		if (clock_steady_ms() >= until || !clock_sleep_ms(2, NULL))
			return false;
	return true;
}
