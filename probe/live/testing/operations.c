/*
 * operations CASE [PORT]: does one thing with connections on loopback and prints what was done, a line of JSON for each
 * connection: the port of the client, who held both ends, and what they sent. The answering end is a process of its own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define REQUEST "request"
#define ANSWER "answer"
#define REQUEST_BYTES 7
#define ANSWER_BYTES 6

typedef void serve(int listener);

static void require(bool fine, const char *what)
{
	if (fine)
		return;
	perror(what);
	exit(1);
}

static struct sockaddr_in6 loopback(const char *text, int port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (inet_pton(AF_INET6, text, &address.sin6_addr) == 1)
		return address;
	struct sockaddr_in *four = (struct sockaddr_in *)&address;
	memset(&address, 0, sizeof(address));
	four->sin_family = AF_INET;
	four->sin_port = htons(port);
	require(inet_pton(AF_INET, text, &four->sin_addr) == 1, "address");
	return address;
}

static int port_of(int fd)
{
	struct sockaddr_in6 address;
	socklen_t size = sizeof(address);

	require(!getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
	return ntohs(address.sin6_port);
}

static int set(int fd, int level, int option, int value)
{
	require(!setsockopt(fd, level, option, &value, sizeof(value)), "setsockopt");
	return fd;
}

static int listen_on(int port, bool shared)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (shared)
		set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	require(!bind(fd, (struct sockaddr *)&any, sizeof(any)) && !listen(fd, 16), "listen");
	return fd;
}

static int socket_for(const struct sockaddr_in6 *address)
{
	return socket(address->sin6_family, SOCK_STREAM, 0);
}

static int connect_to(const char *host, int port)
{
	struct sockaddr_in6 address = loopback(host, port);
	int fd = socket_for(&address);

	require(!connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect");
	return fd;
}

/* The number a socket is bound to stays known when connecting fails. */
static int bind_any(int fd, const char *host)
{
	struct sockaddr_in6 address = loopback(host, 0);

	require(!bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind");
	return port_of(fd);
}

static void say(int fd, const char *text)
{
	require(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text), "send");
}

/* Reads until so many bytes came, or the end, or an error. */
static ssize_t hear(int fd, ssize_t wanted)
{
	char buffer[4096];
	ssize_t sum = 0;

	for (ssize_t got; sum < wanted; sum += got) {
		got = recv(fd, buffer, sizeof(buffer), 0);
		if (got <= 0)
			break;
	}
	return sum;
}

static void hear_end(int fd)
{
	hear(fd, 1 << 30);
}

static void close_by_reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	require(!setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), "linger");
	close(fd);
}

static pid_t fork_named(const char *name)
{
	pid_t pid = fork();

	require(pid >= 0, "fork");
	if (!pid)
		prctl(PR_SET_NAME, name);
	return pid;
}

static pid_t start(serve *serve, int listener)
{
	pid_t pid = fork_named("flt-server");

	if (pid)
		return pid;
	serve(listener);
	exit(0);
}

static void book(int port, pid_t client, pid_t server, long sent, long answered)
{
	printf("{\"port\":%d,\"client\":%d,\"server\":%d,\"sent\":%ld,\"answered\":%ld}\n", port, client, server, sent,
	       answered);
	fflush(stdout);
}

/* What the other end does. */

static int take(int listener)
{
	int fd = accept(listener, NULL, NULL);

	require(fd >= 0, "accept");
	return fd;
}

static void converse(int fd)
{
	hear(fd, REQUEST_BYTES);
	say(fd, ANSWER);
	close(fd);
}

static void answer(int listener)
{
	converse(take(listener));
}

static void answer_twice(int listener)
{
	answer(listener);
	answer(listener);
}

static void answer_and_listen(int listener)
{
	int fd = take(listener);

	hear(fd, REQUEST_BYTES);
	say(fd, ANSWER);
	hear_end(fd);
	close(fd);
}

static void listen_only(int listener)
{
	int fd = take(listener);

	hear_end(fd);
	close(fd);
}

static void reset(int listener)
{
	int fd = take(listener);

	hear(fd, REQUEST_BYTES);
	close_by_reset(fd);
}

static void close_unread(int listener)
{
	int fd = take(listener);
	struct pollfd arrived = { .fd = fd, .events = POLLIN };

	poll(&arrived, 1, -1);
	close(fd);
}

static void half_close(int listener)
{
	int fd = take(listener);

	say(fd, ANSWER);
	shutdown(fd, SHUT_WR);
	hear_end(fd);
	close(fd);
}

static void wait_for_end(int listener)
{
	int fd = take(listener);
	struct pollfd over = { .fd = fd, .events = POLLHUP };

	poll(&over, 1, 2000);
	close(fd);
}

