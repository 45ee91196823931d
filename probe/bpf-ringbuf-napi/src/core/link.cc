#include "link.h"

#include <fcntl.h>

#include "unique_fd.h"

namespace bpf_ringbuf {
namespace {

Result<std::shared_ptr<Link>> keep(Object& object, const std::string& program, bpf_link* link) {
  if (link == nullptr) return failed("cannot attach " + program, errno);
  auto kept = std::make_shared<Link>(link);
  object.own(kept);
  return kept;
}

}  // namespace

Result<std::shared_ptr<Link>> Link::attach(Object& object, const std::string& program) {
  const bpf_program* found = TRY(object.loadedProgram(program));
  return keep(object, program, bpf_program__attach(found));
}

Result<std::shared_ptr<Link>> Link::attachUprobe(Object& object, const std::string& program, const Uprobe& where) {
  const bpf_program* found = TRY(object.loadedProgram(program));
  LIBBPF_OPTS(bpf_uprobe_opts, options, .retprobe = where.returns);
  return keep(object, program,
              bpf_program__attach_uprobe_opts(found, where.pid, where.binary.c_str(), where.offset, &options));
}

Result<std::shared_ptr<Link>> Link::attachCgroup(Object& object, const std::string& program, const std::string& path) {
  const bpf_program* found = TRY(object.loadedProgram(program));
  const UniqueFd cgroup(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!cgroup.valid()) return failed("cannot open the cgroup " + path, errno);
  return keep(object, program, bpf_program__attach_cgroup(found, cgroup.get()));
}

void Link::close() {
  if (link_ != nullptr) bpf_link__destroy(std::exchange(link_, nullptr));
}

}  // namespace bpf_ringbuf
