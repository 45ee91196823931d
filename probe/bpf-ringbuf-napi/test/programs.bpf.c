// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "kernel-types.h"

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} records SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 8192);
  __type(key, __u32);
  __type(value, __u64);
} table SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, __u32);
} per_cpu SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 600);
  __type(key, __u32);
  __type(value, __u64);
} shared SEC(".maps");

/* More than one window of what is mapped while it is read. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 150001);
  __type(key, __u32);
  __type(value, __u64);
} large SEC(".maps");

enum { ATTEMPTED, DROPPED, DISCARDED, UPROBE_HITS, COUNTERS };

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, COUNTERS);
  __type(key, __u32);
  __type(value, __u64);
} counters SEC(".maps");

/* Which system call of which process is recorded. */
const volatile __u32 watched_pid = 0;
const volatile __s64 watched_call = -1;
const volatile __u32 stamp = 7;

/* 12 bytes: not a multiple of 8, so that padding is met. */
struct record {
  __u32 sequence;
  __u32 stamp;
  __u32 odd;
};

/* How often it was counted before. */
static __u64 count(__u32 which) {
  __u64 *counter = bpf_map_lookup_elem(&counters, &which);
  return counter ? __sync_fetch_and_add(counter, 1) : 0;
}

static bool is_watched(void) {
  return bpf_get_current_pid_tgid() >> 32 == watched_pid;
}

/* One record for each watched call; of every five records one is thrown away after it was reserved. */
SEC("tp_btf/sys_enter")
int on_call(__u64 *context) {
  if ((__s64)context[1] != watched_call || !is_watched()) return 0;
  __u32 sequence = count(ATTEMPTED);
  struct record *record = bpf_ringbuf_reserve(&records, sizeof *record, 0);
  if (!record) {
    count(DROPPED);
    return 0;
  }
  if (sequence % 5 == 4) {
    count(DISCARDED);
    bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
    return 0;
  }
  record->sequence = sequence;
  record->stamp = stamp;
  record->odd = sequence & 1;
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
  return 0;
}

/* Its section names nothing that exists: it loads and cannot be attached. */
SEC("tracepoint/nowhere/nothing")
int unattachable(void *context) {
  return 0;
}

SEC("uprobe")
int on_function(void *registers) {
  count(UPROBE_HITS);
  return 0;
}

/* Local ports of all TCP sockets of one network namespace. */
SEC("iter/tcp")
int list_ports(struct bpf_iter__tcp *context) {
  struct sock_common *sk = context->sk_common;
  if (!sk) return 0;
  __u32 port = sk->skc_num;
  bpf_seq_write(context->meta->seq, &port, sizeof port);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
