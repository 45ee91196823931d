#pragma once

#include <cstddef>
#include <cstdint>

namespace bpf_ringbuf {

/**
 * A part of the values of an array that was made with BPF_F_MMAPABLE, mapped while it is read: copying from there costs a
 * tenth of a system call for each value, and all of it mapped at once would count as memory of the process.
 */
class ArrayWindow {
 public:
  /** `bytes`: of all values together. */
  ArrayWindow(int fd, size_t bytes);
  ArrayWindow(const ArrayWindow&) = delete;
  ArrayWindow& operator=(const ArrayWindow&) = delete;
  ~ArrayWindow() { unmap(); }

  /** Where the window that holds the byte at `offset` ends. */
  size_t endOf(size_t offset) const;
  /** The byte at `offset`, with those behind it up to the end of its window; nullptr when it cannot be mapped. */
  const uint8_t* at(size_t offset);

 private:
  void unmap();

  int fd_;
  size_t bytes_;
  size_t start_ = 0;
  size_t length_ = 0;
  uint8_t* data_ = nullptr;
};

}  // namespace bpf_ringbuf
