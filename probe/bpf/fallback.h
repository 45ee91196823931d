/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The same events on kernels that lack their tracepoints: `tcp_sendmsg_locked` came with 6.16, the other three with 6.3.
 * These hook the functions themselves; `live/program-table.ts` says which stands in for which. They go through the same
 * code, so a record looks the same whoever wrote it.
 */
#pragma once

/* Once for each call, before it waits for the lock of the socket. */
SEC("fentry/tcp_sendmsg")
int BPF_PROG(send_start_entry, struct sock *sk, struct msghdr *message)
{
	return send_begins(sk, message);
}

SEC("fexit/tcp_sendmsg")
int BPF_PROG(send_done_exit, struct sock *sk, struct msghdr *message, unsigned long size, int sent)
{
	return send_ended(sk, sent);
}

/* sendfile and splice had a way of their own until 6.5. Their pages are not in the memory of the process. */
SEC("fentry/tcp_sendpage")
int BPF_PROG(page_start_entry, struct sock *sk)
{
	return send_begins(sk, NULL);
}

SEC("fexit/tcp_sendpage")
int BPF_PROG(page_done_exit, struct sock *sk, struct page *page, int offset, unsigned long size, int flags, int sent)
{
	return send_ended(sk, sent);
}

/* A look ahead moves nothing: the turn is still where it was when its first byte came or its question left. */
static __always_inline bool only_peeked(const struct sock *sk)
{
	struct record *rec = find(sk);
	struct tcp_sock *tp = rec ? bpf_skc_to_tcp_sock((void *)sk) : NULL;

	return tp && (rec->turn == TURN_ARRIVED || rec->turn == TURN_ASKED) && tp->copied_seq == rec->turn_seq;
}

/* After bytes were copied to the reader; also while it waits for more of them, and for splice. */
SEC("fentry/tcp_cleanup_rbuf")
int BPF_PROG(receive_done_entry, struct sock *sk, int copied)
{
	if (copied <= 0 || !is_tcp(sk) || only_peeked(sk))
		return 0;
	return receive_ended(sk, copied, 0);
}

SEC("fentry/sock_def_readable")
int BPF_PROG(data_ready_entry, struct sock *sk)
{
	return data_arrived(sk);
}

/* IPv6 sockets come by here as well where they talk IPv4: `datagram_sent6_exit` has those. */
SEC("fexit/udp_sendmsg")
int BPF_PROG(datagram_sent_exit, struct sock *sk, struct msghdr *message, unsigned long size, int sent)
{
	return sk->__sk_common.skc_family == AF_INET ? datagram_moved(sk, sent, 0, true) : 0;
}

SEC("fexit/udpv6_sendmsg")
int BPF_PROG(datagram_sent6_exit, struct sock *sk, struct msghdr *message, unsigned long size, int sent)
{
	return datagram_moved(sk, sent, 0, true);
}

SEC("fexit/udp_recvmsg")
int BPF_PROG(datagram_received_exit, struct sock *sk, struct msghdr *message, unsigned long size, int flags, int *length,
	     int received)
{
	return datagram_moved(sk, received, flags, false);
}

SEC("fexit/udpv6_recvmsg")
int BPF_PROG(datagram_received6_exit, struct sock *sk, struct msghdr *message, unsigned long size, int flags, int *length,
	     int received)
{
	return datagram_moved(sk, received, flags, false);
}
