/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The buckets of `histogram.ts`: exact below 16 µs, then 16 to the octave; values beyond 2^27 µs fall into the last. */
#pragma once

#include "kernel.h"

#define SUB_BITS 4
#define SUB_BUCKETS (1 << SUB_BITS)
#define OCTAVES 23
#define BUCKETS (SUB_BUCKETS * (OCTAVES + 1))

struct histogram {
	__u32 counts[BUCKETS];
};

/* Position of the highest set bit; the instruction set has none for it. */
static __always_inline __u32 log2_of(__u32 value)
{
	__u32 bit = 0;

	if (value >= 1U << 16) {
		value >>= 16;
		bit += 16;
	}
	if (value >= 1U << 8) {
		value >>= 8;
		bit += 8;
	}
	if (value >= 1U << 4) {
		value >>= 4;
		bit += 4;
	}
	if (value >= 1U << 2) {
		value >>= 2;
		bit += 2;
	}
	return bit + (value >> 1);
}

static __always_inline __u32 bucket_of(__u32 micros)
{
	if (micros < SUB_BUCKETS)
		return micros;

	__u32 exponent = log2_of(micros);
	__u32 octave = exponent - SUB_BITS + 1;
	if (octave > OCTAVES)
		return BUCKETS - 1;
	return octave * SUB_BUCKETS + (micros >> (exponent - SUB_BITS)) - SUB_BUCKETS;
}

/* Nanoseconds to whole microseconds, capped where the last bucket has long begun. */
static __always_inline __u32 micros_between(__u64 from_ns, __u64 to_ns)
{
	if (to_ns <= from_ns)
		return 0;
	__u64 nanos = to_ns - from_ns;
	/* The instruction set has no reciprocal, and a division costs as much as everything else here: exact below 2^32. */
	if (nanos < 1ULL << 32)
		return nanos * 274877907 >> 38;
	__u64 micros = nanos / 1000;
	return micros > 0x7fffffff ? 0x7fffffff : micros;
}
