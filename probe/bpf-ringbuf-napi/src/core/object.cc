#include "object.h"

#include <algorithm>

#include "object_file.h"

namespace bpf_ringbuf {
namespace {

/** libbpf names an object after its file up to the first dot, and global data maps after the object. */
std::string objectName(const std::string& path) {
  const std::string file = path.substr(path.find_last_of('/') + 1);
  return file.substr(0, file.find('.'));
}

}  // namespace

Result<std::shared_ptr<Object>> Object::open(const std::string& path) {
  const std::vector<uint8_t> bytes = TRY(readObjectFile(path));
  const std::string name = objectName(path);
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name.c_str());
  bpf_object* object = bpf_object__open_mem(bytes.data(), bytes.size(), &options);
  if (object == nullptr) return failed(path + " is not a usable BPF object", errno);
  return std::shared_ptr<Object>(new Object(object));
}

Result<std::vector<ProgramInfo>> Object::programs() const {
  if (!isOpen()) return refused("EBADF", "the object is closed");
  std::vector<ProgramInfo> found;
  bpf_program* program;
  bpf_object__for_each_program(program, object_) {
    found.push_back({bpf_program__name(program), bpf_program__section_name(program), bpf_program__autoload(program),
                     bpf_program__fd(program) >= 0});
  }
  return found;
}

Status Object::isOpenForChanges() const {
  if (!isOpen()) return refused("EBADF", "the object is closed");
  if (load_ != Load::kNotYet) return refused("EBUSY", "load() was called: an object is changed before it, and loaded once");
  return Done{};
}

Status Object::ready() const {
  if (!isOpen()) return refused("EBADF", "the object is closed");
  if (load_ == Load::kNotYet) return refused("EBADF", "the object is not loaded: call load() first");
  if (load_ == Load::kFailed) return refused("EBADF", "the kernel refused the object: open it again to try otherwise");
  return Done{};
}

Status Object::setAutoload(const std::string& program, bool load) {
  TRY(isOpenForChanges());
  bpf_program* found = TRY(findProgram(program));
  const int error = bpf_program__set_autoload(found, load);
  if (error != 0) return failed("cannot choose program " + program, error);
  return Done{};
}

Status Object::setMaxEntries(const std::string& map, uint32_t entries) {
  TRY(isOpenForChanges());
  bpf_map* found = TRY(findMap(map));
  const int error = bpf_map__set_max_entries(found, entries);
  if (error != 0) return failed("cannot size map " + map, error);
  return Done{};
}

Status Object::setGlobal(const std::string& variable, const uint8_t* bytes, size_t size) {
  TRY(isOpenForChanges());
  const Global global = TRY(findGlobal(object_, variable));
  if (size != global.size) {
    return refused("EINVAL", "global " + variable + " has " + std::to_string(global.size) + " bytes, not " +
                                 std::to_string(size));
  }
  std::copy_n(bytes, size, global.data);
  return Done{};
}

Status Object::load() {
  TRY(isOpenForChanges());
  const int error = bpf_object__load(object_);
  load_ = error == 0 ? Load::kDone : Load::kFailed;  // libbpf does not load the same object twice
  if (error != 0) return failed("the kernel refused the object", error);
  return Done{};
}

void Object::close() {
  for (const auto& resource : owned_) resource->close();
  for (const auto& resource : watched_) {
    if (const auto alive = resource.lock()) alive->close();
  }
  owned_.clear();
  watched_.clear();
  if (object_ != nullptr) bpf_object__close(std::exchange(object_, nullptr));
}

Result<bpf_program*> Object::findProgram(const std::string& name) const {
  if (!isOpen()) return refused("EBADF", "the object is closed");
  bpf_program* program = bpf_object__find_program_by_name(object_, name.c_str());
  if (program == nullptr) return refused("ENOENT", "the object has no program " + name);
  return program;
}

Result<bpf_program*> Object::loadedProgram(const std::string& name) const {
  TRY(ready());
  bpf_program* program = TRY(findProgram(name));
  if (bpf_program__fd(program) < 0) return refused("EBADF", "program " + name + " is not loaded: its autoload is off");
  return program;
}

Result<bpf_map*> Object::findMap(const std::string& name) const {
  if (!isOpen()) return refused("EBADF", "the object is closed");
  bpf_map* map = bpf_object__find_map_by_name(object_, name.c_str());
  if (map == nullptr) return refused("ENOENT", "the object has no map " + name);
  return map;
}

void Object::own(std::shared_ptr<Closeable> resource) {
  const auto ended = [](const std::shared_ptr<Closeable>& each) { return !each->isOpen(); };
  owned_.erase(std::remove_if(owned_.begin(), owned_.end(), ended), owned_.end());
  owned_.push_back(std::move(resource));
}

void Object::watch(std::weak_ptr<Closeable> resource) {
  const auto gone = [](const std::weak_ptr<Closeable>& each) { return each.expired(); };
  watched_.erase(std::remove_if(watched_.begin(), watched_.end(), gone), watched_.end());
  watched_.push_back(std::move(resource));
}

}  // namespace bpf_ringbuf
