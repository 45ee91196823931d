#pragma once

#include "map.h"

namespace bpf_ringbuf {

/** The values of an array map as memory that this process and kernel programs share; stays when the map is closed. */
class Memory {
 public:
  /** Refused for maps that were not made with BPF_F_MMAPABLE. */
  static Result<std::shared_ptr<Memory>> open(const Map& map);
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory();

  uint8_t* data() const { return data_; }
  /** Of the values, each padded to 8 bytes. */
  size_t size() const { return size_; }

 private:
  Memory(uint8_t* data, size_t size) : data_(data), size_(size) {}

  uint8_t* data_;
  size_t size_;
};

}  // namespace bpf_ringbuf
