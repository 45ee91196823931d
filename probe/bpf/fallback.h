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

/* Only when it is over is it known how much went: a chunk that cannot be read, but has its place. */
static __always_inline void tap_pages(struct sock *sk, int sent)
{
	struct record *rec = sent > 0 ? find(sk) : NULL;
	struct tcp_sock *tp = rec && rec->begun ? bpf_skc_to_tcp_sock(sk) : NULL;

	if (tp && is_tapped(rec, controls()))
		tap_send(rec, tp, NULL, sent, bpf_ktime_get_ns());
}

SEC("fexit/tcp_sendpage")
int BPF_PROG(page_done_exit, struct sock *sk, struct page *page, int offset, unsigned long size, int flags, int sent)
{
	tap_pages(sk, sent);
	return send_ended(sk, sent);
}

/*
 * After bytes were copied to the reader, also for splice. It also comes by after a look ahead, which moves nothing, and
 * while a reader waits for more, with all that it has so far: what came before was told already, and where in the buffer
 * the rest went is not known here.
 */
SEC("fentry/tcp_cleanup_rbuf")
int BPF_PROG(receive_done_entry, struct sock *sk, int copied)
{
	if (copied <= 0 || !is_tcp(sk))
		return 0;
	struct record *rec = find(sk);
	struct tcp_sock *tp = rec ? bpf_skc_to_tcp_sock(sk) : NULL;

	if (!tp)
		return receive_ended(sk, copied, 0);
	if ((rec->turn == TURN_ARRIVED || rec->turn == TURN_ASKED) && tp->copied_seq == rec->turn_seq)
		return 0;
	if (!rec->tapped || !is_tapped(rec, controls()))
		return receive_ended(sk, copied, 0);
	__u32 moved = read_up_to(tp) - rec->read_seq;
	if (!moved)
		return 0;
	return moved < (__u32)copied ? receive_ended(sk, moved, MSG_TRUNC) : receive_ended(sk, copied, 0);
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
