/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Records of sockets: finding, making, filling and ending them. */
#pragma once

#include "maps.h"
#include "owner.h"
#include "reading.h"
#include "turns.h"

/* Set before loading: keep only sockets of the namespaces in `watched`. */
const volatile bool filtering = false;

static __always_inline bool is_tcp(const struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	return (family == AF_INET || family == AF_INET6) && sk->sk_protocol == IPPROTO_TCP;
}

static __always_inline __u32 netns_of(const struct sock *sk)
{
	return sk->__sk_common.skc_net.net->ns.inum;
}

static __always_inline bool is_watched_netns(__u32 netns)
{
	if (!filtering)
		return true;
	__u32 last_bits = netns % WATCHED_HINTS;
	__u32 *hint = bpf_map_lookup_elem(&watched_hints, &last_bits);
	return hint && *hint && bpf_map_lookup_elem(&watched, &netns);
}

static __always_inline bool is_watched(const struct sock *sk)
{
	return !filtering || is_watched_netns(netns_of(sk));
}

/* The cookie field stays 0 until somebody asks for the cookie, and nobody else's socket is in the table. */
static __always_inline struct record *find(const struct sock *sk)
{
	__u64 cookie = sk->__sk_common.skc_cookie.counter;

	return cookie ? find_record(cookie) : NULL;
}

static __always_inline void count_unplaced(void)
{
	struct control *state = controls();

	COUNT(map_full);
	if (state)
		state->full = 1;
}

/* A new record, not yet `ready`, or NULL: there was one already, or the table was full, which is counted. */
static __always_inline struct record *make(const struct sock *sk, enum role role, __u64 now)
{
	__u64 cookie = sk->__sk_common.skc_cookie.counter;
	struct record *old = cookie ? record_at(place_of(cookie)) : NULL;

	if (old) {
		if (old->delivery != BY_SWEEP)
			return NULL;
		/* A socket that connects again before the end of its last connection was swept. */
		COUNT(sockets);
		count_unplaced();
		return NULL;
	}
	if (!cookie)
		cookie = bpf_get_socket_cookie((void *)sk);
	__u32 place = take_place(cookie);
	if (place == TAKEN)
		return NULL;
	COUNT(sockets);
	struct record *rec = record_at(place);
	if (!rec) {
		count_unplaced();
		return NULL;
	}
	__builtin_memset(rec, 0, sizeof(*rec));
	/* Nothing of what follows may be seen before that. */
	asm volatile("" ::: "memory");
	rec->cookie = cookie;
	rec->place = place;
	rec->role = role;
	rec->opened_ns = now;
	rec->netns = netns_of(sk);
	read_addresses(sk, rec);
	return rec;
}

_Static_assert(__builtin_offsetof(struct record, delivery) % 4 == 0, "claimed as a word");
/* The three bytes beside it are set once each. */
#define CLAIMS 4

/*
 * True for one of those that would tell the end. A packet ends a socket on another CPU, or in the middle of the program that
 * tells that its process has read: that one holds no lock of the socket.
 */
static __always_inline bool claim(struct record *rec)
{
	__u32 *word = (__u32 *)&rec->delivery;

	/* Again where only what stands beside it has changed meanwhile. */
#pragma clang loop unroll(disable)
	for (int i = 0; i < CLAIMS; i++) {
		__u32 before = *(volatile __u32 *)word;

		if ((before & 0xff) != NOT_ENDED)
			return false;
		if (__sync_val_compare_and_swap(word, before, before | BY_RING) == before)
			return true;
	}
	return false;
}

/* Hands the record over: to the ring, or where that is full to the next sweep of the table. */
static __always_inline void deliver(struct record *rec)
{
	if (!claim(rec))
		return;
	rec->event = EVENT_END;
	if (bpf_ringbuf_output(&ring, rec, ENDED_SIZE, BPF_RB_NO_WAKEUP)) {
		COUNT(ring_full);
		rec->delivery = BY_SWEEP;
		return;
	}
	COUNT(ring_records);
	give_back(rec->place, rec->cookie);
}

static __always_inline bool is_open(int state)
{
	return state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2
		|| state == TCP_LAST_ACK || state == TCP_CLOSING;
}

static __always_inline void note_listener(const struct sock *sk)
{
	struct listener key = { .netns = netns_of(sk), .port = sk->__sk_common.skc_num };
	__u8 one = 1;

	bpf_map_update_elem(&listeners, &key, &one, BPF_ANY);
}

static __always_inline enum role role_by_port(const struct sock *sk)
{
	struct listener key = { .netns = netns_of(sk), .port = local_port(sk) };

	return bpf_map_lookup_elem(&listeners, &key) ? ROLE_SERVER : ROLE_CLIENT;
}

/*
 * A connection whose opening was not seen: it is older than the probe, or the kernel skipped the program because it had
 * interrupted itself on this CPU. Or its server already talks before the handshake is over (Fast Open). Once the table was
 * full an unknown socket may be one that was already counted as lost: those got a cookie when they were met.
 */
static __always_inline struct record *adopt(const struct sock *sk, int state)
{
	struct control *seen = controls();
	bool early = state == TCP_SYN_RECV;

	if ((!early && !is_open(state)) || !seen || !is_watched(sk))
		return NULL;
	if (seen->full && sk->__sk_common.skc_cookie.counter)
		return NULL;
	struct tcp_sock *tp = bpf_skc_to_tcp_sock((void *)sk);
	if (!tp)
		return NULL;
	__u64 now = bpf_ktime_get_ns();
	struct record *rec = make(sk, early ? ROLE_SERVER : role_by_port(sk), now);
	if (!rec)
		return NULL;
	COUNT(adopted);
	read_sequence_numbers(tp, rec);
	if (!early) {
		rec->established_ns = now;
		if (!seen->scanned) {
			rec->preexisting = 1;
			set_baselines(tp, rec);
		}
	}
	rec->ready = 1;
	return rec;
}

/*
 * The kernel skips a program that would interrupt itself on its CPU, so the end of a handshake may pass unseen: whatever
 * comes next makes up for it.
 */
static __always_inline void catch_up(struct record *rec, const struct sock *sk, const struct tcp_sock *tp, int state)
{
	if (rec->established_ns || !is_open(state))
		return;
	read_addresses(sk, rec);
	read_sequence_numbers(tp, rec);
	rec->established_ns = bpf_ktime_get_ns();
}

static __always_inline struct record *find_or_adopt(const struct sock *sk)
{
	struct record *rec = find(sk);

	return rec ? rec : adopt(sk, sk->__sk_common.skc_state);
}