static void never_accept(int listener)
{
	struct pollfd arrived = { .fd = listener, .events = POLLIN };

	poll(&arrived, 1, -1);
	usleep(50000);
}

static void pass(int over, int fd)
{
	char nothing = 0, space[CMSG_SPACE(sizeof(int))] = {};
	struct iovec one = { &nothing, 1 };
	struct msghdr message = {
		.msg_iov = &one, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space)
	};
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);

	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
	require(sendmsg(over, &message, 0) == 1, "sendmsg");
	close(fd);
}

static int receive_passed(int over)
{
	char nothing, space[CMSG_SPACE(sizeof(int))] = {};
	struct iovec one = { &nothing, 1 };
	struct msghdr message = {
		.msg_iov = &one, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space)
	};
	int fd;

	require(recvmsg(over, &message, 0) == 1, "recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/* The cases. */

static void finish(int fd, int port, pid_t server)
{
	hear_end(fd);
	close(fd);
	waitpid(server, NULL, 0);
	book(port, getpid(), server, REQUEST_BYTES, ANSWER_BYTES);
}

static void ask(const char *host, serve *serve)
{
	int listener = listen_on(0, false);
	pid_t server = start(serve, listener);
	int fd = connect_to(host, port_of(listener));

	say(fd, REQUEST);
	finish(fd, port_of(fd), server);
}

static void ipv4(int port)
{
	(void)port;
	ask("127.0.0.1", answer);
}

static void ipv6(int port)
{
	(void)port;
	ask("::1", answer);
}

static void mapped(int port)
{
	(void)port;
	ask("::ffff:127.0.0.1", answer);
}

static void silent(int port)
{
	(void)port;
	int listener = listen_on(0, false);
	pid_t server = start(listen_only, listener);

	int fd = connect_to("127.0.0.1", port_of(listener));
	int own = port_of(fd);

	close(fd);
	waitpid(server, NULL, 0);
	book(own, getpid(), server, 0, 0);
}

static void nonblocking(int port)
{
	(void)port;
	int listener = listen_on(0, false);
	pid_t server = start(answer, listener);
	struct sockaddr_in6 address = loopback("127.0.0.1", port_of(listener));
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd opened = { .fd = fd, .events = POLLOUT };

	require(connect(fd, (struct sockaddr *)&address, sizeof(address)) && errno == EINPROGRESS, "connect");
	poll(&opened, 1, -1);
	fcntl(fd, F_SETFL, 0);
	say(fd, REQUEST);
	finish(fd, port_of(fd), server);
}

/* Connecting fails, with the error in `errno`. */
static void fail_to_connect(int port, int syns)
{
	struct sockaddr_in6 address = loopback("127.0.0.1", port);
	int fd = socket_for(&address);
	int own = bind_any(fd, "127.0.0.1");

	if (syns)
		set(fd, IPPROTO_TCP, TCP_SYNCNT, syns);
	require(connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0, "connect");
	close(fd);
	book(own, getpid(), 0, 0, 0);
}

static void refused(int port)
{
	int nobody = socket(AF_INET, SOCK_STREAM, 0);

	(void)port;
	fail_to_connect(bind_any(nobody, "127.0.0.1"), 0);
}

static void unreachable(int port)
{
	fail_to_connect(port, 0);
}

static void timed_out(int port)
{
	fail_to_connect(port, 1);
}

/* The port loses what carries data. */
static void stalled(int port)
{
	int listener = listen_on(port, false);
	pid_t server = start(wait_for_end, listener);
	int fd = set(connect_to("127.0.0.1", port), IPPROTO_TCP, TCP_USER_TIMEOUT, 300);
	int own = port_of(fd);

	say(fd, REQUEST);
	hear_end(fd);
	close(fd);
	waitpid(server, NULL, 0);
	book(own, getpid(), server, REQUEST_BYTES, 0);
}

static void reset_by_client(int port)
{
	(void)port;
	int listener = listen_on(0, false);
	pid_t server = start(answer_and_listen, listener);
	int fd = connect_to("127.0.0.1", port_of(listener));
	int own = port_of(fd);

	say(fd, REQUEST);
	hear(fd, ANSWER_BYTES);
	close_by_reset(fd);
	waitpid(server, NULL, 0);
	book(own, getpid(), server, REQUEST_BYTES, ANSWER_BYTES);
}

/* The server learns of the connection when it is over. */
static void reset_before_read(int port)
{
	(void)port;
	int listener = listen_on(0, false);
	pid_t server = start(wait_for_end, listener);
	int fd = connect_to("127.0.0.1", port_of(listener));
	int own = port_of(fd);

	say(fd, REQUEST);
	close_by_reset(fd);
	waitpid(server, NULL, 0);
	book(own, getpid(), server, REQUEST_BYTES, 0);
}

static void unanswered(serve *serve)
{
	int listener = listen_on(0, false);
	pid_t server = start(serve, listener);
	int fd = connect_to("127.0.0.1", port_of(listener));
	int own = port_of(fd);

	close(listener);
	say(fd, REQUEST);
	hear_end(fd);
	close(fd);
	waitpid(server, NULL, 0);
	book(own, getpid(), server, REQUEST_BYTES, 0);
}

static void reset_by_server(int port)
{
	(void)port;
	unanswered(reset);
}

static void reset_unread(int port)
{
	(void)port;
	unanswered(close_unread);
}

static void unaccepted(int port)
{
	(void)port;
	unanswered(never_accept);
}

static void half_closed_by_client(int port)
{
	(void)port;
	int listener = listen_on(0, false);
	pid_t server = start(answer, listener);
	int fd = connect_to("127.0.0.1", port_of(listener));

	say(fd, REQUEST);
	shutdown(fd, SHUT_WR);
	finish(fd, port_of(fd), server);
}

static void half_closed_by_server(int port)
{
	(void)port;
	int listener = listen_on(0, false);
	pid_t server = start(half_close, listener);
	int fd = connect_to("127.0.0.1", port_of(listener));
	int own = port_of(fd);

	hear_end(fd);
	say(fd, REQUEST);
	close(fd);
	waitpid(server, NULL, 0);
	book(own, getpid(), server, REQUEST_BYTES, ANSWER_BYTES);
}

/* One process accepts, another one answers; one connects, another one asks. */
static void passed(int port)
{
	(void)port;
	int listener = listen_on(0, false), server_way[2], client_way[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, server_way);
	socketpair(AF_UNIX, SOCK_STREAM, 0, client_way);
	pid_t server = fork_named("flt-server");
	if (!server) {
		converse(receive_passed(server_way[1]));
		exit(0);
	}
	pid_t acceptor = fork_named("flt-acceptor");
	if (!acceptor) {
		pass(server_way[0], take(listener));
		exit(0);
	}
	pid_t asker = fork_named("flt-asker");
	if (!asker) {
		int fd = receive_passed(client_way[1]);
		say(fd, REQUEST);
		hear_end(fd);
		exit(0);
	}
	int fd = connect_to("127.0.0.1", port_of(listener));
	int own = port_of(fd);
	pass(client_way[0], fd);
	while (wait(NULL) > 0) {
	}
	book(own, getpid(), server, REQUEST_BYTES, ANSWER_BYTES);
}

/* Both ends are used by children of those who opened them. */
static void inherited(int port)
{
	(void)port;
	int listener = listen_on(0, false), told[2];
	pid_t server = 0;

	require(!pipe(told), "pipe");
	pid_t acceptor = fork_named("flt-acceptor");
	if (!acceptor) {
		int fd = take(listener);
		pid_t child = fork_named("flt-server");
		if (!child) {
			converse(fd);
			exit(0);
		}
		close(fd);
		require(write(told[1], &child, sizeof(child)) == sizeof(child), "write");
		waitpid(child, NULL, 0);
		exit(0);
	}
	int fd = connect_to("127.0.0.1", port_of(listener));
	int own = port_of(fd);
	if (!fork_named("flt-asker")) {
		say(fd, REQUEST);
		hear_end(fd);
		exit(0);
	}
	close(fd);
	require(read(told[0], &server, sizeof(server)) == sizeof(server), "read");
	while (wait(NULL) > 0) {
	}
	book(own, getpid(), server, REQUEST_BYTES, ANSWER_BYTES);
}

/* Several processes listen on one port; each says who it is. */
static void reuse_port(int port)
{
	pid_t servers[3];

	for (int i = 0; i < 3; i++) {
		int listener = listen_on(port, true);
		servers[i] = fork_named("flt-server");
		if (!servers[i]) {
			for (;;) {
				int fd = take(listener);
				pid_t self = getpid();
				hear(fd, REQUEST_BYTES);
				send(fd, &self, sizeof(self), MSG_NOSIGNAL);
				close(fd);
			}
		}
		close(listener);
	}
	for (int i = 0; i < 12; i++) {
		pid_t server = 0;
		int fd = connect_to("127.0.0.1", port), own = port_of(fd);
		say(fd, REQUEST);
		require(recv(fd, &server, sizeof(server), MSG_WAITALL) == sizeof(server), "recv");
		hear_end(fd);
		close(fd);
		book(own, getpid(), server, REQUEST_BYTES, sizeof(server));
	}
	usleep(100000);
	for (int i = 0; i < 3; i++)
		kill(servers[i], SIGKILL);
}

/* The first connection fetches a cookie, the second sends its request with the SYN. */
static void fast_open(int port)
{
	(void)port;
	int listener = set(listen_on(0, false), IPPROTO_TCP, TCP_FASTOPEN, 16);
	pid_t server = start(answer_twice, listener);
	struct sockaddr_in6 address = loopback("127.0.0.1", port_of(listener));

	for (int i = 0; i < 2; i++) {
		int fd = socket_for(&address);
		require(sendto(fd, REQUEST, REQUEST_BYTES, MSG_FASTOPEN, (struct sockaddr *)&address,
			       sizeof(address)) == REQUEST_BYTES,
			"sendto");
		int own = port_of(fd);
		hear_end(fd);
		close(fd);
		book(own, getpid(), server, REQUEST_BYTES, ANSWER_BYTES);
	}
	waitpid(server, NULL, 0);
}

/* The same asked of connect(2), which then returns before anything was sent. */
static void fast_open_connect(int port)
{
	(void)port;
	int listener = set(listen_on(0, false), IPPROTO_TCP, TCP_FASTOPEN, 16);
	pid_t server = start(answer_twice, listener);
	struct sockaddr_in6 address = loopback("127.0.0.1", port_of(listener));

	for (int i = 0; i < 2; i++) {
		int fd = set(socket_for(&address), IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
		require(!connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect");
		say(fd, REQUEST);
		int own = port_of(fd);
		hear_end(fd);
		close(fd);
		book(own, getpid(), server, REQUEST_BYTES, ANSWER_BYTES);
	}
	waitpid(server, NULL, 0);
}

/* One socket, two connections one after the other; the first is broken off. */
static void again(int port)
{
	(void)port;
	int listener = listen_on(0, false);
	pid_t server = start(answer_and_listen, listener);
	struct sockaddr_in6 address = loopback("127.0.0.1", port_of(listener));
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	int fd = connect_to("127.0.0.1", port_of(listener)), own = port_of(fd);

	say(fd, REQUEST);
	hear(fd, ANSWER_BYTES);
	require(!connect(fd, &nowhere, sizeof(nowhere)), "disconnect");
	waitpid(server, NULL, 0);
	book(own, getpid(), server, REQUEST_BYTES, ANSWER_BYTES);
	server = start(answer, listener);
	require(!connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect");
	say(fd, REQUEST);
	finish(fd, port_of(fd), server);
}

/* The process ends with the connection open. */
static void left_open(int port)
{
	(void)port;
	int listener = listen_on(0, false);
	pid_t server = start(answer_and_listen, listener);
	int own[2];

	require(!pipe(own), "pipe");
	pid_t client = fork_named("flt-client");
	if (!client) {
		int fd = connect_to("127.0.0.1", port_of(listener)), port = port_of(fd);
		say(fd, REQUEST);
		hear(fd, ANSWER_BYTES);
		exit(write(own[1], &port, sizeof(port)) != sizeof(port));
	}
	require(read(own[0], &port, sizeof(port)) == sizeof(port), "read");
	while (wait(NULL) > 0) {
	}
	book(port, client, server, REQUEST_BYTES, ANSWER_BYTES);
}

/* Opened, then a line of input is waited for. */
static void older(int port)
{
	(void)port;
	int listener = listen_on(0, false);
	pid_t server = start(answer, listener);
	int fd = connect_to("127.0.0.1", port_of(listener));

	puts("open");
	fflush(stdout);
	getchar();
	say(fd, REQUEST);
	finish(fd, port_of(fd), server);
}

static const struct {
	const char *name;
	void (*run)(int port);
} cases[] = {
	{ "ipv4", ipv4 },
	{ "ipv6", ipv6 },
	{ "mapped", mapped },
	{ "silent", silent },
	{ "nonblocking", nonblocking },
	{ "refused", refused },
	{ "unreachable", unreachable },
	{ "timed-out", timed_out },
	{ "stalled", stalled },
	{ "reset-by-client", reset_by_client },
	{ "reset-before-read", reset_before_read },
	{ "reset-by-server", reset_by_server },
	{ "reset-unread", reset_unread },
	{ "unaccepted", unaccepted },
	{ "half-closed-by-client", half_closed_by_client },
	{ "half-closed-by-server", half_closed_by_server },
	{ "passed", passed },
	{ "inherited", inherited },
	{ "reuse-port", reuse_port },
	{ "fast-open", fast_open },
	{ "fast-open-connect", fast_open_connect },
	{ "again", again },
	{ "left-open", left_open },
	{ "older", older },
};

int main(int count, char **arguments)
{
	prctl(PR_SET_NAME, "flt-client");
	for (unsigned i = 0; count >= 2 && i < sizeof(cases) / sizeof(*cases); i++) {
		if (strcmp(arguments[1], cases[i].name))
			continue;
		cases[i].run(count > 2 ? atoi(arguments[2]) : 0);
		return 0;
	}
	return 2;
}
