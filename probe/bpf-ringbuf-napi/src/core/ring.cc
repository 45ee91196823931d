#include "ring.h"

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

namespace bpf_ringbuf {
namespace {

// Every record starts with {u32 length and two flags, u32 page offset}; records are padded to 8 bytes.
constexpr size_t kHeader = BPF_RINGBUF_HDR_SZ;

constexpr size_t padded(size_t length) { return (length + 7) / 8 * 8; }

}  // namespace

Ring::Ring(std::shared_ptr<Object> object, size_t pageSize, size_t dataSize, void* consumer, void* producer)
    : object_(std::move(object)),
      pageSize_(pageSize),
      dataSize_(dataSize),
      consumer_(static_cast<unsigned long*>(consumer)),
      producer_(static_cast<const unsigned long*>(producer)),
      data_(static_cast<const uint8_t*>(producer) + pageSize) {}

Result<std::shared_ptr<Ring>> Ring::open(const std::shared_ptr<Object>& object, const std::string& name) {
  TRY(object->ready());
  const bpf_map* map = TRY(object->findMap(name));
  if (bpf_map__type(map) != BPF_MAP_TYPE_RINGBUF) return refused("EINVAL", "map " + name + " is not a ring buffer");
  const int fd = bpf_map__fd(map);
  const size_t pageSize = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t dataSize = bpf_map__max_entries(map);
  void* consumer = mmap(nullptr, pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (consumer == MAP_FAILED) return failed("cannot map the consumer page of " + name, errno);
  // The kernel maps the data twice in a row, so that no record is ever broken at the end.
  void* producer = mmap(nullptr, pageSize + 2 * dataSize, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(pageSize));
  if (producer == MAP_FAILED) {
    const Failure failure = failed("cannot map the data pages of " + name, errno);
    munmap(consumer, pageSize);
    return failure;
  }
  auto ring = std::shared_ptr<Ring>(new Ring(object, pageSize, dataSize, consumer, producer));
  object->watch(ring);
  return ring;
}

Result<Ring::Drained> Ring::drain(uint8_t* into, size_t size) {
  if (!isOpen()) return refused("EBADF", "the ring is closed");
  Drained drained;
  unsigned long consumer = __atomic_load_n(consumer_, __ATOMIC_RELAXED);
  // One look at the producer: what arrives meanwhile is for the next drain, so a fast producer cannot hold us here.
  const unsigned long producer = __atomic_load_n(producer_, __ATOMIC_ACQUIRE);
  while (consumer < producer) {
    const uint8_t* record = data_ + (consumer & (dataSize_ - 1));
    const uint32_t head = __atomic_load_n(reinterpret_cast<const uint32_t*>(record), __ATOMIC_ACQUIRE);
    if ((head & BPF_RINGBUF_BUSY_BIT) != 0) break;  // still being written
    const uint32_t length = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
    const size_t whole = kHeader + padded(length);
    if (whole > producer - consumer) return refused("EBADMSG", "the ring holds a record longer than what was produced");
    if ((head & BPF_RINGBUF_DISCARD_BIT) == 0) {
      if (whole > size - drained.bytes) {
        if (drained.records > 0) break;
        return refused("EMSGSIZE", "the next record needs a buffer of " + std::to_string(whole) + " bytes");
      }
      const uint32_t out[2] = {length, 0};
      memcpy(into + drained.bytes, out, kHeader);
      memcpy(into + drained.bytes + kHeader, record + kHeader, whole - kHeader);
      drained.bytes += whole;
      drained.records++;
    }
    consumer += whole;
    __atomic_store_n(consumer_, consumer, __ATOMIC_RELEASE);
  }
  return drained;
}

Result<size_t> Ring::pending() const {
  if (!isOpen()) return refused("EBADF", "the ring is closed");
  const unsigned long consumer = __atomic_load_n(consumer_, __ATOMIC_RELAXED);
  return static_cast<size_t>(__atomic_load_n(producer_, __ATOMIC_ACQUIRE) - consumer);
}

void Ring::close() {
  if (consumer_ == nullptr) return;
  munmap(std::exchange(consumer_, nullptr), pageSize_);
  munmap(const_cast<unsigned long*>(std::exchange(producer_, nullptr)), pageSize_ + 2 * dataSize_);
  object_.reset();
}

}  // namespace bpf_ringbuf
