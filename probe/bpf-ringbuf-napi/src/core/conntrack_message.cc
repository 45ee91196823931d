#include "conntrack_message.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include <cstring>

namespace bpf_ringbuf {
namespace {

struct Attribute {
  uint16_t type;
  const uint8_t* data;
  size_t size;
};

/** Walks attributes; ends at the first one whose length is impossible. */
class Attributes {
 public:
  Attributes(const uint8_t* bytes, size_t size) : at_(bytes), left_(size) {}

  std::optional<Attribute> next() {
    nlattr head;
    if (left_ < sizeof head) return std::nullopt;
    memcpy(&head, at_, sizeof head);
    if (head.nla_len < sizeof head || head.nla_len > left_) return std::nullopt;
    const Attribute found = {static_cast<uint16_t>(head.nla_type & NLA_TYPE_MASK), at_ + sizeof head,
                             head.nla_len - sizeof head};
    const size_t whole = NLA_ALIGN(head.nla_len);
    const size_t step = whole < left_ ? whole : left_;
    at_ += step;
    left_ -= step;
    return found;
  }

 private:
  const uint8_t* at_;
  size_t left_;
};

std::optional<Attribute> find(const Attribute& nest, uint16_t type) {
  Attributes attributes(nest.data, nest.size);
  while (const auto each = attributes.next()) {
    if (each->type == type) return each;
  }
  return std::nullopt;
}

/** Copies the payload of attribute `type` when it has exactly the size expected. */
bool take(const Attribute& nest, uint16_t type, void* into, size_t size) {
  const auto found = find(nest, type);
  if (!found || found->size != size) return false;
  memcpy(into, found->data, size);
  return true;
}

std::optional<ConntrackTuple> parseTuple(const Attribute& nest) {
  ConntrackTuple tuple = {};
  const auto ip = find(nest, CTA_TUPLE_IP);
  const auto proto = find(nest, CTA_TUPLE_PROTO);
  if (!ip || !proto) return std::nullopt;

  if (take(*ip, CTA_IP_V4_SRC, tuple.source, 4) && take(*ip, CTA_IP_V4_DST, tuple.destination, 4)) {
    tuple.family = AF_INET;
  } else if (take(*ip, CTA_IP_V6_SRC, tuple.source, 16) && take(*ip, CTA_IP_V6_DST, tuple.destination, 16)) {
    tuple.family = AF_INET6;
  } else {
    return std::nullopt;
  }

  if (!take(*proto, CTA_PROTO_NUM, &tuple.protocol, 1)) return std::nullopt;
  if (tuple.protocol != IPPROTO_TCP && tuple.protocol != IPPROTO_UDP) return std::nullopt;
  if (!take(*proto, CTA_PROTO_SRC_PORT, &tuple.sourcePort, 2)) return std::nullopt;
  if (!take(*proto, CTA_PROTO_DST_PORT, &tuple.destinationPort, 2)) return std::nullopt;
  tuple.sourcePort = ntohs(tuple.sourcePort);
  tuple.destinationPort = ntohs(tuple.destinationPort);
  return tuple;
}

}  // namespace

std::optional<ConntrackPair> parseConntrack(const uint8_t* bytes, size_t size) {
  constexpr size_t header = NLMSG_ALIGN(sizeof(nfgenmsg));
  if (size < header) return std::nullopt;
  const Attribute message = {0, bytes + header, size - header};
  const auto original = find(message, CTA_TUPLE_ORIG);
  const auto reply = find(message, CTA_TUPLE_REPLY);
  if (!original || !reply) return std::nullopt;
  const auto there = parseTuple(*original);
  const auto back = parseTuple(*reply);
  if (!there || !back) return std::nullopt;
  return ConntrackPair{*there, *back};
}

}  // namespace bpf_ringbuf
