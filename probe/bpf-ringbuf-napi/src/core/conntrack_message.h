#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace bpf_ringbuf {

struct ConntrackTuple {
  uint8_t family;  // AF_INET or AF_INET6
  uint8_t protocol;
  uint8_t source[16];
  uint8_t destination[16];
  uint16_t sourcePort;
  uint16_t destinationPort;
};

struct ConntrackPair {
  ConntrackTuple original;
  ConntrackTuple reply;
};

/**
 * Parses what follows the netlink header of one conntrack message (nfgenmsg and attributes). Total: whatever the bytes
 * are, the answer is a complete TCP or UDP pair or nothing.
 */
std::optional<ConntrackPair> parseConntrack(const uint8_t* bytes, size_t size);

}  // namespace bpf_ringbuf
