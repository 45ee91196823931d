/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Conversations over UDP: what one socket exchanges with one remote end. They are counted where a send or a receive
 * returns; a call the kernel cuts into several packets (UDP_SEGMENT) counts once. A connected socket knows its remote end;
 * for the others small programs at the cgroup hooks of sendmsg and recvmsg tell whom the call is about, just before it
 * returns in the same thread.
 */
#pragma once

#include "sockets.h"

#define IPPROTO_UDP 17
#define ECONNREFUSED 111
#define SOCK_BINDPORT_LOCK 8 /* the process chose the port of the socket itself */
#define FIRST_EPHEMERAL 32768 /* ports above are rarely anybody's to serve on */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sock___bound {
	__u8 sk_userlocks : 4;
};

#pragma clang attribute pop

struct conversation_key {
	__u64 cookie;
	__u8 remote[16]; /* IPv4 as ::ffff:a.b.c.d; zeros where nobody told */
	__u16 remote_port; /* host byte order */
	__u16 pad[3];
};

/* `live/datagrams-layout.ts` reads the same bytes. */
struct conversation {
	__u64 first_ns;
	__u64 last_ns;
	__u64 bytes_sent;
	__u64 bytes_received;
	__u64 cgroup_id;
	__u8 local[16]; /* zeros (or ::ffff:0.0.0.0) where the socket is bound to no address */
	__u32 datagrams_sent;
	__u32 datagrams_received;
	__u32 refused; /* the remote end answered that nobody listens */
	__u32 netns;
	__u32 pid;
	__u32 uid;
	__u8 comm[16];
	__u16 local_port;
	__u8 role;
	__u8 pad[5];
};

_Static_assert(sizeof(struct conversation_key) == 32, "conversation key");
_Static_assert(sizeof(struct conversation) == 104, "conversation");

/*
 * User space ends what has been idle and takes it out, sooner when the map fills; what finds no place is counted. An LRU
 * would throw conversations away untold.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, struct conversation_key);
	__type(value, struct conversation);
} conversations SEC(".maps");

enum named_by {
	NAMED_BY_NOBODY = 0,
	NAMED_BY_SEND = 1,
	NAMED_BY_RECEIVE = 2,
};

/* What a thread is about to tell of the call it is in. */
struct caller {
	__u64 cookie;
	__u8 remote[16];
	__u64 messages; /* address of the array of sendmmsg or recvmmsg, and which of it comes next */
	__u32 next_message;
	__u16 remote_port;
	__u8 named_by;
	__u8 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64); /* thread */
	__type(value, struct caller);
} callers SEC(".maps");

struct datagram_counters {
	__u64 datagrams; /* sent and received */
	__u64 unplaced; /* of those, whose conversation found no place in the map */
	__u64 unplaced_bytes;
	__u64 conversations; /* met, with a place in the map */
	__u64 payloads; /* of names asked for and told: made */
	__u64 payloads_lost; /* of those, refused by the ring */
	__u64 closes_lost; /* ends of sockets refused by the ring: their conversations end when idle */
	__u64 drops; /* packets dropped for a reason */
	__u64 drops_unplaced; /* of those, without a place in the map `drops` */
	__u64 socket_drops; /* of those, that belong to a socket */
	__u64 socket_drops_unplaced; /* of those, without a place in the map `socket_drops` */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct datagram_counters);
} datagram_counters SEC(".maps");

#define COUNT_DATAGRAMS(field, number)                                                             \
	do {                                                                                       \
		__u32 zero_ = 0;                                                                   \
		struct datagram_counters *counters_ = bpf_map_lookup_elem(&datagram_counters, &zero_); \
		if (counters_)                                                                     \
			__sync_fetch_and_add(&counters_->field, number);                           \
	} while (0)

static __always_inline bool is_udp(const struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	return (family == AF_INET || family == AF_INET6) && sk->sk_protocol == IPPROTO_UDP;
}

static __always_inline struct caller *caller_of(__u64 thread)
{
	static const struct caller nobody;
	struct caller *caller = bpf_map_lookup_elem(&callers, &thread);

	if (caller)
		return caller;
	bpf_map_update_elem(&callers, &thread, &nobody, BPF_NOEXIST);
	return bpf_map_lookup_elem(&callers, &thread);
}

static __always_inline void map_ipv4(__u8 *address, __u32 ip)
{
	address[10] = address[11] = 0xff;
	__builtin_memcpy(address + 12, &ip, 4);
}

static __always_inline void connected_to(const struct sock *sk, struct conversation_key *key)
{
	if (sk->__sk_common.skc_family == AF_INET)
		map_ipv4(key->remote, sk->__sk_common.skc_daddr);
	else
		bpf_core_read(key->remote, 16, &sk->__sk_common.skc_v6_daddr);
	key->remote_port = bpf_ntohs(sk->__sk_common.skc_dport);
}

/* Whom the call was about. What a hook told holds for one call. */
static __always_inline void find_remote(const struct sock *sk, struct caller *caller, enum named_by direction,
					struct conversation_key *key)
{
	if (caller && caller->named_by) {
		bool meant = caller->named_by == direction && caller->cookie == key->cookie;

		caller->named_by = NAMED_BY_NOBODY;
		if (meant) {
			__builtin_memcpy(key->remote, caller->remote, 16);
			key->remote_port = caller->remote_port;
			return;
		}
	}
	if (sk->__sk_common.skc_dport)
		connected_to(sk, key);
}

