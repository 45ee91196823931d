/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Samples: single requests, each told by both ends, so that user space can take what the server saw off what the client
 * saw. Both ends choose the same ones without a word between them. The first request of a connection needs none: its times
 * stand in the record.
 */
#pragma once

#include "maps.h"

/* Set before loading: one request in 2^sample_shift is told. User space chooses among parsed requests by the same rule. */
const volatile __u32 sample_shift = 3;

/* Samples of one processor in a second: what a busy node can tell without harm. */
#define SAMPLES_PER_SECOND 4096
#define SECOND_NS 1000000000ULL

/* `live/turn-sample.ts` reads the same bytes. Times are nanoseconds since boot. */
struct sample {
	__u64 cookie; /* the socket, like the next one as in its record */
	__u64 opened_ns;
	__u64 begun_ns; /* client: its send began; server: the request arrived */
	__u64 read_ns; /* server: it was read; client: 0 */
	__u64 answered_ns; /* client: the answer was read; server: its send began */
	__u32 isn_local;
	__u32 isn_remote;
	__u32 offset; /* place of the request in its stream */
	__u32 netns;
	__u8 event;
	__u8 role;
	__u8 pad[6];
};

_Static_assert(sizeof(struct sample) == 64, "sample");

struct sample_budget {
	__u64 since_ns;
	__u32 spent;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sample_budget);
} sample_budgets SEC(".maps");

/* Its payload goes to user space, which tells its requests better. */
static __always_inline bool is_read(const struct record *rec)
{
	const struct control *state = controls();

	return tapping && rec->tap != TAP_OFF && state && state->level == LEVEL_PAYLOAD;
}

/* The rule of both ends. */
static __always_inline bool is_sampled(const struct record *rec)
{
	bool client = rec->role == ROLE_CLIENT;
	__u32 isn_client = client ? rec->isn_local : rec->isn_remote;
	__u32 isn_server = client ? rec->isn_remote : rec->isn_local;
	__u32 hash = (isn_client ^ isn_server * 0x9e3779b1) * 0x85ebca6b ^ rec->turn_offset;

	hash = (hash ^ hash >> 15) * 0xc2b2ae35;
	hash ^= hash >> 13;
	return !(hash & ((1U << sample_shift) - 1));
}

static __always_inline bool may_spend(__u64 now)
{
	__u32 zero = 0;
	struct sample_budget *budget = bpf_map_lookup_elem(&sample_budgets, &zero);

	if (!budget)
		return false;
	if (now - budget->since_ns > SECOND_NS) {
		budget->since_ns = now;
		budget->spent = 0;
	}
	return budget->spent++ < SAMPLES_PER_SECOND;
}

static __always_inline void tell_sample(const struct record *rec, __u64 begun, __u64 read, __u64 answered)
{
	if (!is_sampled(rec))
		return;
	if (!may_spend(answered)) {
		COUNT(turns_withheld);
		return;
	}
	struct sample *sample = bpf_ringbuf_reserve(&ring, sizeof(*sample), 0);
	if (!sample) {
		COUNT(turns_lost);
		return;
	}
	*sample = (struct sample){
		.cookie = rec->cookie,
		.opened_ns = rec->opened_ns,
		.begun_ns = begun,
		.read_ns = read,
		.answered_ns = answered,
		.isn_local = rec->isn_local,
		.isn_remote = rec->isn_remote,
		.offset = rec->turn_offset,
		.netns = rec->netns,
		.event = EVENT_SAMPLE,
		.role = rec->role,
	};
	bpf_ringbuf_submit(sample, BPF_RB_NO_WAKEUP);
	COUNT(turns_told);
}
