#include "btf.h"

#include <bpf/btf.h>

#include <memory>
#include <mutex>


namespace bpf_ringbuf {
namespace {

using Btf = std::shared_ptr<btf>;

std::mutex guard;
Btf cached;

/** Shared by the threads of the process; null when the kernel has no BTF. */
Btf kernelBtf() {
  const std::lock_guard<std::mutex> lock(guard);
  if (cached == nullptr) {
    btf* loaded = btf__load_vmlinux_btf();
    if (loaded != nullptr) cached = Btf(loaded, btf__free);
  }
  return cached;
}

const btf_type* findKind(const btf* types, const std::string& name, __u32 kind) {
  const int id = btf__find_by_name_kind(types, name.c_str(), kind);
  return id > 0 ? btf__type_by_id(types, static_cast<__u32>(id)) : nullptr;
}

std::string text(const btf* types, __u32 offset) {
  const char* name = btf__name_by_offset(types, offset);
  return name != nullptr ? name : "";
}

}  // namespace

bool kernelHasBtf() { return kernelBtf() != nullptr; }

bool kernelHasType(const std::string& name) {
  const Btf types = kernelBtf();
  return types != nullptr && !name.empty() && btf__find_by_name(types.get(), name.c_str()) > 0;
}

int tracepointArguments(const std::string& name) {
  const Btf types = kernelBtf();
  if (types == nullptr) return -1;
  // typedef void (*btf_trace_NAME)(void *__data, ARGUMENTS…)
  const btf_type* type = findKind(types.get(), "btf_trace_" + name, BTF_KIND_TYPEDEF);
  if (type != nullptr) type = btf__type_by_id(types.get(), type->type);
  if (type == nullptr || !btf_is_ptr(type)) return -1;
  type = btf__type_by_id(types.get(), type->type);
  if (type == nullptr || !btf_is_func_proto(type) || btf_vlen(type) == 0) return -1;
  return btf_vlen(type) - 1;
}

std::vector<std::pair<std::string, double>> kernelEnum(const std::string& name) {
  std::vector<std::pair<std::string, double>> names;
  const Btf types = kernelBtf();
  if (types == nullptr || name.empty()) return names;
  if (const btf_type* type = findKind(types.get(), name, BTF_KIND_ENUM)) {
    const struct btf_enum* value = btf_enum(type);
    for (__u16 i = 0; i < btf_vlen(type); i++, value++) {
      names.emplace_back(text(types.get(), value->name_off), value->val);
    }
  } else if (const btf_type* wide = findKind(types.get(), name, BTF_KIND_ENUM64)) {
    const struct btf_enum64* value = btf_enum64(wide);
    const bool isSigned = btf_kflag(wide);
    for (__u16 i = 0; i < btf_vlen(wide); i++, value++) {
      const __u64 bits = btf_enum64_value(value);
      names.emplace_back(text(types.get(), value->name_off),
                         isSigned ? static_cast<double>(static_cast<__s64>(bits)) : static_cast<double>(bits));
    }
  }
  return names;
}

void releaseKernelBtf() {
  const std::lock_guard<std::mutex> lock(guard);
  cached.reset();
}

}  // namespace bpf_ringbuf
