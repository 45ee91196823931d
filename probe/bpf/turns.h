/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Requests from turns. The client's begins with its first send after idle and ends with the first receive; the server's
 * is the arrival of data after idle, the first receive (until then it waited) and the first send (that was service).
 * A side that talks without having been asked begins no request.
 */
#pragma once

#include "protocol.h"
#include "reading.h"
#include "samples.h"

/* The data of the turn was taken without a receive event (splice): the moment it arrived stands in. */
static __always_inline bool taken_unseen(const struct record *rec, const struct tcp_sock *tp)
{
	return rec->arrived_ns && tp->copied_seq != rec->turn_seq;
}

/* `message` where the kernel can be asked at the beginning of the send, else NULL and `length` at its end. */
static __always_inline void turn_on_send(struct record *rec, const struct tcp_sock *tp, const struct msghdr *message,
					 __u64 length, __u64 now)
{
	struct prefix prefix = {};
	__u16 status = 0;
	bool server = rec->role == ROLE_SERVER;

	if (server ? rec->turn == TURN_IDLE : rec->turn == TURN_ASKED && !taken_unseen(rec, tp))
		return; /* more of the same */
	if (server && rec->turn == TURN_ARRIVED && !taken_unseen(rec, tp))
		return; /* talks before it has read the question */
	if (server ? !rec->opaque : rec->protocol != PROTOCOL_HTTP) {
		if (message)
			prefix_of_message(&prefix, message);
		else
			prefix_of_call(&prefix, length);
	}

	if (server) {
		if (!rec->opaque) {
			enum verdict verdict = examine_answer(rec, &prefix, &status);
			if (verdict == INTERIM)
				return;
			if (verdict == FAILED)
				fail_request(rec, status);
		}
		if (rec->turn == TURN_READ)
			finish_server_turn(rec, rec->turn_wait_us, rec->turn_ns, now);
		else
			finish_server_turn(rec, 0, rec->arrived_ns, now);
		return;
	}

	if (rec->turn == TURN_ASKED)
		finish_turn(rec, micros_between(rec->turn_ns, rec->arrived_ns), 0, 0);
	if (rec->protocol != PROTOCOL_HTTP && !examine_request(rec, &prefix))
		return;
	rec->arrived_ns = 0;
	rec->turn_seq = tp->copied_seq;
	rec->turn_ns = now;
	rec->turn = TURN_ASKED;
}

static __always_inline void turn_on_receive(struct record *rec, const struct tcp_sock *tp, __u64 length, bool readable,
					    __u64 now)
{
	struct prefix prefix = {};
	__u16 status = 0;
	bool server = rec->role == ROLE_SERVER;

	if (rec->turn == (server ? TURN_READ : TURN_IDLE))
		return;
	if (readable && (server ? rec->protocol != PROTOCOL_HTTP : !rec->opaque))
		prefix_of_call(&prefix, length);

	if (server) {
		if (rec->protocol != PROTOCOL_HTTP && !examine_request(rec, &prefix)) {
			rec->turn = TURN_IDLE;
			return;
		}
		rec->turn_wait_us = rec->turn == TURN_ARRIVED ? micros_between(rec->arrived_ns, now) : 0;
		rec->turn_ns = now;
		rec->turn = TURN_READ;
		return;
	}

	if (!rec->opaque) {
		enum verdict verdict = examine_answer(rec, &prefix, &status);
		if (verdict == INTERIM) {
			rec->arrived_ns = 0;
			rec->turn_seq = tp->copied_seq;
			return;
		}
		if (verdict == FAILED)
			fail_request(rec, status);
	}
	finish_turn(rec, micros_between(rec->turn_ns, now), 0, 0);
}

static __always_inline void turn_on_arrival(struct record *rec, const struct tcp_sock *tp, __u64 now)
{
	bool server = rec->role == ROLE_SERVER;

	if (server ? rec->turn != TURN_IDLE : rec->turn != TURN_ASKED || rec->arrived_ns)
		return;
	if (!unread(tp))
		return; /* only the FIN */
	rec->arrived_ns = now;
	if (server) {
		rec->turn_seq = tp->copied_seq;
		rec->turn = TURN_ARRIVED;
	}
}

/*
 * The connection is over. A request without an answer has failed, except where sends and receives need not alternate
 * and nothing else went wrong.
 */
static __always_inline void turn_on_end(struct record *rec, const struct tcp_sock *tp)
{
	if (rec->role == ROLE_CLIENT && rec->turn == TURN_ASKED && taken_unseen(rec, tp)) {
		finish_turn(rec, micros_between(rec->turn_ns, rec->arrived_ns), 0, 0);
	} else if (rec->turn == TURN_ASKED || rec->turn == TURN_READ) {
		rec->turn = TURN_IDLE;
		if (rec->opaque && !rec->error && !rec->reset_by)
			return;
		rec->requests++;
		fail_request(rec, STATUS_UNANSWERED);
	}
}
