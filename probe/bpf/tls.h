/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Clear text of TLS, read where processes hand it to OpenSSL or take it from there. User space decides which processes,
 * and which instructions of which files are probed (`live/tls`).
 *
 * What was sent or received belongs to a socket. Where OpenSSL itself talks to the socket, that happens on the same thread
 * between the beginning and the end of its function: the tie is certain. Where the process moves the cipher text, it
 * receives and then asks OpenSSL for what is in it: the first call of OpenSSL after a receive of TLS on the same thread is
 * for that connection. Such a tie is only made where there is no certain one. OpenSSL may call back into the process, which
 * then does what it likes: where two signs contradict each other there is no tie. Clear text without one is counted, not
 * guessed at.
 */
#pragma once

#include "sockets.h"
#include "tap.h"

/* Set before loading: the clear text of some processes was asked for. */
const volatile bool clear_text = false;

enum tls_call_kind {
	TLS_NONE = 0,
	TLS_READ,
	TLS_WRITE,
	TLS_HANDSHAKE,
};

/* A function of OpenSSL that has begun and not returned. */
struct tls_call {
	__u64 ssl; /* SSL *, the connection */
	__u64 buffer;
	__u64 count_at; /* where the number of bytes will be written; 0 = it is what the function returns */
	__u64 stack; /* stack pointer at its beginning */
	__u64 began_ns;
	__u64 nested; /* cookie of the socket that sent or received meanwhile */
	__u64 before; /* cookie of the socket received on just before it */
	__u32 kind;
	__u8 mixed; /* several sockets did */
	__u8 claimed; /* the tie was made when it began */
	__u8 reentered; /* another call began meanwhile */
	__u8 pad;
};

/* One call in another: TLS inside TLS, or OpenSSL has called back. */
#define TLS_CALLS 4

/* Copies end inside whatever the verifier believes of their length. */
struct tls_thread {
	struct tls_call calls[TLS_CALLS];
	__u64 depth;
	__u64 received; /* cookie of the socket received on since the last call; 0 = none */
	__u64 arrived_ns; /* of what was received last */
	struct chunk chunk;
	__u8 bytes[CHUNK_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tls_thread);
} tls_threads SEC(".maps");

/* An SSL * is an address of one process, and used again for other connections. */
struct tls_connection {
	__u64 ssl;
	__u32 pid;
	__u32 pad;
};

struct tls_tie {
	__u64 cookie;
	__u64 certain;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct tls_connection);
	__type(value, struct tls_tie);
} tls_ties SEC(".maps");

/* Whose clear text was asked for: by process, or by the name that processes have. */
struct tls_chosen {
	__u32 pid; /* 0 = by name */
	__u8 comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct tls_chosen);
	__type(value, __u8);
} tls_processes SEC(".maps");

static __always_inline bool is_chosen(struct task_struct *task)
{
	struct tls_chosen by_pid = { .pid = task->tgid };
	struct tls_chosen by_name = {};

	if (bpf_map_lookup_elem(&tls_processes, &by_pid))
		return true;
	BPF_CORE_READ_STR_INTO(&by_name.comm, task, group_leader, comm);
	return bpf_map_lookup_elem(&tls_processes, &by_name) != NULL;
}

