#pragma once

#include "object.h"
#include "unique_fd.h"

namespace bpf_ringbuf {

struct ProgramStatistics {
  std::string name;
  uint64_t runCount;
  uint64_t runNanos;
};

/** Of the loaded programs; zeros unless statistics are on. */
Result<std::vector<ProgramStatistics>> statistics(const Object& object);

/** The kernel measures while this descriptor (of anybody) is open. */
Result<UniqueFd> enableStatistics();

}  // namespace bpf_ringbuf
