/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The tap: what processes send and receive on connections whose requests are read in user space. The first chunks of every
 * connection go there, then only those of protocols that are recognised here, or that user space has recognised.
 */
#pragma once

#include "maps.h"
#include "protocol.h"
#include "recognise.h"
#include "vectors.h"

/* Chunks after which an undecided connection is decided: user space has had its look by then. */
#define TRIAL 8

/* One chunk being put together; twice the room, so that every copy ends inside. */
struct draft {
	struct chunk chunk;
	__u8 bytes[2 * CHUNK_BYTES];
	struct vectors vectors;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct draft);
} drafts SEC(".maps");

static __always_inline bool is_tapped(const struct record *rec, const struct control *state)
{
	return tapping && rec->tap < TAP_OFF && rec->established_ns && state && state->level == LEVEL_PAYLOAD;
}

static __always_inline struct draft *begin_draft(const struct record *rec, __u8 flags, __u64 now)
{
	__u32 zero = 0;
	struct draft *draft = bpf_map_lookup_elem(&drafts, &zero);

	if (!draft)
		return NULL;
	draft->vectors.count = 0;
	draft->chunk.cookie = rec->cookie;
	draft->chunk.opened_ns = rec->opened_ns;
	draft->chunk.time_ns = now;
	draft->chunk.arrived_ns = 0;
	draft->chunk.flags = flags;
	draft->chunk.captured = 0;
	draft->chunk.role = rec->role;
	draft->chunk.netns = rec->netns;
	return draft;
}

/*
 * The verifier looks at functions that are not static once, and not again for every way that leads to them. It does not know
 * then that what it is given is there.
 */
__noinline int gather(struct draft *draft)
{
	if (!draft)
		return 0;
	__u64 want = draft->chunk.length < CHUNK_BYTES ? draft->chunk.length : CHUNK_BYTES;
	__u32 count = draft->vectors.count;
	__u64 at = 0;

	for (__u32 i = 0; i < VECTORS; i++) {
		if (i >= count || at >= want)
			break;
		__u64 size = draft->vectors.at[i].length;
		if (size > want - at)
			size = want - at;
		/* Says to the verifier what is so anyway, in the registers it then looks at. */
		asm volatile("" : "+r"(size), "+r"(at));
		if (size > CHUNK_BYTES || at >= CHUNK_BYTES)
			break;
		if (size && bpf_probe_read_user(draft->bytes + at, size, draft->vectors.at[i].base))
			break;
		at += size;
	}
	draft->chunk.captured = at;
	if (!at)
		draft->chunk.flags |= CHUNK_UNREADABLE;
	else if (at < PREFIX)
		__builtin_memset(draft->bytes + at, 0, PREFIX);
	return 0;
}

/* Looked for once, before the first chunk, and again when the trial is over. */
static __always_inline const __u8 *opinion(const struct record *rec)
{
	struct server server = { .netns = rec->netns };

	if (rec->role == ROLE_SERVER) {
		server.port = rec->local_port;
		__builtin_memcpy(server.ip, rec->local, sizeof(server.ip));
	} else {
		server.port = rec->remote_port;
		__builtin_memcpy(server.ip, rec->remote, sizeof(server.ip));
	}
	return bpf_map_lookup_elem(&parsed, &server);
}

__noinline int decide(struct record *rec, const struct draft *draft)
{
	if (!rec || !draft)
		return 0;
	const struct chunk *chunk = &draft->chunk;
	bool received = chunk->flags & CHUNK_RECEIVED;
	bool request = received == (rec->role == ROLE_SERVER);

	rec->tapped++;
	switch (recognise(draft->bytes, chunk->captured, chunk->length, request, &rec->announced)) {
	case ENCRYPTED:
		/* Also in the middle of a turn, where a client has asked for TLS and goes on without waiting for a yes. */
		begin_handshake(rec);
		rec->turn = TURN_IDLE;
		rec->tap = TAP_OFF;
		return 0;
	case SPOKEN:
		rec->tap = TAP_ON;
		return 0;
	case UNKNOWN:
		break;
	}
	if (rec->tap == TAP_UNDECIDED && rec->tapped >= TRIAL) {
		const __u8 *answer = opinion(rec);
		rec->tap = answer && *answer ? TAP_ON : TAP_OFF;
	}
	return 0;
}