/* The calling thread if its process was chosen. */
static __always_inline struct tls_thread *tls_thread(bool make)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tls_thread *thread = bpf_task_storage_get(&tls_threads, task, NULL, 0);

	if (thread || !make || !is_chosen(task))
		return thread;
	return bpf_task_storage_get(&tls_threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static __always_inline struct tls_call *tls_innermost(struct tls_thread *thread)
{
	__u64 last = thread->depth - 1;

	if (last >= TLS_CALLS)
		return NULL;
	/* Says it to the verifier in the register that is used. */
	asm volatile("%0 &= %1" : "+r"(last) : "i"(TLS_CALLS - 1));
	return &thread->calls[last];
}

/*
 * A socket sends or receives on the calling thread. Called before the books of the socket are kept, which would forget when
 * the oldest byte arrived.
 */
static __always_inline void tls_on_transfer(struct record *rec, struct tcp_sock *tp, bool received)
{
	if (!clear_text)
		return;
	struct tls_thread *thread = tls_thread(false);
	if (!thread)
		return;
	struct tls_call *call = tls_innermost(thread);
	if (call) {
		call->mixed |= call->nested && call->nested != rec->cookie;
		call->nested = rec->cookie;
	} else if (received) {
		thread->received = rec->cookie;
	}
	if (received) {
		thread->arrived_ns = rec->oldest_ns;
		if (rec->tap == TAP_CLEAR)
			rec->oldest_ns = read_up_to(tp) == tp->rcv_nxt ? 0 : rec->newest_ns;
	}
}

#if defined(__TARGET_ARCH_x86)

/* Forgets calls whose end was missed: their frames are gone, for the stack grows down. */
static __always_inline void tls_unwind(struct tls_thread *thread, __u64 stack)
{
	for (int i = 0; i < TLS_CALLS; i++) {
		struct tls_call *call = tls_innermost(thread);
		if (!call || stack < call->stack)
			return;
		thread->depth--;
	}
}

/* Whether TLS is spoken there: seen from its beginning, or too old to know. */
static __always_inline bool tls_spoken(__u64 cookie, bool known)
{
	struct record *rec = cookie ? find_record(cookie) : NULL;

	return rec && (rec->opaque || (rec->preexisting && !known));
}

/* Nothing but a handshake was there so far, all of it seen. */
static __always_inline bool tls_is_young(__u64 cookie)
{
	struct record *rec = find_record(cookie);

	return rec && !rec->preexisting && !rec->clear_sent && !rec->clear_received;
}

/*
 * A loose tie is made when a call begins: OpenSSL may call back, and the process then writes. What a process wrote before
 * the handshake was over is offered again after each receive, before anything is read: such a write is for that connection.
 */
static __always_inline bool tls_claim(const struct tls_call *call, __u32 pid)
{
	struct tls_connection key = { .ssl = call->ssl, .pid = pid };
	struct tls_tie fresh = { .cookie = call->before };

	if (!tls_spoken(call->before, true))
		return false;
	struct tls_tie *tie = bpf_map_lookup_elem(&tls_ties, &key);
	if (call->kind == TLS_WRITE && (tie || !tls_is_young(call->before)))
		return false;
	if (tie && (tie->cookie == call->before || (tie->certain && find_record(tie->cookie))))
		return false;
	bpf_map_update_elem(&tls_ties, &key, &fresh, BPF_ANY);
	return true;
}

static __always_inline int tls_begin(struct pt_regs *ctx, enum tls_call_kind kind, __u64 count_at)
{
	struct tls_thread *thread = tls_thread(true);

	if (!thread)
		return 0;
	tls_unwind(thread, ctx->sp);
	__u64 depth = thread->depth;
	if (depth >= TLS_CALLS)
		return 0;
	struct tls_call *outer = tls_innermost(thread);
	if (outer)
		outer->reentered = 1;
	thread->depth = depth + 1;
	struct tls_call *call = &thread->calls[depth];
	call->ssl = ctx->di;
	call->buffer = ctx->si;
	call->count_at = count_at;
	call->stack = ctx->sp;
	call->began_ns = bpf_ktime_get_ns();
	call->nested = 0;
	call->mixed = 0;
	call->reentered = 0;
	call->before = thread->received;
	call->kind = kind;
	call->claimed = tls_claim(call, bpf_get_current_pid_tgid() >> 32);
	thread->received = 0;
	return 0;
}

/* The tie of the connection of a call, made or made anew by what happened before and in it; NULL = nobody knows. */
static __always_inline struct tls_tie *tls_tie_of(const struct tls_call *call)
{
	struct tls_connection key = { .ssl = call->ssl, .pid = bpf_get_current_pid_tgid() >> 32 };
	struct tls_tie *tie = bpf_map_lookup_elem(&tls_ties, &key);
	__u64 known = tie && find_record(tie->cookie) ? tie->cookie : 0;
	__u64 before = call->kind != TLS_WRITE && tls_spoken(call->before, true) ? call->before : 0;
	/* A process that was called back may have used any socket. */
	bool strayed = before && call->reentered;
	__u64 nested = !strayed && tls_spoken(call->nested, false) ? call->nested : 0;
	struct tls_tie fresh = { .cookie = nested ? nested : before, .certain = nested && !before };
	bool contradiction = (call->mixed && !strayed) || (nested && before && nested != before);

	if (contradiction) {
		if (known && !call->claimed && (known == nested || known == before))
			return tie;
		bpf_map_delete_elem(&tls_ties, &key);
		return NULL;
	}
	if (!fresh.cookie || known == fresh.cookie) {
		if (known && fresh.certain)
			tie->certain = 1;
		return known ? tie : NULL;
	}
	if (known && tie->certain != fresh.certain) {
		if (tie->certain)
			return tie;
		bpf_map_delete_elem(&tls_ties, &key);
		return NULL;
	}
	bpf_map_update_elem(&tls_ties, &key, &fresh, BPF_ANY);
	return bpf_map_lookup_elem(&tls_ties, &key);
}

/* A tie that more clear text came out of than cipher text went in is wrong. */
static __always_inline bool is_possible(const struct tls_tie *tie, const struct record *rec, bool received, __u32 length)
{
	return tie->certain || !received || (__u64)rec->clear_received + length <= rec->bytes_received;
}

/* Whether these are records of TLS: the call carried another one's cipher text. */
static __always_inline bool is_cipher_text(const __u8 *bytes)
{
	return bytes[0] >= 0x14 && bytes[0] <= 0x17 && bytes[1] == 3;
}

static __always_inline void tls_offer(struct tls_thread *thread, const struct tls_call *call, struct record *rec,
				      __u32 offset, __u32 length)
{
	struct chunk *chunk = &thread->chunk;
	bool received = call->kind == TLS_READ;
	__u64 captured = length < CHUNK_BYTES ? length : CHUNK_BYTES;

	/* The verifier must see the bound in the register that is used. */
	asm volatile("" : "+r"(captured));
	if (captured > CHUNK_BYTES)
		return;
	chunk->cookie = rec->cookie;
	chunk->opened_ns = rec->opened_ns;
	chunk->time_ns = received ? bpf_ktime_get_ns() : call->began_ns;
	chunk->arrived_ns = received ? thread->arrived_ns : 0;
	chunk->offset = offset;
	chunk->length = length;
	chunk->role = rec->role;
	chunk->netns = rec->netns;
	chunk->flags = CHUNK_CLEAR | (received ? CHUNK_RECEIVED : 0);
	chunk->captured = captured;
	if (bpf_probe_read_user(thread->bytes, captured, (void *)call->buffer)) {
		chunk->flags |= CHUNK_UNREADABLE;
		chunk->captured = captured = 0;
	} else if (thread->depth && is_cipher_text(thread->bytes)) {
		return;
	}
	chunk->serial = __sync_fetch_and_add(&rec->chunks, 1) + 1;
	rec->tap = TAP_CLEAR;
	rec->protocol = PROTOCOL_TLS;
	COUNT(chunks);
	if (captured < length)
		COUNT(chunks_cut);
	captured = (captured + 7) & ~7ULL;
	if (captured <= CHUNK_BYTES
	    && bpf_ringbuf_output(&payloads, chunk, sizeof(*chunk) + captured, BPF_RB_NO_WAKEUP))
		COUNT(chunks_lost);
}

static __always_inline void tls_end(struct tls_thread *thread, struct tls_call *call, int returned)
{
	struct control *state = controls();
	bool received = call->kind == TLS_READ;
	__u64 length = returned;

	struct tls_tie *tie = tls_tie_of(call);
	if (call->kind == TLS_HANDSHAKE || returned <= 0)
		return;
	if (call->count_at && bpf_probe_read_user(&length, sizeof(length), (void *)call->count_at))
		return;
	if (!length || length > 1U << 31)
		return;
	struct record *rec = tie ? find_record(tie->cookie) : NULL;
	if (!rec || !is_possible(tie, rec, received, length)) {
		COUNT(clear_untied);
		return;
	}
	__u32 *total = received ? &rec->clear_received : &rec->clear_sent;
	__u32 offset = *total;
	*total = offset + length;
	if (state && state->level == LEVEL_PAYLOAD)
		tls_offer(thread, call, rec, offset, length);
}

SEC("uprobe")
int tls_read(struct pt_regs *ctx)
{
	return tls_begin(ctx, TLS_READ, 0);
}

SEC("uprobe")
int tls_read_ex(struct pt_regs *ctx)
{
	return tls_begin(ctx, TLS_READ, ctx->cx);
}

SEC("uprobe")
int tls_write(struct pt_regs *ctx)
{
	return tls_begin(ctx, TLS_WRITE, 0);
}

SEC("uprobe")
int tls_write_ex(struct pt_regs *ctx)
{
	return tls_begin(ctx, TLS_WRITE, ctx->cx);
}

SEC("uprobe")
int tls_handshake(struct pt_regs *ctx)
{
	return tls_begin(ctx, TLS_HANDSHAKE, 0);
}

/* Any of them returns. The return of a call that found no place leaves the stack below where an outer one began. */
SEC("uretprobe")
int tls_return(struct pt_regs *ctx)
{
	struct tls_thread *thread = tls_thread(false);
	struct tls_call *call = thread ? tls_innermost(thread) : NULL;

	if (!call || ctx->sp <= call->stack)
		return 0;
	thread->depth--;
	tls_end(thread, call, ctx->ax);
	struct tls_call *outer = tls_innermost(thread);
	if (outer && call->nested && !outer->nested)
		outer->nested = call->nested;
	return 0;
}

SEC("uprobe")
int tls_free(struct pt_regs *ctx)
{
	struct tls_connection key = { .ssl = ctx->di };
	struct task_struct *task = bpf_get_current_task_btf();

	key.pid = task->tgid;
	bpf_map_delete_elem(&tls_ties, &key);
	return 0;
}

#endif
