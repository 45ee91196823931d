/* What both ends of the load agree on. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Each kind of conversation has a port of its own, counted from the first. */
enum kind {
	PLAIN, /* the server answers and closes */
	HALF, /* the client half-closes behind its request, the server answers and closes */
	RESET_BY_SERVER, /* instead of an answer */
	RESET_BY_CLIENT, /* behind its request; never answered */
	REFUSED, /* nobody listens */
	KINDS,
};

static const char *const KIND_NAMES[KINDS] = { "plain", "half", "resetByServer", "resetByClient", "refused" };

#define REQUEST "GET /load HTTP/1.1\r\nHost: load\r\n\r\n"
#define ANSWER "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nload"
#define REQUEST_BYTES (sizeof(REQUEST) - 1)
#define ANSWER_BYTES (sizeof(ANSWER) - 1)
#define MAX_FD 65536
#define EVENTS 256

static inline void fail(const char *what)
{
	perror(what);
	exit(1);
}

static inline uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* Not that of the probe, where its process has started this one. */
static inline void take_usual_priority(void)
{
	if (setpriority(PRIO_PROCESS, 0, 0))
		fail("setpriority");
}

static inline void allow_many_files(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit))
		fail("getrlimit");
	limit.rlim_cur = limit.rlim_max < MAX_FD ? limit.rlim_max : MAX_FD;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		fail("setrlimit");
}

/* The next close sends a reset. */
static inline void close_by_reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static inline void watch(int epoll, int fd, uint32_t events, int how)
{
	struct epoll_event event = { .events = events, .data.fd = fd };
	if (epoll_ctl(epoll, how, fd, &event))
		fail("epoll_ctl");
}

static inline void print_counts(const char *name, const uint64_t counts[KINDS], const char *end)
{
	printf("\"%s\":{", name);
	for (int kind = 0; kind < KINDS; kind++)
		printf("%s\"%s\":%llu", kind ? "," : "", KIND_NAMES[kind], (unsigned long long)counts[kind]);
	printf("}%s", end);
}
