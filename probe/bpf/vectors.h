/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where in the memory of the process the bytes of a call lie, and copying them from there. */
#pragma once

#include "payload.h"

/* Vectors that are gathered of one call; runtimes write a header and a body for each of several messages at once. */
#define VECTORS 32

struct vectors {
	struct {
		const void *base;
		__u64 length;
	} at[VECTORS];
	__u32 count; /* 0: the bytes cannot be read */
};

static __always_inline void one_vector(struct vectors *vectors, const void *base, __u64 length)
{
	vectors->at[0].base = base;
	vectors->at[0].length = length;
	vectors->count = 1;
}

static __always_inline __u32 vector_bytes(__u64 count)
{
	return (count < VECTORS ? count : VECTORS) * sizeof(((struct vectors *)0)->at[0]);
}

static __always_inline void user_vectors(struct vectors *vectors, const void *from, __u64 count)
{
	if (count && !bpf_probe_read_user(vectors->at, vector_bytes(count), from))
		vectors->count = count < VECTORS ? count : VECTORS;
}

/* At the end of a send or receive: the arguments of the call. Empty for those that do not tell which buffer it was. */
static __always_inline void vectors_of_call(struct vectors *vectors, __u64 length)
{
	struct pt_regs *regs = call_registers();
	struct { const void *vectors; __u64 count; } message = {};

	if (!regs)
		return;
	const void *argument = (const void *)second_argument(regs);
	switch (call_number(regs)) {
	case NR_READ:
	case NR_WRITE:
	case NR_RECVFROM:
	case NR_SENDTO:
		one_vector(vectors, argument, length);
		return;
	case NR_READV:
	case NR_WRITEV:
		user_vectors(vectors, argument, third_argument(regs));
		return;
	case NR_RECVMSG:
	case NR_SENDMSG:
		/* struct user_msghdr: name, length of the name, then the vectors. */
		if (!bpf_probe_read_user(&message, sizeof(message), argument + 16))
			user_vectors(vectors, message.vectors, message.count);
		return;
	}
}

/* At the beginning of a send: the kernel's own cursor. Empty where it is over pages, as for sendfile and splice. */
static __always_inline void vectors_of_message(struct vectors *vectors, const struct msghdr *message)
{
	__u8 type = READ_MESSAGE(message, iter_type);
	unsigned long offset = READ_MESSAGE(message, iov_offset);

	if (is_single_buffer(type)) {
		one_vector(vectors, READ_MESSAGE(message, ubuf) + offset, CHUNK_BYTES);
	} else if (type == bpf_core_enum_value(enum iter_type, ITER_IOVEC)) {
		__u64 count = READ_MESSAGE(message, nr_segs);
		if (!count || bpf_probe_read_kernel(vectors->at, vector_bytes(count), vectors_of(&message->msg_iter)))
			return;
		vectors->count = count < VECTORS ? count : VECTORS;
		vectors->at[0].base += offset;
		vectors->at[0].length = vectors->at[0].length > offset ? vectors->at[0].length - offset : 0;
	}
}
