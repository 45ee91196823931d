#pragma once

#include <optional>
#include <string>

namespace bpf_ringbuf {

std::optional<unsigned> capabilityNumber(const std::string& name);

}  // namespace bpf_ringbuf
