#include <algorithm>

#include "napi.h"

namespace bpf_ringbuf {

napi_value Call::undefined() const {
  napi_value value = nullptr;
  napi_get_undefined(env_, &value);
  return value;
}

napi_value Call::null() const {
  napi_value value = nullptr;
  napi_get_null(env_, &value);
  return value;
}

napi_value Call::value(bool of) const {
  napi_value value = nullptr;
  napi_get_boolean(env_, of, &value);
  return value;
}

napi_value Call::value(double of) const {
  napi_value value = nullptr;
  napi_create_double(env_, of, &value);
  return value;
}

napi_value Call::value(const std::string& of) const {
  napi_value value = nullptr;
  napi_create_string_utf8(env_, of.data(), of.size(), &value);
  return value;
}

napi_value Call::copy(const std::vector<uint8_t>& bytes) const {
  void* data = nullptr;
  napi_value buffer = nullptr;
  napi_value array = nullptr;
  if (napi_create_arraybuffer(env_, bytes.size(), &data, &buffer) != napi_ok) return nullptr;
  std::copy(bytes.begin(), bytes.end(), static_cast<uint8_t*>(data));
  napi_create_typedarray(env_, napi_uint8_array, bytes.size(), buffer, 0, &array);
  return array;
}

napi_value Call::share(uint8_t* data, size_t size, std::shared_ptr<void> owner) const {
  const auto drop = [](napi_env, void*, void* owned) { delete static_cast<std::shared_ptr<void>*>(owned); };
  auto* owned = new std::shared_ptr<void>(std::move(owner));
  napi_value buffer = nullptr;
  napi_value array = nullptr;
  if (napi_create_external_arraybuffer(env_, data, size, drop, owned, &buffer) != napi_ok) {
    delete owned;
    return nullptr;
  }
  napi_create_typedarray(env_, napi_uint8_array, size, buffer, 0, &array);
  return array;
}

napi_value Call::array(size_t length) const {
  napi_value array = nullptr;
  napi_create_array_with_length(env_, length, &array);
  return array;
}

napi_value Call::object() const {
  napi_value object = nullptr;
  napi_create_object(env_, &object);
  return object;
}

void Call::set(napi_value object, const char* property, napi_value value) const {
  napi_set_named_property(env_, object, property, value);
}

void Call::set(napi_value array, size_t index, napi_value value) const {
  napi_set_element(env_, array, static_cast<uint32_t>(index), value);
}

}  // namespace bpf_ringbuf
