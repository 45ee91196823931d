/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the ring `payloads` carries: the beginning of what one call sent or received. `live/chunk.ts` reads the same. */
#pragma once

#include "kernel.h"

/* Most that is captured of one call. */
#define CHUNK_BYTES 2048

enum chunk_flags {
	CHUNK_RECEIVED = 1,
	CHUNK_CLEAR = 2, /* clear text of TLS */
	CHUNK_UNREADABLE = 4, /* it was sent or received in a way that shows no bytes */
};

/* Followed by `captured` bytes and zero to seven more. */
struct chunk {
	__u64 cookie; /* the socket, like the next one as in its record */
	__u64 opened_ns;
	__u64 time_ns; /* send: its beginning; receive: its end */
	__u64 arrived_ns; /* receive: arrival of the oldest byte in it; 0 unknown */
	__u32 offset; /* place of its first byte in the stream; of clear text: bytes of clear text before it */
	__u32 length; /* bytes of the call */
	__u16 captured;
	__u8 flags;
	__u8 role;
	__u32 netns;
	__u32 serial; /* which of the chunks made of its socket it is, from 1 */
	__u32 pad; /* zero */
};

_Static_assert(sizeof(struct chunk) == 56, "chunk");
