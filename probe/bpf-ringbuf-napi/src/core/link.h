#pragma once

#include "object.h"

namespace bpf_ringbuf {

/** One attachment. The object keeps it in force even when nobody holds it any more. */
class Link : public Closeable {
 public:
  /** By the program's section. */
  static Result<std::shared_ptr<Link>> attach(Object& object, const std::string& program);

  struct Uprobe {
    std::string binary;
    size_t offset;
    pid_t pid;  // -1: every process
    bool returns;
  };
  static Result<std::shared_ptr<Link>> attachUprobe(Object& object, const std::string& program, const Uprobe& where);

  /** To the version 2 cgroup at this path, beside whatever others have attached there. */
  static Result<std::shared_ptr<Link>> attachCgroup(Object& object, const std::string& program,
                                                    const std::string& path);

  explicit Link(bpf_link* link) : link_(link) {}
  ~Link() override { close(); }
  bool isOpen() const override { return link_ != nullptr; }
  void close() override;

 private:
  bpf_link* link_;
};

/** Runs a loaded iterator program once in a network namespace (empty path: the thread's own); what it wrote. */
Result<std::vector<uint8_t>> runIterator(const Object& object, const std::string& program, const std::string& netns);

}  // namespace bpf_ringbuf
