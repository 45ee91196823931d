/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* From the socket of the kernel into the record. */
#pragma once

#include "record.h"

static __always_inline bool flag(const struct tcp_sock *tp, int bit)
{
	return tp->inet_conn.icsk_inet.sk.__sk_common.skc_flags >> bit & 1;
}

/* Bytes that have arrived and were not read yet; the FIN takes a sequence number but is no byte. */
static __always_inline bool unread(const struct tcp_sock *tp)
{
	return tp->rcv_nxt - tp->copied_seq != flag(tp, SOCK_DONE);
}

/* The place up to which was read; the FIN takes a number when it is read, but is no byte. */
static __always_inline __u32 read_up_to(const struct tcp_sock *tp)
{
	__u32 copied = tp->copied_seq;

	return copied - (flag(tp, SOCK_DONE) && copied == tp->rcv_nxt);
}

/* The bound number is gone once the socket has reached CLOSE, the source port of its packets is not. */
static __always_inline __u16 local_port(const struct sock *sk)
{
	__u16 port = sk->__sk_common.skc_num;

	return port ? port : bpf_ntohs(BPF_CORE_READ((const struct inet_sock *)sk, inet_sport));
}

static __always_inline void read_addresses(const struct sock *sk, struct record *rec)
{
	const struct sock_common *common = &sk->__sk_common;

	if (common->skc_family == AF_INET) {
		__u32 local = common->skc_rcv_saddr;
		__u32 remote = common->skc_daddr;

		rec->local[10] = rec->local[11] = rec->remote[10] = rec->remote[11] = 0xff;
		__builtin_memcpy(rec->local + 12, &local, 4);
		__builtin_memcpy(rec->remote + 12, &remote, 4);
	} else {
		bpf_core_read(rec->local, 16, &common->skc_v6_rcv_saddr);
		bpf_core_read(rec->remote, 16, &common->skc_v6_daddr);
	}
	rec->local_port = local_port(sk);
	rec->remote_port = bpf_ntohs(common->skc_dport);
}

/*
 * bytes_acked also counts the client's SYN and bytes_received never counts one, so both give the initial numbers at any
 * time, and both ends of a connection the same pair.
 */
static __always_inline void read_sequence_numbers(const struct tcp_sock *tp, struct record *rec)
{
	rec->isn_local = tp->snd_una - (__u32)tp->bytes_acked - (rec->role == ROLE_SERVER);
	rec->isn_remote = tp->rcv_nxt - (__u32)tp->bytes_received - 1;
	rec->turn_seq = read_up_to(tp);
}

/* What a socket had counted when it was met: of all but those older than the probe nothing, and the line need not be fetched. */
struct baselines {
	__u64 sent;
	__u64 received;
	__u32 segments_sent;
	__u32 segments_received;
	__u32 retransmits;
};

static __always_inline struct baselines baselines_of(const struct record *rec)
{
	struct baselines base = {};

	if (rec->preexisting) {
		base.sent = rec->base_sent;
		base.received = rec->base_received;
		base.segments_sent = rec->base_segments_sent;
		base.segments_received = rec->base_segments_received;
		base.retransmits = rec->base_retransmits;
	}
	return base;
}

/*
 * bytes_received counts the FIN; bytes_sent counts neither SYN nor FIN, but every retransmission. Each is written once: a
 * sweep may read at any time.
 */
static __always_inline void read_counters(const struct tcp_sock *tp, struct record *rec)
{
	struct baselines base = baselines_of(rec);

	rec->bytes_sent = tp->bytes_sent - tp->bytes_retrans - base.sent;
	rec->bytes_received = tp->bytes_received - flag(tp, SOCK_DONE) - base.received;
	rec->segments_sent = tp->segs_out - base.segments_sent;
	rec->segments_received = tp->segs_in - base.segments_received;
	rec->retransmits = tp->total_retrans - base.retransmits;
	rec->srtt_us = tp->srtt_us >> 3;
	rec->min_rtt_us = tp->rtt_min.s[0].v;
}

static __always_inline void set_baselines(const struct tcp_sock *tp, struct record *rec)
{
	rec->base_sent = tp->bytes_sent - tp->bytes_retrans;
	rec->base_received = tp->bytes_received - flag(tp, SOCK_DONE);
	rec->base_segments_sent = tp->segs_out;
	rec->base_segments_received = tp->segs_in;
	rec->base_retransmits = tp->total_retrans;
}

/*
 * At the beginning of a send of `left` bytes: counts them already where the peer has room for them. What is not sent at once
 * is counted when it was, at the latest at the end.
 */
static __always_inline void read_send(const struct tcp_sock *tp, struct record *rec, __u32 left)
{
	__u32 window = tp->snd_wnd;

	read_counters(tp, rec);
	if (tp->write_seq - tp->snd_una + left <= window)
		rec->bytes_sent += tp->write_seq - tp->snd_nxt + left;
	if (!window && !rec->window_shut && rec->established_ns)
		rec->zero_windows++;
	rec->window_shut = !window;
}
