#pragma once

#include <bpf/libbpf.h>

#include <memory>
#include <string>
#include <vector>

#include "result.h"

namespace bpf_ringbuf {

/** Something opened from an object which must end when the object does. */
class Closeable {
 public:
  virtual ~Closeable() = default;
  virtual bool isOpen() const = 0;
  virtual void close() = 0;
};

struct ProgramInfo {
  std::string name;
  std::string section;
  bool autoload;
  bool loaded;
};

/** One CO-RE object: its programs and maps live as long as it is open. */
class Object {
 public:
  static Result<std::shared_ptr<Object>> open(const std::string& path);
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { close(); }

  Result<std::vector<ProgramInfo>> programs() const;
  Status setAutoload(const std::string& program, bool load);
  Status setMaxEntries(const std::string& map, uint32_t entries);
  Status setGlobal(const std::string& variable, const uint8_t* bytes, size_t size);
  Status load();
  void close();

  bool isOpen() const { return object_ != nullptr; }
  /** Open and loaded, which maps and attachments need. */
  Status ready() const;
  Result<bpf_program*> findProgram(const std::string& name) const;
  /** A program the kernel has accepted. */
  Result<bpf_program*> loadedProgram(const std::string& name) const;
  Result<bpf_map*> findMap(const std::string& name) const;
  bpf_object* raw() const { return object_; }

  /** Closed with the object, which keeps it alive until then. */
  void own(std::shared_ptr<Closeable> resource);
  /** Closed with the object if somebody still has it. */
  void watch(std::weak_ptr<Closeable> resource);

 private:
  explicit Object(bpf_object* object) : object_(object) {}
  Status isOpenForChanges() const;

  bpf_object* object_;
  enum class Load { kNotYet, kDone, kFailed } load_ = Load::kNotYet;
  std::vector<std::shared_ptr<Closeable>> owned_;
  std::vector<std::weak_ptr<Closeable>> watched_;
};

}  // namespace bpf_ringbuf
