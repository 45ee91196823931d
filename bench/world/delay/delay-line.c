/* A delay line for packets: holds each packet of an NFQUEUE for a fixed time, then lets it go, in order.
 *
 *   delay-line QUEUE MILLISECONDS
 *
 * Prints "ready" once packets are taken. The kernel's netem does this better, where there is one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

/* Packets held at a time. 25 ms at a few thousand packets a second are a hundred; what finds no room passes at once. */
#define HELD 65536
/* Socket buffer for the kernel's messages, bytes. */
static const int buffer_bytes = 8 << 20;

static struct {
	uint32_t id;
	int64_t due;
} held[HELD];
static uint32_t head, tail;
static int64_t delay_ns;

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int on_packet(struct nfq_q_handle *queue, struct nfgenmsg *msg, struct nfq_data *data, void *arg)
{
	struct nfqnl_msg_packet_hdr *header = nfq_get_msg_packet_hdr(data);
	(void)msg;
	(void)arg;
	if (!header)
		return 0;
	uint32_t id = ntohl(header->packet_id);
	if (tail - head == HELD)
		return nfq_set_verdict(queue, id, NF_ACCEPT, 0, NULL);
	held[tail % HELD].id = id;
	held[tail % HELD].due = now_ns() + delay_ns;
	tail++;
	return 0;
}

static void release_due(struct nfq_q_handle *queue)
{
	int64_t now = now_ns();
	while (head != tail && held[head % HELD].due <= now) {
		nfq_set_verdict(queue, held[head % HELD].id, NF_ACCEPT, 0, NULL);
		head++;
	}
}

static int fail(const char *what)
{
	perror(what);
	return 1;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: delay-line QUEUE MILLISECONDS\n");
		return 2;
	}
	delay_ns = (int64_t)(atof(argv[2]) * 1e6);
	struct nfq_handle *handle = nfq_open();
	if (!handle)
		return fail("nfq_open");
	struct nfq_q_handle *queue = nfq_create_queue(handle, (uint16_t)atoi(argv[1]), on_packet, NULL);
	if (!queue)
		return fail("nfq_create_queue");
	/* The packet itself stays in the kernel: only its number is needed. */
	if (nfq_set_mode(queue, NFQNL_COPY_META, 0) < 0)
		return fail("nfq_set_mode");
	nfq_set_queue_maxlen(queue, HELD);
	setsockopt(nfq_fd(handle), SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof(buffer_bytes));
	puts("ready");
	fflush(stdout);

	struct pollfd input = {.fd = nfq_fd(handle), .events = POLLIN};
	char buffer[65536];
	for (;;) {
		int64_t wait = head == tail ? -1 : held[head % HELD].due - now_ns();
		struct timespec until = {wait > 0 ? wait / 1000000000LL : 0, wait > 0 ? wait % 1000000000LL : 0};
		if (ppoll(&input, 1, head == tail ? NULL : &until, NULL) < 0 && errno != EINTR)
			return fail("ppoll");
		if (input.revents & POLLIN) {
			ssize_t bytes = recv(input.fd, buffer, sizeof(buffer), MSG_DONTWAIT);
			if (bytes > 0)
				nfq_handle_packet(handle, buffer, (int)bytes);
		}
		release_due(queue);
	}
}
