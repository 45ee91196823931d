/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Questions and answers of the name service: the beginnings of datagrams from and to port 53, read from the memory of the
 * process and handed to user space through a ring of their own; beside them, in the same order, the ends of UDP sockets.
 */
#pragma once

#include "tap.h"
#include "udp.h"

#define DNS_PORT 53
#define DATAGRAM_BYTES 512 /* what DNS over UDP may have without extensions */

enum datagram_event {
	DATAGRAM_SENT = 1,
	DATAGRAM_RECEIVED = 2,
	SOCKET_CLOSED = 3, /* the header alone, with nothing but the cookie */
};

/* `live/datagrams-layout.ts` reads the same bytes. */
struct datagram {
	__u64 cookie;
	__u64 time_ns; /* when the call returned */
	__u8 remote[16];
	__u16 remote_port;
	__u16 captured; /* bytes that follow */
	__u8 event;
	__u8 role;
	__u8 pad[2];
};

_Static_assert(sizeof(struct datagram) == 40, "datagram");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} datagrams SEC(".maps");

struct datagram_space {
	struct datagram head;
	__u8 payload[DATAGRAM_BYTES];
};

/* Too large for the stack. Preemption is off while a tracepoint runs, so one for each CPU is enough. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct datagram_space);
} datagram_space SEC(".maps");

#if defined(__TARGET_ARCH_x86)
enum { NR_RECVMMSG = 299, NR_SENDMMSG = 307 };
#else
enum { NR_RECVMMSG = 243, NR_SENDMMSG = 269 };
#endif

#define MESSAGE_VECTORS 16 /* offset in struct user_msghdr */
#define MESSAGE_SIZE 64 /* of struct mmsghdr */
#define MAX_MESSAGES 1024 /* UIO_MAXIOV: what one call takes at most */

static __always_inline bool is_many(int call)
{
	return call == NR_SENDMMSG || call == NR_RECVMMSG;
}

/*
 * Which message of sendmmsg or recvmmsg it was. The registers do not tell; but each message comes by here in turn, and the
 * call ends with the last one or with an error. A recvmmsg that ends by its timeout is not noticed.
 */
static __always_inline __u32 message_index(struct caller *caller, struct pt_regs *regs, long result)
{
	__u64 messages = second_argument(regs);
	__u32 count = third_argument(regs);
	__u32 index = caller->messages == messages ? caller->next_message : 0;

	if (count > MAX_MESSAGES)
		count = MAX_MESSAGES;
	caller->messages = messages;
	caller->next_message = result < 0 || index + 1 >= count ? 0 : index + 1;
	return index;
}

struct span {
	const void *from;
	__u64 length;
};

/* Where the datagram lies in the memory of the process, as far as its first vector goes; length 0: not known. */
static __always_inline struct span payload_of_call(struct pt_regs *regs, __u32 index, __u64 length)
{
	const void *argument = (const void *)second_argument(regs);
	const void *vectors = NULL;
	struct span vector = {};

	switch (call_number(regs)) {
	case NR_READ:
	case NR_WRITE:
	case NR_RECVFROM:
	case NR_SENDTO:
		vector.from = argument;
		vector.length = length;
		return vector;
	case NR_READV:
	case NR_WRITEV:
		vectors = argument;
		break;
	case NR_SENDMMSG:
	case NR_RECVMMSG:
		argument += index * MESSAGE_SIZE;
		/* fallthrough */
	case NR_RECVMSG:
	case NR_SENDMSG:
		bpf_probe_read_user(&vectors, sizeof(vectors), argument + MESSAGE_VECTORS);
	}
	if (vectors)
		bpf_probe_read_user(&vector, sizeof(vector), vectors);
	if (vector.length > length)
		vector.length = length;
	return vector;
}

static __always_inline void tell_payload(const struct conversation_key *key, struct span payload, enum role role, bool sent,
					 __u64 now)
{
	__u32 zero = 0;
	struct datagram_space *space = bpf_map_lookup_elem(&datagram_space, &zero);
	__u64 captured = payload.length;

	if (!space)
		return;
	if (captured > DATAGRAM_BYTES)
		captured = DATAGRAM_BYTES;
	if (!captured || bpf_probe_read_user(space->payload, captured, payload.from))
		return;
	space->head.cookie = key->cookie;
	space->head.time_ns = now;
	__builtin_memcpy(space->head.remote, key->remote, 16);
	space->head.remote_port = key->remote_port;
	space->head.captured = captured;
	space->head.event = sent ? DATAGRAM_SENT : DATAGRAM_RECEIVED;
	space->head.role = role;
	COUNT_DATAGRAMS(payloads, 1);
	if (bpf_ringbuf_output(&datagrams, space, sizeof(space->head) + captured, BPF_RB_NO_WAKEUP))
		COUNT_DATAGRAMS(payloads_lost, 1);
}

/*
 * A send or receive of a UDP socket has returned. A function of its own: what TCP's calls run through stays small.
 */
static __noinline int datagram_moved(struct sock *sk, int result, int flags, bool sent)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct conversation_key key = {};
	struct caller *caller = NULL;
	__u32 index = 0;

	if (!is_watched(sk))
		return 0;
	struct pt_regs *regs = call_registers();
	bool many = regs && is_many(call_number(regs));
	if (many)
		caller = caller_of(thread);
	else if (!sk->__sk_common.skc_dport)
		caller = bpf_map_lookup_elem(&callers, &thread);
	if (many && caller)
		index = message_index(caller, regs, result);
	key.cookie = bpf_get_socket_cookie(sk);
	find_remote(sk, caller, sent ? NAMED_BY_SEND : NAMED_BY_RECEIVE, &key);
	if (flags & (MSG_PEEK | MSG_ERRQUEUE) || (result < 0 && result != -ECONNREFUSED))
		return 0;

	__u64 now = bpf_ktime_get_ns();
	struct conversation *talk = count_datagram(sk, &key, result, sent, now);
	if (!talk || !regs || result <= 0)
		return 0;
	if ((talk->role == ROLE_SERVER ? talk->local_port : key.remote_port) != DNS_PORT)
		return 0;
	struct control *state = controls();
	if (!tapping || !state || state->level != LEVEL_PAYLOAD)
		return 0;
	tell_payload(&key, payload_of_call(regs, index, result), talk->role, sent, now);
	return 0;
}

/* close(2) of the last descriptor of any internet socket. */
SEC("cgroup/sock_release")
int datagram_socket_gone(struct bpf_sock *ctx)
{
	struct datagram closed = { .event = SOCKET_CLOSED };

	if (ctx->protocol != IPPROTO_UDP)
		return 1;
	closed.cookie = bpf_get_socket_cookie(ctx);
	if (bpf_ringbuf_output(&datagrams, &closed, sizeof(closed), BPF_RB_NO_WAKEUP))
		COUNT_DATAGRAMS(closes_lost, 1);
	return 1;
}
