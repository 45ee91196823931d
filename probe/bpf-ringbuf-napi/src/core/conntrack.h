#pragma once

#include <memory>
#include <string>
#include <vector>

#include "conntrack_message.h"
#include "result.h"
#include "unique_fd.h"

struct nlmsghdr;

namespace bpf_ringbuf {

enum class ConntrackKind { kNew, kDestroy, kDump };

struct ConntrackEntry {
  ConntrackKind kind;
  ConntrackPair pair;
};

struct ConntrackBatch {
  std::vector<ConntrackEntry> entries;
  bool overflowed = false;
  bool dumpDone = false;
  bool more = false;
};

/** Netlink socket on the connection tracking of one network namespace. Never blocks. */
class Conntrack {
 public:
  static Result<std::shared_ptr<Conntrack>> open(const std::string& netns, int receiveBuffer);

  /** While a dump runs, another one follows it. */
  Status requestDump();
  Result<ConntrackBatch> read(size_t limit);
  void close() { socket_.reset(); }

 private:
  explicit Conntrack(UniqueFd socket) : socket_(std::move(socket)), buffer_(kBufferBytes) {}

  Status fill(size_t limit, ConntrackBatch& batch);

  enum class Received { kData, kNothing, kOverflow };
  Result<Received> receive();
  Status handle(const nlmsghdr& head, const uint8_t* payload, ConntrackBatch& batch);
  Status endDump(ConntrackBatch& batch);
  Status sendDumpRequest();

  // The kernel fills up to 32 KiB per dump message.
  static constexpr size_t kBufferBytes = 64 << 10;

  UniqueFd socket_;
  std::vector<uint8_t> buffer_;
  size_t at_ = 0;   // next message in the buffer
  size_t end_ = 0;  // bytes received into the buffer
  uint32_t sequence_ = 0;
  bool dumping_ = false;
  bool wanted_ = false;       // asked for again while one was running
  bool interrupted_ = false;  // the table was resized during the running dump
  int repeats_ = 0;
  std::optional<Failure> later_;  // met behind entries that were still to be given out
};

}  // namespace bpf_ringbuf
