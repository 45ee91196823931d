/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the first bytes of a request and of its answer tell. */
#pragma once

#include "payload.h"

#define STATUS_UNANSWERED 0
#define STATUS_ERROR 1 /* protocols without numbers: the answer was an error */

static __always_inline bool starts(const struct prefix *prefix, const char *with, __u32 length)
{
	for (__u32 i = 0; i < length; i++)
		if (prefix->bytes[i] != (__u8)with[i])
			return false;
	return true;
}

#define STARTS(prefix, text) starts(prefix, text, sizeof(text) - 1)

/* Bytes sent to say goodbye, which nobody answers: without this every such connection would end with a failed request. */
static __always_inline bool is_farewell(const struct prefix *prefix)
{
	const __u8 *b = prefix->bytes;

	return (b[0] == 0x15 && b[1] == 3) /* TLS alert */
		|| STARTS(prefix, "\x17\x03\x03\x00\x13") /* the same in TLS 1.3: an encrypted record of an alert's length */
		|| STARTS(prefix, "X\x00\x00\x00\x04") /* PostgreSQL: Terminate */
		|| STARTS(prefix, "\x01\x00\x00\x00\x01") /* MySQL: COM_QUIT */
		|| (b[0] == 0 && b[2] >= 8 && b[3] == 7 && b[4] == 0 /* HTTP/2: GOAWAY */
			&& b[5] == 0 && b[6] == 0 && b[7] == 0 && b[8] == 0);
}

/* How far the side that asks has come with the handshake of TLS. */
enum handshake {
	HANDSHAKE_NONE = 0, /* or over */
	HANDSHAKE_BEGUN,
	HANDSHAKE_FINISHED, /* but for the rest of its last record */
};

static __always_inline void begin_handshake(struct record *rec)
{
	rec->opaque = 1;
	rec->protocol = PROTOCOL_TLS;
	rec->handshake = HANDSHAKE_BEGUN;
}

/*
 * Whether these bytes of the side that asks belong to its handshake, once that has begun. The first record of data ends it; in
 * TLS 1.3 the last of the handshake looks like one, but for its length: the digest of SHA-256 or SHA-384. Many servers read the
 * head of a record and then the rest, so what begins like no record is such a rest. Some clients send the end and their first
 * request in one.
 */
static __always_inline bool is_handshake(struct record *rec, const struct prefix *prefix, __u64 length)
{
	const __u8 *b = prefix->bytes;
	bool data = b[0] == 0x17 && b[1] == 3;
	bool digest = !b[3] && (b[4] == 0x35 || b[4] == 0x45);
	bool more = b[0] == 0x14 && b[1] == 3 && length > 11ULL + (b[9] << 8 | b[10]) && (b[6] == 0x16 || b[6] == 0x17);

	if (more || (data && !(digest && rec->handshake == HANDSHAKE_BEGUN))) {
		rec->handshake = HANDSHAKE_NONE;
		return false;
	}
	if (data)
		rec->handshake = HANDSHAKE_FINISHED;
	return true;
}

/* Looks at the first bytes of a request, of `length` bytes in this call; false when it is none. */
static __always_inline bool examine_request(struct record *rec, const struct prefix *prefix, __u64 length)
{
	if (is_farewell(prefix))
		return false;
	if (STARTS(prefix, "\x16\x03"))
		begin_handshake(rec);
	if (rec->handshake && is_handshake(rec, prefix, length))
		return false;
	if (STARTS(prefix, "PRI * HTTP/2"))
		rec->opaque = 1;
	rec->redis_asked = prefix->bytes[0] == '*';
	return true;
}

static __always_inline bool is_redis_reply(__u8 byte)
{
	switch (byte) {
	case '+': case '-': case ':': case '$': case '*': /* RESP2 */
	case '_': case '#': case ',': case '(': case '!': case '=': case '%': case '~': case '>': /* RESP3 */
		return true;
	}
	return false;
}

enum verdict {
	GOOD,
	FAILED, /* `*status` says how */
	INTERIM, /* the real answer is still to come */
};

static __always_inline bool is_digit(__u8 byte)
{
	return byte >= '0' && byte <= '9';
}

static __always_inline enum verdict examine_answer(struct record *rec, const struct prefix *prefix, __u16 *status)
{
	const __u8 *b = prefix->bytes;

	if (STARTS(prefix, "HTTP/1.") && b[8] == ' ' && is_digit(b[9]) && is_digit(b[10]) && is_digit(b[11])) {
		rec->protocol = PROTOCOL_HTTP;
		*status = (b[9] - '0') * 100 + (b[10] - '0') * 10 + (b[11] - '0');
		if (*status == 101)
			rec->opaque = 1; /* another protocol takes over */
		else if (*status < 200)
			return INTERIM;
		return *status >= 500 ? FAILED : GOOD;
	}
	if (rec->redis_asked && is_redis_reply(b[0])) {
		rec->protocol = PROTOCOL_REDIS;
		*status = STATUS_ERROR;
		return b[0] == '-' || b[0] == '!' ? FAILED : GOOD;
	}
	return GOOD;
}
