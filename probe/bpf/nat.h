/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The destination behind a translation in the socket's own namespace, read off the SYN when it is handed to the device:
 * the hooks of the firewall have run by then, and connection tracking has hung its entry on the packet.
 */
#pragma once

#include "sockets.h"

#define NFCT_POINTER (~7UL) /* the lowest bits tell the state of the connection */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct nf_conntrack_man {
	struct in6_addr u3;
};

struct nf_conntrack_tuple {
	struct nf_conntrack_man src;
};

struct nf_conntrack_tuple_hash {
	struct nf_conntrack_tuple tuple;
};

struct nf_conn {
	struct nf_conntrack_tuple_hash tuplehash[2];
};

struct sk_buff___sent {
	struct sock *sk;
	unsigned long _nfct;
};

#pragma clang attribute pop

/* `struct nf_conntrack_man` as it lies in memory: two unions and the address family. */
struct source {
	__u8 address[16]; /* the four bytes of IPv4 stand first */
	__be16 port;
	__u16 family;
};

#define ANSWERS 1 /* index of the tuple that answers have */

/* Both aligned to 8 bytes. */
static __always_inline bool same_address(const __u8 *a, const __u8 *b)
{
	return *(const __u64 *)a == *(const __u64 *)b && *(const __u64 *)(a + 8) == *(const __u64 *)(b + 8);
}

static __always_inline void read_translated(struct record *rec, const struct nf_conn *entry)
{
	struct source server = {};
	__u8 address[16] __attribute__((aligned(8))) = {};

	if (bpf_core_read(&server, sizeof(server), &entry->tuplehash[ANSWERS].tuple.src))
		return;
	if (server.family == AF_INET) {
		address[10] = address[11] = 0xff;
		__builtin_memcpy(address + 12, server.address, 4);
	} else {
		__builtin_memcpy(address, server.address, 16);
	}
	__u16 port = bpf_ntohs(server.port);
	if (port == rec->remote_port && same_address(address, rec->remote))
		return;
	__builtin_memcpy(rec->translated, address, 16);
	rec->translated_port = port;
	rec->has_translated = 1;
}

/* Runs for every packet of the machine; all but the first ones of a connection leave at once. */
SEC("tp_btf/net_dev_queue")
int BPF_PROG(packet_queued, struct sk_buff___sent *skb)
{
	const struct sock *sk = skb->sk;

	if (!sk || sk->__sk_common.skc_state != TCP_SYN_SENT)
		return 0;
	if (!bpf_core_field_exists(skb->_nfct) || !bpf_core_type_exists(struct nf_conn))
		return 0;
	const struct nf_conn *entry = (const void *)(skb->_nfct & NFCT_POINTER);
	struct record *rec = entry ? find(sk) : NULL;
	if (rec)
		read_translated(rec, entry);
	return 0;
}
