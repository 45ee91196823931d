/*
 * load-client ADDRESS PORT COUNT RATE PARALLEL PERCENT…: the asking end. Makes COUNT connections, RATE a second (0: as
 * fast as it goes), at most PARALLEL at a time, so many PERCENT of each kind, then prints its ledger.
 */
#include "common.h"

static struct {
	uint8_t kind;
	uint8_t received;
	bool established;
} ends[MAX_FD];
static uint64_t made[KINDS], established[KINDS], answered[KINDS], reset[KINDS], refused[KINDS], other[KINDS];
static struct sockaddr_storage address;
static socklen_t address_size;
static uint16_t first_port;
static int epoll;
static uint64_t open_now;

static void parse_address(const char *text)
{
	struct sockaddr_in *four = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address;

	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		address.ss_family = AF_INET;
		address_size = sizeof(*four);
	} else if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
		address.ss_family = AF_INET6;
		address_size = sizeof(*six);
	} else {
		exit(2);
	}
}

/* How a connection ended is told by its last error. */
static void end(int fd, int error)
{
	enum kind kind = ends[fd].kind;

	if (!error && ends[fd].received >= ANSWER_BYTES)
		answered[kind]++;
	else if (error == ECONNREFUSED)
		refused[kind]++;
	else if (error == ECONNRESET || error == EPIPE)
		reset[kind]++;
	else if (error || kind != RESET_BY_CLIENT)
		other[kind]++;
	close(fd);
	open_now--;
}

static void start(enum kind kind)
{
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		fail("socket");
	/* The port is at the same place in both families. */
	((struct sockaddr_in *)&address)->sin_port = htons(first_port + kind);
	ends[fd].kind = kind;
	ends[fd].received = 0;
	ends[fd].established = false;
	made[kind]++;
	open_now++;
	if (connect(fd, (struct sockaddr *)&address, address_size) && errno != EINPROGRESS)
		end(fd, errno);
	else
		watch(epoll, fd, EPOLLOUT, EPOLL_CTL_ADD);
}

static void ask(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error) {
		end(fd, error);
		return;
	}
	ends[fd].established = true;
	established[ends[fd].kind]++;
	if (send(fd, REQUEST, REQUEST_BYTES, MSG_NOSIGNAL) != REQUEST_BYTES) {
		end(fd, errno);
	} else if (ends[fd].kind == RESET_BY_CLIENT) {
		struct linger now = { .l_onoff = 1, .l_linger = 0 };
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		end(fd, 0);
	} else {
		if (ends[fd].kind == HALF)
			shutdown(fd, SHUT_WR);
		watch(epoll, fd, EPOLLIN, EPOLL_CTL_MOD);
	}
}

static void read_answer(int fd)
{
	char buffer[4096];
	ssize_t length = recv(fd, buffer, sizeof(buffer), 0);

	if (length > 0)
		ends[fd].received += length;
	else if (!length)
		end(fd, 0);
	else if (errno != EAGAIN)
		end(fd, errno);
}

static enum kind kind_of(uint64_t number, const int percent[KINDS])
{
	int place = number % 100;

	for (int kind = KINDS - 1; kind > PLAIN; kind--) {
		if (place < percent[kind])
			return kind;
		place -= percent[kind];
	}
	return PLAIN;
}

int main(int count, char **arguments)
{
	struct epoll_event events[EVENTS];
	int percent[KINDS] = {};

	if (count < 6 || count > 6 + KINDS)
		return 2;
	parse_address(arguments[1]);
	first_port = atoi(arguments[2]);
	uint64_t wanted = strtoull(arguments[3], NULL, 10), rate = strtoull(arguments[4], NULL, 10);
	uint64_t parallel = strtoull(arguments[5], NULL, 10);
	for (int i = 6; i < count; i++)
		percent[i - 6] = atoi(arguments[i]);
	take_usual_priority();
	allow_many_files();
	epoll = epoll_create1(0);
	uint64_t begin = now_ns();
	for (uint64_t started = 0; started < wanted || open_now;) {
		uint64_t due = rate ? (now_ns() - begin) * rate / 1000000000ULL : wanted;
		while (started < wanted && started < due && open_now < parallel)
			start(kind_of(started++, percent));
		bool ahead = started < wanted && open_now < parallel;
		int ready = epoll_wait(epoll, events, EVENTS, ahead ? 1 : -1);
		for (int i = 0; i < ready; i++) {
			int fd = events[i].data.fd;
			if (ends[fd].established)
				read_answer(fd);
			else
				ask(fd);
		}
	}
	printf("{\"nanos\":%llu,", (unsigned long long)(now_ns() - begin));
	print_counts("made", made, ",");
	print_counts("established", established, ",");
	print_counts("answered", answered, ",");
	print_counts("reset", reset, ",");
	print_counts("refused", refused, ",");
	print_counts("other", other, "}\n");
	return 0;
}
