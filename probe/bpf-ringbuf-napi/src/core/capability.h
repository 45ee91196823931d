#pragma once

#include <string>
#include <vector>

#include "result.h"

namespace bpf_ringbuf {

/** Leaves at most the named capabilities to every thread of the process. */
Status keepCapabilities(const std::vector<std::string>& names);

}  // namespace bpf_ringbuf
