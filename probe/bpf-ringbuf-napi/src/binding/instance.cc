#include "napi.h"

namespace bpf_ringbuf {
namespace {

constexpr size_t kClasses = static_cast<size_t>(Class::kCount);

/** Tells our objects from any other wrapped ones, whatever `this` a method is called with. */
constexpr napi_type_tag kTags[kClasses] = {
    {0x7f1c0a52d3e84b61, 1}, {0x7f1c0a52d3e84b61, 2}, {0x7f1c0a52d3e84b61, 3},
    {0x7f1c0a52d3e84b61, 4}, {0x7f1c0a52d3e84b61, 5},
};

struct Pending {
  void* state;
  napi_finalize drop;
};

/** References die with the environment. */
struct Instance {
  napi_ref error = nullptr;
  napi_ref classes[kClasses] = {};
  /** What the constructor running now shall own; null when JavaScript calls it on its own. */
  Pending* pending = nullptr;
};

Instance& instance(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Instance*>(data);
}

napi_value dereference(napi_env env, napi_ref reference) {
  napi_value value = nullptr;
  if (reference != nullptr) napi_get_reference_value(env, reference, &value);
  return value;
}

napi_value constructor(napi_env env, napi_callback_info info) {
  napi_value self = nullptr;
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, &self, &data);
  Pending*& pending = instance(env).pending;
  if (pending == nullptr) {
    throwFailure(env, refused("EINVAL", "this class has no public constructor"));
    return nullptr;
  }
  if (napi_type_tag_object(env, self, static_cast<const napi_type_tag*>(data)) == napi_ok &&
      napi_wrap(env, self, pending->state, pending->drop, nullptr, nullptr) == napi_ok) {
    pending->state = nullptr;
  }
  return self;
}

}  // namespace

void createInstanceData(napi_env env) {
  const auto drop = [](napi_env, void* data, void*) { delete static_cast<Instance*>(data); };
  napi_set_instance_data(env, new Instance, drop, nullptr);
}

void defineClass(napi_env env, napi_value exports, const char* name, Class kind,
                 const std::vector<napi_property_descriptor>& properties) {
  const size_t index = static_cast<size_t>(kind);
  napi_value made = nullptr;
  napi_define_class(env, name, NAPI_AUTO_LENGTH, constructor, const_cast<napi_type_tag*>(&kTags[index]),
                    properties.size(), properties.data(), &made);
  napi_create_reference(env, made, 1, &instance(env).classes[index]);
  if (exports != nullptr) napi_set_named_property(env, exports, name, made);
}

napi_value Call::construct(Class kind, void* state, napi_finalize drop) const {
  Instance& data = instance(env_);
  Pending pending = {state, drop};
  napi_value made = nullptr;
  data.pending = &pending;
  napi_new_instance(env_, dereference(env_, data.classes[static_cast<size_t>(kind)]), 0, nullptr, &made);
  data.pending = nullptr;
  return pending.state == nullptr ? made : nullptr;
}

Result<void*> Call::unwrap(Class kind) const {
  bool ours = false;
  napi_valuetype type = napi_undefined;
  void* state = nullptr;
  napi_typeof(env_, receiver_, &type);
  if (type == napi_object) {
    napi_check_object_type_tag(env_, receiver_, &kTags[static_cast<size_t>(kind)], &ours);
  }
  if (!ours || napi_unwrap(env_, receiver_, &state) != napi_ok) {
    return refused("EINVAL", "the method was called on something else than its object");
  }
  return state;
}

Reply useErrorClass(Call& call) {
  Instance& data = instance(call.env());
  if (data.error == nullptr) {
    napi_valuetype type = napi_undefined;
    napi_typeof(call.env(), call.argument(0), &type);
    if (type != napi_function) return refused("EINVAL", "the error class must be a function");
    napi_create_reference(call.env(), call.argument(0), 1, &data.error);
  }
  return dereference(call.env(), data.error);
}

void throwFailure(napi_env env, const Failure& failure) {
  bool already = false;
  napi_is_exception_pending(env, &already);
  if (already) return;  // thrown by JavaScript that we called: that is the cause
  napi_value parts[3] = {};
  const std::string* texts[3] = {&failure.code, &failure.message, &failure.log};
  for (size_t i = 0; i < 3; i++) napi_create_string_utf8(env, texts[i]->data(), texts[i]->size(), &parts[i]);
  const napi_value type = dereference(env, instance(env).error);
  napi_value error = nullptr;
  if (type != nullptr && napi_new_instance(env, type, 3, parts, &error) == napi_ok) {
    napi_throw(env, error);
  } else {
    napi_throw_error(env, failure.code.c_str(), failure.message.c_str());
  }
}

}  // namespace bpf_ringbuf
