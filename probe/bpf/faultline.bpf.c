// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The kernel programs of faultline. Every one may be switched off by itself, except `socket_state`; what is lost without
 * it is told by `live/features.ts`. None of them hooks system calls: that would slow every process of the machine.
 */
#include "lifecycle.h"
#include "tls.h"
#include "existing.h"
#include "gauges.h"
#include "nat.h"
#include "dns.h"
#include "drops.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Set before loading: the ends of sends are seen. Then their beginnings are only asked for while payload is read. */
const volatile bool has_send_end = false;
/* Set before loading: so are their beginnings, and payload is taken there. */
const volatile bool has_send_start = false;

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(socket_state, const struct sock *sk, int old, int new)
{
	struct record *rec;
	struct tcp_sock *tp;

	/* Half of what comes by is of no interest. */
	switch (new) {
	case TCP_LISTEN:
	case TCP_SYN_SENT:
	case TCP_ESTABLISHED:
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
	case TCP_CLOSE:
		break;
	default:
		return 0;
	}
	if (!is_tcp(sk))
		return 0;
	switch (new) {
	case TCP_LISTEN:
		note_listener(sk);
		return 0;
	case TCP_SYN_SENT:
		connecting(sk);
		return 0;
	case TCP_ESTABLISHED:
		tp = bpf_skc_to_tcp_sock((void *)sk);
		if (tp)
			established(sk, tp, old, packet_at(tp));
		return 0;
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
		/* close(2) or shutdown(2): the last chance to learn whose a socket was that never did anything. */
		rec = find(sk);
		if (rec)
			own_by_current(rec);
		return 0;
	case TCP_CLOSE:
		rec = find(sk);
		if (!rec)
			rec = adopt(sk, old);
		tp = rec ? bpf_skc_to_tcp_sock((void *)sk) : NULL;
		if (!tp)
			return 0;
		if (is_aborted(rec, sk, old))
			own_by_current(rec);
		/* From there only a packet or a timer of TCP ends a socket without an error. */
		settle(rec, tp, old, true, old == TCP_LAST_ACK && !sk->sk_err ? packet_at(tp) : bpf_ktime_get_ns());
		return 0;
	}
	return 0;
}

/* `state` when turns are looked at, else NULL. */
static __always_inline struct control *turns_wanted(void)
{
	struct control *state = controls();

	return state && state->level <= LEVEL_TURNS ? state : NULL;
}

/*
 * The tracepoint of the beginning comes by for whatever is sent; the functions that stand in for it may be skipped, and do
 * not know how much will be sent.
 */
static __always_inline bool begins_tell_all(const struct control *state)
{
	return sends_traced && state->sends_begin;
}

static __always_inline int send_begins(const struct sock *sk, const struct msghdr *message)
{
	struct control *state = turns_wanted();

	if (!state || (has_send_end && state->level > LEVEL_PAYLOAD))
		return 0;
	struct record *rec = find_or_adopt(sk);
	struct tcp_sock *tp = rec ? bpf_skc_to_tcp_sock((void *)sk) : NULL;

	if (!tp)
		return 0;
	__u64 now = bpf_ktime_get_ns();
	rec->begun = !begins_tell_all(state);
	catch_up(rec, sk, tp, sk->__sk_common.skc_state);
	own_by_current(rec);
	tls_on_transfer(rec, tp, false);
	forget_stale_turn(rec, tp, state);
	turn_on_send(rec, tp, message, 0, now);
	if (message && is_tapped(rec, state))
		tap_send(rec, tp, message, 0, now);
	if (!rec->closed)
		read_send(tp, rec, message ? message->msg_iter.count : 0);
	return 0;
}

/* Fires for every buffer of a large send; the turn takes the first. */
SEC("tp_btf/tcp_sendmsg_locked")
int BPF_PROG(send_start, const struct sock *sk, const struct msghdr *message)
{
	return send_begins(sk, message);
}

