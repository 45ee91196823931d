#include "array_window.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace bpf_ringbuf {
namespace {

// A whole number of pages of any size a kernel has.
constexpr size_t kWindowBytes = 1 << 20;

}  // namespace

ArrayWindow::ArrayWindow(int fd, size_t bytes) : fd_(fd), bytes_(bytes) {}

size_t ArrayWindow::endOf(size_t offset) const {
  return std::min(bytes_, (offset / kWindowBytes + 1) * kWindowBytes);
}

const uint8_t* ArrayWindow::at(size_t offset) {
  if (offset >= bytes_) return nullptr;
  if (data_ == nullptr || offset < start_ || offset >= start_ + length_) {
    unmap();
    start_ = offset / kWindowBytes * kWindowBytes;
    length_ = endOf(offset) - start_;
    void* data = mmap(nullptr, length_, PROT_READ, MAP_SHARED, fd_, static_cast<off_t>(start_));
    if (data == MAP_FAILED) return nullptr;
    data_ = static_cast<uint8_t*>(data);
  }
  return data_ + (offset - start_);
}

void ArrayWindow::unmap() {
  if (data_ != nullptr) munmap(data_, length_);
  data_ = nullptr;
}

}  // namespace bpf_ringbuf
