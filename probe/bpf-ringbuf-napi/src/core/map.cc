#include "map.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cstring>

#include "array_window.h"

namespace bpf_ringbuf {
namespace {

// Entries asked for at a time: enough that the system call is cheap, bounded in bytes for maps of large values.
constexpr uint32_t kBatchEntries = 1024;
constexpr uint32_t kBatchBytes = 8 << 20;

// Values at a time for which mapping a part of an array costs less than as many system calls.
constexpr size_t kWorthMapping = 64;

bool isPerCpu(__u32 type) {
  return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
         type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

/** How many bytes the kernel copies for one value: of a per-CPU map one value per possible CPU, each padded to 8. */
Result<uint32_t> copiedValueSize(const bpf_map_info& info) {
  if (!isPerCpu(info.type)) return info.value_size;
  const int cpus = libbpf_num_possible_cpus();
  if (cpus < 0) return failed("cannot count the possible CPUs", cpus);
  return (info.value_size + 7) / 8 * 8 * static_cast<uint32_t>(cpus);
}

}  // namespace

Map::Map(std::shared_ptr<Object> object, std::string name, int fd, uint32_t keySize, uint32_t valueSize,
         uint32_t maxEntries, bool isShared)
    : object_(std::move(object)),
      name_(std::move(name)),
      fd_(fd),
      keySize_(keySize),
      valueSize_(valueSize),
      maxEntries_(maxEntries),
      isShared_(isShared) {}

Result<std::shared_ptr<Map>> Map::open(const std::shared_ptr<Object>& object, const std::string& name) {
  TRY(object->ready());
  const bpf_map* map = TRY(object->findMap(name));
  const int fd = bpf_map__fd(map);
  bpf_map_info info = {};
  __u32 length = sizeof info;
  if (fd < 0) return refused("EBADF", "map " + name + " was not created");
  const int error = bpf_obj_get_info_by_fd(fd, &info, &length);
  if (error != 0) return failed("cannot ask about map " + name, error);
  const uint32_t valueSize = TRY(copiedValueSize(info));
  return std::shared_ptr<Map>(new Map(object, name, fd, info.key_size, valueSize, info.max_entries,
                                      (info.map_flags & BPF_F_MMAPABLE) != 0));
}

Result<int> Map::descriptor() const {
  TRY(object_->ready());
  return fd_;
}

Status Map::accepts(size_t keySize) const {
  TRY(object_->ready());
  if (keySize == keySize_) return Done{};
  return refused("EINVAL", "keys of map " + name_ + " have " + std::to_string(keySize_) + " bytes, not " +
                               std::to_string(keySize));
}

Result<bool> Map::lookup(const uint8_t* key, size_t keySize, std::vector<uint8_t>& value) const {
  TRY(accepts(keySize));
  value.resize(valueSize_);
  const int error = bpf_map_lookup_elem(fd_, key, value.data());
  if (error == -ENOENT) return false;
  if (error != 0) return failed("cannot look up in map " + name_, error);
  return true;
}

Result<std::vector<uint8_t>> Map::lookupAll(const uint8_t* keys, size_t size) const {
  TRY(object_->ready());
  if (size % keySize_ != 0) return accepts(size % keySize_).failure();
  const size_t count = size / keySize_;
  std::vector<uint8_t> values(count * valueSize_);
  const size_t stride = (valueSize_ + 7) / 8 * 8;
  ArrayWindow window(fd_, stride * maxEntries_);
  const auto placeOf = [&](size_t i) {
    uint32_t place = 0;
    memcpy(&place, keys + i * keySize_, sizeof place);
    return place * stride;
  };
  for (size_t i = 0; i < count;) {
    size_t last = i + 1;
    if (isShared_) {
      // Keys one after the other that lie in one window; a value across its end stands alone.
      const size_t start = placeOf(i);
      const size_t end = window.endOf(start);
      while (last < count && placeOf(last) >= start && placeOf(last) + valueSize_ <= end) last++;
    }
    const bool maps = last - i >= kWorthMapping && window.at(placeOf(i)) != nullptr;
    for (; i < last; i++) {
      uint8_t* value = values.data() + i * valueSize_;
      if (maps) {
        memcpy(value, window.at(placeOf(i)), valueSize_);
        continue;
      }
      const int error = bpf_map_lookup_elem(fd_, keys + i * keySize_, value);
      if (error != 0 && error != -ENOENT) return failed("cannot look up in map " + name_, error);
    }
  }
  return values;
}

Status Map::update(const uint8_t* key, size_t keySize, const uint8_t* value, size_t valueSize) const {
  TRY(accepts(keySize));
  if (valueSize != valueSize_) {
    return refused("EINVAL", "values of map " + name_ + " have " + std::to_string(valueSize_) + " bytes, not " +
                                 std::to_string(valueSize));
  }
  const int error = bpf_map_update_elem(fd_, key, value, BPF_ANY);
  if (error != 0) return failed("cannot update map " + name_, error);
  return Done{};
}

Result<bool> Map::remove(const uint8_t* key, size_t keySize) const {
  TRY(accepts(keySize));
  const int error = bpf_map_delete_elem(fd_, key);
  if (error == -ENOENT) return false;
  if (error != 0) return failed("cannot delete from map " + name_, error);
  return true;
}

Result<Entries> Map::sweep(Sweep how) const {
  TRY(object_->ready());
  const auto next = how == Sweep::kTake ? bpf_map_lookup_and_delete_batch : bpf_map_lookup_batch;
  // Hash maps continue at a bucket number (u32), the others at a key.
  std::vector<uint8_t> cursor(std::max<size_t>(keySize_, sizeof(uint32_t)));
  std::vector<uint8_t> following(cursor.size());
  LIBBPF_OPTS(bpf_map_batch_opts, options);
  Entries entries;
  uint32_t batch = std::clamp<uint32_t>(kBatchBytes / std::max(valueSize_, 1u), 1, kBatchEntries);
  for (bool first = true;; ) {
    entries.keys.resize((entries.count + batch) * keySize_);
    entries.values.resize((entries.count + batch) * valueSize_);
    uint32_t got = batch;
    const int error = next(fd_, first ? nullptr : cursor.data(), following.data(),
                           entries.keys.data() + entries.count * keySize_,
                           entries.values.data() + entries.count * valueSize_, &got, &options);
    if (error == -EINTR) continue;
    if (error == -ENOSPC && batch < maxEntries_) {
      batch *= 2;  // one bucket holds more than a batch: nothing was read, try the same bucket again
      continue;
    }
    if (error != 0 && error != -ENOENT) return failed("cannot sweep map " + name_, error);
    entries.count += got;
    if (error == -ENOENT) break;
    first = false;
    cursor.swap(following);
  }
  entries.keys.resize(entries.count * keySize_);
  entries.values.resize(entries.count * valueSize_);
  return entries;
}

}  // namespace bpf_ringbuf
