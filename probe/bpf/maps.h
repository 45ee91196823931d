/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once

#include "chunk.h"
#include "histogram.h"
#include "record.h"
#include "table.h"

/* Sizes are defaults: user space sets max_entries of the larger maps before it loads. */

/* A socket that connects again starts anew. */
struct latencies_key {
	__u64 cookie;
	__u64 opened_ns;
};

/* Latencies of connections with more than one request; most have one, so entries are made when needed. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct latencies_key);
	__type(value, struct histogram);
} latencies SEC(".maps");

/* Of the server's end: one look-up for all three. */
struct server_latencies {
	struct histogram latency; /* wait + service */
	struct histogram wait;
	struct histogram service;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 8192);
	__type(key, struct latencies_key);
	__type(value, struct server_latencies);
} server_latencies SEC(".maps");

/* The fast path for opened and ended connections. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} ring SEC(".maps");

/* Set before loading: somebody drains `payloads`. */
const volatile bool tapping = false;

/* Chunks of payload, drained like `ring`. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} payloads SEC(".maps");

/* The server end of a connection as this socket has it. */
struct server {
	__u32 netns;
	__u16 port;
	__u16 pad;
	__u8 ip[16];
};

/* What user space found out about servers: 1 their payload is parsed, 0 it is not. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct server);
	__type(value, __u8);
} parsed SEC(".maps");

/* Namespaces to watch, by inode number; read only when `filtering`. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u8);
} watched SEC(".maps");

/*
 * How many of the namespaces to watch have a number that ends in these bits. Most namespaces of a machine are told by it to
 * be of no interest, at a part of the price of asking the other map.
 */
#define WATCHED_HINTS 1024

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WATCHED_HINTS);
	__type(key, __u32);
	__type(value, __u32);
} watched_hints SEC(".maps");

struct listener {
	__u32 netns;
	__u32 port;
};

/* Ports that listen or did: tells the server end of a connection whose opening was not seen. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct listener);
	__type(value, __u8);
} listeners SEC(".maps");

struct control {
	__u32 scanned; /* set by user space once the sockets older than the probe are in the table */
	__u32 full; /* set here once a socket found no place */
	__u32 level; /* enum level, set by user space at any time */
	__u32 sends_begin; /* set by user space: the beginning of every send comes by */
	__u64 turns_since_ns; /* set by user space: what began before it was not seen whole */
};

/* How much is looked at; user space steps down when the node pays too much. */
enum level {
	LEVEL_PAYLOAD = 0,
	LEVEL_TURNS = 1, /* no payload */
	LEVEL_CONNECTIONS = 2, /* connection counters only */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct control);
} control SEC(".maps");

struct counters {
	__u64 sockets; /* met */
	__u64 map_full; /* of those, without a place in the table */
	__u64 ring_records;
	__u64 ring_full;
	__u64 samples_lost;
	__u64 adopted; /* met in mid-life */
	__u64 chunks; /* of payload: made */
	__u64 chunks_lost; /* of those, refused by the ring */
	__u64 chunks_cut; /* of those made, with more bytes than are captured of one call */
	__u64 clear_untied; /* calls of a TLS library with clear text whose socket is not known */
	__u64 turns_told; /* single requests told to match both ends */
	__u64 turns_lost; /* chosen, and refused by the ring */
	__u64 turns_withheld; /* chosen beyond what is told in a second */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

#define COUNT(field)                                                                  \
	do {                                                                          \
		__u32 zero_ = 0;                                                      \
		struct counters *counters_ = bpf_map_lookup_elem(&counters, &zero_);  \
		if (counters_)                                                        \
			__sync_fetch_and_add(&counters_->field, 1);                   \
	} while (0)

static __always_inline struct control *controls(void)
{
	__u32 zero = 0;
	return bpf_map_lookup_elem(&control, &zero);
}
