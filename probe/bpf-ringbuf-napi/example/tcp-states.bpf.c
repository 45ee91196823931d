// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
// clang -O2 -g -target bpf -c tcp-states.bpf.c -o tcp-states.bpf.o
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
enum { BPF_MAP_TYPE_RINGBUF = 27, BPF_RB_NO_WAKEUP = 1 };

#include <bpf/bpf_helpers.h>

/* Just the fields that are read; where they lie is taken from the running kernel's BTF. */
struct sock_common {
  __u16 skc_num;
  __be16 skc_dport;
} __attribute__((preserve_access_index));
struct sock {
  struct sock_common __sk_common;
} __attribute__((preserve_access_index));

struct record {
  __u16 local_port, remote_port;
  __u8 before, after;
};

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 20);
} records SEC(".maps");

SEC("tp_btf/inet_sock_set_state")
int on_state(__u64 *context) {
  const struct sock *sk = (const struct sock *)context[0];
  struct record *record = bpf_ringbuf_reserve(&records, sizeof *record, 0);
  if (!record) return 0;
  record->local_port = sk->__sk_common.skc_num;
  record->remote_port = __builtin_bswap16(sk->__sk_common.skc_dport);
  record->before = context[1];
  record->after = context[2];
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP); /* drained by a timer: nobody is woken */
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
