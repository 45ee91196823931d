/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* From connect(2) or the handshake to the end of a socket. */
#pragma once

#include "sockets.h"

static __always_inline void connecting(const struct sock *sk)
{
	if (!is_watched(sk))
		return;
	struct record *rec = make(sk, ROLE_CLIENT, bpf_ktime_get_ns());
	if (!rec)
		return;
	own_by_current(rec);
	read_asked(rec);
	rec->ready = 1;
}

/* Fast Open: the request went out with the SYN, without an event of its own. */
static __always_inline void turn_on_opening(struct record *rec, const struct tcp_sock *tp)
{
	if (rec->turn == TURN_IDLE && tp->write_seq != rec->isn_local + 1) {
		rec->turn = TURN_ASKED;
		rec->turn_ns = rec->opened_ns;
	}
	rec->turn_offset = 0;
}

static __always_inline void established(const struct sock *sk, struct tcp_sock *tp, int old, __u64 now)
{
	struct record *rec = find(sk);

	if (!rec) {
		if (old != TCP_SYN_RECV) {
			adopt(sk, TCP_ESTABLISHED);
			return;
		}
		if (!is_watched(sk))
			return;
		rec = make(sk, ROLE_SERVER, now);
		if (!rec)
			return;
	} else {
		/* Its port was not chosen yet when it began to connect. */
		read_addresses(sk, rec);
	}
	read_sequence_numbers(tp, rec);
	read_counters(tp, rec);
	rec->established_ns = now;
	rec->ready = 1;
	if (rec->role == ROLE_SERVER)
		turn_on_arrival(rec, tp, now);
	else
		turn_on_opening(rec, tp);
}

/*
 * Why a socket ends. A router's answer that somewhere is unreachable, met while connect(2) still held the socket, only
 * stands in the queue of errors: the process has taken it from everywhere else by the time it closes.
 */
static __always_inline __u16 error_of(const struct sock *sk, bool connected)
{
	int error = sk->sk_err;

	if (!error)
		error = sk->sk_err_soft;
	if (!error && !connected) {
		struct sk_buff *first = sk->sk_error_queue.next;
		if (first != (struct sk_buff *)&sk->sk_error_queue) {
			const struct sock_exterr_skb *report = (const void *)&first->cb;
			bpf_core_read(&error, sizeof(error), &report->ee.ee_errno);
		}
	}
	return error;
}

/*
 * Straight from open to closed, and nothing went wrong before: close(2) aborts, because of SO_LINGER or what was never
 * read; or the process lets go of a listening socket, and this one waited there to be accepted.
 */
static __always_inline bool is_aborted(const struct record *rec, const struct sock *sk, int state)
{
	return (state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT) && !sk->sk_err && !rec->reset_by;
}

/*
 * The socket is over, but its process still holds it: it may read an answer that came before the end, or be about to return
 * from reading it (what ends a socket may have waited until then), and it is not known yet where it did nothing so far.
 */
static __always_inline bool has_more_to_tell(const struct record *rec, const struct tcp_sock *tp)
{
	if (flag(tp, SOCK_DEAD))
		return false;
	if (!rec->owned)
		return true;
	return rec->role == ROLE_CLIENT && rec->turn == TURN_ASKED && (unread(tp) || read_up_to(tp) != rec->turn_seq);
}

/* Ends an entry, or leaves it until everything about it is known: at the latest until the socket goes away. */
static __always_inline void settle(struct record *rec, const struct tcp_sock *tp, int state, bool may_wait, __u64 now)
{
	struct control *level = controls();

	if (level)
		forget_stale_turn(rec, tp, level);
	catch_up(rec, &tp->inet_conn.icsk_inet.sk, tp, state);
	if (!rec->closed) {
		rec->closed = 1;
		rec->ended_ns = now;
		rec->last_state = state;
		rec->error = error_of(&tp->inet_conn.icsk_inet.sk, rec->established_ns != 0);
		read_counters(tp, rec);
		if (!rec->established_ns)
			read_addresses(&tp->inet_conn.icsk_inet.sk, rec);
	}
	if (may_wait && has_more_to_tell(rec, tp))
		return;
	turn_on_end(rec, tp);
	deliver(rec);
}
