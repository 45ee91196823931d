/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is running out, read by iterators that user space runs every few seconds: `read_queues` over the open files of all
 * processes, which tells whose a listening socket is; `read_ports` in one network namespace after the other, because only there
 * are the connections that have ended and still hold their port.
 */
#pragma once

#include "sockets.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct seq_file;

struct bpf_iter_meta___output {
	struct seq_file *seq;
};

struct sock___queue {
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
};

#pragma clang attribute pop

/* One listening socket and one process that has it; of several that share it each tells it. */
struct queue {
	__u64 cookie;
	__u64 cgroup_id;
	__u32 netns;
	__u32 pid;
	__u32 uid;
	__u32 waiting; /* connections nobody has accepted yet */
	__u32 limit; /* one more than this is the most that wait */
	__u16 port;
	__u16 pad;
	__u8 ip[16];
	char comm[16];
};

static __always_inline void read_ip(const struct sock_common *common, __u8 *ip, bool remote)
{
	if (common->skc_family == AF_INET) {
		__u32 address = remote ? common->skc_daddr : common->skc_rcv_saddr;

		ip[10] = ip[11] = 0xff;
		__builtin_memcpy(ip + 12, &address, 4);
	} else {
		bpf_core_read(ip, 16, remote ? &common->skc_v6_daddr : &common->skc_v6_rcv_saddr);
	}
}

SEC("iter/task_file")
int read_queues(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct sock *sk = socket_of(ctx);

	if (!sk || !task || !is_tcp(sk) || sk->__sk_common.skc_state != TCP_LISTEN || !is_watched(sk))
		return 0;
	struct sock___queue *own = (void *)sk;
	struct queue out = {
		.waiting = own->sk_ack_backlog,
		.limit = own->sk_max_ack_backlog,
		.cookie = bpf_get_socket_cookie(sk),
		.cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id),
		.netns = netns_of(sk),
		.pid = task->tgid,
		.uid = BPF_CORE_READ(task, cred, uid.val),
		.port = sk->__sk_common.skc_num,
	};

	read_ip(&sk->__sk_common, out.ip, false);
	BPF_CORE_READ_INTO(&out.comm, task, group_leader, comm);
	bpf_seq_write(((struct bpf_iter_meta___output *)ctx->meta)->seq, &out, sizeof(out));
	return 0;
}

/* Local ports in use from one address towards one port of a server. */
struct port_use_key {
	__u8 local[16];
	__u8 remote[16];
	__u16 port;
	__u16 pad[3];
};

struct port_use {
	__u32 open;
	__u32 ended; /* in TIME_WAIT */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct port_use_key);
	__type(value, struct port_use);
} port_use SEC(".maps");

/* Set by user space before each run: the ports the namespace gives out. */
struct port_range {
	__u32 low;
	__u32 high;
	__u32 unplaced; /* set here: sockets whose pair found no place in the map */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct port_range);
} port_range SEC(".maps");

SEC("iter/tcp")
int read_ports(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	__u32 zero = 0;
	struct port_range *range = bpf_map_lookup_elem(&port_range, &zero);

	READ_ONCE_POINTER(common);
	if (!common || !range)
		return 0;
	int state = common->skc_state;
	__u16 port = common->skc_num;

	if (state == TCP_LISTEN || state > TCP_CLOSING || port < range->low || port > range->high)
		return 0;
	struct listener own = { .netns = common->skc_net.net->ns.inum, .port = port };
	if (bpf_map_lookup_elem(&listeners, &own))
		return 0;

	static const struct port_use none;
	struct port_use_key key = { .port = bpf_ntohs(common->skc_dport) };

	read_ip(common, key.local, false);
	read_ip(common, key.remote, true);
	struct port_use *use = bpf_map_lookup_elem(&port_use, &key);
	if (!use) {
		bpf_map_update_elem(&port_use, &key, &none, BPF_NOEXIST);
		use = bpf_map_lookup_elem(&port_use, &key);
	}
	if (!use)
		range->unplaced++;
	else if (state == TCP_TIME_WAIT)
		use->ended++;
	else
		use->open++;
	return 0;
}
