/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Requests from turns. The client's begins with its first send after idle and ends with the first receive; the server's
 * is the arrival of data after idle, the first receive (until then it waited) and the first send (that was service).
 * A side that talks without having been asked begins no request.
 */
#pragma once

#include "moments.h"
#include "protocol.h"
#include "reading.h"
#include "samples.h"

/* Data was taken without a receive event (splice): the moment it arrived stands in. */
static __always_inline bool taken_unseen(const struct record *rec, const struct tcp_sock *tp)
{
	return read_up_to(tp) != rec->turn_seq;
}

static __always_inline __u64 arrival_of(const struct record *rec, const struct tcp_sock *tp)
{
	return rec->arrived_ns ? rec->arrived_ns : arrived_at(tp, bpf_ktime_get_ns());
}

/* Of a request that begins with what is sent next, or that has just been sent. */
static __always_inline __u32 offset_of_send(const struct record *rec, const struct tcp_sock *tp, __u64 length)
{
	return tp->write_seq - (__u32)length - rec->isn_local - 1;
}

/* `answered`: the beginning of the answer, or 0 where that is to be asked of the socket at its end. */
static __always_inline void finish_server_turn(struct record *rec, const struct tcp_sock *tp, __u64 answered)
{
	/* Taken without a receive event: it did not wait. */
	if (rec->turn != TURN_READ) {
		rec->arrived_ns = arrival_of(rec, tp);
		rec->turn_ns = rec->arrived_ns;
	}
	finish_turn(rec, rec->arrived_ns, rec->turn_ns, answered ? answered : sent_at(tp, rec->turn_ns));
	rec->arrived_ns = 0;
	rec->turn_seq = read_up_to(tp);
}

/* `message` and `now` where the kernel can be asked at the beginning of the send; else NULL, `length` and 0 at its end. */
static __always_inline void turn_on_send(struct record *rec, const struct tcp_sock *tp, const struct msghdr *message,
					 __u64 length, __u64 now)
{
	struct prefix prefix = {};
	__u16 status = 0;
	bool server = rec->role == ROLE_SERVER;

	/* More of the same, or a server that talks before it has read the question. */
	if ((server ? rec->turn != TURN_READ : rec->turn == TURN_ASKED) && !taken_unseen(rec, tp))
		return;
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
		finish_server_turn(rec, tp, now);
		return;
	}

	if (rec->turn == TURN_ASKED)
		finish_turn(rec, rec->turn_ns, 0, arrival_of(rec, tp));
	__u64 whole = message && rec->handshake ? READ_MESSAGE(message, count) : length;
	if (rec->protocol != PROTOCOL_HTTP && !examine_request(rec, &prefix, whole))
		return;
	rec->arrived_ns = 0;
	rec->turn_seq = read_up_to(tp);
	rec->turn_offset = offset_of_send(rec, tp, length);
	rec->turn_ns = now ? now : sent_at(tp, rec->turn_ns > rec->established_ns ? rec->turn_ns : rec->established_ns);
	rec->turn = TURN_ASKED;
}

static __always_inline void turn_on_receive(struct record *rec, const struct tcp_sock *tp, __u64 length, bool readable,
					    __u64 now)
{
	struct prefix prefix = {};
	__u16 status = 0;
	bool server = rec->role == ROLE_SERVER;

	rec->turn_seq = read_up_to(tp);
	if (rec->turn == (server ? TURN_READ : TURN_IDLE))
		return;
	if (readable && (server ? rec->protocol != PROTOCOL_HTTP : !rec->opaque))
		prefix_of_call(&prefix, length);

	if (server) {
		if (rec->protocol != PROTOCOL_HTTP && !examine_request(rec, &prefix, length)) {
			rec->turn = TURN_IDLE;
			return;
		}
		if (rec->turn != TURN_ARRIVED) {
			rec->arrived_ns = arrived_at(tp, now);
			rec->turn_offset = tp->copied_seq - (__u32)length - rec->isn_remote - 1;
		}
		rec->turn_ns = now;
		rec->turn = TURN_READ;
		return;
	}

	if (!rec->opaque) {
		enum verdict verdict = examine_answer(rec, &prefix, &status);
		if (verdict == INTERIM) {
			rec->arrived_ns = 0;
			return;
		}
		if (verdict == FAILED)
			fail_request(rec, status);
	}
	finish_turn(rec, rec->turn_ns, 0, now);
}

/* True when the turn takes no notice: nobody has read since data arrived before. */
static __always_inline bool turn_on_arrival(struct record *rec, const struct tcp_sock *tp, __u64 now)
{
	bool server = rec->role == ROLE_SERVER;

	if (server ? rec->turn != TURN_IDLE : rec->turn != TURN_ASKED || rec->arrived_ns)
		return true;
	if (!unread(tp))
		return true; /* only the FIN */
	rec->arrived_ns = now;
	if (server) {
		rec->turn_seq = read_up_to(tp);
		rec->turn_offset = rec->turn_seq - rec->isn_remote - 1;
		rec->turn = TURN_ARRIVED;
	}
	return false;
}

/* Turns were not looked at for a while: what began before may have gone on unseen. */
static __always_inline void forget_stale_turn(struct record *rec, const struct tcp_sock *tp, const struct control *state)
{
	__u64 since = state->turns_since_ns;

	if (state->level > LEVEL_TURNS || (rec->turn_ns < since && rec->arrived_ns < since)) {
		rec->turn = TURN_IDLE;
		rec->turn_seq = read_up_to(tp);
	}
}

/*
 * The connection is over. A request without an answer has failed, except where sends and receives need not alternate
 * and nothing else went wrong.
 */
static __always_inline void turn_on_end(struct record *rec, const struct tcp_sock *tp)
{
	if (rec->role == ROLE_CLIENT && rec->turn == TURN_ASKED && taken_unseen(rec, tp)) {
		finish_turn(rec, rec->turn_ns, 0, arrival_of(rec, tp));
	} else if (rec->turn == TURN_ASKED || rec->turn == TURN_READ) {
		rec->turn = TURN_IDLE;
		if (rec->opaque && !rec->error && !rec->reset_by)
			return;
		rec->requests++;
		fail_request(rec, STATUS_UNANSWERED);
	}
}
