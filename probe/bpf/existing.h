/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Iterators over what was there before the probe. User space runs them after everything else is attached: first
 * `find_listeners`, so that roles can be told, then `find_sockets` over the open files of all processes, which knows the
 * owners, then in each namespace `find_orphans` for sockets that no process holds: not yet accepted, or being closed.
 */
#pragma once

#include "sockets.h"

/* Keeps the compiler from reading a pointer of the context again after it was compared with NULL. */
#define READ_ONCE_POINTER(pointer) asm volatile("" : "+r"(pointer))

static __always_inline struct sock *socket_of(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;

	READ_ONCE_POINTER(file);
	if (!file)
		return NULL;
	struct socket *socket = bpf_sock_from_file(file);
	return socket ? socket->sk : NULL;
}

static __always_inline bool is_existing(const struct sock *sk, int state)
{
	return is_open(state) && !find(sk) && is_watched(sk);
}

static __always_inline struct record *remember(const struct sock *sk, struct tcp_sock *tp)
{
	__u64 now = bpf_ktime_get_ns();
	struct record *rec = make(sk, role_by_port(sk), now);

	if (!rec)
		return NULL;
	rec->preexisting = 1;
	rec->established_ns = now;
	read_sequence_numbers(tp, rec);
	set_baselines(tp, rec);
	read_counters(tp, rec);
	return rec;
}

SEC("iter/task_file")
int find_listeners(struct bpf_iter__task_file *ctx)
{
	struct sock *sk = socket_of(ctx);

	if (sk && is_tcp(sk) && sk->__sk_common.skc_state == TCP_LISTEN)
		note_listener(sk);
	return 0;
}

SEC("iter/task_file")
int find_sockets(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct sock *sk = socket_of(ctx);

	if (!sk || !task || !is_tcp(sk) || !is_open(sk->__sk_common.skc_state))
		return 0;
	struct record *rec = find(sk);
	if (!rec && is_watched(sk)) {
		struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
		rec = tp ? remember(sk, tp) : NULL;
	}
	if (!rec)
		return 0;
	own_by_task(rec, task);
	rec->ready = 1;
	return 0;
}

/* NULL for what waits in TIME_WAIT or has not been accepted: those are no whole sockets. */
static __always_inline struct tcp_sock *tcp_of(const struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;

	READ_ONCE_POINTER(common);
	return common ? bpf_skc_to_tcp_sock(common) : NULL;
}

SEC("iter/tcp")
int find_orphans(struct bpf_iter__tcp *ctx)
{
	struct tcp_sock *tp = tcp_of(ctx);

	if (!tp)
		return 0;
	struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	if (!is_existing(sk, sk->__sk_common.skc_state))
		return 0;
	struct record *rec = remember(sk, tp);
	if (rec)
		rec->ready = 1;
	return 0;
}

/*
 * Whether the sockets of the table are still there, asked by `live/unseen-ends.ts`: a program may be skipped where it would
 * interrupt itself, or where the kernel runs none, and nothing comes after the end of a socket to make up for it.
 */
static __always_inline void witness(const struct sock *sk)
{
	struct record *rec = find(sk);

	if (rec)
		rec->witnessed_ns = bpf_ktime_get_ns();
}

SEC("iter/task_file")
int see_held(struct bpf_iter__task_file *ctx)
{
	struct sock *sk = socket_of(ctx);

	if (sk && is_tcp(sk))
		witness(sk);
	return 0;
}

/* Those no process holds; what waits in TIME_WAIT has ended. */
SEC("iter/tcp")
int see_open(struct bpf_iter__tcp *ctx)
{
	struct tcp_sock *tp = tcp_of(ctx);

	if (tp)
		witness(&tp->inet_conn.icsk_inet.sk);
	return 0;
}
