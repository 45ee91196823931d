#pragma once

#include <string>

#include "result.h"
#include "unique_fd.h"

namespace bpf_ringbuf {

/**
 * Puts the calling thread into a network namespace until the end of the scope. A thread that cannot get back would do
 * all its later work in the wrong namespace, so that ends the process.
 */
class NetnsScope {
 public:
  /** An empty path is the namespace the thread is in. */
  static Result<NetnsScope> enter(const std::string& path);
  NetnsScope(NetnsScope&&) noexcept = default;
  ~NetnsScope();

 private:
  explicit NetnsScope(UniqueFd home) : home_(std::move(home)) {}
  UniqueFd home_;
};

}  // namespace bpf_ringbuf
