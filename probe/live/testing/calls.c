/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * One connection over loopback, used by every way there is to send and to receive, one after another. Prints of each call
 * that moved bytes `send` or `receive`, its name, its bytes, and whether they can be read: `calls PORT`. `calls PORT COUNT HEX` only sends these bytes so many times,
 * with `answered` behind it each is answered. `calls PORT stall` fills the connection until the reader has no room.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define LARGE (1 << 20)

static int client, server;
static char out[LARGE], in[LARGE];

static void must(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static void tell(const char *direction, const char *name, ssize_t bytes, bool readable)
{
	must(bytes > 0, name);
	printf("%s %s %zd %d\n", direction, name, bytes, readable);
}

/* A message that names its call, begins like a request, and counts on to its end. */
static void compose(const char *name, size_t bytes)
{
	int head = sprintf(out, "GET /%s HTTP/1.1\r\n\r\n", name);

	for (size_t i = head; i < bytes; i++)
		out[i] = 'a' + i % 26;
}

/* io_uring by hand: one entry, submitted and waited for. */
static bool uring(int op, int fd, void *buffer, unsigned length, ssize_t *done)
{
	struct io_uring_params p = {};
	int ring = syscall(SYS_io_uring_setup, 1, &p);
	if (ring < 0)
		return false;
	char *sq = mmap(NULL, p.sq_off.array + 64, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	char *cq = mmap(NULL, p.cq_off.cqes + 64, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
	struct io_uring_sqe *sqe = mmap(NULL, sizeof(*sqe), PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	*sqe = (struct io_uring_sqe){ .opcode = op, .fd = fd, .addr = (unsigned long)buffer, .len = length };
	*(unsigned *)(sq + p.sq_off.array) = 0;
	__atomic_store_n((unsigned *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	must(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1, "io_uring_enter");
	*done = ((struct io_uring_cqe *)(cq + p.cq_off.cqes))->res;
	close(ring);
	return true;
}

static void connect_both(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(!bind(listener, (void *)&at, sizeof(at)) && !listen(listener, 1), "listen");
	client = socket(AF_INET, SOCK_STREAM, 0);
	must(!connect(client, (void *)&at, sizeof(at)), "connect");
	server = accept(listener, NULL, NULL);
	must(server >= 0, "accept");
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	close(listener);
}

static void take(size_t bytes)
{
	tell("receive", "recv", recv(server, in, bytes, MSG_WAITALL), true);
}

static void sends(void)
{
	struct iovec parts[3] = { { out, 10 }, { out + 10, 0 }, { out + 10, 3000 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };
	struct mmsghdr two[2] = { { .msg_hdr = message }, { .msg_hdr = message } };
	struct iovec many[40];
	int one = 1;
	ssize_t done;

	compose("write", 100);
	tell("send", "write", write(client, out, 100), true);
	take(100);
	compose("send", 2048);
	tell("send", "send", send(client, out, 2048, 0), true);
	take(2048);
	compose("sendto", 2049);
	tell("send", "sendto", sendto(client, out, 2049, 0, NULL, 0), true);
	take(2049);
	compose("writev", 3010);
	tell("send", "writev", writev(client, parts, 3), true);
	take(3010);
	compose("vectors", 40 * 20);
	for (int i = 0; i < 40; i++)
		many[i] = (struct iovec){ out + 20 * i, 20 };
	tell("send", "vectors", writev(client, many, 40), true);
	take(40 * 20);
	compose("sendmsg", 3010);
	tell("send", "sendmsg", sendmsg(client, &message, 0), true);
	take(3010);
	compose("sendmmsg", 3010);
	must(sendmmsg(client, two, 2, 0) == 2, "sendmmsg");
	tell("send", "sendmmsg", 3010, true);
	tell("send", "sendmmsg", 3010, true);
	take(6020);
	setsockopt(client, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one));
	compose("zerocopy", 5000);
	tell("send", "zerocopy", send(client, out, 5000, MSG_ZEROCOPY), true);
	take(5000);

	int file = memfd_create("file", 0), pipes[2];
	compose("pages", 5000);
	must(write(file, out, 5000) == 5000 && !pipe(pipes), "file");
	off_t start = 0;
	tell("send", "sendfile", sendfile(client, file, &start, 4000), false);
	take(4000);
	must(write(pipes[1], out, 700) == 700, "pipe");
	tell("send", "splice", splice(pipes[0], NULL, client, NULL, 700, 0), false);
	take(700);
	compose("io_uring", 900);
	if (uring(IORING_OP_SEND, client, out, 900, &done)) {
		tell("send", "io_uring", done, true);
		take(900);
	}
}

static void receives(void)
{
	struct iovec parts[3] = { { in, 7 }, { in + 7, 0 }, { in + 7, 4000 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };
	struct mmsghdr one = { .msg_hdr = message };
	int pipes[2];
	ssize_t done;

	compose("answers", 3000);
#define GIVE(bytes) tell("send", "write", write(client, out, bytes), true)
	GIVE(101);
	tell("receive", "read", read(server, in, sizeof(in)), true);
	GIVE(2500);
	tell("receive", "readv", readv(server, parts, 3), true);
	GIVE(102);
	tell("receive", "recvfrom", recvfrom(server, in, sizeof(in), 0, NULL, NULL), true);
	GIVE(2501);
	tell("receive", "recvmsg", recvmsg(server, &message, 0), true);
	GIVE(103);
	must(recv(server, in, 103, MSG_PEEK) == 103, "peek");
	tell("receive", "part", recv(server, in, 3, 0), true);
	tell("receive", "rest", recv(server, in, 100, 0), true);
	must(recv(server, in, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN, "again");
	GIVE(104);
	must(recvmmsg(server, &one, 1, 0, NULL) == 1, "recvmmsg");
	tell("receive", "recvmmsg", one.msg_len, false);
	GIVE(105);
	tell("receive", "discard", recv(server, NULL, 105, MSG_TRUNC), false);
	GIVE(106);
	if (uring(IORING_OP_RECV, server, in, 1000, &done))
		tell("receive", "io_uring", done, false);
	else
		take(106);
	GIVE(107);
	must(!pipe(pipes), "pipe");
	tell("receive", "splice", splice(server, NULL, pipes[1], NULL, 107, 0), false);
	GIVE(108);
	take(108);
}

static void *drain(void *count)
{
	for (ssize_t left = LARGE; left > 0; ) {
		ssize_t got = read(server, in, sizeof(in));
		must(got > 0, "drain");
		left -= got;
		*(ssize_t *)count += got;
	}
	return NULL;
}

/* One send that the kernel cuts into many, and answers of the server to it. */
static void large(void)
{
	pthread_t reader;
	ssize_t got = 0;

	compose("large", LARGE);
	pthread_create(&reader, NULL, drain, &got);
	tell("send", "large", write(client, out, LARGE), true);
	pthread_join(reader, NULL);
	tell("receive", "large", got, true);
	compose("back", 50);
	tell("answer", "write", write(server, out, 50), true);
	tell("taken", "read", read(client, in, sizeof(in)), true);
}

/* None of these moves a byte on a connection. */
static void elsewhere(void)
{
	int pair[2];

	must(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	must(write(pair[0], "GET / HTTP/1.1\r\n\r\n", 18) == 18 && read(pair[1], in, 100) == 18, "unix");
	close(server);
	usleep(20000);
	tell("send", "late", write(client, "x", 1), true);
	usleep(20000);
	must(send(client, "GET /", 5, MSG_NOSIGNAL) < 0, "broken");
}

/* The same message again and again, each read before the next. */
static void repeat(int times, const char *hex, bool answered)
{
	size_t bytes = strlen(hex) / 2;

	for (size_t i = 0; i < bytes; i++)
		sscanf(hex + 2 * i, "%2hhx", (unsigned char *)out + i);
	while (times--) {
		GIVE(bytes);
		take(bytes);
		if (!answered)
			continue;
		tell("answer", "write", write(server, "fine", 4), true);
		tell("taken", "read", read(client, in, sizeof(in)), true);
	}
}

/* Nobody reads: once the reader's buffer is full every further send meets a shut window. */
static void stall(void)
{
	fcntl(client, F_SETFL, O_NONBLOCK);
	for (int full = 0; full < 3; ) {
		if (write(client, out, sizeof(out)) > 0)
			continue;
		must(errno == EAGAIN, "stall");
		usleep(50000);
		full++;
	}
	/* Room again, and full again. */
	while (recv(server, in, sizeof(in), MSG_DONTWAIT) > 0)
		usleep(1000);
	must(write(client, out, sizeof(out)) > 0, "again");
}

int main(int count, char **arguments)
{
	connect_both(atoi(arguments[1]));
	if (count > 3)
		repeat(atoi(arguments[2]), arguments[3], count > 4);
	else if (count > 2)
		stall();
	if (count > 2)
		return 0;
	sends();
	receives();
	large();
	elsewhere();
	return 0;
}
