#include "capability.h"

#include <dirent.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>

#include "capability_names.h"
#include "thread_signal.h"

namespace bpf_ringbuf {
namespace {

// New threads are born of threads that have dropped, so each pass finds fewer that have not; two are usual.
constexpr int kMaxPasses = 64;
constexpr int kPollsPerThread = 20'000;
constexpr long kPollNanos = 100'000;  // together 2 s for one thread

std::mutex guard;     // one change of all threads at a time
uint64_t kept_mask;   // read by the signal handler

/** Of the calling thread. Safe in a signal handler: two system calls. */
void dropHere(int) {
  const int saved = errno;
  __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capget, &head, sets) == 0) {
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
      const auto mask = static_cast<uint32_t>(kept_mask >> (32 * i));
      sets[i].permitted &= mask;
      sets[i].effective &= mask;
      sets[i].inheritable &= mask;
    }
    syscall(SYS_capset, &head, sets);
  }
  errno = saved;
}

/** The union of a thread's three sets; nothing when the thread is gone. */
std::optional<uint64_t> capabilitiesOf(int thread) {
  const std::string path = "/proc/self/task/" + std::to_string(thread) + "/status";
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "re"), fclose);
  if (file == nullptr) return std::nullopt;
  uint64_t all = 0;
  int found = 0;
  char line[512];
  while (fgets(line, sizeof line, file.get()) != nullptr) {
    for (const char* set : {"CapInh:", "CapPrm:", "CapEff:"}) {
      if (strncmp(line, set, strlen(set)) != 0) continue;
      all |= strtoull(line + strlen(set), nullptr, 16);
      found++;
    }
  }
  return found == 3 ? std::optional<uint64_t>(all) : std::nullopt;
}

bool hasMore(int thread) {
  const auto all = capabilitiesOf(thread);
  return all && (*all & ~kept_mask) != 0;
}

Status dropIn(int thread, const ThreadSignal& signal) {
  if (thread == static_cast<int>(syscall(SYS_gettid))) {
    dropHere(0);
  } else if (!signal.send(thread)) {
    return Done{};
  }
  for (int i = 0; i < kPollsPerThread; i++) {
    if (!hasMore(thread)) return Done{};
    const timespec pause = {0, kPollNanos};
    nanosleep(&pause, nullptr);
  }
  return refused("ETIMEDOUT", "thread " + std::to_string(thread) + " did not drop its capabilities in time");
}

Result<std::vector<int>> threads() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/task"), closedir);
  if (folder == nullptr) return failed("cannot list the threads of the process", errno);
  std::vector<int> found;
  while (const dirent* entry = readdir(folder.get())) {
    const int thread = atoi(entry->d_name);
    if (thread > 0) found.push_back(thread);
  }
  return found;
}

}  // namespace

Status keepCapabilities(const std::vector<std::string>& names) {
  uint64_t mask = 0;
  for (const std::string& name : names) {
    const auto number = capabilityNumber(name);
    if (!number) return refused("EINVAL", "there is no capability " + name);
    mask |= 1ULL << *number;
  }
  const std::lock_guard<std::mutex> lock(guard);
  kept_mask = mask;
  const ThreadSignal signal = TRY(ThreadSignal::borrow(dropHere));
  for (int pass = 0; pass < kMaxPasses; pass++) {
    bool clean = true;
    for (const int thread : TRY(threads())) {
      if (!hasMore(thread)) continue;
      clean = false;
      TRY(dropIn(thread, signal));
    }
    if (clean) return Done{};
  }
  return refused("ETIMEDOUT", "threads that hold capabilities appear faster than they drop them");
}

}  // namespace bpf_ringbuf
