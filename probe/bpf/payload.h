/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The first bytes a process sends or has just received, read from its own memory: the arguments of the system call are
 * in the registers saved at its entry, so no hook on system calls is needed. The bytes never leave the kernel.
 */
#pragma once

#include "record.h"

#define PREFIX 16

struct prefix {
	__u8 bytes[PREFIX]; /* zeros behind the end */
};

#if defined(__TARGET_ARCH_x86)
#define USER64_CS 0x33
enum { NR_READ = 0, NR_WRITE = 1, NR_READV = 19, NR_WRITEV = 20, NR_CONNECT = 42, NR_SENDTO = 44, NR_RECVFROM = 45,
	NR_SENDMSG = 46, NR_RECVMSG = 47 };
/* Calls of 32-bit programs have numbers of their own. */
static __always_inline int call_number(struct pt_regs *regs)
{
	return (regs->cs & 0xffff) == USER64_CS ? (int)regs->orig_ax : -1;
}
static __always_inline unsigned long second_argument(struct pt_regs *regs)
{
	return regs->si;
}
static __always_inline unsigned long third_argument(struct pt_regs *regs)
{
	return regs->dx;
}
static __always_inline unsigned long fifth_argument(struct pt_regs *regs)
{
	return regs->r8;
}
#else
enum { NR_READ = 63, NR_WRITE = 64, NR_READV = 65, NR_WRITEV = 66, NR_CONNECT = 203, NR_SENDTO = 206,
	NR_RECVFROM = 207, NR_SENDMSG = 211, NR_RECVMSG = 212 };
static __always_inline int call_number(struct pt_regs *regs)
{
	return regs->syscallno;
}
static __always_inline unsigned long second_argument(struct pt_regs *regs)
{
	return regs->regs[1];
}
static __always_inline unsigned long third_argument(struct pt_regs *regs)
{
	return regs->regs[2];
}
static __always_inline unsigned long fifth_argument(struct pt_regs *regs)
{
	return regs->regs[4];
}
#endif

/* Registers of the process at the entry of its system call; NULL for kernel threads and kernels without the helper. */
static __always_inline struct pt_regs *call_registers(void)
{
	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return NULL;
	struct task_struct *task = bpf_get_current_task_btf();
	if (task->flags & PF_KTHREAD)
		return NULL;
	return (struct pt_regs *)bpf_task_pt_regs(task);
}

static __always_inline void read_prefix(struct prefix *prefix, const void *from, __u64 length)
{
	/* One register for both: older verifiers do not follow copies of what was compared. */
	asm volatile("" : "+r"(length));
	if (length > PREFIX)
		length = PREFIX;
	if (length)
		bpf_probe_read_user(prefix, length, from);
}

static __always_inline void read_first_vector(struct prefix *prefix, const void *vectors, __u64 length)
{
	struct { void *base; __u64 length; } vector = {};

	bpf_probe_read_user(&vector, sizeof(vector), vectors);
	read_prefix(prefix, vector.base, length < vector.length ? length : vector.length);
}

/* At the end of a send or receive of `length` bytes. sendmmsg, recvmmsg and io_uring do not tell which buffer it was. */
static __always_inline void prefix_of_call(struct prefix *prefix, __u64 length)
{
	struct pt_regs *regs = call_registers();
	void *vectors = NULL;

	if (!regs)
		return;
	const void *argument = (const void *)second_argument(regs);
	switch (call_number(regs)) {
	case NR_READ:
	case NR_WRITE:
	case NR_RECVFROM:
	case NR_SENDTO:
		read_prefix(prefix, argument, length);
		return;
	case NR_READV:
	case NR_WRITEV:
		read_first_vector(prefix, argument, length);
		return;
	case NR_RECVMSG:
	case NR_SENDMSG:
		/* struct user_msghdr: name, length of the name, then the vectors. */
		bpf_probe_read_user(&vectors, sizeof(vectors), argument + 16);
		read_first_vector(prefix, vectors, length);
		return;
	}
}

/*
 * Set before loading: beginnings of sends come by a tracepoint. It came when the fields of a message had the names they have
 * now, so there they are loaded without the help, and the time, of a function.
 */
const volatile bool sends_traced = false;

#define READ_MESSAGE(message, field) \
	(sends_traced ? (message)->msg_iter.field : BPF_CORE_READ(message, msg_iter.field))

/* The vectors of a cursor of type ITER_IOVEC. */
static __always_inline const struct iovec *vectors_of(const struct iov_iter *iter)
{
	if (sends_traced)
		return iter->__iov;
	if (bpf_core_field_exists(iter->__iov))
		return BPF_CORE_READ(iter, __iov);
	return BPF_CORE_READ((const struct iov_iter___old *)iter, iov);
}

static __always_inline bool is_single_buffer(__u8 iter_type)
{
	return bpf_core_enum_value_exists(enum iter_type, ITER_UBUF)
		&& iter_type == bpf_core_enum_value(enum iter_type, ITER_UBUF)
		&& bpf_core_field_exists(((struct iov_iter *)0)->ubuf);
}

/* At the beginning of a send: the kernel's own cursor over the buffers, whatever the call. */
static __always_inline void prefix_of_message(struct prefix *prefix, const struct msghdr *message)
{
	__u8 type = READ_MESSAGE(message, iter_type);
	unsigned long offset = READ_MESSAGE(message, iov_offset);

	if (is_single_buffer(type)) {
		read_prefix(prefix, READ_MESSAGE(message, ubuf) + offset, PREFIX);
	} else if (type == bpf_core_enum_value(enum iter_type, ITER_IOVEC)) {
		const struct iovec *vector = vectors_of(&message->msg_iter);
		unsigned long length = sends_traced ? vector->iov_len : BPF_CORE_READ(vector, iov_len);
		const void *base = sends_traced ? vector->iov_base : BPF_CORE_READ(vector, iov_base);
		if (length > offset)
			read_prefix(prefix, base + offset, length - offset);
	}
}

/* Address argument of connect(2), or of a send that connects too (Fast Open). */
static __always_inline const void *asked_argument(struct pt_regs *regs)
{
	const void *argument = (const void *)second_argument(regs);

	switch (call_number(regs)) {
	case NR_CONNECT:
		return argument;
	case NR_SENDTO:
		return (const void *)fifth_argument(regs);
	case NR_SENDMSG:
		return bpf_probe_read_user(&argument, sizeof(argument), argument) ? NULL : argument;
	}
	return NULL;
}

/* What the process asked for, before anything rewrote it. */
static __always_inline void read_asked(struct record *rec)
{
	struct pt_regs *regs = call_registers();
	const void *argument = regs ? asked_argument(regs) : NULL;
	__u8 address[8] = {};

	if (!argument || bpf_probe_read_user(address, sizeof(address), argument))
		return;
	__u16 family = *(__u16 *)address;
	if (family == AF_INET) {
		rec->asked[10] = rec->asked[11] = 0xff;
		__builtin_memcpy(rec->asked + 12, address + 4, 4);
	} else if (family != AF_INET6 || bpf_probe_read_user(rec->asked, sizeof(rec->asked), argument + 8)) {
		return;
	}
	rec->asked_port = address[2] << 8 | address[3];
	rec->has_asked = 1;
}
