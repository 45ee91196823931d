#pragma once

#include "object.h"

namespace bpf_ringbuf {

/**
 * Consumer of a BPF_MAP_TYPE_RINGBUF. Not libbpf's: that one has passed a record when its callback says stop, so a
 * record that does not fit any more would need a second buffer; and it cannot say what waits.
 */
class Ring : public Closeable {
 public:
  static Result<std::shared_ptr<Ring>> open(const std::shared_ptr<Object>& object, const std::string& name);
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring() override { close(); }

  struct Drained {
    size_t bytes = 0;
    size_t records = 0;
  };
  /** Copies records, each as {u32 length, u32 zero, payload padded to 8}; a record that does not fit stays. */
  Result<Drained> drain(uint8_t* into, size_t size);
  /** Bytes between consumer and producer, headers and discarded records included. */
  Result<size_t> pending() const;

  bool isOpen() const override { return consumer_ != nullptr; }
  void close() override;

 private:
  Ring(std::shared_ptr<Object> object, size_t pageSize, size_t dataSize, void* consumer, void* producer);

  std::shared_ptr<Object> object_;
  size_t pageSize_;
  size_t dataSize_;
  unsigned long* consumer_;
  const unsigned long* producer_;
  const uint8_t* data_;
};

}  // namespace bpf_ringbuf
