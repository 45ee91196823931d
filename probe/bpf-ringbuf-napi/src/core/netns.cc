#include "netns.h"

#include <fcntl.h>
#include <sched.h>

#include <cstdio>
#include <cstdlib>

namespace bpf_ringbuf {

Result<NetnsScope> NetnsScope::enter(const std::string& path) {
  if (path.empty()) return NetnsScope(UniqueFd());
  UniqueFd home(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!home.valid()) return failed("cannot open the thread's own network namespace", errno);
  UniqueFd there(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!there.valid()) return failed("cannot open network namespace " + path, errno);
  if (setns(there.get(), CLONE_NEWNET) != 0) return failed("cannot enter network namespace " + path, errno);
  return NetnsScope(std::move(home));
}

NetnsScope::~NetnsScope() {
  if (!home_.valid() || setns(home_.get(), CLONE_NEWNET) == 0) return;
  perror("bpf-ringbuf-napi: the thread cannot return to its network namespace");
  abort();
}

}  // namespace bpf_ringbuf
