#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <string>
#include <vector>

#include "result.h"

namespace bpf_ringbuf {

/** Reads an object file that only its owner or group may have written: what is in it will run in the kernel. */
Result<std::vector<uint8_t>> readObjectFile(const std::string& path);

/** Where the initial value of a `const volatile` global lies. */
struct Global {
  uint8_t* data;
  size_t size;
};
Result<Global> findGlobal(bpf_object* object, const std::string& variable);

}  // namespace bpf_ringbuf
