/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What a finished or failed request leaves in the books of its socket. */
#pragma once

#include "maps.h"

static __always_inline bool add_sample(struct record *rec, enum histogram_kind kind, __u32 micros)
{
	static const struct histogram empty;
	struct histogram_key key = {
		.cookie = rec->cookie,
		.opened_and_kind = (rec->opened_ns & ~3ULL) | kind,
	};
	struct histogram *histogram = bpf_map_lookup_elem(&latencies, &key);

	if (!histogram) {
		bpf_map_update_elem(&latencies, &key, &empty, BPF_NOEXIST);
		histogram = bpf_map_lookup_elem(&latencies, &key);
		if (!histogram)
			return false;
	}
	__u64 bucket = bucket_of(micros);
	/* The very register that is compared must index: older verifiers do not follow copies of it. */
	asm volatile("" : "+r"(bucket));
	if (bucket < BUCKETS)
		histogram->counts[bucket]++;
	return true;
}

static __always_inline void fail_request(struct record *rec, __u16 status)
{
	rec->failed++;
	for (int i = 0; i < STATUSES; i++) {
		if (!rec->status_count[i])
			rec->status[i] = status;
		if (rec->status[i] == status) {
			rec->status_count[i]++;
			return;
		}
	}
	rec->statuses_other++;
}

static __always_inline void finish_turn(struct record *rec, __u32 latency, __u32 wait, __u32 service)
{
	rec->turn = TURN_IDLE;
	rec->requests++;
	if (!rec->samples) {
		rec->first_latency_us = latency;
		rec->first_wait_us = wait;
		rec->first_service_us = service;
		rec->samples = 1;
		return;
	}
	bool kept = add_sample(rec, LATENCY, latency);
	if (rec->role == ROLE_SERVER)
		kept = add_sample(rec, WAIT, wait) && add_sample(rec, SERVICE, service) && kept;
	if (kept) {
		rec->samples++;
	} else {
		rec->samples_lost++;
		COUNT(samples_lost);
	}
}

static __always_inline void finish_server_turn(struct record *rec, __u32 wait, __u64 read_ns, __u64 now)
{
	__u32 service = micros_between(read_ns, now);

	finish_turn(rec, wait + service, wait, service);
}
