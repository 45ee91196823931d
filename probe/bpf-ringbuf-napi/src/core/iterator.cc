#include <bpf/bpf.h>

#include <cstring>

#include "link.h"
#include "netns.h"

namespace bpf_ringbuf {
namespace {

constexpr size_t kReadBytes = 64 << 10;
// A million sockets of 250 bytes each; a program that writes more than this is not a scan but a runaway.
constexpr size_t kMaxIteratorBytes = 256 << 20;

Result<UniqueFd> createIterator(const bpf_link* link, const std::string& netns) {
  // The namespace is fixed when the iterator is created; it is read from anywhere.
  const NetnsScope scope = TRY(NetnsScope::enter(netns));
  UniqueFd iterator(bpf_iter_create(bpf_link__fd(link)));
  if (!iterator.valid()) return failed("cannot create the iterator", errno);
  return iterator;
}

Result<std::vector<uint8_t>> readToEnd(const UniqueFd& iterator) {
  std::vector<uint8_t> bytes;
  for (;;) {
    const size_t have = bytes.size();
    bytes.resize(have + kReadBytes);
    const ssize_t got = read(iterator.get(), bytes.data() + have, kReadBytes);
    bytes.resize(have + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got == 0) return bytes;
    // EAGAIN: the kernel has passed a million objects without output and lets others run.
    if (got < 0 && errno != EAGAIN && errno != EINTR) return failed("cannot read the iterator", errno);
    if (bytes.size() > kMaxIteratorBytes) return refused("EFBIG", "the iterator wrote more than 256 MiB");
  }
}

}  // namespace

Result<std::vector<uint8_t>> runIterator(const Object& object, const std::string& program, const std::string& netns) {
  const bpf_program* found = TRY(object.loadedProgram(program));
  if (bpf_program__expected_attach_type(found) != BPF_TRACE_ITER) {
    return refused("EINVAL", "program " + program + " is not an iterator");
  }
  const std::unique_ptr<bpf_link, int (*)(bpf_link*)> link(bpf_program__attach_iter(found, nullptr), bpf_link__destroy);
  if (link == nullptr) return failed("cannot attach iterator " + program, errno);
  const UniqueFd iterator = TRY(createIterator(link.get(), netns));
  return readToEnd(iterator);
}

}  // namespace bpf_ringbuf
