#pragma once

#include "object.h"

namespace bpf_ringbuf {

/** Entries of a map, packed: `count` keys and `count` values. */
struct Entries {
  size_t count = 0;
  std::vector<uint8_t> keys;
  std::vector<uint8_t> values;
};

/** Raw bytes in, raw bytes out. */
class Map {
 public:
  static Result<std::shared_ptr<Map>> open(const std::shared_ptr<Object>& object, const std::string& name);

  const std::string& name() const { return name_; }
  /** For as long as the object is open. */
  Result<int> descriptor() const;
  uint32_t keySize() const { return keySize_; }
  /** As the caller meets it: of a per-CPU map all CPUs' values together. */
  uint32_t valueSize() const { return valueSize_; }
  uint32_t maxEntries() const { return maxEntries_; }

  /** False when the key is not there; `value` has room for valueSize() bytes. */
  Result<bool> lookup(const uint8_t* key, size_t keySize, std::vector<uint8_t>& value) const;
  /** The values of `keys`, one after the other and zeros where there is none. */
  Result<std::vector<uint8_t>> lookupAll(const uint8_t* keys, size_t size) const;
  Status update(const uint8_t* key, size_t keySize, const uint8_t* value, size_t valueSize) const;
  Result<bool> remove(const uint8_t* key, size_t keySize) const;

  enum class Sweep { kCopy, kTake };
  /** All entries by batches, taken out of the map or not. */
  Result<Entries> sweep(Sweep how) const;

 private:
  Map(std::shared_ptr<Object> object, std::string name, int fd, uint32_t keySize, uint32_t valueSize,
      uint32_t maxEntries, bool isShared);
  Status accepts(size_t keySize) const;

  std::shared_ptr<Object> object_;
  std::string name_;
  int fd_;
  uint32_t keySize_;
  uint32_t valueSize_;
  uint32_t maxEntries_;
  /** An array whose memory can be mapped. */
  bool isShared_;
};

}  // namespace bpf_ringbuf
