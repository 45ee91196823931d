#include "conntrack.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "netns.h"

namespace bpf_ringbuf {
namespace {

// A dump that is interrupted this often belongs to a table that changes its size all the time: say so instead.
constexpr int kMaxRepeats = 3;

constexpr uint16_t messageType(uint16_t type) { return (NFNL_SUBSYS_CTNETLINK << 8) | type; }

Status configure(int socket, int receiveBuffer) {
  if (setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &receiveBuffer, sizeof receiveBuffer) != 0) {
    return failed("cannot size the conntrack socket's receive buffer", errno);
  }
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  if (bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return failed("cannot bind the conntrack socket", errno);
  }
  for (const int group : {NFNLGRP_CONNTRACK_NEW, NFNLGRP_CONNTRACK_DESTROY}) {
    if (setsockopt(socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) {
      return failed("cannot listen to conntrack events", errno);
    }
  }
  return Done{};
}

}  // namespace

Result<std::shared_ptr<Conntrack>> Conntrack::open(const std::string& netns, int receiveBuffer) {
  // A socket stays in the namespace it was made in, wherever the thread goes.
  const NetnsScope scope = TRY(NetnsScope::enter(netns));
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
  if (!socket.valid()) return failed("cannot open a conntrack socket", errno);
  TRY(configure(socket.get(), receiveBuffer));
  return std::shared_ptr<Conntrack>(new Conntrack(std::move(socket)));
}

Status Conntrack::requestDump() {
  if (!socket_.valid()) return refused("EBADF", "the conntrack socket is closed");
  if (dumping_) {
    wanted_ = true;
    return Done{};
  }
  repeats_ = 0;
  return sendDumpRequest();
}

Status Conntrack::sendDumpRequest() {
  struct {
    nlmsghdr head;
    nfgenmsg family;  // AF_UNSPEC: both
  } request = {};
  request.head.nlmsg_len = sizeof request;
  request.head.nlmsg_type = messageType(IPCTNL_MSG_CT_GET);
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  if (++sequence_ == 0) sequence_ = 1;  // events carry 0
  request.head.nlmsg_seq = sequence_;
  sockaddr_nl kernel = {};
  kernel.nl_family = AF_NETLINK;
  if (sendto(socket_.get(), &request, sizeof request, 0, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) < 0) {
    return failed("cannot ask for a conntrack dump", errno);
  }
  dumping_ = true;
  wanted_ = false;
  interrupted_ = false;
  return Done{};
}

Result<ConntrackBatch> Conntrack::read(size_t limit) {
  if (!socket_.valid()) return refused("EBADF", "the conntrack socket is closed");
  if (later_) return *std::exchange(later_, std::nullopt);
  ConntrackBatch batch;
  Status status = fill(limit, batch);
  if (status.ok()) return batch;
  if (batch.entries.empty()) return std::move(status.failure());
  later_ = std::move(status.failure());
  batch.more = true;
  return batch;
}

Status Conntrack::fill(size_t limit, ConntrackBatch& batch) {
  // Receptions and messages of other protocols count too: nobody can hold us here.
  for (size_t steps = 0; steps < 2 * limit && batch.entries.size() < limit; steps++) {
    const size_t left = end_ - at_;
    if (left < sizeof(nlmsghdr)) {
      const Received received = TRY(receive());
      if (received == Received::kNothing) return Done{};
      batch.overflowed = batch.overflowed || received == Received::kOverflow;
      continue;
    }
    nlmsghdr head;
    memcpy(&head, buffer_.data() + at_, sizeof head);
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > left) {
      batch.overflowed = true;  // what the rest of this datagram said is lost
      at_ = end_;
      continue;
    }
    const uint8_t* payload = buffer_.data() + at_ + sizeof head;
    at_ += std::min<size_t>(NLMSG_ALIGN(head.nlmsg_len), left);
    TRY(handle(head, payload, batch));
  }
  batch.more = true;
  return Done{};
}

Result<Conntrack::Received> Conntrack::receive() {
  at_ = end_ = 0;
  sockaddr_nl sender = {};
  socklen_t senderSize = sizeof sender;
  const ssize_t got = recvfrom(socket_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT | MSG_TRUNC,
                               reinterpret_cast<sockaddr*>(&sender), &senderSize);
  if (got < 0) {
    if (errno == EAGAIN) return Received::kNothing;
    if (errno == ENOBUFS) return Received::kOverflow;
    if (errno == EINTR) return Received::kData;  // nothing in the buffer: the caller asks again
    return failed("cannot read the conntrack socket", errno);
  }
  if (static_cast<size_t>(got) > buffer_.size()) return Received::kOverflow;  // cut off
  if (sender.nl_pid == 0) end_ = static_cast<size_t>(got);  // other processes may not speak for the kernel
  return Received::kData;
}

Status Conntrack::handle(const nlmsghdr& head, const uint8_t* payload, ConntrackBatch& batch) {
  const bool ofDump = dumping_ && head.nlmsg_seq == sequence_;
  const size_t size = head.nlmsg_len - sizeof head;
  if (ofDump && (head.nlmsg_flags & NLM_F_DUMP_INTR) != 0) interrupted_ = true;
  if (ofDump && head.nlmsg_type == NLMSG_DONE) return endDump(batch);
  if (ofDump && head.nlmsg_type == NLMSG_ERROR) {
    dumping_ = false;
    int error = EBADMSG;
    if (size >= sizeof error) memcpy(&error, payload, sizeof error);
    return failed("the kernel refused the conntrack dump", error);
  }

  const bool isNew = head.nlmsg_type == messageType(IPCTNL_MSG_CT_NEW);
  if (!isNew && head.nlmsg_type != messageType(IPCTNL_MSG_CT_DELETE)) return Done{};
  const auto pair = parseConntrack(payload, size);
  if (!pair) return Done{};
  // An answer to a dump of ours that has been given up has another sequence number; its entries are as true.
  const bool dumped = head.nlmsg_seq != 0;
  batch.entries.push_back({!isNew  ? ConntrackKind::kDestroy
                           : dumped ? ConntrackKind::kDump
                                    : ConntrackKind::kNew,
                           *pair});
  return Done{};
}

Status Conntrack::endDump(ConntrackBatch& batch) {
  dumping_ = false;
  if (wanted_) {
    repeats_ = 0;
    return sendDumpRequest();
  }
  if (interrupted_ && repeats_ < kMaxRepeats) {
    repeats_++;
    return sendDumpRequest();
  }
  batch.overflowed = batch.overflowed || interrupted_;
  batch.dumpDone = true;
  return Done{};
}

}  // namespace bpf_ringbuf
