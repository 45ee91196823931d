#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace bpf_ringbuf {
namespace {

size_t wholePages(size_t size) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

}  // namespace

Result<std::shared_ptr<Memory>> Memory::open(const Map& map) {
  const int fd = TRY(map.descriptor());
  const size_t size = static_cast<size_t>(map.maxEntries()) * ((map.valueSize() + 7) / 8 * 8);
  void* data = mmap(nullptr, wholePages(size), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) return failed("cannot map the memory of map " + map.name(), errno);
  return std::shared_ptr<Memory>(new Memory(static_cast<uint8_t*>(data), size));
}

Memory::~Memory() { munmap(data_, wholePages(size_)); }

}  // namespace bpf_ringbuf
