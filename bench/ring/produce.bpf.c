/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A producer of the probe's own records: each change of state of a socket of one process writes a batch of them, so that
 * the ring meets more than any traffic of this machine could give it.
 */
#include "../../probe/bpf/record.h"

#define MAX_BATCH 4096

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} ring SEC(".maps");

/* One process on one CPU produces: plain counters are exact. */
struct books {
	__u64 made;
	__u64 refused;
	struct record last; /* too large for the stack together with its sums */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct books);
} books SEC(".maps");

const volatile __u32 producer = 0;
const volatile __u32 batch = 256;

/* A record whose fields follow from its number, so that the consumer can tell a whole one from a torn one. */
static __always_inline void fill(struct record *rec, __u64 number)
{
	rec->cookie = number;
	rec->event = EVENT_END;
	rec->role = number & 1 ? ROLE_SERVER : ROLE_CLIENT;
	rec->opened_ns = number * 1000;
	rec->established_ns = rec->opened_ns + 100;
	rec->ended_ns = rec->opened_ns + 900;
	rec->bytes_sent = number;
	rec->bytes_received = 2 * number;
	rec->requests = 1;
	rec->samples = 1;
	rec->local_port = number;
	rec->isn_local = number;
	rec->delivery = BY_RING;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(produce)
{
	__u32 zero = 0;
	struct books *book = bpf_map_lookup_elem(&books, &zero);

	if (!book || bpf_get_current_pid_tgid() >> 32 != producer)
		return 0;
	for (__u32 i = 0; i < MAX_BATCH && i < batch; i++) {
		fill(&book->last, book->made++);
		if (bpf_ringbuf_output(&ring, &book->last, ENDED_SIZE, BPF_RB_NO_WAKEUP))
			book->refused++;
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
