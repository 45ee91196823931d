/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Packets the kernel threw away, by its reason, where, and of which socket. Reasons have other numbers in other kernels;
 * user space knows their names, and tells which of them are no drops.
 */
#pragma once

#include "udp.h"

#define IGNORED_REASONS 8

/* Set before loading: the reasons that only say that a packet is not needed any more; unused places hold 0. */
const volatile __u32 ignored_reasons[IGNORED_REASONS] = {};
/* Set before loading: the tracepoint tells the socket the packet was for (since Linux 6.11). */
const volatile bool has_receiver = false;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct net_device {
	int ifindex;
	char name[16];
	possible_net_t nd_net;
};

struct sk_buff___dropped {
	struct sock *sk;
	struct net_device *dev;
	int skb_iif;
};

#pragma clang attribute pop

struct drop_key {
	__u32 netns;
	__u32 ifindex; /* 0: at no device */
	__u32 reason;
	__u32 pad;
};

/* `live/drops-layout.ts` reads the same bytes. */
struct drop {
	__u64 count;
	__u8 device[16]; /* its name, zeros where it was not known */
};

/* Never emptied: a machine has as many entries as it has devices that drop for as many reasons. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct drop_key);
	__type(value, struct drop);
} drops SEC(".maps");

struct socket_drop_key {
	__u64 cookie;
	__u32 reason;
	__u32 pad;
};

/* User space takes out what it has read of sockets that are gone. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct socket_drop_key);
	__type(value, __u64);
} socket_drops SEC(".maps");

static __always_inline bool is_ignored(__u32 reason)
{
	for (int i = 0; i < IGNORED_REASONS; i++)
		if (reason == ignored_reasons[i])
			return true;
	return false;
}

static __always_inline bool is_internet(const struct sock *sk)
{
	return sk->__sk_common.skc_family == AF_INET || sk->__sk_common.skc_family == AF_INET6;
}

static __always_inline void count_socket_drop(const struct sock *sk, __u32 reason)
{
	struct socket_drop_key key = { .cookie = sk->__sk_common.skc_cookie.counter, .reason = reason };
	__u64 one = 1;

	if (!key.cookie)
		return; /* nobody follows it */
	COUNT_DATAGRAMS(socket_drops, 1);
	__u64 *count = bpf_map_lookup_elem(&socket_drops, &key);
	if (!count && !bpf_map_update_elem(&socket_drops, &key, &one, BPF_NOEXIST))
		return;
	if (!count)
		count = bpf_map_lookup_elem(&socket_drops, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		COUNT_DATAGRAMS(socket_drops_unplaced, 1);
}

static __always_inline void count_drop(const struct drop_key *key, const struct net_device *dev)
{
	struct drop *drop = bpf_map_lookup_elem(&drops, key);
	struct drop first = {};

	COUNT_DATAGRAMS(drops, 1);
	if (!drop) {
		if (dev)
			BPF_CORE_READ_STR_INTO(&first.device, dev, name);
		bpf_map_update_elem(&drops, key, &first, BPF_NOEXIST);
		drop = bpf_map_lookup_elem(&drops, key);
	}
	if (drop)
		__sync_fetch_and_add(&drop->count, 1);
	else
		COUNT_DATAGRAMS(drops_unplaced, 1);
}

/*
 * The queues of sockets keep things of their own where a packet has its device; the number of the device it came in by
 * stays. So a device counts when it is that one, or when the packet came in by none and is still on its way out.
 */
static __always_inline const struct net_device *device_of(const struct sk_buff___dropped *skb, bool queued)
{
	const struct net_device *dev = skb->dev;

	if (!dev || !queued)
		return dev;
	return BPF_CORE_READ(dev, ifindex) == skb->skb_iif ? dev : NULL;
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(packet_dropped, struct sk_buff___dropped *skb, void *location, __u32 reason)
{
	if (is_ignored(reason))
		return 0;
	const struct sock *sk = has_receiver ? (const struct sock *)ctx[3] : NULL;
	if (!sk)
		sk = skb->sk;
	if (sk && !is_internet(sk))
		return 0;
	const struct net_device *dev = device_of(skb, sk && skb->skb_iif);
	struct drop_key key = { .reason = reason };

	if (sk)
		key.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	else if (dev)
		key.netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
	else
		return 0; /* of nobody: no packet of a network */
	if (!is_watched_netns(key.netns))
		return 0;
	key.ifindex = dev ? BPF_CORE_READ(dev, ifindex) : skb->skb_iif;
	count_drop(&key, dev);
	if (sk)
		count_socket_drop(sk, reason);
	return 0;
}