static __always_inline void offer(struct record *rec, struct draft *draft)
{
	__u32 captured = draft->chunk.captured;

	if (captured > CHUNK_BYTES)
		return;
	COUNT(chunks);
	draft->chunk.serial = __sync_fetch_and_add(&rec->chunks, 1) + 1;
	if (captured < draft->chunk.length)
		COUNT(chunks_cut);
	if (bpf_ringbuf_output(&payloads, draft, sizeof(struct chunk) + (captured + 7 & ~7U), BPF_RB_NO_WAKEUP))
		COUNT(chunks_lost);
}

/* False when user space does not want the connection. */
static __always_inline bool is_wanted(struct record *rec)
{
	if (rec->tap != TAP_UNDECIDED || rec->tapped)
		return true;
	const __u8 *answer = opinion(rec);
	if (answer)
		rec->tap = *answer ? TAP_ON : TAP_OFF;
	return rec->tap != TAP_OFF;
}

/* Bytes that were read, but not the way that has an event: splice, or the mapping of received pages. */
static __noinline int tap_unseen(struct record *rec, __u32 length, __u64 now)
{
	struct draft *draft = begin_draft(rec, CHUNK_RECEIVED | CHUNK_UNREADABLE, now);

	if (!draft)
		return 0;
	draft->chunk.arrived_ns = rec->oldest_ns;
	draft->chunk.offset = rec->read_seq - rec->isn_remote - 1;
	draft->chunk.length = length;
	offer(rec, draft);
	return 0;
}

static __always_inline void notice_unseen(struct record *rec, __u32 from, __u64 now)
{
	__u32 unseen = from - rec->read_seq;

	if (rec->tapped && unseen && unseen < 1U << 31)
		tap_unseen(rec, unseen, now);
}

/* `message` at the beginning of a send, else NULL and `length` at its end. */
static __noinline int tap_send(struct record *rec, struct tcp_sock *tp, const struct msghdr *message, __u32 length,
			       __u64 now)
{
	__u32 from = tp->write_seq;

	if (message)
		length = READ_MESSAGE(message, count);
	else
		from -= length;
	/*
	 * A large send comes by for every buffer; what is written and what is left of it always add up to its end. So does what
	 * a process sends again of a send that was cut short.
	 */
	if (!length || (from + length == rec->send_end && rec->tapped))
		return 0;
	rec->send_end = from + length;
	if (!is_wanted(rec))
		return 0;
	__u32 copied = read_up_to(tp);
	notice_unseen(rec, copied, rec->oldest_ns ? rec->oldest_ns : now);
	rec->read_seq = copied;

	struct draft *draft = begin_draft(rec, 0, now);
	if (!draft)
		return 0;
	draft->chunk.offset = from - rec->isn_local - 1;
	draft->chunk.length = length;
	if (message)
		vectors_of_message(&draft->vectors, message);
	else
		vectors_of_call(&draft->vectors, length);
	gather(draft);
	offer(rec, draft);
	if (rec->tapped < TRIAL)
		decide(rec, draft);
	return 0;
}

static __noinline int tap_receive(struct record *rec, struct tcp_sock *tp, __u32 length, bool readable, __u64 now)
{
	__u32 to = read_up_to(tp);
	__u32 from = to - length;

	if (!is_wanted(rec))
		return 0;
	notice_unseen(rec, from, now);
	struct draft *draft = begin_draft(rec, CHUNK_RECEIVED, now);
	if (draft) {
		draft->chunk.arrived_ns = rec->oldest_ns;
		draft->chunk.offset = from - rec->isn_remote - 1;
		draft->chunk.length = length;
		if (readable)
			vectors_of_call(&draft->vectors, length);
		gather(draft);
		offer(rec, draft);
		if (rec->tapped < TRIAL)
			decide(rec, draft);
	}
	rec->read_seq = to;
	rec->oldest_ns = to == tp->rcv_nxt ? 0 : rec->newest_ns;
	return 0;
}

static __always_inline void tap_arrival(struct record *rec, __u64 now)
{
	if (!tapping || rec->tap == TAP_OFF)
		return;
	rec->newest_ns = now;
	if (!rec->oldest_ns)
		rec->oldest_ns = now;
}
