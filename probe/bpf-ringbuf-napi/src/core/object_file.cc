#include "object_file.h"

#include <bpf/btf.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "unique_fd.h"

namespace bpf_ringbuf {
namespace {

// The largest objects of known collectors are a few MiB with debug information.
constexpr off_t kMaxObjectBytes = 64 << 20;

}  // namespace

Result<std::vector<uint8_t>> readObjectFile(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return failed("cannot open " + path, errno);
  struct stat info;
  if (fstat(file.get(), &info) != 0) return failed("cannot stat " + path, errno);
  if (!S_ISREG(info.st_mode)) return refused("EINVAL", path + " is not a regular file");
  if ((info.st_mode & S_IWOTH) != 0) {
    return refused("EACCES", path + " is writable by everybody: chmod o-w it, its programs run in the kernel");
  }
  if (info.st_size > kMaxObjectBytes) return refused("EFBIG", path + " is larger than 64 MiB");

  // Read through the descriptor that was checked, so that the file cannot be exchanged in between.
  std::vector<uint8_t> bytes(static_cast<size_t>(info.st_size));
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("cannot read " + path, errno);
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  if (bytes.empty()) return refused("EINVAL", path + " is empty");
  return bytes;
}

Result<Global> findGlobal(bpf_object* object, const std::string& variable) {
  const bpf_map* map = bpf_object__find_map_by_name(object, ".rodata");
  const btf* types = bpf_object__btf(object);
  const Failure absent = refused("ENOENT", "the object has no global " + variable + " in .rodata");
  if (map == nullptr || types == nullptr) return absent;
  const int section = btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC);
  if (section < 0) return absent;

  size_t size = 0;
  auto* data = static_cast<uint8_t*>(const_cast<void*>(bpf_map__initial_value(const_cast<bpf_map*>(map), &size)));
  if (data == nullptr) return absent;
  const btf_type* type = btf__type_by_id(types, static_cast<__u32>(section));
  const btf_var_secinfo* entry = btf_var_secinfos(type);
  for (__u16 i = 0; i < btf_vlen(type); i++, entry++) {
    const btf_type* found = btf__type_by_id(types, entry->type);
    const char* name = found != nullptr ? btf__name_by_offset(types, found->name_off) : nullptr;
    if (name == nullptr || variable != name) continue;
    if (entry->offset > size || entry->size > size - entry->offset) break;
    return Global{data + entry->offset, entry->size};
  }
  return absent;
}

}  // namespace bpf_ringbuf
