/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What a finished or failed request leaves in the books of its socket. */
#pragma once

#include "sample.h"

static __always_inline void add_to(struct histogram *histogram, __u32 micros)
{
	__u64 bucket = bucket_of(micros);

	/* The very register that is compared must index: the verifier of Linux 6.1 does not follow copies of it. */
	asm volatile("" : "+r"(bucket));
	if (bucket < BUCKETS)
		histogram->counts[bucket]++;
}

/* The entry of this socket in a map of latencies; made when it is not there, NULL where that map is full. */
#define LATENCIES(map, rec)                                                                     \
	({                                                                                      \
		struct latencies_key key_ = { .cookie = (rec)->cookie, .opened_ns = (rec)->opened_ns }; \
		typeof(bpf_map_lookup_elem(&map, &key_)) entry_ = bpf_map_lookup_elem(&map, &key_); \
		if (!entry_) {                                                                  \
			bpf_map_update_elem(&map, &key_, &no_latencies, BPF_NOEXIST);           \
			entry_ = bpf_map_lookup_elem(&map, &key_);                              \
		}                                                                               \
		entry_;                                                                         \
	})

static const struct server_latencies no_latencies;

static __always_inline bool add_client_latency(const struct record *rec, __u32 latency)
{
	struct histogram *histogram = LATENCIES(latencies, rec);

	if (histogram)
		add_to(histogram, latency);
	return histogram != NULL;
}

static __always_inline bool add_server_latency(const struct record *rec, __u32 wait, __u32 service)
{
	struct server_latencies *histograms = LATENCIES(server_latencies, rec);

	if (!histograms)
		return false;
	add_to(&histograms->latency, wait + service);
	add_to(&histograms->wait, wait);
	add_to(&histograms->service, service);
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

/* Of the server's end, with `read` the time it read the request; of the client's 0. */
static __always_inline void finish_turn(struct record *rec, __u64 begun, __u64 read, __u64 answered)
{
	bool server = rec->role == ROLE_SERVER;
	__u32 wait = server ? micros_between(begun, read) : 0;
	__u32 service = server ? micros_between(read, answered) : 0;
	__u32 latency = server ? wait + service : micros_between(begun, answered);

	rec->turn = TURN_IDLE;
	rec->turn_ns = answered;
	rec->requests++;
	if (!rec->samples) {
		rec->first_latency_us = latency;
		rec->first_wait_us = wait;
		rec->first_service_us = service;
		rec->first_offset = rec->turn_offset;
		rec->samples = 1;
		return;
	}
	if (server ? add_server_latency(rec, wait, service) : add_client_latency(rec, latency)) {
		rec->samples++;
	} else {
		rec->samples_lost++;
		COUNT(samples_lost);
	}
	if (!is_read(rec))
		tell_sample(rec, begun, read, answered);
}
