/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the kernel keeps of one socket: the value of the map `sockets` and the payload of the ring. `live/layout.ts`
 * reads the same bytes; the assertions below and a test over there keep the two together.
 */
#pragma once

#include "kernel.h"

enum role {
	ROLE_CLIENT = 1,
	ROLE_SERVER = 2,
};

enum protocol {
	PROTOCOL_TCP = 0,
	PROTOCOL_HTTP = 1,
	PROTOCOL_REDIS = 2,
	PROTOCOL_TLS = 3, /* what is spoken inside is told by who reads the clear text */
};

enum event {
	EVENT_LIVE = 0,
	EVENT_OPEN = 1, /* identity only: the first IDENTITY_SIZE bytes */
	EVENT_END = 2, /* the first ENDED_SIZE bytes */
	EVENT_SAMPLE = 3, /* struct sample */
};

enum delivery {
	NOT_ENDED = 0,
	BY_RING = 1, /* the ring has it, or is just being offered it, or it was swept: sweeps must not take it */
	BY_SWEEP = 2, /* the ring was full: the next sweep delivers it and gives back its place */
};

enum reset_by {
	RESET_BY_SELF = 1,
	RESET_BY_PEER = 2,
};

enum turn {
	TURN_IDLE = 0,
	TURN_ASKED = 1, /* client: a request is out */
	TURN_ARRIVED = 2, /* server: a request waits to be read */
	TURN_READ = 3, /* server: a request is being served */
};

enum tap {
	TAP_UNDECIDED = 0,
	TAP_ON = 1,
	TAP_OFF = 2,
	TAP_CLEAR = 3, /* TLS: what is inside comes from the library, the cipher text is left alone */
};

/* Distinct statuses of failed requests kept per connection; more are counted in `statuses_other`. */
#define STATUSES 4

/*
 * Whole cache lines. What every send and receive touches stands together in two of them; what is written once, and what is
 * rarely needed, around them.
 */
struct record {
	/* written when the socket is met */
	__u64 cookie;
	__u64 opened_ns; /* connect(2), or established (server), or first seen (older than the probe) */
	__u64 cgroup_id;
	__u8 local[16]; /* IPv4 as ::ffff:a.b.c.d */
	__u8 remote[16];
	__u8 asked[16];
	__u16 local_port; /* host byte order, like the next two */
	__u16 remote_port;
	__u16 asked_port;
	__u16 error; /* positive errno of the socket when it ended */
	__u32 netns;
	__u32 pid;
	__u32 uid;
	__u8 comm[16];
	/* rarely needed */
	__u8 event;
	__u8 last_state; /* TCP state before CLOSE */
	__u8 has_translated;
	__u8 tap; /* enum tap */
	__u16 translated_port;
	__u16 pad0;
	__u32 place; /* of this record in the table */
	__u32 first_offset; /* place in the stream of requests of the one whose latency is inline */
	__u32 chunks; /* of payload: made, also those the ring refused */
	/* the state of the socket and of its turn: a cache line */
	__u64 established_ns; /* 0 = never */
	__u32 isn_local;
	__u32 isn_remote;
	__u8 delivery;
	__u8 role;
	__u8 ready; /* 0 while the entry is being filled */
	__u8 preexisting;
	__u8 protocol;
	__u8 owned; /* pid, uid, comm and cgroup_id are set */
	__u8 has_asked;
	__u8 reset_by; /* who sent the first RST */
	__u8 closed; /* CLOSE was reached, an answer is still unread */
	__u8 turn;
	__u8 opaque; /* encrypted or multiplexed: sends and receives need not alternate */
	__u8 redis_asked;
	__u8 window_shut; /* the peer had no room when this end sent last */
	__u8 tapped; /* chunks made, as long as the tap is undecided */
	__u8 handshake; /* enum handshake */
	__u8 begun; /* the beginning of the present send was seen, so its end, which is looked at, tells nothing new */
	/* client: the request was sent; server: it was read; idle: the last one was answered. User space reads it in sweeps. */
	__u64 turn_ns;
	__u64 arrived_ns; /* client: its answer arrived, 0 not yet; server: the request arrived */
	__u32 turn_seq; /* copied_seq when the turn began, or data was last read by a call that is seen */
	__u32 turn_offset; /* place of the request in its stream */
	__u32 requests; /* answered, and the one left unanswered at the end */
	__u32 failed;
	/* counters: a cache line */
	__u64 ended_ns;
	__u64 bytes_sent;
	__u64 bytes_received;
	__u32 segments_sent;
	__u32 segments_received;
	__u32 retransmits;
	__u32 srtt_us;
	__u32 min_rtt_us;
	__u32 samples; /* answered requests with a latency: the first inline, the others in `latencies` */
	__u32 samples_lost; /* requests whose latency found no place */
	__u32 first_latency_us;
	__u32 first_wait_us;
	__u32 first_service_us;
	/* rarely needed */
	__u32 status_count[STATUSES];
	__u16 status[STATUSES];
	__u8 translated[16]; /* the remote end behind the translation of its own namespace */
	__u32 statuses_other;
	__u32 zero_windows; /* times this end had something to send and the peer no room for it */
	/* the tap; from here on private to the kernel */
	__u64 oldest_ns; /* arrival of the oldest byte that is not read yet; 0 = none */
	__u64 newest_ns; /* the last arrival */
	__u32 send_end; /* sequence number behind the send that was tapped last */
	__u32 read_seq; /* copied_seq up to which the tap has seen */
	__u32 announced; /* a size that was read by itself, before what it is the size of */
	__u32 clear_sent; /* bytes of clear text of TLS until now */
	__u32 clear_received;
	__u32 pad3;
	/* what a socket older than the probe had counted before it was met */
	__u64 base_sent;
	__u64 base_received;
	__u32 base_segments_sent;
	__u32 base_segments_received;
	__u32 base_retransmits;
	__u32 pad4;
	__u64 witnessed_ns; /* when it was last looked for and was there */
};

#define IDENTITY_SIZE __builtin_offsetof(struct record, ended_ns)
/* What an end carries over the ring. */
#define ENDED_SIZE __builtin_offsetof(struct record, oldest_ns)

#define CACHE_LINE 64

_Static_assert(__builtin_offsetof(struct record, established_ns) % CACHE_LINE == 0, "state");
_Static_assert(IDENTITY_SIZE == 192, "identity");
_Static_assert(__builtin_offsetof(struct record, status_count) == 256, "statuses");
_Static_assert(ENDED_SIZE == 304, "ended");
_Static_assert(sizeof(struct record) == 384 && sizeof(struct record) % CACHE_LINE == 0, "record");
