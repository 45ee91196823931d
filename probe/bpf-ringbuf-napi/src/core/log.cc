#include "log.h"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>
#include <vector>

namespace bpf_ringbuf {
namespace {

// The verifier says what it refuses in its last lines; a whole log can be 16 MiB.
constexpr size_t kKeptBytes = 4096;

thread_local std::string kept;

void keepTail(std::string& text) {
  if (text.size() <= kKeptBytes) return;
  text.erase(0, text.size() - kKeptBytes);
  const size_t line = text.find('\n');
  if (line != std::string::npos && line + 1 < text.size()) text.erase(0, line + 1);
}

int capture(libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_DEBUG) return 0;
  va_list again;
  va_copy(again, arguments);
  const int length = vsnprintf(nullptr, 0, format, arguments);
  if (length > 0) {
    std::vector<char> line(static_cast<size_t>(length) + 1);
    vsnprintf(line.data(), line.size(), format, again);
    kept.append(line.data(), static_cast<size_t>(length));
    keepTail(kept);
  }
  va_end(again);
  return length;
}

}  // namespace

void captureLog() { libbpf_set_print(capture); }

std::string takeLog() {
  std::string log;
  log.swap(kept);
  return log;
}

}  // namespace bpf_ringbuf
