// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "kernel-types.h"

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} table SEC(".maps");

/* The kernel must refuse this: the looked-up pointer may be null. */
SEC("tp_btf/sys_enter")
int unchecked(void *context) {
  __u32 key = 0;
  __u64 *value = bpf_map_lookup_elem(&table, &key);
  *value = 1;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
