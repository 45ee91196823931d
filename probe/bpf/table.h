/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Where the records of sockets are found, by the cookie of the socket. The kernel hands cookies out nearly in sequence, so
 * nothing need be hashed: the cookie itself tells a row of places. Rows of cookies stand apart from the records, a cache
 * line each, and every place has its record.
 *
 * The lowest bits of the cookie tell one of a few near rows, which sockets that live for a moment use again and again, so
 * those are at hand; where that is full more of its bits tell one of the far rows. Sockets that live long fill rows at
 * random: then a row that the whole cookie, mixed, tells, and some from there on. A near row counts those that went further,
 * so who is not there needs no further look. `live/socket-table.ts` looks the same way.
 *
 * A place is taken by writing a cookie where zero was, and given back by the opposite, each in one step. The record of a
 * free place says that it was told, so nobody takes it for that of the next socket before that one has begun it.
 */
#pragma once

#include "record.h"

#define PLACES 8 /* in a row */
#define NEAR_PLACES 7 /* in a near row: its last word is the count */
#define LOOKS 8 /* rows that are looked into for one socket */
/* Beyond every place. */
#define NOWHERE ~0U

/* Set before loading, with the sizes of the two maps: both are powers of two, and the near rows come first. */
const volatile __u32 near_rows = 512;
const volatile __u32 far_rows = 8192;

/* A socket found its near row and its first far row full. From then on all its rows are looked into. */
bool crowded = false;

struct row {
	__u64 cookies[PLACES]; /* 0 = free */
};
#define FURTHER NEAR_PLACES /* in a near row: how many found it full and are in far rows */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE); /* user space reads it, and gives back places */
	__uint(max_entries, 8704);
	__type(key, __u32);
	__type(value, struct row);
} rows SEC(".maps");

/* The truth about every socket. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE); /* nobody maps it, but so it begins on a page, and records on cache lines */
	__uint(max_entries, 69632);
	__type(key, __u32);
	__type(value, struct record);
} sockets SEC(".maps");

static __always_inline struct row *near_row(__u64 cookie, __u32 *number)
{
	*number = cookie & (near_rows - 1);
	return bpf_map_lookup_elem(&rows, number);
}

/* `look` from 1. */
static __always_inline struct row *far_row(__u64 cookie, __u32 look, __u32 *number)
{
	__u32 row = cookie;

	if (look > 1) {
		row = (row ^ row >> 16) * 0x85ebca6b;
		row = (row ^ row >> 13) * 0xc2b2ae35;
		row ^= row >> 16;
		row += (look - 2) * (row >> 16 | 1);
	}
	*number = near_rows + (row & (far_rows - 1));
	return bpf_map_lookup_elem(&rows, number);
}

static __always_inline __u32 place_in(const struct row *row, __u32 number, __u32 places, __u64 cookie)
{
#pragma unroll
	for (__u32 i = 0; i < places; i++)
		if (row->cookies[i] == cookie)
			return number * PLACES + i;
	return NOWHERE;
}

static __noinline __u32 look_further(__u64 cookie)
{
#pragma clang loop unroll(disable)
	for (__u32 look = 1; look < LOOKS; look++) {
		__u32 number;
		const struct row *row = far_row(cookie, look, &number);
		__u32 place = row ? place_in(row, number, PLACES, cookie) : NOWHERE;
		if (place != NOWHERE || !crowded)
			return place;
	}
	return NOWHERE;
}

/* No static one: the verifier then looks at it once, and not again for every way out of it. */
__noinline __u32 place_of(__u64 cookie)
{
	__u32 number;
	const struct row *row = near_row(cookie, &number);

	if (!row)
		return NOWHERE;
	__u32 place = place_in(row, number, NEAR_PLACES, cookie);
	return place == NOWHERE && row->cookies[FURTHER] ? look_further(cookie) : place;
}

static __always_inline struct record *record_at(__u32 place)
{
	return bpf_map_lookup_elem(&sockets, &place);
}

/* The record of the socket with this cookie while it lives and its end is not told, else NULL. */
static __always_inline struct record *find_record(__u64 cookie)
{
	struct record *rec = record_at(place_of(cookie));

	return rec && rec->ready && rec->delivery == NOT_ENDED ? rec : NULL;
}

static __always_inline void give_back(__u32 place, __u64 cookie)
{
	__u32 number = place / PLACES;
	struct row *row = bpf_map_lookup_elem(&rows, &number);

	if (!row || __sync_val_compare_and_swap(&row->cookies[place % PLACES], cookie, 0) != cookie)
		return;
	if (number >= near_rows) {
		row = near_row(cookie, &number);
		if (row)
			__sync_fetch_and_add(&row->cookies[FURTHER], -1);
	}
}

/* Somebody else has just made the record of this socket. */
#define TAKEN ~1U

static __always_inline __u32 take_in(struct row *row, __u32 number, __u32 places, __u64 cookie)
{
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < places; i++) {
		if (row->cookies[i] == cookie)
			return TAKEN;
		if (row->cookies[i] || __sync_val_compare_and_swap(&row->cookies[i], 0, cookie))
			continue;
		/* Two that take a place for one socket at once need not have met in the same. */
#pragma clang loop unroll(disable)
		for (__u32 j = 0; j < places; j++) {
			if (j == i || row->cookies[j] != cookie)
				continue;
			__sync_val_compare_and_swap(&row->cookies[i], cookie, 0);
			return TAKEN;
		}
		return number * PLACES + i;
	}
	return NOWHERE;
}

static __noinline __u32 take_far(__u64 cookie)
{
#pragma clang loop unroll(disable)
	for (__u32 look = 1; look < LOOKS; look++) {
		__u32 number;
		struct row *row = far_row(cookie, look, &number);
		__u32 place = row ? take_in(row, number, PLACES, cookie) : NOWHERE;
		if (place != NOWHERE)
			return place;
		crowded = true;
	}
	return NOWHERE;
}

/* A place for a socket that has none: NOWHERE when all its rows are full. */
__noinline __u32 take_place(__u64 cookie)
{
	__u32 number;
	struct row *row = near_row(cookie, &number);

	if (!row)
		return NOWHERE;
	__u32 place = take_in(row, number, NEAR_PLACES, cookie);
	if (place != NOWHERE)
		return place;
	/* Before it is there: who looks for it must look further from then on. */
	__sync_fetch_and_add(&row->cookies[FURTHER], 1);
	place = take_far(cookie);
	if (place == NOWHERE || place == TAKEN)
		__sync_fetch_and_add(&row->cookies[FURTHER], -1);
	return place;
}