static __always_inline bool chose_port(const struct sock *sk)
{
	return BPF_CORE_READ_BITFIELD_PROBED((struct sock___bound *)sk, sk_userlocks) & SOCK_BINDPORT_LOCK;
}

/*
 * Whoever speaks first is the client, except that a socket on a port of its own choice serves it, and one on a port
 * of the kernel's choice is not known to anybody it has not spoken to. Two chosen ports: the first word decides.
 */
static __always_inline enum role role_in(const struct sock *sk, __u16 remote_port, bool sent)
{
	if (!chose_port(sk))
		return ROLE_CLIENT;
	if (!sent)
		return ROLE_SERVER;
	return sk->__sk_common.skc_dport || remote_port < FIRST_EPHEMERAL ? ROLE_CLIENT : ROLE_SERVER;
}

static __always_inline void own_conversation(struct conversation *talk)
{
	struct task_struct *task = bpf_get_current_task_btf();

	talk->pid = task->tgid;
	talk->uid = bpf_get_current_uid_gid();
	talk->cgroup_id = bpf_get_current_cgroup_id();
	BPF_CORE_READ_STR_INTO(&talk->comm, task, group_leader, comm);
}

static __always_inline struct conversation *begin_conversation(const struct sock *sk, const struct conversation_key *key,
							       bool sent, __u64 now)
{
	struct conversation talk = { .first_ns = now, .last_ns = now };

	if (sk->__sk_common.skc_family == AF_INET)
		map_ipv4(talk.local, sk->__sk_common.skc_rcv_saddr);
	else
		bpf_core_read(talk.local, 16, &sk->__sk_common.skc_v6_rcv_saddr);
	talk.local_port = local_port(sk);
	talk.netns = netns_of(sk);
	talk.role = role_in(sk, key->remote_port, sent);
	own_conversation(&talk);
	if (!bpf_map_update_elem(&conversations, key, &talk, BPF_NOEXIST))
		COUNT_DATAGRAMS(conversations, 1);
	return bpf_map_lookup_elem(&conversations, key);
}

/* Returns the conversation, or NULL when it found no place. */
static __always_inline struct conversation *count_datagram(const struct sock *sk, const struct conversation_key *key,
							   long length, bool sent, __u64 now)
{
	struct conversation *talk = bpf_map_lookup_elem(&conversations, key);

	if (!talk)
		talk = begin_conversation(sk, key, sent, now);
	if (length >= 0)
		COUNT_DATAGRAMS(datagrams, 1);
	if (!talk) {
		if (length >= 0) {
			COUNT_DATAGRAMS(unplaced, 1);
			COUNT_DATAGRAMS(unplaced_bytes, length);
		}
		return NULL;
	}
	talk->last_ns = now;
	if (length < 0) {
		__sync_fetch_and_add(&talk->refused, 1);
	} else if (sent) {
		__sync_fetch_and_add(&talk->datagrams_sent, 1);
		__sync_fetch_and_add(&talk->bytes_sent, length);
	} else {
		__sync_fetch_and_add(&talk->datagrams_received, 1);
		__sync_fetch_and_add(&talk->bytes_received, length);
	}
	return talk;
}

static __always_inline int tell_remote(struct bpf_sock_addr *ctx, const __u8 *remote, enum named_by direction)
{
	struct caller *caller = caller_of(bpf_get_current_pid_tgid());

	if (!caller)
		return 1;
	caller->cookie = bpf_get_socket_cookie(ctx);
	__builtin_memcpy(caller->remote, remote, 16);
	caller->remote_port = bpf_ntohs((__u16)ctx->user_port);
	caller->named_by = direction;
	return 1;
}

static __always_inline int tell_remote4(struct bpf_sock_addr *ctx, enum named_by direction)
{
	__u8 remote[16] = {};

	map_ipv4(remote, ctx->user_ip4);
	return tell_remote(ctx, remote, direction);
}

static __always_inline int tell_remote6(struct bpf_sock_addr *ctx, enum named_by direction)
{
	__u32 remote[4] = { ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3] };

	return tell_remote(ctx, (const __u8 *)remote, direction);
}

/* They let every call pass: 1 is all these hooks may return. */
SEC("cgroup/sendmsg4")
int send_to4(struct bpf_sock_addr *ctx)
{
	return tell_remote4(ctx, NAMED_BY_SEND);
}

SEC("cgroup/sendmsg6")
int send_to6(struct bpf_sock_addr *ctx)
{
	return tell_remote6(ctx, NAMED_BY_SEND);
}

SEC("cgroup/recvmsg4")
int receive_from4(struct bpf_sock_addr *ctx)
{
	return tell_remote4(ctx, NAMED_BY_RECEIVE);
}

SEC("cgroup/recvmsg6")
int receive_from6(struct bpf_sock_addr *ctx)
{
	return tell_remote6(ctx, NAMED_BY_RECEIVE);
}