/* Tells of a send whose beginning was not seen. */
static __always_inline int send_ended(struct sock *sk, int length)
{
	struct control *state = turns_wanted();

	if (!state || begins_tell_all(state) || !is_tcp(sk))
		return 0;
	struct record *rec = find(sk);
	if (rec && rec->begun) {
		rec->begun = 0;
		return 0;
	}
	if (length <= 0)
		return 0;
	if (!rec)
		rec = adopt(sk, sk->__sk_common.skc_state);
	struct tcp_sock *tp = rec ? bpf_skc_to_tcp_sock(sk) : NULL;

	if (!tp)
		return 0;
	catch_up(rec, sk, tp, sk->__sk_common.skc_state);
	own_by_current(rec);
	tls_on_transfer(rec, tp, false);
	forget_stale_turn(rec, tp, state);
	turn_on_send(rec, tp, NULL, length, 0);
	if (!has_send_start && is_tapped(rec, state)) {
		__u64 now = bpf_ktime_get_ns();

		/* The answer left before this ran, and so may have come the next request. */
		if (rec->role == ROLE_SERVER)
			turn_on_arrival(rec, tp, now);
		tap_send(rec, tp, NULL, length, now);
	}
	if (!rec->closed)
		read_send(tp, rec, 0);
	return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(send_done, struct sock *sk, int length)
{
	if (is_udp(sk))
		return datagram_moved(sk, length, 0, true);
	return send_ended(sk, length);
}

static __always_inline int receive_ended(struct sock *sk, int length, int flags)
{
	struct control *state = controls();

	if (length <= 0 || flags & (MSG_PEEK | MSG_OOB | MSG_ERRQUEUE) || !state || !is_tcp(sk))
		return 0;
	struct record *rec = find_or_adopt(sk);
	struct tcp_sock *tp = rec ? bpf_skc_to_tcp_sock(sk) : NULL;

	if (!tp)
		return 0;
	__u64 now = bpf_ktime_get_ns();
	catch_up(rec, sk, tp, sk->__sk_common.skc_state);
	own_by_current(rec);
	tls_on_transfer(rec, tp, true);
	forget_stale_turn(rec, tp, state);
	if (state->level <= LEVEL_TURNS)
		turn_on_receive(rec, tp, length, !(flags & MSG_TRUNC), now);
	if (is_tapped(rec, state))
		tap_receive(rec, tp, length, !(flags & MSG_TRUNC), now);
	if (!rec->closed) {
		read_counters(tp, rec);
		return 0;
	}
	/* Its end may have been told meanwhile, and its place in the table be somebody else's. */
	rec = find(sk);
	if (rec && rec->closed && rec->turn == TURN_IDLE)
		deliver(rec);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(receive_done, struct sock *sk, int length, int flags)
{
	if (is_udp(sk))
		return datagram_moved(sk, length, flags, false);
	return receive_ended(sk, length, flags);
}

/* While no payload is read, the socket tells when data arrived once that is asked. */
static __always_inline int data_arrived(const struct sock *sk)
{
	struct control *state = controls();

	if (!state || state->level > LEVEL_PAYLOAD)
		return 0;
	struct tcp_sock *tp = bpf_skc_to_tcp_sock((void *)sk);

	/* Only the FIN, or a connection that may be accepted: nothing arrived that anybody could read. */
	if (!tp || !unread(tp))
		return 0;
	struct record *rec = find_or_adopt(sk);
	if (!rec)
		return 0;
	__u64 now = packet_at(tp);
	catch_up(rec, sk, tp, sk->__sk_common.skc_state);
	forget_stale_turn(rec, tp, state);
	tap_arrival(rec, now);
	/* Whoever reads will count; here only for those whose reading has no event. */
	if (turn_on_arrival(rec, tp, now) && !rec->closed)
		read_counters(tp, rec);
	return 0;
}

SEC("tp_btf/sk_data_ready")
int BPF_PROG(data_ready, const struct sock *sk)
{
	return data_arrived(sk);
}

/* Nothing else happens on a connection whose packets get lost. */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(retransmit, const struct sock *sk)
{
	struct record *rec = find(sk);
	struct tcp_sock *tp = rec ? bpf_skc_to_tcp_sock((void *)sk) : NULL;

	if (tp && !rec->closed)
		read_counters(tp, rec);
	return 0;
}

static __always_inline void reset(const struct sock *sk, enum reset_by by)
{
	struct record *rec = find(sk);

	if (rec && !rec->closed && !rec->reset_by)
		rec->reset_by = by;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(reset_received, struct sock *sk)
{
	reset(sk, RESET_BY_PEER);
	return 0;
}

/* Without a socket where nobody listens; a socket that is not a full one has no entry. */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(reset_sent, const struct sock *sk)
{
	if (sk)
		reset(sk, RESET_BY_SELF);
	return 0;
}

/* The socket itself goes away: the last word where an answer was never read, or where CLOSE was not seen. */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(socket_gone, struct sock *sk)
{
	struct record *rec = find(sk);
	struct tcp_sock *tp = rec ? bpf_skc_to_tcp_sock(sk) : NULL;

	if (!tp)
		return 0;
	/* It was held when it ended: close(2) is what destroys it, of this socket or of the one it waited at. */
	if (rec->closed)
		own_by_current(rec);
	settle(rec, tp, sk->__sk_common.skc_state, false, bpf_ktime_get_ns());
	return 0;
}

#include "fallback.h"
