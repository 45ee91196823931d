/*
 * load-server PORT: the answering end. Prints `ready`, serves until its input is closed and everything it accepted is
 * over, then prints its ledger.
 */
#include "common.h"

static struct {
	uint8_t kind;
	uint16_t received;
	bool listens;
} ends[MAX_FD];
static uint64_t accepted[KINDS], answered[KINDS];
static int epoll;
static uint64_t open_now;

static void listen_on(uint16_t port, enum kind kind)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_any };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 4096))
		fail("listen");
	ends[fd].kind = kind;
	ends[fd].listens = true;
	watch(epoll, fd, EPOLLIN, EPOLL_CTL_ADD);
}

static void take(int listener)
{
	for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
		ends[fd].kind = ends[listener].kind;
		ends[fd].received = 0;
		ends[fd].listens = false;
		accepted[ends[fd].kind]++;
		open_now++;
		watch(epoll, fd, EPOLLIN, EPOLL_CTL_ADD);
	}
	if (errno != EAGAIN)
		fail("accept");
}

static void end(int fd, bool by_reset)
{
	if (by_reset)
		close_by_reset(fd);
	else
		close(fd);
	open_now--;
}

static void answer(int fd)
{
	if (send(fd, ANSWER, ANSWER_BYTES, MSG_NOSIGNAL) == ANSWER_BYTES)
		answered[ends[fd].kind]++;
	end(fd, false);
}

static void serve(int fd)
{
	char buffer[4096];
	ssize_t length = recv(fd, buffer, sizeof(buffer), 0);

	if (length < 0 && errno == EAGAIN)
		return;
	if (length < 0) {
		end(fd, false);
		return;
	}
	ends[fd].received += length;
	bool whole = ends[fd].received >= REQUEST_BYTES;
	switch (ends[fd].kind) {
	case PLAIN:
		if (whole)
			answer(fd);
		else if (!length)
			end(fd, false);
		return;
	case RESET_BY_SERVER:
		if (whole || !length)
			end(fd, true);
		return;
	default:
		if (!length && whole)
			answer(fd);
		else if (!length)
			end(fd, false);
	}
}

int main(int count, char **arguments)
{
	struct epoll_event events[EVENTS];
	bool asked_to_end = false;

	if (count != 2)
		return 2;
	take_usual_priority();
	allow_many_files();
	epoll = epoll_create1(0);
	for (int kind = 0; kind < REFUSED; kind++)
		listen_on(atoi(arguments[1]) + kind, kind);
	watch(epoll, STDIN_FILENO, EPOLLIN, EPOLL_CTL_ADD);
	puts("ready");
	fflush(stdout);
	while (!asked_to_end || open_now) {
		int ready = epoll_wait(epoll, events, EVENTS, -1);
		for (int i = 0; i < ready; i++) {
			int fd = events[i].data.fd;
			if (fd == STDIN_FILENO) {
				asked_to_end = true;
				epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
			} else if (ends[fd].listens) {
				take(fd);
			} else {
				serve(fd);
			}
		}
	}
	printf("{");
	print_counts("made", accepted, ",");
	print_counts("answered", answered, "}\n");
	return 0;
}
