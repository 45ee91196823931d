/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * When data left and arrived, from what TCP itself keeps of it: so neither the beginning of a send nor the arrival of data
 * needs a program of its own, which every packet and every send of the machine would pay for.
 */
#pragma once

#include "kernel.h"

/* Set before loading: length of the kernel's tick; 0 = not known. */
const volatile __u64 tick_ns = 0;

/*
 * Start of the flight that is being sent, or of the segment that was acknowledged last: of a question or an answer that is
 * sent while nothing is under way the moment its first segment left. Asked at the end of the send.
 */
static __always_inline __u64 sent_at(const struct tcp_sock *tp, __u64 not_before)
{
	__u64 at = tp->first_tx_mstamp * 1000;

	/*
	 * Kept in whole microseconds, so it may seem to lie a little before what it follows. Pacing sends later than the socket's
	 * clock says.
	 */
	if (at + 1000 <= not_before || at > tp->tcp_clock_cache)
		return bpf_ktime_get_ns();
	return at < not_before ? not_before : at;
}

/*
 * Arrival of the newest data. The socket's clock stands where its last packet came or went, to the nanosecond; where that
 * was something else, like an acknowledgement that was put off, the arrival is known to a tick.
 */
static __always_inline __u64 arrived_at(const struct tcp_sock *tp, __u64 now)
{
	__u64 clock = tp->tcp_clock_cache;

	if (clock > now)
		clock = now;
	if (!tick_ns)
		return clock;
	__u32 ticks = (__u32)bpf_jiffies64() - tp->inet_conn.icsk_ack.lrcvtime;
	__u64 since = ticks * tick_ns;
	__u64 received = since < now ? now - since : now;
	return clock > received + 2 * tick_ns ? received : clock;
}

/*
 * The moment of a packet that is just being handled: TCP has asked the clock for itself before it looks at what the packet
 * does to the state of its socket.
 */
static __always_inline __u64 packet_at(const struct tcp_sock *tp)
{
	__u64 clock = tp->tcp_clock_cache;

	return clock ? clock : bpf_ktime_get_ns();
}
