#include "result.h"

#include <bpf/libbpf.h>
#include <string.h>

#include <cstdlib>

#include "log.h"

namespace bpf_ringbuf {

std::string errnoName(int error) {
  const int number = std::abs(error);
  if (number >= __LIBBPF_ERRNO__START) return "EINVAL";
  // Returned by the kernel to user space, though not in any user header: "not supported by this kind of map".
  if (number == 524) return "ENOTSUPP";
  const char* name = strerrorname_np(number);
  return name != nullptr ? name : "E" + std::to_string(number);
}

Failure failed(const std::string& what, int error) {
  char meaning[128] = "";
  libbpf_strerror(std::abs(error), meaning, sizeof meaning);
  return {errnoName(error), what + ": " + meaning, takeLog()};
}

Failure refused(const char* code, std::string message) { return {code, std::move(message), ""}; }

}  // namespace bpf_ringbuf
