/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whether the first bytes of a call look like a protocol whose payload is read. A wrong yes costs a few chunks, because
 * the parsers look again; a wrong no is mended by user space, which names the server in the map `parsed`.
 */
#pragma once

#include "payload.h"

enum recognised {
	UNKNOWN,
	SPOKEN,
	ENCRYPTED,
};

static __always_inline bool begins(const __u8 *bytes, const char *with, __u32 length)
{
	for (__u32 i = 0; i < length; i++)
		if (bytes[i] != (__u8)with[i])
			return false;
	return true;
}

#define BEGINS(bytes, text) begins(bytes, text, sizeof(text) - 1)

static __always_inline __u32 big16(const __u8 *b)
{
	return b[0] << 8 | b[1];
}

static __always_inline __u32 big32(const __u8 *b)
{
	return (__u32)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

static __always_inline bool is_http1(const __u8 *b, bool request)
{
	if (!request)
		return BEGINS(b, "HTTP/1.");
	return BEGINS(b, "GET ") || BEGINS(b, "POST ") || BEGINS(b, "PUT ") || BEGINS(b, "HEAD ") || BEGINS(b, "DELETE ")
		|| BEGINS(b, "PATCH ") || BEGINS(b, "OPTIONS ") || BEGINS(b, "CONNECT ") || BEGINS(b, "TRACE ");
}

/* The preface, or met in mid-life a frame whose length, type, flags and stream go together. */
static __always_inline bool is_http2(const __u8 *b, __u32 length, bool request)
{
	__u32 size = big16(b) << 8 | b[2];
	__u32 stream = big32(b + 5);

	if (request && BEGINS(b, "PRI * HTTP/2"))
		return true;
	if (length < 9 || size > 16384 || size + 9 > length)
		return false;
	switch (b[3]) {
	case 0: /* DATA */
		return stream & 1 && !(b[4] & ~0x9) && stream < 1U << 31 && size;
	case 1: /* HEADERS */
		return stream & 1 && !(b[4] & ~0x2d) && b[4] & 4 && stream < 1U << 31 && size;
	case 3: /* RST_STREAM */
		return stream & 1 && !b[4] && size == 4 && stream < 1U << 31;
	case 4: /* SETTINGS */
		return !stream && !(b[4] & ~1) && size % 6 == 0;
	case 6: /* PING */
		return !stream && !(b[4] & ~1) && size == 8;
	case 8: /* WINDOW_UPDATE */
		return !b[4] && size == 4 && stream < 1U << 31;
	}
	return false;
}

/* What begins a session, or met in mid-life a query, a prepared statement or its values. */
static __always_inline bool is_postgres(const __u8 *b, __u32 length)
{
	if (BEGINS(b + 4, "\x00\x03\x00\x00") && big32(b) == length && length > 8)
		return true;
	return (b[0] == 'Q' || b[0] == 'P' || b[0] == 'B') && !b[1] && big32(b + 1) > 5 && big32(b + 1) < length;
}

/* The greeting of the server, or met in mid-life a command of the client. */
static __always_inline bool is_mysql(const __u8 *b, __u32 length, bool request)
{
	__u32 size = b[0] | b[1] << 8 | b[2] << 16;

	if (size + 4 != length || b[3])
		return false;
	if (!request)
		return b[4] == 10 && b[5] >= '0' && b[5] <= '9';
	return size > 1 && (b[4] == 0x03 || b[4] == 0x16 || (b[4] == 0x17 && size >= 10));
}

static __always_inline bool is_redis(const __u8 *b)
{
	if (b[0] != '*' || b[1] < '1' || b[1] > '9')
		return false;
	return BEGINS(b + 2, "\r\n$") || BEGINS(b + 3, "\r\n$") || BEGINS(b + 4, "\r\n$");
}

/* A key and a version of today, and a plausible length of the client's name. */
static __always_inline bool is_kafka_header(const __u8 *b, __u32 length)
{
	__u32 name = big16(b + 8);

	return length >= 10 && big16(b) < 100 && big16(b + 2) < 24 && (name == 0xffff || (name < 256 && name + 10 <= length));
}

/* `announced` keeps a size that some readers of Kafka take by itself first. */
static __always_inline bool is_kafka(const __u8 *b, __u32 length, __u32 *announced)
{
	__u32 size = big32(b);
	__u32 before = *announced;

	*announced = length == 4 ? size : 0;
	if (before && before == length)
		return is_kafka_header(b, length);
	return size + 4 == length && size >= 10 && is_kafka_header(b + 4, size);
}

/* A standard query with one question and nothing else but, perhaps, options. */
static __always_inline bool is_dns_query(const __u8 *b)
{
	return !(b[2] & ~0x01) && !(b[3] & ~0x30) && big16(b + 4) == 1 && !big16(b + 6) && !big16(b + 8) && big16(b + 10) < 3;
}

/* Over TCP. Some servers read the length by itself. */
static __always_inline bool is_dns(const __u8 *b, __u32 length)
{
	return length > 16 && (is_dns_query(b) || (big16(b) + 2 == length && is_dns_query(b + 2)));
}

/* `b` has at least PREFIX bytes, zeros behind the end of what was captured. */
static __always_inline enum recognised recognise(const __u8 *b, __u32 captured, __u32 length, bool request,
						 __u32 *announced)
{
	if (!captured)
		return UNKNOWN;
	if (BEGINS(b, "\x16\x03") && b[2] <= 4 && b[5] <= 2)
		return ENCRYPTED;
	if (is_http1(b, request) || is_http2(b, length, request) || is_mysql(b, length, request))
		return SPOKEN;
	if (request && (is_redis(b) || is_postgres(b, length) || is_kafka(b, length, announced) || is_dns(b, length)))
		return SPOKEN;
	return UNKNOWN;
}
