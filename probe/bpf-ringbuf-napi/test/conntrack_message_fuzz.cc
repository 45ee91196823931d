// Feeds the conntrack parser with valid messages, cut and damaged in every way a seeded generator finds. Built with the
// address and undefined-behaviour sanitizers, which end the program at the first byte read out of bounds.
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "../src/core/conntrack_message.h"

using Bytes = std::vector<uint8_t>;

namespace {

Bytes attribute(uint16_t type, const Bytes& payload) {
  const auto length = static_cast<uint16_t>(4 + payload.size());
  Bytes made = {static_cast<uint8_t>(length), static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(type),
                static_cast<uint8_t>(type >> 8)};
  made.insert(made.end(), payload.begin(), payload.end());
  made.resize((made.size() + 3) / 4 * 4);
  return made;
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes tuple(uint8_t lastByte) {
  const Bytes ip = attribute(CTA_IP_V4_SRC, {10, 0, 0, lastByte}) + attribute(CTA_IP_V4_DST, {10, 0, 0, 2});
  const Bytes ports = attribute(CTA_PROTO_NUM, {IPPROTO_TCP}) + attribute(CTA_PROTO_SRC_PORT, {0x12, 0x34}) +
                      attribute(CTA_PROTO_DST_PORT, {0, 80});
  constexpr uint16_t nested = 0x8000;
  return attribute(CTA_TUPLE_IP | nested, ip) + attribute(CTA_TUPLE_PROTO | nested, ports);
}

/** A copy of exactly the right size on the heap, so that the sanitizer sees one byte too many. */
bool parses(const Bytes& bytes) {
  const Bytes exact(bytes);
  return bpf_ringbuf::parseConntrack(exact.data(), exact.size()).has_value();
}

}  // namespace

int main(int, char** arguments) {
  const Bytes valid = Bytes{AF_INET, 0, 0, 0} + attribute(CTA_TUPLE_ORIG, tuple(1)) + attribute(CTA_TUPLE_REPLY, tuple(9));
  const auto pair = bpf_ringbuf::parseConntrack(valid.data(), valid.size());
  if (!pair || pair->original.source[3] != 1 || pair->reply.source[3] != 9 || pair->original.sourcePort != 0x1234) {
    puts("the valid message is misread");
    return 1;
  }
  for (size_t size = 0; size < valid.size(); size++) {
    if (parses(Bytes(valid.begin(), valid.begin() + static_cast<long>(size))) && size < valid.size() - 3) return 1;
  }
  std::mt19937 random(static_cast<unsigned>(atoi(arguments[1])));
  for (int i = 0; i < 300000; i++) {
    Bytes damaged = valid;
    for (size_t hits = 1 + random() % 4; hits > 0; hits--) damaged[random() % damaged.size()] = static_cast<uint8_t>(random());
    if (random() % 2 == 0) damaged.resize(random() % damaged.size());
    parses(damaged);
  }
  puts("survived");
  return 0;
}
